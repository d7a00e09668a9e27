"""A load client on raw sockets: one httpx client measures itself above some sixteen connections."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as the bytes that go over the wire."""

    name: str
    url: str
    body: bytes
    token: str

    def wire(self) -> bytes:
        parts = urlsplit(self.url)
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


async def rate(request: Request, seconds: float, connections: int = 8) -> float:
    """Answered requests a second. Any answer but 200 is an error."""
    end = time.perf_counter() + seconds
    begun = time.perf_counter()
    counts = await asyncio.gather(*(_work(request, end) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - begun)


async def _work(request: Request, end: float) -> int:
    parts = urlsplit(request.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    wire, count = request.wire(), 0
    try:
        while time.perf_counter() < end:
            writer.write(wire)
            await _answer(reader)
            count += 1
    finally:
        writer.close()
    return count


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return await reader.readexactly(int(length.split(b":")[1]))
