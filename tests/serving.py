"""jiesu as people start it: `python -m api serve` in a process of its own, on a free port, over a throw-away folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from resolvers.doors.postgres import DATABASE, OWNER, PORT, Login
from resolvers.doors.postmaster import PidFile
from tests.cluster import TOP, is_alive

START_SECONDS = 120.0
STOP_SECONDS = 30.0
COMMAND = (sys.executable, "-W", "error", "-m", "api")

_READY = re.compile(r"^jiesu is ready: (http://\S+?)/ ", re.MULTILINE)


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment with no setting of jiesu in it but these: any free port, no sample unless asked for."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
    plain.pop("DATABASE_URL", None)
    return (
        plain
        | {"JIESU_DATA_DIR": str(folder), "JIESU_PORT": "0", "JIESU_SAMPLE": "none", "JIESU_CLOCKWORK_SECONDS": "0"}
        | settings
    )


def jiesu(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [*COMMAND, *words]
    surroundings = environment(folder, **settings)
    return subprocess.run(command, cwd=TOP, env=surroundings, capture_output=True, text=True, timeout=120, check=False)


class Jiesu:
    """One running server (or another command). Its folder outlives it: the next starts over the same data."""

    def __init__(self, folder: Path, *words: str, **settings: str) -> None:
        self.folder = folder
        descriptor, name = tempfile.mkstemp(prefix="serve-", suffix=".log", dir=folder.parent)
        self.log = Path(name)
        # A session of its own, so that a Ctrl-C at a terminal can be told apart from a signal to one process.
        self.process = subprocess.Popen(
            [*COMMAND, *(words or ("serve",))],
            cwd=TOP,
            env=environment(folder, **settings),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(descriptor)

    @property
    def said(self) -> str:
        """Everything it printed and logged so far."""
        return self.log.read_text("utf-8")

    @property
    def url(self) -> str:
        """Where it answers. Known once it is ready."""
        found = _READY.search(self.said)
        assert found, f"not ready:\n{self.said}"
        return found[1]

    @property
    def tokens(self) -> dict[str, str]:
        """The tokens of the demo people, by login."""
        passes = json.loads((self.folder / "demo-tokens.json").read_text("utf-8"))
        return {login: said["token"] for login, said in passes.items()}

    @property
    def database(self) -> int:
        """The process id of its PostgreSQL."""
        found = PidFile.read(self.folder / "postgres")
        assert found, "no database runs"
        return found.pid

    @property
    def owner(self) -> Login:
        """The login that owns the tables, for a look behind the API."""
        found = PidFile.read(self.folder / "postgres")
        assert found, "no database runs"
        return Login(found.sockets, PORT, OWNER, DATABASE)

    def ready(self, seconds: float = START_SECONDS) -> Jiesu:
        """Itself, once it has said where it is."""
        until = time.monotonic() + seconds
        while not _READY.search(self.said):
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.said}"
            assert time.monotonic() < until, f"not ready after {seconds} s:\n{self.said}"
            time.sleep(0.02)
        return self

    def send(self, number: int, *, to_group: bool = False) -> None:
        """To the one process, or to its whole group as a terminal does."""
        if to_group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def ended(self, seconds: float = STOP_SECONDS) -> int:
        """The exit code, once it has ended by itself."""
        return self.process.wait(seconds)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; the exit code."""
        self.send(number)
        return self.ended()

    def kill(self) -> None:
        """SIGKILL to jiesu alone; its database is left behind, as in life."""
        self.process.kill()
        self.process.wait()


@contextmanager
def room() -> Iterator[Path]:
    """A data folder not yet made. Nothing that ran in it is left at the end, whatever was killed meanwhile."""
    # Not pytest's own: as root the database runs as another account, which may not enter that one.
    around = Path(tempfile.mkdtemp(prefix="jiesu-serve-"))
    around.chmod(0o711)
    try:
        yield around / "data"
    finally:
        end_database(around / "data")
        shutil.rmtree(around)


@contextmanager
def starting(folder: Path, *words: str, **settings: str) -> Iterator[Jiesu]:
    """A server (or another command) on its way. One that still runs at the end is stopped."""
    server = Jiesu(folder, *words, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            try:
                server.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                raise


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Jiesu]:
    """A server that is ready, and is stopped at the end unless it has ended before."""
    with starting(folder, **settings) as server:
        yield server.ready()


def copied(home: Path, folder: Path) -> Path:
    """A data folder copied while nothing runs in it: the next start finds everything as it was."""
    subprocess.run(["cp", "-a", home, folder], check=True)
    return folder


def end_database(folder: Path) -> None:
    """End what a killed jiesu left running over this folder: `initdb` of a first start, or the server."""
    with ExitStack() as later:
        for pid in _left(folder):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            later.callback(_await_end, pid)


def _left(folder: Path) -> Iterator[int]:
    mark = os.fsencode(f"{folder}/postgres")
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                if mark in (entry / "cmdline").read_bytes():
                    yield int(entry.name)


def _await_end(pid: int, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while is_alive(pid):
        if time.monotonic() > until:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            until = float("inf")
        time.sleep(0.01)
