"""Photos as a phone sends them: declared with a note, then the bytes by PUT."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx

from tests.client import Caller, Data
from tests.world import City

HEADS = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
}


def picture(content_type: str = "image/jpeg", size: int = 4_000) -> bytes:
    """Bytes that are an image of that type as far as their beginning tells, different every time."""
    return HEADS[content_type] + secrets.token_bytes(size - len(HEADS[content_type]))


def declaration(data: bytes, content_type: str = "image/jpeg", **given: object) -> Data:
    sha256 = hashlib.sha256(data).hexdigest()
    return {"sha256": sha256, "byteSize": len(data), "contentType": content_type, **given}


def sealed() -> bytes:
    """Bytes that are a PDF as far as their beginning tells, different every time."""
    return b"%PDF-1.7\n" + secrets.token_bytes(2_000)


def reporting(data: bytes, **given: object) -> Data:
    """A written report with these bytes under seal, yet to be sent."""
    told = {"cause": "房屋权属争议未决", "process": "三次到场, 两次约谈。", "recommendation": "待法院判决后再行处理"}
    return {**told, "document": declaration(data, "application/pdf"), **given}


async def submit_report(city: City, case: Data) -> tuple[Data, Data]:
    """The case with a report of `clerk` whose sealed file is here, and the report."""
    data, shape = sealed(), "case { id number version status } filingReport { id documentUploadUrl }"
    given = {"caseId": case["id"], "expectedVersion": case["version"], **reporting(data)}
    done = await city.as_("clerk").done("submitFilingReport", shape, **given)
    sent = await put(city.as_("clerk"), done["filingReport"]["documentUploadUrl"], data)
    assert sent.status_code == 200, sent.text
    return done["case"], done["filingReport"]


async def declared(city: City, *photos: Data, case: Data | None = None) -> list[Data]:
    """Photos of a note on a case in progress, declared by `inspector`, their bytes still to come."""
    note = await city.inspect(case or await city.case_in("IN_PROGRESS"), photos=list(photos))
    found: list[Data] = note["photos"]
    return found


async def put(caller: Caller, url: str, content: bytes | AsyncIterable[bytes]) -> httpx.Response:
    return await caller.http.put(url, content=content, headers=caller.headers)


async def get(caller: Caller, url: str) -> httpx.Response:
    return await caller.http.get(url, headers=caller.headers)


async def verified(city: City, data: bytes | None = None, case: Data | None = None) -> Data:
    """One photo whose bytes are here, as the inspector sees it."""
    data = picture() if data is None else data
    (photo,) = await declared(city, declaration(data), case=case)
    response = await put(city.as_("inspector"), photo["uploadUrl"], data)
    assert response.status_code == 200, response.text
    return await look(city.as_("inspector"), photo["id"])


async def look(caller: Caller, photo_id: str) -> Data:
    """The photo as this caller sees it."""
    shape = "... on Photo { id sha256 byteSize contentType status receivedAt uploadUrl url thumbnailUrl }"
    found: Data = (await caller.ask(f"query ($id: ID!) {{ node(id: $id) {{ {shape} }} }}", id=photo_id))["node"]
    return found


def code(response: httpx.Response) -> str:
    """Why it was refused."""
    (error,) = response.json()["errors"]
    found: str = error["extensions"]["code"]
    return found


async def pieces(data: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def broken_off(caller: Caller, url: str, headers: str, body: bytes) -> None:
    """A PUT with these headers whose line drops after so much of its body."""
    where = urlsplit(url)
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"PUT {where.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n{headers}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    with suppress(ConnectionError):  # the server may have hung up first
        await writer.wait_closed()


async def unfinished(caller: Caller, url: str, chunk: bytes) -> bytes:
    """What is answered to a PUT in chunks after one of them, when no other comes and no end either."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"PUT {where.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n"
    writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
    async with asyncio.timeout(10):
        answer = await reader.read(4_000)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer


async def untidied(caller: Caller, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Status and bytes of an answer to a path that no client library has put in order."""
    where = urlsplit(caller.base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Authorization: Bearer {caller.token}\r\n\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1]), answer
