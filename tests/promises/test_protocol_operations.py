"""G12: what runs on a socket: operations in contexts of their own, tokens that end, and the server's own end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from api import sockets
from resolvers.terms import limits
from tests.little import GOOD, SECRET, Doorman, an_actor, an_endpoint, finished
from tests.wires import Socket, admitted, codes_of, opened, socket_url, until

doorman = Doorman()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with socket_url(an_endpoint(doorman, allowed_origins=["https://console.example"])) as url:
        yield url


@pytest.fixture(autouse=True)
def fresh_doorman() -> None:
    doorman.reset()


# --- operations -----------------------------------------------------------------------------------------------------


async def test_queries_and_mutations_run_here_too(url: str) -> None:
    async with admitted(url) as socket:
        assert await socket.ask(
            "query Q($t: String) { hello(text: $t) }", variables={"t": "早"}, operationName="Q"
        ) == {"data": {"hello": "早"}}
        assert await socket.ask("mutation { change(again: true) }") == {
            "data": {"change": 1},
            "extensions": {"idempotency": {"replayed": True}},
        }


async def test_a_subscription_yields_and_completes_and_frees_its_id(url: str) -> None:
    async with admitted(url) as socket:
        for _ in range(2):
            await socket.subscribe("subscription { count(to: 2) }")

            assert [await socket.receive() for _ in range(3)] == [
                {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
                {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
                {"id": "1", "type": "complete"},
            ]


async def test_complete_stops_the_generator_and_frees_the_id(url: str) -> None:
    async with admitted(url) as socket:
        await socket.subscribe('subscription { endless(name: "completed") }')
        await socket.receive()
        await socket.send("complete", id="1")
        await socket.send("complete", id="never-begun")

        assert await socket.ask("{ hello }") == {"data": {"hello": "hi"}}
        await until(lambda: "completed" in finished)


async def test_a_dropped_socket_stops_its_generators(url: str) -> None:
    async with admitted(url) as socket:
        await socket.subscribe('subscription { endless(name: "dropped") }')
        await socket.receive()

    await until(lambda: "dropped" in finished)


async def test_an_id_in_use_closes_4409(url: str) -> None:
    async with admitted(url) as socket:
        await socket.subscribe("subscription { endless }", "早" * 100)
        await socket.subscribe("{ hello }", "早" * 100)

        assert await socket.closed() == 4409


async def test_thirty_two_operations_run_at_once_and_the_next_is_refused_by_name(url: str) -> None:
    async with admitted(url) as socket:
        for number in range(limits.SOCKET_OPERATIONS):
            await socket.subscribe("subscription { endless }", str(number))
            assert (await socket.receive())["type"] == "next"

        refused = await socket.ask("{ hello }", "one more")
        await socket.send("complete", id="0")

        assert refused[0]["extensions"] == {"code": "OPERATION_TOO_COMPLEX", "limit": "operations", "maximum": 32}
        assert await socket.lives()


async def test_each_operation_has_a_context_of_its_own_and_each_event_fresh_loaders(url: str) -> None:
    async with admitted(url) as socket:
        for _ in range(2):
            assert await socket.ask("{ remembered }") == {"data": {"remembered": 0}}
        await socket.subscribe("subscription { remembered }")

        assert [(await socket.receive())["payload"]["data"]["remembered"] for _ in range(3)] == [1, 1, 1]


async def test_operation_extensions_arrive(url: str) -> None:
    async with admitted(url) as socket:
        answer = await socket.ask('{ extension(name: "documentId") }', extensions={"documentId": "sha256:00"})

        assert answer == {"data": {"extension": "sha256:00"}}


async def test_an_unexpected_error_is_masked_and_others_go_on(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with admitted(url) as socket:
        in_field = await socket.ask("{ hello boom }")
        await socket.subscribe("subscription { broken }")
        await socket.receive()
        in_source = (await socket.receive())["payload"]

        assert in_field["data"] == {"hello": "hi", "boom": None}
        assert codes_of(in_field["errors"]) == codes_of(in_source) == ["INTERNAL_SERVER_ERROR"]
        assert in_source[0]["extensions"]["incidentId"] in caplog.text
        assert SECRET not in caplog.text + json.dumps([in_field, in_source])
        assert await socket.lives()


async def test_an_event_with_a_failing_field_is_still_an_event(url: str) -> None:
    async with admitted(url) as socket:
        await socket.subscribe("subscription { things { name broken } }")
        events = [await socket.receive() for _ in range(3)]

        assert [event["type"] for event in events] == ["next", "next", "complete"]
        assert events[0]["payload"]["data"] == {"things": {"name": "thing", "broken": None}}


async def test_the_clock_holds_here_too_but_not_for_subscriptions(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPERATION_SECONDS", 0.1)
    async with admitted(url) as socket:
        await socket.subscribe("subscription { endless }", "long")
        await socket.receive()

        assert codes_of(await socket.ask("{ slow }")) == ["OPERATION_TIMEOUT"]
        assert await socket.lives()


async def test_a_source_that_cannot_keep_up_closes_1013_so_that_clients_resume(url: str) -> None:
    async with admitted(url) as socket:
        await socket.subscribe("subscription { overrun }")

        assert await socket.closed() == 1013


async def test_an_unavailable_database_refuses_a_query_and_the_socket_lives(url: str) -> None:
    async with admitted(url) as socket:
        assert codes_of((await socket.ask("{ unavailable }"))["errors"]) == ["UNAVAILABLE"]
        doorman.out_of_order = True
        assert codes_of(await socket.ask("{ hello }")) == ["UNAVAILABLE"]
        doorman.out_of_order = False
        assert await socket.lives()


# --- the token's life -----------------------------------------------------------------------------------------------


def revoke() -> None:
    doorman.known.clear()


def expire() -> None:
    doorman.expired.add(GOOD)


@pytest.mark.parametrize(("end", "code"), [(revoke, 4401), (expire, 4403)])
async def test_a_live_socket_is_closed_when_its_token_ends(
    url: str, monkeypatch: pytest.MonkeyPatch, end: Any, code: int
) -> None:
    assert sockets.RECHECK_SECONDS <= 5
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.05)
    async with admitted(url) as socket:
        await socket.subscribe(f'subscription {{ endless(name: "token {code}") }}')
        await socket.receive()
        end()

        assert await socket.closed() == code
        await until(lambda: f"token {code}" in finished)


@pytest.mark.parametrize(("end", "code"), [(revoke, 4401), (expire, 4403)])
async def test_no_operation_begins_with_a_token_that_has_ended(url: str, end: Any, code: int) -> None:
    async with admitted(url) as socket:
        end()
        await socket.subscribe("{ hello }")

        assert await socket.closed() == code


async def test_a_changed_grant_counts_from_the_next_event_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.05)
    async with admitted(url) as socket:
        await socket.subscribe("subscription { who }")
        before = (await socket.receive())["payload"]["data"]["who"]
        doorman.known[GOOD] = replace(an_actor(), login="li")

        assert before == "zhang"
        assert await asyncio.wait_for(self_named(socket, "li"), 5)


async def test_a_database_that_is_away_costs_no_live_socket(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.05)
    async with admitted(url) as socket:
        await socket.subscribe("subscription { endless }", "long")
        await socket.receive()
        doorman.out_of_order = True
        asked = doorman.asked
        await until(lambda: doorman.asked >= asked + 2)
        doorman.out_of_order = False

        assert await socket.lives()


async def test_a_door_that_breaks_while_sockets_live_is_logged_and_costs_none(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.05)
    async with admitted(url) as socket:
        await socket.subscribe("subscription { endless }", "long")
        await socket.receive()
        doorman.broken = True
        await until(lambda: "incident" in caplog.text)
        assert codes_of(await socket.ask("{ hello }")) == ["INTERNAL_SERVER_ERROR"]
        doorman.broken = False

        assert await socket.lives()


async def test_an_idle_socket_is_not_asked_about(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "RECHECK_SECONDS", 0.02)
    async with admitted(url) as socket:
        asked = doorman.asked
        await asyncio.sleep(0.2)

        assert doorman.asked == asked
        assert await socket.lives()


# --- the server's end -----------------------------------------------------------------------------------------------


async def test_on_shutdown_sockets_close_1012_and_generators_are_finished() -> None:
    with ExitStack() as running:
        url = running.enter_context(socket_url(an_endpoint(doorman)))
        async with opened(url) as socket:
            await socket.init()
            await socket.subscribe('subscription { endless(name: "shut down") }')
            await socket.receive()
            await asyncio.to_thread(running.close)

            assert await socket.closed() == 1012
    assert "shut down" in finished


async def self_named(socket: Socket, login: str) -> bool:
    while (await socket.receive())["payload"]["data"]["who"] != login:
        pass
    return True
