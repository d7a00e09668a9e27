"""The clockwork, killed again and again, with others beside it: every act happens once, and none is forgotten."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from urllib.parse import quote

import asyncpg
import pytest

from bench.clockwork import LATE, reopen
from bench.fill import fill
from resolvers.doors import db, migrating, reference
from resolvers.doors.cluster import start_cluster
from resolvers.doors.postgres import Login, Logins
from tests.cluster import TOP, throw_away_folder

CASES, KILLS, REPLICAS = 16_000, 5, 3

# Each counts what must not be once the work is done.
FLAWS = {
    "limits that ran out unnoticed": (
        "FROM deadlines WHERE met_at IS NULL AND stopped_at IS NULL AND effective_due_at < now() AND breached_at IS NULL"
    ),
    "breaches told twice or never": (
        "FROM deadlines d LEFT JOIN (SELECT l.facts->>'deadline' AS id, count(*) AS told FROM ledger l"
        " WHERE l.kind = 'DEADLINE_BREACHED' GROUP BY 1) x ON x.id = d.id::text"
        " WHERE d.breached_at IS NOT NULL AND coalesce(x.told, 0) <> 1"
    ),
    "open late cases without their reminder": (
        "FROM cases c LEFT JOIN (SELECT DISTINCT case_id FROM reminders) r ON r.case_id = c.id"
        " WHERE c.due_at < now() AND c.closed_at IS NULL AND r.case_id IS NULL"
    ),
    "reminders told twice or never": (
        "FROM (SELECT case_id, count(*) AS opened FROM reminders GROUP BY 1) r FULL JOIN (SELECT case_id, count(*) AS told"
        " FROM ledger WHERE kind = 'REMINDED' GROUP BY 1) l ON l.case_id = r.case_id WHERE opened IS DISTINCT FROM told"
    ),
    "gaps in a chain": (
        "FROM (SELECT max(seq) AS last, count(*) AS entries FROM ledger GROUP BY jurisdiction_id) x WHERE last <> entries"
    ),
}


@pytest.fixture
async def late_city() -> AsyncIterator[Logins]:
    """A database in which every case is open and late."""
    with throw_away_folder() as folder:
        cluster = start_cluster(folder)
        try:
            await migrating.migrate(cluster.logins)
            connection = await asyncpg.connect(**cluster.logins.owner.credentials())
            await fill(connection, CASES)
            await connection.close()
            await reopen(cluster.logins.owner, LATE)
            await db.start(cluster.logins.app)
            await reference.fill()
            try:
                yield cluster.logins
            finally:
                await db.stop()
        finally:
            cluster.stop()


async def ticking(login: Login) -> asyncio.subprocess.Process:
    """One more process at the clockwork."""
    said = login.credentials()
    url = f"postgresql://{said['user']}:{quote(str(said['password'] or ''))}@{quote(str(said['host']), safe='')}"
    url += f":{said['port']}/{said['database']}"
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.hard.ticking", url, cwd=TOP)


async def undone() -> int:
    (found,) = await db.query(
        "SELECT (SELECT count(*) FROM deadlines WHERE met_at IS NULL AND stopped_at IS NULL AND breached_at IS NULL"
        " AND effective_due_at < now()) + (SELECT count(*) FROM cases WHERE due_at < now())"
        " - (SELECT count(DISTINCT case_id) FROM reminders) AS n"
    )
    return int(found["n"])


async def test_killed_again_and_again_it_does_everything_once(late_city: Logins) -> None:
    chance = random.Random(20_260_415)
    left = [await undone()]
    replicas = [await ticking(late_city.app) for _ in range(REPLICAS)]
    try:
        for _ in range(KILLS):
            async with asyncio.timeout(60):
                while await undone() == left[-1]:  # noqa: ASYNC110  (the work is another process's)
                    await asyncio.sleep(0.01)
            await asyncio.sleep(chance.uniform(0, 0.1))
            for replica in replicas:  # whoever holds the lease is among them
                replica.kill()
                await replica.wait()
            await db.atomic(db.execute)("UPDATE leases SET expires_at = clock_timestamp()")  # its time passes
            left.append(await undone())
            replicas = [await ticking(late_city.app) for _ in range(REPLICAS)]
        async with asyncio.timeout(90):
            while await undone():  # noqa: ASYNC110  (the work is another process's)
                await asyncio.sleep(0.2)
    finally:
        for replica in replicas:
            if replica.returncode is None:
                replica.kill()
                await replica.wait()

    assert left[0] == 2 * CASES
    assert sum(0 < rest < left[0] for rest in left) > KILLS // 2, (
        f"too few kills came in the middle of the work: {left}"
    )
    counts = {what: (await db.query(f"SELECT count(*) AS n {sql}"))[0]["n"] for what, sql in FLAWS.items()}
    assert counts == dict.fromkeys(FLAWS, 0)
