"""One command starts jiesu and one signal ends it; whatever happens in between, the next start finds everything."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api.__main__ import main
from resolvers.doors.postgres import Login
from schema import export
from tests.client import Caller, key
from tests.cluster import is_alive
from tests.serving import Jiesu, copied, jiesu, room, serving

RECEIVE = "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { case { number } userErrors { code } } }"
TICKET = {"kind": "COMPLAINT", "channel": "PHONE", "title": "口罩涨价"}
CASE = "query ($number: String!) { case(number: $number) { title } }"
VIEWER = "{ viewer { login } }"


@pytest.fixture
def folder() -> Iterator[Path]:
    with room() as made:
        yield made


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data folder with the demo city in it, at rest."""
    with room() as made:
        done = jiesu(made, "load", "yunxi")
        assert (done.returncode, done.stdout[:9]) == (0, "云溪市 (yunx"), done
        yield made


@pytest.fixture
def used(home: Path, folder: Path) -> Path:
    """A copy of it, to be used up."""
    return copied(home, folder)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


def agent(http: httpx.AsyncClient, server: Jiesu) -> Caller:
    return Caller(http, server.url, server.tokens["yunxi-agent"], "yunxi-agent")


def assert_sentence(text: str) -> None:
    assert re.fullmatch(r"jiesu: [^\n]+\n", text), text


# --- a start that must not be


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"JIESU_PROT": "8000"}, "JIESU_PORT"),
        ({"JIESU_PORT": "eighty"}, "JIESU_PORT"),
        ({"DATABASE_URL": "mysql://me:sesame@here/x"}, "DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_obeyed_stops_the_start_with_a_sentence(
    folder: Path, settings: dict[str, str], named: str
) -> None:
    done = jiesu(folder, "serve", **settings)

    assert (done.returncode, done.stdout) == (2, "")
    assert_sentence(done.stderr)
    assert named in done.stderr
    assert "sesame" not in done.stderr
    assert not folder.exists(), "nothing was begun"


def test_a_database_that_does_not_answer_stops_the_start_with_a_sentence_that_keeps_the_password(folder: Path) -> None:
    done = jiesu(folder, "serve", DATABASE_URL="postgres://me:sesame@127.0.0.1:1/x")

    assert done.returncode == 3
    assert_sentence(done.stderr)
    assert "sesame" not in done.stderr


def test_a_port_that_is_taken_is_said_so_and_the_database_is_stopped(used: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = jiesu(used, "serve", JIESU_PORT=str(port))

    assert done.returncode == 2
    assert_sentence(done.stderr)
    assert f"127.0.0.1:{port}" in done.stderr
    assert not (used / "postgres" / "postmaster.pid").exists()


# --- a start, and what is there afterwards


async def test_a_second_start_keeps_data_and_tokens_and_a_second_server_over_the_same_folder_is_refused(
    used: Path, http: httpx.AsyncClient
) -> None:
    with serving(used, JIESU_SAMPLE="yunxi") as first:
        passes = first.tokens
        said = (await agent(http, first).ask(RECEIVE, i={**TICKET, "idempotencyKey": key()}))["receiveCase"]
        another = jiesu(used, "serve")
        assert another.returncode == 3
        assert_sentence(another.stderr)
        assert str(used) in another.stderr
        assert (await agent(http, first).ask(VIEWER))["viewer"]["login"] == "yunxi-agent", "the first is unharmed"

    with serving(used, JIESU_SAMPLE="yunxi") as second:
        assert "is there already" in second.said
        assert second.tokens == passes
        for login, token in passes.items():
            assert re.search(rf"^  {login} .*\s{re.escape(token)}$", second.said, re.MULTILINE), login
        found = await agent(http, second).ask(CASE, number=said["case"]["number"])
        assert found == {"case": {"title": "口罩涨价"}}


@pytest.mark.parametrize(
    "begun",
    [
        lambda folder: any(folder.glob("postgres.new-*")),
        lambda folder: (folder / "postgres" / "postmaster.pid").exists(),
        lambda folder: (folder / "photos").exists() or _has_tables(folder),
    ],
    ids=["while the database is made", "while it starts", "while it is filled"],
)
async def test_a_start_that_was_killed_starts_again_without_help(
    folder: Path, http: httpx.AsyncClient, begun: Callable[[Path], bool]
) -> None:
    server = Jiesu(folder, JIESU_SAMPLE="yunxi")
    until = time.monotonic() + 30
    while not begun(folder):
        assert time.monotonic() < until, server.said
        assert server.process.poll() is None, server.said
        await asyncio.sleep(0.005)
    server.kill()
    assert "is ready" not in server.said, "killed too late to show anything"

    with serving(folder, JIESU_SAMPLE="yunxi") as again:
        assert (await agent(http, again).ask(VIEWER))["viewer"]["login"] == "yunxi-agent"
        cases = (await Caller(http, again.url, again.tokens["yunxi-leader"]).ask("{ cases { totalCount } }"))["cases"]
        assert cases["totalCount"] > 200
    assert jiesu(folder, "verify-ledger").returncode == 0


def _has_tables(folder: Path) -> bool:
    """Only looked at from outside: the server is not to be disturbed."""
    return len(list((folder / "postgres" / "base").glob("*/*"))) > 1_000
