"""Bytes for good: taken in under a temporary name on the local disk, synced, then kept as objects whose names we make.

An object lies on the local disk or in a bucket (`shelves`); whoever keeps or reads one does not know which.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from uuid import UUID

from resolvers.doors import sink
from resolvers.doors.shelves import Disk, Remote, Shelf
from resolvers.rules import evidence
from resolvers.terms.bucket import Bucket

ORIGINALS, COPIES = "originals", "copies"

_folder = Path(".jiesu/photos")
_shelf: Shelf = Disk(_folder, _folder / "incoming")


@dataclass(frozen=True, slots=True)
class Arrived:
    """Bytes that are safely on disk under a temporary name, and what they turned out to be."""

    path: Path
    byte_size: int
    sha256: str
    content_type: str | None


class TooLarge(Exception):  # noqa: N818
    """More bytes came than were announced."""


def open_store(folder: Path, bucket: Bucket | None = None) -> None:
    """What arrives lies below this folder, for this process; what is kept does, too, or else in the bucket."""
    global _folder, _shelf
    incoming = folder / "incoming"
    incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
    _folder, _shelf = folder, Remote(bucket, incoming) if bucket else Disk(folder, incoming)


@contextlib.contextmanager
def lodging(folder: Path, bucket: Bucket | None = None) -> Iterator[None]:
    """As `open_store`, until the end of the block; then as it was before."""
    global _folder, _shelf
    before = _folder, _shelf
    open_store(folder, bucket)
    try:
        yield
    finally:
        _folder, _shelf = before


def folder(name: str) -> Path:
    """A folder of the local disk for what is not kept for good."""
    return _folder / name


# --- names: of what was declared, never of what a client calls it


def original_of(sha256: str) -> str:
    """The sealed original with this digest: the same bytes are one object."""
    return f"{ORIGINALS}/{sha256[:2]}/{sha256}"


def copy_of(sha256: str, size: int) -> str:
    """A copy to be shown, at most so many pixels wide and high."""
    return f"{COPIES}/{sha256[:2]}/{sha256}.{size}.jpg"


def digest_of(name: str) -> str:
    """Whose original or copy an object is."""
    return name.rpartition("/")[2].partition(".")[0]


# --- bytes that arrive


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
    size, digest = 0, hashlib.sha256()
    async with sink.opened(path, "xb", digest) as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > maximum:
                raise TooLarge
            await file.take(chunk)
        await file.sync()
    return Arrived(path, size, digest.hexdigest(), evidence.content_type(file.head))


def discard(path: Path) -> None:
    path.unlink(missing_ok=True)


# --- objects


async def keep(arrived: Arrived, name: str) -> None:
    """What arrived becomes an object for good. The file stays until it is discarded: whoever is killed in between
    finds it again. The same content twice is one object.
    """
    await _shelf.keep(arrived.path, name)


async def put(name: str, data: bytes) -> None:
    """Bytes made here become an object; an earlier one of that name is replaced whole."""
    path = _folder / "incoming" / token_hex(16)
    try:
        async with sink.opened(path, "xb") as file:
            await file.take(data)
            await file.sync()
        await _shelf.keep(path, name)
    finally:
        discard(path)


async def has(name: str) -> bool:
    return await size_of(name) is not None


async def size_of(name: str) -> int | None:
    """Bytes; None without such an object."""
    return await _shelf.size_of(name)


async def chunks(name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes] | None:
    """The bytes of an object from `start` up to `end`, in pieces; None without such an object."""
    size = await _shelf.size_of(name)
    if size is None:
        return None
    return _shelf.chunks(name, start, size if end is None else min(end, size))


def local_copy(name: str) -> AbstractAsyncContextManager[Path]:
    """A file of an object's bytes for readers that need one (`async with`): to be read only, there until the end of the
    block. FileNotFoundError without such an object.
    """
    return _shelf.local_copy(name)


async def remove(name: str) -> None:
    """Also when it is not there."""
    await _shelf.remove(name)


def listed(prefix: str, before: float) -> AsyncIterator[list[str]]:
    """Names of objects last written before this instant (seconds since 1970), a batch at a time."""
    return _shelf.listed(prefix, before)


# --- what earlier releases kept: a file under the id of what was declared


def former() -> list[UUID]:
    """Ids under which an earlier release kept originals."""
    found = (path for drawer in _folder.glob("[0-9a-f][0-9a-f]") for path in drawer.iterdir())
    return [UUID(path.name) for path in found if len(path.name) == 32]  # noqa: PLR2004  (hexadecimal digits of an id)


async def adopt(key: UUID, sha256: str) -> None:
    """Keep what lies under an id under its digest instead. Killed in between, it is done again."""
    path = _folder / key.hex[:2] / key.hex
    await _shelf.keep(path, original_of(sha256))
    discard(path)
    with contextlib.suppress(OSError):  # others still lie there
        path.parent.rmdir()


def sweep(older_than: float) -> int:
    """Remove temporary files last written before this instant (seconds since 1970); says how many."""
    stale = [path for path in (_folder / "incoming").iterdir() if path.stat().st_mtime < older_than]
    for path in stale:
        discard(path)
    return len(stale)


def free_bytes() -> int:
    """What the disk on which bytes arrive can still take."""
    state = os.statvfs(_folder)
    return state.f_bavail * state.f_frsize
