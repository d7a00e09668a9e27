"""A real server for tests: sockets and event streams need one, in-process transports do not stream."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from resolvers.terms import limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp

START_SECONDS = 20.0


@contextmanager
def serving(app: ASGIApp, *, shutdown_seconds: int = 2) -> Iterator[str]:
    """Runs `app` in uvicorn in a thread on a free port; yields `http://127.0.0.1:<port>` and stops it at the end."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="warning",
        server_header=False,
        ws_max_size=limits.SOCKET_MESSAGE_BYTES,
        timeout_graceful_shutdown=shutdown_seconds,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server, thread)}"
    finally:
        server.should_exit = True
        thread.join(shutdown_seconds + START_SECONDS)
        assert not thread.is_alive(), "the server did not stop"


def _port(server: uvicorn.Server, thread: threading.Thread) -> int:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
