"""From release to release: forward, backward and forward again, with cases in the database, and all at once."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import fill
from resolvers.doors import migrating
from resolvers.doors.cluster import Cluster
from resolvers.doors.postgres import Login
from tests.cluster import starting, throw_away_folder
from tests.promises.test_migrations import connected

TOP = Path(__file__).resolve().parents[2]

CATALOGUE = """
SELECT 'column', table_name, column_name || ' ' || data_type || ' ' || is_nullable || ' '
  || coalesce(column_default, '') || ' ' || coalesce(character_maximum_length::text, '')
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', '', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'right', c.relname, c.relacl::text FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
"""
BACK = """
import asyncio, json, sys
from tortoise import Tortoise
from tortoise.migrations.api import migrate
from resolvers.doors.postgres import Login
from resolvers.models import configure

async def main():
    login, target = json.load(sys.stdin)
    await migrate(config=configure(Login(**login).credentials()), target=target, direction="backward")
    await Tortoise.close_connections()

asyncio.run(main())
"""
STEPS = """
import asyncio, json, sys
from resolvers.doors import migrating
from resolvers.doors.postgres import Login, Logins
owner, app = json.load(sys.stdin)
print(asyncio.run(migrating.step_by_step(Login(**owner))), end="")
asyncio.run(migrating.migrate(Logins(Login(**owner), Login(**app))))
"""
FORTH = """
import asyncio, json, sys
from resolvers.doors import migrating
from resolvers.doors.postgres import Login, Logins
owner, app = json.load(sys.stdin)
asyncio.run(migrating.migrate(Logins(Login(**owner), Login(**app))))
"""

FILL = """
import asyncio, json, sys
from resolvers.doors import db, reference
from resolvers.doors.postgres import Login

async def main():
    await db.start(Login(**json.load(sys.stdin)))
    await reference.fill()
    await db.stop()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def empty() -> Iterator[Cluster]:
    """A cluster of its own: the one of the other tests stays as it is."""
    with throw_away_folder() as folder, starting() as start:
        yield start(folder)


async def run(script: str, told: object) -> str:
    """In a process of its own: the ORM knows one database a process."""
    pipe = subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=TOP, stdin=pipe, stdout=pipe, stderr=pipe
    )
    said, wrong = await process.communicate(json.dumps(told).encode())
    assert process.returncode == 0, wrong.decode()
    return said.decode()


async def catalogue(login: Login) -> set[tuple[str, str, str]]:
    async with connected(login) as owner:
        return {(str(kind), str(of), str(said)) for kind, of, said in await owner.fetch(CATALOGUE)}


async def test_migrations_go_forward_backward_and_forward_again_by_two_at_once_to_the_same_schema(
    empty: Cluster,
) -> None:
    """Step by step, back, and then all at once by the script that a new database is made with."""
    logins = empty.logins
    both = [asdict(logins.owner), asdict(logins.app)]

    assert await run(STEPS, both) == migrating.WHOLE.read_text(encoding="utf-8"), "make migration writes it anew"
    forward = await catalogue(logins.owner)
    await run(BACK, [both[0], "jiesu.__first__"])
    backward = await catalogue(logins.owner)
    await asyncio.gather(run(FORTH, both), run(FORTH, both))
    again = await catalogue(logins.owner)

    assert len(forward) > 500
    assert {of for _, of, _ in backward} == {"tortoise_migrations"}
    assert again == forward
    async with connected(logins.owner) as owner:
        applied = [row["name"] for row in await owner.fetch("SELECT name FROM tortoise_migrations ORDER BY id")]
    assert applied == sorted(path.stem for path in (TOP / "resolvers" / "migrations").glob("0*.py"))
    assert applied[-1] == migrating.NEWEST


EXTENDED = """
WITH clock AS (SELECT d.id, d.case_id, d.effective_due_at AS due, c.intake_office_id AS office FROM deadlines d
  JOIN cases c ON c.id = d.case_id WHERE d.kind = 'CLOSE' LIMIT 1),
moved AS (INSERT INTO deadline_changes (id, deadline_id, at, cause, old_due_at, new_due_at, calendar_version)
  SELECT gen_random_uuid(), id, $1, 'EXTENSION', due, due, 1 FROM clock),
people AS (SELECT array_agg(id) AS ids FROM (SELECT id FROM persons LIMIT 2) x)
INSERT INTO extension_requests (id, case_id, office_id, deadline_id, round, status, working_days, reason,
  requested_by_id, requested_at, old_due_at, new_due_at, decided_by_id, decided_at)
SELECT gen_random_uuid(), case_id, office, id, 1, 'APPROVED', 5, '待检验', people.ids[1], $1, due, due, people.ids[2], $1
FROM clock, people
"""


async def test_a_database_that_holds_cases_is_brought_to_this_release(empty: Cluster) -> None:
    logins, counted = empty.logins, "SELECT count(*), count(*) FILTER (WHERE dispatch = 1) FROM deadlines"
    both = [asdict(logins.owner), asdict(logins.app)]
    await run(FORTH, both)
    async with connected(logins.owner) as owner:
        await fill.fill(owner, 200)
        await owner.execute(EXTENDED, datetime(2026, 11, 20, tzinfo=UTC))
        before = await owner.fetchrow(counted)
    assert before is not None
    assert before[0] > 200

    await run(BACK, [both[0], "jiesu.0003_open_cases"])
    await run(FORTH, both)

    async with connected(logins.owner) as owner:
        assert await owner.fetchrow(counted) == before
        # What an extension of before added is taken over, so that its limit can be counted anew.
        (extended,) = await owner.fetch("SELECT amount, unit FROM deadline_changes WHERE cause = 'EXTENSION'")
        assert tuple(extended) == (5, "WORKING_DAY")
        changed = "UPDATE persons SET active = active WHERE id = (SELECT id FROM persons LIMIT 1)"
        marks = [await owner.fetchval("SELECT mark FROM identity_mark")]
        await owner.execute(changed)
        assert await owner.fetchval("SELECT mark FROM identity_mark") not in marks


async def test_a_database_of_before_graded_response_gains_its_limits_at_the_next_start(empty: Cluster) -> None:
    logins = empty.logins
    both, kept = (
        [asdict(logins.owner), asdict(logins.app)],
        "SELECT * FROM deadline_policies WHERE regime IS DISTINCT FROM 'BEIJING' ORDER BY id",
    )
    await run(FORTH, both)
    await run(FILL, both[1])
    async with connected(logins.owner) as owner:
        await owner.execute("DELETE FROM deadline_policies WHERE regime = 'BEIJING'")
        # What a city amended stays as it amended it.
        await owner.execute("UPDATE deadline_policies SET amount = 9 WHERE channel = 'MAYOR_HOTLINE'")
        before = await owner.fetch(kept)
    await run(BACK, [both[0], "jiesu.0007_law_of_a_case"])

    await run(FORTH, both)
    for _ in range(2):
        await run(FILL, both[1])

    async with connected(logins.owner) as owner:
        assert await owner.fetch(kept) == before
        gained = await owner.fetch(
            "SELECT priority, deadline_kind, amount FROM deadline_policies WHERE regime = 'BEIJING'"
        )
    assert sorted(map(tuple, gained)) == [
        ("EMERGENCY", "CLOSE", 2),
        ("EMERGENCY", "TRIAGE", 1),
        ("NORMAL", "CLOSE", 7),
        ("NORMAL", "TRIAGE", 24),
        ("URGENT", "CLOSE", 24),
        ("URGENT", "TRIAGE", 2),
    ]
