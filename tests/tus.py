"""A client of resumable uploads (tus 1.0) that says exactly what a test wants said."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterable
from contextlib import suppress
from urllib.parse import urlsplit

import httpx

from tests.client import Caller

VERSION = {"Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def checksum(algorithm: str, data: bytes) -> dict[str, str]:
    """That a piece should hash to what these bytes hash to."""
    return {"Upload-Checksum": f"{algorithm} {base64_of(hashlib.new(algorithm, data).digest())}"}


async def tus(
    caller: Caller, method: str, url: str, content: bytes | AsyncIterable[bytes] | None = None, **headers: str
) -> httpx.Response:
    """One request of the protocol; underscores in names of headers are hyphens."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return await caller.http.request(method, url, headers={**caller.headers, **VERSION, **said}, content=content)


async def head(caller: Caller, url: str) -> httpx.Response:
    return await tus(caller, "HEAD", url)


async def patch(
    caller: Caller, url: str, offset: int, content: bytes | AsyncIterable[bytes], **headers: str
) -> httpx.Response:
    """A piece of bytes that belongs at this offset."""
    return await tus(caller, "PATCH", url, content, **{**PIECE, "Upload-Offset": str(offset), **headers})


async def offset(caller: Caller, url: str) -> int:
    """How many bytes the server says it has."""
    response = await head(caller, url)
    assert response.status_code == 200, response
    return int(response.headers["upload-offset"])


async def begun(
    caller: Caller, url: str, at: int, announced: int, data: bytes, method: str = "PATCH", **headers: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A PATCH of which so much is on its way, and whose line still stands."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    said = {**VERSION, **PIECE, **caller.headers, **headers, "Host": where.netloc}
    said = {**said, "Upload-Offset": str(at), "Content-Length": str(announced)}
    lines = [f"{method} {where.path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
    writer.write("\r\n".join(lines).encode() + data)
    await writer.drain()
    return reader, writer


async def dropped(caller: Caller, url: str, at: int, announced: int, data: bytes, **headers: str) -> None:
    """A PATCH whose line drops after so much of its body."""
    _, writer = await begun(caller, url, at, announced, data, **headers)
    await asyncio.sleep(0.2)  # what the server has not read yet is lost with the line
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def settled(caller: Caller, url: str) -> int:
    """The offset once nobody writes any more."""
    while (response := await patch(caller, url, 10**9, b"")).status_code == 423:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert response.status_code == 409, response.text
    return await offset(caller, url)
