"""Values of a statement, bound and never written into it; and which of them may shape its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from resolvers.terms.actor import Actor, Stance
from resolvers.terms.roles import FIELD, UNIT, Role

_NAME = re.compile(r"(?<![:\w]):([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of a row that is read in the same statement, where otherwise a value would be bound."""

    sql: str


# What every statement may use of its caller and its instant, by name.
FACTS: dict[str, tuple[str, Callable[[Actor, datetime], object]]] = {
    "now": ("::timestamptz", lambda _actor, now: now),
    "actor_id": ("::uuid", lambda actor, _now: actor.id),
    "jurisdiction_id": ("::uuid", lambda actor, _now: actor.jurisdiction_id),
    "own_offices": ("::uuid[]", lambda actor, _now: actor.offices(*actor.roles)),
    "own_units": ("::uuid[]", lambda actor, _now: actor.own_units),
    "unit_offices": ("::uuid[]", lambda actor, _now: actor.offices(*UNIT)),
    "enterprise_offices": ("::uuid[]", lambda actor, _now: actor.offices(Role.ODR_ENTERPRISE)),
    "field_offices": ("::uuid[]", lambda actor, _now: actor.offices(*FIELD)),
    "responsible_offices": ("::uuid[]", lambda actor, _now: actor.offices(Role.RESPONSIBLE_PERSON)),
}


class Bind:
    """The values of one statement. `bind(value)` is its `$n`; that of a name is made once and shared."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.values: list[object] = []
        self.names: list[str] = []  # in the order they were bound
        self._actor, self._now = actor, now
        self._named: dict[str, str] = {}

    @property
    def stance(self) -> Stance:
        return self._actor.stance

    def __call__(self, value: object, cast: str = "") -> str:
        if isinstance(value, Reference):
            return value.sql
        self.values.append(value)
        return f"${len(self.values)}{cast}"

    def containing(self, text: str) -> str:
        """`$n` of a pattern for ILIKE: what contains this text, whatever signs are in it."""
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return self(f"%{escaped}%")

    def named(self, name: str) -> str:
        """`$n` of a fact about the caller or the instant."""
        if name not in self._named:
            cast, fact = FACTS[name]
            self._keep(name, self(fact(self._actor, self._now), cast))
        return self._named[name]

    def granted(self, place: int) -> str:
        """`$n` of the office of the caller's grant at this place, as a list of one."""
        name = f"grant {place}"
        if name not in self._named:
            self._keep(name, self([self._actor.grants[place].office_id], "::uuid[]"))
        return self._named[name]

    def again(self, name: str) -> None:
        """Bind what an equal statement bound under this name."""
        if name.startswith("grant "):
            self.granted(int(name.removeprefix("grant ")))
        else:
            self.named(name)

    def _keep(self, name: str, placeholder: str) -> None:
        self.names.append(name)
        self._named[name] = placeholder

    def fill(self, expression: str, alias: str) -> str:
        """A named SQL expression of a model, over this alias, with its values bound."""
        return _NAME.sub(
            lambda found: self.named(found[1]), expression.replace("{t}", alias).replace("{c}", f"{alias}_c")
        )


Condition = Callable[[str, Bind], str]
