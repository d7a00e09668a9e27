"""`python -m bench.uploads`: photos of 5 MB by PUT and by tus, against a bare route that streams its body to disk.

The bare route is Starlette and aiofiles and nothing else: no caller, no row, no sync; and once more with a SHA-256 of what
came and a sync, which no server that answers for a photo can do without. Senders are threads with a socket each, so that
nearly all of the machine is the servers'. Runs alternate; told are the medians and the ratio to the bare routes. With
`--line`, each sender sends so many megabytes a second: what phones on a good network do. With `--copies`, the small copies
of the photos are made beside, as they are in service; what those cost by themselves is told by `bench.images`.
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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit
from uuid import uuid4

import aiofiles
import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.images import as_file, scene
from bench.servers import Database, database, ours, release, running

_SIZE = 5_000_000
_PIECE = 65_536
_MARK = 16  # bytes at the end that no other photo has
_DECLARE = """
INSERT INTO photos (id, note_id, ordinal, sha256, byte_size, content_type, status, declared_by, copies, copied_at)
SELECT $1, n.id, 1000 + (SELECT count(*) FROM photos), $2, $3, 'image/jpeg', 'DECLARED',
  (SELECT id FROM persons WHERE login = $5), CASE WHEN $6 THEN 'PENDING' ELSE 'FAILED' END, CASE WHEN NOT $6 THEN now() END
FROM inspection_notes n JOIN cases c ON c.id = n.case_id WHERE c.number = $4 LIMIT 1
"""

_WAITING = "SELECT count(*) FROM photos WHERE copies = 'PENDING' AND status = 'VERIFIED' AND ordinal >= 1000"
_PATIENCE = 300  # looks, five a second


def main() -> None:
    """Print how many megabytes a second each took."""
    parser = argparse.ArgumentParser(prog="python -m bench.uploads", description=__doc__)
    parser.add_argument("--photos", type=int, default=24, help="of each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--line", type=float, help="megabytes a second of each sender; unbounded without")
    parser.add_argument("--copies", action="store_true", help="make the small copies beside")
    parser.add_argument("--bare", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.bare:
        serve_bare(asked.bare)
        return
    with database(200) as over:
        asyncio.run(_measure(over, asked))


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
            await file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        return Response(digest.hexdigest())

    door = socket.create_server(("127.0.0.1", 0))
    print(f"ready: http://127.0.0.1:{door.getsockname()[1]}/x", flush=True)
    app = Starlette(routes=[Route("/x", take, methods=["PUT"]), Route("/x/hash", take_and_hash, methods=["PUT"])])
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([door])


async def _measure(over: Database, asked: argparse.Namespace) -> None:
    folder, photo = over.folder / "bare", _photo()
    folder.mkdir()
    login, token = next((login, token) for login, token in over.filled.tokens.items() if "inspector" in login)
    command = [sys.executable, "-m", "bench.uploads", "--bare", str(folder)]
    rates: dict[str, list[float]] = {
        "bare route": [],
        "and SHA-256, sync": [],
        "jiesu, PUT": [],
        "jiesu, tus": [],
    }
    spent: dict[str, list[float]] = {name: [] for name in rates}
    with ours(over) as jiesu, running(command, {}, r"ready: (http://\S+)") as bare:
        release(jiesu.pid, bare.pid)
        for run in range(asked.runs + 1):
            for name, found in rates.items():
                server = jiesu if name.startswith("jiesu") else bare
                base = server.url.removesuffix("/graphql") + ("/hash" if name.startswith("and") else "")
                send = Sender(token, by_tus=name.endswith("tus"), line=asked.line)
                files = [photo[:-_MARK] + os.urandom(_MARK) for _ in range(asked.photos)]
                if server is jiesu:
                    jobs = [(await _declared(over, login, base, data, asked.copies), data) for data in files]
                else:
                    jobs = [(base, data) for data in files]
                before = server.cpu_seconds() or 0.0
                rate = await asyncio.to_thread(_timed, send, jobs, asked.senders)
                if run:  # the first warms up
                    found.append(rate)
                    spent[name].append(((server.cpu_seconds() or 0.0) - before) / asked.photos * 1_000)
                for path in folder.iterdir():
                    path.unlink()
                await _idle(over)
    plain, hashing = (statistics.median(rates[name]) for name in ("bare route", "and SHA-256, sync"))
    for name, found in rates.items():
        middle, cost = statistics.median(found), statistics.median(spent[name])
        ratios = f"{middle / plain:.2f} of the bare route, {middle / hashing:.2f} of it with SHA-256 and sync"
        print(
            f"{name:<17} {middle:6.0f} MB/s ({min(found):.0f} to {max(found):.0f}); {ratios}; {cost:.1f} ms of CPU a photo"
        )


def _photo() -> bytes:
    """Of 12 megapixels, and of `_SIZE` with what follows its end and tells it from others."""
    data = as_file(scene((4_032, 3_024)), "JPEG", quality=91)
    return data + bytes(_SIZE - len(data))


async def _declared(over: Database, login: str, base: str, data: bytes, copies: bool) -> str:
    """Where one more photo goes."""
    key, connection = uuid4(), await asyncpg.connect(**over.logins.owner.credentials())
    digest = hashlib.sha256(data).hexdigest()
    try:
        made = await connection.execute(_DECLARE, key, digest, _SIZE, over.filled.number, login, copies)
    finally:
        await connection.close()
    if made != "INSERT 0 1":
        raise RuntimeError("no note to declare a photo with")
    return f"{base}/uploads/{key}"


async def _idle(over: Database) -> None:
    """Until no copy of ours is to be made any more."""
    connection = await asyncpg.connect(**over.logins.owner.credentials())
    try:
        for _ in range(_PATIENCE):
            if not await connection.fetchval(_WAITING):
                return
            await asyncio.sleep(0.2)
    finally:
        await connection.close()
    raise RuntimeError("the copies are not made")


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends one photo over a connection of its own, at most at the speed of its line (megabytes a second)."""

    token: str
    by_tus: bool
    line: float | None

    def __call__(self, url: str, data: bytes) -> None:
        place = urlsplit(url)
        said = {"Host": place.netloc, "Authorization": f"Bearer {self.token}", "Content-Length": str(len(data))}
        if self.by_tus:
            said |= {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**said, "Connection": "close"}.items())
        method = "PATCH" if self.by_tus else "PUT"
        with socket.create_connection((place.hostname or "", place.port or 0), timeout=60) as line:
            line.sendall(f"{method} {place.path} HTTP/1.1\r\n{head}\r\n".encode())
            self._send(line, data)
            answer = line.makefile("rb").read()
        if answer.split()[1] not in {b"200", b"204"}:
            raise RuntimeError(answer.decode(errors="replace"))

    def _send(self, line: socket.socket, data: bytes) -> None:
        if not self.line:
            line.sendall(data)
            return
        begun = time.perf_counter()
        for start in range(0, len(data), _PIECE):
            early = start / self.line / 1e6 - (time.perf_counter() - begun)
            time.sleep(max(0.0, early))
            line.sendall(memoryview(data)[start : start + _PIECE])


def _timed(send: Sender, jobs: list[tuple[str, bytes]], senders: int) -> float:
    """Megabytes a second, so many senders at once."""
    size = sum(len(data) for _, data in jobs)
    with ThreadPoolExecutor(senders) as pool:
        begun = time.perf_counter()
        list(pool.map(lambda job: send(*job), jobs))
        return size / (time.perf_counter() - begun) / 1e6


if __name__ == "__main__":
    main()
