"""A load client on raw connections: one httpx client measures itself above some sixteen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import uvloop


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Without a token it calls as nobody."""

    url: str
    body: bytes
    token: str = ""

    def wire(self) -> bytes:
        """As the bytes that go over the wire."""
        parts = urlsplit(self.url)
        who = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{who}"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: answered requests a second, and after how many milliseconds half and 99 % were answered."""

    count: int
    rate: float
    p50: float
    p99: float


@dataclass(slots=True)
class _Task:
    """What all connections work at together: so many requests, or until an instant."""

    wires: Sequence[bytes]
    until: float
    left: int
    took: list[float] = field(default_factory=list)

    def next(self) -> bytes | None:
        if self.left <= 0 or time.perf_counter() >= self.until:
            return None
        self.left -= 1
        return self.wires[self.left % len(self.wires)]


def load(requests: Sequence[Request], *, seconds: float = 1e9, count: int = 10**12, connections: int = 16) -> Load:
    """Ask these in turn, for a time or so many times. RuntimeError for any answer but 200 without `errors`."""
    task = _Task([request.wire() for request in requests], time.perf_counter() + seconds, count)
    begun = time.perf_counter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_drive(requests[0].url, task, connections))
    spent, took = time.perf_counter() - begun, sorted(task.took)
    return Load(len(took), len(took) / spent, 1_000 * took[len(took) // 2], 1_000 * took[len(took) * 99 // 100])


async def _drive(url: str, task: _Task, connections: int) -> None:
    parts, loop = urlsplit(url), asyncio.get_running_loop()
    host, port = parts.hostname or "", parts.port or 80
    made = [
        await loop.create_connection(lambda: _Connection(task, loop.create_future()), host, port)
        for _ in range(connections)
    ]
    try:
        await asyncio.gather(*(protocol.done for _, protocol in made))
    finally:
        for transport, _ in made:
            transport.close()


class _Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, and asks again."""

    def __init__(self, task: _Task, done: asyncio.Future[None]) -> None:
        self.done = done
        self._task = task
        self._held = b""
        self._asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def _ask(self) -> None:
        wire = self._task.next()
        if wire is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._asked = time.perf_counter()
        self._transport.write(wire)

    def data_received(self, data: bytes) -> None:
        self._held += data
        try:
            whole = _whole(self._held)
        except RuntimeError as error:
            self._fail(error)
            return
        if whole:
            self._held = b""
            self._task.took.append(time.perf_counter() - self._asked)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(RuntimeError(f"the server closed the connection: {exc}"))

    def _fail(self, error: RuntimeError) -> None:
        if not self.done.done():
            self.done.set_exception(error)


def _whole(held: bytes) -> bool:
    """Whether the answer is here in full."""
    end = held.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = held[:end].lower()
    at = head.find(b"content-length:")
    if not head.startswith(b"http/1.1 200") or at < 0:
        raise RuntimeError(f"not the answer that was expected: {held[:600].decode(errors='replace')}")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0])
    if len(held) < end + 4 + length:
        return False
    if b'"errors":' in held[end:]:
        raise RuntimeError(f"an answer with errors: {held[end + 4 : end + 600].decode(errors='replace')}")
    return True
