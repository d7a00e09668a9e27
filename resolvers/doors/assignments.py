"""承办: to whom a case is given and from whom it is taken back. Whoever handles it handles those merged into it too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from resolvers.doors import due, followers, status
from resolvers.models import Assignment, Case, HandlingResult, Office
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import AssignmentRole, AssignmentStatus, ClockKind, DeadlineKind

GIVEN = ("lead_office_id", "office_ids", "handling_ids", "assigned_ids")  # columns of the case to be written
TAKEN_BACK = ("lead_office_id", "assigned_ids", "handling_ids")


async def give(actor: Actor, case: Case, lead: Office, others: Sequence[Office], now: datetime) -> None:
    """To one lead and any co-handlers; the time to acknowledge begins, of each dispatch of a case its own."""
    before = await Assignment.filter(case_id=case.id, role=AssignmentRole.LEAD).count()  # each taken back since
    repeat = not before and await _is_repeat(case)  # what was taken back is dispatched again, not twice
    roles = [(lead, AssignmentRole.LEAD), *((other, AssignmentRole.CO) for other in others)]
    for office, role in roles:
        await Assignment.create(
            case_id=case.id,
            office_id=office.id,
            role=role,
            status=AssignmentStatus.ACTIVE,
            is_repeat=repeat and role is AssignmentRole.LEAD,
            dispatched_at=now,
            dispatched_by=actor.id,
        )
    case.lead_office_id = lead.id
    case.assigned_ids = [office.id for office, _ in roles]
    case.handling_ids = await status.lineage([office for office, _ in roles])
    case.office_ids = sorted({*case.office_ids, *case.handling_ids})
    regime = await due.regime_of(case)
    await due.start(case, ((DeadlineKind.SIGN_FOR, ClockKind.SERVICE),), now, regime, dispatch=before + 1)
    await followers.share(case)


async def _is_repeat(case: Case) -> bool:
    """重复派单: the case repeats one that was dispatched before and not merged (DEC-9)."""
    return case.repeat_of_id is not None and await Assignment.filter(case_id=case.repeat_of_id).exists()


async def take_back(case: Case) -> None:
    """Nobody handles the case any more; who had it stays on record."""
    active = Assignment.filter(case_id=case.id, status=AssignmentStatus.ACTIVE)
    await active.update(status=AssignmentStatus.RETURNED)
    case.lead_office_id, case.assigned_ids, case.handling_ids = None, [], []
    await followers.share(case)


async def has_answered(case: Case) -> bool:
    """The unit that leads once thought itself competent: it submitted a result, sent back or done again since."""
    results = HandlingResult.filter(case_id=case.id, office_id=case.lead_office_id, is_co_result=False)
    return await results.exists()
