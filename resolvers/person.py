"""人员: finding the staff an input names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Q

from resolvers.doors import clock
from resolvers.models import Person, RoleGrant
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.roles import UNIT


async def named(actor: Actor, references: Sequence[UUID | str], *path: str) -> list[Person]:
    """Active staff of the caller's jurisdiction who handle cases, by id or login, each once, in the order given."""
    texts.whole(len(references), 0, limits.HANDLERS_MAXIMUM, *path)
    found: dict[UUID, Person] = {}
    for position, reference in enumerate(references):
        person = await _one(actor, reference)
        if person is None:
            raise Refused(Code.NOT_FOUND, *path, str(position))
        if not await _handles_cases(person):
            raise texts.invalid("该人员不是承办单位的办案人员。", *path, str(position))
        found[person.id] = person
    return list(found.values())


async def _handles_cases(person: Person) -> bool:
    now = clock.now()
    valid = RoleGrant.filter(Q(valid_to=None) | Q(valid_to__gt=now), person_id=person.id, valid_from__lte=now)
    return await valid.filter(role__in=list(UNIT)).exists()


async def _one(actor: Actor, reference: UUID | str) -> Person | None:
    if isinstance(reference, UUID):
        return await Person.get_or_none(id=reference, jurisdiction_id=actor.jurisdiction_id, active=True)
    return await Person.named("login", reference, jurisdiction_id=actor.jurisdiction_id, active=True)
