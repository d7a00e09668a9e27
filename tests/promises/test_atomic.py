"""`atomic`: one transaction that a cancel cannot tear, tried again when the database says so, silent about why."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from resolvers.doors import clock, db, ledger
from resolvers.doors.postgres import Logins
from resolvers.terms import limits
from resolvers.terms.actor import Refused, Unavailable
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind
from tests.client import key
from tests.promises.cancels import POOL, TABLE
from tests.world import City, change

TOP = Path(__file__).resolve().parents[2]
SECRET = "14012345678"


@asynccontextmanager
async def owner(database: Logins) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(**database.owner.credentials())
    try:
        yield connection
    finally:
        await connection.close()


async def name_of(office: UUID) -> str:
    return str((await db.query("SELECT name FROM offices WHERE id = $1", office))[0]["name"])


async def rename(office: UUID, suffix: str) -> None:
    await db.execute("UPDATE offices SET name = name || $2 WHERE id = $1", office, suffix)


# --- cancels


async def cancel(database: Logins, kind: str, cancels: int) -> dict[str, Any]:
    """In a process of its own: the pool of this one is needed."""
    command = [sys.executable, "-m", "tests.promises.cancels", kind, str(cancels)]
    login = json.dumps(asdict(database.app)).encode()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=TOP, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
    )
    told, _ = await process.communicate(login)
    found: dict[str, Any] = json.loads(told)
    return found


@pytest.fixture
async def pairs(database: Logins) -> AsyncIterator[None]:
    async with owner(database) as connection:
        await connection.execute(f"CREATE TABLE {TABLE} (number int, half text)")
        await connection.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {database.app.user}")
        try:
            yield
        finally:
            await connection.execute(f"DROP TABLE {TABLE}")


CANCELS = 3_000  # enough to lose four connections by chance, and never needed in full


@pytest.mark.usefixtures("pairs")
async def test_three_hundred_cancels_cost_no_connection_and_leave_nothing_half_done(database: Logins) -> None:
    found = await cancel(database, "shielded", 300)

    assert found["started"] >= 300
    assert found == {"started": found["started"], "lost": 0, "answers": True, "written": found["started"], "halves": []}


@pytest.mark.usefixtures("pairs")
async def test_without_the_shield_the_same_cancels_wedge_the_pool(database: Logins) -> None:
    found = await cancel(database, "bare", CANCELS)

    assert found["started"] < CANCELS
    assert (found["lost"], found["answers"]) == (POOL, False)


async def test_who_goes_away_leaves_the_verb_to_finish(city: City) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @db.atomic
    async def verb() -> None:
        await rename(city.offices["east"], "甲")
        begun.set()
        await go_on.wait()
        await rename(city.offices["west"], "甲")

    caller = asyncio.ensure_future(verb())
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await name_of(city.offices["east"]) == "east局"
    go_on.set()
    await asyncio.gather(*db._running)

    assert await name_of(city.offices["east"]) == "east局甲"
    assert await name_of(city.offices["west"]) == "west局甲"


# --- again


async def test_of_two_verbs_that_lock_each_other_out_both_take_effect_once(city: City) -> None:
    attempts: list[str] = []
    first_locks = asyncio.Barrier(2)

    @db.atomic
    async def verb(first: str, second: str) -> None:
        attempts.append(first)
        await rename(city.offices[first], "甲")
        if len(attempts) <= 2:
            await first_locks.wait()
        await rename(city.offices[second], "乙")

    await asyncio.gather(verb("east", "west"), verb("west", "east"))

    assert len(attempts) == 3, "the database chose one victim, and that one ran again"
    assert {await name_of(city.offices[office]) for office in ("east", "west")} <= {
        "east局甲乙",
        "west局甲乙",
        "east局乙甲",
        "west局乙甲",
    }


async def test_a_verb_that_could_not_be_serialised_runs_again_on_what_is_there_now(city: City) -> None:
    attempts = 0
    both_have_read = asyncio.Barrier(2)

    @db.atomic
    async def verb() -> None:
        nonlocal attempts
        attempts += 1
        await db.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        seen = await name_of(city.offices["east"])
        if attempts <= 2:
            await both_have_read.wait()
        await db.execute("UPDATE offices SET name = $2 WHERE id = $1", city.offices["east"], seen + "甲")

    await asyncio.gather(verb(), verb())

    assert attempts == 3
    assert await name_of(city.offices["east"]) == "east局甲甲"


async def test_trying_again_has_an_end(city: City) -> None:
    attempts = 0

    @db.atomic
    async def verb() -> None:
        nonlocal attempts
        attempts += 1
        await rename(city.offices["east"], "甲")
        await raise_in_database("40P01")

    with pytest.raises(Unavailable):
        await verb()

    assert attempts == limits.TRANSACTION_ATTEMPTS
    assert await name_of(city.offices["east"]) == "east局"


# --- never silent about failing, always silent about why


async def raise_in_database(sqlstate: str) -> None:
    await db.query(f"DO $$ BEGIN RAISE EXCEPTION '{SECRET}' USING ERRCODE = '{sqlstate}'; END $$")


FAILURES = {
    "a lock held too long": ("55P03", Unavailable),
    "a statement that took too long": ("57014", Unavailable),
    "a full disk": ("53100", Unavailable),
    "too many connections": ("53300", Unavailable),
    "a shutdown": ("57P01", Unavailable),
    "a read-only standby": ("25006", Unavailable),
    "an internal error": ("XX000", Unavailable),
    "a refusal by a trigger": ("P0001", Unavailable),
    "a missing right": ("42501", db.Broken),
    "a syntax error": ("42601", db.Broken),
    "a division by zero": ("22012", db.Broken),
    "a check": ("23514", db.Broken),
    "a foreign key": ("23503", db.Broken),
}


@pytest.mark.parametrize("what", FAILURES)
async def test_the_drivers_words_end_here(city: City, what: str) -> None:
    sqlstate, becomes = FAILURES[what]

    @db.atomic
    async def verb() -> None:
        await rename(city.offices["east"], "甲")
        await raise_in_database(sqlstate)

    with pytest.raises(becomes) as failed:
        await verb()

    assert SECRET not in "".join(traceback.format_exception(failed.value))
    assert await name_of(city.offices["east"]) == "east局"


async def test_a_read_that_fails_is_as_silent(city: City) -> None:
    for sqlstate, becomes in {**FAILURES, "a deadlock": ("40P01", Unavailable)}.values():
        with pytest.raises(becomes) as failed:
            await raise_in_database(sqlstate)
        assert SECRET not in "".join(traceback.format_exception(failed.value))
    assert await name_of(city.offices["east"]) == "east局"


async def test_a_row_locked_for_too_long_is_unavailable_and_the_client_is_told_to_retry(
    city: City, database: Logins, caplog: pytest.LogCaptureFixture
) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")
    signs = "mutation ($i: SignOffInput!) { signOff(input: $i) { case { status } userErrors { code } } }"
    given = {**change(case), "decision": "APPROVE", "idempotencyKey": key()}
    async with owner(database) as other, other.transaction():
        await other.execute("SELECT 1 FROM cases WHERE number = $1 FOR UPDATE", case["number"])
        started = asyncio.get_running_loop().time()
        response = await city.as_("responsible").post(signs, i=given)
        waited = asyncio.get_running_loop().time() - started

    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE", "retryAfter": 1}
    assert limits.LOCK_MILLISECONDS / 1_000 * 0.9 < waited < limits.OPERATION_SECONDS
    assert not re.search("lock|timeout|cases|SELECT", response.text + caplog.text, re.IGNORECASE)
    # The same request, sent again with its key, finds nothing done and does it.
    again = await city.as_("responsible").ask(signs, i=given)
    assert again["signOff"] == {"case": {"status": "CLOSED_AWAITING_CALLBACK"}, "userErrors": []}


async def test_every_connection_has_its_clocks() -> None:
    shown = {
        name: (await db.query(f"SELECT setting FROM pg_settings WHERE name = '{name}'"))[0]["setting"]
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    }
    assert shown == {
        "lock_timeout": str(limits.LOCK_MILLISECONDS),
        "statement_timeout": str(limits.STATEMENT_MILLISECONDS),
        "idle_in_transaction_session_timeout": str(limits.IDLE_IN_TRANSACTION_MILLISECONDS),
        "TimeZone": "UTC",
    }


async def test_a_verb_that_failed_leaves_nothing_behind_in_its_connection(database: Logins) -> None:
    @db.atomic
    async def fails() -> None:
        await db.query("SELECT pg_advisory_lock(42)")  # which no rollback takes back
        raise Refused(Code.NOT_FOUND)

    with pytest.raises(Refused):
        await fails()

    async with owner(database) as other:
        assert await other.fetchval("SELECT pg_try_advisory_lock(42)")


async def test_when_every_writer_is_busy_the_next_is_turned_away_and_reads_go_on(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "POOL_WAIT_SECONDS", 0.1)
    writers = limits.POOL_SIZE // 2 - 1  # half of the connections read, and one is the ORM's
    all_busy, go_on = asyncio.Barrier(writers + 1), asyncio.Event()

    @db.atomic
    async def slow() -> None:
        await db.query("SELECT 1")
        await all_busy.wait()
        await go_on.wait()

    busy = [asyncio.ensure_future(slow()) for _ in range(writers)]
    await all_busy.wait()
    try:
        with pytest.raises(Unavailable):
            await db.atomic(rename)(city.offices["east"], "甲")
        assert await name_of(city.offices["east"]) == "east局"
    finally:
        go_on.set()
        await asyncio.gather(*busy)

    await db.atomic(rename)(city.offices["east"], "甲")
    assert await name_of(city.offices["east"]) == "east局甲"


# --- mistakes of ours


async def test_a_write_outside_atomic_is_refused(city: City) -> None:
    entry = ledger.Entry(city.jurisdiction_id, CaseEventKind.REGIME_ACTIVATED, clock.now())

    with pytest.raises(db.Broken):
        await rename(city.offices["east"], "甲")
    with pytest.raises(db.Broken):
        await db.execute_many("UPDATE offices SET name = $1 WHERE id = $2", [["甲", city.offices["east"]]])
    with pytest.raises(db.Broken):
        ledger.append(entry)

    assert await name_of(city.offices["east"]) == "east局"
    assert await ledger.head(city.jurisdiction_id) == (0, ledger.GENESIS)


async def test_a_verb_inside_a_verb_is_refused_and_neither_takes_effect(city: City) -> None:
    @db.atomic
    async def outer() -> None:
        await rename(city.offices["east"], "甲")
        await db.atomic(rename)(city.offices["west"], "甲")

    with pytest.raises(db.Broken):
        await outer()

    assert await name_of(city.offices["east"]) == "east局"
    assert await name_of(city.offices["west"]) == "west局"


async def test_a_refusal_takes_everything_back_and_nothing_is_called_afterwards(city: City) -> None:
    called: list[str] = []

    @db.atomic
    async def verb(*, refuses: bool) -> None:
        state = db.transaction()
        state.afterwards.append(lambda: called.append("afterwards"))
        state.last.append(_last)
        await rename(city.offices["east"], "甲")
        if refuses:
            raise Refused(Code.NOT_FOUND, "caseId")

    async def _last() -> None:
        called.append("last")
        await rename(city.offices["east"], "乙")

    with pytest.raises(Refused):
        await verb(refuses=True)
    assert (called, await name_of(city.offices["east"])) == ([], "east局")

    await verb(refuses=False)
    assert (called, await name_of(city.offices["east"])) == (["last", "afterwards"], "east局甲乙")
