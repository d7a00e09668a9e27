"""Connections that only read. They are handed from one read to the next, in the order in which those came: taking one from
the driver's pool and giving it back costs as much as half a short statement (`make bench`, one case).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

_CLOSING_SECONDS = 10
_USES = 10_000  # after so many a connection goes back to the pool, which renews it in time


class Readers:
    """A pool of read-only connections, those of it that are at hand, and the reads that wait for one."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record] | None = None) -> None:
        self.pool = pool
        self._held = 0  # connections that are not in the pool
        self._idle: list[Any] = []
        self._turns: deque[asyncio.Future[Any]] = deque()
        self._uses = 0
        self._disturbed: set[int] = set()  # server processes whose last statement was given up

    async def open(self, size: int, credentials: dict[str, Any], settings: dict[str, str]) -> None:
        """A reader changes nothing, not its own session either: when it is given back, nothing is to be undone."""
        self._held, self._disturbed = 0, set()
        self.pool = await asyncpg.create_pool(
            **credentials,
            min_size=1,
            max_size=size,
            command_timeout=60,
            max_cacheable_statement_size=0,  # the plan of a large document is a long text, and worth preparing too
            reset=self._settle,
            server_settings={**settings, "default_transaction_read_only": "on"},
        )

    async def close(self) -> None:
        """Reads under way are waited for, those that wait for a connection fail."""
        pool, self.pool = self.pool, None
        if pool is None:
            return
        await self.rest(pool)
        while self._turns:
            self._hand_on(None)
        try:
            await asyncio.wait_for(pool.close(), _CLOSING_SECONDS)
        except TimeoutError:
            pool.terminate()

    async def rest(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        """Put what is at hand back into the pool."""
        while self._idle:
            await self._put_down(pool, self._idle.pop())

    async def fetch(self, sql: str, values: Sequence[object]) -> list[asyncpg.Record]:
        """Rows of one statement; errors as the driver's. `InterfaceError` when it is not open."""
        pool = self.pool
        if pool is None:
            raise asyncpg.InterfaceError("closed")
        connection = self._idle.pop() if self._idle else await self._wait(pool)
        while connection.is_closed():  # the database went away, and is perhaps back
            await self._put_down(pool, connection)
            connection = self._idle.pop() if self._idle else await self._wait(pool)
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                self._disturbed.add(connection.get_server_pid())
            await self._put_down(pool, connection)
            raise
        self._uses += 1
        if self.pool is not pool or self._uses % _USES == 0:
            await self._put_down(pool, connection)
        else:
            self._hand_on(connection)
        return found

    async def _wait(self, pool: asyncpg.Pool[asyncpg.Record]) -> Any:
        """A connection of the pool while there are any left, else the first that another read has done with."""
        while self._held >= pool.get_max_size():
            turn = asyncio.get_running_loop().create_future()
            self._turns.append(turn)
            try:
                connection = await turn
            except BaseException:
                if turn.done() and not turn.cancelled():  # it came as we were given up
                    self._hand_on(turn.result())
                raise
            if connection is not None:
                return connection
            if self.pool is not pool:
                raise asyncpg.InterfaceError("closed")
        self._held += 1
        try:
            return await pool.acquire()
        except BaseException:
            self._held -= 1
            self._hand_on(None)
            raise

    def _hand_on(self, connection: Any) -> None:
        """To the read that has waited longest; None tells it that the pool has one again."""
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is not None:
            self._idle.append(connection)

    async def _put_down(self, pool: asyncpg.Pool[asyncpg.Record], connection: Any) -> None:
        try:
            await pool.release(connection)
        finally:
            self._held -= 1
            self._hand_on(None)

    async def _settle(self, connection: Any) -> None:
        """Before the next caller: a cancel that is still on its way to the server would hit whatever is asked first."""
        if connection.get_server_pid() in self._disturbed:
            self._disturbed.discard(connection.get_server_pid())
            for _ in range(2):
                with suppress(asyncpg.QueryCanceledError):
                    await connection.execute("SELECT 1")
