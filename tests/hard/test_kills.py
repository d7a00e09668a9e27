"""What was acknowledged is kept, whatever is killed; what was asked to end, ends in good order."""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from resolvers.doors import db
from schema.grammar import ids
from tests import world
from tests.client import Data, key
from tests.hard.process import Target, left
from tests.hard.town import clients, flaws, looking_into, party, seeded
from tests.serving import jiesu
from tests.world import City

INTAKES, KILLS, CLIENTS = 5_000, 10, 16
TERMS, IN_FLIGHT, SOCKETS = 5, 100, 50
RECEIVE = "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { case { id } userErrors { code } } }"
EVENTS = "subscription { caseEvents { cursor kind } }"


@pytest.fixture
async def city(target: Target) -> AsyncIterator[City]:
    """A city of which this process remembers only the tokens: the database is closed here while the other is killed."""
    async with clients() as http:
        async with looking_into(target):
            founded = await world.found(http, target.url)
        yield founded


def told(number: int, one_key: str) -> Data:
    """The n-th intake; its title says which."""
    said = {"kind": "COMPLAINT", "channel": "PHONE", "title": f"第{number}件", "idempotencyKey": one_key}
    return {**said, "party": party(number), "respondent": {"name": "某大药房"}}


async def verified(target: Target) -> str:
    """What `verify-ledger` prints when it ends with 0."""
    done = await asyncio.to_thread(jiesu, target.folder, "verify-ledger")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Phones:
    """Clients that send every intake under a key of its own until it is answered, wherever jiesu is by then."""

    city: City
    target: Target
    chance: random.Random
    keys: list[str] = field(default_factory=lambda: [key() for _ in range(INTAKES)])
    kept: dict[int, str] = field(default_factory=dict)
    broken: int = 0
    replayed: int = 0

    async def work(self, numbers: list[int]) -> None:
        while numbers:
            await self.send(numbers.pop())

    async def send(self, number: int) -> None:
        while (case_id := await self.attempt(number)) is None:  # noqa: ASYNC110  (a phone tries again)
            await asyncio.sleep(self.chance.uniform(0.1, 0.5))
        assert self.kept.setdefault(number, case_id) == case_id

    async def attempt(self, number: int) -> str | None:
        """The case's id as acknowledged; None when there was no answer, or one that says to try again."""
        asked = {"query": RECEIVE, "variables": {"i": told(number, self.keys[number])}}
        headers = self.city.as_("agent").headers
        try:
            response = await self.city.http.post(f"{self.target.url}/graphql", json=asked, headers=headers)
        except httpx.TransportError:
            self.broken += 1
            return None
        said = response.json()
        if "errors" in said:
            assert [error["extensions"]["code"] for error in said["errors"]] == ["UNAVAILABLE"], said
            return None
        payload = said["data"]["receiveCase"]
        assert payload["userErrors"] == [], payload
        self.replayed += "extensions" in said
        case_id: str = payload["case"]["id"]
        return case_id


async def kill_again_and_again(phones: Phones) -> None:
    """At random points between one tenth of the work and the next; every other time the database is killed as well."""
    for number in range(KILLS):
        mark = (number + phones.chance.uniform(0.1, 0.9)) * INTAKES / KILLS
        while len(phones.kept) < mark:  # noqa: ASYNC110  (counted by the phones)
            await asyncio.sleep(0.005)
        phones.target.kill(with_database=number % 2 == 1)
        await asyncio.to_thread(phones.target.start)


async def test_of_five_thousand_intakes_ten_kills_lose_none_and_double_none(city: City, target: Target) -> None:
    phones = Phones(city, target, seeded())
    numbers = list(range(INTAKES))

    async with asyncio.TaskGroup() as together:
        together.create_task(kill_again_and_again(phones))
        for _ in range(CLIENTS):
            together.create_task(phones.work(numbers))

    print(f"{phones.broken} broken attempts, {phones.replayed} answered from what was done before a kill")
    assert phones.broken >= KILLS, "no kill met a request"
    async with looking_into(target):
        rows = await db.query("SELECT id, title FROM cases WHERE jurisdiction_id = $1", city.jurisdiction_id)
        held = {row["title"]: ids.encode("Case", UUID(str(row["id"]))) for row in rows}
        assert len(rows) == len(held) == INTAKES, "one intake, one case"
        assert held == {f"第{number}件": case_id for number, case_id in phones.kept.items()}
        assert await flaws() == {}
    assert f"{INTAKES} entries, whole" in await verified(target)
    assert target.incidents == []

    for number in phones.chance.sample(range(INTAKES), 100):
        assert await phones.attempt(number) == phones.kept[number]


class Line:
    """One connection that jiesu has served before, and what is asked over it next."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, head: str, body: bytes = b"") -> None:
        self._writer.write(f"{head}\r\nHost: jiesu\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    async def answer(self) -> Data:
        """The JSON of a whole answer; an error when the connection ends before it does."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        (length,) = re.findall(rb"(?im)^content-length: (\d+)", head)
        said: Data = json.loads(await self._reader.readexactly(int(length)))
        return said

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def lines(target: Target, count: int) -> AsyncIterator[list[Line]]:
    place = urlsplit(target.url)
    opened = [Line(*await asyncio.open_connection(place.hostname, place.port)) for _ in range(count)]
    try:
        for line in opened:
            line.send("GET /healthz HTTP/1.1")
            await line.answer()
        yield opened
    finally:
        for line in opened:
            line.close()


async def close_code(raw: ClientConnection) -> int | None:
    """What a listening socket is closed with."""
    with suppress(ConnectionClosed):
        async for text in raw:
            if json.loads(text)["type"] == "ping":
                await raw.send('{"type": "pong"}')
    return raw.close_code


@asynccontextmanager
async def sockets(target: Target, city: City, count: int) -> AsyncIterator[list[asyncio.Task[int | None]]]:
    """Listening sockets, every fifth of them with a subscription."""
    async with AsyncExitStack() as opened:
        listening = []
        for number in range(count):
            address = target.url.replace("http", "ws", 1) + "/graphql"
            raw = await opened.enter_async_context(connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]))
            await raw.send(json.dumps({"type": "connection_init", "payload": city.as_("leader").headers}))
            assert json.loads(await raw.recv())["type"] == "connection_ack"
            if number % 5 == 0:
                await raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": EVENTS}}))
            listening.append(asyncio.create_task(close_code(raw)))
        yield listening


async def test_a_server_told_to_end_under_load_answers_what_it_has_begun_and_leaves_nothing_running(
    city: City, target: Target
) -> None:
    kept: list[str] = []
    bearer = city.as_("agent").headers["Authorization"]

    for _ in range(TERMS):
        family = target.family()
        async with lines(target, IN_FLIGHT) as asking, sockets(target, city, SOCKETS) as listening:
            for number, line in enumerate(asking):
                body = json.dumps({"query": RECEIVE, "variables": {"i": told(number, key())}}).encode()
                line.send(f"POST /graphql HTTP/1.1\r\nAuthorization: {bearer}\r\nContent-Type: application/json", body)
            answers = [asyncio.create_task(line.answer()) for line in asking]
            await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
            target.server.send(signal.SIGTERM)
            before = sum(answer.done() for answer in answers)

            said = await asyncio.gather(*answers)
            assert await asyncio.gather(*listening) == [1012] * SOCKETS
        assert await asyncio.to_thread(target.server.ended) == 0
        assert left(family) == set()

        assert before < IN_FLIGHT, "nothing was under way"
        refused = [error["extensions"]["code"] for answer in said for error in answer.get("errors", [])]
        assert set(refused) <= {"UNAVAILABLE"}
        done = [answer["data"]["receiveCase"]["case"]["id"] for answer in said if "errors" not in answer]
        assert len(done) > before, "nothing was finished after the signal"
        print(f"{before} answered before the signal, {len(done) - before} after it, {len(refused)} told to come again")
        kept += done
        await asyncio.to_thread(target.start)

    async with looking_into(target):
        rows = await db.query("SELECT id FROM cases WHERE jurisdiction_id = $1", city.jurisdiction_id)
        assert {ids.encode("Case", UUID(str(row["id"]))) for row in rows} == set(kept)
        assert await flaws() == {}
    await verified(target)
    assert target.incidents == []
