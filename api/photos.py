"""Photos and sealed documents travel outside GraphQL: a PUT of the raw bytes to the `uploadUrl`, a GET of the sealed original."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response

from api.bearer import Expired, Identify, Malformed, from_header
from resolvers import photo
from resolvers.photo import Kind, Verdict
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Unavailable
from schema.grammar.faults import RETRY_SECONDS, report

_SAID = {
    Verdict.VERIFIED: (200, "文件已校验。"),
    Verdict.NOT_FOUND: (404, "没有找到, 或不在您的职责范围内。"),
    Verdict.WRONG_SIZE: (422, "收到的字节数与登记的不一致, 文件未保存。"),
    Verdict.WRONG_DIGEST: (422, "SHA-256 与登记的不一致, 文件未保存。"),
    Verdict.WRONG_TYPE: (422, "文件内容不是登记的类型, 文件未保存。"),
}


class Photos:
    """The two addresses of one kind of file. `identify` says whose a token is."""

    def __init__(self, identify: Identify, kind: Kind) -> None:
        self.identify = identify
        self.kind = kind

    async def put(self, request: Request) -> Response:
        """Takes the declared bytes. Anything else is refused by name, and nothing is kept."""
        actor = await self._caller(request)
        if isinstance(actor, Response):
            return actor
        key = _key(request)
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limits.PHOTO_BYTES:
            return _say(413, "PAYLOAD_TOO_LARGE", f"文件最大 {limits.PHOTO_BYTES} 字节。")
        try:
            verdict = await photo.receive(self.kind, actor, key, _chunks(request)) if key else Verdict.NOT_FOUND
        except (ClientDisconnect, TimeoutError):
            return _say(400, "UPLOAD_INCOMPLETE", "上传中断, 文件未保存, 请重新上传。")
        except Unavailable:
            return _unavailable()
        except OSError as error:
            report(error)
            return _unavailable()
        status, sentence = _SAID[verdict]
        return _say(status, verdict.value, sentence)

    async def get(self, request: Request) -> Response:
        """The sealed original, for those with the right to it."""
        actor = await self._caller(request)
        if isinstance(actor, Response):
            return actor
        key = _key(request)
        try:
            found = await photo.original(self.kind, actor, key) if key else None
        except Unavailable:
            return _unavailable()
        if found is None or not found.path.is_file():
            return _say(404, "NOT_FOUND", _SAID[Verdict.NOT_FOUND][1])
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="{found.sha256}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return FileResponse(found.path, media_type=found.content_type, headers=headers)

    async def _caller(self, request: Request) -> Actor | Response:
        try:
            token = from_header(request.headers.get("authorization"))
            actor = await self.identify(token) if token else None
        except (Expired, Malformed):
            actor = None
        except Unavailable:
            return _unavailable()
        if actor is None:
            return _say(401, "UNAUTHENTICATED", "请先登录。", {"WWW-Authenticate": "Bearer"})
        return actor


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, in pieces of some hundred kilobytes; a client silent for a minute is gone."""
    stream, gathered = request.stream(), bytearray()
    while True:
        try:
            gathered += await asyncio.wait_for(anext(stream), limits.UPLOAD_IDLE_SECONDS)
        except StopAsyncIteration:
            break
        if len(gathered) >= limits.UPLOAD_CHUNK_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _key(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params["key"])
    except ValueError:
        return None


def _say(status: int, code: str, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    if status == 200:  # noqa: PLR2004
        return JSONResponse({"status": code, "message": sentence})
    return JSONResponse({"errors": [{"message": sentence, "extensions": {"code": code}}]}, status, headers)


def _unavailable() -> JSONResponse:
    return _say(503, "UNAVAILABLE", "服务暂时不可用, 请稍后重试。", {"Retry-After": str(RETRY_SECONDS)})
