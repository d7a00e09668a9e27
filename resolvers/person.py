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
        by = {"id": reference} if isinstance(reference, UUID) else {"login": reference}
        person = await Person.get_or_none(**by, jurisdiction_id=actor.jurisdiction_id, active=True)
        if person is None:
            raise Refused(Code.NOT_FOUND, *path, str(position))
        found[person.id] = person
    return list(found.values())
