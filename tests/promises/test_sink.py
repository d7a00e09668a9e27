"""A file that takes bytes: whole, hashed on the way, and closed however it ends, but never under a piece being written."""

from __future__ import annotations

import asyncio
import errno
import gc
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolvers.doors import sink
from tests.cluster import throw_away_folder

PIECES = [b"a" * 10, b"b" * 300_000, b"", b"c"]


class Slow:
    """A digest that a test lets go on; `begun` once a piece has come."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def update(self, _: bytes, /) -> None:
        self.begun.set()
        assert self.go_on.wait(10)


class Full:
    """A disk that takes no more, as far as the writer can tell."""

    def update(self, _: bytes, /) -> None:
        raise OSError(errno.ENOSPC, "full")


@pytest.fixture
def path() -> Iterator[Path]:
    with throw_away_folder() as folder:
        yield folder / "file"


def held(path: Path) -> bytes:
    return path.read_bytes()


def is_open(path: Path) -> bool:
    """Whether this process holds it."""
    return any(found.resolve() == path.resolve() for found in Path("/proc/self/fd").iterdir())


async def test_what_it_took_is_in_the_file_in_order_and_in_every_digest(path: Path) -> None:
    digests = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)

    async with sink.opened(path, "xb", *digests) as file:
        for piece in PIECES:
            await file.take(piece)
        await file.sync()
        assert held(path) == b"".join(PIECES)

    assert [digest.hexdigest() for digest in digests] == [
        hashlib.new(digest.name, b"".join(PIECES)).hexdigest() for digest in digests
    ]
    assert file.head == b"a" * 10 + b"b" * 6
    assert not is_open(path)


async def test_it_goes_on_where_it_is_told(path: Path) -> None:
    async with sink.opened(path, "xb") as file:
        await file.take(b"0123456789")

    async with sink.opened(path, "r+b", offset=4) as file:
        await file.take(b"xy")

    assert held(path) == b"0123xy6789"


async def test_a_piece_under_way_is_written_before_the_file_is_closed_though_nobody_waits_any_more(path: Path) -> None:
    slow = Slow()

    async def write() -> None:
        async with sink.opened(path, "xb", slow) as file:
            await file.take(b"whole")
            await file.take(b"never")

    task = asyncio.create_task(write())
    assert await asyncio.to_thread(slow.begun.wait, 10)
    for _ in range(2):  # a second cancel comes while the first is still waiting for the piece
        task.cancel()
        await asyncio.sleep(0.01)
    assert is_open(path)
    slow.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(500):
        if not is_open(path):
            break
        await asyncio.sleep(0.01)

    assert not is_open(path)
    assert held(path) == b"whole"


@pytest.mark.parametrize("by", ["the next piece", "the end", "sync"])
async def test_what_fails_is_told_and_the_file_closed(path: Path, by: str) -> None:
    async def write() -> None:
        async with sink.opened(path, "xb", Full()) as file:
            await file.take(b"lost")
            if by == "the next piece":
                await file.take(b"too late")
            elif by == "sync":
                await file.sync()

    with pytest.raises(OSError, match="full"):
        await write()

    assert not is_open(path)


@pytest.mark.parametrize("later", [0.0, 0.1])
async def test_a_failure_of_its_own_is_not_hidden_by_one_of_the_piece_under_way(
    path: Path, later: float, caplog: pytest.LogCaptureFixture
) -> None:
    async def write() -> None:
        async with sink.opened(path, "xb", Full()) as file:
            await file.take(b"lost")
            await asyncio.sleep(later)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()

    assert not is_open(path)
    gc.collect()
    assert "never retrieved" not in caplog.text
