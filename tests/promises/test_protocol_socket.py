"""G12, second half: graphql-transport-ws over a real server. Every close code by name, nothing closed without need."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from resolvers.terms import limits
from tests.little import AUTHORIZED, GOOD, SECRET, Doorman, an_endpoint
from tests.wires import admitted, codes_of, opened, socket_url

doorman = Doorman()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket_url(an_endpoint(doorman, allowed_origins=["https://console.example"])) as url:
        yield url


@pytest.fixture(autouse=True)
def fresh_doorman() -> None:
    doorman.reset()


# --- handshake ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["graphql-ws", "graphql-transport-ws-2"])
async def test_only_the_transport_protocol_is_spoken(url: str, protocol: str) -> None:
    async with opened(url, protocol=protocol) as socket:
        assert await socket.closed() == 4406


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://console.example.evil.example"])
async def test_a_page_of_another_origin_is_refused_the_handshake(url: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with opened(url, origin=origin):
            pass

    assert refusal.value.response.status_code == 403


async def test_our_own_pages_and_listed_origins_are_welcome(url: str) -> None:
    own = url.replace("ws", "http", 1).removesuffix("/graphql")
    for origin in (own, "https://console.example"):
        async with opened(url, origin=origin) as socket:
            await socket.init()


# --- connection_init ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [{}, {"payload": None}, {"payload": {}}, {"payload": {"Authorization": ""}}])
async def test_init_without_a_token_is_acknowledged_for_a_stranger(url: str, message: dict[str, Any]) -> None:
    async with opened(url) as socket:
        await socket.send("connection_init", **message)

        assert await socket.receive() == {"type": "connection_ack"}
        assert codes_of(await socket.ask("{ hello }")) == ["UNAUTHENTICATED"]
        assert codes_of(await socket.ask("{ __schema { queryType { name } } }")) == ["INTROSPECTION_DISABLED"]
        assert await socket.ask("mutation { signIn }") == {"data": {"signIn": GOOD}}


@pytest.mark.parametrize("key", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("value", [GOOD, f"Bearer {GOOD}", f"bearer {GOOD}"])
async def test_the_token_comes_in_the_payload_in_any_case_with_or_without_its_scheme(
    url: str, key: str, value: str
) -> None:
    async with opened(url) as socket:
        await socket.init(None, **{key: value})

        assert await socket.ask("{ who }") == {"data": {"who": "zhang"}}


async def test_the_token_of_the_handshake_serves_too(url: str) -> None:
    async with opened(url, headers=AUTHORIZED) as socket:
        await socket.send("connection_init")
        await socket.receive()

        assert await socket.ask("{ who }") == {"data": {"who": "zhang"}}


@pytest.mark.parametrize("token", ["unknown", "expired-token", "Basic x", "a b", 7, ["good-token"], {}])
async def test_init_with_a_bad_token_is_rejected_with_4403(url: str, token: object) -> None:
    async with opened(url) as socket:
        await socket.send("connection_init", payload={"Authorization": token})

        assert await socket.closed() == 4403


async def test_a_bad_token_in_the_handshake_is_rejected_with_4403(url: str) -> None:
    async with opened(url, headers={"Authorization": "Bearer unknown"}) as socket:
        await socket.send("connection_init")

        assert await socket.closed() == 4403


async def test_init_while_tokens_cannot_be_looked_up_closes_1013(url: str) -> None:
    doorman.out_of_order = True
    async with opened(url) as socket:
        await socket.send("connection_init", payload={"Authorization": GOOD})

        assert await socket.closed() == 1013


async def test_init_with_a_broken_door_closes_1011_and_says_nothing_else(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    doorman.broken = True
    async with opened(url) as socket:
        await socket.send("connection_init", payload={"Authorization": GOOD})

        assert await socket.closed() == 1011
        assert socket.raw.close_reason == "Internal error"
        assert "incident" in caplog.text
        assert SECRET not in caplog.text


async def test_a_second_init_closes_4429(url: str) -> None:
    async with admitted(url) as socket:
        await socket.send("connection_init")

        assert await socket.closed() == 4429


async def test_subscribing_before_init_closes_4401(url: str) -> None:
    async with opened(url) as socket:
        await socket.subscribe("{ hello }")

        assert await socket.closed() == 4401


async def test_who_never_initialises_is_closed_4408_within_ten_seconds() -> None:
    endpoint = an_endpoint(Doorman())
    assert endpoint.connection_init_wait_timeout == timedelta(seconds=10)
    endpoint.connection_init_wait_timeout = timedelta(seconds=0.1)

    with socket_url(endpoint) as url:
        async with opened(url) as socket:
            assert await socket.closed() == 4408


# --- messages -------------------------------------------------------------------------------------------------------

MALFORMED = [
    "",
    "{",
    "null",
    "[]",
    '"ping"',
    "7",
    "{}",
    '{"type": 1}',
    '{"type": null}',
    '{"type": "start"}',
    '{"type": "connection_ack"}',
    '{"type": "next", "id": "1"}',
    '{"type": "ping", "payload": 1}',
    '{"type": "pong", "payload": []}',
    '{"type": "ping", "payload": {"a": "\\ud800"}}',
    '{"type": "connection_init", "payload": []}',
    '{"type": "connection_init", "payload": "token"}',
    '{"type": "complete"}',
    '{"type": "complete", "id": 1}',
    '{"type": "subscribe", "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": "\\ud800", "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": []}',
    '{"type": "subscribe", "id": "1", "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": null}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": "{}"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": []}}',
    "[" * 1000,
    '{"type": "ping", "payload": {"a": ' + "[" * 40 + "]" * 40 + "}}",
    b'{"type": "ping"}',
]


@pytest.mark.parametrize("message", MALFORMED, ids=lambda message: str(message)[:60])
async def test_a_message_that_is_none_closes_4400(url: str, message: str | bytes) -> None:
    async with admitted(url) as socket:
        await socket.raw.send(message)

        assert await socket.closed() == 4400


async def test_a_message_over_256_kib_closes_1009(url: str) -> None:
    async with admitted(url) as socket:
        await socket.send("ping", payload={"a": "x" * limits.SOCKET_MESSAGE_BYTES})

        assert await socket.closed() == 1009


async def test_a_message_over_256_kib_closes_1009_also_where_the_server_lets_it_pass(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SOCKET_MESSAGE_BYTES", 1000)
    async with admitted(url) as socket:
        await socket.send("ping", payload={"a": "早" * 400})

        assert await socket.closed() == 1009


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": ""}, "BAD_REQUEST"),
    ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query A { hello }", "operationName": "B"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "fragment F on Query { hello }"}, "OPERATION_RESOLUTION_FAILURE"),
    ({"query": "query($t: String!) { hello(text: $t) }"}, "BAD_USER_INPUT"),
    ({"query": "{ " + "hello " * 1100 + "}"}, "OPERATION_TOO_COMPLEX"),
    ({"query": "{ hello " + "@skip(if: false) " * 6 + "}"}, "OPERATION_TOO_COMPLEX"),
    ({"query": "subscription { count endless }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "subscription($t: Int!) { count(to: $t) }", "variables": {"t": "x"}}, "BAD_USER_INPUT"),
    ({"query": "{ hello }", "variables": {"a": "\x00"}}, "BAD_USER_INPUT"),
    ({"query": "{ hello }", "variables": {"a": "\ud800"}}, "BAD_USER_INPUT"),
    ({"query": '{ hello(text: "\\u0000") }'}, "BAD_USER_INPUT"),
]


@pytest.mark.parametrize(("payload", "code"), REFUSED)
async def test_a_bad_operation_is_an_error_for_its_id_and_the_socket_lives(
    url: str, payload: dict[str, Any], code: str
) -> None:
    async with admitted(url) as socket:
        assert codes_of(await socket.ask(**payload)) == [code]
        assert await socket.lives()


async def test_a_ping_is_answered_with_its_payload(url: str) -> None:
    async with opened(url) as socket:
        await socket.send("ping", payload={"at": 7})
        assert await socket.receive() == {"type": "pong", "payload": {"at": 7}}
        await socket.send("ping")
        assert await socket.receive() == {"type": "pong"}
        await socket.send("pong", payload={"unasked": True})
        await socket.init()


async def test_the_server_pings_within_eight_seconds(url: str) -> None:
    async with admitted(url) as socket:
        started = time.monotonic()

        assert await socket.receive_any() == {"type": "ping"}
        assert 4 < time.monotonic() - started < 8
