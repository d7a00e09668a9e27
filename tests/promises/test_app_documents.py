"""The app's own documents are answered from their plans, as ordinary execution would, by indexes and not by scans."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from graphql import parse, validate

from schema import schema
from schema.grammar import ids
from tests import planned, world
from tests.archive import COUNTING, DOCUMENTS, LOGINS, SCAN, Archive, archive, reading, variables
from tests.planned import Ways

PEOPLE = sorted({*world.PEOPLE, world.APPLICATION})
NO_FIGURES = {"enterprise"}
CASES = 50_000


def test_every_document_is_valid() -> None:
    assert len(DOCUMENTS) > 10
    assert [error for text in DOCUMENTS.values() for error in validate(schema._schema, parse(text))] == []


@pytest.fixture(scope="module")
async def ways(http: httpx.AsyncClient, base_url: str) -> AsyncIterator[Ways]:
    city = await planned.gather(http, base_url)
    async with planned.ways(city) as both:
        yield both


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_everybody_is_answered_from_the_plan_with_the_bytes_of_ordinary_execution(ways: Ways, name: str) -> None:
    city = ways.city
    listed = await city.as_("leader").ask("{ cases(first: 3) { nodes { id number } } }")
    cases = listed["cases"]["nodes"]
    keys = [*(case["id"] for case in cases), ids.encode("Office", city.offices["east"])]
    given = variables(cases[0]["number"], city.codes["east"], keys).get(name, {})
    for who in PEOPLE:
        before = dict(ways.plans.counts)
        compiled, plain = await ways.both(who, DOCUMENTS[name], given)
        if who in NO_FIGURES and name in COUNTING:  # refused: ordinary execution says so
            assert "errors" in json.loads(compiled[1])
            continue
        assert compiled == plain, who
        assert dict(ways.plans.counts) == {**before, "planned": before.get("planned", 0) + 1}, who


# --- over many cases


@pytest.fixture(scope="module")
async def years() -> AsyncIterator[Archive]:
    async with archive(CASES) as found:
        yield found


@pytest.mark.parametrize("who", LOGINS)
@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - COUNTING))
async def test_no_document_of_the_app_scans_what_grows_with_the_years(years: Archive, name: str, who: str) -> None:
    keys = [ids.encode("Case", UUID(int=n)) for n in range(3)]
    given = variables(years.filled.number, years.filled.county_code, keys).get(name, {})
    async with reading(years) as asked:
        plans = await asked.plans(who, DOCUMENTS[name], given)
    assert plans
    assert [plan for plan in plans if SCAN.search(plan)] == []
