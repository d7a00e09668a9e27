"""督办: an order to get on with a case (ZZ-16, JMS-9). It never alters a result."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import SupervisionOrder
from resolvers.rules import days, texts
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, CasePriority, LimitUnit, SupervisionKind
from resolvers.terms.statuses import CaseStatus

_ANSWER_WORKING_DAYS = 3
_BEYOND = frozenset({CaseStatus.VOID, CaseStatus.MERGED})


@atomic
@once
async def supervise_case(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    kind: SupervisionKind,
    reason: str,
    answer_by: datetime | None,
) -> Outcome:
    """An order to be answered by a date (three working days unless told). A supervised open case is urgent."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status in _BEYOND:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    if answer_by is not None and texts.since(answer_by, "answerBy") <= now:
        raise texts.invalid("答复时限须晚于现在。", "answerBy")
    order = await SupervisionOrder.create(
        case_id=case.id,
        kind=kind,
        reason=texts.reasoned(reason, "reason"),
        ordered_by_id=actor.id,
        ordered_at=now,
        answer_by=answer_by or await _default(now),
    )
    promoted = case.closed_at is None and case.priority is CasePriority.NORMAL
    if promoted:
        case.priority = CasePriority.URGENT
    said = {"supervision": kind.value}
    event = CaseEventKind.SUPERVISED
    await status.move(actor, case, case.status, event, now, said=said, changed=("priority",), urgent=promoted)
    return Outcome({"case": case.id, "supervision": order.id})


async def _default(now: datetime) -> datetime:
    return days.due(await due.calendar(now), now, _ANSWER_WORKING_DAYS, LimitUnit.WORKING_DAY).at
