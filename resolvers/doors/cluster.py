"""The embedded PostgreSQL of one data folder: made at the first start, found again after any death, stopped at the end.

No TCP port and no password: a unix socket in a folder of mode 0700, and the server asks the kernel who is calling (peer).
One live jiesu holds the folder; commands join it.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import MappingProxyType

from resolvers.doors.postgres import APP, DATABASE, OWNER, PORT, ClusterBusy, ClusterError, Login, Logins, replace_file
from resolvers.doors.postmaster import PidFile, Postmaster
from resolvers.doors.programs import SHARED, Account, account_for, find_programs, make_shared

_PLAIN: Mapping[str, str] = MappingProxyType({})


class _HeldByOthers(Exception):  # noqa: N818  (an answer, not a fault)
    pass


class Cluster:
    """The running server; whoever holds it stops it, after closing the last pool. `place` is where its data lies."""

    def __init__(self, data_dir: Path, place: Path, logins: Logins, held: ExitStack) -> None:
        self.place = place
        self.logins = logins
        self._data_dir = data_dir
        self._held = held

    def stop(self, patience: float = 0.0) -> None:
        """Stop the server and let go of the folder; wait at most `patience` seconds for commands that joined."""
        with suppress(_HeldByOthers, OSError):
            os.close(_lock(self._data_dir / "guests", fcntl.LOCK_EX, patience))
        self._held.close()


def start_cluster(data_dir: Path, *, account: str = "nobody", settings: Mapping[str, str] = _PLAIN) -> Cluster:
    """Start the server of `data_dir`, making it first if need be, and take the folder for this process.

    As root `account` runs the server; `settings` go to it as -c. ClusterBusy when another live jiesu has the folder,
    ClusterError for all else. A start killed at any moment does not prevent the next.
    """
    data_dir = data_dir.absolute()
    try:
        with ExitStack() as held:
            runner = account_for(account)
            _make_data_dir(data_dir, runner)
            _hold(data_dir, held)
            place = _place(data_dir, runner)
            if place.parent != data_dir:  # a copied data folder has a copied note
                _hold(place.parent, held)
            server = Postmaster(place.resolve(), runner, find_programs(runner), data_dir / "postgres.log", settings)
            server.make()
            logins = _logins(server.start(held))
            return Cluster(data_dir, place, logins, held.pop_all())
    except OSError as error:
        raise ClusterError(f"The database folder cannot be used: {error.strerror}: {error.filename}.") from error


def join_cluster(data_dir: Path) -> Logins | None:
    """The logins of the server another live jiesu runs for this folder, waiting while it starts; None if nobody does.

    This process counts as a guest until it ends (see `Cluster.stop`).
    """
    try:
        while _is_held(data_dir):
            found = PidFile.read(_noted(data_dir) or data_dir / "postgres")
            if found and found.ready:
                _become_guest(data_dir)
                return _logins(found.sockets)
            time.sleep(0.05)
    except FileNotFoundError:  # no such folder, or never started
        return None
    except OSError as error:
        raise ClusterError(
            f"The running jiesu cannot be joined: {error.strerror}: {error.filename}: run this as the user who started it."
        ) from error
    return None


def _logins(sockets: str) -> Logins:
    return Logins(Login(sockets, PORT, OWNER, DATABASE), Login(sockets, PORT, APP, DATABASE))


def _become_guest(data_dir: Path) -> None:
    """The descriptor is never closed by us: the kernel does it when this process ends, however it ends."""
    fcntl.flock(os.open(data_dir / "guests", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), fcntl.LOCK_SH)


def _make_data_dir(data_dir: Path, runner: Account) -> None:
    """A folder we make, or find empty, is ours alone; as root the account may pass through it, not read it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ClusterError(f"JIESU_DATA_DIR is not a folder: {data_dir}.") from None
    if any(data_dir.iterdir()):
        return
    if runner.gid is not None:
        os.chown(data_dir, -1, runner.gid)
    data_dir.chmod(0o700 if runner.gid is None else 0o710)


def _place(data_dir: Path, runner: Account) -> Path:
    """Where the cluster lies: as noted, else in the data folder, else where the account can go."""
    noted, here = _noted(data_dir), data_dir / "postgres"
    if noted and noted.parent.is_dir():
        return noted
    if noted:
        raise ClusterError(
            f"The database of {data_dir} lies in {noted} (so says {data_dir / 'cluster'}), which is gone:"
            " bring it back, or remove the note to begin with an empty one."
        )
    return here if here.exists() or runner.reaches(data_dir) else _place_elsewhere(data_dir, runner)


def _place_elsewhere(data_dir: Path, runner: Account) -> Path:
    make_shared()
    home = Path(tempfile.mkdtemp(prefix="data-", dir=SHARED))
    os.chown(home, -1, -1 if runner.gid is None else runner.gid)
    home.chmod(0o710)
    replace_file(data_dir / "cluster", f"{home / 'postgres'}\n")
    return home / "postgres"


def _noted(data_dir: Path) -> Path | None:
    try:
        return Path((data_dir / "cluster").read_text("utf-8").strip())
    except FileNotFoundError:
        return None


def _hold(folder: Path, held: ExitStack) -> None:
    try:
        descriptor = _lock(folder / "lock", fcntl.LOCK_EX, patience=0.3)  # a command that only looks lets go at once
    except _HeldByOthers:
        raise ClusterBusy(f"Another jiesu is running with the data folder {folder}.") from None
    held.callback(os.close, descriptor)


def _is_held(data_dir: Path) -> bool:
    try:
        os.close(_lock(data_dir / "lock", fcntl.LOCK_SH))
    except _HeldByOthers:
        return True
    return False


def _lock(path: Path, kind: int, patience: float = 0.0) -> int:
    """A descriptor that holds the lock until it is closed, or until this process dies, however it dies."""
    make = os.O_CREAT if kind == fcntl.LOCK_EX else 0
    descriptor = os.open(path, os.O_RDWR | make | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + patience
    while not _is_locked(descriptor, kind):
        if time.monotonic() >= until:
            os.close(descriptor)
            raise _HeldByOthers
        time.sleep(0.02)
    return descriptor


def _is_locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
