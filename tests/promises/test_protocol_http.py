"""G12, first half: GraphQL over HTTP, row by row. Every error body is JSON of one shape."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest

from api.limits import nesting
from resolvers.terms import limits
from tests.little import SECRET, Doorman
from tests.wires import BOTH, JSON, RESPONSE, codes, http_client, post


@pytest.fixture
def doorman() -> Doorman:
    return Doorman()


@pytest.fixture
async def client(doorman: Doorman) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(doorman) as client:
        yield client


# --- Accept ---------------------------------------------------------------------------------------------------------

ACCEPTS = [
    (None, JSON),
    ("", JSON),
    ("*/*", JSON),
    (JSON, JSON),
    ("application/json; charset=utf-8", JSON),
    ("application/json;q=0.5", JSON),
    (RESPONSE, RESPONSE),
    (f"{RESPONSE}; charset=utf-8, {JSON}; charset=utf-8", RESPONSE),
    ("application/*", RESPONSE),
    ("APPLICATION/JSON", JSON),
    (f"{RESPONSE},{JSON};q=0.9", RESPONSE),
    (f"{RESPONSE};q=0.1,{JSON}", JSON),
    (f"{JSON},{RESPONSE}", JSON),
    (f"{RESPONSE},*/*", RESPONSE),
    (f"*/*,{RESPONSE};q=0", JSON),
    (f"{JSON};q=0, */*", RESPONSE),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
    ("multipart/mixed;deferSpec=20220824,application/json", JSON),
    ("text/html", None),
    ("text/event-stream", None),
    ("image/png, text/*", None),
    (f"{JSON};q=0", None),
    (f"{JSON};q=0,{RESPONSE};q=0.0", None),
    ("*/*;q=0", None),
    (f"{JSON};q=high", None),
]


@pytest.mark.parametrize(("accept", "media"), ACCEPTS)
async def test_the_answer_has_the_type_asked_for_or_is_406(
    client: httpx.AsyncClient, accept: str | None, media: str | None
) -> None:
    response = await post(client, accept=accept)

    assert response.headers["content-type"] == f"{media or JSON}; charset=utf-8"
    assert response.headers["vary"] == "Accept"
    assert (response.status_code, codes(response)) == ((200, []) if media else (406, ["NOT_ACCEPTABLE"]))


async def test_several_accept_headers_are_one_list(client: httpx.AsyncClient) -> None:
    headers = httpx.Headers([("Accept", "text/html"), ("Accept", RESPONSE)])

    response = await client.post("/graphql", json={"query": "{ hello }"}, headers=headers)

    assert response.headers["content-type"].startswith(RESPONSE)


# --- situations -----------------------------------------------------------------------------------------------------

REQUEST_ERRORS: list[tuple[dict[str, Any], str]] = [
    ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query($p: PersonInput!) { person(person: $p) }"}, "BAD_USER_INPUT"),
    ({"query": "query($t: String!) { hello(text: $t) }", "variables": {"t": 1}}, "BAD_USER_INPUT"),
    ({"query": "query A { hello }", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "query A { hello } query B { hello }"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "fragment F on Query { hello }"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "{ hello " + "@skip(if: false) " * 6 + "}"}, "OPERATION_TOO_COMPLEX"),
]


@pytest.mark.parametrize(("body", "code"), REQUEST_ERRORS)
async def test_a_request_error_is_200_as_json_and_400_as_graphql_response_never_with_data(
    client: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    for accept, status in ((JSON, 200), (RESPONSE, 400)):
        response = await client.post("/graphql", json=body, headers={"Accept": accept})

        assert (response.status_code, codes(response), "data" in response.json()) == (status, [code], False)


@BOTH
async def test_an_operation_without_errors_is_200(client: httpx.AsyncClient, accept: str) -> None:
    response = await post(client, "query Q($t: String) { hello(text: $t) }", accept, variables={"t": "早"})

    assert (response.status_code, response.json()) == (200, {"data": {"hello": "早"}})


@pytest.mark.parametrize("query", ["{ hello refused }", "{ hello nothing }"], ids=["some data", "data null"])
async def test_data_beside_errors_is_294_as_graphql_response(client: httpx.AsyncClient, query: str) -> None:
    for accept, status in ((JSON, 200), (RESPONSE, 294)):
        response = await post(client, query, accept)

        assert (response.status_code, len(codes(response)), "data" in response.json()) == (status, 1, True)


MALFORMED: list[bytes] = [
    b"",
    b"{",
    b"null",
    b'"s"',
    b"[1]",
    b"42",
    b"\xff\xfe",
    b"{}",
    b'{"query": null}',
    b'{"query": ""}',
    b'{"query": 1}',
    b'{"query": ["{ hello }"]}',
    b'{"query": "{ hello }", "operationName": 1}',
    b'{"query": "{ hello }", "operationName": {}}',
    b'{"query": "{ hello }", "variables": []}',
    b'{"query": "{ hello }", "variables": "{}"}',
    b'{"query": "{ hello }", "extensions": []}',
    b'{"query": "{ hello }", "variables": {"a": NaN}}',
    b"[" * 200_000,
    b'{"a":' * 40_000,
    b'{"query": "{ hello }", "variables": {"a": ' + b"[" * 31 + b"]" * 31 + b"}}",
    b'[{"query": "{ hello }"}]',
    orjson.dumps([{"query": "{ hello }"}] * 10),
]


@BOTH
@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: body[:40].decode("latin-1"))
async def test_a_body_that_is_no_request_is_400(client: httpx.AsyncClient, accept: str, body: bytes) -> None:
    response = await client.post("/graphql", content=body, headers={"Content-Type": JSON, "Accept": accept})

    assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])
    assert response.headers["content-type"].startswith(accept)


async def test_nesting_up_to_the_limit_is_read_and_brackets_in_strings_do_not_count(client: httpx.AsyncClient) -> None:
    deep: object = "[" * 1000
    for _ in range(limits.JSON_DEPTH - 2):
        deep = [deep]

    assert codes(await post(client, "query($x: Int) { hello }", variables={"y": deep})) == ["GRAPHQL_VALIDATION_FAILED"]


def test_counting_the_nesting_does_not_scan_an_open_string_twice() -> None:
    started = time.monotonic()

    assert nesting(b'"' + b'\\"' * 130_000) == 0
    assert nesting(b'"' + b'\\"' * 130_000 + b"\\") == 0
    assert nesting(b"[" * limits.BODY_BYTES) == limits.BODY_BYTES
    assert time.monotonic() - started < 2


@BOTH
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_256_kib_is_413_whether_announced_or_not(
    client: httpx.AsyncClient, accept: str, chunked: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 32 * 1024

    content = chunks() if chunked else b" " * (limits.BODY_BYTES + 1)
    response = await client.post("/graphql", content=content, headers={"Content-Type": JSON, "Accept": accept})

    assert (response.status_code, codes(response)) == (413, ["PAYLOAD_TOO_LARGE"])
    assert response.headers["content-type"].startswith(accept)


async def test_a_body_announced_as_too_large_is_not_read_at_all(client: httpx.AsyncClient) -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(9):
            read += 1
            yield b" " * 32 * 1024

    headers = {"Content-Type": JSON, "Content-Length": str(9 * 32 * 1024)}
    response = await client.post("/graphql", content=chunks(), headers=headers)

    assert (response.status_code, read) == (413, 0)


async def test_a_body_of_exactly_256_kib_is_read(client: httpx.AsyncClient) -> None:
    body = b'{"query": "{ hello }"}'.ljust(limits.BODY_BYTES)

    response = await client.post("/graphql", content=body, headers={"Content-Type": JSON})

    assert response.json() == {"data": {"hello": "hi"}}


@BOTH
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
async def test_other_methods_are_405_and_told_which_are_allowed(
    client: httpx.AsyncClient, accept: str, method: str
) -> None:
    response = await client.request(method, "/graphql", headers={"Accept": accept})

    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert response.headers["content-type"].startswith(accept)


@BOTH
async def test_a_mutation_over_get_is_405_and_changes_nothing(client: httpx.AsyncClient, accept: str) -> None:
    response = await client.get("/graphql", params={"query": "mutation { change }"}, headers={"Accept": accept})

    assert (response.status_code, response.headers["allow"], codes(response)) == (405, "POST", ["METHOD_NOT_ALLOWED"])


async def test_a_subscription_belongs_on_a_socket(client: httpx.AsyncClient) -> None:
    assert (await post(client, "subscription { count }")).status_code == 400
    assert codes(await post(client, "subscription { count }")) == ["BAD_REQUEST"]


# --- who asks -------------------------------------------------------------------------------------------------------

BAD = [
    "Bearer unknown",
    "Bearer expired-token",
    "Bearer",
    "Bearer ",
    "Bearer a b",
    "Basic Zm9v",
    "good-token",
    "Bearer 王",
]


@BOTH
@pytest.mark.parametrize("value", BAD)
async def test_a_bad_token_is_401_with_a_challenge(client: httpx.AsyncClient, accept: str, value: str) -> None:
    headers = [(b"Accept", accept.encode()), (b"Authorization", value.encode())]
    response = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"])
    assert response.headers["www-authenticate"] == 'Bearer realm="jiesu", error="invalid_token"'


async def test_the_scheme_is_read_in_any_case(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ who }"}, headers={"Authorization": "bEARER  good-token"})

    assert response.json() == {"data": {"who": "zhang"}}


@BOTH
async def test_a_stranger_is_401_unless_he_signs_in(client: httpx.AsyncClient, accept: str) -> None:
    del client.headers["authorization"]

    refused = await post(client, "{ hello }", accept)
    signed_in = await post(client, "mutation { signIn }", accept)

    assert (refused.status_code, codes(refused), "data" in refused.json()) == (401, ["UNAUTHENTICATED"], False)
    assert refused.headers["www-authenticate"] == 'Bearer realm="jiesu"'
    assert (signed_in.status_code, codes(signed_in)) == (200, [])


@BOTH
async def test_a_door_out_of_order_is_503_and_says_when_to_return(
    client: httpx.AsyncClient, doorman: Doorman, accept: str
) -> None:
    doorman.out_of_order = True

    response = await post(client, accept=accept)

    assert (response.status_code, codes(response), response.headers["retry-after"]) == (503, ["UNAVAILABLE"], "1")


@BOTH
async def test_a_broken_door_is_500_with_an_incident_and_no_text(
    client: httpx.AsyncClient, doorman: Doorman, caplog: pytest.LogCaptureFixture, accept: str
) -> None:
    doorman.broken = True

    response = await post(client, accept=accept)

    assert (response.status_code, codes(response)) == (500, ["INTERNAL_SERVER_ERROR"])
    assert response.json()["errors"][0]["extensions"]["incidentId"] in caplog.text
    assert SECRET not in response.text + caplog.text


async def test_the_token_is_looked_up_before_the_body_is_read(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": JSON, "Authorization": "Bearer unknown"}

    assert (await client.post("/graphql", content=b"[" * 1000, headers=headers)).status_code == 401
