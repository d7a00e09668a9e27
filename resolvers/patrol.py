"""回头看: visits nobody is told of, planned after closure, lest what was ended begin again (FT-9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, InspectionNote, Patrol
from resolvers.rules import evidence, texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, PatrolStatus
from resolvers.terms.roles import Role

_BY = (Role.CLERK, Role.INSPECTOR, Role.RESPONSIBLE_PERSON)


@atomic
@once
async def plan_patrols(
    actor: Actor, *, case_id: UUID, expected_version: int, due_on: Sequence[date], reason: str
) -> Outcome:
    """By the unit that led the case to its end: one visit for each day, from today on, a year ahead at the most."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    transitions.plan_patrols(await status.facts(case), actor.offices(*_BY))
    why = texts.reasoned(reason, "reason")
    planned = [
        Patrol(
            case_id=case.id,
            office_id=case.lead_office_id,
            status=PatrolStatus.PLANNED,
            due_at=due_at,
            reason=why,
            planned_by_id=actor.id,
            planned_at=now,
        )
        for due_at in _days(due_on, now)
    ]
    await Patrol.bulk_create(planned)
    said = {"patrols": [str(patrol.id) for patrol in planned]}
    await status.touch(actor, case, CaseEventKind.PATROL_PLANNED, now, said)
    return Outcome({"case": case.id})


def _days(due_on: Sequence[date], now: datetime) -> list[datetime]:
    """The ends of these days, each once."""
    texts.whole(len(due_on), 1, limits.PATROLS, "dueOn")
    ends = [evidence.due_on(day, now, "dueOn", str(at)) for at, day in enumerate(due_on)]
    if len(set(ends)) < len(ends):
        raise texts.invalid("同一天只能计划一次。", "dueOn")
    return sorted(ends)


@atomic
@once
async def cancel_patrol(actor: Actor, *, patrol_id: UUID, expected_version: int, reason: str) -> Outcome:
    """By the unit that planned it, while it is planned."""
    now = clock.now()
    case, patrol = await access.take_of_case(actor, Patrol, patrol_id, expected_version, now, "patrolId")
    if patrol.office_id not in actor.offices(*_BY):
        raise Refused(Code.NOT_YOUR_OFFICE, "patrolId")
    _still_planned(patrol, "patrolId")
    patrol.cancel_reason = texts.reasoned(reason, "reason")
    patrol.status, patrol.ended_at = PatrolStatus.CANCELLED, now
    await patrol.save(update_fields=["status", "ended_at", "cancel_reason"])
    await status.touch(actor, case, CaseEventKind.PATROL_CANCELLED, now, {"patrol": str(patrol.id)})
    return Outcome({"case": case.id, "patrol": patrol.id})


def _still_planned(patrol: Patrol, path: str) -> None:
    if patrol.status is not PatrolStatus.PLANNED:
        raise Refused(Code.PATROL_NOT_PLANNED, path)


async def planned(actor: Actor, case: Case, office_id: UUID, patrol_id: UUID, now: datetime) -> Patrol:
    """The patrol a visit carries out: of this case, in sight and planned by the unit that goes."""
    seen = await access.Reader(actor, now).see(Patrol, patrol_id)
    if seen is None or seen["case_id"] != case.id:
        raise Refused(Code.NOT_FOUND, "patrol")
    patrol = await Patrol.get(id=patrol_id)
    if patrol.office_id != office_id:
        raise Refused(Code.NOT_YOUR_OFFICE, "patrol")
    _still_planned(patrol, "patrol")
    return patrol


async def carry_out(patrol: Patrol, note: InspectionNote) -> None:
    """Done: the visit is its record."""
    patrol.status, patrol.ended_at = PatrolStatus.DONE, evidence.seen_at(note.captured_at, note.received_at)
    await patrol.save(update_fields=["status", "ended_at"])
