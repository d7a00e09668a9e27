"""Sealed originals of photos and documents by GET; and the address that took the bytes before there was `/uploads`."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.bearer import Identify
from api.transfer import ABSENT, Halt, answered, caller, chunks, say
from resolvers import photo
from resolvers.photo import Kind, Verdict
from resolvers.terms import limits

_SAID = {
    Verdict.VERIFIED: (200, "文件已校验。"),
    Verdict.NOT_FOUND: (404, ABSENT),
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
        return await answered(self._put(request))

    async def get(self, request: Request) -> Response:
        """The sealed original, for those with the right to it."""
        return await answered(self._get(request))

    async def _put(self, request: Request) -> Response:
        actor, key = await caller(self.identify, request), _key(request)

        async def watch() -> None:
            if not await photo.declared(self.kind, await caller(self.identify, request), key):
                raise Halt(judged(Verdict.NOT_FOUND))

        refuse_large(request)
        return judged(await photo.receive(self.kind, actor, key, chunks(request, watch)))

    async def _get(self, request: Request) -> Response:
        found = await photo.original(self.kind, await caller(self.identify, request), _key(request))
        content = await photo.read(found) if found else None
        if found is None or content is None:
            raise Halt(judged(Verdict.NOT_FOUND))
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Length": str(found.byte_size),
            "Content-Disposition": f'attachment; filename="{found.sha256}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return StreamingResponse(content, media_type=found.content_type, headers=headers)


def judged(verdict: Verdict) -> Response:
    status, sentence = _SAID[verdict]
    return say(status, verdict.value, sentence)


def refuse_large(request: Request) -> None:
    """`Halt` with 413 when more is announced than any file may have."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limits.PHOTO_BYTES:
        raise Halt(say(413, "PAYLOAD_TOO_LARGE", f"文件最大 {limits.PHOTO_BYTES} 字节。"))


def _key(request: Request) -> UUID:
    try:
        return UUID(request.path_params["key"])
    except ValueError:
        raise Halt(judged(Verdict.NOT_FOUND)) from None
