"""管辖争议: a unit whose return was refused brings it before the leader, who says which unit handles it (T10, Order 20 art. 30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from resolvers import approval, person
from resolvers.doors import access, assignments, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Dispute, Office, ReturnRequest
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    ApprovalKind,
    CaseEventKind,
    ClockKind,
    DeadlineKind,
    Decision,
    DisputeStatus,
    ReturnStatus,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import Action


@atomic
@once
async def dispute_return(
    actor: Actor, *, return_request_id: UUID, expected_version: int, reason: str, legal_basis: str | None
) -> Outcome:
    """By the clerk or the responsible person of the lead, once. The unit goes on handling the case, no clock stops, and
    the leader has the time of the law to decide; until then nothing is handed in and nothing else asked for.
    """
    now = clock.now()
    taken = access.take_of_case(actor, ReturnRequest, return_request_id, expected_version, now, "returnRequestId")
    case, request = await taken
    why = texts.reasoned(reason, "reason")
    basis = texts.optional(legal_basis, limits.REASON_CHARACTERS, "legalBasis")
    handed_in, is_open = await assignments.has_answered(case), await _is_open(case, request)
    facts = replace(await status.facts(case), handed_in=handed_in)
    to = transitions.dispute(facts, actor.offices(Role.CLERK, Role.RESPONSIBLE_PERSON), is_open=is_open)
    dispute = await Dispute.create(
        case_id=case.id,
        return_request_id=request.id,
        office_id=request.office_id,
        status=DisputeStatus.RAISED,
        reason=why,
        legal_basis=basis,
        raised_by_id=actor.id,
        raised_at=now,
    )
    asked = dispute.id, dispute.office_id, now
    await status.ask(case, ApprovalKind.DISPUTE, *asked, requester=actor.id, barred=[actor.id])
    await due.start(case, ((DeadlineKind.RESOLVE, ClockKind.STATUTORY),), now, None)
    await status.move(actor, case, to, CaseEventKind.DISPUTE_RAISED, now)
    return Outcome({"case": case.id, "dispute": dispute.id})


async def _is_open(case: Case, request: ReturnRequest) -> bool:
    """The return was refused to the unit that leads, which has disputed nothing about the case before."""
    before = Dispute.filter(case_id=case.id, office_id=case.lead_office_id)
    refused = request.status is ReturnStatus.REJECTED and request.office_id == case.lead_office_id
    return refused and not await before.exists()


@atomic
@once
async def decide_dispute(
    actor: Actor,
    *,
    dispute_id: UUID,
    expected_version: int,
    decision: Decision,
    reason: str | None,
    designated_office_code: str | None,
) -> Outcome:
    """Rejected, the unit handles the case after all; approved, the unit named handles it from now on and may not return it.

    By the leader of the municipal bureau alone, never by who raised it or works in the unit.
    """
    now = clock.now()
    its_duty = approval.permit(actor, Role.LEADER)
    case, dispute = await access.take_of_case(actor, Dispute, dispute_id, expected_version, now, "disputeId")
    approved = decision is Decision.APPROVE
    if dispute.status is not DisputeStatus.RAISED:
        raise Refused(Code.INVALID_TRANSITION, "disputeId", status=case.status)
    raised = dispute.id, dispute.raised_by_id, dispute.office_id
    await approval.judge(actor, *raised, "disputeId", its_duty=its_duty)
    why = texts.reason_for(decision, reason, "reason")
    designated = await _designated(actor, case, dispute, designated_office_code) if approved else None
    dispute.status = DisputeStatus.DESIGNATED if designated else DisputeStatus.UPHELD
    dispute.designated_office_id = designated.id if designated else None
    dispute.decided_by_id, dispute.decided_at, dispute.decision_reason = actor.id, now, why
    fields = ["status", "designated_office_id", "decided_by_id", "decided_at", "decision_reason"]
    await dispute.save(update_fields=fields)
    await status.settle(actor, case, ApprovalKind.DISPUTE, now)
    await due.meet(case, DeadlineKind.RESOLVE, now)
    if designated:
        await _designate(actor, case, designated, now)
    else:
        await status.touch(actor, case, CaseEventKind.DISPUTE_UPHELD, now, {})
    return Outcome({"case": case.id, "dispute": dispute.id})


async def _designated(actor: Actor, case: Case, dispute: Dispute, code: str | None) -> Office:
    """The unit to handle it: another than the one that would not."""
    if not code:
        raise Refused(Code.LEAD_REQUIRED, "designatedOfficeCode")
    office = await status.office(actor, code, "designatedOfficeCode")
    if office.id == dispute.office_id:
        raise texts.invalid("指定的承办单位不能是提出争议的单位。", "designatedOfficeCode")
    await person.manned(office.id, case.recused_ids, "designatedOfficeCode")
    return office


async def _designate(actor: Actor, case: Case, office: Office, now: datetime) -> None:
    """Whoever handled it does no more; dispatched again, and not twice."""
    to = transitions.follow(Action.DESIGNATE, case.status)
    await assignments.take_back(case)
    await assignments.give(actor, case, office, (), now)
    said = {"lead": office.code}
    await status.move(actor, case, to, CaseEventKind.UNIT_DESIGNATED, now, said=said, changed=assignments.GIVEN)
