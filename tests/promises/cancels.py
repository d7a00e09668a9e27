"""`python -m tests.promises.cancels shielded|bare CANCELS`: cancels at random awaits, and what they leave of a pool.

`bare` runs the same verb as a transaction in the caller's own task: what `atomic` would be without its shield.
The login comes as JSON on standard input, the findings go as JSON to standard output.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from resolvers.doors import db
from resolvers.doors.postgres import Login

POOL = 4
TABLE = "cancelled_pairs"


async def pair(number: int) -> None:
    """Two rows that belong together."""
    for half in ("first", "second"):
        await ask(f"INSERT INTO {TABLE} VALUES ($1, $2)", number, half)


async def ask(sql: str, *values: object) -> list[dict[str, Any]]:
    """By the connections that write: reads have their own."""
    return await get_connection("default").execute_query_dict(sql, list(values))


async def bare(number: int) -> None:
    async with in_transaction("default"):
        await pair(number)


async def cancel_at_random(verb: Callable[[int], Awaitable[None]], wanted: int, pool: Any) -> int:
    """Starts verbs until so many were cancelled before they were done, or no connection is left; says how many."""
    dice = random.Random(20260127)
    started = cancelled = 0
    while cancelled < wanted and not await _is_wedged(pool):
        tasks = [asyncio.ensure_future(verb(number)) for number in range(started, started + POOL)]
        started += POOL
        for task in tasks:
            await asyncio.sleep(dice.uniform(0, 0.001))
            cancelled += task.cancel()
        await asyncio.wait(tasks, timeout=0.3)
    return started


async def _is_wedged(pool: Any) -> bool:
    """No connection comes back, and nobody is at work who might bring one."""
    for _ in range(20):
        if db._running or pool.get_idle_size() or pool.get_size() < POOL:
            return False
        await asyncio.sleep(0.01)
    return True


async def rest(pool: Any) -> dict[str, Any]:
    """What is left: whether the pool still answers, with how many of its connections, and what was written."""
    found: dict[str, Any] = {"lost": pool.get_size() - pool.get_idle_size()}
    try:
        async with asyncio.timeout(2):
            held = await asyncio.gather(*(ask("SELECT pg_sleep(0.05)") for _ in range(POOL)))
            rows = await ask(f"SELECT number, count(*) AS n FROM {TABLE} GROUP BY 1")
    except TimeoutError:
        return {**found, "answers": False}
    return {**found, "answers": len(held) == POOL, "written": len(rows), "halves": [r for r in rows if r["n"] != 2]}


async def main(kind: str, wanted: int) -> None:
    await db.start(Login(**json.load(sys.stdin)), pool_size=2 * POOL)  # half of them write
    await ask("SELECT 1")
    pool = get_connection("default")._pool
    started = await cancel_at_random(db.atomic(pair) if kind == "shielded" else bare, wanted, pool)
    while db._running:
        await asyncio.wait(set(db._running))
    print(json.dumps({"started": started, **await rest(pool)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
