"""How a rule of the product is written down for a walk: who tries, what may refuse it, and what comes of it.

It shares the table of states with the product; nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from resolvers.rules.transitions import TABLE
from resolvers.terms.statuses import Action
from schema.grammar import ids
from tests.client import Data
from tests.matter import Matter, sees
from tests.world import PEOPLE, City

NO_REASON, REASON = "  ", "情况属实"
Pick = Callable[..., Any]


def plainest(*options: Any) -> Any:
    """What `pick` chooses when nothing is to go wrong."""
    return options[0]


@dataclass
class Try:
    """Somebody is about to do something. `pick` chooses among options, the plainest of which comes first."""

    city: City
    matter: Matter
    who: str
    now: datetime
    pick: Pick
    others: tuple[Matter, ...] = ()  # more cases of the city
    given: Data = field(default_factory=dict)
    touched: list[Matter] = field(default_factory=list)  # other cases it changed, or made
    file: bytes = b""  # what is to be sent after it

    @property
    def role(self) -> str:
        return PEOPLE[self.who][0].value

    @property
    def office(self) -> str:
        return PEOPLE[self.who][1]

    @property
    def leads(self) -> bool:
        return self.office == self.matter.lead

    @property
    def is_co(self) -> bool:
        return self.office in self.matter.co

    def sees(self, matter: Matter) -> bool:
        return sees(self.who, matter)

    def blank(self, *names: str) -> bool:
        return any(not str(self.given.get(name) or "").strip() for name in names)

    def rejects_silently(self) -> bool:
        return self.given["decision"] == "REJECT" and self.blank("reason")

    def uninspected(self) -> bool:
        """有报必查."""
        return self.matter.kind == "REPORT" and not self.matter.inspected

    def approves(self) -> bool:
        return bool(self.given["decision"] == "APPROVE")

    def is_too_early(self, what: str) -> bool:
        """A duty leader decides what has escalated, and nothing else."""
        return self.role == "DUTY_LEADER" and what not in self.matter.escalated


def why(pick: Pick) -> str:
    """A reason, as a rule."""
    return str(pick(REASON, REASON, NO_REASON))


Guard = Callable[[Try], bool]
Learn = Callable[[Try, Data], None]
Then = Callable[[Try, Data], Coroutine[Any, Any, None]]


def decision(t: Try) -> Data:
    return {"decision": t.pick("APPROVE", "APPROVE", "REJECT"), "reason": t.pick(REASON, REASON, NO_REASON, None)}


def nothing(_try: Try, _payload: Data) -> None:
    """What happened is of no consequence for what may happen next."""


@dataclass(frozen=True)
class Rule:
    """One mutation: who may, whose work it is at this point, with what input, from where to where, and unless what.

    `guards`: why it is refused, by code; any of those that hold may be the one that is told. `subject`: the object it
    decides on, when that is not the case, and its type. `still`: it leaves the case's version as it is. `then`: what is
    done once it is done.
    """

    roles: str
    by: Callable[[Matter], str]
    given: Callable[[Try], Data]
    sources: Callable[[Try], frozenset[str]]
    to: Callable[[Try], str] = lambda t: t.matter.status
    guards: Mapping[str, Guard] = field(default_factory=dict)
    learn: Learn = nothing
    then: Then | None = None
    subject: tuple[str, str] | None = None
    shape: str = ""
    often: int = 10  # how often it is chosen beside others
    still: bool = False
    only_at_the_top: bool = False

    def input(self, t: Try, version: int) -> Data:
        """The whole input but its key."""
        more = self.given(t)
        if not self.subject:
            on: Data = {"caseId": t.matter.id}
        else:
            name, kind = self.subject
            on = {f"{name}Id": t.matter.subjects.get(name) or ids.encode(kind, uuid4())}
        return {**on, **more} if self.still else {**on, "expectedVersion": version, **more}

    def expected(self, t: Try) -> frozenset[str]:
        """The codes that may refuse it; none when it is done."""
        if t.role not in self.roles.split() or (self.only_at_the_top and t.office != "top"):
            return frozenset({"NOT_PERMITTED"})
        if not sees(t.who, t.matter) or (self.subject and self.subject[0] not in t.matter.subjects):
            return frozenset({"NOT_FOUND"})
        broken = {code for code, holds in self.guards.items() if holds(t)}
        if not self.still and t.given["expectedVersion"] != t.matter.version:
            return frozenset({"STALE_VERSION"} | broken & {"NOT_FOUND"})  # of two cases either may be looked for first
        return frozenset(broken if t.matter.status in self.sources(t) else broken | {"INVALID_TRANSITION"})


def where(*actions: Action) -> Callable[[Try], frozenset[str]]:
    """The states these actions start from, as the table has them."""
    found = frozenset(status.value for action in actions for status in TABLE[action][0])
    return lambda _try: found


def states(found: Iterable[str]) -> Callable[[Try], frozenset[str]]:
    kept = frozenset(found)
    return lambda _try: kept


def to(action: Action) -> Callable[[Try], str]:
    """Where the table says it leads."""
    return lambda _try: TABLE[action][1].value


def always(who: str) -> Callable[[Matter], str]:
    return lambda _matter: who


def of_lead(people: Mapping[str | None, str]) -> Callable[[Matter], str]:
    return lambda matter: people[matter.lead]


SPANS = (
    timedelta(minutes=10),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=9),
    timedelta(days=20),
    timedelta(days=40),
)
