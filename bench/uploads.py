"""`python -m bench.uploads`: photos of 5 MB by PUT and by tus, against a bare route that streams its body to disk.

The bare route is Starlette and aiofiles and nothing else: no caller, no row, no sync; and once more with a SHA-256 of what
came, which no server that verifies can do without. Runs alternate; told are the medians and the ratio to the bare routes.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import socket
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from secrets import token_hex
from typing import TypeAlias
from uuid import uuid4

import aiofiles
import asyncpg
import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.servers import Database, database, ours, running

_SIZE = 5_000_000
_AT_ONCE = int(os.environ.get("AT_ONCE", "4"))
_DECLARE = """
INSERT INTO photos (id, note_id, ordinal, sha256, byte_size, content_type, status, declared_by)
SELECT $1, n.id, 1000 + (SELECT count(*) FROM photos), $2, $3, 'image/jpeg', 'DECLARED',
  (SELECT id FROM persons WHERE login = $5)
FROM inspection_notes n JOIN cases c ON c.id = n.case_id WHERE c.number = $4 LIMIT 1
"""
Send: TypeAlias = Callable[[httpx.AsyncClient, str, bytes], Awaitable[httpx.Response]]


def main() -> None:
    """Print how many megabytes a second each took."""
    parser = argparse.ArgumentParser(prog="python -m bench.uploads", description=__doc__)
    parser.add_argument("--photos", type=int, default=24, help="of each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.bare:
        serve_bare(asked.bare)
        return
    with database(200) as over:
        asyncio.run(_measure(over, asked.photos, asked.runs))


def serve_bare(folder: Path) -> None:
    """One route; what it is sent lies in the folder afterwards."""

    async def take(request: Request) -> Response:
        async with aiofiles.open(folder / token_hex(8), "wb") as file:
            async for chunk in request.stream():
                await file.write(chunk)
        return Response(status_code=200)

    async def take_and_hash(request: Request) -> Response:
        digest = hashlib.sha256()
        async with aiofiles.open(folder / token_hex(8), "wb") as file:
            async for chunk in request.stream():
                digest.update(chunk)
                await file.write(chunk)
        return Response(digest.hexdigest())

    door = socket.create_server(("127.0.0.1", 0))
    print(f"ready: http://127.0.0.1:{door.getsockname()[1]}/x", flush=True)
    app = Starlette(routes=[Route("/x", take, methods=["PUT"]), Route("/x/hash", take_and_hash, methods=["PUT"])])
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([door])


async def _measure(over: Database, photos: int, runs: int) -> None:
    folder = over.folder / "bare"
    folder.mkdir()
    login, token = next((login, token) for login, token in over.filled.tokens.items() if "inspector" in login)
    command = [sys.executable, "-m", "bench.uploads", "--bare", str(folder)]
    rates: dict[str, list[float]] = {"bare route": [], "and SHA-256": [], "jiesu, PUT": [], "jiesu, tus": []}
    spent: dict[str, list[float]] = {name: [] for name in rates}
    with ours(over) as jiesu, running(command, {}, r"ready: (http://\S+)") as bare:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60) as http:
            for run in range(runs + 1):
                for name, found in rates.items():
                    server = jiesu if name.startswith("jiesu") else bare
                    base = server.url.removesuffix("/graphql") + ("/hash" if name == "and SHA-256" else "")
                    jobs = [await _declared(over, login, base) for _ in range(photos)]
                    before = server.cpu_seconds() or 0.0
                    rate = await _timed(http, _by_tus if name.endswith("tus") else _by_put, jobs)
                    if run:  # the first warms up
                        found.append(rate)
                        spent[name].append(((server.cpu_seconds() or 0.0) - before) / photos * 1_000)
    plain, hashing = (statistics.median(rates[name]) for name in ("bare route", "and SHA-256"))
    for name, found in rates.items():
        middle, cost = statistics.median(found), statistics.median(spent[name])
        ratios = f"{middle / plain:.2f} of the bare route, {middle / hashing:.2f} of it with SHA-256"
        print(
            f"{name:<12} {middle:6.0f} MB/s ({min(found):.0f} to {max(found):.0f}); {ratios}; {cost:.1f} ms of CPU a photo"
        )


async def _declared(over: Database, login: str, base: str) -> tuple[str, bytes]:
    """Where one more photo goes, and its bytes."""
    data = b"\xff\xd8\xff" + os.urandom(_SIZE - 3)
    if "/x" in base:
        return base, data
    key, connection = uuid4(), await asyncpg.connect(**over.logins.owner.credentials())
    try:
        digest = hashlib.sha256(data).hexdigest()
        made = await connection.execute(_DECLARE, key, digest, _SIZE, over.filled.number, login)
    finally:
        await connection.close()
    if made != "INSERT 0 1":
        raise RuntimeError("no note to declare a photo with")
    return f"{base}/uploads/{key}", data


async def _timed(http: httpx.AsyncClient, send: Send, jobs: list[tuple[str, bytes]]) -> float:
    """Megabytes a second, so many at once."""
    begun, size = time.perf_counter(), sum(len(data) for _, data in jobs)

    async def work() -> None:
        while jobs:
            url, data = jobs.pop()
            response = await send(http, url, data)
            if response.status_code not in {200, 204}:
                raise RuntimeError(response.text)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return size / (time.perf_counter() - begun) / 1e6


async def _by_put(http: httpx.AsyncClient, url: str, data: bytes) -> httpx.Response:
    return await http.put(url, content=data)


async def _by_tus(http: httpx.AsyncClient, url: str, data: bytes) -> httpx.Response:
    said = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    return await http.patch(url, content=data, headers=said)


if __name__ == "__main__":
    main()
