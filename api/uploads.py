"""Resumable uploads by tus 1.0: https://tus.io/protocols/resumable-upload, of what was declared and of nothing else.

What was declared has an address already (its `uploadUrl`); a client that knows only how to create one is told the same.
A plain PUT of all bytes at once is taken there, too.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import TypeAlias
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.bearer import Identify
from api.photos import judged, refuse_large
from api.transfer import ABSENT, Halt, answered, caller, chunks, say
from resolvers import upload as uploads
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.upload import Halted, Reason, Upload
from schema.grammar import ids

_VERSION = "1.0.0"
_TUS = {"Tus-Resumable": _VERSION}
_ALGORITHMS = {"sha1": 20, "sha256": 32}  # and the bytes of a digest
_ABILITIES = {
    "Tus-Version": _VERSION,
    "Tus-Extension": "creation,checksum,termination,expiration",
    "Tus-Max-Size": str(limits.PHOTO_BYTES),
    "Tus-Checksum-Algorithm": ",".join(_ALGORITHMS),
}
_BODY = "application/offset+octet-stream"
_NUMBER = re.compile(r"[0-9]{1,15}")
_NAMES = ("photo", "document")  # what a creation calls the thing it sends; the ids are those of GraphQL, or bare
_TYPES = {"Photo", "FilingReport"}
_SAID = {
    Reason.NOT_FOUND: (404, ABSENT),
    Reason.EXPIRED: (410, "上传地址已过期, 请重新查询上传地址。"),
    Reason.WRONG_OFFSET: (409, "续传位置与已收到的字节数不一致, 请先查询。"),
    Reason.BUSY: (423, "该文件正在由另一连接上传, 请稍后重试。"),
    Reason.WRONG_CHECKSUM: (460, "这一段的校验和不一致, 已丢弃, 请重新发送。"),
    Reason.TOO_LONG: (413, "字节数超过登记的大小, 这一段已丢弃。"),
    Reason.WRONG_DIGEST: (422, "SHA-256 与登记的不一致, 已丢弃, 请从头上传。"),
    Reason.WRONG_TYPE: (422, "文件内容不是登记的类型, 已丢弃。"),
    Reason.DONE: (403, "文件已校验, 不能再改动。"),
}

Handler: TypeAlias = Callable[[Request, Actor, Upload], Awaitable[Response]]
Answer: TypeAlias = Callable[[Request, str], Awaitable[Response]]


class Uploads:
    """`/uploads` and every `uploadUrl` below it. `identify` says whose a token is; `public_url` begins addresses."""

    def __init__(self, identify: Identify, public_url: str | None) -> None:
        self.identify = identify
        self.base = public_url or ""  # without one a path alone: clients know where they asked
        self._handlers: dict[str, Handler] = {
            "HEAD": self._head,
            "PATCH": self._patch,
            "DELETE": self._delete,
            "PUT": self._put,
        }

    async def create(self, request: Request) -> Response:
        """Where to send what was declared: the address it has already."""
        return await self._told(request, self._create)

    async def at(self, request: Request) -> Response:
        """One upload: how much is here, more of it, all of it, none of it."""
        return await self._told(request, self._at)

    async def _told(self, request: Request, answer: Answer) -> Response:
        method = request.method
        if method == "POST":  # for clients that can say no more than GET and POST
            method = request.headers.get("x-http-method-override", method).upper()
        if method == "OPTIONS":
            return Response(status_code=204, headers=_ABILITIES)
        response = await answered(self._judged(request, method, answer))
        response.headers.update(_TUS)
        return response

    async def _judged(self, request: Request, method: str, answer: Answer) -> Response:
        if method != "PUT" and request.headers.get("tus-resumable") != _VERSION:
            sentence = f"请声明 Tus-Resumable: {_VERSION}。"
            raise Halt(say(412, "TUS_VERSION_NOT_SUPPORTED", sentence, {"Tus-Version": _VERSION}))
        try:
            return await answer(request, method)
        except Halted as halted:
            status, sentence = _SAID[halted.reason]
            return say(status, halted.reason.value, sentence)

    async def _create(self, request: Request, method: str) -> Response:
        if method != "POST":
            raise _not_allowed("OPTIONS, POST")
        actor = await caller(self.identify, request)
        length = _number(request, "upload-length")
        if length > limits.PHOTO_BYTES:
            raise Halt(say(413, "PAYLOAD_TOO_LARGE", f"文件最大 {limits.PHOTO_BYTES} 字节。"))
        found = await uploads.find(actor, _declared(request.headers.get("upload-metadata", "")))
        if length != found.length:
            raise _bad("Upload-Length 与登记的字节数不一致。")
        return Response(status_code=201, headers={"Location": f"{self.base}/uploads/{found.name}", **_expiry(found)})

    async def _at(self, request: Request, method: str) -> Response:
        if method not in self._handlers:
            raise _not_allowed(", ".join(["OPTIONS", *self._handlers]))
        actor = await caller(self.identify, request)
        return await self._handlers[method](request, actor, await uploads.named(actor, request.path_params["key"]))

    async def _head(self, _request: Request, actor: Actor, upload: Upload) -> Response:
        size = await uploads.offset(actor, upload)
        told = {"Upload-Offset": str(size), "Upload-Length": str(upload.length), "Cache-Control": "no-store"}
        return Response(headers={**told, **_expiry(upload, size)})

    async def _patch(self, request: Request, actor: Actor, upload: Upload) -> Response:
        if request.headers.get("content-type") != _BODY:
            raise Halt(say(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type 须为 {_BODY}。"))
        offset, checksum = _number(request, "upload-offset"), _checksum(request.headers.get("upload-checksum"))
        announced = _number(request, "content-length") if "content-length" in request.headers else 0
        body = chunks(request, self._watch(request, upload))
        size = await uploads.append(actor, upload, offset, body, announced, checksum)
        return Response(status_code=204, headers={"Upload-Offset": str(size), **_expiry(upload, size)})

    async def _delete(self, _request: Request, _actor: Actor, upload: Upload) -> Response:
        await uploads.terminate(upload)
        return Response(status_code=204)

    async def _put(self, request: Request, actor: Actor, upload: Upload) -> Response:
        refuse_large(request)
        return judged(await uploads.receive(actor, upload, chunks(request, self._watch(request, upload))))

    def _watch(self, request: Request, upload: Upload) -> Callable[[], Awaitable[None]]:
        async def watch() -> None:
            await uploads.named(await caller(self.identify, request), upload.name)

        return watch


def _expiry(upload: Upload, size: int = 0) -> dict[str, str]:
    is_open = size < upload.length and not upload.is_done
    return {"Upload-Expires": format_datetime(upload.ends_at, usegmt=True)} if is_open else {}


def _bad(sentence: str) -> Halt:
    return Halt(say(400, "BAD_REQUEST", sentence))


def _not_allowed(methods: str) -> Halt:
    return Halt(say(405, "METHOD_NOT_ALLOWED", "不支持的请求方法。", {"Allow": methods}))


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not _NUMBER.fullmatch(value):
        raise _bad(f"{header.title()} 须为非负整数。")
    return int(value)


def _checksum(value: str | None) -> tuple[str, bytes] | None:
    """Algorithm and digest of `Upload-Checksum: sha256 <Base64>`; none without it."""
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        digest = b""
    if len(digest) != _ALGORITHMS.get(algorithm, -1):
        raise _bad("Upload-Checksum 须为 sha1 或 sha256 与其 Base64 摘要。")
    return algorithm, digest


def _declared(metadata: str) -> UUID:
    """The id that `Upload-Metadata: photo <Base64>` names."""
    pairs = (pair.strip().partition(" ") for pair in metadata.split(","))
    given = next((value for name, _, value in pairs if name in _NAMES), None)
    if given is None:
        raise _bad("Upload-Metadata 须以 photo 或 document 指明所登记的文件。")
    try:
        text = base64.b64decode(given, validate=True).decode()
    except (ValueError, binascii.Error):
        raise _bad("Upload-Metadata 的值须为 Base64。") from None
    known = ids.read(text)
    try:
        return known[1] if known and known[0] in _TYPES else UUID(text)
    except ValueError:
        raise Halted(Reason.NOT_FOUND) from None
