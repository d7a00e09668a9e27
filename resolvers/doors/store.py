"""Bytes on disk: written under a temporary name, synced, renamed. Names are our ids, never a client's."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from uuid import UUID

import aiofiles

from resolvers.rules import evidence

_folder = Path(".jiesu/photos")


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes that are safely on disk under a temporary name, and what they turned out to be."""

    path: Path
    byte_size: int
    sha256: str
    content_type: str | None


class TooLarge(Exception):  # noqa: N818
    """More bytes came than were announced."""


def open_store(folder: Path) -> None:
    """Photos live below this folder, for this process."""
    global _folder  # noqa: PLW0603  (one store a process)
    _folder = folder
    (folder / "incoming").mkdir(parents=True, exist_ok=True, mode=0o700)


@contextlib.contextmanager
def lodging(folder: Path) -> Iterator[None]:
    """Photos live below this folder until the end of the block, then where they lived before."""
    global _folder  # noqa: PLW0603
    before = _folder
    open_store(folder)
    try:
        yield
    finally:
        _folder = before


def place(photo_id: UUID) -> Path:
    """Where the sealed original of a photo lies."""
    return _folder / photo_id.hex[:2] / photo_id.hex


async def receive(chunks: AsyncIterator[bytes], maximum: int) -> Arrived:
    """Stream bytes to a temporary file, hashing on the way. `TooLarge` as soon as one byte too many has come.

    Whatever ends the stream early leaves no file behind.
    """
    path = _folder / "incoming" / token_hex(16)
    try:
        return await _write(path, chunks, maximum)
    except BaseException:
        discard(path)
        raise


async def _write(path: Path, chunks: AsyncIterator[bytes], maximum: int) -> Arrived:
    size, digest, head = 0, hashlib.sha256(), b""
    async with aiofiles.open(path, "xb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > maximum:
                raise TooLarge
            head = (head + chunk)[: evidence.HEAD_BYTES] if len(head) < evidence.HEAD_BYTES else head
            digest.update(chunk)
            await file.write(chunk)
        await file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
    return Arrived(path, size, digest.hexdigest(), evidence.content_type(head))


async def keep(arrived: Arrived, photo_id: UUID) -> None:
    """Give the bytes their place for good. The same photo twice is the same bytes twice."""
    await asyncio.to_thread(_rename, arrived.path, place(photo_id))


def _rename(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name too survives a power cut
    finally:
        os.close(folder)


def discard(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def sweep(older_than: float) -> int:
    """Remove temporary files last written before this instant (seconds since 1970); says how many."""
    stale = [path for path in (_folder / "incoming").iterdir() if path.stat().st_mtime < older_than]
    for path in stale:
        discard(path)
    return len(stale)


def free_bytes() -> int:
    """What the photos' disk can still take."""
    state = os.statvfs(_folder)
    return state.f_bavail * state.f_frsize
