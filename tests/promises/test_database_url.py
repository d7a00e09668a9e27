"""`DATABASE_URL` instead of the embedded server: read strictly, never repeated, with a login of its own for the application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resolvers.doors.postgres import ClusterError, Login, external_logins, parse_url
from resolvers.doors.programs import account_for
from tests.cluster import Start, ask, exists, mode, starting, throw_away_folder


def test_a_database_url_is_read_with_its_percent_signs_and_its_socket_folder() -> None:
    assert parse_url("postgres://me:p%40ss%2Fw%23rd@db.example:6000/%E6%8E%A5%E8%AF%89?sslmode=require") == Login(
        "db.example", 6000, "me", "接诉", "p@ss/w#rd", "require"
    )
    assert parse_url("postgresql://me@[::1]/jiesu") == Login("::1", 5432, "me", "jiesu")
    assert parse_url("postgres://me@/jiesu?host=/run/postgresql&port=5433") == Login(
        "/run/postgresql", 5433, "me", "jiesu"
    )
    assert parse_url("postgres://me@%2Frun%2FPostgres/jiesu") == Login("/run/Postgres", 5432, "me", "jiesu")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://me:secret@h/d", "must begin with postgres"),
        ("postgres://me:sec#secret@h/d", "%23"),
        ("postgres://me:secret@/d", "names no host"),
        ("postgres://:secret@h/d", "names no user"),
        ("postgres://me:secret@h", "names no database"),
        ("postgres://me:secret@h:70000/d", "port"),
        ("postgres://me:secret@h:x/d", "no host that can be read"),
        ("postgres://me:secret@[::1/d", "host is malformed"),
        ("postgres://me:secret@a,b/d", "several hosts"),
        ("postgres://me:secret@h/d?sslmode=sometimes", "sslmode"),
        ("postgres://me:secret@h/d?command_timeout=5", "does not know: command_timeout"),
    ],
)
def test_a_malformed_database_url_is_refused_without_repeating_it(url: str, sentence: str) -> None:
    with pytest.raises(ClusterError, match=re.escape(sentence)) as refused:
        parse_url(url)
    assert "secret" not in str(refused.value)


def test_a_login_is_never_printed_with_its_password() -> None:
    login = Login("h", 1, "u", "d", "hunter2", "require")
    assert "hunter2" not in f"{login} {login!r}"
    assert login.credentials() == {
        "host": "h", "port": 1, "user": "u", "database": "d", "password": "hunter2", "ssl": "require",
    }  # fmt: skip


@pytest.fixture
def folder() -> Iterator[Path]:
    with throw_away_folder() as made:
        yield made


@pytest.fixture(scope="module")
def foreign() -> Iterator[Login]:
    """The superuser of a server as DATABASE_URL meets it: it asks jiesu_app for a password, and there is none yet."""
    with throw_away_folder() as home, starting() as start:
        rules = write_rules(home, start)
        yield replace(start(home, hba_file=str(rules)).logins.owner, user="postgres")


def write_rules(home: Path, start: Start) -> Path:
    start(home).stop()
    rules = home / "postgres" / "foreign_hba.conf"
    rules.write_text("local all jiesu_app scram-sha-256\nlocal all all peer map=jiesu\n")
    account_for("nobody").give(rules)
    return rules


def url_of(login: Login) -> str:
    return f"postgres://{login.user}@/{login.database}?host={login.host}"


async def test_an_owner_who_may_gives_the_application_a_login_of_its_own(foreign: Login, folder: Path) -> None:
    await ask(foreign, "DROP ROLE jiesu_app")
    first = await external_logins(url_of(foreign), folder / "one")
    assert await ask(first.app, "SELECT current_user") == "jiesu_app"
    assert mode(folder / "one" / "app-password") == 0o600
    assert await external_logins(url_of(foreign), folder / "one") == first

    second = await external_logins(url_of(foreign), folder / "two")
    assert second.app.password != first.app.password
    assert await ask(second.app, "SELECT current_user") == "jiesu_app"

    again = await external_logins(url_of(foreign), folder / "one")
    assert again == first
    assert await ask(again.app, "SELECT current_user") == "jiesu_app"


async def test_an_owner_who_may_not_shares_its_login_and_is_warned(
    foreign: Login, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    owner = replace(foreign, user="jiesu_owner")
    logins = await external_logins(url_of(owner), folder)
    assert logins.owner == logins.app == owner
    assert "shares the owner's database login" in caplog.text
    assert not exists(folder / "app-password")


async def test_an_unfit_server_is_refused_with_a_sentence(foreign: Login, folder: Path) -> None:
    await ask(foreign, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(ClusterError, match="kept in LATIN1, not UTF8"):
        await external_logins(url_of(replace(foreign, database="latin")), folder)
    with pytest.raises(ClusterError, match='database "nowhere" does not exist'):
        await external_logins(url_of(replace(foreign, database="nowhere")), folder)
    with pytest.raises(ClusterError, match="may not create tables"):
        await external_logins(url_of(replace(foreign, user="jiesu_owner", database="postgres")), folder)
    with pytest.raises(ClusterError, match="refused the login"):
        await external_logins(f"postgres://me:secret@/jiesu?host={folder}", folder)
