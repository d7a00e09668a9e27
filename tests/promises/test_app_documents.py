"""The app's own documents are answered from their plans, as ordinary execution would, by indexes and not by scans."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from graphql import parse, validate

from bench import fill
from resolvers.doors import db, identity
from resolvers.doors.cluster import Cluster, start_cluster
from resolvers.doors.readers import Readers
from resolvers.login import digest
from schema import schema
from schema.grammar import ids
from schema.grammar.context import Context
from schema.plan.run import Plans
from tests import planned, world
from tests.cluster import QUICK, throw_away_folder
from tests.planned import Ways

TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "fixtures" / "documents"
DOCUMENTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.graphql"))}
PEOPLE = sorted({*world.PEOPLE, world.APPLICATION})
TODAY = datetime.now(UTC).date()
MONTH = {"from": str(TODAY - timedelta(days=30)), "through": str(TODAY)}
CASES = 50_000
FIGURES, NO_FIGURES = {"Home", "Figures"}, {"enterprise"}
# Lists that grow with the years. Small tables are read whole, and rightly so.
GROWING = ("cases", "ledger", "inspection_notes", "photos", "deadlines", "rounds", "assignments", "parties")


def variables(number: str, office: str, keys: list[str]) -> dict[str, dict[str, Any]]:
    """What the app sends with each document."""
    return {
        "Home": {"month": MONTH},
        "Inbox": {"office": office, "status": ["DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF"]},
        "CaseDetail": {"number": number, "withTrace": True},
        "Timeline": {"number": number},
        "Approvals": {},
        "OfficeCases": {"code": office},
        "Figures": {"period": MONTH},
        "Refresh": {"ids": keys},
    }


def test_every_document_is_valid() -> None:
    assert len(DOCUMENTS) > 10
    assert [error for text in DOCUMENTS.values() for error in validate(schema._schema, parse(text))] == []


@pytest.fixture(scope="module")
async def ways(http: httpx.AsyncClient, base_url: str) -> AsyncIterator[Ways]:
    city = await planned.gather(http, base_url)
    async with planned.ways(city) as both:
        yield both


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_everybody_is_answered_from_the_plan_with_the_bytes_of_ordinary_execution(ways: Ways, name: str) -> None:
    city = ways.city
    listed = await city.as_("leader").ask("{ cases(first: 3) { nodes { id number } } }")
    cases = listed["cases"]["nodes"]
    keys = [*(case["id"] for case in cases), ids.encode("Office", city.offices["east"])]
    given = variables(cases[0]["number"], city.codes["east"], keys).get(name, {})
    for who in PEOPLE:
        before = dict(ways.plans.counts)
        compiled, plain = await ways.both(who, DOCUMENTS[name], given)
        if who in NO_FIGURES and name in FIGURES:  # refused: ordinary execution says so
            assert "errors" in json.loads(compiled[1])
            continue
        assert compiled == plain, who
        assert dict(ways.plans.counts) == {**before, "planned": before.get("planned", 0) + 1}, who


# --- over many cases


@dataclass(frozen=True)
class Town:
    """A database with many cases, who may ask, and what the driver was told to send."""

    filled: fill.Filled
    pool: asyncpg.Pool
    sent: list[Any]

    async def plans(self, login: str, document: str, given: dict[str, Any]) -> list[str]:
        """How PostgreSQL goes about what one caller asks, statement by statement."""
        rows = await db.fetch(identity._BY_DIGEST, [digest(self.filled.tokens[login]), datetime.now(UTC)])
        actor = identity._actor(tuple(rows))
        assert actor
        await asyncio.sleep(0)
        self.sent.clear()
        await Plans(schema, 16).data(Context(actor, datetime.now(UTC), "http://jiesu.test"), document, given, None)
        await asyncio.sleep(0)  # the driver tells a turn later
        asked = [logged for logged in self.sent if logged.query.startswith("SELECT")]
        async with self.pool.acquire() as connection:
            return [await explain(connection, logged) for logged in asked]


async def explain(connection: Any, logged: Any) -> str:
    rows = await connection.fetch(f"EXPLAIN {logged.query}", *logged.args)
    return "\n".join(row[0] for row in rows)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with throw_away_folder() as folder:
        # In a process of its own: the ORM of this one serves another database.
        command, data = [sys.executable, "-m", "api", "migrate"], {"JIESU_DATA_DIR": str(folder)}
        subprocess.run(command, cwd=TOP, env={**os.environ, **data}, check=True, capture_output=True)
        running = start_cluster(folder, settings=QUICK)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="module")
async def town(cluster: Cluster) -> AsyncIterator[Town]:
    owner = await asyncpg.connect(**cluster.logins.owner.credentials())
    try:
        filled = await fill.fill(owner, CASES)
    finally:
        await owner.close()
    sent: list[Any] = []

    async def listen(connection: Any) -> None:
        connection.add_query_logger(sent.append)

    async def leave(_connection: Any) -> None:
        """Nothing is sent of the pool's own."""

    credentials = cluster.logins.app.credentials()
    async with asyncpg.create_pool(**credentials, min_size=1, max_size=2, setup=listen, reset=leave) as pool:
        yield Town(filled, pool, sent)


@pytest.fixture
async def of_the_town(town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """Reads go to the town's database for a while."""
    other = Readers()
    other.pool = town.pool
    monkeypatch.setattr(db, "readers", other)
    yield town
    while other._idle:
        await town.pool.release(other._idle.pop())


FEW = sorted(set(DOCUMENTS) - {"Figures", "Home"})  # figures count what they tell, and so read it


@pytest.mark.parametrize("login", ["dispatcher", "supervision", "county-clerk", "institute-inspector"])
@pytest.mark.parametrize("name", FEW)
async def test_no_document_of_the_app_scans_what_grows_with_the_years(of_the_town: Town, name: str, login: str) -> None:
    filled = of_the_town.filled
    keys = [ids.encode("Case", UUID(int=n)) for n in range(3)]
    given = variables(filled.number, filled.county_code, keys).get(name, {})
    plans = await of_the_town.plans(f"{fill.CODE}-{login}", DOCUMENTS[name], given)
    assert plans
    scans = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")
    assert [plan for plan in plans if scans.search(plan)] == []
