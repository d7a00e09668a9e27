"""Arguments at random: values that mean something, and the ways to write them, as literals and as variables."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_non_null_type,
    is_required_argument,
)

from resolvers.terms import limits
from resolvers.terms.kinds import CoordinateSystem
from tests.answers import ELSEWHERE, Known
from tests.client import Data

HERE = timezone(timedelta(hours=8))
LARGE = ("Case", "Case", "Office", "InspectionNote")  # types that lead to others
WINDOW = ("first", "last", "after", "before")
# An argument by this name is chosen from these; one that is not listed here has to be added.
CHOICES: dict[str, Callable[[Known], Sequence[Any]]] = {
    "number": lambda known: known.numbers,
    "caseNumber": lambda known: known.numbers,
    "code": lambda known: known.office_codes,
    "officeCode": lambda known: known.office_codes,
    "underCode": lambda known: known.office_codes,
    "divisionCode": lambda known: known.divisions,
    "categoryCode": lambda known: known.categories,
    "tag": lambda known: known.tags,
    **dict.fromkeys(("text", "search"), lambda known: known.words),
    "overdue": lambda _: (True, False),
    **dict.fromkeys(("suggested", "answered", "active", "escalated", "reviewDue"), lambda _: (True, False)),
    "digits": lambda _: range(7),
    "minimumCount": lambda _: range(4),
    **dict.fromkeys(("from", "through"), lambda known: sorted({instant[:10] for instant in known.instants})),
    **dict.fromkeys(("receivedFrom", "receivedTo", "dueFrom", "dueTo", "dueBefore"), lambda known: known.instants),
}
ORDINARY = (
    *((),) * 4, *(("first",),) * 5, *(("last",),) * 3, ("first", "after"), ("last", "before"), ("first", "before"),
    ("last", "after"), ("after",), ("before",), ("after", "before"), ("first", "after", "before"),
)  # fmt: skip


@dataclass
class Chooser:
    """Picks values that mean something to the arguments they are for, as JSON would carry them."""

    dice: random.Random
    known: Known
    refuse: bool = False  # the next window is to be refused

    def values(
        self, coordinate: str, of: dict[str, GraphQLArgument], about: str, *, most: int
    ) -> tuple[Data, frozenset[str]]:
        """Values for some of a field's arguments, and which of them have to be told just so.

        `about`: the number or code by which the object was asked for. `most`: how many a page should hold.
        """
        values: Data = {}
        if "first" in of:
            values = self._refused(coordinate) if self.refuse else self._window(coordinate, about, most)
            self.refuse = False
        if "after" in values or "before" in values:
            return values, frozenset(values.keys() - WINDOW)
        for name, argument in of.items():
            needed = is_required_argument(argument) or name == "asOf"
            if name not in WINDOW and (needed or self.dice.random() < (0.75 if name == "filter" else 0.6)):
                nothing = not needed and not is_non_null_type(argument.type) and self.dice.random() < 0.05
                values[name] = None if nothing else self.value(name, argument.type)
        return {name: values[name] for name in self.dice.sample(list(values), len(values))}, frozenset({"asOf"})

    def value(self, name: str, kind: GraphQLInputType) -> Any:  # noqa: PLR0911  (a table)
        bare, named = get_nullable_type(kind), get_named_type(kind)
        if isinstance(bare, GraphQLList):
            return self._several(name, bare.of_type)
        if name == "period":
            return self._period()
        if name == "asOf":
            return self.known.as_of.isoformat()
        if named.name == "PositionInput":
            return self._place([system.value for system in CoordinateSystem])
        if isinstance(named, GraphQLInputObjectType):
            return self._filter(named)
        if isinstance(named, GraphQLEnumType):
            return self.dice.choice(self._met(named))
        chosen = self.dice.choice(self._ids() if named.name == "ID" else CHOICES[name](self.known))
        return self._respelled(chosen) if named.name == "DateTime" else chosen

    def _ids(self) -> list[str]:
        """Those of one type."""
        by_kind = self.known.ids_by_kind
        return by_kind[self.dice.choice([*by_kind, *(kind for kind in LARGE if kind in by_kind)])]

    def _met(self, kind: GraphQLEnumType) -> list[str]:
        """The values met, or, now and then, any."""
        told = self.known.told.get(kind.name)
        return told if told and self.dice.random() < 0.5 else sorted(kind.values)

    def _several(self, name: str, kind: GraphQLInputType) -> list[Any]:
        counts = (0, 1, 2, 3, 5, 8) if name == "ids" else (1, 1, 2, 3, 5, 8)
        return [self.value(name, kind) for _ in range(self.dice.choice(counts))]

    def _period(self) -> Data:
        """A window of the last 60 days."""
        today = self.known.as_of.astimezone(HERE).date()
        start = self.dice.randint(0, 59)
        days = (today - timedelta(start), today - timedelta(self.dice.randint(0, start)))
        return {"from": str(days[0]), "through": str(days[1])}

    def _place(self, systems: list[str]) -> Data:
        """Somewhere, in any system, told with or without what may be left out."""
        more = {"system": self.dice.choice(systems), "accuracy": 12.5, "mocked": self.dice.random() < 0.5}
        kept = {name: value for name, value in more.items() if self.dice.random() < 0.9}
        return {"latitude": round(self.dice.uniform(-90, 90), 4), "longitude": 118.1, **kept}

    def _filter(self, kind: GraphQLInputObjectType) -> Data:
        """One condition as a rule; several, or none, or all of them seldom."""
        count = self.dice.choice((1,) * 8 + (2,) * 6 + (3, 3, 4, 0, len(kind.fields)))
        names = self.dice.sample(sorted(kind.fields), min(count, len(kind.fields)))
        return {name: self.value(name, kind.fields[name].type) for name in names}

    def _respelled(self, instant: str) -> str:
        """The same instant as it is told, or by the clock on the wall."""
        return instant if self.dice.random() < 0.5 else datetime.fromisoformat(instant).astimezone(HERE).isoformat()

    def _window(self, coordinate: str, subject: str, most: int) -> Data:
        """A window that is accepted: with a cursor, all arguments of the list that printed it."""
        names: tuple[str, ...] = self.dice.choice(ORDINARY)
        lists = self.known.lists(coordinate, subject)
        if not lists:
            names = tuple(name for name in names if name in ("first", "last"))
        window: Data = {name: self._size(most) for name in names if name in ("first", "last")}
        if cursors := [name for name in names if name not in window]:
            given, known = self.dice.choice(lists)
            ends = {"after": known[: len(known) // 2 + 1], "before": known[len(known) // 2 :]}
            return {**given, **window, **{name: self.dice.choice(ends[name]) for name in cursors}}
        if len(window) == 1 and self.dice.random() < 0.1:
            window["last" if "first" in window else "first"] = None
        return window

    def _size(self, most: int) -> int:
        return self.dice.randint(1, most) if self.dice.random() < 0.95 or most < 10 else limits.PAGE_MAXIMUM

    def _refused(self, coordinate: str) -> Data:
        """A window that is none, or goes on in another list."""
        end, cursor = self.dice.choice(("first", "last")), self.dice.choice(("after", "before"))
        strange = self.dice.choice(self.known.strange(coordinate))
        return self.dice.choice([
            {end: 0}, {end: -1}, {end: limits.PAGE_MAXIMUM + 1}, {"first": 2, "last": 2},
            {cursor: self.dice.choice(("", "0", "游标", strange[:-1] + "!"))},
            {end: 2, cursor: strange}, {cursor: self.dice.choice(self.known.cursors.get(ELSEWHERE) or [strange])},
        ])  # fmt: skip


# --- saying

WRONG: dict[str, list[Any]] = {
    "Int": ["3", "many", 1.5, True, 2**31],
    "Boolean": ["true", 1],
    "Date": ["2026-02-30", 20260101, ""],
    "DateTime": ["2026-01-01", "2026-01-01T00:00:00", "yesterday", 0],
}
NULL: Any = None
Styles = tuple[tuple[str, Any], ...]
# How a variable of type T is declared and what the request says: the value, nothing (`Undefined`), or null.
REQUIRED = (("{T}!", "value"),) * 5 + (
    ("{T}! = {value}", Undefined),
    ("{T} = {value}", Undefined),
    ("{T} = {value}", "value"),
)
DEFAULTED = (*REQUIRED, ("{T}", "value"), ("{T}", Undefined))
OPTIONAL = (
    *(("{T}", "value"),) * 7, ("{T}!", "value"), ("{T}!", "value"), ("{T} = {value}", Undefined), ("{T} = null", "value"),
    ("{T}! = {value}", Undefined), ("{T}", Undefined), ("{T}", NULL), ("{T} = {value}", NULL),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variable:
    """`given`: what the request says; `Undefined` if it says nothing."""

    type: GraphQLInputType
    declared: str
    given: Any


@dataclass
class Speaker:
    """Writes values into a document, and remembers the variables it made for them."""

    dice: random.Random
    variables: dict[str, Variable] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # which variable says what, to be used again

    def arguments(self, of: dict[str, GraphQLArgument], values: Data, exact: frozenset[str] = frozenset()) -> str:
        """`exact`: those that have to say just this, and not null or nothing."""
        told = [f"{name}: {self.say(value, of[name], exact=name in exact)}" for name, value in values.items()]
        return f"({', '.join(told)})" if told else ""

    def say(self, value: Any, of: GraphQLArgument | GraphQLInputField, *, exact: bool = False) -> str:
        if value is None or self.dice.random() > 0.35:
            return self._literal(value, of.type, exact=exact)
        styles: Styles = REQUIRED if exact else OPTIONAL
        if isinstance(of.type, GraphQLNonNull):
            styles = REQUIRED if of.default_value in (None, Undefined) else DEFAULTED
        return self._variable(value, of.type.of_type if isinstance(of.type, GraphQLNonNull) else of.type, styles)

    def _variable(self, value: Any, kind: GraphQLInputType, styles: Styles) -> str:
        meaning = f"{kind} {len(styles)} {json.dumps(value)}"
        if meaning not in self.said or self.dice.random() < 0.4:
            declared, given = self.dice.choice(styles)
            name = self.said[meaning] = f"v{len(self.variables)}"
            text = declared.format(T=kind, value=self._literal(value, kind, constant=True))
            self.variables[name] = Variable(kind, text, self._loose(value) if given == "value" else given)
        return f"${self.said[meaning]}"

    def _loose(self, value: Any) -> Any:
        """As JSON; a list of one item may go without brackets."""
        if isinstance(value, dict):
            return {name: self._loose(each) for name, each in value.items()}
        return value[0] if isinstance(value, list) and len(value) == 1 and self.dice.random() < 0.4 else value

    def _literal(self, value: Any, kind: GraphQLInputType, *, exact: bool = False, constant: bool = False) -> str:
        bare = get_nullable_type(kind)
        if isinstance(value, list) and isinstance(bare, GraphQLList):
            items = [
                self._part(each, GraphQLInputField(bare.of_type), exact=exact, constant=constant) for each in value
            ]
            loose = len(value) == 1 and not items[0].startswith("$") and self.dice.random() < 0.4
            return items[0] if loose else f"[{', '.join(items)}]"
        if isinstance(value, dict) and isinstance(bare, GraphQLInputObjectType):
            parts = (
                f"{name}: {self._part(each, bare.fields[name], exact=exact, constant=constant)}"
                for name, each in value.items()
            )
            return f"{{{', '.join(parts)}}}"
        if isinstance(bare, GraphQLEnumType) and value is not None:
            return str(value)
        return self._text(value) if isinstance(value, str) else json.dumps(value)

    def _part(self, value: Any, of: GraphQLInputField, *, exact: bool, constant: bool) -> str:
        return self._literal(value, of.type, constant=True) if constant else self.say(value, of, exact=exact)

    def _text(self, value: str) -> str:
        is_plain = value.strip() == value != "" and not set(value) & {'"', "\\", "\n"}
        return f'"""{value}"""' if is_plain and self.dice.random() < 0.05 else json.dumps(value, ensure_ascii=False)

    def spoil(self, given: Data, used: Sequence[str]) -> bool:
        """Gives one of the variables used a value that its type does not take; whether there was one."""
        wanted = [name for name in used if name in given]
        if wanted:
            kinds = {name: get_named_type(self.variables[name].type) for name in wanted}
            # Enums are rare, and numbers among what is spelt otherwise.
            enums = [name for name, kind in kinds.items() if isinstance(kind, GraphQLEnumType)]
            narrow = enums or [name for name, kind in kinds.items() if kind.name == "Int"]
            name = self.dice.choice(narrow if narrow and self.dice.random() < 0.7 else wanted)
            if self.variables[name].declared.endswith("!") and self.dice.random() < 0.5:
                given |= {name: None}
                if self.dice.random() < 0.5:
                    del given[name]
            else:
                given[name] = self._wrong(get_named_type(self.variables[name].type))
        return bool(wanted)

    def _wrong(self, kind: GraphQLNamedType) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return self.dice.choice(("NOBODY", min(kind.values).lower(), 3, ["NOBODY"]))
        if isinstance(kind, GraphQLInputObjectType):
            return self.dice.choice(({"nonsense": 1}, "text", {"kind": ["NOBODY"]}, {"from": None}))
        return self.dice.choice(WRONG.get(kind.name, [5.5, True, {"a": 1}, [None]]))
