"""Bytes so far of uploads that are not finished. How many they are is the file's length, and stands nowhere else.

They lie on the local disk, each under the id of what was declared and the period it is sent in. One writer at a time:
a row says who, and for how long if he is not heard of again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from resolvers.doors import db, sink, store
from resolvers.rules import evidence
from resolvers.terms import limits
from resolvers.terms.actor import Unavailable


class Busy(Exception):  # noqa: N818
    """Somebody else is writing to it."""


class Mismatch(Exception):  # noqa: N818
    """The bytes of this piece are not those its sender had in mind."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a piece should hash to."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Grown:
    """How many bytes there are now. `arrived`: all of them came in one go, and what they turned out to be."""

    size: int
    arrived: store.Arrived | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """The bytes so far of one upload in one period."""

    key: UUID
    period: int

    @property
    def path(self) -> Path:
        return store.folder("partial") / f"{self.key.hex}.{self.period}"

    def size(self) -> int:
        """The offset at which the next byte belongs."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)

    async def append(
        self, chunks: AsyncIterator[bytes], offset: int, maximum: int, turn: Turn, checksum: Checksum | None
    ) -> Grown:
        """Write pieces from the offset on. What has come stays when the line drops.

        Not one byte of it stays, if one too many comes (`store.TooLarge`), if the disk is full, and if it was to be
        checked and could not be, or is not as it should be (`Mismatch`).
        """
        try:
            return await self._write(chunks, offset, maximum, turn, checksum)
        except Busy:
            raise  # what lies there by now is somebody else's
        except BaseException as error:
            if checksum or isinstance(error, store.TooLarge | OSError):
                with suppress(Busy, Unavailable):
                    await turn.hold()
                    self._cut(offset)
            raise

    async def _write(
        self, chunks: AsyncIterator[bytes], offset: int, maximum: int, turn: Turn, checksum: Checksum | None
    ) -> Grown:
        self.path.parent.mkdir(exist_ok=True, mode=0o700)
        own = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        whole = None if offset else hashlib.sha256()
        digests = [digest for digest in (own, whole) if digest]
        size = offset
        async with sink.opened(self.path, "r+b", *digests, offset=offset, opener=_open_or_create) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > maximum:
                    raise store.TooLarge
                await turn.hold()
                await file.take(chunk)
            complete = whole if size == maximum else None
            if complete:
                await file.sync()
        if checksum and own and own.digest() != checksum.digest:
            raise Mismatch
        if complete is None:
            return Grown(size)
        await turn.hold()
        return Grown(size, store.Arrived(self.path, size, complete.hexdigest(), evidence.content_type(file.head)))

    def _cut(self, offset: int) -> None:
        if offset:
            os.truncate(self.path, offset)
        else:
            self.discard()

    async def examine(self) -> store.Arrived:
        """All of it, synced, and what it turned out to be. FileNotFoundError when it was swept meanwhile."""
        return await asyncio.to_thread(self._examine)

    def _examine(self) -> store.Arrived:
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
            head = file.read(evidence.HEAD_BYTES)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return store.Arrived(self.path, os.fstat(file.fileno()).st_size, digest, evidence.content_type(head))


def _open_or_create(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)


def names() -> Iterator[Partial]:
    """Every unfinished upload there is something of."""
    for path in store.folder("partial").glob("*.*"):
        key, _, period = path.name.partition(".")
        yield Partial(UUID(key), int(period))


@dataclass(slots=True)
class Turn:
    """One writer's turn at one upload. Time is the database's."""

    key: UUID
    holder: UUID = field(default_factory=uuid4)
    sure_until: float = 0.0

    async def hold(self) -> None:
        """Nobody else writes for the next seconds. `Busy` when the turn was taken from a writer not heard of for long."""
        now = time.monotonic()
        if now < self.sure_until:
            return
        if not await self._renew():
            raise Busy
        self.sure_until = now + limits.UPLOAD_RENEW_SECONDS

    @db.atomic
    async def _renew(self) -> bool:
        """Also when it has run out, as long as nobody else has begun."""
        rows = await db.query(
            "UPDATE upload_leases SET expires_at = clock_timestamp() + make_interval(secs => $3)"
            " WHERE upload_id = $1 AND holder = $2 RETURNING id",
            self.key,
            self.holder,
            limits.UPLOAD_LEASE_SECONDS,
        )
        return bool(rows)

    async def take(self) -> bool:
        """Ours, if it is nobody's or its holder has not been heard of for long."""
        now = time.monotonic()
        is_ours = await self._take()
        self.sure_until = now + limits.UPLOAD_RENEW_SECONDS if is_ours else 0.0
        return is_ours

    @db.atomic
    async def _take(self) -> bool:
        rows = await db.query(
            "INSERT INTO upload_leases (id, upload_id, holder, expires_at)"
            " VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))"
            " ON CONFLICT (upload_id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at"
            " WHERE upload_leases.expires_at < clock_timestamp() RETURNING id",
            uuid4(),
            self.key,
            self.holder,
            limits.UPLOAD_LEASE_SECONDS,
        )
        return bool(rows)

    @db.atomic
    async def leave(self) -> None:
        """Somebody else may begin at once."""
        await db.query("DELETE FROM upload_leases WHERE upload_id = $1 AND holder = $2", self.key, self.holder)


@asynccontextmanager
async def turn(key: UUID) -> AsyncIterator[Turn]:
    """The only writer until the end of the block; `Busy` when there is one already."""
    mine = Turn(key)
    if not await mine.take():
        raise Busy
    try:
        yield mine
    finally:
        with suppress(Unavailable):  # then it runs out by itself
            await mine.leave()
