"""A planned query is one statement a root field, for one item or a hundred, and no word of a caller is in its text."""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import count

import asyncpg
import httpx
import pytest
from graphql import GraphQLObjectType, get_named_type

from resolvers.doors import db
from resolvers.doors.postgres import Logins
from resolvers.terms import limits
from schema import schema
from schema.grammar import guards
from schema.plan.root import STATEMENTS
from tests import planned
from tests.planned import Ways

CORE = schema._schema
HOSTILE = ("'; DROP TABLE cases; --", "$1", "$$", '"', "\\", "{t}", ":now", "%", "_", "t1.", "\n", "口罩' OR '1'='1")
STRINGS = """query ($a: String!, $b: String, $c: ID!) {
  case(number: $a) { id } office(code: $a) { id } node(id: $c) { id } nodes(ids: [$c]) { id }
  cases(filter: {officeCode: $b, categoryCode: $b, tag: $b, text: $b}) { totalCount nodes { id } }
  offices(filter: {text: $b, underCode: $b, divisionCode: $b}) { nodes { id cases(filter: {text: $b}) { totalCount } } }
  approvals(filter: {caseNumber: $b}) { nodes { id } }
  page: cases(after: $b) { nodes { id } } }"""
FEW, MANY = "{ cases(first: 1) { nodes { id } } }", "{ cases(first: 100) { nodes { id } } }"


@pytest.fixture(scope="module")
async def ways(http: httpx.AsyncClient, base_url: str) -> AsyncIterator[Ways]:
    city = await planned.gather(http, base_url)
    async with planned.ways(city) as both:
        yield both


class Sent:
    """What is sent to the database, by the log of the door to it."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.caplog = caplog
        caplog.set_level(logging.DEBUG, db.log.name)

    async def by(self, ways: Ways, document: str, who: str = "leader") -> list[str]:
        before = ways.plans.counts["planned"]
        self.caplog.clear()
        status, body = await ways.planned_only(who, document)
        assert (status, "errors" in json.loads(body)) == (200, False), body
        assert ways.plans.counts["planned"] == before + 1
        texts = [record.getMessage() for record in self.caplog.records if record.name == db.log.name]
        return [text for text in texts if "t1" in text]  # not who calls, nor what is heard of the ledger meanwhile


def lists() -> list[tuple[str, str, str]]:
    """Every list and connection of every type, with what is asked of it: all its plain fields, and one level below."""
    found = []
    for kind in sorted(CORE.type_map.values(), key=lambda kind: kind.name):
        if isinstance(kind, GraphQLObjectType) and "id" in kind.fields and not kind.name.startswith("__"):
            found += [
                (kind.name, name, item)
                for name, of in kind.fields.items()
                if (item := below(get_named_type(of.type))) and (str(of.type).startswith("[") or "first" in of.args)
            ]
    return found


def below(kind: object) -> str:
    """A selection of plain fields; of a connection, of what it holds."""
    if not isinstance(kind, GraphQLObjectType):
        return ""
    if "pageInfo" in kind.fields:
        inner = below(get_named_type(kind.fields["nodes"].type))
        return f"{{ totalCount edges {{ cursor node {inner} }} pageInfo {{ hasNextPage endCursor }} }}"
    plain = [name for name, of in kind.fields.items() if not isinstance(get_named_type(of.type), GraphQLObjectType)]
    return f"{{ {' '.join(plain)} }}" if plain else ""


HOLDERS = {
    "Case": "cases(first: {n}) {{ nodes {{ {field} }} }}",
    "Office": "offices(first: {n}) {{ nodes {{ {field} }} }}",
    "InspectionNote": "cases(first: {n}) {{ nodes {{ inspectionNotes {{ nodes {{ {field} }} }} }} }}",
    "Patrol": "cases(first: {n}) {{ nodes {{ patrols {{ {field} }} }} }}",
    "Rectification": "cases(first: {n}) {{ nodes {{ rectifications {{ {field} }} }} }}",
    "RapidTest": "cases(first: {n}) {{ nodes {{ inspectionNotes {{ nodes {{ rapidTests {{ {field} }} }} }} }} }}",
    "Sample": "cases(first: {n}) {{ nodes {{ inspectionNotes {{ nodes {{ samples {{ {field} }} }} }} }} }}",
    "Photo": "cases(first: {n}) {{ nodes {{ inspectionNotes {{ nodes {{ photos {{ {field} }} }} }} }} }}",
    "HandlingResult": "cases(first: {n}) {{ nodes {{ results {{ {field} }} }} }}",
    "Deadline": "cases(first: {n}) {{ nodes {{ deadlines {{ {field} }} }} }}",
}


@pytest.mark.parametrize(("holder", "name", "item"), lists(), ids=lambda value: value if len(value) < 30 else "…")
async def test_no_list_costs_more_statements_for_more_rows(
    ways: Ways, caplog: pytest.LogCaptureFixture, holder: str, name: str, item: str
) -> None:
    sent = Sent(caplog)
    asked = [f"{{ {HOLDERS[holder].format(n=n, field=f'{name} {item}')} }}" for n in (1, 100)]
    assert [len(await sent.by(ways, document)) for document in asked] == [1, 1]


@pytest.mark.parametrize("field", ["cases", "offices", "approvals"])
async def test_a_page_of_a_hundred_is_one_statement_as_a_page_of_one(
    ways: Ways, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    kind = get_named_type(CORE.type_map["Query"].fields[field].type)  # type: ignore[attr-defined]
    sent = Sent(caplog)
    for first in (1, 100):
        assert len(await sent.by(ways, f"{{ {field}(first: {first}) {below(kind)} }}", "reviewer")) == 1


async def test_each_root_field_is_one_statement_whatever_hangs_on_it(
    ways: Ways, caplog: pytest.LogCaptureFixture
) -> None:
    number = (await ways.city.receive())["number"]
    deep = "leadOffice { parent { name } children { staff { login } } } timeline { totalCount nodes { case { id } } }"
    asked = (
        f'{{ a: case(number: "{number}") {{ {deep} }} b: cases {{ nodes {{ {deep} }} }} c: offices {{ totalCount }} }}'
    )
    assert len(await Sent(caplog).by(ways, asked)) == 3


async def test_what_is_not_asked_for_is_not_counted_and_not_fetched(
    ways: Ways, caplog: pytest.LogCaptureFixture
) -> None:
    sent = Sent(caplog)
    (plain,) = await sent.by(ways, "{ cases(first: 7) { nodes { number } } }")
    (told,) = await sent.by(ways, "{ cases(first: 7) { nodes { number } pageInfo { hasNextPage } } }")
    (counted,) = await sent.by(ways, "{ cases(first: 7) { totalCount nodes { number } } }")
    assert ("LIMIT 7" in plain, "LIMIT 8" in told) == (True, True)
    assert ["count(*)" in text for text in (plain, told, counted)] == [False, False, True]
    assert "description" not in plain


async def test_ten_thousand_hostile_words_change_no_statement(ways: Ways, caplog: pytest.LogCaptureFixture) -> None:
    marks, rng = count(), random.Random(7)
    caplog.set_level(logging.DEBUG, db.log.name)
    texts: set[str] = set()
    for _ in range(1_250):
        word = f"{rng.choice(HOSTILE)}mark{next(marks)}mark{rng.choice(HOSTILE)}"
        caplog.clear()
        given = dict.fromkeys("abc", word)
        await ways.ask(ways.planned, "leader", STRINGS, given)
        texts |= {record.getMessage() for record in caplog.records if record.name == db.log.name}
    assert [text for text in texts if re.search(r"mark\d", text)] == []
    assert len(texts) < 40


async def test_a_flood_of_documents_drives_out_nothing_that_is_asked_for_again(ways: Ways) -> None:
    async with planned.ways(ways.city, room=64) as small:
        hot = [f"{{ cases(first: {n}) {{ nodes {{ id }} }} }}" for n in range(1, 9)]
        for document in [*hot, *hot]:
            await small.planned_only("leader", document)
        plans = small.plans
        kept = [plans._operations.get((sha256(document.encode()).digest(), None)) for document in hot]
        for n in range(2_500):
            await small.planned_only("admin", f"{{ a{n}: viewer {{ login }} }}")

        assert [plans._operations.get((sha256(document.encode()).digest(), None)) for document in hot] == kept
        for kept_back in (plans._operations, plans._plans, plans._givens, guards.DOCUMENTS, STATEMENTS):
            assert sum(kept_back._taken.values()) <= kept_back.room
        assert plans._operations.room == 64 * guards.CHARACTERS


async def test_a_read_whose_time_is_over_is_told_so_and_not_begun_again(
    ways: Ways, database: Logins, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = ways.city.as_("leader")
    await leader.ask(FEW)
    connection = await asyncpg.connect(**database.owner.credentials())
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE cases IN ACCESS EXCLUSIVE MODE")
            monkeypatch.setattr(limits, "OPERATION_SECONDS", 0.3)
            caplog.set_level(logging.DEBUG, db.log.name)
            response = await leader.post(FEW)
    finally:
        await connection.close()

    assert response.status_code == 503
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["OPERATION_TIMEOUT"]
    assert sum("FROM cases" in record.getMessage() for record in caplog.records) == 1
    monkeypatch.undo()
    assert len((await leader.ask(FEW))["cases"]["nodes"]) == 1


async def test_what_is_left_to_ordinary_execution_is_counted(
    http: httpx.AsyncClient, base_url: str, ways: Ways
) -> None:
    async def counted() -> dict[str, int]:
        lines = (await http.get(f"{base_url}/metrics")).text.splitlines()
        return {
            why: int(line.split()[-1]) for line in lines for why in ("planned", "Refused") if f'why="{why}"' in line
        }

    before, leader = await counted(), ways.city.as_("leader")
    await leader.ask("{ cases { totalCount } }")
    await leader.fail("{ cases(first: 101) { totalCount } }")
    after = await counted()

    assert after["planned"] == before.get("planned", 0) + 1
    assert after["Refused"] == before.get("Refused", 0) + 1
