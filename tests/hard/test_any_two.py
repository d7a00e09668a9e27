"""Any two mutations of one case, one inside the other: while the first stands before one of its statements, the second
runs to its end, or until it waits for what the first has locked. Whatever the order, one of them is the last to know.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from asyncpg.connection import Connection

from resolvers.doors import clock, db
from resolvers.rules.transitions import TABLE
from resolvers.terms.statuses import CaseStatus
from tests import world
from tests.client import Data, key
from tests.deeds import RULES
from tests.hard.process import serving_here
from tests.hard.town import clients
from tests.matter import Matter, received
from tests.model import Try, plainest
from tests.records import is_sound, look
from tests.settling import SHOP, enrol
from tests.world import City

# A case is brought to each of these places by these steps. Places that allow what another does not.
ROADS: dict[str, tuple[str, ...]] = {
    "RECORDED": (),
    "DISPATCHED": ("dispatchCase",),
    "DISPATCHED, more time asked for": ("dispatchCase", "requestExtension"),
    "RETURN_REQUESTED": ("dispatchCase", "requestReturn"),
    "PENDING_DISPATCH": ("dispatchCase", "requestReturn", "decideReturn"),
    "IN_PROGRESS": ("dispatchCase", "signForCase"),
    "IN_PROGRESS, somebody off": ("dispatchCase", "signForCase", "declareRecusal"),
    "IN_PROGRESS, not taken back": ("dispatchCase", "requestReturn", "decideReturn REJECT"),
    "IN_PROGRESS, disputed": ("dispatchCase", "requestReturn", "decideReturn REJECT", "disputeReturn"),
    "PENDING_SIGN_OFF": ("dispatchCase", "signForCase", "submitResult"),
    "CLOSED_AWAITING_CALLBACK": ("dispatchCase", "signForCase", "submitResult", "signOff"),
    "CALLBACK_REVIEW": ("dispatchCase", "signForCase", "submitResult", "signOff", "recordCallback"),
    "IN_PROGRESS, tested": ("dispatchCase", "signForCase", "addInspectionNote"),
    "CLOSED_AWAITING_CALLBACK, a patrol planned": (
        "dispatchCase",
        "signForCase",
        "submitResult",
        "signOff",
        "planPatrols",
    ),
    "SUSPENDED": ("dispatchCase", "signForCase", "suspendCase"),
    "PENDING_FILING": ("dispatchCase", "signForCase", "submitFilingReport"),
    "FILED": ("dispatchCase", "signForCase", "submitFilingReport", "decideFilingReport"),
    "FILED, called back": ("dispatchCase", "signForCase", "submitFilingReport", "decideFilingReport", "recordCallback"),
    "TERMINATED": ("dispatchCase", "terminateCase"),
    "ODR_SETTLING": ("routeToOdr",),
    "VOICEMAIL_PENDING": (),
    "VOICEMAIL_PENDING, called": ("callVoicemail",),
    "DISPATCHED, supervised": ("dispatchCase", "superviseCase"),
    "ARCHIVED": ("dispatchCase", "signForCase", "submitResult", "signOff", "recordCallback", "reviewCallback"),
    "ANSWERED": ("answerCase",),
    "NOT_ACCEPTED": ("refuseCase",),
    "TRANSFERRED_OUT": ("transferCase",),
    "MERGED": ("mergeCase",),
    "VOID": ("voidCase",),
}
# Where else the first is stopped than before its first, middle or last statement.
MORE = int(os.environ.get("JIESU_ANY_TWO_MORE", "1"))
LATE = {"STALE_VERSION", "INVALID_TRANSITION", "NOT_FOUND", "NOT_YOUR_OFFICE"}
MOVES = {(source.value, to.value) for sources, to in TABLE.values() for source in sources}


@dataclass(frozen=True, order=True)
class Deed:
    """A mutation, and how it decides if it decides something."""

    name: str
    decision: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.decision}".strip()

    def attempt(self, city: City, matter: Matter) -> Try:
        """By whoever's work it is, plainly."""
        found = Try(city, matter, RULES[self.name].by(matter), clock.now(), plainest, tuple(_neighbours))
        found.given = RULES[self.name].input(found, matter.version)
        if self.decision:
            found.given |= {"decision": self.decision, "reason": "情况属实"}
        return found


@dataclass
class Gate:
    """Stands in the way of the next verb that begins, before its statement number `at`. Counts its statements, the
    commit included. 0: stands in nobody's way.
    """

    at: int
    count: int = 0
    ended: bool = False
    task: asyncio.Task[Any] | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def before(self, statement: str) -> None:
        task = asyncio.current_task()
        if self.task is None and task and getattr(task.get_coro(), "__name__", "") == db._persist.__name__:
            self.task = task
        if self.ended or task is not self.task or task is None or statement.startswith("BEGIN"):
            return
        self.count += 1
        self.ended = statement.startswith(("COMMIT", "ROLLBACK"))
        if self.count == self.at:
            self.reached.set()
            await self.open.wait()


@pytest.fixture(scope="module")
async def city() -> AsyncIterator[City]:
    """In a jiesu of this very process and of this file alone, so that its statements can be stopped."""
    async with serving_here(pool_size=10) as (url, _), clients() as http:
        yield await world.found(http, url)


_gates: list[Gate] = []
_neighbours: list[Matter] = []  # one case more, for what takes two


@pytest.fixture(scope="module", autouse=True)
def _watched() -> Iterator[None]:
    """Every statement of this process comes by the gate that stands."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("_execute", "_executemany", "execute"):
            patched.setattr(Connection, name, _by_the_gate(getattr(Connection, name), whole=name == "execute"))
        yield


def _by_the_gate(original: Any, *, whole: bool) -> Any:
    async def run(self: Any, query: str, *args: Any, **more: Any) -> Any:
        if _gates and not (whole and args):  # `execute` with values goes on to `_execute`
            await _gates[-1].before(query)
        return await original(self, query, *args, **more)

    return run


@contextmanager
def gate(at: int) -> Iterator[Gate]:
    _gates.append(Gate(at))
    try:
        yield _gates[-1]
    finally:
        _gates.pop().open.set()


async def brought_to(city: City, place: str) -> Matter:
    channel = "VOICEMAIL" if place.startswith("VOICEMAIL") else "PHONE"
    case = await city.receive(kind="COMPLAINT", channel=channel, respondent=SHOP, party=None)
    matter = received(case, "COMPLAINT", clock.now(), status=case["status"], is_enrolled=True)
    for step in ROADS[place]:
        name, _, decision = step.partition(" ")
        attempt = Deed(name, decision or "APPROVE" if name.startswith("decide") else "").attempt(city, matter)
        target = RULES[name].to(attempt)
        payload = await city.as_(attempt.who).done(name, f"__typename {RULES[name].shape}", **attempt.given)
        matter.version += not RULES[name].still
        matter.go(target, attempt.now)
        RULES[name].learn(attempt, payload)
        if then := RULES[name].then:
            await then(attempt, payload)
    assert matter.status == place.split(",", maxsplit=1)[0]
    return matter


async def run(city: City, deed: Deed, attempt: Try) -> list[str]:
    """Why it was refused: nothing when it was done. Anything else than a refusal fails here."""
    payload = await city.as_(attempt.who).do(deed.name, "__typename", **attempt.given, idempotencyKey=key())
    return [error["code"] for error in payload["userErrors"]]


def possible(city: City, matter: Matter) -> list[Deed]:
    """What may be done with the case as it is; what decides, either way."""
    found = []
    for name, known in RULES.items():
        attempt = Deed(name).attempt(city, matter)
        if not known.expected(attempt):
            ways = ("APPROVE", "REJECT") if "decision" in attempt.given else ("",)
            found += [Deed(name, way) for way in ways]
    return found


@dataclass(frozen=True)
class Pair:
    place: str
    outer: Deed
    inner: Deed


async def pairs(city: City) -> list[Pair]:
    """Every ordered pair, at the first place where both may be done."""
    found: dict[tuple[Deed, Deed], Pair] = {}
    for place in ROADS:
        deeds = possible(city, await brought_to(city, place))
        for outer, inner in itertools.product(deeds, repeat=2):
            found.setdefault((outer, inner), Pair(place, outer, inner))
    return list(found.values())


async def statements(city: City, place: str, deed: Deed) -> int:
    """How many it takes, from the key's row to the commit."""
    matter = await brought_to(city, place)
    with gate(0) as counting:
        assert await run(city, deed, deed.attempt(city, matter)) == []
    return counting.count


def points(whole: int, turn: int) -> list[int]:
    """Before the first statement, a middle one or the last, and before others that differ from pair to pair."""
    others = [2 + (turn * MORE + number) % (whole - 2) for number in range(MORE)]
    return sorted({(1, (1 + whole) // 2, whole)[turn % 3], *others})


async def settled(inner: asyncio.Task[list[str]]) -> bool:
    """Once it has ended, or waits for a lock: whether it waits."""
    while not inner.done():
        (row,) = await db.query("SELECT count(*) AS n FROM pg_locks WHERE NOT granted")
        if row["n"]:
            return True
        await asyncio.sleep(0.002)
    return False


async def injected(city: City, pair: Pair, at: int) -> tuple[Matter, list[str], list[str], bool]:
    """The outer one stops before its statement `at`, the inner one runs: how both ended, and whether one had to wait."""
    matter = await brought_to(city, pair.place)
    attempts = pair.outer.attempt(city, matter), pair.inner.attempt(city, matter)
    with gate(at) as stopped:
        outer = asyncio.create_task(run(city, pair.outer, attempts[0]))
        await asyncio.wait_for(stopped.reached.wait(), 5)
        inner = asyncio.create_task(run(city, pair.inner, attempts[1]))
        waited = await settled(inner)
        stopped.open.set()
        return matter, await outer, await inner, waited


def check(pair: Pair, before: Matter, ends: tuple[list[str], list[str]], found: Data) -> None:
    """As if one had come after the other: a legal state, a version for each change, and a name for each refusal."""
    assert is_sound(found)
    done = [deed for deed, codes in zip((pair.outer, pair.inner), ends, strict=True) if not codes]
    assert done, "somebody is first, and nothing is in his way"
    assert all(set(codes) <= LATE and len(codes) <= 1 for codes in ends), ends
    changes = [deed for deed in done if not RULES[deed.name].still]
    assert len(changes) <= 1, "both saw the same version"
    assert found["case"]["version"] == before.version + len(changes)
    moves = [(entry["facts"].get("from"), entry["facts"].get("to")) for entry in found["ledger"][1:]]
    assert all(source == to or (source, to) in MOVES for source, to in moves)


async def deadlocks() -> int:
    await db.query("SELECT pg_stat_clear_snapshot()")
    (row,) = await db.query("SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()")
    return int(row["n"])


def test_every_state_has_a_road() -> None:
    assert {place.split(",")[0] for place in ROADS} == {status.value for status in CaseStatus}


async def test_any_two_mutations_of_a_case_come_out_as_if_one_had_come_after_the_other(city: City) -> None:
    waited: list[bool] = []
    with clock.standing_at(clock.now()):  # so that no limit runs out
        await enrol(city, "top")
        _neighbours[:] = [await brought_to(city, "RECORDED")]
        every, before = await pairs(city), await deadlocks()
        lengths = {
            (place, deed): await statements(city, place, deed)
            for place, deed in sorted({(pair.place, pair.outer) for pair in every})
        }
        for turn, pair in enumerate(every):
            for at in points(lengths[pair.place, pair.outer], turn):
                matter, *ends, had_to_wait = await injected(city, pair, at)
                said = f"{pair.inner} inside {pair.outer} before statement {at} at {pair.place}: {ends}"
                try:
                    check(pair, matter, (ends[0], ends[1]), await look(matter.number))
                except AssertionError as error:
                    raise AssertionError(said) from error
                waited.append(had_to_wait)

    print(len(every), "pairs,", len(waited), "injections,", sum(waited), "waited")
    assert {pair.outer.name for pair in every} == {pair.inner.name for pair in every} == set(RULES)
    assert set(waited) == {True, False}
    assert await deadlocks() == before
