"""An answer that comes before the question has ended: the rest is thrown away for a while, then the line is cut.

Without it a refused upload without end would keep the server reading for ever; cut at once, an honest client that is
still sending would lose the answer with the line.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from resolvers.terms import limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Lingering:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self.app(scope, receive, send)
            return
        body = Body(receive)

        async def send_and_linger(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.ended:
                MutableHeaders(scope=message)["Connection"] = "close"
            elif message["type"] == "http.response.body" and not (body.ended or message.get("more_body")):
                await send({**message, "more_body": True})
                await body.drain()
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self.app(scope, body, send_and_linger)


class Body:
    """A `receive` that knows whether there is more to come."""

    def __init__(self, receive: Receive) -> None:
        self.receive = receive
        self.ended = False

    async def __call__(self) -> Message:
        message = await self.receive()
        self.ended = not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Nothing of it is kept. Gives up after as much as no honest client has to send, or half a minute."""
        left = limits.LINGER_BYTES
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.LINGER_SECONDS):
                while left > 0 and not self.ended:
                    left -= len((await self()).get("body", b""))


def _has_body(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
