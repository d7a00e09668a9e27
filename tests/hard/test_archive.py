"""What is asked of a million cases costs what it shows: no scan, and page 4,000 as page 1."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest

from resolvers.doors import db
from resolvers.terms.kinds import CaseOrder
from schema import case
from schema.grammar import cursor, ids
from schema.grammar.connection import Window
from schema.grammar.context import Context
from tests.archive import COUNTING, DOCUMENTS, LOGINS, SCAN, Archive, archive, reading, variables

CASES = 1_000_000
DEPTH = 4_000 * 50
PAGE = "query ($after: String, $by: CaseOrder) { cases(first: 50, after: $after, orderBy: $by) { nodes { number title } } }"


@pytest.fixture(scope="module")
async def years() -> AsyncIterator[Archive]:
    async with archive(CASES) as found:
        yield found


@pytest.mark.parametrize("who", LOGINS)
@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - COUNTING))
async def test_no_document_of_the_app_scans_a_million_cases(years: Archive, name: str, who: str) -> None:
    keys = [ids.encode("Case", UUID(int=n)) for n in range(3)]
    given = variables(years.filled.number, years.filled.county_code, keys).get(name, {})
    async with reading(years) as asked:
        plans = await asked.plans(who, DOCUMENTS[name], given)
    assert plans
    assert [plan for plan in plans if SCAN.search(plan)] == []


async def place(years: Archive, order: CaseOrder) -> str:
    """The cursor of the last case of page 4,000."""
    actor = await years.actor("dispatcher")
    info = SimpleNamespace(context=Context(actor, datetime.now(UTC), "http://jiesu.test"))
    listing = case.listing(info, Window(), None, order)  # type: ignore[arg-type]
    rows = await db.fetch(
        f"SELECT {listing.order.sql(listing.model, 't')} AS at, t.id FROM cases t WHERE t.jurisdiction_id = $1"
        f" ORDER BY {listing.ordering('t')} OFFSET {DEPTH - 1} LIMIT 1",
        [actor.jurisdiction_id],
    )
    return cursor.spell(listing.digest(actor, "Query.cases", None), rows[0]["at"], rows[0]["id"])


@pytest.mark.parametrize("order", list(CaseOrder))
async def test_page_four_thousand_costs_what_page_one_does(years: Archive, order: CaseOrder) -> None:
    async with reading(years) as asked:
        first = await asked.pages_read("dispatcher", PAGE, {"by": order.value})
        deep = await asked.pages_read("dispatcher", PAGE, {"by": order.value, "after": await place(asked, order)})
    assert 0 < deep < 1.5 * first + 10


async def test_an_inbox_looks_at_no_more_than_its_office_has_open(years: Archive) -> None:
    given = variables(years.filled.number, years.filled.county_code, [])["Inbox"]
    async with reading(years) as asked:
        looked_at = await asked.pages_read("dispatcher", DOCUMENTS["Inbox"], given)
    assert looked_at < 5_000  # of some 200,000 that the cases fill
