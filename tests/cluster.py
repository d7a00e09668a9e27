"""Throw-away clusters: folders for them, starts that are undone, other processes that hold or kill them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg

from resolvers.doors.cluster import Cluster, start_cluster
from resolvers.doors.postgres import Login
from resolvers.doors.postmaster import PidFile

TOP = Path(__file__).resolve().parents[1]
QUICK = {"fsync": "off"}  # no test here cuts the power

Process = subprocess.Popen[str]
Start = Callable[..., Cluster]
Hold = Callable[..., Process]

HOLDER = """
import sys, time
from pathlib import Path
from resolvers.doors.cluster import start_cluster
start_cluster(Path(sys.argv[1]), settings={"fsync": "off"})
print("up", flush=True)
time.sleep(60)
"""
GUEST = """
import sys, time
from pathlib import Path
from resolvers.doors.cluster import join_cluster
print(join_cluster(Path(sys.argv[1])), flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextmanager
def throw_away_folder() -> Iterator[Path]:
    """Not pytest's own: as root that one lies below a folder which the server's account may not enter."""
    made = Path(tempfile.mkdtemp(prefix="jiesu-test-"))
    try:
        yield made
    finally:
        shutil.rmtree(made)


@contextmanager
def starting() -> Iterator[Start]:
    """Starts clusters that are stopped at the end, whatever happens until then."""
    with ExitStack() as started:

        def start(folder: Path, **settings: str) -> Cluster:
            cluster = start_cluster(folder, settings=QUICK | settings)
            started.callback(cluster.stop)
            return cluster

        yield start


@contextmanager
def holding() -> Iterator[Hold]:
    """Starts other processes with a cluster each, up and running, that can be killed."""
    with ExitStack() as started:

        def hold(folder: Path, *, wait: bool = True) -> Process:
            other = spawn(HOLDER, folder)
            started.callback(kill, other)
            assert not wait or line_of(other) == "up"
            return other

        yield hold


def spawn(script: str, *argv: str | os.PathLike[str]) -> Process:
    command = [sys.executable, "-c", script, *map(str, argv)]
    return subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True)


def line_of(process: Process) -> str:
    assert process.stdout
    return process.stdout.readline().rstrip("\n")


def kill(process: Process) -> None:
    process.kill()
    process.wait()
    assert process.stdout
    process.stdout.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def exists(path: Path) -> bool:
    return path.exists()


def made_passable(folder: Path) -> Path:
    folder.chmod(0o711)
    return folder


def server_of(folder: Path) -> int:
    found = PidFile.read(folder / "postgres")
    assert found
    return found.pid


def is_alive(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def ask(login: Login, sql: str) -> object:
    connection = await asyncpg.connect(**login.credentials())
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
