"""Whatever is wrong in the input of a mutation: refused by name and reason, nothing changed, nothing given away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from graphql import GraphQLInputObjectType, get_named_type, is_required_input_field

from schema import schema
from schema.grammar import ids
from tests import world
from tests.attempts import Attempt, Place, Raw, attempts, codes, nothing_changed, refusals
from tests.client import Data, key
from tests.world import City

CANARY = "14099998888"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
NO_INSTANTS = (
    "2026-01-05T08:30:00", "2026-01-05", "yesterday", "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "2026-02-30T08:30:00Z", "2026-01-05T24:00:00Z",
    "2026-01-05T08:30:60Z", "2026-01-05T08:30:00+99:99", "２０２６-01-05T08:30:00Z", 0, 1767571200,
)  # fmt: skip
NO_INTS = ("-1", "0", "2147483648", "-2147483649", "9" * 400, "1.5", "1e400", "NaN", '"1"', "true", "[[1]]")
NO_DEGREES = ("-181", "181e9", "1e308", "1e400", "-1e400", "NaN", "Infinity", '"7"', "true", "{}")
NO_AMOUNTS = (
    '"-1"', "-0.01", '"1e999999"', '"1e-999999"', '"NaN"', '"sNaN"', '"Infinity"', '"0.001"', "1e400", f'"{"1" * 100}"',
    '"0x10"', '"1_000"', '"１２"', '" 12 "', '""', "1000000000.01", "12.345", "1e-7", "true", "NaN",
)  # fmt: skip
LISTED = {
    "sha256",
    "contentType",
    "leadOfficeCode",
    "categoryCode",
    "uscc",
    "inspectors",
    "handlers",
    "coOfficeCodes",
    "officeCodes",
}


@pytest.fixture(scope="module")
async def tried(http: httpx.AsyncClient, base_url: str) -> list[Attempt]:
    """All mutations. None is ever let through, so every test finds them as good as the first."""
    return await attempts(await world.found(http, base_url))


def named(place: Place) -> str:
    """A place as the library writes it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)


def told(attempt: Attempt, place: Place, response: httpx.Response) -> str:
    """The code of a refusal that names the place: in words for a bad request, as a path for an expected refusal."""
    (error, *_) = refusals(response)
    assert CANARY not in response.text
    if "extensions" in error:
        assert named(place) in error["message"], (attempt.mutation, place, error)
        return str(error["extensions"]["code"])
    path = [str(part) for part in place]
    assert error["path"] == path[: len(error["path"])] != [], (attempt.mutation, place, error)
    return str(error["code"])


async def refuse(tried: list[Attempt], fits: Any, *values: object) -> set[str]:
    """Spoil every fitting place with every value; the codes of the refusals."""
    found = set()
    places = [(attempt, place) for attempt in tried for place in attempt.places(fits)]
    assert places
    async with nothing_changed():
        for attempt, place in places:
            for value in values:
                found.add(told(attempt, place, await attempt.post(attempt.spoilt(place, value))))
    return found


def is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


async def test_each_attempt_is_good_as_it_stands_and_its_key_with_other_content_is_refused(city: City) -> None:
    for attempt in await attempts(city):
        given = attempt.fresh()
        response = await attempt.post(given)
        (payload,) = response.json()["data"].values()
        assert payload["userErrors"] == [], attempt.mutation
        if attempt.mutation == "signIn":
            continue
        other = {**given, **({"expectedVersion": 77} if "expectedVersion" in given else _reworded(given))}
        async with nothing_changed():
            (error,) = refusals(await attempt.post(other))
        assert (error["code"], error["path"]) == ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", ["idempotencyKey"])


def _reworded(given: Data) -> Data:
    word = next(word for word in ("title", "findings", "name", "laboratory", "reason") if word in given)
    return {word: given[word] + "。"}


async def test_a_key_that_is_no_uuid_is_refused(tried: list[Attempt]) -> None:
    async with nothing_changed():
        for attempt in tried[1:]:
            for wrong in ("", "x", CANARY, 5, True, None, "0" * 31, [key(), key()]):
                response = await attempt.post({**attempt.fresh(), "idempotencyKey": wrong})
                assert told(attempt, ("idempotencyKey",), response) == "BAD_USER_INPUT"
                assert "hexadecimal" not in response.text, "the reason is ours, not an exception's"


async def test_a_version_that_is_not_the_present_one_is_refused_as_stale(tried: list[Attempt]) -> None:
    def version(value: object) -> bool:
        return is_int(value)

    changes = [attempt for attempt in tried if "expectedVersion" in attempt.input]
    assert len(changes) == 40
    async with nothing_changed():
        for attempt in changes:
            for wrong in (attempt.input["expectedVersion"] + 1, attempt.input["expectedVersion"] - 1, 0, -1, 2**31 - 1):
                response = await attempt.post(attempt.spoilt(("expectedVersion",), wrong))
                assert told(attempt, ("expectedVersion",), response) == "STALE_VERSION"


async def test_a_foreign_citys_case_is_answered_exactly_as_one_that_does_not_exist(
    tried: list[Attempt], other_city: City
) -> None:
    targets = {
        "caseId": "Case",
        "extensionId": "ExtensionRequest",
        "filingReportId": "FilingReport",
        "callbackId": "Callback",
        "recusalId": "Recusal",
        "returnRequestId": "ReturnRequest",
        "disputeId": "Dispute",
        "supervisionId": "SupervisionOrder",
        "regimeId": "Regime",
        "rapidTestId": "RapidTest",
        "patrolId": "Patrol",
        "articleId": "KnowledgeArticle",
        "revises": "KnowledgeArticle",
    }
    bound = [(attempt, name) for attempt in tried for name in targets if name in attempt.input]
    assert len(bound) == 45
    async with nothing_changed():
        for attempt, name in bound:
            given, stranger = attempt.fresh(), other_city.as_(attempt.who)
            foreign = await attempt.post(given, stranger)
            absent = await attempt.post({**given, name: ids.encode(targets[name], uuid4())}, stranger)
            assert codes(foreign) == ["NOT_FOUND"], attempt.mutation
            assert foreign.content == absent.content


async def test_nul_and_lone_surrogates_are_refused_in_every_string(tried: list[Attempt]) -> None:
    async with nothing_changed():
        for attempt in tried:
            for place in attempt.places(lambda value: isinstance(value, str)):
                for wrong in ("口\x00罩", "\ud83d", "x\udfff"):
                    response = await attempt.post(attempt.spoilt(place, wrong))
                    (error,) = refusals(response)
                    assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
                    assert ".".join(map(str, ("variables", "i", *place))) + ": U+0000" in error["message"]


async def test_a_value_of_another_type_is_refused_in_every_place(tried: list[Attempt]) -> None:
    assert await refuse(tried, lambda _: True, {"canary": CANARY}) == {"BAD_USER_INPUT"}
    assert await refuse(tried, lambda value: not isinstance(value, dict | list), [[CANARY]]) == {"BAD_USER_INPUT"}
    assert await refuse(tried, lambda value: isinstance(value, bool), "true", 1) == {"BAD_USER_INPUT"}


async def test_a_word_that_is_no_value_of_the_enum_is_refused(tried: list[Attempt]) -> None:
    def enum(value: object) -> bool:
        return isinstance(value, str) and re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", value) is not None and "X" not in value

    assert await refuse(tried, enum, "NOPE", "phone", "", 7) == {"BAD_USER_INPUT"}


async def test_an_unknown_field_is_refused_in_every_object(tried: list[Attempt]) -> None:
    async with nothing_changed():
        for attempt in tried:
            for place in [(), *attempt.places(lambda value: isinstance(value, dict))]:
                response = await attempt.post(attempt.spoilt((*place, "nope"), CANARY))
                assert told(attempt, place, response) == "BAD_USER_INPUT"
                assert "'nope'" in response.text


async def test_a_required_field_that_is_missing_or_null_is_refused(tried: list[Attempt]) -> None:
    async with nothing_changed():
        for attempt in tried:
            name = f"{attempt.mutation[0].upper()}{attempt.mutation[1:]}Input"
            for place in _required(schema._schema.type_map[name], attempt.fresh()):
                given = attempt.spoilt(place, None)
                assert told(attempt, place, await attempt.post(given)) == "BAD_USER_INPUT"
                holder: Any = given
                for part in place[:-1]:
                    holder = holder[part]
                del holder[place[-1]]
                assert told(attempt, place[:-1], response := await attempt.post(given)) == "BAD_USER_INPUT"
                assert f"'{place[-1]}'" in response.text


def _required(kind: object, value: Any, place: Place = ()) -> Iterator[Place]:
    """Places of an input that its type demands."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _required(kind, item, (*place, number))
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            if is_required_input_field(field):
                yield (*place, name)
            yield from _required(get_named_type(field.type), value.get(name), (*place, name)) if value else ()


async def test_variables_that_are_missing_or_of_another_shape_are_refused(tried: list[Attempt]) -> None:
    async with nothing_changed():
        for attempt in tried:
            shapes: tuple[object, ...] = (None, [], "x", 7, {}, [attempt.fresh(), attempt.fresh()])
            for wrong in shapes:
                response = await attempt.post(wrong)
                assert set(codes(response)) == {"BAD_USER_INPUT"}
                assert "'$i'" in response.text


async def test_numbers_that_are_negative_huge_or_none_are_refused(tried: list[Attempt]) -> None:
    async def sent(fits: Any, wrong: tuple[str, ...]) -> None:
        async with nothing_changed():
            for attempt in tried:
                for place in attempt.places(fits):
                    for text in wrong:
                        response = await attempt.post(attempt.spoilt(place, Raw(text)))
                        if response.status_code == 200:  # otherwise it was no JSON
                            assert told(attempt, place, response) in {
                                "BAD_USER_INPUT",
                                "INVALID_INPUT",
                                "STALE_VERSION",
                            }
                        else:
                            assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])

    await sent(is_int, NO_INTS)
    await sent(lambda value: isinstance(value, float), NO_DEGREES)
    await sent(lambda value: value == "12.50", NO_AMOUNTS)


async def test_instants_without_zone_off_the_calendar_or_off_the_years_are_refused(tried: list[Attempt]) -> None:
    def instant(value: object) -> bool:
        return isinstance(value, str) and INSTANT.match(value) is not None

    assert await refuse(tried, instant, *NO_INSTANTS) == {"BAD_USER_INPUT", "INVALID_INPUT"}


async def test_a_text_beyond_its_length_is_refused(tried: list[Attempt]) -> None:
    texts = [attempt for attempt in tried if attempt.mutation != "signIn"]
    found = await refuse(texts, lambda value: isinstance(value, str), "长" * 10_001)
    assert found <= {"BAD_USER_INPUT", "INVALID_INPUT", "NOT_FOUND"}


async def test_names_that_look_like_paths_name_nothing(tried: list[Attempt]) -> None:
    async with nothing_changed():
        for attempt in tried:
            for place in attempt.places(lambda value: isinstance(value, str)):
                if LISTED & set(map(str, place)):
                    for wrong in (
                        "../../etc/passwd",
                        "%2e%2e%2f",
                        "CON",
                        "/dev/null",
                        "a" * 300,
                        "..\\..\\x",
                        " ",
                        ".",
                    ):
                        response = await attempt.post(attempt.spoilt(place, wrong))
                        assert told(attempt, place, response) in {"INVALID_INPUT", "NOT_FOUND", "LEAD_REQUIRED"}


async def test_what_cannot_be_said_is_refused_inside_the_document_too(city: City) -> None:
    """A literal can hide a NUL in an escape of its own."""
    document = 'mutation { receiveCase(input: {idempotencyKey: "%s", kind: COMPLAINT, channel: PHONE, title: "口%s罩"}) { case { id } } }'
    async with nothing_changed():
        for escape in ("\\u0000", "\\u{0}", "\\uD800", "\\u{D800}"):
            response = await city.as_("agent").post(document % (key(), escape))
            assert codes(response)[0] in {"BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED"}
