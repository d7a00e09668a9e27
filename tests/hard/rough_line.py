"""A line that breaks: everything passes through, until it is cut somewhere in the middle."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class RoughLine:
    """Each connection carries between so many bytes towards the server, then both ends are reset."""

    target: str
    chance: random.Random
    least: int
    most: int
    url: str = ""
    cuts: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = urlsplit(self.target)
        try:
            onward = await asyncio.open_connection(place.hostname, place.port)
        except OSError:
            writer.transport.abort()
            return
        left = self.chance.randint(self.least, self.most)
        answers = asyncio.create_task(_pass(onward[0], writer))
        with suppress(ConnectionError):
            while data := await reader.read(min(left, 65_536) or 1):
                onward[1].write(data)
                await onward[1].drain()
                left -= len(data)
                if left <= 0:
                    self.cuts += 1
                    break
        answers.cancel()
        for end in (writer, onward[1]):
            end.transport.abort()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        finally:
            self._tasks.discard(task)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def rough_line(target: str, chance: random.Random, least: int, most: int) -> AsyncIterator[RoughLine]:
    """A line to this address, on an address of its own."""
    line = RoughLine(target, chance, least, most)
    server = await asyncio.start_server(line._meet, "127.0.0.1", 0)
    line.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
        for task in list(line._tasks):
            task.cancel()
        await asyncio.gather(*line._tasks, return_exceptions=True)
