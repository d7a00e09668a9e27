"""Connections that only read. What is idle is kept at hand: taking one from the pool and giving it back costs as much as
half a short statement (`make bench`, one case), and there are two statements a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

_CLOSING_SECONDS = 10
_USES = 10_000  # after so many a connection goes back to the pool, which renews it in time


class Readers:
    """A pool of read-only connections, and those of it that are at hand."""

    def __init__(self) -> None:
        self.pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._idle: list[Any] = []
        self._waiting = 0
        self._uses = 0
        self._disturbed: set[int] = set()  # server processes whose last statement was given up

    async def open(self, size: int, credentials: dict[str, Any], settings: dict[str, str]) -> None:
        """A reader changes nothing, not its own session either: when it is given back, nothing is to be undone."""
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
        pool, self.pool = self.pool, None
        if pool is None:
            return
        while self._idle:
            await pool.release(self._idle.pop())
        try:
            await asyncio.wait_for(pool.close(), _CLOSING_SECONDS)
        except TimeoutError:
            pool.terminate()

    async def fetch(self, sql: str, values: Sequence[object]) -> list[asyncpg.Record]:
        """Rows of one statement; errors as the driver's. `InterfaceError` when it is not open."""
        pool = self.pool
        if pool is None:
            raise asyncpg.InterfaceError("closed")
        connection = await self._take(pool)
        try:
            found: list[asyncpg.Record] = await connection.fetch(sql, *values)
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError):
                self._disturbed.add(connection.get_server_pid())
            await pool.release(connection)
            raise
        await self._give_back(pool, connection)
        return found

    async def _take(self, pool: asyncpg.Pool[asyncpg.Record]) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            await pool.release(connection)
        self._waiting += 1
        try:
            return await pool.acquire()
        finally:
            self._waiting -= 1

    async def _give_back(self, pool: asyncpg.Pool[asyncpg.Record], connection: Any) -> None:
        self._uses += 1
        if self._waiting or self.pool is not pool or self._uses % _USES == 0:
            await pool.release(connection)  # who waits, waits at the pool
        else:
            self._idle.append(connection)

    async def _settle(self, connection: Any) -> None:
        """Before the next caller: a cancel that is still on its way to the server would hit whatever is asked first."""
        if connection.get_server_pid() in self._disturbed:
            self._disturbed.discard(connection.get_server_pid())
            for _ in range(2):
                with suppress(asyncpg.QueryCanceledError):
                    await connection.execute("SELECT 1")
