"""退单: a unit that is not competent says so to the centre, once; it forwards nothing itself (T9–T11, Order 20 art. 37)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from resolvers import approval
from resolvers.doors import access, assignments, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Assignment, Case, Dispute, ReturnRequest
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    ApprovalKind,
    AssignmentRole,
    AssignmentStatus,
    CaseEventKind,
    ClockKind,
    DeadlineKind,
    Decision,
    ReturnStatus,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import Action


@atomic
@once
async def request_return(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    reason: str,
    legal_basis: str | None,
    suggested_office_code: str | None,
) -> Outcome:
    """Asked by the lead's clerk within the window after the dispatch (T9). No clock stops (DEC-11).

    Whoever asks has the case before him: the time to acknowledge it is met, on time or late.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    why = texts.reasoned(reason, "reason")
    basis = texts.optional(legal_basis, limits.REASON_CHARACTERS, "legalBasis")
    adjudicated, handed_in = await _is_adjudicated(case), await assignments.has_answered(case)
    facts = replace(await status.facts(case), adjudicated=adjudicated, handed_in=handed_in)
    until = await _window(case)
    to = transitions.request_return(facts, actor.offices(Role.CLERK), now, until)
    suggested = (
        await status.office(actor, suggested_office_code, "suggestedOfficeCode") if suggested_office_code else None
    )
    if suggested and suggested.id == case.lead_office_id:
        raise texts.invalid("建议的承办单位不能是本单位。", "suggestedOfficeCode")
    request = await ReturnRequest.create(
        case_id=case.id,
        office_id=case.lead_office_id,
        status=ReturnStatus.REQUESTED,
        reason=why,
        legal_basis=basis,
        suggested_office_id=suggested.id if suggested else None,
        requested_by_id=actor.id,
        requested_at=now,
    )
    await status.ask(
        case, ApprovalKind.RETURN, request.id, request.office_id, now, requester=actor.id, barred=[actor.id]
    )
    await due.meet(case, DeadlineKind.SIGN_FOR, now)
    said = {"suggested": suggested.code if suggested else None}
    await status.move(actor, case, to, CaseEventKind.RETURN_REQUESTED, now, said=said)
    return Outcome({"case": case.id, "return_request": request.id})


async def _is_adjudicated(case: Case) -> bool:
    """A return was refused to the unit that leads, or the leader designated it (Weifang art. 22)."""
    refused = ReturnRequest.filter(case_id=case.id, office_id=case.lead_office_id, status=ReturnStatus.REJECTED)
    designated = Dispute.filter(case_id=case.id, designated_office_id=case.lead_office_id)
    return await refused.exists() or await designated.exists()


async def _window(case: Case) -> datetime | None:
    """Until when the unit that leads may ask; None when nobody leads, or no policy sets a window."""
    lead = await _lead(case)
    if lead is None:
        return None
    regime = await due.regime_of(case)
    known, days = await due.policies(), await due.calendar(lead.dispatched_at)
    window = due.reckon(case, DeadlineKind.RETURN, ClockKind.SERVICE, lead.dispatched_at, regime, known, days)
    return window.due_at if window else None


async def _lead(case: Case) -> Assignment | None:
    return await Assignment.get_or_none(case_id=case.id, role=AssignmentRole.LEAD, status=AssignmentStatus.ACTIVE)


@atomic
@once
async def decide_return(
    actor: Actor, *, return_request_id: UUID, expected_version: int, decision: Decision, reason: str | None
) -> Outcome:
    """Approved, the centre has the case again and dispatches it anew (T10); rejected, the unit handles it, and the matter
    is adjudicated (T11). Decided by a dispatcher who neither asked nor works in the unit; escalated, by the duty leader too.
    """
    now = clock.now()
    its_duty = bool(actor.offices(Role.DISPATCHER)) or approval.permit(actor)
    taken = access.take_of_case(actor, ReturnRequest, return_request_id, expected_version, now, "returnRequestId")
    case, request = await taken
    action = Action.TAKE_BACK if decision is Decision.APPROVE else Action.LEAVE_WITH_UNIT
    if request.status is not ReturnStatus.REQUESTED:
        raise Refused(Code.INVALID_TRANSITION, "returnRequestId", status=case.status)
    to = transitions.follow(action, case.status)
    asked = request.id, request.requested_by_id, request.office_id
    await approval.judge(actor, *asked, "returnRequestId", its_duty=its_duty)
    why = texts.reason_for(decision, reason, "reason")
    approved = decision is Decision.APPROVE
    request.status = ReturnStatus.APPROVED if approved else ReturnStatus.REJECTED
    request.decided_by_id, request.decided_at, request.decision_reason = actor.id, now, why
    await request.save(update_fields=["status", "decided_by_id", "decided_at", "decision_reason"])
    await status.settle(actor, case, ApprovalKind.RETURN, now)
    await (assignments.take_back(case) if approved else _leave(actor, case, now))
    event = CaseEventKind.RETURN_APPROVED if approved else CaseEventKind.RETURN_REJECTED
    await status.move(actor, case, to, event, now, changed=assignments.TAKEN_BACK if approved else ())
    return Outcome({"case": case.id, "return_request": request.id})


async def _leave(actor: Actor, case: Case, now: datetime) -> None:
    """The decision stands for the acknowledgement that the unit refused."""
    lead = Assignment.filter(case_id=case.id, role=AssignmentRole.LEAD, status=AssignmentStatus.ACTIVE)
    await lead.filter(signed_for_at=None).update(signed_for_at=now, signed_for_by=actor.id)
