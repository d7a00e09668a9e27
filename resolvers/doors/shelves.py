"""Where objects lie for good: the local disk, or a bucket of an S3-compatible store. Both behave alike.

An object's name is made by `store` alone. It is there wholly or not at all, under this name for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

import aiofiles
import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from resolvers.doors import sink
from resolvers.terms import limits
from resolvers.terms.actor import Unavailable
from resolvers.terms.bucket import Bucket

if TYPE_CHECKING:
    from obstore.store import S3Config

log = logging.getLogger("jiesu.store")

_LISTED_AT_ONCE = 500


class Shelf(Protocol):
    """Raises FileNotFoundError for a name without an object, Unavailable when the shelf does not answer."""

    async def keep(self, source: Path, name: str) -> None:
        """The bytes of a synced file become the object; the file stays. The same name again replaces it whole."""

    async def size_of(self, name: str) -> int | None:
        """Bytes; None without such an object."""

    def chunks(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, in pieces."""

    def local_copy(self, name: str) -> AbstractAsyncContextManager[Path]:
        """A file with the object's bytes, to be read only, until the end of the block."""

    async def remove(self, name: str) -> None:
        """Also when it is not there."""

    def listed(self, prefix: str, before: float) -> AsyncIterator[list[str]]:
        """Names below a prefix last written before this instant (seconds since 1970), a batch at a time."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Files below a folder, read-only. `spare` is a folder of the same file system for what is not yet named."""

    folder: Path
    spare: Path

    async def keep(self, source: Path, name: str) -> None:
        await asyncio.to_thread(self._keep, source, self.folder / name)

    def _keep(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source.chmod(0o400)
        second = self.spare / token_hex(16)
        try:
            _double(source, second)
            second.replace(target)
        finally:
            second.unlink(missing_ok=True)  # still there, too, where the target was this very file already
        sync_folder(target.parent)

    async def size_of(self, name: str) -> int | None:
        try:
            return (await asyncio.to_thread((self.folder / name).stat)).st_size
        except FileNotFoundError:
            return None

    async def chunks(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        async with aiofiles.open(self.folder / name, "rb") as file:
            await file.seek(start)
            while start < end and (chunk := await file.read(min(limits.UPLOAD_CHUNK_BYTES, end - start))):
                start += len(chunk)
                yield chunk

    @asynccontextmanager
    async def local_copy(self, name: str) -> AsyncIterator[Path]:
        path = self.folder / name
        if not path.is_file():
            raise FileNotFoundError(name)
        yield path

    async def remove(self, name: str) -> None:
        await asyncio.to_thread((self.folder / name).unlink, missing_ok=True)

    async def listed(self, prefix: str, before: float) -> AsyncIterator[list[str]]:
        for drawer in sorted((self.folder / prefix).glob("??")):
            names = await asyncio.to_thread(_old, drawer, before)
            for start in range(0, len(names), _LISTED_AT_ONCE):
                yield [f"{prefix}/{drawer.name}/{name}" for name in names[start : start + _LISTED_AT_ONCE]]


def _double(source: Path, second: Path) -> None:
    """The same bytes under a second name; copied where the file system knows no links."""
    try:
        os.link(source, second)
    except OSError:
        if not source.exists():
            raise
        shutil.copy(source, second)
        with second.open("rb") as file:
            os.fsync(file.fileno())


def _old(drawer: Path, before: float) -> list[str]:
    return [entry.name for entry in os.scandir(drawer) if entry.stat().st_mtime < before]


def sync_folder(folder: Path) -> None:
    """The names in it too survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Remote:
    """Objects in a bucket. Nothing is ever half there: an object appears when its last byte has arrived."""

    def __init__(self, bucket: Bucket, spare: Path) -> None:
        where: S3Config = {"region": bucket.region, "virtual_hosted_style_request": bucket.endpoint is None}
        if bucket.endpoint:
            where["endpoint"] = bucket.endpoint
        if bucket.access_key_id and bucket.secret_access_key:
            where["access_key_id"] = bucket.access_key_id
            where["secret_access_key"] = bucket.secret_access_key
        self._store = S3Store(
            bucket.name,
            prefix=bucket.prefix or None,
            config=where,
            client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "60s"},
            retry_config={"max_retries": 2},
        )
        self._spare = spare

    async def keep(self, source: Path, name: str) -> None:
        await asyncio.to_thread(source.stat)  # FileNotFoundError; what else can be missing is the bucket
        with _translated(missing=Unavailable):
            await obstore.put_async(self._store, name, source)

    async def size_of(self, name: str) -> int | None:
        try:
            with _translated():
                return (await obstore.head_async(self._store, name))["size"]
        except FileNotFoundError:
            return None

    async def chunks(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        if start >= end:
            return
        with _translated():
            found = await obstore.get_async(self._store, name, options={"range": (start, end)})
            async for chunk in found.stream(min_chunk_size=limits.UPLOAD_CHUNK_BYTES):
                yield bytes(chunk)

    @asynccontextmanager
    async def local_copy(self, name: str) -> AsyncIterator[Path]:
        size = await self.size_of(name)
        if size is None:
            raise FileNotFoundError(name)
        path = self._spare / token_hex(16)
        try:
            async with sink.opened(path, "xb") as file:
                async for chunk in self.chunks(name, 0, size):
                    await file.take(chunk)
            yield path
        finally:
            path.unlink(missing_ok=True)

    async def remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError), _translated():
            await obstore.delete_async(self._store, name)

    async def listed(self, prefix: str, before: float) -> AsyncIterator[list[str]]:
        with _translated():
            async for batch in obstore.list(self._store, f"{prefix}/", chunk_size=_LISTED_AT_ONCE):
                names = [found["path"] for found in batch if found["last_modified"].timestamp() < before]
                if names:
                    yield names


@contextlib.contextmanager
def _translated(missing: type[Exception] = FileNotFoundError) -> Iterator[None]:
    """No text of the other side passes here: it quotes addresses."""
    try:
        yield
    except (FileNotFoundError, NotFoundError):
        raise missing from None
    except (BaseError, OSError) as error:
        log.warning("the bucket does not serve: %s", type(error).__name__)
        raise Unavailable from None
