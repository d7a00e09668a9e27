"""One PostgreSQL server over one folder: make the folder, end whatever a dead jiesu left running in it, start, stop.

Whoever calls holds the folder's lock.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from resolvers.doors.postgres import APP, DATABASE, OWNER, PORT, ClusterError, replace_file
from resolvers.doors.programs import Account

READY_SECONDS = 300.0  # recovery after a crash may be long; a server that dies is noticed at once
RETRY_SECONDS = 20.0
LOG_BYTES = 10_000_000

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "jiesu",
}
_FIRST_STATEMENTS = f"""\
CREATE ROLE {OWNER} LOGIN
CREATE ROLE {APP} LOGIN
CREATE DATABASE {DATABASE} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'
"""
_SOCKET = f".s.PGSQL.{PORT}"
_OWN_SOCKETS = "jiesu-"
_SOCKET_BYTES = 103  # what the kernels take
_ENDINGS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))
_PASSING = (
    "lock file",
    "still in use",
)  # another server of a killed jiesu is still starting, or its children are going


@dataclass(frozen=True)
class PidFile:
    """What a server says of itself in `postmaster.pid`."""

    pid: int
    sockets: str
    ready: bool

    @classmethod
    def read(cls, place: Path) -> Self | None:
        """None when there is none, or when it is only being written."""
        try:
            lines = os.fsdecode((place / "postmaster.pid").read_bytes()).split("\n") + [""] * 8
        except FileNotFoundError:
            return None
        return cls(int(lines[0]), lines[4], lines[7].startswith("ready")) if lines[0].isdecimal() else None


@dataclass(frozen=True)
class Postmaster:
    place: Path
    account: Account
    programs: Path
    log: Path
    settings: Mapping[str, str]

    def make(self) -> None:
        """Make the cluster unless it is there; ClusterError if what is there is not ours to run."""
        for old in self.place.parent.glob("postgres.new-*"):
            shutil.rmtree(old, ignore_errors=True)
        if not self.place.exists():
            self._create()
        self._demand_ours()
        self._admit()

    def start(self, held: ExitStack) -> str:
        """Start and wait until it answers; the folder of its socket. `held` stops it."""
        sockets = self._socket_folder(held)
        until = time.monotonic() + RETRY_SECONDS
        while True:
            extra = self._end_orphan()
            mark = self._turn_log()
            process = self._spawn(sockets, extra)
            held.callback(_end_child, process)
            if self._comes_up(process):
                return sockets
            said = self.log.read_bytes()[mark:].decode(errors="replace")
            if time.monotonic() > until or not any(hint in said for hint in _PASSING):
                raise ClusterError(f"PostgreSQL did not start: {_last_word(said)} (more in {self.log}).")
            time.sleep(0.2)

    def _create(self) -> None:
        """In a fresh sibling, then renamed: a killed start leaves its initdb running, and two in one folder collide."""
        fresh = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.place.parent))
        self.account.give(fresh)
        sync = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        self._run("initdb", "-D", fresh, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=peer", *sync)
        self._run("postgres", "--single", "-D", fresh, "-c", "exit_on_error=on", "postgres", text=_FIRST_STATEMENTS)
        fresh.rename(self.place)

    def _run(self, program: str, *argv: str | Path, text: str = "") -> None:
        done = self.account.run(self.programs / program, *argv, text=text)
        if done.returncode:
            raise ClusterError(f"The database could not be made: {_last_word(done.stderr)}.")

    def _demand_ours(self) -> None:
        owner, runs_as = self.place.stat().st_uid, os.geteuid() if self.account.uid is None else self.account.uid
        if owner != runs_as:
            raise ClusterError(
                f"The database in {self.place} belongs to {_user_name(owner)}, PostgreSQL would run as {self.account.name}:"
                " start as that user, as root with JIESU_ACCOUNT set to it, or with another JIESU_DATA_DIR."
            )
        mark = self.place / "PG_VERSION"
        if not mark.exists():
            raise ClusterError(f"{self.place} is no PostgreSQL cluster: move it away, or set another JIESU_DATA_DIR.")
        kept = mark.read_text("ascii").strip()
        installed = re.search(r"\) (\d+)", self.account.run(self.programs / "postgres", "--version").stdout)
        if not installed or installed[1] != kept:
            raise ClusterError(
                f"The database in {self.place} was made by PostgreSQL {kept}, installed is {installed and installed[1]}:"
                " dump it with the jiesu that made it, or set another JIESU_DATA_DIR."
            )

    def _admit(self) -> None:
        """Peer instead of trust: the user who runs jiesu, and nobody else, is let in under the three names."""
        system = _user_name(os.geteuid()).replace('"', '""')
        roles = "".join(f'jiesu "{system}" {role}\n' for role in ("postgres", OWNER, APP))
        for name, text in (("pg_hba.conf", "local all all peer map=jiesu\n"), ("pg_ident.conf", roles)):
            replace_file(self.place / name, text)
            self.account.give(self.place / name)

    def _socket_folder(self, held: ExitStack) -> str:
        """The cluster's own folder, unless its path is too long or odd for a socket."""
        if _suits_socket(self.place):
            return str(self.place)
        parent = Path(tempfile.gettempdir())
        if not _suits_socket(parent / f"{_OWN_SOCKETS}12345678") or not self.account.reaches(parent):
            parent = Path("/tmp")  # noqa: S108  (mkdtemp makes an own folder in it)
        folder = Path(tempfile.mkdtemp(prefix=_OWN_SOCKETS, dir=parent))
        held.callback(_drop_sockets, folder)
        self.account.give(folder)
        return str(folder)

    def _end_orphan(self) -> dict[str, str]:
        """Under our lock a server of this folder is an orphan's. The answer is environment for the next one.

        Its number may by now be another process's: PostgreSQL takes that of its grandparent for stale, and still looks
        whether the old server's memory is in use, which removing the file would prevent.
        """
        for name in ("postmaster.pid", f"{_SOCKET}.lock"):
            _drop_unwritten(self.place / name)
        found = PidFile.read(self.place)
        if not found:
            return {}
        if self._is_ours(found.pid):
            _end(found.pid, lambda: not self._is_ours(found.pid))
        sockets = Path(found.sockets)
        if not _command(found.pid) and sockets.name.startswith(
            _OWN_SOCKETS
        ):  # a cluster's folder may be another's by now
            _drop_sockets(sockets)
        return {"PG_GRANDPARENT_PID": str(found.pid)}

    def _is_ours(self, pid: int) -> bool:
        command = _command(pid)
        if f"/postgres -D {self.place} -c " in command:
            return True
        if "/postgres -D " not in command:
            return False
        same = '[ "/proc/$1/cwd" -ef "$2" ]'  # the folder was renamed under it; only its own account may look
        return self.account.run("/bin/sh", "-c", same, "sh", str(pid), self.place).returncode == 0

    def _turn_log(self) -> int:
        """Where new text begins; one old log is kept."""
        with suppress(FileNotFoundError):
            size = self.log.stat().st_size
            if size <= LOG_BYTES:
                return size
            self.log.replace(self.log.with_suffix(".log.old"))
        return 0

    def _spawn(self, sockets: str, extra: dict[str, str]) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | {"unix_socket_directories": sockets} | dict(self.settings)
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with open(self.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
            return self.account.spawn(
                self.programs / "postgres", "-D", self.place, *options, output=output, extra=extra
            )

    def _comes_up(self, process: subprocess.Popen[bytes]) -> bool:
        until = time.monotonic() + READY_SECONDS
        while process.poll() is None:
            found = PidFile.read(self.place)
            if found and found.ready and found.pid == process.pid:
                return True
            if time.monotonic() > until:
                raise ClusterError(f"PostgreSQL was not ready after {READY_SECONDS:.0f} s (more in {self.log}).")
            time.sleep(0.01)
        return False


def _end_child(process: subprocess.Popen[bytes]) -> None:
    _end(process.pid, lambda: process.poll() is not None)


def _end(pid: int, gone: Callable[[], bool]) -> None:
    """Fast, then at once, then by force; whatever was committed stays."""
    for number, seconds in _ENDINGS:
        until = time.monotonic() + seconds
        if not gone():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        while not gone() and time.monotonic() < until:
            time.sleep(0.01)
        if gone():
            return
    raise ClusterError(f"PostgreSQL (process {pid}) does not stop.")


def _command(pid: int) -> str:
    """The command line of a living process; empty for none, and for a zombie."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).replace("\0", " ")
        return ""
    asked = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603  (no shell)


def _suits_socket(folder: Path) -> bool:
    text = str(folder / _SOCKET)
    return len(text) <= _SOCKET_BYTES and re.fullmatch(r"[A-Za-z0-9._/-]+", text) is not None


def _drop_sockets(folder: Path) -> None:
    with suppress(OSError):
        for name in (_SOCKET, f"{_SOCKET}.lock"):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def _drop_unwritten(path: Path) -> None:
    """A server killed between making its lock file and writing it leaves one that stops every later start."""
    with suppress(FileNotFoundError):
        facts = path.stat()
        if facts.st_size == 0 and time.time() - facts.st_mtime > 1.0:
            path.unlink()


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _last_word(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()] or ["it said nothing"]
    grave = [line for line in lines if re.search(r"FATAL|PANIC|error", line)] or lines[:1]
    return re.sub(r"^.*?(?:FATAL|PANIC|error):\s+", "", grave[-1]).rstrip(".")
