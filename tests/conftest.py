"""A real PostgreSQL and a real server once a test process; a city of its own for every test that asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import Serving, build
from resolvers.doors import migrating
from resolvers.doors.cluster import start_cluster
from resolvers.doors.postgres import Logins
from resolvers.terms import limits
from tests import world
from tests.cluster import QUICK, throw_away_folder


class QuietServer(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    with throw_away_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
async def database(data_dir: Path) -> AsyncIterator[Logins]:
    """A migrated database of this test process."""
    cluster = start_cluster(data_dir, settings=QUICK)
    try:
        await migrating.migrate(cluster.logins)
        yield cluster.logins
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
async def base_url(database: Logins, data_dir: Path) -> AsyncIterator[str]:
    """jiesu itself, served over HTTP and sockets on a free port."""
    app = build(Serving(database, data_dir, 10, None, (), 512, sample=False))
    config = uvicorn.Config(
        app, port=0, log_level="warning", ws="websockets-sansio", ws_max_size=limits.SOCKET_MESSAGE_BYTES
    )
    server = QuietServer(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done(), "the server did not start"
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    # An idle connection is given up before the server, after five seconds, closes it under a request.
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(keepalive_expiry=2)) as client:
        yield client


@pytest.fixture
async def city(http: httpx.AsyncClient, base_url: str) -> world.City:
    return await world.found(http, base_url)


@pytest.fixture
async def other_city(http: httpx.AsyncClient, base_url: str) -> world.City:
    """Another jurisdiction, whose cases nobody of `city` may know of."""
    return await world.found(http, base_url)
