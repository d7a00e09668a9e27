"""`make bench`: the two most frequent reads against the same work written by hand, and the speed of loading.

Prints medians of alternating runs and their ratio. Needs what `make run` needs, nothing more.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

from bench.client import Request, rate
from resolvers.doors.cluster import join_cluster

ROUNDS, SECONDS = 3, 3.0
INBOX = (
    "{ cases(first: 50, orderBy: DUE_AT) { nodes { number title status priority kind dueAt receivedAt version"
    " leadOffice { name } category { name } } pageInfo { hasNextPage endCursor } } }"
)
ONE = "query ($n: String!) { case(number: $n) { number status version } }"


@contextmanager
def running(*command: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    argv, env = [sys.executable, "-m", *command], {**os.environ, **environ}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="jiesu-bench-"))
    try:
        with running("api", "serve", JIESU_DATA_DIR=str(folder), JIESU_PORT="0", JIESU_SAMPLE="all") as server:
            url = _announced(server)
            _report(folder, url)
    finally:
        shutil.rmtree(folder)


def _announced(server: subprocess.Popen[str]) -> str:
    """Where it serves; what it says of loading is printed."""
    for line in server.stdout or ():
        if "cases/s" in line:
            print("load", line.strip())
        if found := re.search(r"(http://\S+)/graphql", line):
            return found[1]
    raise RuntimeError("the server did not start")


def _report(folder: Path, url: str) -> None:
    logins = join_cluster(folder)
    if logins is None:
        raise RuntimeError("no database")
    token = json.loads((folder / "demo-tokens.json").read_text())["daqing-dispatcher"]["token"]
    at = {"BENCH_SOCKET": logins.app.host, "BENCH_PORT": str(logins.app.port)}
    with running("uvicorn", "bench.handwritten:app", "--port", "8917", "--log-level", "warning", **at):
        _wait("http://127.0.0.1:8917/list", token)
        for name, ours, limit in _pairs(url, token):
            _compare(name, ours, limit)


def _wait(url: str, token: str) -> None:
    for _ in range(100):
        try:
            httpx.post(url, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return


def _pairs(url: str, token: str) -> Iterator[tuple[str, Request, Request]]:
    headers, graphql, by_hand = {"Authorization": f"Bearer {token}"}, f"{url}/graphql", "http://127.0.0.1:8917"
    asked = {"query": "{ cases(first: 1) { nodes { number } } }"}
    number = httpx.post(graphql, json=asked, headers=headers).json()["data"]["cases"]["nodes"][0]["number"]
    body = json.dumps({"query": INBOX}).encode()
    yield (
        "inbox list, 50 cases",
        Request("ours", graphql, body, token),
        Request("limit", f"{by_hand}/list", b"{}", token),
    )
    body, bare = (
        json.dumps(said).encode() for said in ({"query": ONE, "variables": {"n": number}}, {"number": number})
    )
    yield "one case, 3 fields", Request("ours", graphql, body, token), Request("limit", f"{by_hand}/one", bare, token)


def _compare(name: str, ours: Request, limit: Request) -> None:
    runs: dict[str, list[float]] = {"ours": [], "limit": []}
    for _ in range(ROUNDS):
        for request in (ours, limit):
            runs[request.name].append(asyncio.run(rate(request, SECONDS)))
    mine, theirs = median(runs["ours"]), median(runs["limit"])
    print(f"{name:<24} {mine:8.1f}/s   by hand {theirs:8.1f}/s   ratio {mine / theirs:.3f}")


if __name__ == "__main__":
    main()
