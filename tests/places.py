"""Where fields are written, and under which keys: one key of one object always has one meaning, so all can be merged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from graphql import GraphQLInterfaceType, GraphQLObjectType

Kind = GraphQLObjectType | GraphQLInterfaceType  # there are no unions


@dataclass(slots=True)
class Place:
    """Where fields are written: the selections of one object, or of the objects of one list.

    `rows`: how many there may be; `pages`: from how many separately read lists. `about`: the number or code asked for.
    """

    kind: Kind
    depth: int = 1
    rows: int = 1
    pages: int = 1
    size: int = 1
    about: str = ""
    likely: tuple[str, ...] = ()
    shape: dict[str, Slot] = field(default_factory=dict)


@dataclass(slots=True)
class Slot:
    """What stands under one key: the type, and what is asked (of which type, which field, with which arguments)."""

    type: str
    asked: set[tuple[str, str, str]]
    inner: Place | None

    def agrees(self, other: Slot, abstract: set[str]) -> bool:
        return self.type == other.type and all(
            one[1:] == two[1:] or (one[0] != two[0] and not {one[0], two[0]} & abstract)
            for one in self.asked
            for two in other.asked
        )


def mergeable(one: Place, two: Place, abstract: set[str]) -> bool:
    """Whether both may be written of the same object. `abstract`: the names of the interfaces."""
    return all(
        slot.agrees(two.shape[key], abstract)
        and (not slot.inner or mergeable(slot.inner, two.shape[key].inner or slot.inner, abstract))
        for key, slot in one.shape.items()
        if key in two.shape
    )


def absorb(one: Place, two: Place) -> None:
    """What stands in the second stands in the first too."""
    for key, slot in two.shape.items():
        if key not in one.shape:
            one.shape[key] = Slot(slot.type, set(), slot.inner and replace(slot.inner, shape={}))
        there = one.shape[key]
        there.asked |= slot.asked
        if there.inner and slot.inner:
            absorb(there.inner, slot.inner)
