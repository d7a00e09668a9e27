"""Wake-ups: one listening connection a process tells every waiting subscriber to look into the ledger.

A wake-up carries nothing and may be lost; a look each second is the net beneath it. What is new is read by cursor.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from uuid import UUID

import asyncpg

from resolvers.doors import db, ledger
from resolvers.doors.postgres import Login
from resolvers.terms import limits

# One index probe a jurisdiction, however long its chain.
_HEADS = """
SELECT j.id AS jurisdiction_id, (SELECT max(l.seq) FROM ledger l WHERE l.jurisdiction_id = j.id) AS seq
FROM offices j WHERE j.parent_id IS NULL"""


class Feed:
    """The newest sequence number of every jurisdiction, as far as this process knows."""

    def __init__(self) -> None:
        self._heads: dict[UUID, int] = {}
        self._changed = asyncio.Condition()
        self._look = asyncio.Event()
        self._waiting = 0

    async def wait(self, jurisdiction_id: UUID, seen: int, seconds: float) -> bool:
        """Until the chain is longer than `seen`, at most so long; says whether it is."""
        self._waiting += 1
        try:
            async with self._changed, asyncio.timeout(seconds):
                await self._changed.wait_for(lambda: self._heads.get(jurisdiction_id, 0) > seen)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    async def run(self, login: Login) -> None:
        """Listen for ever; a lost connection is made again, and meanwhile the look each second carries on."""
        async with _beside(self._listen(login)):
            while True:
                # Not `wait_for`: before Python 3.12 it forgets a cancel that comes together with what it waits for.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(limits.FEED_POLL_SECONDS):
                        await self._look.wait()
                self._look.clear()
                if self._waiting:
                    with contextlib.suppress(Exception):  # an unreachable database is looked at again in a second
                        await self._read_heads()

    async def _read_heads(self) -> None:
        rows = await db.query(_HEADS)
        async with self._changed:
            self._heads = {row["jurisdiction_id"]: row["seq"] or 0 for row in rows}
            self._changed.notify_all()

    async def _listen(self, login: Login) -> None:
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                connection = await asyncpg.connect(**login.credentials())
                try:
                    await self._hear(connection)
                finally:
                    await connection.close(timeout=2)
            await asyncio.sleep(limits.FEED_POLL_SECONDS)

    async def _hear(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(ledger.CHANNEL, lambda *_: self._look.set())
        await gone.wait()


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


feed = Feed()
