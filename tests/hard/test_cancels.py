"""A caller who goes away costs no connection, holds nobody up, and leaves no half of anything behind."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

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
from resolvers.doors.postgres import Login
from resolvers.intake import Caller, Matter, receive_case
from resolvers.models import configure
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseKind, IntakeChannel
from tests import world
from tests.client import Data, key
from tests.hard.process import served_here
from tests.hard.town import clients, flaws, party, seeded
from tests.world import City

CANCELS = 3_000
FEW = 5
BOUND_SECONDS = 5.0
POOL = limits.POOL_SIZE
RECEIVE = "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { case { id } userErrors { code } } }"
READ = "{ cases(first: 20) { totalCount nodes { number title complainant { name } deadlines { kind dueAt } } } }"

_numbers = itertools.count()


@pytest.fixture(scope="module")
async def database() -> AsyncIterator[tuple[str, Login]]:
    """jiesu in this very process, so that its pool can be looked at; and its database's login."""
    async with served_here() as (url, app):
        yield url, app


@pytest.fixture(scope="module")
async def city(database: tuple[str, Login]) -> AsyncIterator[City]:
    async with clients() as http:
        yield await world.found(http, database[0])


def intake() -> Data:
    number = next(_numbers)
    return {
        "kind": "COMPLAINT", "channel": "PHONE", "title": f"口罩涨价 {number}", "party": party(number),
        "respondent": {"name": "某大药房"}, "idempotencyKey": key(),
    }  # fmt: skip


def matter() -> Matter:
    caller = Caller(**party(next(_numbers)))
    return Matter(kind=CaseKind.COMPLAINT, channel=IntakeChannel.PHONE, title="口罩涨价", description="", party=caller)


def pool() -> asyncpg.Pool[asyncpg.Record]:
    """Of whichever database is the current one."""
    found: asyncpg.Pool[asyncpg.Record] = get_connection("default")._pool  # type: ignore[attr-defined]
    return found


async def can_hold(places: int) -> bool:
    """Whether so many connections can be had at once, each of them alive."""
    held = []
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            for _ in range(places):
                held.append(await pool().acquire())
            return all([await connection.fetchval("SELECT true") for connection in held])
    except TimeoutError:
        return False
    finally:
        for connection in held:
            await pool().release(connection)


async def at_rest() -> tuple[int, int]:
    """Size and idle connections of the pool, after all of them were in use at once and nothing is any more."""
    assert await can_hold(POOL)
    async with asyncio.timeout(BOUND_SECONDS):
        while pool().get_idle_size() < pool().get_size():  # noqa: ASYNC110  (the feed looks in now and then)
            await asyncio.sleep(0.01)
    return pool().get_size(), pool().get_idle_size()


@dataclass
class Quitters:
    """Callers who go away, each in a way of his own, after a random while. What was answered before does not count."""

    city: City
    actor: Actor
    chance: random.Random
    longest: float
    gone: Counter[str] = field(default_factory=Counter)

    async def while_(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.longest))

    async def complete(self) -> None:
        """Says over one socket that he no longer wants to know, of mutations and reads alike."""
        async with socket(self.city) as wire:
            for _ in range(FEW):
                ids = [await ask(wire, RECEIVE, intake()) for _ in range(FEW - 1)] + [await ask(wire, READ)]
                answered: set[str] = set()
                reading = asyncio.create_task(read(wire, answered))
                await self.while_()
                for each in ids:
                    await wire.send(json.dumps({"id": each, "type": "complete"}))
                self.gone["complete"] += len(set(ids) - answered)
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def drop_the_socket(self) -> None:
        async with socket(self.city) as wire:
            ids = [await ask(wire, RECEIVE, intake()) for _ in range(FEW)]
            answered: set[str] = set()
            reading = asyncio.create_task(read(wire, answered))
            await self.while_()
            wire.transport.abort()
            self.gone["socket drop"] += len(set(ids) - answered)
            await asyncio.gather(reading, return_exceptions=True)

    async def drop_the_request(self) -> None:
        reader, writer = await asyncio.open_connection(*_place(self.city))
        writer.write(_request(self.city, json.dumps({"query": RECEIVE, "variables": {"i": intake()}}).encode()))
        await self.while_()
        self.gone["http drop"] += not reader._buffer  # type: ignore[attr-defined]
        writer.transport.abort()

    async def cancel_the_caller(self) -> None:
        """The task that awaits the verb is cancelled, as a time limit would do it."""
        waiting = asyncio.create_task(receive_case(self.actor, uuid4(), matter=matter()))
        await self.while_()
        self.gone["cancel"] += waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


@pytest.fixture
def socket_dummy() -> None: ...
