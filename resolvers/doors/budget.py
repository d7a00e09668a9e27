"""What one operation may ask of the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from resolvers.doors import db
from resolvers.terms import limits
from resolvers.terms.actor import TooMuch


class Budget:
    """What one operation may ask of the database: so many statements in all, so many at once.

    `TooMuch` beyond it. A document of a few words can ask for a page of every office of every case.
    """

    def __init__(self) -> None:
        self._left = limits.OPERATION_STATEMENTS
        self._turns = asyncio.Semaphore(limits.OPERATION_STATEMENTS_AT_ONCE)

    async def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        async with self.turn():
            return await db.query(sql, *values)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One statement's time."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch("statements", limits.OPERATION_STATEMENTS)
        async with self._turns:
            yield
