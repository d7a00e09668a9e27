"""延期: asked for before the due date, decided by the 12315 section alone, counted from the old due date (ZZ-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Deadline, ExtensionRequest
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import ApprovalKind, CaseEventKind, CaseKind, Decision, ExtensionStatus
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus


@atomic
@once
async def request_extension(
    actor: Actor, *, case_id: UUID, expected_version: int, working_days: int, reason: str
) -> Outcome:
    """A request by the lead's clerk, with its reason. It does not stop the clock (4.5)."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status not in (CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS):
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    if case.lead_office_id is None or case.lead_office_id not in actor.offices(Role.CLERK):
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    why = texts.reasoned(reason, "reason")
    days = texts.whole(working_days, 1, limits.EXTENSION_WORKING_DAYS, "workingDays")
    clock_row = await _extendable(case, days, now)
    request = await ExtensionRequest.create(
        case_id=case.id,
        office_id=case.lead_office_id,
        deadline_id=clock_row.id,
        round=case.round,
        status=ExtensionStatus.REQUESTED,
        working_days=days,
        reason=why,
        requested_by_id=actor.id,
        requested_at=now,
        old_due_at=clock_row.effective_due_at,
    )
    await status.ask(
        case, ApprovalKind.EXTENSION, request.id, case.lead_office_id, now, requester=actor.id, barred=[actor.id]
    )
    await status.touch(actor, case, CaseEventKind.EXTENSION_REQUESTED, now, {"working_days": days})
    return Outcome({"case": case.id, "extension": request.id})


async def _extendable(case: Case, days: int, now: datetime) -> Deadline:
    """The clock to be extended: still running, extended less often than allowed, within the law."""
    deadline = await due.closing(case)
    if deadline is None:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    transitions.extension_due(now, deadline.effective_due_at)
    rounds = ExtensionRequest.filter(case_id=case.id, round=case.round)
    if await rounds.filter(status=ExtensionStatus.REQUESTED).exists():
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    if await rounds.filter(status=ExtensionStatus.APPROVED).count() >= limits.EXTENSIONS_PER_ROUND:
        raise Refused(Code.EXTENSION_LIMIT_REACHED, "caseId")
    outer = await due.statutory_limit(case) if case.kind is CaseKind.REPORT else None
    if outer is not None and (await due.extended(deadline, days)).at > outer:
        raise Refused(Code.EXTENSION_EXCEEDS_STATUTORY, "workingDays", due_at=outer)
    return deadline


@atomic
@once
async def decide_extension(
    actor: Actor, *, extension_id: UUID, expected_version: int, decision: Decision, reason: str | None
) -> Outcome:
    """Approved, the limit runs on from the old due date, also when decided after it; rejected, it stays.

    By the municipal bureau's 12315 section alone (ZZ-9): a county's own section officer has no say.
    """
    now = clock.now()
    if actor.jurisdiction_id not in actor.offices(Role.SECTION_OFFICER):
        raise Refused(Code.NOT_PERMITTED)
    taken = access.take_of_case(actor, ExtensionRequest, extension_id, expected_version, now, "extensionId")
    case, request = await taken
    if request.status is not ExtensionStatus.REQUESTED:
        raise Refused(Code.INVALID_TRANSITION, "extensionId", status=case.status)
    transitions.decide(actor, request.requested_by_id)
    if actor.works_in(request.office_id):
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN, "extensionId")
    why = texts.reason_for(decision, reason, "reason")
    await _settle(actor, case, request, decision, why, now)
    return Outcome({"case": case.id, "extension": request.id})


async def _settle(
    actor: Actor, case: Case, request: ExtensionRequest, decision: Decision, why: str | None, now: datetime
) -> None:
    approved = decision is Decision.APPROVE
    request.status = ExtensionStatus.APPROVED if approved else ExtensionStatus.REJECTED
    request.decided_by_id, request.decided_at, request.decision_reason = actor.id, now, why
    if approved:
        deadline = await Deadline.get(id=request.deadline_id)
        extended = await due.extended(deadline, request.working_days)
        request.new_due_at = extended.at
        await due.move(deadline, extended.at, now, "EXTENSION", provisional=extended.provisional)
        await status.refresh_due(case)
    fields = ["status", "decided_by_id", "decided_at", "decision_reason", "new_due_at"]
    await request.save(update_fields=fields)
    await status.settle(actor, case, ApprovalKind.EXTENSION, now)
    event = CaseEventKind.EXTENSION_APPROVED if approved else CaseEventKind.EXTENSION_REJECTED
    await status.move(actor, case, case.status, event, now, changed=("due_at",))
