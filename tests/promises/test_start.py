"""One command starts jiesu and one signal ends it; whatever happens in between, the next start finds everything."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api.__main__ import main
from fixtures.town import office_id
from resolvers.doors.postgres import Login
from resolvers.doors.postmaster import PidFile
from tests.client import Caller, Data, key
from tests.cluster import TOP, is_alive
from tests.serving import Jiesu, copied, jiesu, room, serving, starting

Connection: TypeAlias = "asyncpg.Connection[Any]"

RECEIVE = "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { case { number } userErrors { code } } }"
CASE = "query ($number: String!) { case(number: $number) { title } }"
COUNT = "{ cases { totalCount } }"
EVENTS = "subscription { caseEvents { kind } }"
CHAIN = int.from_bytes(office_id("990100").bytes[:8], signed=True)  # the lock under which its ledger is written
TABLES = ("cases", "ledger", "offices", "persons", "tokens", "deadline_policies", "tortoise_migrations")
ROWS = f"SELECT ARRAY[{', '.join(f'(SELECT count(*) FROM {table})' for table in TABLES)}]"
WAITING = "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that is not there yet."""
    with room() as made:
        yield made


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data folder with the demo city in it, at rest."""
    with room() as made:
        done = jiesu(made, "load", "yunxi")
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture
def used(home: Path, folder: Path) -> Path:
    """A copy of it, to be used up."""
    return copied(home, folder)


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Jiesu]:
    """A server for those who only look, and leave it as they found it."""
    with room() as made, serving(copied(home, made)) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


def caller(http: httpx.AsyncClient, server: Jiesu, who: str = "agent") -> Caller:
    return Caller(http, server.url, server.tokens[f"yunxi-{who}"], f"yunxi-{who}")


def ticket() -> Data:
    return {"kind": "COMPLAINT", "channel": "PHONE", "title": "口罩涨价", "idempotencyKey": key()}


def assert_sentence(text: str, *named: str) -> None:
    """One line for the person who starts jiesu: no traceback, no password."""
    assert re.fullmatch(r"jiesu: [^\n]+\n", text), text
    assert "sesame" not in text
    for word in named:
        assert word in text


async def come_true(connection: Connection, condition: str) -> None:
    while not await connection.fetchval(f"SELECT {condition}"):  # noqa: ASYNC110  (it is asked, nobody tells)
        await asyncio.sleep(0.002)


# --- a start that must not be


@pytest.mark.parametrize(
    ("settings", "code", "named"),
    [
        ({"JIESU_PROT": "8000"}, 2, "JIESU_PORT"),
        ({"JIESU_PORT": "eighty"}, 2, "JIESU_PORT"),
        ({"DATABASE_URL": "postgres://me:sesame@127.0.0.1:1/x"}, 3, "127.0.0.1"),
    ],
    ids=["unknown", "malformed", "out of reach"],
)
def test_a_setting_that_cannot_be_obeyed_stops_the_start_with_a_sentence(
    folder: Path, settings: dict[str, str], code: int, named: str
) -> None:
    done = jiesu(folder, "serve", **settings)

    assert (done.returncode, done.stdout) == (code, "")
    assert_sentence(done.stderr, named)
    assert not (folder / "postgres").exists(), "nothing was begun"


def test_a_port_that_is_taken_is_named_and_the_database_is_stopped(used: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = jiesu(used, "serve", JIESU_PORT=str(port))

    assert done.returncode == 2
    assert_sentence(done.stderr, "JIESU_PORT", f"127.0.0.1:{port}")
    assert not (used / "postgres" / "postmaster.pid").exists()


async def test_a_second_server_over_the_same_folder_is_refused_and_the_first_goes_on(
    running: Jiesu, http: httpx.AsyncClient
) -> None:
    second = await asyncio.to_thread(jiesu, running.folder, "serve")

    assert second.returncode == 3
    assert_sentence(second.stderr, str(running.folder))
    assert (await caller(http, running, "leader").ask(COUNT))["cases"]["totalCount"] > 200


# --- an end, and what the next start finds


async def test_what_is_under_way_is_answered_before_the_end_and_kept_with_all_tokens_for_the_next_start(
    used: Path, http: httpx.AsyncClient
) -> None:
    with serving(used, JIESU_SAMPLE="yunxi") as server:
        passes, database = server.tokens, server.database
        async with caller(http, server).subscribe(EVENTS) as stream, slow_ledger(server.owner) as ledger:
            under_way = asyncio.create_task(caller(http, server).ask(RECEIVE, i=ticket()))
            await come_true(ledger, WAITING)
            server.send(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as farewell:
                await stream.event()
            await asyncio.sleep(0.5)  # a server that would not wait has gone by then
            assert not under_way.done()
            await ledger.execute("COMMIT")
            received = (await under_way)["receiveCase"]
        assert await asyncio.to_thread(server.ended) == 0

    assert farewell.value.rcvd is not None
    assert farewell.value.rcvd.code == 1012
    assert received["userErrors"] == []
    assert not is_alive(database)
    assert "Traceback" not in server.said

    with serving(used, JIESU_SAMPLE="yunxi") as again:
        assert "is there already" in again.said
        assert again.tokens == passes
        found = await caller(http, again).ask(CASE, number=received["case"]["number"])
        assert found == {"case": {"title": "口罩涨价"}}

        database = again.database
        again.send(signal.SIGINT, to_group=True)  # Ctrl-C at a terminal
        assert await asyncio.to_thread(again.ended) == 0
        assert not is_alive(database)
        assert "Traceback" not in again.said


@asynccontextmanager
async def slow_ledger(owner: Login) -> AsyncIterator[Connection]:
    """Holds the lock under which the chain is written, so that a mutation stays under way until this commits."""
    connection = await asyncpg.connect(**owner.credentials())
    try:
        await connection.execute(f"BEGIN; SELECT pg_advisory_xact_lock({CHAIN})")
        yield connection
    finally:
        await connection.close()


async def test_a_start_killed_at_any_moment_starts_again_without_help(folder: Path, http: httpx.AsyncClient) -> None:
    for moment in (made, migrated, filled):
        with starting(folder, JIESU_SAMPLE="yunxi") as server:
            async with asyncio.timeout(60):
                await moment(server)
            assert server.process.poll() is None, server.said
            server.kill()
            assert "is ready" not in server.said, "killed too late to show anything"

    with serving(folder, JIESU_SAMPLE="yunxi") as again:
        assert (await caller(http, again, "leader").ask(COUNT))["cases"]["totalCount"] > 200


async def made(server: Jiesu) -> None:
    """Until `initdb` is at work."""
    while not list(server.folder.glob("postgres.new-*")):  # noqa: ASYNC110  (another process makes them)
        await asyncio.sleep(0.002)


async def migrated(server: Jiesu) -> None:
    """Until the tables are there, just now: that this is known must not depend on the next step."""
    async with held_up(server) as there:
        server.send(signal.SIGCONT)
        await come_true(there, "to_regclass('public.offices') IS NOT NULL")


async def filled(server: Jiesu) -> None:
    """Until the sample is half loaded."""
    async with held_up(server) as there:
        await there.execute(f"BEGIN; SELECT pg_advisory_xact_lock({CHAIN})")
        server.send(signal.SIGCONT)
        await come_true(there, WAITING)
        await there.execute("COMMIT")
        await come_true(there, "EXISTS (SELECT FROM pg_locks WHERE relation = 'assignments'::regclass)")


@asynccontextmanager
async def held_up(server: Jiesu) -> AsyncIterator[Connection]:
    """Stopped as soon as its own database answers, before it has done anything with it."""
    orphan = PidFile.read(server.folder / "postgres")
    async with asyncio.timeout(60):
        while True:
            found = PidFile.read(server.folder / "postgres")
            if found and found.ready and found != orphan:
                break
            await asyncio.sleep(0.002)
    server.send(signal.SIGSTOP)
    connection = await asyncpg.connect(**server.owner.credentials())
    try:
        yield connection
    finally:
        connection.terminate()  # the database it was connected to may have ended since


# --- health


async def test_without_its_database_jiesu_lives_says_it_is_not_ready_and_still_ends_cleanly(
    used: Path, http: httpx.AsyncClient
) -> None:
    with serving(used) as server:
        alive, ready = await health(http, server)
        assert (alive.status_code, ready.status_code) == (200, 200)
        assert ready.json() == {"status": "ok", "database": "ok", "migrations": "ok", "disk": "ok"}

        os.kill(server.database, signal.SIGQUIT)

        alive, ready = await health(http, server)
        assert (alive.status_code, ready.status_code) == (200, 503)
        assert {name for name, said in ready.json().items() if said == "failed"} == {"status", "database", "migrations"}
        assert ready.headers["retry-after"]
        told = await caller(http, server).post(COUNT)
        assert (told.status_code, told.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
        assert told.headers["retry-after"]
        assert await asyncio.to_thread(server.stop) == 0


async def health(http: httpx.AsyncClient, server: Jiesu) -> tuple[httpx.Response, httpx.Response]:
    return await http.get(f"{server.url}/healthz"), await http.get(f"{server.url}/readyz")


# --- the other commands


@pytest.mark.parametrize(
    "words",
    [
        [],
        *(
            [verb]
            for verb in (
                "serve",
                "migrate",
                "load",
                "verify-figures",
                "export-schema",
                "verify-ledger",
                "amend-calendar",
            )
        ),
    ],
)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*words, "--help"])

    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {' '.join(['jiesu', *words])} [-h]")


@pytest.mark.parametrize("words", [[], ["dance"], ["load"], ["load", "atlantis"], ["serve", "now"]])
def test_a_wrong_call_is_code_2(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)

    assert end.value.code == 2
    assert "usage: jiesu" in capsys.readouterr().err


async def test_commands_join_a_running_server_and_done_twice_they_change_nothing(running: Jiesu) -> None:
    before = await behind_the_api(running, ROWS)
    done = await commanded(running, ["migrate"], ["load", "yunxi", "yunxi"])

    assert [(each.returncode, each.stdout) for each in done] == [(0, ""), (0, "云溪市 (yunxi) is there already.\n")]
    assert await behind_the_api(running, ROWS) == before


async def test_the_commands_that_tell_something_have_codes_for_scripts(running: Jiesu) -> None:
    whole, figures, schema = await commanded(running, ["verify-ledger"], ["verify-figures"], ["export-schema"])
    assert (schema.returncode, schema.stdout) == (0, (TOP / "schema" / "schema.graphql").read_text("utf-8"))
    assert whole.returncode == 0
    assert re.fullmatch(r"[^\n]+: [0-9]{4,} entries, whole\n", whole.stdout)
    assert figures.returncode == 2  # the invented city has no article
    assert_sentence(figures.stderr, "yunxi")

    kind = await behind_the_api(running, "SELECT kind FROM ledger WHERE seq = 7")
    await behind_the_api(running, "UPDATE ledger SET kind = 'HEARTBEAT' WHERE seq = 7")
    (flawed,) = await commanded(running, ["verify-ledger"])
    await behind_the_api(running, f"UPDATE ledger SET kind = '{kind}' WHERE seq = 7")
    assert flawed.returncode == 1
    assert "entry 7 was changed after it was written" in flawed.stdout
    assert flawed.stdout.endswith("1 flaws\n")

    await behind_the_api(running, "ALTER TABLE ledger RENAME TO ledger_of_another_release")
    (unknown,) = await commanded(running, ["verify-ledger"])
    await behind_the_api(running, "ALTER TABLE ledger_of_another_release RENAME TO ledger")
    assert unknown.returncode == 3
    assert_sentence(unknown.stderr, "jiesu migrate")


async def commanded(server: Jiesu, *commands: list[str]) -> list[subprocess.CompletedProcess[str]]:
    """All of them at once, over its folder."""
    return await asyncio.gather(*(asyncio.to_thread(jiesu, server.folder, *words) for words in commands))


async def test_a_command_told_to_end_stops_its_database_and_says_so_by_its_code(used: Path) -> None:
    with starting(used, "load", "daqing") as command:
        async with held_up(command):
            database = command.database
            command.send(signal.SIGTERM)
            command.send(signal.SIGCONT)
        assert await asyncio.to_thread(command.ended) == 128 + signal.SIGTERM
    assert not is_alive(database)
    assert "Traceback" not in command.said


async def behind_the_api(server: Jiesu, statement: str) -> object:
    """As only a superuser can, with the triggers off."""
    connection = await asyncpg.connect(**replace(server.owner, user="postgres").credentials())
    try:
        await connection.execute("SET session_replication_role = replica")
        return await connection.fetchval(statement)
    finally:
        await connection.close()
