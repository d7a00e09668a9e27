"""`python -m bench.clockwork`: how long the clockwork takes for a city's open cases after an outage.

Two rounds are measured over one city: a first one in which every open case has run out of time at once (no city does
that: it is the worst there is), and one that makes up for a single day. Told beside it, as the measure of the machine:
the same number of ledger entries written one a transaction, as the verbs do.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from bench.servers import Database, database
from resolvers import clockwork
from resolvers.doors import db, ledger, reference
from resolvers.doors.lease import Lease
from resolvers.doors.postgres import Login
from resolvers.terms.kinds import CaseEventKind

_SINGLES = 500
_DIE = "(abs(hashint8(('x' || right(id::text, 8))::bit(32)::bigint)) % {sides})::int"
LATE, SPREAD = f"-50 + {_DIE.format(sides=10)}", _DIE.format(sides=22)
# Everything open and in hand; closing dates spread evenly over so many days around now.
_REOPEN = (
    "UPDATE cases SET status = 'IN_PROGRESS', closed_at = NULL, due_at = now() + make_interval(days => {spread})",
    "UPDATE rounds SET closed_at = NULL",
    """UPDATE deadlines d SET met_at = CASE WHEN d.kind IN ('CLOSE', 'REHANDLE') THEN NULL ELSE coalesce(d.met_at,
    d.start_at) END, breached_at = NULL, effective_due_at = c.due_at FROM cases c WHERE c.id = d.case_id""",
    "VACUUM ANALYZE",
)


def main() -> None:
    """Print what each round did, in how many seconds."""
    parser = argparse.ArgumentParser(prog="python -m bench.clockwork", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    asked = parser.parse_args()
    with database(asked.cases) as over:
        asyncio.run(_measure(over, asked.cases))


async def _measure(over: Database, cases: int) -> None:
    await reopen(over.logins.owner, LATE)
    await db.start(over.logins.app)
    try:
        await reference.fill()
        single = await _singles(over)
        print(f"{cases:,} open cases; one entry a transaction: {single:,.0f} a second")
        now = datetime.now(UTC)
        await _round("all of them late at once", now)
        await db.stop()
        await reopen(over.logins.owner, SPREAD)
        await db.start(over.logins.app)
        await _round("begun, limits of the next 22 days", now)
        await _round("a day's outage", now + timedelta(days=1))
        await _round("nothing to do", now + timedelta(days=1))
    finally:
        await db.stop()


async def reopen(owner: Login, spread: str) -> None:
    """Every case is open again, due so many days (SQL) from now."""
    connection = await asyncpg.connect(**owner.credentials())
    try:
        for statement in _REOPEN:
            await connection.execute(statement.format(spread=spread))
    finally:
        await connection.close()


async def _round(name: str, now: datetime) -> None:
    lease = Lease("clockwork")
    await lease.take()
    begun = time.perf_counter()
    done = await clockwork.catch_up(lease, now)
    seconds = time.perf_counter() - begun
    await lease.leave()
    acts = ", ".join(f"{number:,} {what}" for what, number in done.items())
    print(f"{name}: {acts} in {seconds:.2f} s ({sum(done.values()) / seconds:,.0f} acts a second)")


async def _singles(over: Database) -> float:
    @db.atomic
    async def one(jurisdiction_id: UUID) -> None:
        ledger.append(ledger.Entry(jurisdiction_id, CaseEventKind.REGIME_ENDED, datetime.now(UTC)))

    (found,) = await db.query("SELECT id FROM offices WHERE code = $1", over.filled.city_code)
    begun = time.perf_counter()
    for _ in range(_SINGLES):
        await one(found["id"])
    return _SINGLES / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
