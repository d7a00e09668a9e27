"""G11: no page of another site can make a browser act: the table of method, media type, Accept and fetch metadata."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.little import Doorman
from tests.wires import JSON, RESPONSE, codes, http_client


@pytest.fixture
def doorman() -> Doorman:
    return Doorman()


@pytest.fixture
async def client(doorman: Doorman) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(doorman) as client:
        yield client


QUERY, MUTATION = "{ hello }", "mutation { change }"
FOREIGN = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
GETS: list[tuple[dict[str, str], bool]] = [
    ({}, False),
    ({"Accept": ""}, False),
    ({"Accept": "*/*"}, False),
    ({"Accept": "application/*"}, False),
    ({"Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}, False),
    ({"Accept": "*/*", "Sec-Fetch-Mode": "no-cors"}, False),
    ({"Accept": "*/*", "Sec-Fetch-Mode": "websocket"}, False),
    ({"Accept": "image/*,*/*", "Sec-Fetch-Mode": "no-cors"}, False),
    ({"Accept": f"{JSON};q=0,*/*"}, False),
    ({"Accept": "*/*", **FOREIGN, "Sec-Fetch-Mode": "no-cors"}, False),
    ({"Accept": JSON}, True),
    ({"Accept": RESPONSE}, True),
    ({"Accept": f"*/*;q=0.1,{JSON}"}, True),
    ({"Accept": "*/*", "Sec-Fetch-Mode": "cors"}, True),
    ({"Accept": "*/*", "Sec-Fetch-Mode": "same-origin"}, True),
    ({"Sec-Fetch-Mode": "cors"}, True),
    ({"Accept": "*/*", "GraphQL-Require-Preflight": "1"}, True),
    ({"GraphQL-Require-Preflight": ""}, True),
    ({"Accept": JSON, **FOREIGN}, True),
    ({"Accept": JSON, "Content-Type": "text/plain"}, True),
]
POSTS: list[tuple[str | None, bool]] = [
    (JSON, True),
    ("application/json; charset=utf-8", True),
    ("Application/JSON;charset=UTF-8", True),
    (None, False),
    ("text/plain", False),
    ("text/plain; a=application/json", False),
    ("application/x-www-form-urlencoded", False),
    ("multipart/form-data; boundary=x", False),
    ("application/graphql", False),
    (RESPONSE, False),
    ("application/json; charset=utf-16", False),
    ("application/jsonp", False),
]


@pytest.mark.parametrize(("headers", "served"), GETS)
@pytest.mark.parametrize("query", [QUERY, MUTATION])
async def test_a_get_is_a_query_behind_the_preflight_rule_or_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], served: bool, query: str
) -> None:
    response = await client.get("/graphql", params={"query": query}, headers=headers)

    if served:
        assert response.status_code == (200 if query == QUERY else 405)
    else:
        assert (response.status_code, codes(response)) == (400, ["CSRF_PREVENTED"])


@pytest.mark.parametrize(("content_type", "served"), POSTS)
@pytest.mark.parametrize("fetch", [{}, FOREIGN, {"Sec-Fetch-Mode": "cors"}])
async def test_a_post_is_json_or_415(
    client: httpx.AsyncClient, content_type: str | None, served: bool, fetch: dict[str, str]
) -> None:
    headers = {**fetch, **({"Content-Type": content_type} if content_type else {})}

    response = await client.post("/graphql", content=b'{"query": "mutation { change }"}', headers=headers)

    assert (response.status_code, codes(response)) == ((200, []) if served else (415, ["BAD_REQUEST"]))
    assert "access-control-allow-origin" not in response.headers


async def test_a_compressed_body_is_415(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}

    assert (await client.post("/graphql", content=b"\x1f\x8b", headers=headers)).status_code == 415


async def test_get_reads_variables_and_extensions_as_json(client: httpx.AsyncClient) -> None:
    async def get(**params: str) -> httpx.Response:
        return await client.get("/graphql", params=params, headers={"Accept": JSON})

    query = 'query Q($t: String) { hello(text: $t) extension(name: "k") }'
    answered = await get(query=query, variables='{"t": "a"}', extensions='{"k": "v"}', operationName="Q")

    assert answered.json() == {"data": {"hello": "a", "extension": "v"}}
    assert (await get(query=query, variables="", operationName="Q")).json()["data"]["hello"] == "hi"
    assert (await get(query=query, variables="{")).status_code == 400
    assert (await get(query=query, variables="[1]")).status_code == 400
    assert (await get()).status_code == 400
