"""督办: an order to get on with a case, and its answer (ZZ-16, JMS-9). It never alters a result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from resolvers import case as cases
from resolvers.doors import access, clock, due, status
from resolvers.doors.bind import Bind, Condition
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import SupervisionOrder
from resolvers.rules import days, texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, CasePriority, LimitUnit, SupervisionKind, SupervisionTrigger
from resolvers.terms.roles import CENTRE, Role
from resolvers.terms.statuses import BEYOND

_ANSWER_WORKING_DAYS = 3


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
    trigger: SupervisionTrigger | None = None,
) -> Outcome:
    """An order to be answered by a date (three working days unless told). A supervised open case is urgent."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status in BEYOND:
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
        trigger=trigger,
    )
    promoted = case.closed_at is None and case.priority is CasePriority.NORMAL
    if promoted:
        case.priority = CasePriority.URGENT
    said = {"supervision": kind.value, **({"trigger": trigger.value} if trigger else {})}
    event = CaseEventKind.SUPERVISED
    await status.move(actor, case, case.status, event, now, said=said, changed=("priority",), urgent=promoted)
    return Outcome({"case": case.id, "supervision": order.id})


async def _default(now: datetime) -> datetime:
    return days.due(await due.calendar(now), now, _ANSWER_WORKING_DAYS, LimitUnit.WORKING_DAY).at


@atomic
@once
async def answer_supervision(actor: Actor, *, supervision_id: UUID, expected_version: int, answer: str) -> Outcome:
    """The unit that leads says what it did, once, and whatever has become of the case: closing it closes no order."""
    now = clock.now()
    taken = access.take_of_case(actor, SupervisionOrder, supervision_id, expected_version, now, "supervisionId")
    case, order = await taken
    if case.lead_office_id not in actor.offices(Role.CLERK, Role.RESPONSIBLE_PERSON):
        raise Refused(Code.NOT_YOUR_OFFICE, "supervisionId")
    if order.answered_at is not None:
        raise Refused(Code.SUPERVISION_ALREADY_ANSWERED, "supervisionId")
    order.answer = texts.required(answer, limits.TEXT_CHARACTERS, "answer")
    order.answered_by_id, order.answered_at = actor.id, now
    await order.save(update_fields=["answer", "answered_by_id", "answered_at"])
    said = {"supervision": order.kind.value, "late": now > order.answer_by}
    await status.move(actor, case, case.status, CaseEventKind.SUPERVISION_ANSWERED, now, said=said)
    return Outcome({"case": case.id, "supervision": order.id})


def told_trigger(actor: Actor, trigger: str | None) -> str | None:
    """That a matter is a repeat tells of another case: to the centre alone."""
    return trigger if trigger != SupervisionTrigger.REPEATED or actor.roles & CENTRE else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders to list; None leaves it open. An office means its whole subtree."""

    answered: bool | None = None
    overdue: bool | None = None
    kind: SupervisionKind | None = None
    office_code: str | None = None


def matching(wanted: Wanted) -> Condition:
    """SQL for a filter. Overdue: not answered, and past the date it was to be answered by."""

    def condition(t: str, bind: Bind) -> str:
        parts = []
        if wanted.answered is not None:
            parts.append(f"{t}.answered_at IS {'NOT ' if wanted.answered else ''}NULL")
        if wanted.overdue is not None:
            late = bind.fill("({t}.answered_at IS NULL AND {t}.answer_by < :now)", t)
            parts.append(late if wanted.overdue else f"NOT {late}")
        if wanted.kind is not None:
            parts.append(f"{t}.kind = '{wanted.kind.value}'")
        if wanted.office_code is not None:
            held = cases.in_subtree(wanted.office_code, "y", bind)
            parts.append(f"EXISTS (SELECT 1 FROM cases y WHERE y.id = {t}.case_id AND {held})")
        return " AND ".join(parts) or "true"

    return condition
