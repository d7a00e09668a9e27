"""A city of any size by set-based SQL: what the product would have written, a thousand times faster.

The jurisdiction is invented. Every array, status and date is what the verbs would have left behind; only the ledger's
hashes are dummy bytes, so `verify-ledger` finds its chain broken.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from bench.filling import HINDRANCES, OFFICES, SEEDS, TABLES
from resolvers.doors.reference import CATEGORIES, category_id
from resolvers.terms.kinds import OfficeKind
from resolvers.terms.roles import Role

if TYPE_CHECKING:
    import asyncpg

CODE = "990200"
COUNTIES, INSTITUTES = 12, 4
FEWEST = 50
_CHUNK = 50_000
_LONG_AGO = "timestamptz '2018-01-01 00:00:00+00'"


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled jurisdiction. `tokens` by login; everybody of them sees the case `number`, which has 10 events and 5
    notes and is led by the institute; the institute is below the county.
    """

    tokens: dict[str, str]
    city_code: str
    county_code: str
    institute_code: str
    number: str


class _Office(NamedTuple):
    id: UUID
    code: str
    name: str
    kind: OfficeKind
    division_code: str
    path: str
    parent_id: UUID | None


class _Person(NamedTuple):
    id: UUID
    login: str
    office: _Office
    role: Role


async def fill(connection: asyncpg.Connection, cases: int, *, code: str = CODE) -> Filled:
    """Put 61 offices, their people and so many cases into a migrated database, one transaction, then ANALYZE.

    Any login will do that may insert. The tables' owner does it three times as fast (and locks everybody else out until
    the end), and only for it ANALYZE counts the tables anew. ValueError for fewer than 50 cases, or a code that is not
    six digits; UniqueViolationError for a code that is there.
    """
    if cases < FEWEST or not (code.isascii() and code.isdecimal() and len(code) == 6):
        raise ValueError("fill wants 50 cases at least, and a code of six digits")
    offices = _offices(code)
    people = _people(code, offices)
    async with connection.transaction():
        await connection.execute("SELECT set_config('statement_timeout', '0', true)")
        await _settle(connection, offices, people)
        tokens = await _mint(connection, [person for person in people if not person.login.startswith(f"{code}-staff")])
        await _bring_categories(connection)
        async with _unhindered(connection):
            number = await _bring_cases(connection, cases, code, offices, people)
    await connection.execute("ANALYZE")
    county, institute = offices[1], offices[2]
    return Filled(tokens, code, county.code, institute.code, number)


@asynccontextmanager
async def _unhindered(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """The owner's inserts meet no index and no foreign key: both are made, and thereby checked, once at the end."""
    hindrances = await connection.fetch(HINDRANCES)
    for hindrance in hindrances:
        await connection.execute(hindrance["dropped"])
    yield
    await connection.execute("SELECT set_config('maintenance_work_mem', '256MB', true)")
    for hindrance in reversed(hindrances):
        await connection.execute(hindrance["made"])


def _offices(code: str) -> list[_Office]:
    """The top, then each county with its institutes."""
    top = _Office(uuid4(), code, "测算市市场监督管理局", OfficeKind.CITY_BUREAU, code, f"/{code}/", None)
    found = [top]
    for county in range(1, COUNTIES + 1):
        division = f"{code[:4]}{county:02d}"
        bureau = _below(top, f"{code}-{county:02d}", f"测算{county}区局", OfficeKind.COUNTY_BUREAU, division)
        found.append(bureau)
        for institute in range(1, INSTITUTES + 1):
            name = f"测算{county}区第{institute}所"
            found.append(_below(bureau, f"{bureau.code}-{institute}", name, OfficeKind.INSTITUTE, division))
    return found


def _below(parent: _Office, code: str, name: str, kind: OfficeKind, division: str) -> _Office:
    return _Office(uuid4(), code, name, kind, division, f"{parent.path}{code}/", parent.id)


def _people(code: str, offices: list[_Office]) -> list[_Person]:
    """Those who call, and at every office below the top two inspectors who go out."""
    top, county, institute = offices[:3]
    named = [
        ("agent", top, Role.AGENT),
        ("dispatcher", top, Role.DISPATCHER),
        ("supervision", top, Role.SUPERVISION_OFFICER),
        ("county-clerk", county, Role.CLERK),
        ("county-inspector", county, Role.INSPECTOR),
        ("institute-clerk", institute, Role.CLERK),
        ("institute-inspector", institute, Role.INSPECTOR),
    ]
    staff = [
        _Person(uuid4(), f"{code}-staff-{office.code}-{ordinal}", office, Role.INSPECTOR)
        for office in offices[1:]
        for ordinal in (0, 1)
    ]
    return [_Person(uuid4(), f"{code}-{login}", office, role) for login, office, role in named] + staff


async def _settle(connection: asyncpg.Connection, offices: list[_Office], people: list[_Person]) -> None:
    top = offices[0].id
    await connection.executemany(
        "INSERT INTO offices (id, code, name, kind, division_code, path, parent_id, jurisdiction_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [(*office, top) for office in offices],
    )
    await connection.executemany(
        "INSERT INTO persons (id, login, name, active, jurisdiction_id, office_id)"
        " VALUES ($1, $2, '测算员', true, $3, $4)",
        [(person.id, person.login, top, person.office.id) for person in people],
    )
    await connection.executemany(
        f"INSERT INTO role_grants (id, person_id, role, office_id, valid_from) VALUES ($1, $2, $3, $4, {_LONG_AGO})",
        [(uuid4(), person.id, person.role.value, person.office.id) for person in people],
    )


async def _mint(connection: asyncpg.Connection, people: list[_Person]) -> dict[str, str]:
    tokens = {person.login: secrets.token_urlsafe(32) for person in people}
    await connection.executemany(
        "INSERT INTO tokens (id, digest, person_id, issued_at) VALUES ($1, $2, $3, now())",
        [(uuid4(), hashlib.sha256(tokens[person.login].encode()).digest(), person.id) for person in people],
    )
    return tokens


async def _bring_categories(connection: asyncpg.Connection) -> None:
    """Those the server would put in at its start."""
    await connection.executemany(
        "INSERT INTO categories (id, code, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        [(category_id(code), code, name) for code, name in CATEGORIES.items()],
    )


async def _bring_cases(
    connection: asyncpg.Connection, cases: int, code: str, offices: list[_Office], people: list[_Person]
) -> str:
    """In chunks, so that memory stays small; the number of the case everybody sees."""
    staff = {person.login: person.id for person in people}
    await connection.execute(OFFICES)
    await connection.executemany(
        "INSERT INTO bench_offices VALUES ($1, $2, $3, $4, $5, $6)",
        [_lead(place, office, offices, staff, code) for place, office in enumerate(offices[1:])],
    )
    agent, dispatcher = staff[f"{code}-agent"], staff[f"{code}-dispatcher"]
    famous = cases - cases % FEWEST
    for first in range(1, cases + 1, _CHUNK):
        await connection.execute("DROP TABLE IF EXISTS bench_seeds")
        last = min(first + _CHUNK - 1, cases)
        await connection.execute(SEEDS.format(first=first, last=last, cases=cases, famous=famous, code=code))
        for sql in TABLES:
            await connection.execute(sql.format(top=offices[0].id, code=code, agent=agent, dispatcher=dispatcher))
        found = await connection.fetchval("SELECT number FROM bench_seeds WHERE n = $1", famous)
        number = found or ""
    await connection.execute("DROP TABLE bench_seeds, bench_offices")
    return number


def _lead(place: int, office: _Office, offices: list[_Office], staff: dict[str, UUID], code: str) -> tuple[object, ...]:
    """What a case led by this office says of it: `handling_ids` go by code, `office_ids` by id, as the verbs have it."""
    lineage = [each.id for each in sorted(offices, key=lambda each: each.code) if office.path.startswith(each.path)]
    inspectors = [staff[f"{code}-staff-{office.code}-{ordinal}"] for ordinal in (0, 1)]
    return place, office.id, office.division_code, sorted(lineage), lineage, inspectors
