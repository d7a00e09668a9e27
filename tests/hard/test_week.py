"""A week in market halls: phones offline at random, killed, restored from old backups, their clocks wrong, the server
killed again and again. Every note is stored once, every photo is verified or visibly still to come, nothing lies about.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from tests import world
from tests.client import Data, key
from tests.hard.process import Target
from tests.hard.town import clients, flaws, hire, looking_into, seeded
from tests.pictures import declaration, picture
from tests.world import City

PHONES, DROWNED, DRAFTS, KILLS = 50, 3, 6, 10
SYNC = (
    "mutation ($i: SyncInspectionsInput!) { syncInspections(input: $i) { results { clientId outcome inspectionNote {"
    " photos { sha256 status uploadUrl } } } userErrors { code } } }"
)


class Gone(Exception):  # noqa: N818  (no network, or nobody there)
    """This attempt came to nothing."""


@dataclass
class Memory:
    """What a phone keeps over its own death, and what its owner's old backup holds."""

    drafts: dict[str, Data] = field(default_factory=dict)  # by client id
    pictures: dict[str, bytes] = field(default_factory=dict)  # by digest
    stored: set[str] = field(default_factory=set)  # client ids
    urls: dict[str, str | None] = field(default_factory=dict)  # by digest; None: nothing more to send

    @property
    def is_done(self) -> bool:
        return len(self.drafts) == DRAFTS == len(self.stored) and not any(self.urls.values())


@dataclass
class Phone:
    """One inspector's, at work until everything he wrote is stored and sent."""

    who: str
    city: City
    target: Target
    cases: list[str]
    chance: random.Random
    ahead: timedelta
    memory: Memory = field(default_factory=Memory)
    backups: list[Memory] = field(default_factory=list)
    restored: int = 0

    async def work(self, drowns_after: int | None = None) -> None:
        while not self.memory.is_done and (drowns_after is None or len(self.memory.stored) < drowns_after):
            await asyncio.sleep(self.chance.uniform(0, 0.2))
            with suppress(Gone):
                await self.chance.choice((self.write, self.sync, self.upload, self.restore))()

    async def write(self) -> None:
        """Offline as well as online."""
        if len(self.memory.drafts) == DRAFTS:
            return
        photos = [picture(size=self.chance.randint(1_000, 60_000)) for _ in range(self.chance.randint(0, 2))]
        declared = [declaration(each) for each in photos]
        client_id = key()
        self.memory.drafts[client_id] = {
            "clientId": client_id,
            "caseId": self.chance.choice(self.cases),
            "capturedAt": (datetime.now(UTC) + self.ahead).isoformat(),
            "inspectors": [self.city.login(self.who), self.city.login("inspector2")],
            "findings": client_id,
            "photos": declared,
        }
        self.memory.pictures |= {each["sha256"]: data for each, data in zip(declared, photos, strict=True)}
        self.backups.append(copy.deepcopy(self.memory))

    async def sync(self) -> None:
        waiting = [draft for client_id, draft in self.memory.drafts.items() if client_id not in self.memory.stored]
        if not waiting:
            return
        batch = self.chance.sample(waiting, self.chance.randint(1, len(waiting)))
        device_time = (datetime.now(UTC) + self.ahead).isoformat()
        asked = {"query": SYNC, "variables": {"i": {"items": batch, "deviceTime": device_time}}}
        response = await self.attempt(
            self.city.http.post(f"{self.target.url}/graphql", json=asked, headers=self.headers)
        )
        said = response.json()
        if "errors" in said:
            assert {error["extensions"]["code"] for error in said["errors"]} <= {"UNAVAILABLE", "OPERATION_TIMEOUT"}
            raise Gone
        payload = said["data"]["syncInspections"]
        assert payload["userErrors"] == []
        assert [result["clientId"] for result in payload["results"]] == [draft["clientId"] for draft in batch]
        for result in payload["results"]:
            self.keep(result)

    def keep(self, result: Data) -> None:
        if result["outcome"] == "REJECTED":
            return  # the same one is just being saved by an attempt that was given up: it is sent again
        assert result["outcome"] in ("APPLIED", "REPLAYED"), result
        self.memory.stored.add(result["clientId"])
        for photo in result["inspectionNote"]["photos"]:
            self.memory.urls[photo["sha256"]] = photo["uploadUrl"]

    async def upload(self) -> None:
        """One photo by tus, as far as the line holds."""
        waiting = [digest for digest, url in self.memory.urls.items() if url]
        if not waiting:
            return
        digest = self.chance.choice(waiting)
        data = self.memory.pictures[digest]
        url = self.target.url + "/" + str(self.memory.urls[digest]).split("/", 3)[3]
        tus = {**self.headers, "Tus-Resumable": "1.0.0"}
        asked = await self.attempt(self.city.http.head(url, headers=tus))
        if asked.status_code in (423, 503):
            raise Gone
        assert asked.status_code == 200, asked
        offset = int(asked.headers["Upload-Offset"])
        while offset < len(data):
            piece = data[offset : offset + self.chance.randint(500, 30_000)]
            sent = {**tus, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = await self.attempt(self.city.http.patch(url, content=piece, headers=sent))
            if answer.status_code in (409, 423, 503):
                raise Gone  # an attempt that was given up is still at work
            assert answer.status_code == 204, (answer.status_code, answer.text)
            offset = int(answer.headers["Upload-Offset"])
        self.memory.urls[digest] = None

    async def restore(self) -> None:
        """Fell down the stairs: an old backup is put back, which knows nothing of what was stored since."""
        if self.restored < 3 and self.backups and self.chance.random() < 0.15:
            self.restored += 1
            old = copy.deepcopy(self.chance.choice(self.backups))
            self.memory.stored, self.memory.urls = old.stored, old.urls

    async def attempt(self, request: Awaitable[httpx.Response]) -> httpx.Response:
        """Given up at random, and whenever nobody is there."""
        patience = self.chance.uniform(0.01, 0.3) if self.chance.random() < 0.2 else 30
        try:
            async with asyncio.timeout(patience):
                return await request
        except (httpx.TransportError, TimeoutError):
            raise Gone from None

    @property
    def headers(self) -> dict[str, str]:
        return self.city.as_(self.who).headers


@pytest.fixture
async def city(target: Target) -> AsyncIterator[City]:
    async with clients() as http:
        async with looking_into(target):
            founded = await world.found(http, target.url)
            await hire(founded, Role.INSPECTOR, "east", *(f"phone{number}" for number in range(PHONES)))
        yield founded


async def kill_again_and_again(phones: list[Phone], target: Target, chance: random.Random) -> None:
    for number in range(KILLS):
        mark = (number + 1) * PHONES * DRAFTS / (KILLS + 1)
        while sum(len(phone.memory.stored) for phone in phones) < mark:
            if all(phone.memory.is_done for phone in phones):
                return
            await asyncio.sleep(0.01)
        await asyncio.sleep(chance.uniform(0, 0.1))
        target.kill(with_database=number % 2 == 1)
        await asyncio.to_thread(target.start)


async def test_a_week_offline_loses_nothing_and_doubles_nothing(city: City, target: Target) -> None:
    chance = seeded()
    cases = [(await city.case_in("IN_PROGRESS"))["id"] for _ in range(5)]
    phones = [
        Phone(
            f"phone{number}",
            city,
            target,
            cases,
            random.Random(chance.random()),
            timedelta(hours=chance.uniform(-24, 24)),
        )
        for number in range(PHONES)
    ]
    async with asyncio.TaskGroup() as together:
        together.create_task(kill_again_and_again(phones[DROWNED:], target, chance))
        for number, phone in enumerate(phones):
            together.create_task(phone.work(drowns_after=2 if number < DROWNED else None))

    must = {client_id for phone in phones for client_id in phone.memory.stored}
    may = {client_id for phone in phones for client_id in phone.memory.drafts}
    async with looking_into(target):
        notes = await db.query("SELECT findings, clock_skew FROM inspection_notes")
        found = {row["findings"] for row in notes}
        assert len(found) == len(notes), "a draft was stored twice"
        assert must <= found <= may, "a draft was lost, or nobody wrote it"
        assert len(must) >= (PHONES - DROWNED) * DRAFTS
        assert max(abs(row["clock_skew"]) for row in notes) > 3_600
        waiting = await db.query("SELECT DISTINCT status, declared_by FROM photos WHERE status <> 'VERIFIED'")
        drowned = {city.persons[phone.who] for phone in phones[:DROWNED]}
        assert {(row["status"], UUID(str(row["declared_by"])) in drowned) for row in waiting} <= {("DECLARED", True)}
        verified = {row["sha256"] for row in await db.query("SELECT sha256 FROM photos WHERE status = 'VERIFIED'")}
        assert {path.name for path in (target.folder / "photos" / "originals").glob("*/*")} == verified, "an orphan"
        assert await flaws() == {}
    assert sum(phone.restored for phone in phones) > 10
    assert target.incidents == []
