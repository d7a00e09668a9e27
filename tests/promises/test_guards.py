"""G2: what a document may weigh is decided in one walk that never grows faster than the document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from graphql import get_introspection_query, parse

from resolvers.terms import limits
from schema.grammar import guards
from schema.grammar.context import Context
from schema.grammar.faults import answer
from tests.little import an_actor, schema


def weigh(document: str) -> guards.Weight:
    scales = guards.Scales(parse(document))
    return scales.operation(guards._operations(parse(document))[0])


def breach(document: str) -> tuple[str, int] | None:
    error = guards.excess(parse(document))
    return (error.extensions["limit"], error.extensions["maximum"]) if error and error.extensions else None


def chain(levels: int, fan: int = 2) -> str:
    """Fragments that each spread the next one `fan` times: `fan ** levels` fields if every spread is walked."""
    links = [f"fragment F{at} on Query {{ {f'...F{at + 1} ' * fan} }}" for at in range(levels)]
    return "\n".join(["{ ...F0 }", *links, f"fragment F{levels} on Query {{ hello }}"])


def nested(depth: int, leaf: str = "name") -> str:
    return "{ thing " + "{ child " * (depth - 2) + "{ " + leaf + " }" + " }" * (depth - 2) + " }"


async def ask(query: str, *, anonymous: bool = False, name: str | None = None) -> list[str]:
    """The codes of the errors, empty if it ran."""
    context = Context(None if anonymous else an_actor(), now=datetime.now(UTC), base_url="")
    result = await schema.execute(query, context_value=context, operation_name=name)
    return [error["extensions"]["code"] for error in answer(result).get("errors", [])]


@pytest.mark.parametrize("fan", [1, 2, 5, 10])
@pytest.mark.parametrize("levels", [1, 10, 50, 100, 200])
def test_a_chain_of_fragments_is_visited_once_per_written_selection(levels: int, fan: int) -> None:
    scales = guards.Scales(parse(chain(levels, fan)))

    scales.operation(guards._operations(parse(chain(levels, fan)))[0])

    assert scales.visits == 1 + levels * fan + 1


def test_doubling_a_document_doubles_the_visits() -> None:
    visits = []
    for levels in (25, 50, 100, 200):
        document = parse(chain(levels, 10))
        scales = guards.Scales(document)
        scales.operation(guards._operations(document)[0])
        visits.append(scales.visits)

    assert all(after <= 2 * before for before, after in pairwise(visits))


def test_sums_stop_at_a_ceiling_instead_of_doubling_for_ever() -> None:
    assert weigh(chain(200, 10)).fields == guards.CEILING


@pytest.mark.parametrize(
    "document",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B hello } fragment B on Query { ...A hello }",
        "{ ...Missing }",
        "{ ...A } " + " ".join(f"fragment A on Query {{ ...A hello }} # {n}\n" for n in range(20)),
    ],
)
async def test_a_cycle_or_a_missing_fragment_is_weighed_and_then_refused_by_validation(document: str) -> None:
    assert breach(document) is None
    assert set(await ask(document)) == {"GRAPHQL_VALIDATION_FAILED"}


def aliases(count: int, field: str = "__typename") -> str:
    return "{ " + " ".join(f"a{n}: {field}" for n in range(count)) + " }"


AT_THE_LIMIT: list[tuple[str, int, Callable[[int], str]]] = [
    ("depth", limits.DOCUMENT_DEPTH, nested),
    ("aliases", limits.DOCUMENT_ALIASES, lambda n: "{ thing { " + " ".join(f"a{i}: name" for i in range(n)) + " } }"),
    ("aliases", limits.DOCUMENT_ALIASES, lambda n: "{ thing " + aliases(n) + " }"),
    ("directives", limits.DOCUMENT_DIRECTIVES, lambda n: "{ hello " + "@include(if: true) " * n + "}"),
    ("directives", limits.DOCUMENT_DIRECTIVES, lambda n: "query " + "@unknown " * n + "{ hello }"),
    ("directives", limits.DOCUMENT_DIRECTIVES, lambda n: "query($v: Int " + "@x " * n + ") { hello }"),
    ("directives", limits.DOCUMENT_DIRECTIVES, lambda n: "{ ... " + "@skip(if: false) " * n + "{ hello } }"),
    ("directives", limits.DOCUMENT_DIRECTIVES, lambda n: "{ ...F " + "@x " * n + "} fragment F on Query { hello }"),
    ("directives", limits.DOCUMENT_DIRECTIVES, lambda n: "{ ...F } fragment F on Query " + "@x " * n + "{ hello }"),
    ("rootFields", limits.DOCUMENT_ROOT_FIELDS, lambda n: "{ " + "hello " * n + "}"),
    ("rootFields", limits.DOCUMENT_ROOT_FIELDS, lambda n: "{ " + "...F " * n + "} fragment F on Query { hello }"),
    ("rootMutations", limits.DOCUMENT_ROOT_MUTATIONS, lambda n: "mutation { " + "change " * n + "}"),
    ("rootMutations", limits.DOCUMENT_ROOT_MUTATIONS, lambda n: "mutation { ... { " + "change " * n + "} }"),
    ("fields", limits.DOCUMENT_FIELDS, lambda n: "{ thing { " + "name " * (n - 1) + "} }"),
]


@pytest.mark.parametrize(("name", "maximum", "make"), AT_THE_LIMIT)
def test_each_limit_holds_to_the_unit_and_says_its_name(name: str, maximum: int, make: Callable[[int], str]) -> None:
    assert breach(make(maximum)) is None
    assert breach(make(maximum + 1)) == (name, maximum)


def test_every_operation_of_a_document_is_weighed() -> None:
    assert breach("query A { hello } query B " + nested(limits.DOCUMENT_DEPTH + 1)) == ("depth", limits.DOCUMENT_DEPTH)


def test_a_breach_is_reported_once_however_many_limits_are_broken() -> None:
    error = guards.mistakes(schema._schema, nested(30, leaf="nonsense @a @b @c @d @e @f"))

    assert len(error) == 1


async def test_what_is_too_heavy_never_reaches_validation_or_execution() -> None:
    assert await ask(chain(19)) == ["OPERATION_TOO_COMPLEX"]


@pytest.mark.parametrize(
    "document",
    [
        "{ " + "hello " * 1100 + "}",
        "#\n" * 5000 + "{ hello }",
        nested(250),
        "{ hello(text: " + "[" * 400 + "]" * 400 + ") }",
        "{ thing { ...A } } fragment A on Thing "
        + "{ child " * 120
        + "{ ...B }"
        + " }" * 120
        + " fragment B on Thing "
        + "{ child " * 120
        + "{ name }"
        + " }" * 120,
    ],
    ids=["tokens", "comments", "nesting", "list literal", "nested fragments"],
)
async def test_documents_made_to_exhaust_the_parser_are_too_complex(document: str) -> None:
    assert await ask(document) == ["OPERATION_TOO_COMPLEX"]


@pytest.mark.parametrize("document", ["{" * 5000, '{ hello(text: "x', "}", "query", "{ hello ", "fragment", "#"])
async def test_what_is_no_document_is_a_parse_failure(document: str) -> None:
    assert await ask(document) == ["GRAPHQL_PARSE_FAILED"]


async def test_a_nul_hidden_in_a_literal_is_named_before_execution() -> None:
    assert await ask('{ hello(text: "a\\u0000b") }') == ["BAD_USER_INPUT"]
    assert await ask('{ hello(text: "a\\u{0}b") }') == ["BAD_USER_INPUT"]
    assert await ask('{ hello(text: "a\\uD800b") }') == ["GRAPHQL_PARSE_FAILED"]


async def test_a_second_asking_is_answered_from_memory() -> None:
    query = "{ thing { name child { name } } }"
    await ask(query)
    known = guards._read(query)

    await ask(query)

    assert (guards._read(query) is known, known.checked is not None, known.mistakes) == (True, True, ())


async def test_what_is_wrong_is_remembered_too() -> None:
    assert await ask("{ nonsense }") == ["GRAPHQL_VALIDATION_FAILED"]
    first = guards._read("{ nonsense }").mistakes
    assert await ask("{ nonsense }") == ["GRAPHQL_VALIDATION_FAILED"]
    assert guards._read("{ nonsense }").mistakes is first


async def test_a_very_long_document_is_not_remembered() -> None:
    before = len(guards.DOCUMENTS)

    assert await ask(f'{{ hello(text: "{"x" * guards.DOCUMENTS.room}") }}') == []

    assert len(guards.DOCUMENTS) == before


async def test_the_standard_introspection_query_is_answered_to_those_signed_in() -> None:
    query = get_introspection_query()

    assert weigh(query).introspection_depth <= limits.INTROSPECTION_DEPTH
    assert await ask(query) == []


async def test_introspection_has_a_depth_limit_of_its_own() -> None:
    deep = "{ __schema { types { fields " + "{ type " * 18 + "{ name }" + " }" * 18 + " } } }"

    assert breach(deep) == ("introspectionDepth", limits.INTROSPECTION_DEPTH)


ANONYMOUS = [
    ("{ __typename }", []),
    ("mutation { __typename }", []),
    ("mutation { signIn }", []),
    ("mutation { ...F } fragment F on Mutation { signIn }", []),
    ('{ __type(name: "Thing") { name kind } }', []),
    ('{ __type(name: "Thing") { fields { name } } }', ["INTROSPECTION_DISABLED"]),
    ('{ __type(name: "Thing") { ... { name } } }', ["INTROSPECTION_DISABLED"]),
    ("{ __schema { queryType { name } } }", ["INTROSPECTION_DISABLED"]),
    ("{ ... { __schema { queryType { name } } } }", ["INTROSPECTION_DISABLED"]),
    ("{ hello }", ["UNAUTHENTICATED"]),
    ("{ signIn }", ["UNAUTHENTICATED"]),
    ("{ __typename: hello }", ["UNAUTHENTICATED"]),
    ("mutation { signIn: change }", ["UNAUTHENTICATED"]),
    ("mutation { signIn change }", ["UNAUTHENTICATED"]),
    ("{ __typename ...F } fragment F on Query { ...G } fragment G on Query { hello }", ["UNAUTHENTICATED"]),
    ("{ ...F } fragment F on Query { ...F hello }", ["UNAUTHENTICATED"]),
    ("{ noSuchField }", ["UNAUTHENTICATED"]),
    ("{ __typename nope: __typename { x } }", ["GRAPHQL_VALIDATION_FAILED"]),
]


@pytest.mark.parametrize(("query", "codes"), ANONYMOUS)
async def test_a_stranger_may_only_sign_in_and_learns_no_field_names(query: str, codes: list[str]) -> None:
    assert await ask(query, anonymous=True) == codes


async def test_a_stranger_gets_no_further_by_naming_another_operation_of_the_document() -> None:
    assert await ask("query A { __typename } query B { hello }", anonymous=True, name="A") == ["UNAUTHENTICATED"]


async def test_without_a_context_of_ours_everybody_is_a_stranger() -> None:
    result = await schema.execute("{ hello }", context_value={"actor": an_actor()})

    assert [error["extensions"]["code"] for error in answer(result)["errors"]] == ["UNAUTHENTICATED"]


async def test_one_of_several_operations_must_be_named() -> None:
    document = "query A { hello } query B { hello }"

    assert await ask(document) == ["OPERATION_RESOLUTION_FAILURE"]
    assert await ask(document, name="B") == []
