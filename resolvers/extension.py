"""延期: asked for before the due date, decided by the 12315 section alone, counted from the old due date (ZZ-9)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers import approval
from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Deadline, ExtensionRequest
from resolvers.rules import deadlines, texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    ApprovalKind,
    CaseEventKind,
    CaseKind,
    DeadlineKind,
    Decision,
    ExtensionStatus,
    LimitUnit,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus


@atomic
@once
async def request_extension(
    actor: Actor, *, case_id: UUID, expected_version: int, about: DeadlineKind, working_days: int | None, reason: str
) -> Outcome:
    """A request by the lead's clerk, with its reason. It does not stop the clock (4.5). Of the closing limit by so many
    days; of a report's verification by what the law sets, once (Penalty Procedure art. 18).
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status not in (CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS):
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    if case.lead_office_id is None or case.lead_office_id not in actor.offices(Role.CLERK):
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    why = texts.reasoned(reason, "reason")
    clock_row, days = await _wanted(case, about, working_days, now)
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


async def _wanted(case: Case, about: DeadlineKind, days: int | None, now: datetime) -> tuple[Deadline, int]:
    """The clock to be extended, and by how many working days."""
    if about is DeadlineKind.CLOSE:
        if days is None:
            raise texts.invalid("须填写延长的工作日数。", "workingDays")
        by = texts.whole(days, 1, limits.EXTENSION_WORKING_DAYS, "workingDays")
        return await _closing(case, by, now), by
    if about is DeadlineKind.VERIFY and case.kind is CaseKind.REPORT:
        return await _verification(case, days, now)
    raise texts.invalid("只有办结期限和举报的核查期限可以延长。", "deadlineKind")


async def _closing(case: Case, days: int, now: datetime) -> Deadline:
    """The clock that closes the round, as far as the law lets it go."""
    deadline = await _extendable(case, await due.closing(case), now)
    outer = await due.statutory_limit(case) if case.kind is CaseKind.REPORT else None
    if outer is not None and (await due.extended(deadline, days)).at > outer:
        raise Refused(Code.EXTENSION_EXCEEDS_STATUTORY, "workingDays", due_at=outer)
    return deadline


async def _verification(case: Case, days: int | None, now: datetime) -> tuple[Deadline, int]:
    """The report's clock of the law, and by what the law extends it."""
    deadline = await _extendable(case, await due.verification(case), now)
    by = await due.verification_extension(case, deadline)
    if by is None:
        raise Refused(Code.EXTENSION_EXCEEDS_STATUTORY, "deadlineKind", due_at=deadline.effective_due_at)
    if days not in (None, by):
        raise texts.invalid(f"核查期限只能延长 {by} 个工作日。", "workingDays")
    return deadline, by


async def _extendable(case: Case, deadline: Deadline | None, now: datetime) -> Deadline:
    """Still running, nothing else asked for, and extended less often than allowed."""
    if deadline is None:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    transitions.extension_due(now, deadline.effective_due_at)
    if await status.is_undecided(case):
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    granted = ExtensionRequest.filter(deadline_id=deadline.id, status=ExtensionStatus.APPROVED)
    if await granted.count() >= limits.EXTENSIONS_PER_ROUND:
        raise Refused(Code.EXTENSION_LIMIT_REACHED, "caseId")
    return deadline


@atomic
@once
async def withdraw_extension(actor: Actor, *, extension_id: UUID, expected_version: int) -> Outcome:
    """Taken back by a clerk of the unit that asked, as long as nobody has decided. It may ask again (4.5)."""
    now = clock.now()
    taken = access.take_of_case(actor, ExtensionRequest, extension_id, expected_version, now, "extensionId")
    case, request = await taken
    if request.office_id not in actor.offices(Role.CLERK):
        raise Refused(Code.NOT_YOUR_OFFICE, "extensionId")
    if request.status is not ExtensionStatus.REQUESTED:
        raise Refused(Code.INVALID_TRANSITION, "extensionId", status=case.status)
    request.status, request.decided_at = ExtensionStatus.WITHDRAWN, now
    await request.save(update_fields=["status", "decided_at"])
    await status.withdraw(case, ApprovalKind.EXTENSION, now)
    await status.touch(actor, case, CaseEventKind.EXTENSION_WITHDRAWN, now, {})
    return Outcome({"case": case.id, "extension": request.id})


@atomic
@once
async def decide_extension(
    actor: Actor, *, extension_id: UUID, expected_version: int, decision: Decision, reason: str | None
) -> Outcome:
    """Approved, the limit runs on from the old due date, also when decided after it; rejected, it stays.

    By the municipal bureau's 12315 section alone (ZZ-9): a county's own section officer has no say. What it left undecided
    until one working day after the due date, its duty leader may decide (4.5).
    """
    now = clock.now()
    its_duty = approval.permit(actor, Role.SECTION_OFFICER)
    taken = access.take_of_case(actor, ExtensionRequest, extension_id, expected_version, now, "extensionId")
    case, request = await taken
    if request.status is not ExtensionStatus.REQUESTED:
        raise Refused(Code.INVALID_TRANSITION, "extensionId", status=case.status)
    asked = request.id, request.requested_by_id, request.office_id
    await approval.judge(actor, *asked, "extensionId", its_duty=its_duty)
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
        by = request.working_days, LimitUnit.WORKING_DAY
        await due.move(deadline, extended.at, now, deadlines.EXTENSION, provisional=extended.provisional, by=by)
        await status.refresh_due(case)
    fields = ["status", "decided_by_id", "decided_at", "decision_reason", "new_due_at"]
    await request.save(update_fields=fields)
    await status.settle(actor, case, ApprovalKind.EXTENSION, now)
    event = CaseEventKind.EXTENSION_APPROVED if approved else CaseEventKind.EXTENSION_REJECTED
    await status.move(actor, case, case.status, event, now, changed=("due_at",))
