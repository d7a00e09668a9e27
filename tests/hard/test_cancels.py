"""A caller who goes away costs no connection, holds nobody up, and leaves no half of anything behind."""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
import json
import logging
import random
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from resolvers import login
from resolvers.doors import db
from resolvers.doors.once import Outcome
from resolvers.doors.postgres import Login
from resolvers.intake import Caller, Matter, receive_case
from resolvers.models import configure
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseKind, IntakeChannel
from tests import world
from tests.client import Data, key
from tests.hard.process import serving_here
from tests.hard.town import clients, flaws, party, seeded
from tests.world import City

CANCELS, OF_EACH_KIND = 3_000, 300
AT_ONCE = 5
BOUND_SECONDS = 5.0
POOL = limits.POOL_SIZE

RECEIVE = "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { case { id } userErrors { code } } }"
READ = "{ cases(first: 20) { totalCount nodes { number title complainant { name } deadlines { kind dueAt } } } }"

_numbers = itertools.count()


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[tuple[str, Login]]:
    """jiesu in this very process, so that its pool can be looked at: where it is, and its login to the database."""
    async with serving_here(pool_size=POOL) as found:
        yield found
    gc.collect()  # what was dropped and never awaited is told now


@pytest.fixture(scope="module")
async def city(served: tuple[str, Login]) -> AsyncIterator[City]:
    async with clients() as http:
        yield await world.found(http, served[0])


async def agent(city: City) -> Actor:
    actor = await login.identify(city.tokens["agent"])
    assert actor
    return actor


def told() -> Data:
    """What `receiveCase` takes."""
    number = next(_numbers)
    said = {"kind": "COMPLAINT", "channel": "PHONE", "title": f"口罩涨价 {number}", "idempotencyKey": key()}
    return {**said, "party": party(number), "respondent": {"name": "某大药房"}}


def matter() -> Matter:
    """What the verb behind it takes."""
    caller = Caller(**party(next(_numbers)))
    return Matter(CaseKind.COMPLAINT, IntakeChannel.PHONE, "口罩涨价", "一天涨了三次价。", party=caller)


async def receive(actor: Actor, one_key: UUID | None = None, told_of: Matter | None = None) -> Outcome:
    return await receive_case(actor, one_key or uuid4(), matter=told_of or matter())


def pools() -> tuple[asyncpg.Pool, asyncpg.Pool]:
    """Those that write and those that read, of the database that is open for the running task."""
    writing: asyncpg.Pool = getattr(get_connection("default"), "_pool")  # noqa: B009  (not told to the type checker)
    assert db.readers.pool is not None
    return writing, db.readers.pool


async def put_down() -> None:
    """What readers keep at hand goes back to its pool, to be looked at."""
    await db.readers.rest(pools()[1])


async def taken(pool: asyncpg.Pool) -> asyncpg.pool.PoolConnectionProxy:
    """One connection more. Whoever reads meanwhile keeps the one it read by at hand."""
    while True:
        await put_down()
        with suppress(TimeoutError):
            return await pool.acquire(timeout=0.2)


async def backends() -> set[int]:
    """The server's number for each connection of the pool, taken all at once; fewer when fewer can be had."""
    held: list[tuple[asyncpg.Pool, asyncpg.pool.PoolConnectionProxy]] = []
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            for pool in pools():
                held += [(pool, await taken(pool)) for _ in range(pool.get_max_size())]
            return {await connection.fetchval("SELECT pg_backend_pid()") for _, connection in held}
    except TimeoutError:
        return set()
    finally:
        for pool, connection in held:
            await pool.release(connection)


async def at_rest() -> set[int]:
    """The same connections, every one of them idle."""
    found = await backends()
    whole = sum(pool.get_max_size() for pool in pools())
    assert len(found) == sum(pool.get_size() for pool in pools()) == whole
    async with asyncio.timeout(BOUND_SECONDS):
        while sum(pool.get_idle_size() for pool in pools()) + len(db.readers._idle) < whole:  # noqa: ASYNC110  (asyncpg tells nobody)
            await asyncio.sleep(0.01)
    return found


class Wire:
    """A socket that asks and does not wait. `answered`: what was told before its caller went away."""

    def __init__(self, raw: ClientConnection) -> None:
        self.raw = raw
        self.answered: set[str] = set()

    async def ask(self, document: str, **variables: Data) -> str:
        name = key()
        payload = {"query": document, "variables": variables}
        await self.raw.send(json.dumps({"id": name, "type": "subscribe", "payload": payload}))
        return name

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self.raw:
                message = json.loads(text)
                if message["type"] == "ping":
                    await self.raw.send('{"type": "pong"}')
                elif message["type"] == "next":
                    self.answered.add(message["id"])


@asynccontextmanager
async def wired(city: City) -> AsyncIterator[Wire]:
    address = city.base_url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as raw:
        await raw.send(json.dumps({"type": "connection_init", "payload": city.as_("agent").headers}))
        assert json.loads(await raw.recv())["type"] == "connection_ack"
        wire = Wire(raw)
        listening = asyncio.create_task(wire.listen())
        try:
            yield wire
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@dataclass
class Quitters:
    """Callers who go away after a random while, each in a way of his own. Whoever was answered before is not counted."""

    city: City
    actor: Actor
    chance: random.Random
    longest: float
    gone: Counter[str] = field(default_factory=Counter)

    async def a_while(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.longest))

    async def complete(self, wire: Wire, document: str, **variables: Data) -> None:
        """No longer wants to know, and keeps the socket."""
        name = await wire.ask(document, **variables)
        await self.a_while()
        self.gone["complete"] += name not in wire.answered
        await wire.raw.send(json.dumps({"id": name, "type": "complete"}))

    async def drop_the_socket(self) -> None:
        async with wired(self.city) as wire:
            names = {await wire.ask(RECEIVE, i=told()) for _ in range(AT_ONCE)}
            await self.a_while()
            self.gone["socket drop"] += len(names - wire.answered)
            wire.raw.transport.abort()

    async def drop_the_request(self) -> None:
        place = urlsplit(self.city.base_url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        body = json.dumps({"query": RECEIVE, "variables": {"i": told()}}).encode()
        fields = {**self.city.as_("agent").headers, "Host": place.netloc, "Content-Type": "application/json"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"POST /graphql HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answering = asyncio.create_task(reader.read(1))
        await self.a_while()
        self.gone["request drop"] += not answering.done()
        writer.transport.abort()
        await asyncio.gather(answering, return_exceptions=True)

    async def cancel(self, verb: Coroutine[None, None, object]) -> None:
        """The task that waits for the verb is cancelled, as a time limit would do it."""
        waiting = asyncio.create_task(verb)
        await self.a_while()
        self.gone["cancel"] += waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    async def all_at_once(self, wire: Wire) -> None:
        await asyncio.gather(
            self.drop_the_socket(),
            self.complete(wire, READ),
            *(self.complete(wire, RECEIVE, i=told()) for _ in range(AT_ONCE)),
            *(self.drop_the_request() for _ in range(AT_ONCE)),
            *(self.cancel(receive(self.actor)) for _ in range(AT_ONCE)),
        )


async def burst_seconds(actor: Actor) -> float:
    """How long as many verbs at once take here as are under way in one round of the quitters."""
    begun = asyncio.get_running_loop().time()
    await asyncio.gather(*(receive(actor) for _ in range(4 * AT_ONCE)))
    return asyncio.get_running_loop().time() - begun


async def test_three_thousand_cancels_at_random_cost_no_connection_and_nobody_waits(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    chance, actor = seeded(), await agent(city)
    quitters = Quitters(city, actor, chance, await burst_seconds(actor))
    before = await at_rest()

    async with wired(city) as wire:
        for round_ in itertools.count(1):
            await quitters.all_at_once(wire)
            async with asyncio.timeout(BOUND_SECONDS):
                await city.receive(title="下一位", party=party(next(_numbers)))
            if round_ % 20 == 0:
                assert await at_rest() == before, f"after {dict(quitters.gone)}"
            if sum(quitters.gone.values()) >= CANCELS:
                break

    print(dict(quitters.gone), f"within {quitters.longest:.2f} s each")
    assert min(quitters.gone.values()) >= OF_EACH_KIND
    # Lost in a transaction, a connection is ended by PostgreSQL after a while, and another takes its place.
    assert await at_rest() == before
    async with asyncio.timeout(BOUND_SECONDS):
        await asyncio.gather(*(city.receive(party=party(next(_numbers))) for _ in range(POOL)))
    assert await flaws() == {}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_what_was_begun_before_its_caller_went_away_is_done_whole_and_once(city: City) -> None:
    actor, count = await agent(city), "SELECT count(*) AS n FROM idempotency_keys WHERE key = ANY($1::uuid[])"
    keys = [uuid4() for _ in range(4 * AT_ONCE)]
    same = {one_key: matter() for one_key in keys}

    waiting = [asyncio.create_task(receive(actor, one_key, same[one_key])) for one_key in keys]
    await asyncio.sleep(0)
    assert all(task.cancel() for task in waiting)
    await asyncio.gather(*waiting, return_exceptions=True)
    retried = [await receive(actor, one_key, same[one_key]) for one_key in keys]

    assert all(outcome.replayed for outcome in retried)
    assert len({outcome.ids["case"] for outcome in retried}) == len(keys)
    assert await db.query(count, keys) == [{"n": len(keys)}]
    assert await flaws() == {}


@asynccontextmanager
async def pool_of_its_own(app: Login) -> AsyncIterator[None]:
    """For code that is expected to lose it."""
    async with TortoiseContext() as context:
        await context.init(config=configure(db._credentials(app, POOL, None)))
        try:
            yield
        finally:
            pools()[0].terminate()


async def receive_bare(actor: Actor) -> None:
    """The same verb in a transaction that is not in a task of its own and has no shield."""
    async with in_transaction("default"):
        state = db.Transaction()
        token = db._current.set(state)
        try:
            await inspect.unwrap(receive_case)(actor, matter=matter())
            for step in state.last:
                await step()
        finally:
            db._current.reset(token)


async def test_the_same_cancels_of_a_bare_transaction_lose_connections(city: City, served: tuple[str, Login]) -> None:
    actor = await agent(city)
    quitters = Quitters(city, actor, seeded(), await burst_seconds(actor))

    async with pool_of_its_own(served[1]):
        await receive_bare(actor)
        before = await at_rest()

        while (after := await backends()) == before and quitters.gone["cancel"] < CANCELS:
            await asyncio.gather(*(quitters.cancel(receive_bare(actor)) for _ in range(4 * AT_ONCE)))

    print(dict(quitters.gone))
    assert after != before, "no connection was lost: the tests above would not have seen one either"
