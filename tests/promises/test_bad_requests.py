"""Whatever is wrong with a request as a whole: body, media type, token, upload. Refused with a reason, nothing changed."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from resolvers import login as logins
from tests import world
from tests.attempts import LEAK, Attempt, attempts, codes, nothing_changed, refusals, send
from tests.pictures import broken_off, declaration, declared, picture
from tests.world import City, alter

MEBIBYTE = 1024 * 1024
VIEWER = b'{"query": "{ viewer { login } }"}'


@pytest.fixture(scope="module")
async def tried(http: httpx.AsyncClient, base_url: str) -> list[Attempt]:
    """All mutations; none is ever let through."""
    return await attempts(await world.found(http, base_url))


@pytest.fixture(scope="module")
def good(tried: list[Attempt]) -> Attempt:
    return next(attempt for attempt in tried if attempt.mutation == "receiveCase")


def body_of(attempt: Attempt) -> bytes:
    """A request that would pass."""
    asked = {"query": attempt.document, "variables": {"i": attempt.fresh()}}
    return json.dumps(asked, ensure_ascii=False).encode()


# --- the body


async def test_a_body_that_is_not_one_json_object_is_refused(good: Attempt) -> None:
    whole = body_of(good)
    wrong = [
        b"", b" ", b"null", b"true", b"7", b'"x"', b"[]", b"[" + whole + b"]", b"[" + whole + b"," + whole + b"]",
        whole[:-1], whole[: len(whole) // 2], whole + whole, whole + b"x", whole.replace(b'"', b"'"), b"\x00" + whole,
        b"query=" + whole, b"NaN", b"-Infinity", b"\xff\xfe\x00",
    ]  # fmt: skip
    async with nothing_changed():
        for body in wrong:
            response = await send(good.caller, body)
            assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"]), body[:40]


async def test_a_part_of_another_type_is_refused_by_name(good: Attempt) -> None:
    whole = json.loads(body_of(good))
    async with nothing_changed():
        wrong: dict[str, tuple[object, ...]] = {
            "query": (None, 7, [], {}, "", True),
            "variables": ([], "x", 7, True),
            "operationName": (7, [], {}, False),
            "extensions": ([], "x", 7),
        }
        for part, values in wrong.items():
            for value in values:
                response = await send(good.caller, json.dumps({**whole, part: value}))
                (error,) = refusals(response)
                assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST")
                assert error["message"].endswith(f": {part}")


async def test_text_that_is_not_utf_8_is_refused_also_where_its_brackets_would_not_be_counted(good: Attempt) -> None:
    whole = body_of(good)
    text = whole.decode()
    hidden = '{"query": "\u2200{viewer{login}}", "variables": ' + "[" * 50_000 + "]" * 50_000 + "}"
    wrong = [
        whole.replace("口罩".encode(), b"\xff\xfe"), whole.replace("口罩".encode(), b"\xed\xa0\x80"),
        whole.replace("口罩".encode(), "口罩".encode("gb18030")), b"\xef\xbb\xbf" + whole, text.encode("utf-16"),
        text.encode("utf-16-le"), text.encode("utf-32"), text.encode("gb18030"), hidden.encode("utf-16"),
    ]  # fmt: skip
    async with nothing_changed():
        for body in wrong:
            response = await send(good.caller, body)
            assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"]), body[:40]


async def test_json_nested_too_deeply_is_refused(good: Attempt) -> None:
    whole = body_of(good).decode()
    async with nothing_changed():
        for depth in (33, 10_000, 60_000):
            for opened, closed in (("[", "]"), ('{"a":', "}")):
                if len(deep := (opened * depth + "1" + closed * depth)) < 250_000:
                    response = await send(good.caller, whole.replace('"口罩涨价"', deep))
                    (error,) = refusals(response)
                    assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST")
                    assert "32" in error["message"]


async def test_20_megabytes_are_refused_whether_announced_or_not(good: Attempt) -> None:
    whole = body_of(good)

    async def pieces() -> AsyncIterator[bytes]:
        yield whole[:-1]
        for _ in range(20):
            yield b" " * MEBIBYTE
        yield b"}"

    async with nothing_changed():
        for content in (whole[:-1] + b" " * (20 * MEBIBYTE) + b"}", pieces()):
            headers = {**good.caller.headers, "Content-Type": "application/json"}
            response = await good.caller.http.post(f"{good.caller.base_url}/graphql", content=content, headers=headers)
            assert (response.status_code, codes(response)) == (413, ["PAYLOAD_TOO_LARGE"])


@pytest.mark.parametrize(
    "media",
    [
        "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
        "application/graphql", "application/json; charset=utf-16", "application/json, text/plain", "image/png", "json",
    ],
)  # fmt: skip
async def test_a_media_type_we_do_not_read_is_refused(good: Attempt, media: str) -> None:
    async with nothing_changed():
        response = await send(good.caller, body_of(good), **{"Content-Type": media})
        assert (response.status_code, codes(response)) == (415, ["BAD_REQUEST"])


async def test_a_packed_body_is_refused(good: Attempt) -> None:
    async with nothing_changed():
        response = await send(good.caller, gzip.compress(body_of(good)), **{"Content-Encoding": "gzip"})
        assert (response.status_code, codes(response)) == (415, ["BAD_REQUEST"])


# --- the token


@pytest.fixture
async def bad_tokens(city: City) -> dict[str, str]:
    """Headers that identify nobody."""
    for who, spoilt in (("analyst", "expires_at = now() - interval '1 second'"), ("auditor", "revoked_at = now()")):
        await alter(f"UPDATE tokens SET {spoilt} WHERE digest = $1", logins.digest(city.tokens[who]))
    left = city.tokens["dispatcher"]
    return {
        "expired": f"Bearer {city.tokens['analyst']}",
        "revoked": f"Bearer {city.tokens['auditor']}",
        "wrong": f"Bearer {uuid4()}",
        "cut": f"Bearer {left[:-1]}",
        "longer": f"Bearer {left}x",
        "two": f"Bearer {left} {left}",
        "empty": "Bearer",
        "of another scheme": f"Basic {left}",
        "without a scheme": left,
        "like SQL": "Bearer ' OR '1'='1",
        "huge": f"Bearer {'x' * 5_000}",
        "not ASCII": "Bearer 口罩",
    }


async def test_a_bad_token_opens_no_mutation_no_photo_and_no_socket(
    tried: list[Attempt], bad_tokens: dict[str, str], city: City
) -> None:
    (photo,) = await declared(city, declaration(picture()))
    async with nothing_changed():
        for name, value in bad_tokens.items():
            headers = {b"Authorization": value.encode()}
            for attempt in tried[:3]:
                response = await _posted(attempt, headers)
                assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"]), name
                assert "invalid_token" in response.headers["www-authenticate"]
            for method, url in (
                ("PUT", photo["uploadUrl"]),
                ("GET", photo["uploadUrl"].replace("/uploads/", "/photos/")),
            ):
                response = await city.http.request(method, url, headers=headers)
                assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"]), name
            if name != "without a scheme":  # on a socket the bare token is one
                assert await _farewell(city.base_url, value) == 4403, name


async def _posted(attempt: Attempt, headers: dict[bytes, bytes]) -> httpx.Response:
    media = {b"Content-Type": b"application/json"}
    return await attempt.caller.http.post(
        f"{attempt.caller.base_url}/graphql", content=body_of(attempt), headers={**headers, **media}
    )


async def _farewell(base_url: str, value: str) -> int:
    """The code a socket is closed with that presents this."""
    url = base_url.replace("http", "ws", 1) + "/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"Authorization": value}}))
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 10)
    assert closed.value.rcvd is not None
    assert not LEAK.search(closed.value.rcvd.reason)
    return closed.value.rcvd.code


async def test_without_a_token_only_signing_in_is_open(tried: list[Attempt], city: City) -> None:
    async with nothing_changed():
        for attempt in tried[1:]:
            response = await attempt.post(attempt.fresh(), city.anonymous)
            assert (response.status_code, set(codes(response))) == (401, {"UNAUTHENTICATED"}), attempt.mutation
        token = city.tokens["agent"]
        for query, cookie in (
            (f"?access_token={token}&token={token}", ""),
            ("", f"token={token}; Authorization={token}"),
        ):
            headers = {"Content-Type": "application/json", "Cookie": cookie}
            response = await city.http.post(f"{city.base_url}/graphql{query}", content=VIEWER, headers=headers)
            assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"])
        wrong = await tried[0].post({**tried[0].fresh(), "password": "sesam"})
        assert codes(wrong) == ["LOGIN_FAILED"]
        unknown = await tried[0].post({"login": "nobody", "password": "sesame"})
        assert unknown.content == wrong.content, "which of the two was wrong is not told"


# --- the upload


async def test_an_upload_of_other_bytes_or_to_another_address_changes_nothing(city: City, data_dir: Path) -> None:
    data = picture(size=300_000)
    (photo,) = await declared(city, declaration(data))
    inspector, before = city.as_("inspector"), _kept(data_dir)
    name = photo["uploadUrl"].rpartition("/")[2]
    async with nothing_changed():
        for content, refusal in (
            (data[:-1] + b"\x00", "WRONG_DIGEST"), (data[:-1], "WRONG_SIZE"), (b"", "WRONG_SIZE"),
            (data + b"\x00", "WRONG_SIZE"), (data[::-1], "WRONG_DIGEST"),
        ):  # fmt: skip
            response = await inspector.http.put(photo["uploadUrl"], content=content, headers=inspector.headers)
            assert (response.status_code, codes(response)) == (422, [refusal])
        for path in (
            "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fx", "CON", "NUL.png", "a" * 5_000, "%00", "%ff",
            f"{name}%00", f"{name}.jpg", f"{name}/../{uuid4()}", f"./{name}x", str(uuid4()), "*", "~", "-", "C:%5cx",
        ):  # fmt: skip
            for address in (f"/photos/{path}/content", f"/uploads/{path}"):
                target = httpx.URL(inspector.base_url).copy_with(raw_path=address.encode())
                response = await inspector.http.put(target, content=data, headers=inspector.headers)
                assert (response.status_code, codes(response)) == (404, ["NOT_FOUND"]), path
        assert _kept(data_dir) == before
    assert (await inspector.http.put(photo["uploadUrl"], content=data, headers=inspector.headers)).status_code == 200


async def test_an_upload_that_breaks_off_leaves_nothing(city: City, data_dir: Path) -> None:
    data = picture(size=300_000)
    (photo,) = await declared(city, declaration(data))
    before = _kept(data_dir)
    async with nothing_changed():
        for arrived in (0, 1, 299_999):
            announced = f"Content-Length: {len(data)}"
            await broken_off(city.as_("inspector"), photo["uploadUrl"], announced, data[:arrived])
            async with asyncio.timeout(10):
                while _kept(data_dir) != before:  # noqa: ASYNC110  (the server notices in its own time)
                    await asyncio.sleep(0.01)


def _kept(data_dir: Path) -> set[Path]:
    return {path for path in data_dir.rglob("*") if "postgres" not in str(path) and path.is_file()}


@pytest.mark.parametrize("who", ["inspector", "agent", "nobody"])
async def test_an_upload_without_end_is_answered_and_then_cut_off(city: City, data_dir: Path, who: str) -> None:
    (photo,) = await declared(city, declaration(picture()))
    before, address, told = _kept(data_dir), httpx.URL(photo["uploadUrl"]), bytearray()
    async with nothing_changed(), asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        head = f"PUT {address.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {city.tokens.get(who, 'x')}\r\n"
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        listening = asyncio.create_task(_listen(reader, told))
        sent = await _speak_until_cut_off(writer)
        await listening
    assert told.startswith({"inspector": b"HTTP/1.1 422", "agent": b"HTTP/1.1 404", "nobody": b"HTTP/1.1 401"}[who])
    assert sent < 64 * MEBIBYTE
    assert _kept(data_dir) == before


async def _listen(reader: asyncio.StreamReader, told: bytearray) -> None:
    with suppress(ConnectionError):  # the line is cut while we still speak
        while piece := await reader.read(65_536):
            told += piece


async def _speak_until_cut_off(writer: asyncio.StreamWriter) -> int:
    """How much was taken."""
    sent = 0
    with suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"10000\r\n" + bytes(65_536) + b"\r\n")
            sent += 65_536
            await writer.drain()
            await asyncio.sleep(0)
    writer.close()
    return sent
