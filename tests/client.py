"""One caller over HTTP and sockets, as a phone would be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

Data = dict[str, Any]


def key() -> str:
    """A fresh idempotency key."""
    return str(uuid4())


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, or without one."""

    http: httpx.AsyncClient
    base_url: str
    token: str | None = None
    login: str = "anonymous"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def post(self, document: str, **variables: Any) -> httpx.Response:
        body = {"query": document, "variables": variables}
        return await self.http.post(f"{self.base_url}/graphql", json=body, headers=self.headers)

    async def ask(self, document: str, **variables: Any) -> Data:
        """The data of an answer without errors."""
        response = await self.post(document, **variables)
        said = response.json()
        assert "errors" not in said, said["errors"]
        assert response.status_code == 200, response.text
        data: Data = said["data"]
        return data

    async def fail(self, document: str, **variables: Any) -> list[Data]:
        """The errors of an answer that has some; never the server's fault."""
        response = await self.post(document, **variables)
        assert response.status_code < 500, response.text
        errors: list[Data] = response.json()["errors"]
        return errors

    async def do(self, mutation: str, shape: str = "case { id number version status }", **given: Any) -> Data:
        """Run one mutation by name; the payload, refused or not. An idempotency key is made unless given."""
        name = mutation[0].upper() + mutation[1:]
        given.setdefault("idempotencyKey", key())
        errors = "__typename code message path ... on StaleVersionError { currentVersion current { version status } }"
        errors += " ... on InvalidTransitionError { status } ... on DeadlineError { dueAt }"
        document = f"mutation ($i: {name}Input!) {{ {mutation}(input: $i) {{ {shape} userErrors {{ {errors} }} }} }}"
        payload: Data = (await self.ask(document, i=given))[mutation]
        return payload

    async def done(self, mutation: str, shape: str = "case { id number version status }", **given: Any) -> Data:
        """Run one mutation that must not be refused; its payload."""
        payload = await self.do(mutation, shape, **given)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload

    async def refused(self, mutation: str, shape: str = "case { id }", **given: Any) -> Data:
        """Run one mutation that must be refused; its only user error."""
        payload = await self.do(mutation, shape, **given)
        assert len(payload["userErrors"]) == 1, payload
        assert all(value is None for name, value in payload.items() if name != "userErrors"), payload
        error: Data = payload["userErrors"][0]
        return error

    @asynccontextmanager
    async def subscribe(self, document: str, **variables: Any) -> AsyncIterator[Stream]:
        """A running subscription over graphql-transport-ws."""
        address = self.base_url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"], max_size=2**20) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps({"type": "connection_init", "payload": self.headers}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": document, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            yield Stream(socket)


@dataclass
class Stream:
    """What a subscription sends. Pings are answered; heartbeats are passed over unless asked for."""

    socket: ClientConnection

    async def event(self, *, seconds: float = 10.0, heartbeats: bool = False) -> Data:
        """The next event's single field; fails when none comes in time."""
        async with asyncio.timeout(seconds):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] == "ping":
                    await self.socket.send('{"type": "pong"}')
                    continue
                assert message["type"] == "next", message
                assert "errors" not in message["payload"], message
                (event,) = message["payload"]["data"].values()
                if heartbeats or event.get("kind") != "HEARTBEAT":
                    found: Data = event
                    return found

    async def silence(self, seconds: float = 0.5) -> None:
        """Nothing but pings and heartbeats for so long."""
        try:
            event = await self.event(seconds=seconds)
        except TimeoutError:
            return
        raise AssertionError(f"an event came: {event}")
