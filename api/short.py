"""The short way of a query: plain ASGI from the first byte to the last. Whatever is unusual goes the long way.

Most requests are a POST of one small JSON body, with a token, answered from a plan. For those, request and response
objects would cost more than the answer (`make bench`, one case).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from api.limits import HEADERS
from resolvers.terms import limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Raw = dict[bytes, bytes]
    Answer = Callable[[Scope, Raw, bytes], Awaitable[bytes | None]]

_ALWAYS = [(b"vary", b"Accept"), *((name.lower().encode(), value.encode()) for name, value in HEADERS.items())]


class ShortWay:
    """Asks `answer` for the body of a complete answer to a common request; `otherwise` gets all others, unread."""

    def __init__(self, answer: Answer, is_common: Callable[[str, str, str], str | None], otherwise: ASGIApp) -> None:
        self.answer = answer
        self.is_common = lru_cache(256)(is_common)
        self.otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        media = self._media(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if media is None:
            await self.otherwise(scope, receive, send)
            return
        message = await receive()
        body = await self._answer(scope, message)
        if body is None:
            await self.otherwise(scope, Again(message, receive), send)
            return
        told = [(b"content-type", media), (b"content-length", str(len(body)).encode()), *_ALWAYS]
        await send({"type": "http.response.start", "status": 200, "headers": told})
        await send({"type": "http.response.body", "body": body})

    def _media(self, scope: Scope) -> bytes | None:
        """The type of the answer to a common request. A header that comes twice is not common."""
        raw: Raw = dict(scope["headers"])
        if len(raw) != len(scope["headers"]) or b"authorization" not in raw:
            return None
        scope["jiesu.headers"] = raw
        names = (b"content-type", b"content-encoding", b"accept")
        media = self.is_common(*(raw.get(name, b"").decode("latin-1") for name in names))
        return media.encode() if media else None

    async def _answer(self, scope: Scope, message: Message) -> bytes | None:
        body = message.get("body", b"")
        if message["type"] != "http.request" or message.get("more_body") or len(body) > limits.BODY_BYTES:
            return None
        return await self.answer(scope, scope["jiesu.headers"], body)


class Again:
    """A `receive` that tells once more what was read already."""

    def __init__(self, message: Message, receive: Receive) -> None:
        self.message: Message | None = message
        self.receive = receive

    async def __call__(self) -> Message:
        message, self.message = self.message, None
        return message if message is not None else await self.receive()
