"""人员: finding the staff an input names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from resolvers.doors import clock
from resolvers.models import Person, RoleGrant
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.roles import UNIT, Role


async def named(
    actor: Actor, references: Sequence[UUID | str], *path: str, recused: Sequence[UUID] = ()
) -> list[Person]:
    """Active staff of the caller's jurisdiction who handle cases, by id or login, each once, in the order given.

    `RECUSED` where one of those is named who have nothing to do with the case.
    """
    texts.whole(len(references), 0, limits.HANDLERS_MAXIMUM, *path)
    found: dict[UUID, Person] = {}
    for position, reference in enumerate(references):
        person = await _one(actor, reference)
        if person is None:
            raise Refused(Code.NOT_FOUND, *path, str(position))
        if not await _handles_cases(person):
            raise texts.invalid("该人员不是承办单位的办案人员。", *path, str(position))
        if person.id in recused:
            raise Refused(Code.RECUSED, *path, str(position))
        found[person.id] = person
    return list(found.values())


async def _handles_cases(person: Person) -> bool:
    return await _in_force().filter(person_id=person.id, role__in=list(UNIT)).exists()


def _in_force() -> QuerySet[RoleGrant]:
    now = clock.now()
    return RoleGrant.filter(Q(valid_to=None) | Q(valid_to__gt=now), valid_from__lte=now)


async def is_of(person_id: UUID, units: Sequence[UUID]) -> bool:
    """Whether somebody handles cases in one of these units."""
    return await _in_force().filter(person_id=person_id, role__in=list(UNIT), office_id__in=units).exists()


async def manned(office_id: UUID, recused: Sequence[UUID], *path: str) -> None:
    """`RECUSAL_LEAVES_NOBODY` where every clerk of a unit, or everybody who signs for it, is off the case."""
    for role in (Role.CLERK, Role.RESPONSIBLE_PERSON) if recused else ():
        held = _in_force().filter(office_id=office_id, role=role, person__active=True)
        people = {grant.person_id for grant in await held}
        if people and people <= {*recused}:
            raise Refused(Code.RECUSAL_LEAVES_NOBODY, *path)


async def _one(actor: Actor, reference: UUID | str) -> Person | None:
    if isinstance(reference, UUID):
        return await Person.get_or_none(id=reference, jurisdiction_id=actor.jurisdiction_id, active=True)
    return await Person.named("login", reference, jurisdiction_id=actor.jurisdiction_id, active=True)
