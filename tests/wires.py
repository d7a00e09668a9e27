"""What the protocol tests speak through: an HTTP client in process, and a socket client that knows the protocol."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from api.graphql import GraphQLEndpoint
from schema.grammar.faults import Fault
from tests.little import AUTHORIZED, GOOD, Doorman, an_app, an_endpoint
from tests.server import serving

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
BOTH = pytest.mark.parametrize("accept", [JSON, RESPONSE])
WAIT_SECONDS = 10.0
TRANSPORT = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def http_client(doorman: Doorman) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in, and asking for no type unless told to."""
    transport = httpx.ASGITransport(an_app(an_endpoint(doorman)))
    async with httpx.AsyncClient(transport=transport, base_url="http://jiesu.test", headers=AUTHORIZED) as client:
        del client.headers["accept"]
        yield client


async def post(
    client: httpx.AsyncClient, query: object = "{ hello }", accept: str | None = JSON, **more: Any
) -> httpx.Response:
    headers = {"Accept": accept} if accept is not None else {}
    return await client.post("/graphql", json={"query": query, **more}, headers=headers)


def codes(response: httpx.Response) -> list[str]:
    body = response.json()
    assert set(body) <= {"errors", "data", "extensions"}
    for error in body.get("errors", []):
        assert set(error) <= {"message", "locations", "path", "extensions"}
        assert re.search("[一-鿿]", error["message"]), "messages are Chinese first"
        assert error["extensions"]["code"] in Fault.__members__
    return [error["extensions"]["code"] for error in body.get("errors", [])]


@contextmanager
def socket_url(endpoint: GraphQLEndpoint) -> Iterator[str]:
    """Where a real server answers for the endpoint."""
    with serving(an_app(endpoint)) as base:
        yield base.replace("http", "ws", 1) + "/graphql"


class Socket:
    """A client that hides the server's pings, unless asked for them."""

    def __init__(self, raw: ClientConnection) -> None:
        self.raw = raw

    async def send(self, kind: str, **more: Any) -> None:
        await self.raw.send(json.dumps({"type": kind, **more}))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_SECONDS):
            while (message := await self.receive_any())["type"] == "ping":
                pass
        return message

    async def receive_any(self) -> dict[str, Any]:
        text = await asyncio.wait_for(self.raw.recv(), WAIT_SECONDS)
        assert isinstance(text, str), "frames are text"
        message: dict[str, Any] = json.loads(text)
        return message

    async def init(self, token: str | None = GOOD, **payload: object) -> None:
        await self.send("connection_init", payload={**({"Authorization": token} if token else {}), **payload})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, name: str = "1", **more: Any) -> None:
        await self.send("subscribe", id=name, payload={"query": query, **more})

    async def ask(self, query: str, name: str = "1", **more: Any) -> Any:
        """The payload of the only answer: of `next` (followed by `complete`), or of `error`."""
        await self.subscribe(query, name, **more)
        message = await self.receive()
        assert message["id"] == name
        if message["type"] == "next":
            assert await self.receive() == {"id": name, "type": "complete"}
        return message["payload"]

    async def lives(self) -> bool:
        return bool(await self.ask("{ hello }", "still-here") == {"data": {"hello": "hi"}})

    async def closed(self) -> int:
        """The code the server closes with; what it says before is passed over."""
        async with asyncio.timeout(WAIT_SECONDS):
            with suppress(ConnectionClosed):
                while True:
                    await self.raw.recv()
        received = self.raw.protocol.close_rcvd
        assert received is not None, "the server must say why"
        return received.code


@asynccontextmanager
async def opened(
    url: str, *, headers: Mapping[str, str] | None = None, protocol: str = TRANSPORT, origin: str | None = None
) -> AsyncIterator[Socket]:
    async with connect(
        url,
        subprotocols=[Subprotocol(protocol)],
        additional_headers=headers,
        origin=Origin(origin) if origin else None,
        proxy=None,
        ping_interval=None,
    ) as raw:
        yield Socket(raw)


@asynccontextmanager
async def admitted(url: str, token: str | None = GOOD) -> AsyncIterator[Socket]:
    async with opened(url) as socket:
        await socket.init(token)
        yield socket


def codes_of(errors: list[dict[str, Any]]) -> list[str]:
    return [error["extensions"]["code"] for error in errors]


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110  what is awaited happens in the server's thread
            await asyncio.sleep(0.01)
