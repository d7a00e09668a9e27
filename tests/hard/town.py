"""A city in the database of a jiesu in another process, more people for it, and what must hold of its rows."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from resolvers.doors import db
from resolvers.login import digest
from resolvers.models import Person, RoleGrant, Token
from resolvers.terms.roles import Role
from tests import world
from tests.client import Data
from tests.hard.process import Target
from tests.world import City

PATIENCE = httpx.Timeout(60.0)

_NOTES = ", ".join(
    f"'{kind}'"
    for kind in (
        "INSPECTION_NOTE_ADDED",
        "RECTIFICATION_CLOSED",
        "LAB_RESULT_ADDED",
        "PHOTO_VERIFIED",
        "ORIGINAL_READ",
        "DOCUMENT_VERIFIED",
        "DEADLINE_RECOMPUTED",
        "DEADLINE_BREACHED",
        "REMINDED",
        "ESCALATED",
        "EXTENSION_LAPSED",
        "SUPERVISION_SUGGESTED",
    )
)  # what does not move a case

# Each counts rows that must not be, whatever was killed, cancelled or cut off.
_FLAWS = {
    "cases without the entry of their intake": (
        "FROM cases c WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.case_id = c.id AND l.kind = 'RECEIVED')"
    ),
    "entries without their case": (
        "FROM ledger l WHERE l.case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = l.case_id)"
    ),
    "cases that are not as their last entry says": (
        "FROM cases c JOIN LATERAL (SELECT l.case_version, l.facts->>'to' AS status FROM ledger l WHERE l.case_id = c.id"
        " ORDER BY l.seq DESC LIMIT 1) x ON true WHERE (x.case_version, x.status) <> (c.version, c.status)"
    ),
    "cases with a version told twice or never": (
        "FROM (SELECT count(*) AS told, count(DISTINCT case_version) AS versions, max(case_version) AS last FROM ledger"
        f" WHERE case_id IS NOT NULL AND kind NOT IN ({_NOTES}) GROUP BY case_id) x"
        " WHERE told <> versions OR versions <> last"
    ),
    "cases without their round": (
        "FROM cases c WHERE NOT EXISTS (SELECT 1 FROM rounds r WHERE r.case_id = c.id AND r.number = c.round)"
    ),
    "cases without a clock": "FROM cases c WHERE NOT EXISTS (SELECT 1 FROM deadlines d WHERE d.case_id = c.id)",
    "parties of no case": "FROM parties p WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.complainant_id = p.id)",
    "sign-offs that no entry tells of": (
        "FROM (SELECT count(*) AS signed, (SELECT count(*) FROM ledger l WHERE l.case_id = s.case_id"
        " AND l.kind IN ('SIGNED_OFF', 'SENT_BACK')) AS told FROM sign_offs s GROUP BY s.case_id) x WHERE signed <> told"
    ),
    "keys without an outcome": "FROM idempotency_keys WHERE outcome IS NULL",
    "keys whose case is not there": (
        "FROM idempotency_keys k WHERE k.outcome->>'case' IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = (k.outcome->>'case')::uuid)"
    ),
    "gaps in a chain": (
        "FROM (SELECT max(seq) AS last, count(*) AS entries FROM ledger GROUP BY jurisdiction_id) x WHERE last <> entries"
    ),
}


async def flaws() -> dict[str, int]:
    """Half effects in the open database, by name; nothing when it is whole."""
    found = {name: (await db.query(f"SELECT count(*) AS n {rows}"))[0]["n"] for name, rows in _FLAWS.items()}
    return {name: count for name, count in found.items() if count}


@asynccontextmanager
async def looking_into(target: Target) -> AsyncIterator[None]:
    """The database of a running jiesu, open in this process too, by the application's own login."""
    await db.start(target.login, pool_size=4, statement_ms=60_000)
    try:
        yield
    finally:
        await db.stop()


@asynccontextmanager
async def clients() -> AsyncIterator[httpx.AsyncClient]:
    """As many connections as a test asks for."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
        yield http


@db.atomic
async def hire(city: City, role: Role, office: str, *names: str) -> None:
    """More people of one role at one office, each with a token."""
    for who in names:
        person = await Person.create(
            login=city.login(who), name=who, jurisdiction_id=city.jurisdiction_id, office_id=city.offices[office]
        )
        await RoleGrant.create(
            person_id=person.id, role=role, office_id=city.offices[office], valid_from=world.LONG_AGO
        )
        city.persons[who], city.tokens[who] = person.id, secrets.token_urlsafe(32)
        await Token.create(digest=digest(city.tokens[who]), person_id=person.id, issued_at=world.LONG_AGO)


def party(number: int) -> Data:
    """A citizen like no other: whoever calls a thousand times is looked up a thousand times."""
    return {"name": "张三丰", "phone": f"140{number:08d}"}


def seeded() -> random.Random:
    """The same chance every time, unless SEED in the environment says otherwise; shown with whatever fails."""
    seed = int(os.environ.get("SEED", "12315"))
    print(f"SEED={seed}")
    return random.Random(seed)
