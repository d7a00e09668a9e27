"""`python -m tests.promises.cancels shielded|bare ROUNDS`: cancels at random awaits, and what they leave of a pool.

With `bare`, the same verb runs as a transaction in the caller's own task: what `atomic` would be without its shield.
The login comes as JSON on standard input, the findings go as JSON to standard output.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from resolvers.doors import db
from resolvers.doors.postgres import Login

POOL = 4
Verb = Callable[[int], Awaitable[None]]


async def pair(number: int) -> None:
    """Two rows that belong together."""
    connection = get_connection("default")
    await connection.execute_query("INSERT INTO pairs VALUES ($1, 'first')", [number])
    await connection.execute_query("INSERT INTO pairs VALUES ($1, 'second')", [number])


async def bare(number: int) -> None:
    async with in_transaction("default"):
        await pair(number)


async def cancel_at_random(verb: Verb, rounds: int) -> None:
    dice = random.Random(20260127)
    for start in range(0, rounds, POOL):
        tasks = [asyncio.ensure_future(verb(number)) for number in range(start, start + POOL)]
        for task in tasks:
            for _ in range(dice.randrange(40)):
                await asyncio.sleep(0)
            await asyncio.sleep(dice.uniform(0, 0.002))
            task.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 2)


async def findings(pool: Any) -> dict[str, Any]:
    try:
        async with asyncio.timeout(2):
            rows = await db.query("SELECT number, count(*) AS n FROM pairs GROUP BY 1")
    except (TimeoutError, Exception) as gone:  # noqa: BLE001  whatever it is, it is what is asked for
        return {"answers": type(gone).__name__, "idle": pool.get_idle_size(), "size": pool.get_size()}
    halves = [row["number"] for row in rows if row["n"] != 2]
    return {"answers": "yes", "idle": pool.get_idle_size(), "size": pool.get_size(), "whole": len(rows), "halves": halves}


async def main(kind: str, rounds: int) -> None:
    await db.start(Login(**json.load(sys.stdin)), pool_size=POOL)
    pool = get_connection("default")._pool
    if kind == "shielded":
        await cancel_at_random(db.atomic(pair), rounds)
        finished: list[int] = []
        waited_for = asyncio.ensure_future(db.atomic(slow)(finished))
        await asyncio.sleep(0)
        waited_for.cancel()
    else:
        await cancel_at_random(bare, rounds)
    while db._running:
        await asyncio.wait(set(db._running))
    print(json.dumps(await findings(pool)))
