"""G1, G13: no cheap attack works, nothing leaks in an answer or a log, and every code is known."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.limits import BodyLimit, unspeakable
from resolvers.terms import limits
from schema.grammar.faults import Fault
from tests.little import AUTHORIZED, SECRET, Doorman, an_app, an_endpoint
from tests.wires import BOTH, JSON, RESPONSE, codes, http_client, post


@pytest.fixture
def doorman() -> Doorman:
    return Doorman()


@pytest.fixture
async def client(doorman: Doorman) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(doorman) as client:
        yield client


# --- what leaks, and what does not ----------------------------------------------------------------------------------


async def test_an_unexpected_error_is_masked_and_its_incident_is_in_the_log_without_values(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await post(client, "query($t: String!) { boom(text: $t) }", variables={"t": "variable-value"})

    incident = response.json()["errors"][0]["extensions"]["incidentId"]
    record = next(record for record in caplog.records if incident in record.getMessage())
    assert codes(response) == ["INTERNAL_SERVER_ERROR"]
    assert SECRET not in response.text
    assert "builtins.ValueError" in record.getMessage()
    assert "in boom" in record.getMessage()
    assert not any(word in caplog.text for word in (SECRET, "variable-value"))


async def test_client_mistakes_are_not_logged_at_all(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for query in ("{", "{ nope }", f"{{ hello(text: {SECRET}) }}", "{ refused }", "{ unavailable }"):
            await post(client, query)

    assert caplog.records == []


async def test_null_for_a_field_that_promises_a_value_is_our_fault(client: httpx.AsyncClient) -> None:
    assert codes(await post(client, "{ nothing }")) == ["INTERNAL_SERVER_ERROR"]


async def test_a_refusal_while_reading_is_the_callers_input_and_says_where(client: httpx.AsyncClient) -> None:
    response = await post(client, "{ refused }")

    assert response.json()["errors"] == [
        {
            "message": "输入内容不符合要求。",
            "locations": [{"line": 1, "column": 3}],
            "path": ["refused"],
            "extensions": {"code": "BAD_USER_INPUT", "reason": "INVALID_INPUT", "path": ["filter", "officeCode"]},
        }
    ]


async def test_an_unavailable_database_is_retryable(client: httpx.AsyncClient) -> None:
    response = await post(client, "{ unavailable }")

    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE", "retryAfter": 1}


@BOTH
async def test_the_clock_ends_an_operation_with_a_code(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    monkeypatch.setattr(limits, "OPERATION_SECONDS", 0.05)

    response = await post(client, "{ hello slow }", accept)

    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["errors"][0]["extensions"] == {"code": "OPERATION_TIMEOUT", "retryAfter": 1}


async def test_at_most_five_errors_are_told(client: httpx.AsyncClient) -> None:
    validation = await post(client, "{ " + " ".join(f"nope{n}" for n in range(9)) + " }")
    execution = await post(client, "{ " + " ".join(f"a{n}: refused" for n in range(9)) + " }")

    assert len(codes(validation)) == len(codes(execution)) == 5


ECHOES: list[tuple[str, dict[str, Any]]] = [
    (f'{{ person(person: {{phone: "{SECRET}"}}) }}', {}),
    (f"{{ hello(text: {SECRET}) }}", {}),
    (f'{{ hello "{SECRET}" }}', {}),
    (f'{{ "{SECRET}" }}', {}),
    ("query($p: PersonInput!) { person(person: $p) }", {"p": {"phone": SECRET}}),
    ("query($p: PersonInput!) { person(person: $p) }", {"p": {"name": SECRET}}),
    ("query($p: PersonInput!) { person(person: $p) }", {"p": SECRET}),
    ("query($p: PersonInput!) { person(person: $p) }", {"p": {"phone": 1, "nam": SECRET}}),
    ("query($p: PersonInput!) { person(person: $p) }", {"p": {"phone": 1, "name": [SECRET]}}),
]


@pytest.mark.parametrize(("query", "variables"), ECHOES)
async def test_no_error_repeats_the_input_or_suggests_a_name(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    response = await post(client, query, variables=variables)

    assert codes(response)
    assert SECRET not in response.text
    assert "Did you mean" not in response.text


@pytest.mark.parametrize(
    "query", ["{ helo }", "{ hello(txt: 1) }", "{ __type(nam: 1) { x } }", "{ ... on Thng { x } }"]
)
async def test_no_suggestions_are_made(client: httpx.AsyncClient, query: str) -> None:
    assert "Did you mean" not in (await post(client, query)).text


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800", "\\udc00x"])
async def test_characters_no_column_can_hold_are_named(client: httpx.AsyncClient, escape: str) -> None:
    async def place(body: str) -> str:
        response = await client.post("/graphql", content=body.encode(), headers={"Content-Type": JSON})
        assert (response.status_code, codes(response)) == (400, ["BAD_USER_INPUT"])
        message: str = response.json()["errors"][0]["message"]
        return message.split(": ")[1]

    assert await place(f'{{"query": "{{ hello }} {escape}"}}') == "query"
    assert await place(f'{{"query": "{{ hello }}", "operationName": "a{escape}"}}') == "operationName"
    assert (
        await place(f'{{"query": "{{ hello }}", "variables": {{"input": {{"tags": ["a", "b{escape}"]}}}}}}')
        == "variables.input.tags.1"
    )
    assert await place(f'{{"query": "{{ hello }}", "variables": {{"in": {{"{escape}": 1}}}}}}') == "variables.in"


def test_ordinary_text_is_speakable() -> None:
    assert unspeakable({"a": ["早", "𠮷", "\n", 1, None, True]}, "variables") is None


# --- small promises -------------------------------------------------------------------------------------------------


async def test_a_replayed_mutation_says_so(client: httpx.AsyncClient) -> None:
    assert (await post(client, "mutation { change }")).json() == {"data": {"change": 1}}
    assert (await post(client, "mutation { change(again: true) }")).json() == {
        "data": {"change": 1},
        "extensions": {"idempotency": {"replayed": True}},
    }


async def test_each_request_has_loaders_of_its_own(client: httpx.AsyncClient) -> None:
    assert [(await post(client, "{ remembered }")).json()["data"]["remembered"] for _ in range(2)] == [0, 0]


async def test_trusted_documents_are_declined_by_name(client: httpx.AsyncClient) -> None:
    for body in ({"documentId": "sha256:00"}, {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}):
        response = await client.post("/graphql", json=body)

        assert (response.status_code, codes(response)) == (400, ["PERSISTED_QUERY_NOT_SUPPORTED"])


async def test_addresses_begin_where_the_caller_reached_us_or_where_we_are_told(doorman: Doorman) -> None:
    async def base_url(public_url: str | None) -> str:
        app = an_app(an_endpoint(doorman, public_url=public_url))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://10.0.0.8:8000", headers=AUTHORIZED
        ) as client:
            url: str = (await post(client, "{ baseUrl }")).json()["data"]["baseUrl"]
            return url

    assert await base_url(None) == "http://10.0.0.8:8000"
    assert await base_url("https://jiesu.example/") == "https://jiesu.example"


def test_every_code_is_raised_somewhere_and_tested() -> None:
    root = Path(__file__).parents[2]
    sources = "".join(path.read_text() for room in ("api", "schema") for path in (root / room).rglob("*.py"))
    tests = "".join(path.read_text() for path in (root / "tests").rglob("test_*.py"))

    for fault in Fault:
        assert f"Fault.{fault.name}" in sources, fault
        assert f'"{fault.value}"' in tests, fault


COP = {
    "aliases": {"query": "{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }"},
    "duplicate fields": {"query": "{ " + "__typename " * 500 + "}"},
    "directives": {"query": "{ __typename" + "@aa" * 10 + " }"},
    "circular introspection": {
        "query": "{ __schema { types { fields { type " + "{ fields { type " * 10 + "{ name }" + " } }" * 10 + " } } } }"
    },
    "circular fragments": {"query": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"},
    "overlapping fields": {"query": "{ " + " ".join(f"a: hello(text: {n})" for n in range(1500)) + " }"},
    "tokens": {"query": "{ " + "hello " * 10_000 + "}"},
    "braces": {"query": "{a" * 2500 + "}" * 2500},
    "fragment bomb": {
        "query": "{ ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(19))
        + " fragment F19 on Query { hello }"
    },
}


@pytest.mark.parametrize("attack", COP)
async def test_cheap_attacks_are_refused_before_execution(client: httpx.AsyncClient, attack: str) -> None:
    started = time.monotonic()
    response = await client.post("/graphql", json=COP[attack], headers={"Accept": RESPONSE})

    assert (response.status_code, "data" in response.json(), len(codes(response))) == (400, False, 1)
    assert time.monotonic() - started < 2


async def test_the_endpoint_shows_no_console_and_no_tracing(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"Accept": "text/html"})
    answered = await post(client, "{ hello }")

    assert page.status_code == 406
    assert "extensions" not in answered.json()


async def test_every_answer_carries_the_security_headers_unless_a_route_says_otherwise() -> None:
    async def page(request: Request) -> Response:  # noqa: ARG001
        return PlainTextResponse("ok", headers={"Content-Security-Policy": "default-src 'self'"})

    app = an_app(an_endpoint(Doorman()), [Route("/page", page)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://jiesu.test") as client:
        refused, shown = await client.get("/graphql"), await client.get("/page")

    assert refused.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert shown.headers["content-security-policy"] == "default-src 'self'"
    for response in (refused, shown):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_any_route_can_be_given_a_body_limit(size: int, status: int, chunked: bool) -> None:
    async def count(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(size):
            yield b"x"

    app = BodyLimit(Starlette(routes=[Route("/", count, methods=["POST"])]), maximum=100)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://jiesu.test") as client:
        response = await client.post("/", content=chunks() if chunked else b"x" * size)

    assert response.status_code == status
    if status == 413:
        assert json.loads(response.text)["errors"][0]["extensions"]["code"] == "PAYLOAD_TOO_LARGE"
