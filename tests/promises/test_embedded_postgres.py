"""The embedded database is safe to live with: no port, no opened folder, and no death that prevents the next start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from resolvers.doors import programs
from resolvers.doors.cluster import join_cluster, start_cluster
from resolvers.doors.postgres import ClusterBusy, ClusterError
from resolvers.doors.programs import account_for
from tests.cluster import (
    GUEST,
    QUICK,
    Hold,
    Start,
    ask,
    exists,
    holding,
    is_alive,
    kill,
    line_of,
    made_passable,
    mode,
    server_of,
    spawn,
    starting,
    throw_away_folder,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Empty."""
    with throw_away_folder() as made:
        yield made


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """With a cluster made once: every test that neither spoils it nor needs a first start begins here."""
    with throw_away_folder() as made:
        start_cluster(made, settings=QUICK).stop()
        yield made


@pytest.fixture
def spoilt(home: Path, folder: Path) -> Path:
    """A copy of it, to be spoilt."""
    subprocess.run(["cp", "-a", f"{home}/.", folder], check=True)
    return folder


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


@pytest.fixture
def hold() -> Iterator[Hold]:
    with holding() as begin:
        yield begin


# --- what the server is


async def test_the_first_start_makes_a_utf8_database_with_two_plain_logins(folder: Path, start: Start) -> None:
    logins = start(made_passable(folder) / '投诉\'s "data"').logins
    facts = "concat_ws(' ', current_user, current_database(), current_setting('server_encoding'), datcollate)"
    rights = "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    for login, name in ((logins.owner, "jiesu_owner"), (logins.app, "jiesu_app")):
        said = await ask(login, f"SELECT {facts} FROM pg_database WHERE datname = current_database()")
        assert said == f"{name} jiesu UTF8 C.UTF-8"
        assert await ask(login, rights) is False
    await ask(logins.owner, "CREATE TABLE here (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(logins.app, "CREATE TABLE there (id int)")


async def test_it_opens_no_port_and_no_folder(folder: Path, start: Start) -> None:
    above = mode(folder.parent)
    cluster = start(made_passable(folder) / "data")
    superuser = replace(cluster.logins.owner, user="postgres")
    assert await ask(superuser, "SELECT current_setting('listen_addresses')") == ""
    assert await ask(superuser, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'peer'") == 0
    assert mode(cluster.place) == 0o700
    assert mode(folder / "data") == (0o710 if os.geteuid() == 0 else 0o700)
    assert mode(folder) == 0o711
    assert mode(folder.parent) == above


async def test_settings_reach_the_server_and_fsync_is_on_unless_told(home: Path) -> None:
    names = ("fsync", "max_connections", "timezone")
    question = "SELECT concat_ws(' ', " + ", ".join(f"current_setting('{name}')" for name in names) + ")"
    for settings, expected in (({}, "on 100 UTC"), ({"fsync": "off", "max_connections": "33"}, "off 33 UTC")):
        cluster = start_cluster(home, settings=settings)
        said = await ask(cluster.logins.app, question)
        cluster.stop()
        assert said == expected


async def test_what_was_written_is_there_after_a_stop(home: Path, start: Start) -> None:
    cluster = start(home)
    await ask(cluster.logins.owner, "CREATE TABLE kept AS SELECT '投诉' AS word")
    cluster.stop()
    cluster.stop()
    assert not (home / "postgres" / "postmaster.pid").exists()
    assert await ask(start(home).logins.owner, "SELECT word FROM kept") == "投诉"


@pytest.mark.parametrize("name", ["甲 乙", 'it\'s "quoted" $HOME;,', "long" * 40])
async def test_odd_and_long_folders_work(home: Path, start: Start, name: str) -> None:
    odd = home / name
    odd.mkdir(mode=0o711)
    (home / "postgres").rename(odd / "postgres")
    try:
        cluster = start(odd)
        sockets = Path(cluster.logins.app.host)
        assert await ask(cluster.logins.app, "SELECT 1") == 1
        assert mode(sockets) == 0o700
        cluster.stop()
        assert not exists(sockets)
    finally:
        (odd / "postgres").rename(home / "postgres")


# --- who holds the folder


def test_a_second_start_is_refused_and_a_command_joins(home: Path, start: Start) -> None:
    assert join_cluster(home) is None
    cluster = start(home)
    with pytest.raises(ClusterBusy, match="Another jiesu is running"):
        start(home)
    guest = spawn(GUEST, home, "0")
    assert line_of(guest) == str(cluster.logins)
    assert guest.wait(20) == 0
    kill(guest)
    cluster.stop()
    assert join_cluster(home) is None
    assert join_cluster(home / "nowhere") is None


def test_a_stop_can_wait_for_commands_that_joined(home: Path, start: Start) -> None:
    cluster = start(home)
    guest = spawn(GUEST, home, "0.5")
    assert line_of(guest) == str(cluster.logins)
    begun = time.monotonic()
    cluster.stop(patience=20)
    assert 0.3 < time.monotonic() - begun < 20
    assert guest.wait(20) == 0
    kill(guest)


# --- deaths


async def test_a_kill_leaves_an_orphan_that_the_next_start_replaces(home: Path, start: Start, hold: Hold) -> None:
    other = hold(home)
    orphan = server_of(home)
    kill(other)
    assert is_alive(orphan)
    assert join_cluster(home) is None
    cluster = start(home)
    assert not is_alive(orphan)
    assert await ask(cluster.logins.app, "SELECT 1") == 1


async def test_a_kill_of_both_loses_nothing_that_was_committed(home: Path, start: Start, hold: Hold) -> None:
    other = hold(home)
    logins = join_cluster(home)
    assert logins
    await ask(logins.owner, "CREATE TABLE committed AS SELECT generate_series(1, 1000) AS id")
    os.kill(server_of(home), signal.SIGKILL)
    kill(other)
    assert await ask(start(home).logins.owner, "SELECT count(*) FROM committed") == 1000


def test_a_server_killed_under_us_stops_without_complaint(home: Path, start: Start) -> None:
    cluster = start(home)
    os.kill(server_of(home), signal.SIGKILL)
    cluster.stop()
    start(home)


def test_a_pid_file_whose_number_another_process_has_does_no_harm(home: Path, start: Start) -> None:
    account = account_for("nobody")
    with tempfile.TemporaryFile() as output:
        stranger = account.spawn("/bin/sleep", "60", output=output, extra={})
    stale = home / "postgres" / "postmaster.pid"
    stale.write_text(f"{stranger.pid}\n{home}/postgres\n1\n5432\n{home}/postgres\n\n\nready   \n")
    account.give(stale)
    start(home)
    left_alone = stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert left_alone


def test_lock_files_that_were_never_written_are_no_obstacle(home: Path, start: Start) -> None:
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        path = home / "postgres" / name
        path.touch()
        os.utime(path, (0, 0))
        account_for("nobody").give(path)
    start(home)


@pytest.mark.parametrize("delay", [0.3, 0.6])
def test_a_first_start_killed_at_any_moment_is_begun_anew(folder: Path, start: Start, hold: Hold, delay: float) -> None:
    other = hold(folder, wait=False)
    time.sleep(delay)
    kill(other)
    start(folder)


# --- folders that are not ours


def test_folders_that_cannot_be_used_are_refused_with_a_sentence(spoilt: Path, start: Start) -> None:
    mark = spoilt / "postgres" / "PG_VERSION"
    mark.write_text("16\n")
    with pytest.raises(ClusterError, match=r"was made by PostgreSQL 16, installed is 18: dump it"):
        start(spoilt)
    mark.unlink()
    with pytest.raises(ClusterError, match="is no PostgreSQL cluster"):
        start(spoilt)
    with pytest.raises(ClusterError, match="is not a folder"):
        start(spoilt / "lock")
    (spoilt / "cluster").write_text("/nowhere/at/all/postgres\n")
    with pytest.raises(ClusterError, match="which is gone"):
        start(spoilt)


def test_a_setting_the_server_refuses_is_told_at_once(home: Path, start: Start) -> None:
    with pytest.raises(ClusterError, match="max_connections"):
        start(home, max_connections="many")
    start(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
def test_as_root_the_account_must_exist_and_be_unprivileged(home: Path, start: Start) -> None:
    with pytest.raises(ClusterError, match="does not exist: set JIESU_ACCOUNT"):
        start_cluster(home, account="no-such-account")
    with pytest.raises(ClusterError, match="never runs as root"):
        start_cluster(home, account="root")
    with pytest.raises(ClusterError, match="belongs to nobody, PostgreSQL would run as daemon"):
        start_cluster(home, account="daemon")
    start(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
async def test_as_root_a_closed_folder_stays_closed_and_the_cluster_goes_elsewhere(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_passable(folder)
    shared, closed = folder / "shared", folder / "closed" / "data"
    for module in ("programs", "cluster"):
        monkeypatch.setattr(f"resolvers.doors.{module}.SHARED", shared)
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    for _ in range(2):
        cluster = start(closed)
        assert await ask(cluster.logins.app, "SELECT 1") == 1
        assert cluster.place.parent.parent == shared
        assert (closed / "cluster").read_text() == f"{cluster.place}\n"
        cluster.stop()
    assert mode(closed.parent) == 0o700
    assert len(list(shared.iterdir())) == 1

    shutil.copytree(closed, folder / "copy")
    start(closed)
    with pytest.raises(ClusterBusy):
        start(folder / "copy")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
def test_as_root_programs_out_of_reach_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel, install = programs._find_wheel()
    made_passable(folder)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for name in (wheel.name, f"{wheel.name}.libs"):
        (closed / name).symlink_to(wheel.with_name(name))
    monkeypatch.setattr(programs, "SHARED", folder / "shared")
    monkeypatch.syspath_prepend(str(closed))
    found = {programs.find_programs(account_for("nobody")) for _ in range(2)}
    assert found == {copy / wheel.name / install / "bin" for copy in (folder / "shared").iterdir()}
