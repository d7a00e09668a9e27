"""Bytes that come in by other ways than GraphQL: who sends them, piece by piece, for how long, and how one says no."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from api.bearer import Expired, Identify, Malformed, from_header
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Unavailable
from schema.grammar.faults import RETRY_SECONDS, report

Watch: TypeAlias = Callable[[], Awaitable[None]]
"""Raises `Halt` when the sender may not go on."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SECOND = 1.0
ABSENT = "没有找到, 或不在您的职责范围内。"


class Halt(Exception):  # noqa: N818
    """No, and what is answered."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


async def whose(identify: Identify, request: Request) -> Actor | None:
    """Whose the token of this request is now; None for nobody's."""
    try:
        token = from_header(request.headers.get("authorization"))
        return await identify(token) if token else None
    except (Expired, Malformed):
        return None


async def caller(identify: Identify, request: Request) -> Actor:
    """The same, and `Halt` with 401 for nobody's."""
    actor = await whose(identify, request)
    if actor is None:
        raise Halt(say(401, "UNAUTHENTICATED", "请先登录。", {"WWW-Authenticate": "Bearer"}))
    return actor


async def chunks(request: Request, watch: Watch) -> AsyncIterator[bytes]:
    """The body as it comes, in pieces that grow to a megabyte, or of a second; a client silent for a minute is gone.

    What came before a line dropped is handed on first, then `ClientDisconnect` is raised.
    """
    stream = request.stream()
    gathered: list[bytes] = []
    size, enough = 0, limits.UPLOAD_CHUNK_BYTES
    watched = handed_on = time.monotonic()
    while True:
        try:
            async with asyncio.timeout(limits.UPLOAD_IDLE_SECONDS):
                gathered.append(await anext(stream))
        except StopAsyncIteration:
            break
        except (ClientDisconnect, TimeoutError):
            if size:
                yield b"".join(gathered)
            raise ClientDisconnect from None
        size += len(gathered[-1])
        now = time.monotonic()
        if now - watched > limits.UPLOAD_WATCH_SECONDS:
            await watch()
            watched = now
        if size >= enough or (size and now - handed_on > _SECOND):
            enough = min(2 * size, limits.UPLOAD_PIECE_BYTES) if size >= enough else limits.UPLOAD_CHUNK_BYTES
            yield b"".join(gathered)
            gathered, size, handed_on = [], 0, now
    if size:
        yield b"".join(gathered)


def say(status: int, code: str, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    if status == 200:  # noqa: PLR2004
        return JSONResponse({"status": code, "message": sentence})
    return JSONResponse({"errors": [{"message": sentence, "extensions": {"code": code}}]}, status, headers)


async def answered(answer: Awaitable[Response]) -> Response:
    """The answer, or the one it was halted with, or an excuse."""
    try:
        return await answer
    except Halt as halt:
        return halt.answer
    except Exception as error:  # noqa: BLE001  (told or raised again)
        return _excuse(error)


def _excuse(error: Exception) -> JSONResponse:
    """What is answered when it is nobody's fault but ours, or the line's. Anything else is raised again."""
    if isinstance(error, ClientDisconnect):
        return say(400, "UPLOAD_INCOMPLETE", "上传中断, 请继续上传或重新上传。")
    if isinstance(error, OSError):
        report(error)
        if error.errno in _FULL:
            return say(507, "STORAGE_FULL", "存储空间已满, 文件未保存, 请稍后重试。")
    elif not isinstance(error, Unavailable):
        raise error
    return say(503, "UNAVAILABLE", "服务暂时不可用, 请稍后重试。", {"Retry-After": str(RETRY_SECONDS)})
