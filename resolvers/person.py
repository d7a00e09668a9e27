"""人员: finding the staff an input names."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from resolvers.models import Person
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code


async def named(actor: Actor, references: Sequence[UUID | str], *path: str) -> list[Person]:
    """Active staff of the caller's jurisdiction, by id or login, each once, in the order given."""
    texts.whole(len(references), 0, limits.HANDLERS_MAXIMUM, *path)
    found: dict[UUID, Person] = {}
    for position, reference in enumerate(references):
        person = await _one(actor, reference)
        if person is None:
            raise Refused(Code.NOT_FOUND, *path, str(position))
        found[person.id] = person
    return list(found.values())


async def _one(actor: Actor, reference: UUID | str) -> Person | None:
    if isinstance(reference, UUID):
        return await Person.get_or_none(id=reference, jurisdiction_id=actor.jurisdiction_id, active=True)
    return await Person.named("login", reference, jurisdiction_id=actor.jurisdiction_id, active=True)
