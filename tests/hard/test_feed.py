"""A subscriber who resumes misses nothing and hears nothing twice, however often and however rudely he leaves."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from resolvers.doors import db
from resolvers.doors.feed import Feed
from resolvers.doors.postgres import Login
from resolvers.terms import limits
from schema.grammar import ids
from tests.client import Data
from tests.hard.process import Target
from tests.hard.town import flaws, party, seeded
from tests.world import City

EVENTS, WRITERS = 5_000, 8
PER_CASE = 3  # received, dispatched, signed for
LONGEST_STAY, FEWEST_STAYS = 60, 40
BEGINNING = "0"
SILENCE_SECONDS = 30.0
DOCUMENT = "subscription ($after: String) { caseEvents(after: $after) { id cursor kind caseId caseVersion } }"

_numbers = itertools.count()


async def write(city: City, numbers: list[int]) -> None:
    """What one writer does while there is work: each case makes three entries, and every other one goes east."""
    while numbers:
        await run_errand(city, east=numbers.pop() % 2 == 0)


async def run_errand(city: City, *, east: bool) -> None:
    case = await city.receive(party=party(next(_numbers)))
    case = await city.dispatch(case, "east" if east else "west")
    await city.sign_for(case, "clerk" if east else "west_clerk")


@dataclass
class Stay:
    """One subscription from its beginning to its end: after which cursor, and what was heard. `again`: heard before."""

    after: str
    again: int
    heard: list[Data] = field(default_factory=list)


class Subscriber:
    """Listens, leaves after a random number of events in one of three ways, and comes back with a cursor he had."""

    def __init__(self, city: City, who: str, chance: random.Random) -> None:
        self._city = city
        self._who = who
        self._chance = chance
        self._cursors = [BEGINNING]
        self.last_case: str | None = None
        self.stays: list[Stay] = []

    async def attend(self) -> None:
        """Until the last entry of the last case."""
        while True:
            async with connected(self._city, self._who) as raw:
                for name in map(str, itertools.count()):
                    if await self._stay(raw, name, self._chance.randint(1, LONGEST_STAY)):
                        return
                    way = self._chance.choice(("complete", "close", "abort"))
                    if way == "abort":
                        raw.transport.abort()
                    if way != "complete":
                        break
                    await raw.send(json.dumps({"id": name, "type": "complete"}))

    async def _stay(self, raw: ClientConnection, name: str, count: int) -> bool:
        """Whether it was heard to the end. Of what is left unread some is lost on the way."""
        back = self._chance.randint(1, 20) if self._chance.random() < 0.2 else 0
        known = self._cursors[: len(self._cursors) - back] or self._cursors[:1]
        stay = Stay(known[-1], len(self._cursors) - len(known))
        self._cursors = known
        self.stays.append(stay)
        payload = {"query": DOCUMENT, "variables": {"after": stay.after}}
        await raw.send(json.dumps({"id": name, "type": "subscribe", "payload": payload}))
        async for event in events(raw, name):
            if event["kind"] == "HEARTBEAT":
                continue
            stay.heard.append(event)
            self._cursors.append(event["cursor"])
            if event["caseId"] == self.last_case and event["caseVersion"] == PER_CASE:
                return True
            if len(stay.heard) == count:
                break
        return False


@asynccontextmanager
async def connected(city: City, who: str) -> AsyncIterator[ClientConnection]:
    address = city.base_url.replace("http", "ws", 1) + "/graphql"
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(address, subprotocols=[protocol], max_queue=None) as raw:
        await raw.send(json.dumps({"type": "connection_init", "payload": city.as_(who).headers}))
        assert json.loads(await raw.recv())["type"] == "connection_ack"
        yield raw


async def events(raw: ClientConnection, name: str) -> AsyncIterator[Data]:
    """What comes for one subscription; what still comes for an earlier one of the same socket is passed over."""
    while True:
        message = json.loads(await asyncio.wait_for(raw.recv(), SILENCE_SECONDS))
        if message["type"] == "ping":
            await raw.send('{"type": "pong"}')
        elif message["id"] == name:
            assert message["type"] == "next", message
            yield message["payload"]["data"]["caseEvents"]


@dataclass(frozen=True)
class Entry:
    """A line of the ledger, as a test may know it."""

    seq: int
    version: int
    east: bool


async def entries(city: City) -> dict[str, Entry]:
    """The whole chain in its order, by the id its event has."""
    rows = await db.query(
        "SELECT l.id, l.seq, l.case_version, c.lead_office_id = $2 AS east FROM ledger l JOIN cases c ON c.id = l.case_id"
        " WHERE l.jurisdiction_id = $1 ORDER BY l.seq",
        city.jurisdiction_id,
        city.offices["east"],
    )
    return {
        ids.encode("CaseEvent", UUID(str(row["id"]))): Entry(row["seq"], row["case_version"], row["east"])
        for row in rows
    }


async def busy_town(city: City, *subscribers: Subscriber) -> dict[str, Entry]:
    """Writers at work while the others listen, until all has been heard; what was written."""
    numbers = list(range(EVENTS // PER_CASE))

    async def all_writers() -> None:
        await asyncio.gather(*(write(city, numbers) for _ in range(WRITERS)))
        last = await city.receive(party=party(next(_numbers)))
        for subscriber in subscribers:
            subscriber.last_case = last["id"]
        await city.sign_for(await city.dispatch(last, "east"))

    async with asyncio.TaskGroup() as together:
        together.create_task(all_writers())
        for subscriber in subscribers:
            together.create_task(subscriber.attend())
    return await entries(city)


def heard_of(chain: dict[str, Entry], stays: list[Stay]) -> list[tuple[int, list[int]]]:
    """Of each stay the number it began after, and the numbers heard."""
    place = {BEGINNING: 0} | {event["cursor"]: chain[event["id"]].seq for stay in stays for event in stay.heard}
    return [(place[stay.after], [chain[event["id"]].seq for event in stay.heard]) for stay in stays]


async def test_over_five_thousand_events_of_eight_writers_whoever_resumes_hears_each_once_and_in_order(
    town: City, target: Target
) -> None:
    chance = seeded()
    leader, clerk = Subscriber(town, "leader", chance), Subscriber(town, "clerk", chance)

    chain = await busy_town(town, leader, clerk)

    assert len(chain) >= EVENTS
    assert [entry.seq for entry in chain.values()] == list(range(1, len(chain) + 1))
    print(f"{len(chain)} entries; stays: {len(leader.stays)} of the leader, {len(clerk.stays)} of the clerk")
    for subscriber in (leader, clerk):
        assert len(subscriber.stays) >= FEWEST_STAYS
        heard = [event["id"] for stay in subscriber.stays for event in stay.heard]
        assert len(heard) - len(set(heard)) == sum(stay.again for stay in subscriber.stays) > 0, "twice, only if asked"

    for after, numbers in heard_of(chain, leader.stays):
        assert numbers == list(range(after + 1, after + 1 + len(numbers))), "each number follows the one before"
    everything = {event["id"] for stay in leader.stays for event in stay.heard}
    assert everything == set(chain), "nothing was missed"

    # A clerk sees a case from its dispatch on; of what was before he is told when it comes late enough.
    in_sight = {entry.seq for entry in chain.values() if entry.east}
    promised = {entry.seq for entry in chain.values() if entry.east and entry.version > 1}
    for after, numbers in heard_of(chain, clerk.stays):
        assert numbers == sorted(set(numbers)), "strictly rising"
        assert set(numbers) <= in_sight
        assert {seq for seq in promised if numbers and after < seq <= numbers[-1]} <= set(numbers), "nothing was missed"
    assert promised <= {chain[event["id"]].seq for stay in clerk.stays for event in stay.heard}
    assert await flaws() == {}
    assert target.incidents == []


async def test_whoever_comes_when_all_is_over_is_told_the_whole_story_from_the_beginning(town: City) -> None:
    for east in (True, False):
        await run_errand(town, east=east)
    chain = await entries(town)
    sides = {side: [name for name, entry in chain.items() if entry.east is side] for side in (True, False)}

    for who, expected in (("leader", list(chain)), ("clerk", sides[True]), ("west_clerk", sides[False])):
        async with connected(town, who) as raw:
            payload = {"query": DOCUMENT, "variables": {"after": BEGINNING}}
            await raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            told = events(raw, "1")
            assert [(await anext(told))["id"] for _ in expected] == expected


NOWHERE = Login("/nowhere", 5432, "nobody", "nothing")


@pytest.mark.parametrize("ticks", range(8))
async def test_a_feed_told_to_end_does_so_even_while_it_is_being_woken(ticks: int) -> None:
    feed = Feed()
    running = asyncio.create_task(feed.run(NOWHERE))
    await asyncio.sleep(0.01)

    feed._look.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    running.cancel()

    await asyncio.wait([running], timeout=limits.FEED_POLL_SECONDS / 2)
    assert running.done(), "it goes on for ever, and so does the server that waits for it"


@pytest.mark.parametrize("ticks", range(8))
async def test_a_subscriber_who_leaves_while_he_is_being_woken_is_gone(ticks: int) -> None:
    feed, jurisdiction_id = Feed(), uuid4()
    waiting = asyncio.create_task(feed.wait(jurisdiction_id, 0, 60))
    await asyncio.sleep(0.01)

    async with feed._changed:
        feed._heads = {jurisdiction_id: 1}
        feed._changed.notify_all()
    for _ in range(ticks):
        await asyncio.sleep(0)
    left_in_time = waiting.cancel()

    await asyncio.wait([waiting], timeout=1)
    assert waiting.cancelled() is left_in_time
