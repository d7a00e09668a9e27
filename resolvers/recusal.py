"""回避: whoever has an interest in a matter has nothing to do with it, and does not see it (domain 2.8, Order 20 art. 18)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers import person
from resolvers.doors import access, clock, followers, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Person, Recusal
from resolvers.rules import texts
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.roles import Role
from resolvers.terms.statuses import BEYOND


@atomic
@once
async def declare_recusal(
    actor: Actor, *, case_id: UUID, expected_version: int, person_id: UUID | None, reason: str
) -> Outcome:
    """The caller himself, or somebody he answers for, is off the case at once; of a closed one too, for it is still called
    back and reviewed. That a unit is left with nobody does not stand in the way: the law wants it, and the centre
    dispatches anew.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status in BEYOND:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    who = await _whom(actor, case, person_id)
    why = texts.reasoned(reason, "reason")
    if who in case.recused_ids:
        raise texts.invalid("该人员已回避本工单。", "personId")
    recusal = await Recusal.create(case_id=case.id, person_id=who, reason=why, declared_by_id=actor.id, declared_at=now)
    await _settle(actor, case, recusal, CaseEventKind.RECUSED, now)
    return Outcome({"case": case.id, "recusal": recusal.id})


async def _whom(actor: Actor, case: Case, person_id: UUID | None) -> UUID:
    """Himself; or whom he may take off: a dispatcher anybody, a responsible person whoever works in his unit on the case."""
    if person_id is None or person_id == actor.id:
        return actor.id
    if not await Person.filter(id=person_id, jurisdiction_id=actor.jurisdiction_id).exists():
        raise Refused(Code.NOT_FOUND, "personId")
    units = sorted({*actor.offices(Role.RESPONSIBLE_PERSON)} & {*case.assigned_ids})
    if not actor.offices(Role.DISPATCHER) and not await person.is_of(person_id, units):
        raise Refused(Code.NOT_PERMITTED, "personId")
    return person_id


@atomic
@once
async def lift_recusal(actor: Actor, *, recusal_id: UUID, expected_version: int, reason: str) -> Outcome:
    """By a dispatcher; never by whom it concerns, who does not see it. The case is in that person's sight again."""
    now = clock.now()
    if not actor.offices(Role.DISPATCHER):
        raise Refused(Code.NOT_PERMITTED)
    case, recusal = await access.take_of_case(actor, Recusal, recusal_id, expected_version, now, "recusalId")
    if recusal.lifted_at is not None:
        raise texts.invalid("该回避已解除。", "recusalId")
    known = {"lifted_at": now, "lifted_by_id": actor.id, "lift_reason": texts.reasoned(reason, "reason")}
    await recusal.update_from_dict(known).save(update_fields=[*known])
    await _settle(actor, case, recusal, CaseEventKind.RECUSAL_LIFTED, now)
    return Outcome({"case": case.id, "recusal": recusal.id})


async def carry_over(actor: Actor, case: Case, part: Case, now: datetime) -> None:
    """Whoever is off a case is off what is split from it, on the same grounds: it is about the same people."""
    whole = [case.id, *await followers.of(case)]
    found = await Recusal.filter(case_id__in=whole, lifted_at=None).order_by("declared_at", "id")
    for row in {row.person_id: row for row in found}.values():
        own = await Recusal.create(
            case_id=part.id,
            person_id=row.person_id,
            reason=row.reason,
            declared_by_id=row.declared_by_id,
            declared_at=row.declared_at,
        )
        await _settle(actor, part, own, CaseEventKind.RECUSED, now)


async def _settle(actor: Actor, case: Case, recusal: Recusal, event: CaseEventKind, now: datetime) -> None:
    await followers.recuse(case)
    await status.touch(actor, case, event, now, {"recusal": str(recusal.id), "person": str(recusal.person_id)})
