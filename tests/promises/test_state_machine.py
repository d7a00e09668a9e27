"""Anybody may try anything at any time: a random walk through the API, beside a model that says what must come of it.

`JIESU_STATE_RUNS=500 make test ARGS="-k state_machine"` walks longer.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
from graphql import build_schema
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from resolvers.clockwork import catch_up
from resolvers.doors import clock
from resolvers.doors.lease import Lease
from resolvers.terms.statuses import CaseStatus
from schema import schema
from tests import world
from tests.client import Data, key
from tests.deeds import RULES
from tests.matter import BESIDE, OPEN, Matter, received
from tests.model import SPANS, Pick, Try, plainest
from tests.records import has_missed_what_ran_out, instant, is_sound, look, told
from tests.settling import SHOP, enrol
from tests.world import PEOPLE, City

T = TypeVar("T")
RUNS, STEPS = int(os.environ.get("JIESU_STATE_RUNS", "50")), 50
AT_ONCE = 3  # open cases of one run
CALLED_ABOUT = {"CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW"}
STATES = {status.value for status in CaseStatus}
STARTS = [
    datetime(2019, 9, 27, 1, tzinfo=UTC),  # before National Day
    datetime(2020, 1, 22, 9, tzinfo=UTC),  # before a long Spring Festival
    datetime(2020, 4, 29, 15, 59, tzinfo=UTC),
    datetime(2026, 2, 13, 3, tzinfo=UTC),
]
# Few runs at a time: Hypothesis makes the later ones of many by repeating parts of those before. What fails is told as it
# happened: to make it shorter takes minutes.
BATCH = 10
LONG = settings(
    max_examples=BATCH,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
SHAPE = "case { id number version status round }"
ASKED = {"EXTENSION": "extension", "RETURN": "returnRequest", "FILING": "filingReport"}
# What is not done to a case on record, but before there is one, or to a city.
SETTING_UP = {"signIn", "syncInspections", "receiveCase", "enrolOdrEnterprise", "activateRegime", "endRegime"}
SETTING_UP |= {"saveArticle", "approveArticle"}


@dataclass
class Ground:
    """What all runs share: the city, the loop its server lives in, and what was tried (which outcome) and reached."""

    city: City
    loop: asyncio.AbstractEventLoop
    lease: Lease = field(default_factory=lambda: Lease("clockwork"))
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    reached: set[str] = field(default_factory=set)
    came_back: int = 0  # from an enterprise, by nobody's hand
    escalated: int = 0


def is_live(matter: Matter) -> bool:
    """Something is still to be done about it."""
    return matter.status in OPEN | CALLED_ABOUT or (matter.status in BESIDE and matter.is_to_be_called)


class Walk(RuleBasedStateMachine):
    """One run: up to three cases of one city, and a clock that goes on by leaps."""

    def __init__(self, ground: Ground) -> None:
        super().__init__()
        self.ground, self.city = ground, ground.city
        self.now = STARTS[0]
        self.matters: list[Matter] = []
        self.seen: dict[str, Data] = {}  # each case as it was last on record
        self.breached: dict[str, str | None] = {}

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.ground.loop).result(60)

    def pass_time(self, span: timedelta) -> None:
        self.now += span
        clock.set_to(self.now)

    @initialize(start=st.sampled_from(STARTS), kind=st.sampled_from(["COMPLAINT", "REPORT"]))
    def the_first_call(self, start: datetime, kind: str) -> None:
        self.now = start
        self.take(kind)

    def take(self, kind: str, channel: str = "PHONE", *, is_enrolled: bool = True) -> None:
        self.pass_time(timedelta(minutes=1))
        respondent = SHOP if is_enrolled else {"name": "某大药房"}
        told = {"kind": kind, "channel": channel, "respondent": respondent, "party": None}
        status = "VOICEMAIL_PENDING" if channel == "VOICEMAIL" else "RECORDED"
        case = self.wait(self.city.receive(**told))
        self.matters.append(received(case, kind, self.now, status=status, is_enrolled=is_enrolled))
        self.check(self.matters[-1])

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """Mostly somebody whose turn it is does what may be done now; or anybody tries anything; or time passes."""

        def pick(*options: Any) -> Any:
            return options[data.draw(st.integers(0, len(options) - 1))]

        live = [matter for matter in self.matters if is_live(matter)]
        how = pick(*["in turn"] * 22, *["anybody"] * 8, *["time"] * 4, *["again"] * 2, *["call"] * 3, "clockwork")
        if not live or (how == "call" and len(live) < AT_ONCE):
            channel = pick(*["PHONE"] * 3, "VOICEMAIL")
            self.take(pick("COMPLAINT", "COMPLAINT", "REPORT", "CONSULTATION"), channel, is_enrolled=pick(True, False))
        elif how == "time":
            self.pass_time(pick(*SPANS))
            if pick(True, False):
                self.the_clockwork_catches_up()
        elif how == "clockwork":
            self.the_clockwork_catches_up()
        elif how == "again":
            self.the_phone_sends_it_again(pick(*self.matters))
        else:
            self.somebody_tries(pick, pick(*live * 4, *self.matters), in_turn=how != "anybody")

    def somebody_tries(self, pick: Pick, matter: Matter, *, in_turn: bool) -> None:
        self.pass_time(timedelta(minutes=pick(5, 30, 120)))
        surely = pick(True, True, False)
        ways = [name for name in RULES if not in_turn or self.is_next(name, matter, surely=surely)]
        if not ways:  # void, it is done with
            return
        name = pick(*[name for name in ways for _ in range(RULES[name].often)])
        peers = [who for who, (role, _) in PEOPLE.items() if role.value in RULES[name].roles.split()]
        turn = RULES[name].by(matter)
        plain = in_turn and pick(True, False)
        who = turn if plain else pick(turn, turn, pick(*peers), pick(*(peers if in_turn else PEOPLE)))
        version = matter.version if in_turn else matter.version + pick(0, 0, 0, 0, -1, 1)
        attempt = Try(self.city, matter, who, self.now, plainest if plain else pick, self.beside(matter))
        attempt.given = RULES[name].input(attempt, version)
        self.do(name, attempt)

    def beside(self, matter: Matter) -> tuple[Matter, ...]:
        return tuple(other for other in self.matters if other is not matter)

    def is_next(self, name: str, matter: Matter, *, surely: bool) -> bool:
        """Whether it is done, or at least the state allows it, when the one whose work it is does it plainly."""
        attempt = Try(self.city, matter, RULES[name].by(matter), self.now, plainest, self.beside(matter))
        attempt.given = RULES[name].input(attempt, matter.version)
        return not RULES[name].expected(attempt) if surely else matter.status in RULES[name].sources(attempt)

    def do(self, name: str, attempt: Try) -> None:
        known, matter = RULES[name], attempt.matter
        codes, target = known.expected(attempt), ""
        if not codes:
            target = known.to(attempt)
        note(f"{self.now:%m-%d %H:%M} {attempt.who}: {name} {attempt.given} in {matter.status} -> {target or codes}")
        given = {**attempt.given, "idempotencyKey": key()}
        shape = f"{'' if known.still else SHAPE} {known.shape}".strip() or "__typename"
        payload = self.wait(self.city.as_(attempt.who).do(name, shape, **given))
        said = {error["code"] for error in payload["userErrors"]}
        self.ground.tried[name, next(iter(said), "done")] += 1
        if codes:
            assert len(said) == 1, (said, codes)
            assert said <= codes
            assert self.wait(look(matter.number)) == self.seen[matter.number], "a refusal changes nothing"
            return
        assert said == set()
        matter.version += not known.still
        matter.go(target, self.now)
        known.learn(attempt, payload)
        matter.last = name, attempt.who, given
        if known.then:
            self.wait(known.then(attempt, payload))
        if not known.still and not attempt.sees(matter):
            assert payload["case"] is None
        elif not known.still:
            assert payload["case"] == {
                "id": matter.id, "number": matter.number, "version": matter.version, "status": matter.status,
                "round": matter.round,
            }  # fmt: skip
        self.matters += [other for other in attempt.touched if other not in self.matters]
        # Who handles a case handles those merged into it.
        followers = [other for other in self.matters if matter in other.chain[1:]]
        for each in (matter, *attempt.touched, *followers):
            self.check(each)

    def the_clockwork_catches_up(self) -> None:
        """What time brings about: never a version, but of what an enterprise did not settle in time."""
        note(f"{self.now:%m-%d %H:%M} the clockwork")

        async def round_() -> None:
            assert await self.ground.lease.take()
            await catch_up(self.ground.lease, self.now)

        self.wait(round_())
        for matter in self.matters:
            before, version = self.seen[matter.number]["case"], matter.version
            matter.let_pass(self.now)
            self.check(matter)
            found = self.seen[matter.number]
            assert matter.version > version or found["case"] == before
            assert has_missed_what_ran_out(found, self.now)
            self.ground.came_back += matter.version - version
            self.ground.escalated += len(matter.escalated)

    def the_phone_sends_it_again(self, matter: Matter) -> None:
        """The same key: done already, and nothing changes."""
        if matter.last is None:
            return
        name, who, given = matter.last
        payload = self.wait(self.city.as_(who).do(name, "__typename", **given))
        assert payload["userErrors"] == []
        assert self.wait(look(matter.number)) == self.seen[matter.number]

    def check(self, matter: Matter) -> None:
        """The row is what the model knows and what the ledger tells, and nothing on record contradicts itself."""
        found = self.wait(look(matter.number))
        self.seen[matter.number] = found
        self.ground.reached.add(matter.status)
        assert is_sound(found)
        assert told(found) == (matter.status, matter.version, matter.round)
        due_at = found["case"]["due_at"]
        assert (instant(due_at) if due_at else None) == matter.shown_due
        offices = {str(key): name for name, key in self.city.offices.items()}
        assert {offices[each["office_id"]]: each["role"] for each in found["active"]} == {
            unit: "LEAD" if unit == matter.lead else "CO" for unit in matter.units
        }
        assert found["waiting"] == matter.waiting
        assert {ASKED[kind] for kind in found["escalated"]} == matter.escalated
        for limit in found["deadlines"]:
            missed = self.breached.get(limit["id"])
            assert missed in (None, limit["breached_at"]) or matter.forgiven, "what was missed stays missed"
            self.breached[limit["id"]] = limit["breached_at"]
        matter.forgiven = False


async def test_whatever_anybody_tries_comes_out_as_the_rules_say(http: httpx.AsyncClient, base_url: str) -> None:
    ground = Ground(await world.found(http, base_url), asyncio.get_running_loop())
    await enrol(ground.city, "top")
    first = int(os.environ.get("SEED", "12315"))

    class Here(Walk):
        def __init__(self) -> None:
            super().__init__(ground)

    with clock.standing_at(STARTS[0]):
        for batch in range(-(-RUNS // BATCH)):
            await asyncio.to_thread(run_state_machine_as_test, seed(first + batch)(Here), settings=LONG)

    print(f"SEED={first}", *sorted(f"{name} {outcome}: {n}" for (name, outcome), n in ground.tried.items()), sep="\n")
    never = {(name, code) for name, known in RULES.items() for code in known.guards} - set(ground.tried)
    print("never provoked:", *sorted(never))
    print(ground.came_back, "came back,", ground.escalated, "escalated")
    done = {name for name, outcome in ground.tried if outcome == "done"}
    refused = {name for name, outcome in ground.tried if outcome != "done"}
    assert (set(RULES) - done, set(RULES) - refused) == (set(), set())
    assert set(STATES) - ground.reached == set()
    assert ground.came_back
    assert ground.escalated


def test_no_change_of_a_case_is_left_out_of_the_walk() -> None:
    mutations = build_schema(schema.as_str()).mutation_type
    assert mutations
    assert set(mutations.fields) - SETTING_UP == set(RULES)
    assert set(mutations.fields) >= SETTING_UP
