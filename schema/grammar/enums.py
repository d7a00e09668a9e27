"""Publishes a term enum of the trade with the descriptions it carries."""

from typing import TypeVar

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from resolvers.terms.term import Term

E = TypeVar("E", bound=Term)


def publish(term: type[E], description: str, *, name: str | None = None) -> type[E]:
    """The same enum, now part of the schema, each value described by its label."""
    published = strawberry.enum(term, name=name, description=description)
    definition: StrawberryEnumDefinition = published.__strawberry_definition__  # type: ignore[attr-defined]
    labels = {member.name: member.label for member in term}
    for value in definition.values:
        value.description = labels[value.name]
    return published
