"""照片证据: bytes by PUT for a declared photo, verified, kept as they came, and read only by right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from resolvers.doors import db
from tests.client import Data
from tests.pictures import (
    HEADS,
    broken_off,
    code,
    declaration,
    declared,
    get,
    look,
    picture,
    pieces,
    put,
    unfinished,
    untidied,
    verified,
)
from tests.wires import until
from tests.world import APPLICATION, City, alter

MEBIBYTE = 2**20
TIMELINE = "query ($n: String!) { case(number: $n) { timeline { totalCount nodes { kind } } } }"


@pytest.fixture
async def incoming(data_dir: Path) -> AsyncIterator[Path]:
    """Where bytes lie until they are verified: empty again after every test here."""
    folder = data_dir / "photos" / "incoming"
    yield folder
    await emptied(folder)


async def emptied(folder: Path) -> None:
    await until(lambda: not any(folder.iterdir()))


async def kinds(city: City, case: Data, who: str = "supervisor") -> list[str]:
    found = await city.as_(who).ask(TIMELINE, n=case["number"])
    nodes = found["case"]["timeline"]["nodes"]
    assert found["case"]["timeline"]["totalCount"] == len(nodes)
    return [node["kind"] for node in nodes]


async def is_still_to_come(city: City, photo: Data) -> None:
    """Nothing was changed by a refusal, and the same address still takes the right bytes."""
    found = await look(city.as_("inspector"), photo["id"])
    assert (found["status"], found["uploadUrl"], found["url"]) == ("DECLARED", photo["uploadUrl"], None)


@pytest.mark.usefixtures("incoming")
@pytest.mark.parametrize("content_type", HEADS)
async def test_the_declared_bytes_are_verified_and_come_back_as_they_were_sent(city: City, content_type: str) -> None:
    case, data = await city.case_in("IN_PROGRESS"), picture(content_type)
    (photo,) = await declared(city, declaration(data, content_type), case=case)
    inspector = city.as_("inspector")

    response = await put(inspector, photo["uploadUrl"], data)

    assert (response.status_code, response.json()["status"]) == (200, "VERIFIED")
    found = await look(inspector, photo["id"])
    assert (found["status"], found["uploadUrl"], found["thumbnailUrl"]) == ("VERIFIED", None, None)
    assert found["receivedAt"] is not None
    assert (await kinds(city, case))[-2:] == ["INSPECTION_NOTE_ADDED", "PHOTO_VERIFIED"]
    original = await get(inspector, found["url"])
    assert (original.status_code, original.content) == (200, data)
    assert original.headers["content-type"] == content_type
    assert original.headers["cache-control"] == "private, no-store"
    assert original.headers["x-content-type-options"] == "nosniff"
    assert original.headers["content-disposition"].startswith("attachment")


@pytest.mark.usefixtures("incoming")
async def test_a_photo_of_the_largest_size_is_taken_in_pieces_of_unknown_length(city: City) -> None:
    data = picture(size=20 * MEBIBYTE)
    (photo,) = await declared(city, declaration(data))

    response = await put(city.as_("inspector"), photo["uploadUrl"], pieces(data, 300_000))

    assert response.status_code == 200, response.text
    assert (await look(city.as_("inspector"), photo["id"]))["byteSize"] == 20 * MEBIBYTE


JPEG = picture(size=4_000)
PAGE = b"<!doctype html><script>alert(1)</script>".ljust(4_000)


@pytest.mark.usefixtures("incoming")
@pytest.mark.parametrize(
    ("announced", "sent", "expected"),
    [
        (declaration(JPEG), JPEG[:-1] + bytes([JPEG[-1] ^ 1]), "WRONG_DIGEST"),
        (declaration(JPEG, sha256="0" * 64), JPEG, "WRONG_DIGEST"),
        (declaration(JPEG), JPEG[:-1], "WRONG_SIZE"),
        (declaration(JPEG), JPEG[:1], "WRONG_SIZE"),
        (declaration(JPEG), b"", "WRONG_SIZE"),
        (declaration(JPEG), JPEG + b"\x00", "WRONG_SIZE"),
        (declaration(JPEG), JPEG + PAGE * 200, "WRONG_SIZE"),
        (declaration(JPEG, "image/png"), JPEG, "WRONG_TYPE"),
        (declaration(PAGE), PAGE, "WRONG_TYPE"),
        (declaration(b"\xff"), b"\xff", "WRONG_TYPE"),
    ],
    ids=[
        "one bit else", "another digest declared", "one byte short", "one byte only", "nothing", "one byte more",
        "much more", "a JPEG declared as PNG", "a page declared as JPEG", "too short to be anything",
    ],
)  # fmt: skip
async def test_other_bytes_than_declared_are_refused_by_name_and_not_kept(
    city: City, announced: Data, sent: bytes, expected: str
) -> None:
    case = await city.case_in("IN_PROGRESS")
    (photo,) = await declared(city, announced, case=case)

    for body in (sent, pieces(sent, 1_000)):
        response = await put(city.as_("inspector"), photo["uploadUrl"], body)
        assert (response.status_code, code(response)) == (422, expected)

    await is_still_to_come(city, photo)
    assert "PHOTO_VERIFIED" not in await kinds(city, case)


@pytest.mark.usefixtures("incoming")
async def test_after_a_refusal_the_right_bytes_are_taken(city: City) -> None:
    (photo,) = await declared(city, declaration(JPEG))
    inspector = city.as_("inspector")
    assert (await put(inspector, photo["uploadUrl"], PAGE)).status_code == 422

    assert (await put(inspector, photo["uploadUrl"], JPEG)).status_code == 200


@pytest.mark.usefixtures("incoming")
async def test_a_body_of_25_megabytes_is_refused_before_it_is_read(city: City) -> None:
    (photo,) = await declared(city, declaration(JPEG))
    data = bytes(25 * MEBIBYTE)

    announced = await put(city.as_("inspector"), photo["uploadUrl"], data)
    assert (announced.status_code, code(announced)) == (413, "PAYLOAD_TOO_LARGE")
    streamed = await put(city.as_("inspector"), photo["uploadUrl"], pieces(data, MEBIBYTE))
    assert (streamed.status_code, code(streamed)) == (422, "WRONG_SIZE")
    endless = await unfinished(city.as_("inspector"), photo["uploadUrl"], data[:MEBIBYTE])
    assert endless.startswith(b"HTTP/1.1 422 ")

    await is_still_to_come(city, photo)


SIX_HUNDRED_THOUSAND = b"927c0\r\n"


@pytest.mark.parametrize(
    ("headers", "begin"),
    [
        ("Content-Length: 1000000", b""),
        ("Transfer-Encoding: chunked", SIX_HUNDRED_THOUSAND),
        ("Transfer-Encoding: chunked", b"92\r\n"),
    ],
    ids=["announced", "in chunks", "in chunks of another size than they say"],
)
async def test_an_upload_that_breaks_off_leaves_nothing_and_may_be_sent_again(
    city: City, incoming: Path, headers: str, begin: bytes
) -> None:
    data = picture(size=1_000_000)
    (photo,) = await declared(city, declaration(data))

    await broken_off(city.as_("inspector"), photo["uploadUrl"], headers, begin + data[:600_000])

    await emptied(incoming)
    await is_still_to_come(city, photo)
    assert (await put(city.as_("inspector"), photo["uploadUrl"], data)).status_code == 200


@pytest.mark.usefixtures("incoming")
async def test_sent_twice_or_four_times_at_once_it_is_one_photo(city: City, data_dir: Path) -> None:
    case, data = await city.case_in("IN_PROGRESS"), picture(size=200_000)
    (photo,) = await declared(city, declaration(data), case=case)
    inspector = city.as_("inspector")

    answers = await asyncio.gather(*(put(inspector, photo["uploadUrl"], data) for _ in range(4)))
    again = await put(inspector, photo["uploadUrl"], data)
    other = await put(inspector, photo["uploadUrl"], picture(size=200_000))

    assert {answer.status_code for answer in (*answers, again)} == {200}
    assert (other.status_code, code(other)) == (422, "WRONG_DIGEST")
    assert (await kinds(city, case)).count("PHOTO_VERIFIED") == 1
    found = await look(inspector, photo["id"])
    assert (await get(inspector, found["url"])).content == data
    stored = [file for file in (data_dir / "photos").rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in stored].count(data) == 1


@pytest.mark.usefixtures("incoming")
async def test_the_right_and_the_wrong_at_once_end_with_the_right(city: City) -> None:
    (photo,) = await declared(city, declaration(JPEG))
    inspector = city.as_("inspector")
    bodies = [picture(), JPEG] * 3

    answers = await asyncio.gather(*(put(inspector, photo["uploadUrl"], body) for body in bodies))

    assert [answer.status_code for answer in answers] == [422, 200] * 3
    assert (await get(inspector, (await look(inspector, photo["id"]))["url"])).content == JPEG


@pytest.mark.usefixtures("incoming")
@pytest.mark.parametrize("who", ["inspector2", "clerk", "responsible", "west_inspector", "agent", "admin", APPLICATION])
async def test_only_who_declared_a_photo_sends_it(city: City, who: str) -> None:
    (photo,) = await declared(city, declaration(JPEG))

    response = await put(city.as_(who), photo["uploadUrl"], JPEG)

    assert (response.status_code, code(response)) == (404, "NOT_FOUND")
    await is_still_to_come(city, photo)


@pytest.mark.usefixtures("incoming")
async def test_another_city_or_nobody_sends_nothing_and_reads_nothing(city: City, other_city: City) -> None:
    (photo,) = await declared(city, declaration(JPEG))
    done = await verified(city)
    stranger = other_city.as_("inspector")

    for response in (await put(stranger, photo["uploadUrl"], JPEG), await get(stranger, done["url"])):
        assert (response.status_code, code(response)) == (404, "NOT_FOUND")
    assert await look(stranger, done["id"]) is None
    for who in ("", "Bearer no-such-token", "Bearer 长", "Basic eDp4", f"Bearer {city.tokens['inspector']}x"):
        headers = [(b"Authorization", who.encode())] if who else []
        sent = await city.http.put(photo["uploadUrl"], content=JPEG, headers=headers)
        read = await city.http.get(done["url"], headers=headers)
        for response in (sent, read):
            assert (response.status_code, code(response)) == (401, "UNAUTHENTICATED")
            assert response.headers["www-authenticate"] == "Bearer"
    await is_still_to_come(city, photo)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("inspector", True),
        ("inspector2", True),
        ("clerk", True),
        ("responsible", True),
        ("supervisor", True),
        ("duty_leader", True),
        ("leader", True),
        ("dispatcher", False),
        ("section", True),
        ("analyst", False),
        ("auditor", False),
        ("caller", False),
        ("agent", False),
        ("admin", False),
        ("enterprise", False),
        ("west_inspector", False),
        ("stall_clerk", False),
        (APPLICATION, False),
    ],
)
async def test_the_original_is_read_only_with_the_right_to_it(city: City, who: str, may: bool) -> None:
    photo = await verified(city, JPEG)

    response = await get(city.as_(who), photo["url"])
    seen = await look(city.as_(who), photo["id"])

    assert (response.status_code == 200, response.content == JPEG) == (may, may)
    assert (seen is not None and seen["url"] is not None) == may
    if not may:
        absent = await get(city.as_(who), f"{city.base_url}/photos/{uuid4()}")
        assert (response.status_code, response.content) == (404, absent.content)


async def test_until_it_is_verified_there_is_nothing_to_read(city: City) -> None:
    (photo,) = await declared(city, declaration(JPEG))

    response = await get(city.as_("inspector"), photo["uploadUrl"].replace("/uploads/", "/photos/"))

    assert (response.status_code, code(response)) == (404, "NOT_FOUND")


async def test_bytes_whose_row_was_never_written_are_not_shown_and_may_be_sent_again(city: City) -> None:
    data = picture()
    photo = await verified(city, data)
    await alter("UPDATE photos SET status = 'DECLARED', received_at = NULL WHERE sha256 = $1", photo["sha256"])
    inspector = city.as_("inspector")

    assert (await get(inspector, photo["url"])).status_code == 404
    again = await look(inspector, photo["id"])
    assert (await put(inspector, again["uploadUrl"], data)).status_code == 200
    assert (await get(inspector, photo["url"])).content == data


PATHS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//....//etc/passwd",
    "%00",
    "incoming",
    pytest.param("x" * 5_000, id="a novel"),
    "%E7%85%A7%E7%89%87",
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-000000000000.jpg",
]


@pytest.mark.usefixtures("incoming")
@pytest.mark.parametrize("path", PATHS)
async def test_an_address_that_looks_like_a_path_leads_nowhere(city: City, data_dir: Path, path: str) -> None:
    before = sorted((data_dir / "photos").rglob("*"))
    for method, address in (("PUT", f"/photos/{path}/content"), ("GET", f"/photos/{path}"), ("PUT", f"/photos/{path}")):
        status, answer = await untidied(city.as_("inspector"), method, address, JPEG if method == "PUT" else b"")
        assert status in {404, 405}, answer
        assert b"root:" not in answer
        assert b"Traceback" not in answer
    assert sorted((data_dir / "photos").rglob("*")) == before


async def test_every_reading_of_an_original_is_in_the_ledger_and_on_no_timeline(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    photo = await verified(city, case=case)
    before = await kinds(city, case)
    for who in ("inspector", "supervisor", "dispatcher"):
        await get(city.as_(who), photo["url"])

    assert await kinds(city, case, "auditor") == [*before, "ORIGINAL_READ", "ORIGINAL_READ"]
    readers = await db.query(
        "SELECT actor_id, facts FROM ledger WHERE kind = 'ORIGINAL_READ' AND jurisdiction_id = $1 ORDER BY seq",
        city.jurisdiction_id,
    )
    assert [each["actor_id"] for each in readers] == [city.persons["inspector"], city.persons["supervisor"]]
    for who in ("supervisor", "inspector", "dispatcher", "agent", APPLICATION):
        assert await kinds(city, case, who) == before
    for who in ("supervisor", "auditor"):
        async with city.as_(who).subscribe('subscription { caseEvents(after: "0") { kind } }') as stream:
            assert [(await stream.event())["kind"] for _ in before] == before
            await stream.silence(0.1)


async def test_after_the_case_has_left_handling_its_photos_may_still_arrive(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    (photo,) = await declared(city, declaration(JPEG), case=case)
    await city.submit(case)

    assert (await put(city.as_("inspector"), photo["uploadUrl"], JPEG)).status_code == 200
