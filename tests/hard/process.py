"""A jiesu for rough treatment: a process of its own, killed with or without its database, and started again."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import uvicorn

from api.app import Serving, build
from resolvers.doors import migrating
from resolvers.doors.cluster import join_cluster, start_cluster
from resolvers.doors.postgres import Login
from tests.cluster import is_alive, throw_away_folder
from tests.conftest import QuietServer
from tests.serving import Jiesu, room

_UNEXPECTED = ("incident", "ERROR", "CRITICAL", "Traceback", "Warning")


class Target:
    """One data folder, and the jiesu over it: another process and another port after each start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self._servers: list[Jiesu] = []

    @property
    def server(self) -> Jiesu:
        """The one that was started last."""
        return self._servers[-1]

    @property
    def login(self) -> Login:
        """The application's own login to the database, while jiesu runs."""
        logins = join_cluster(self.folder)
        assert logins, "no jiesu runs over this folder"
        return logins.app

    @property
    def incidents(self) -> list[str]:
        """What no server over this folder expected: errors in their logs, and warnings."""
        lines = [line for server in self._servers for line in server.said.splitlines()]
        return [line for line in lines if any(mark in line for mark in _UNEXPECTED)]

    def start(self) -> None:
        """As after any death: the same command over the same folder, and no help."""
        self._servers.append(Jiesu(self.folder))
        self.url = self.server.ready().url

    def kill(self, *, with_database: bool = False) -> None:
        """SIGKILL; the database is left behind alone, or goes the same way."""
        database = self.server.database
        self.server.kill()
        if with_database:
            os.kill(database, signal.SIGKILL)

    def family(self) -> set[int]:
        """Process ids of its PostgreSQL: the postmaster and all its children."""
        postmaster = self.server.database
        return {postmaster} | {pid for pid, parent in _parents() if parent == postmaster}

    def end(self) -> None:
        """Whatever state it is in."""
        if self._servers and self.server.process.poll() is None:
            try:
                self.server.stop()
            finally:
                self.server.kill()


def _parents() -> Iterator[tuple[int, int]]:
    """Every process with its parent."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                yield int(entry.name), int((entry / "stat").read_text().rpartition(")")[2].split()[1])


def left(family: set[int]) -> set[int]:
    """Those that still live."""
    return {pid for pid in family if is_alive(pid)}


@contextmanager
def targeted() -> Iterator[Target]:
    """A jiesu that runs, over an empty database with fsync on; nothing of it is left at the end."""
    with room() as folder:
        target = Target(folder)
        target.start()
        try:
            yield target
        finally:
            target.end()


@asynccontextmanager
async def serving_here(*, pool_size: int) -> AsyncIterator[tuple[str, Login]]:
    """jiesu in this process, over a database with fsync on: where it answers, and its login to the database."""
    with throw_away_folder() as folder:
        cluster = start_cluster(folder)
        try:
            await migrating.migrate(cluster.logins)
            app = build(Serving(cluster.logins, folder, pool_size, None, (), 512, sample=False))
            server = QuietServer(uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio"))
            running = asyncio.create_task(server.serve())
            while not server.started:
                assert not running.done(), "the server did not start"
                await asyncio.sleep(0.01)
            try:
                yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", cluster.logins.app
            finally:
                server.should_exit = True
                await running
        finally:
            cluster.stop()
