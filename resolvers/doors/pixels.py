"""The only way to a photo's pixels: a few processes look at files for us (`darkroom`), begun when first needed.

Processes and not threads, by measurement (bench/images.py): a JPEG of 440 KB, 64 megapixels and 2,000 scans kept a thread
busy for more than 25 seconds, which nobody can end; a WebP of 24 megapixels took 360 MB, a progressive JPEG 380, which
nobody can refuse a thread. A process is ended by its kernel after a second of processor time and is not given more than
its share of memory; the event loop is never waiting for the interpreter's lock; and what breaks a decoder breaks nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from resolvers.terms import limits

_TOP = Path(__file__).resolve().parents[2]
_PROGRAM = ("-m", "resolvers.doors.darkroom")
_SURROUNDINGS = ("PATH", "PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")  # no secret among them
# What a photo took goes back to the machine at once.
_ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "131072"}
_RECYCLED_AFTER = 50  # photos: whatever a decoder leaks is given back
_LAST_WORDS_SECONDS = 1.0
_HEADER = 4
_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Examined:
    """What a photo shows, what it says of itself, and its copies. `likeness`: 64 bits, None if it shows too little."""

    width: int
    height: int
    likeness: int | None
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    device: str | None
    thumbnail: bytes
    screen: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """No picture that is shown: `UNREADABLE`, `TOO_LARGE` (in pixels) or `TOO_COSTLY` (in processor time or memory)."""

    reason: str


class NoWorker(Exception):  # noqa: N818
    """The process did not start, was ended from outside, or was kept waiting: nothing is known of the photo."""


class _Ended(Exception):  # noqa: N818
    """The process is gone."""


# How a photo itself ends a process: over its time, or through a fault of a decoder.
_THROUGH_THE_PHOTO = {
    -signal.SIGPROF: "TOO_COSTLY",
    -signal.SIGABRT: "UNREADABLE",
    -signal.SIGBUS: "UNREADABLE",
    -signal.SIGFPE: "UNREADABLE",
    -signal.SIGILL: "UNREADABLE",
    -signal.SIGSEGV: "UNREADABLE",
}


@dataclass(slots=True)
class Worker:
    """One process, which looks at one photo at a time."""

    process: Process
    photos: int = 0

    async def look(self, path: Path) -> Examined | Unreadable:
        """`_Ended` when it did not survive it."""
        self.photos += 1
        said, told = self.process.stdin, self.process.stdout
        if said is None or told is None:
            raise _Ended
        try:
            said.write(_asking(path))
            await said.drain()
            head = json.loads(await _exactly(told, int.from_bytes(await _exactly(told, _HEADER)), _HEAD_BYTES))
            copies = [await _exactly(told, length, limits.COPY_BYTES) for length in head["lengths"]]
        except (ConnectionError, asyncio.IncompleteReadError):
            raise _Ended from None
        return _examined(head, copies)

    async def ended(self) -> int:
        """How it ended by itself."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), _LAST_WORDS_SECONDS)
        return await self.end()

    async def end(self) -> int:
        """Whatever it is doing; how it ended."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        if self.process.stdin:
            self.process.stdin.close()
        return await self.process.wait()


def _asking(path: Path) -> bytes:
    return json.dumps(str(path.absolute())).encode() + b"\n"


async def _exactly(told: asyncio.StreamReader, length: int, maximum: int = _HEADER) -> bytes:
    if length > maximum:
        raise _Ended
    return await told.readexactly(length)


def _examined(head: dict[str, Any], copies: list[bytes]) -> Examined | Unreadable:
    if "reason" in head:
        return Unreadable(head["reason"])
    taken = head.get("taken_at")
    thumbnail, screen = copies
    return Examined(
        width=head["width"],
        height=head["height"],
        likeness=head["likeness"],
        taken_at=datetime.fromisoformat(taken) if taken else None,
        latitude=head.get("latitude"),
        longitude=head.get("longitude"),
        device=head.get("device"),
        thumbnail=thumbnail,
        screen=screen,
    )


@dataclass(slots=True)
class Workers:
    """So many at once, and no more; idle ones wait for the next photo."""

    idle: list[Worker] = field(default_factory=list)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(limits.IMAGE_WORKERS))

    async def examine(self, path: Path) -> Examined | Unreadable:
        async with self.gate:
            worker = self._waiting() or await _begin()
            try:
                async with asyncio.timeout(limits.IMAGE_SECONDS):
                    found = await worker.look(path)
            except TimeoutError:  # its processor time is not used up: the machine has no time for it
                await worker.end()
                raise NoWorker from None
            except _Ended:
                how = await worker.ended()
                if how not in _THROUGH_THE_PHOTO:
                    raise NoWorker(how) from None
                return Unreadable(_THROUGH_THE_PHOTO[how])
            except BaseException:  # cancelled: nobody waits for its answer any more
                await asyncio.shield(worker.end())
                raise
            if worker.photos < _RECYCLED_AFTER:
                self.idle.append(worker)
            else:
                await worker.end()
            return found

    def _waiting(self) -> Worker | None:
        """One that still lives."""
        while self.idle:
            worker = self.idle.pop()
            if worker.process.returncode is None:
                return worker
        return None

    async def close(self) -> None:
        while self.idle:
            await self.idle.pop().end()


async def _begin() -> Worker:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *_PROGRAM,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd=_TOP,
        env={name: os.environ[name] for name in _SURROUNDINGS if name in os.environ} | _ALLOCATOR,
        start_new_session=True,  # a Ctrl-C at the terminal is for the server, which ends its workers
    )
    return Worker(process)


_workers = Workers()
_arrived = asyncio.Event()


def announce() -> None:
    """A photo has come: whoever waits for one in this process looks at once."""
    _arrived.set()


async def arrival(seconds: float) -> None:
    """Until a photo has come here, or so long: one may have come to another process."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_arrived.wait(), seconds)
    _arrived.clear()


async def examine(path: Path) -> Examined | Unreadable:
    """Look at a photo in a local file. Only what is wrong with the photo is `Unreadable`."""
    return await _workers.examine(path)


async def close() -> None:
    """End the processes that wait. Those at work end with whoever waits for them."""
    await _workers.close()
