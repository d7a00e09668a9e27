"""What a request may bring (bytes, JSON nesting, characters) and what every answer carries. Plain ASGI."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Never

import orjson
from starlette.responses import Response

from resolvers.terms import limits
from schema.grammar.faults import Fault, tell

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


class TooLarge(Exception):  # noqa: N818  said of the body
    """The body is, or is announced to be, larger than the route allows."""


class Unreadable(Exception):  # noqa: N818
    """The text is no JSON, or nested too deeply to be read."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class SecurityHeaders:
    """Adds what every answer carries, where the route has not said otherwise (a console page has its own policy)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _RAW if pair[0] not in said)]
            await send(message)

        await self.app(scope, receive, send_guarded)


class BodyLimit:
    """413 before the app reads a byte too many, chunked bodies included, wherever in the stack it stands."""

    def __init__(self, app: ASGIApp, maximum: int = limits.BODY_BYTES) -> None:
        self.app = app
        self.maximum = maximum

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = Bounded(scope, receive, self.maximum)
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            if started or not body.exceeded:  # what the app makes of the interruption is of no interest
                started = True
                await send(message)

        try:
            await self.app(scope, body, send_noted)
        except TooLarge:
            if started:
                raise
        if body.exceeded and not started:
            await too_large(self.maximum)(scope, receive, send)


def too_large(maximum: int) -> Response:
    body = {"errors": [tell(Fault.PAYLOAD_TOO_LARGE, f"> {maximum}", limit="bytes", maximum=maximum)]}
    return Response(orjson.dumps(body), 413, media_type="application/json; charset=utf-8")


class Bounded:
    """A `receive` that raises TooLarge at the first read if too much is announced, else as soon as too much has come."""

    def __init__(self, scope: Scope, receive: Receive, maximum: int) -> None:
        self.receive = receive
        self.maximum = maximum
        self.arrived = 0
        self.exceeded = scope["type"] == "http" and _announced(scope) > maximum

    async def __call__(self) -> Message:
        if self.exceeded:
            raise TooLarge
        message = await self.receive()
        self.arrived += len(message.get("body", b""))
        self.exceeded = self.arrived > self.maximum
        if self.exceeded:
            raise TooLarge
        return message


def _announced(scope: Scope) -> int:
    value: bytes = dict(scope["headers"]).get(b"content-length", b"")
    return int(value) if value.isdigit() else 0


def decode(text: str | bytes) -> object:
    """JSON, its nesting counted before it is parsed. Lone surrogates pass, for `unspeakable` to say where they are."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if nesting(data) > limits.JSON_DEPTH:
        raise Unreadable(f"JSON 嵌套超过 {limits.JSON_DEPTH} 层")
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if "surrogate" in error.msg:
            return _decode_surrogates(data)
        raise Unreadable("无法解析 JSON") from None


def _decode_surrogates(data: bytes) -> object:
    """As UTF-8 and nothing else: left to guess, this reader takes UTF-16, whose brackets we have not counted."""
    try:
        return json.loads(data.decode(), parse_constant=_refuse_constant)
    except ValueError:
        raise Unreadable("无法解析 JSON") from None


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)  # possessive: an open quote must not cost a second scan
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in _STEPS)


def nesting(data: bytes) -> int:
    """How deep it is nested, or at the most: a few brackets need not be told from those in texts."""
    if (most := data.count(b"[") + data.count(b"{")) <= limits.JSON_DEPTH:
        return most
    brackets = _STRING.sub(b"", data).translate(None, _NOT_BRACKETS)
    return max(accumulate(_STEPS[bracket] for bracket in brackets), default=0)


_UNSPEAKABLE = re.compile("[\x00\ud800-\udfff]")


def unspeakable(value: object, path: str) -> str | None:
    """Where a NUL or a lone surrogate stands (as key: of which object): no text column can hold either."""
    if isinstance(value, str):
        return path if _UNSPEAKABLE.search(value) else None
    if isinstance(value, dict):
        if any(_UNSPEAKABLE.search(key) for key in value):
            return path
        return next((found for key, item in value.items() if (found := unspeakable(item, f"{path}.{key}"))), None)
    if isinstance(value, list):
        return next((found for at, item in enumerate(value) if (found := unspeakable(item, f"{path}.{at}"))), None)
    return None
