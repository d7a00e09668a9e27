"""The random documents are valid, bounded and repeatable, and leave out nothing that may be asked or written."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    OperationType,
    get_named_type,
    get_operation_ast,
    validate,
)
from graphql.execution.values import get_variable_values

from schema.grammar import guards, ids
from tests.answers import ELSEWHERE, LISTED, Known, harvest
from tests.documents import Document, document
from tests.promises.census import CORE, STYLES, Census
from tests.world import City

COUNT = 1_500
OF_CASES = ("timeline", "inspectionNotes", "againstSameRespondent")
NUMBERS = [f"2026{n:016}" for n in range(4)]


def described(count: int = 3) -> Known:
    """A city that is nowhere; its cursors say which list they are of."""
    node = CORE.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    kinds = sorted(kind.name for kind in CORE.get_possible_types(node))
    codes = ["990001", "990001-east", "990001-west"]
    roots = ("cases", "offices", "approvals", "odrEnterprises", *LISTED)
    lists = [f"Query.{name}" for name in roots]
    lists += [f"Case.{name}({number})" for name in OF_CASES for number in NUMBERS]
    lists += [f"Office.cases({code})" for code in codes] + ['Query.cases {"orderBy": "DUE_AT"}', ELSEWHERE]
    lists += ['Query.cases {"filter": {"kind": ["REPORT"]}}']
    return Known(
        numbers=NUMBERS,
        office_codes=codes,
        ids=[ids.encode(kind, UUID(int=n)) for kind in kinds for n in range(count)] + ["garbage", ""],
        cursors={name: [f"cursor {n} of {name}" for n in range(count)] for name in lists},
        categories=["010101", "010201"],
        divisions=["990100"],
        tags=["春节", "口罩"],
        words=["口罩", "Mask 50%_off", '"', "\\", "$v0 ...F0"],
        instants=["2026-01-24T00:30:00Z", "2026-11-01T08:00:00+08:00"],
        told={"CaseKind": ["REPORT", "COMPLAINT"]},
        as_of=datetime(2026, 11, 20, 4, tzinfo=UTC),
    )


KNOWN = described()


def written(seed: int, known: Known = KNOWN) -> Document:
    return document(random.Random(seed), CORE, known)


@dataclass(frozen=True)
class Tally:
    """What is to be known of one document; its tree is not kept, a thousand of them are slow to carry about."""

    made: Document
    seen: set[str]
    mistakes: list[str]
    is_named: bool
    is_refused: bool  # the values of its variables do not fit


def tallied(made: Document) -> Tally:
    census = Census(made)
    breach = guards.excess(census.tree)
    mistakes = [str(error) for error in [*validate(CORE, census.tree, guards.RULES), *([breach] if breach else [])]]
    node = get_operation_ast(census.tree, made.operation_name)
    assert node
    assert node.operation is OperationType.QUERY
    values = get_variable_values(CORE, node.variable_definitions or (), made.variables)
    return Tally(made, census.seen, mistakes, node.name is not None, isinstance(values, list))


@pytest.fixture(scope="module")
def tallies() -> list[Tally]:
    return [tallied(written(seed)) for seed in range(COUNT)]


def reachable() -> set[str]:
    """Every field, argument, input field and input enum value that a query can reach."""
    found: set[str] = set()
    root = CORE.query_type
    assert root
    waiting: list[GraphQLNamedType] = [root]
    done: set[str] = set()
    while waiting:
        kind = waiting.pop()
        if kind.name in done:
            continue
        done.add(kind.name)
        if isinstance(kind, GraphQLInterfaceType):
            waiting += CORE.get_possible_types(kind)
        for name, of in getattr(kind, "fields", {}).items():
            found.add(f"{kind.name}.{name}")
            waiting.append(get_named_type(of.type))
            for argument, each in getattr(of, "args", {}).items():
                found.add(f"{kind.name}.{name}({argument})")
                waiting.append(get_named_type(each.type))
                found |= told(get_named_type(each.type))
    return found


def told(kind: GraphQLNamedType) -> set[str]:
    """The values of an enum that may be given, or of those in an input object."""
    if isinstance(kind, GraphQLEnumType):
        return {f"{kind.name}.{value}" for value in kind.values}
    fields = kind.fields.values() if isinstance(kind, GraphQLInputObjectType) else ()
    return {each for of in fields for each in told(get_named_type(of.type))}


def test_every_document_is_valid_and_within_the_limits(tallies: list[Tally]) -> None:
    assert [(tally.made, tally.mistakes) for tally in tallies if tally.mistakes] == []


def test_the_same_seed_makes_the_same_document(tallies: list[Tally]) -> None:
    assert [written(seed) for seed in range(100)] == [tally.made for tally in tallies[:100]]
    assert len({tally.made.text for tally in tallies}) > COUNT * 0.9


def test_nothing_is_left_out_that_may_be_asked_or_written(tallies: list[Tally]) -> None:
    seen = {what for tally in tallies for what in tally.seen}

    assert sorted((reachable() | STYLES) - seen) == []


def test_wrong_values_refused_windows_and_figures_are_as_rare_as_promised(tallies: list[Tally]) -> None:
    windows = [tally for tally in tallies if any(what.startswith("refused") for what in tally.seen)]
    figures = [tally for tally in tallies if tally.seen & {"Query.kpis", "Query.kpiRanking", "Office.kpis"}]

    assert 0.015 <= sum(tally.is_refused for tally in tallies) / COUNT <= 0.05
    assert 0.03 <= len(windows) / COUNT <= 0.08
    assert 0.03 <= len(figures) / COUNT <= 0.08
    assert 0.2 <= sum(tally.is_named for tally in tallies) / COUNT <= 0.4


def test_figures_are_always_of_one_instant(tallies: list[Tally]) -> None:
    assert [tally.made for tally in tallies if "figures of no instant" in tally.seen] == []


async def test_what_was_harvested_is_found_again(http: httpx.AsyncClient, city: City, other_city: City) -> None:
    for status in ("RECORDED", "PENDING_SIGN_OFF", "ARCHIVED"):
        await city.case_in(status, categoryCode="010101", tags=["口罩"])
    await other_city.receive()
    known = await harvest(city.as_("leader"), city.as_("responsible"), strangers=[other_city.as_("leader")])
    failed: list[object] = []

    for seed in range(50):
        made = written(seed, known)
        body = {"query": made.text, "variables": made.variables, "operationName": made.operation_name}
        caller = city.as_("leader")
        response = await http.post(f"{caller.base_url}/graphql", json=body, headers=caller.headers)
        said = response.json()
        assert response.status_code < 500, (made, said)
        failed += [said["errors"]] if "errors" in said else []

    assert "INTERNAL_SERVER_ERROR" not in str(failed)
    assert len(failed) <= 50 * 0.2, failed
