"""Random valid reads over our schema: every field, argument, fragment and directive in every way they may be written."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
)
from graphql.utilities import do_types_overlap

from resolvers.terms import limits
from schema.grammar import guards, ids
from tests.answers import Known
from tests.arguments import Chooser, Speaker
from tests.places import Kind, Place, Slot, absorb, mergeable

FIGURES = {"Query.kpis": 20, "Query.kpiRanking": 50, "Office.kpis": 30}
OFTEN = {"Query.cases": 5, "Query.case": 4, "Query.node": 2, "Query.nodes": 2, "Query.approvals": 2, "Query.offices": 3}
COSTLY = 100  # statements one document may cost ordinary execution, by estimate: half of what is allowed
CROWDED = 300  # objects in one place
MANY = {"Office.staff": 30, "Office.children": 5}  # lists that are longer than others
IF = GraphQLArgument(GraphQLNonNull(GraphQLBoolean))
WORDS = re.compile(r'"""(?:[^"])*"""|"(?:\\.|[^"\\])*"|\$(\w+)|\.\.\.(\w+)')


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    variables: dict[str, Any]
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Fragment:
    name: str
    place: Place
    text: str
    height: int
    cost: int
    heavy: bool  # asks something of each object alone


@dataclass(frozen=True, slots=True)
class Way:
    """A field, and the type it leads to if that has fields."""

    name: str
    coordinate: str
    of: GraphQLField
    to: Kind | None
    many: bool
    pages: bool


@cache
def ways_from(kind: Kind) -> list[Way]:
    found = []
    for name, of in kind.fields.items():
        to = get_named_type(of.type)
        many = is_list_type(get_nullable_type(of.type))
        composite = to if isinstance(to, Kind) else None
        found.append(Way(name, f"{kind.name}.{name}", of, composite, many, "first" in of.args))
    return found


def document(rng: random.Random, schema: GraphQLSchema, known: Known) -> Document:
    """One random query, valid and within the limits. The same state of `rng` makes the same document.

    Of 100 about 3 give a variable a wrong value, and 5 ask for a window that is refused.
    """
    spoilt = rng.choices(("", "variable", "window"), (89, 3, 8))[0]
    figures = rng.random() < 0.06
    while True:
        made = Draft(rng, schema, known, spoilt, figures=figures).document()
        if made and is_light(made.text):
            return made


def is_light(text: str) -> bool:
    try:
        return guards.excess(parse(text, no_location=True, max_tokens=limits.DOCUMENT_TOKENS)) is None
    except GraphQLError:
        return False


class Draft:
    """One document in the making."""

    def __init__(self, rng: random.Random, schema: GraphQLSchema, known: Known, spoilt: str, *, figures: bool) -> None:
        self.dice, self.schema, self.figures, self.spoilt = rng, schema, figures, spoilt
        self.chooser, self.speaker = Chooser(rng, known, spoilt == "window"), Speaker(rng)
        self.abstract = {name for name, kind in schema.type_map.items() if isinstance(kind, GraphQLInterfaceType)}
        self.left = rng.choice((20, 35, 50)) if figures else rng.choice((8, 16, 24, 36, 50, 70, 100))
        self.aliases, self.directives = rng.choice((1, 4, 8, 12)), rng.choice((0, 0, 1, 2, 4))
        self.cost = self.deepest = self.heavy = 0
        self.fragments: list[Fragment] = []

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    # --- operations

    def document(self) -> Document | None:
        """None when there is no variable whose value could be wrong, as was wanted."""
        root = self.schema.query_type
        assert root is not None
        count = self.dice.choices((0, 1, 2, 3), (70, 21, 6, 3))[0]
        bodies = [self.select(Place(root)) for _ in range(max(count, 1))]
        names = [self.dice.choice(("Inbox", "query", "on")) + str(n) for n in range(count)]
        chosen = self.dice.randrange(max(count, 1))
        used = [self.reached(body) for body in bodies]
        heads = [self.head(name, self.among(words)) for name, words in zip(names or [""], used, strict=True)]
        parts = [f"{head}{{ {body} }}" for head, body in zip(heads, bodies, strict=True)]
        every = set().union(*used)
        parts += [each.text for each in self.fragments if each.name in every]
        self.dice.shuffle(parts)
        variables = self.speaker.variables
        given = {name: one.given for name, one in variables.items() if name in every and one.given is not Undefined}
        if self.spoilt == "variable" and not self.speaker.spoil(given, self.among(used[chosen])):
            return None
        named = count > 1 or (count == 1 and self.chance(0.5))
        return Document("\n".join(parts), given, names[chosen] if named else None)

    def reached(self, text: str) -> set[str]:
        """The names of all variables and fragments that a text leads to."""
        bodies = {each.name: each.text for each in self.fragments}
        found: set[str] = set()
        waiting = [text]
        while waiting:
            names = {name for pair in WORDS.findall(waiting.pop()) for name in pair if name} - found
            found |= names
            waiting += [bodies[name] for name in sorted(names & bodies.keys())]
        return found

    def among(self, words: set[str]) -> list[str]:
        return [name for name in self.speaker.variables if name in words]

    def head(self, name: str, variables: list[str]) -> str:
        declared = ", ".join(f"${each}: {self.speaker.variables[each].declared}" for each in variables)
        if not name and not declared:
            return self.dice.choice(("", "query "))
        return f"query {name}{f'({declared})' if declared else ''} "

    # --- selections

    def select(self, at: Place) -> str:
        self.deepest = max(self.deepest, at.depth)
        most = 4 + 3 * self.figures if at.depth == 1 else min(9, 1 + len(getattr(at.kind, "fields", {})))
        count = self.dice.randint(self.chance(0.8) + 1, most)
        if at.depth == 1 and self.chance(0.06):
            count = limits.DOCUMENT_ROOT_FIELDS
        parts = [self.part(at) for n in range(count) if n == 0 or self.left > 0]
        return " ".join(part for part in parts if part) or "__typename"

    def part(self, at: Place) -> str:
        if self.chance(0.05):
            return self.plain(at, "__typename", "String!")
        roll = self.dice.random()
        if roll < 0.12:
            return self.spread(at)
        if roll < (0.75 if at.kind.name in self.abstract else 0.22):
            return self.inline(at)
        return self.again(at, at.shape) if roll > 0.93 else self.field(at)

    def plain(self, at: Place, name: str, kind: str) -> str:
        key = self.key(at, name, "", kind, None)
        return self.labelled(key, name) + self.directive() if key else ""

    def inline(self, at: Place) -> str:
        """A fragment on the same type, on none, on an interface of it, or, of an interface, on a type that has it."""
        if isinstance(at.kind, GraphQLInterfaceType):
            name = self.dice.choice(self.possible(at.kind, at))
        else:
            name = self.dice.choice((at.kind.name, "", *(each.name for each in at.kind.interfaces)))
        condition = f" on {name}" if name and (name != at.kind.name or self.chance(0.7)) else ""
        within = replace(at, kind=self.named(name), likely=self.likely(at)) if name else at
        return f"...{condition}{self.directive()} {{ {self.select(within)} }}"

    def named(self, name: str) -> Kind:
        kind = self.schema.type_map[name]
        assert isinstance(kind, Kind)
        return kind

    def possible(self, kind: GraphQLInterfaceType, at: Place) -> tuple[str, ...]:
        """Types worth asking about: as a rule one that an object here is of."""
        if at.likely and self.chance(0.85):
            return at.likely
        return (kind.name, *sorted(each.name for each in self.schema.get_possible_types(kind)))[self.chance(0.9) :]

    def likely(self, at: Place) -> tuple[str, ...]:
        return at.likely or tuple({at.kind.name} - self.abstract)

    def spread(self, at: Place) -> str:
        fitting = [each for each in self.fragments if self.fits(each, at)]
        if not fitting or self.chance(0.4):
            fitting = [each for each in [self.fragment(at)] if each and self.fits(each, at)]
        if not fitting:
            return ""
        chosen = self.dice.choice(fitting)
        self.cost += chosen.cost
        self.deepest = max(self.deepest, at.depth + chosen.height)
        absorb(at, chosen.place)
        return f"...{chosen.name}{self.directive()}"

    def fits(self, one: Fragment, at: Place) -> bool:
        return (
            do_types_overlap(self.schema, one.place.kind, at.kind)
            and at.depth + one.height <= limits.DOCUMENT_DEPTH
            and (at.rows <= one.place.rows or not one.heavy)
            and self.cost + one.cost <= COSTLY
            and mergeable(at, one.place, self.abstract)
        )

    def fragment(self, at: Place) -> Fragment | None:
        """A new fragment that could stand here, often about a field that is asked for here already."""
        if len(self.fragments) >= 4:
            return None
        kinds = [at.kind.name, *(each.name for each in at.kind.interfaces)]
        kind = self.dice.choice(self.possible(at.kind, at) if isinstance(at.kind, GraphQLInterfaceType) else kinds)
        cost, heavy, deepest, self.deepest = self.cost, self.heavy, self.deepest, 0
        place = replace(at, kind=self.named(kind), likely=self.likely(at), shape={}, about="")
        text = " ".join(filter(None, (self.again(place, at.shape) if self.chance(0.6) else "", self.select(place))))
        height, self.deepest = self.deepest - at.depth, deepest
        cost, self.cost = self.cost - cost, cost
        name = f"F{len(self.fragments)}"
        written = f"fragment {name} on {kind} {{ {text} }}"
        self.fragments.append(Fragment(name, place, written, height, cost, self.heavy > heavy))
        return self.fragments[-1]

    def again(self, at: Place, shape: dict[str, Slot]) -> str:
        """A field that is there already, under its key, with other selections below."""
        there = [
            (key, slot, one) for key, slot in shape.items() for one in sorted(slot.asked) if one[0] == at.kind.name
        ]
        if not there or self.cost + at.pages > COSTLY:
            return ""
        composite = [each for each in there if each[1].inner]
        key, slot, (_, name, arguments) = self.dice.choice(composite or there)
        if shape is not at.shape:
            slot = Slot(slot.type, {(at.kind.name, name, arguments)}, slot.inner and replace(slot.inner, shape={}))
            if at.shape.setdefault(key, slot) is not slot:
                return ""
        self.cost += at.pages
        below = f" {{ {self.select(slot.inner)} }}" if slot.inner else ""
        return self.labelled(key, name) + arguments + self.directive() + below

    # --- fields

    def field(self, at: Place) -> str:
        ways = [way for way in ways_from(at.kind) if self.allowed(at, way)]
        if not ways:
            return self.plain(at, "__typename", "String!")
        way = self.dice.choices(ways, [self.weight(at, way) for way in ways])[0]
        name, of, coordinate = way.name, way.of, way.coordinate
        values, exact = self.chooser.values(coordinate, of.args, at.about, most=20 if at.rows == 1 else 4)
        arguments = self.speaker.arguments(of.args, values, exact)
        inner = self.below(at, way, values) if way.to else None
        key = self.key(at, name, arguments, str(of.type), inner)
        if key is None:
            return ""
        self.left -= 1
        told = self.labelled(key, name) + arguments + self.directive()
        slot = at.shape[key]
        return f"{told} {{ {self.select(slot.inner)} }}" if slot.inner else told

    def weight(self, at: Place, way: Way) -> int:
        """Pages are asked for often, what is there already seldom, and so is what leads in circles."""
        often = (FIGURES if self.figures else OFTEN).get(way.coordinate, 1)
        if way.name in at.shape or way.to is at.kind:
            return often
        return often * (8 if way.pages and at.depth > 1 else 3)

    def allowed(self, at: Place, way: Way) -> bool:
        if way.coordinate in FIGURES and (not self.figures or at.rows > 3):
            return False
        if way.to is None:
            return True
        if at.depth >= limits.DOCUMENT_DEPTH or self.left <= 0 or (way.many and at.rows > CROWDED):
            return False
        return self.cost + (2 * at.rows if way.coordinate == "Office.cases" else at.pages) <= COSTLY

    def below(self, at: Place, way: Way, values: dict[str, Any]) -> Place:
        """The place under a field, and what it is estimated to cost."""
        assert way.to
        alone = way.coordinate in ("Office.cases", "Office.kpis")
        self.heavy += alone
        pages, rows = at.rows if alone else at.pages, at.rows
        self.cost += 2 * pages if alone else pages
        if way.many:
            rows *= MANY.get(way.coordinate) or len(values.get("ids", ())) or max(at.size, 3)
        asked = [text for text in (values.get("id"), *values.get("ids", ())) if text]
        likely = tuple(found[0] for text in asked if (found := ids.read(text)))
        size = values.get("first") or values.get("last") or (limits.PAGE_DEFAULT if way.pages else 1)
        about = values.get("number") or values.get("code") or ""
        return Place(way.to, at.depth + 1, rows, pages, size, about, likely)

    def key(self, at: Place, name: str, arguments: str, kind: str, inner: Place | None) -> str | None:
        """The field's own name, or an alias; None if neither is free."""
        slot = Slot(kind, {(at.kind.name, name, arguments)}, inner)
        others = [other for other in getattr(at.kind, "fields", {}) if other != name]
        alias = self.dice.choice(("a", "b", "c", f"{name}2", "_", *others[:3]))
        for key in (alias, name) if self.chance(0.12) else (name, alias):
            if key != name and self.aliases <= 0:
                continue
            known = at.shape.get(key)
            if known is None or known.agrees(slot, self.abstract):
                self.aliases -= key != name
                at.shape.setdefault(key, slot).asked.update(slot.asked)
                return key
        return None

    def labelled(self, key: str, name: str) -> str:
        return name if key == name else f"{key}: {name}"

    def directive(self) -> str:
        if self.directives <= 0 or not self.chance(0.12):
            return ""
        names = self.dice.choice((["skip"], ["include"], ["include"], ["include", "skip"]))
        self.directives -= len(names)
        return "".join(f" @{name}(if: {self.speaker.say(self.chance(0.5), IF)})" for name in names)
