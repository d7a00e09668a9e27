"""A file that takes bytes as they come: a thread hashes and writes one piece while the next is on its way.

One thread for both, and large pieces: what is handed to a thread costs two turns of the event loop, however small it is
(`python -m bench.uploads`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from aiofiles.threadpool import wrap

from resolvers.rules import evidence

if TYPE_CHECKING:
    from aiofiles.threadpool.binary import AsyncFileIO


class Digest(Protocol):
    """What `hashlib` makes."""

    def update(self, data: bytes, /) -> None:
        """Goes on with more."""


class _Hashing(FileIO):
    """Unbuffered: what is written is in the file whatever becomes of this process. A piece goes in whole, or OSError."""

    def __init__(
        self, path: Path, mode: str, digests: tuple[Digest, ...], opener: Callable[[str, int], int] | None
    ) -> None:
        super().__init__(path, mode, opener=opener)
        self._digests = digests

    def write(self, piece: Any, /) -> int:
        for digest in self._digests:
            digest.update(piece)
        left = memoryview(piece)
        while left:  # a disk that is nearly full takes a part, then none
            left = left[super().write(left) :]
        return len(piece)


class Sink:
    """Takes one piece at a time. What fails is told by the next piece, or by `settled`."""

    def __init__(self, file: _Hashing) -> None:
        self._raw = file
        self._file: AsyncFileIO = wrap(file)
        self._under_way: asyncio.Task[Any] | None = None
        self.head = b""  # of what was taken: enough to tell its type

    async def take(self, piece: bytes) -> None:
        """Once the piece before it is written, this one is on its way."""
        await self.settled()
        if len(self.head) < evidence.HEAD_BYTES:
            self.head = (self.head + piece[: evidence.HEAD_BYTES])[: evidence.HEAD_BYTES]
        self._under_way = asyncio.create_task(self._file.write(piece))

    async def settled(self) -> None:
        """Everything taken so far is in the file."""
        if self._under_way:
            await asyncio.shield(self._under_way)

    async def sync(self) -> None:
        """And survives a power cut."""
        await self.settled()
        self._under_way = asyncio.create_task(asyncio.to_thread(os.fsync, self._raw.fileno()))
        await self.settled()

    async def close(self) -> None:
        """After what is under way, also when nobody waits for that any more."""
        if self._under_way is None or self._under_way.done():
            self._end(self._under_way)
            return
        self._under_way.add_done_callback(self._end)
        await asyncio.wait([self._under_way])

    def _end(self, task: asyncio.Task[Any] | None) -> None:
        self._raw.close()
        if task and not task.cancelled():
            task.exception()  # read: whoever closes has an error of his own already


@asynccontextmanager
async def opened(
    path: Path, mode: str, *digests: Digest, offset: int = 0, opener: Callable[[str, int], int] | None = None
) -> AsyncIterator[Sink]:
    """All that was taken is in the file at the end of the block, and the file closed; `digests` went on with it."""
    file = _Hashing(path, mode, digests, opener)
    sink = Sink(file)
    try:
        if offset:
            file.seek(offset)
        yield sink
        await sink.settled()
    finally:
        await sink.close()
