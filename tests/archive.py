"""A database with many years of cases behind it: how PostgreSQL goes about what one asks of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from bench import fill
from resolvers.doors import db, identity
from resolvers.doors.cluster import start_cluster
from resolvers.doors.readers import Readers
from resolvers.login import digest
from resolvers.terms.actor import Actor
from schema import schema
from schema.grammar.context import Context
from schema.plan.run import Plans
from tests.cluster import QUICK, throw_away_folder

TOP = Path(__file__).resolve().parents[1]
DOCUMENTS = {path.stem: path.read_text() for path in sorted((TOP / "fixtures" / "documents").glob("*.graphql"))}
COUNTING = {"Home", "Figures"}  # figures count what they tell, and so read it
LOGINS = ("dispatcher", "supervision", "county-clerk", "institute-inspector")
# Tables that grow with the years. Small ones are read whole, and rightly so.
GROWING = ("cases", "ledger", "inspection_notes", "photos", "deadlines", "rounds", "assignments", "parties")
SCAN = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")
TODAY = datetime.now(UTC).date()
MONTH = {"from": str(TODAY - timedelta(days=30)), "through": str(TODAY)}


def variables(number: str, office: str, keys: list[str]) -> dict[str, dict[str, Any]]:
    """What the app sends with each document."""
    return {
        "Home": {"month": MONTH},
        "Inbox": {"office": office, "status": ["DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF"]},
        "CaseDetail": {"number": number, "withTrace": True},
        "Timeline": {"number": number},
        "OfficeCases": {"code": office},
        "Figures": {"period": MONTH},
        "Refresh": {"ids": keys},
    }


@dataclass(frozen=True)
class Archive:
    """Many cases, who may ask for them, and what the driver was told to send."""

    filled: fill.Filled
    pool: asyncpg.Pool
    sent: list[Any]

    async def actor(self, who: str) -> Actor:
        token = self.filled.tokens[f"{fill.CODE}-{who}"]
        actor = identity._actor(tuple(await db.fetch(identity._BY_DIGEST, [digest(token), datetime.now(UTC)])))
        assert actor
        return actor

    async def statements(self, who: str, document: str, given: dict[str, Any]) -> list[Any]:
        """What is sent to answer one caller, who must be answered from a plan."""
        context = Context(await self.actor(who), datetime.now(UTC), "http://jiesu.test")
        await asyncio.sleep(0)
        self.sent.clear()
        await Plans(schema, 16).data(context, document, given, None)
        await asyncio.sleep(0)  # the driver tells a turn later
        return [logged for logged in self.sent if logged.query.startswith("SELECT")]

    async def plans(self, who: str, document: str, given: dict[str, Any]) -> list[str]:
        """How PostgreSQL means to go about it, statement by statement."""
        asked = await self.statements(who, document, given)
        async with self.pool.acquire() as connection:
            return ["\n".join([row[0] for row in await explained(connection, logged)]) for logged in asked]

    async def pages_read(self, who: str, document: str, given: dict[str, Any]) -> int:
        """How many pages of the database were looked at, to the same answer each time."""
        (asked,) = await self.statements(who, document, given)
        async with self.pool.acquire() as connection:
            await explained(connection, asked, "(ANALYZE, BUFFERS, FORMAT JSON)")  # the first time it also plans
            ((told,),) = await explained(connection, asked, "(ANALYZE, BUFFERS, FORMAT JSON)")
        root = json.loads(told)[0]["Plan"]
        return int(root["Shared Hit Blocks"] + root["Shared Read Blocks"])


async def explained(connection: Any, logged: Any, how: str = "") -> list[Any]:
    found: list[Any] = await connection.fetch(f"EXPLAIN {how} {logged.query}", *logged.args)
    return found


@asynccontextmanager
async def archive(cases: int) -> AsyncIterator[Archive]:
    """So many cases in a cluster of their own."""
    with throw_away_folder() as folder:
        # In a process of its own: the ORM of this one serves another database.
        command, data = [sys.executable, "-m", "api", "migrate"], {"JIESU_DATA_DIR": str(folder)}
        await asyncio.to_thread(
            subprocess.run, command, cwd=TOP, env={**os.environ, **data}, check=True, capture_output=True
        )
        cluster = start_cluster(folder, settings=QUICK)
        try:
            owner = await asyncpg.connect(**cluster.logins.owner.credentials())
            filled = await fill.fill(owner, cases)
            await owner.close()
            sent: list[Any] = []

            async def listen(connection: Any) -> None:
                connection.add_query_logger(sent.append)

            credentials = cluster.logins.app.credentials()
            async with asyncpg.create_pool(
                **credentials, min_size=1, max_size=2, setup=listen, reset=_nothing_of_the_pools_own
            ) as pool:
                yield Archive(filled, pool, sent)
        finally:
            cluster.stop()


async def _nothing_of_the_pools_own(_connection: Any) -> None:
    pass


@asynccontextmanager
async def reading(of: Archive) -> AsyncIterator[Archive]:
    """Reads go to the archive for a while."""
    mine, other = db.readers, Readers(of.pool)
    db.readers = other
    try:
        yield of
    finally:
        db.readers = mine
        await other.rest(of.pool)
