"""An S3-compatible store in a process of its own (moto's server), as a jiesu sees it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import httpx

from resolvers.terms.bucket import Bucket

KEY, SECRET = "jiesu", "no-secret"
_PATIENCE_SECONDS = 60.0


@contextmanager
def bucket_server() -> Iterator[str]:
    """Where it answers; gone at the end of the block, with all that was put there."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environ = {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the store did not start"
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the store does not answer")


def made_bucket(url: str) -> Bucket:
    """A fresh bucket in it."""
    name = f"evidence-{token_hex(6)}"
    httpx.put(f"{url}/{name}").raise_for_status()
    return Bucket(name, "photos/2026", url, "us-east-1", KEY, SECRET)
