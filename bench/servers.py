"""The processes of a measurement: the database, the servers over it, and what the kernel tells of them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import asyncpg

from bench.fill import Filled, fill
from resolvers.doors import migrating
from resolvers.doors.cluster import start_cluster
from resolvers.doors.postgres import Login, Logins
from resolvers.doors.postmaster import PidFile

TOP = Path(__file__).resolve().parents[1]
HERE = "http://jiesu.example"  # under which every server believes to be reached, so that their answers are the same
# Nothing here outlives the measurement, and nothing may begin to tidy up in the middle of it.
_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "max_wal_size": "4GB", "autovacuum": "off"}
_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
_READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Database:
    """A filled database. `logins.owner` may do everything; `folder` is thrown away at the end."""

    folder: Path
    logins: Logins
    filled: Filled
    rate: float  # cases filled in a second


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. Its numbers are None where there is no /proc."""

    url: str
    pid: int

    def cpu_seconds(self) -> float | None:
        """User and system time since its start."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float | None:
        try:
            found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        except OSError:
            return None
        return int(found[1]) / 1_024 if found else None


@contextmanager
def database(cases: int) -> Iterator[Database]:
    """A database of so many cases. Once filled it keeps to the client's core, and so does this process."""
    folder = Path(tempfile.mkdtemp(prefix="jiesu-bench-"))
    folder.chmod(0o711)  # as root the database runs as somebody else, who must pass
    try:
        cluster = start_cluster(folder / "data", settings=_SETTINGS)
        try:
            logins = replace(cluster.logins, owner=replace(cluster.logins.owner, user="postgres"))
            filled, seconds = asyncio.run(_filled(cluster.logins, logins.owner, cases))
            running = PidFile.read(cluster.place)
            _keep_to(_CORES[-1:], 0, *([running.pid] if running else []))
            yield Database(folder, logins, filled, cases / seconds)
        finally:
            _keep_to(_CORES, 0)
            cluster.stop()
    finally:
        shutil.rmtree(folder)


async def _filled(logins: Logins, owner: Login, cases: int) -> tuple[Filled, float]:
    """The database as it is measured, and how many seconds `fill` took."""
    await migrating.migrate(logins)
    connection = await asyncpg.connect(**owner.credentials())
    try:
        begun = time.perf_counter()
        filled = await fill(connection, cases)
        seconds = time.perf_counter() - begun
        for tidying in ("VACUUM ANALYZE", "CHECKPOINT"):
            await connection.execute(tidying)
        return filled, seconds
    finally:
        await connection.close()


def release(*pids: int) -> None:
    """These processes, every thread of them, and this one may use every core."""
    for pid in (os.getpid(), *pids):
        tasks = Path(f"/proc/{pid}/task")
        _keep_to(_CORES, *(int(task.name) for task in (tasks.iterdir() if tasks.is_dir() else [])))


def _keep_to(cores: Sequence[int], *pids: int) -> None:
    """These processes, and what they start from now on, stay on these cores, where there is a choice."""
    if len(_CORES) > 1:
        for pid in pids:
            os.sched_setaffinity(pid, cores)


@contextmanager
def ours(over: Database, **environ: str) -> Iterator[Server]:
    """The product's own server process, with more settings than the necessary ones if need be."""
    login, folder = over.logins.owner, tempfile.mkdtemp(prefix="server-", dir=over.folder)
    settings = {
        "DATABASE_URL": f"postgres://{login.user}@/{login.database}?host={quote(login.host)}&port={login.port}",
        "JIESU_DATA_DIR": folder,
        "JIESU_PORT": "0",
        "JIESU_SAMPLE": "none",
        "JIESU_PUBLIC_URL": HERE,
        **environ,
    }
    with running([sys.executable, "-m", "api", "serve"], settings, r"ready: (http://[^/\s]+)") as server:
        yield replace(server, url=f"{server.url}/graphql")


@contextmanager
def handwritten(over: Database) -> Iterator[Server]:
    """Its reads are at <url>/<name of the question>."""
    with running([sys.executable, "-m", "bench.handwritten"], _told(over), r"ready: (http://\S+)") as server:
        yield server


@contextmanager
def dataloaders(over: Database) -> Iterator[Server]:
    """Strawberry as it is usually used."""
    with running([sys.executable, "-m", "bench.dataloaders"], _told(over), r"ready: (http://\S+)") as server:
        yield replace(server, url=f"{server.url}/graphql")


def _told(over: Database) -> dict[str, str]:
    app = over.logins.app
    return {"BENCH_SOCKET": app.host, "BENCH_PORT": str(app.port), "BENCH_HERE": HERE}


@contextmanager
def running(
    argv: Sequence[str], settings: Mapping[str, str], ready: str, folder: Path = TOP, url: str | None = None
) -> Iterator[Server]:
    """A process on the server's core, from when it says that it is ready until it has ended.

    The pattern's group is its address, unless that is known beforehand. What it prints is passed on when it fails.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
    with tempfile.TemporaryFile("w+") as said:
        _keep_to(_CORES[:1], 0)  # a child begins where its parent is
        process = subprocess.Popen(argv, cwd=folder, env={**environ, **settings}, stdout=said, stderr=said)  # noqa: S603  (argv is ours)
        _keep_to(_CORES[-1:], 0)
        try:
            found = _await(process, said.fileno(), ready)
            yield Server(url or found[1], process.pid)
        except RuntimeError:
            time.sleep(0.3)  # what it says of a failure comes after its answer
            print(f"{argv}\n{_read(said.fileno())[-3_000:]}", file=sys.stderr)
            raise
        finally:
            process.terminate()
            process.wait()


def _await(process: subprocess.Popen[bytes], said: int, ready: str) -> re.Match[str]:
    until = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        if found := re.search(ready, _read(said)):
            return found
        time.sleep(0.05)
    raise RuntimeError("a server did not start")


def _read(descriptor: int) -> str:
    return os.pread(descriptor, 1_000_000, 0).decode(errors="replace")
