"""照片副本: what a photo is shown by, what its file says of itself, and photos that look alike."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from resolvers import copy
from resolvers.copy import Examiner
from resolvers.doors import db, pixels, store
from resolvers.doors.pixels import Examined, Unreadable
from schema.grammar import ids
from tests import photographs
from tests.client import Caller, Data
from tests.photographs import EAST_COUNTY, LOADED, jpeg, marked, metadata, phone, scene, shown
from tests.pictures import declaration, declared, get, picture, put
from tests.wires import until
from tests.world import APPLICATION, City

SHAPE = """... on Photo { id status copies url thumbnailUrl screenUrl width height discrepancies
  exif { takenAt position { latitude longitude accuracy } device }
  lookAlikes { id distance photo { id note: sha256 } } }"""


@pytest.fixture(scope="module", autouse=True)
async def _no_process_is_left() -> AsyncIterator[None]:
    yield
    await pixels.close()


async def look(caller: Caller, photo_id: str) -> Data:
    found: Data = (await caller.ask(f"query ($id: ID!) {{ node(id: $id) {{ {SHAPE} }} }}", id=photo_id))["node"]
    return found


async def sent(
    city: City, data: bytes, content_type: str = "image/jpeg", case: Data | None = None, **said: object
) -> str:
    """The id of a photo whose bytes are here and whose copies are still to be made."""
    (photo,) = await declared(city, declaration(data, content_type, **said), case=case)
    response = await put(city.as_("inspector"), photo["uploadUrl"], data)
    assert response.status_code == 200, response.text
    return str(photo["id"])


async def made(
    city: City, data: bytes, content_type: str = "image/jpeg", case: Data | None = None, **said: object
) -> Data:
    """A photo with its copies, as the inspector sees it."""
    photo_id = await sent(city, data, content_type, case, **said)
    await Examiner().catch_up()
    return await look(city.as_("inspector"), photo_id)


def key(photo: Data) -> UUID:
    return ids.wanted(photo["id"], "Photo", "id")


# --- copies


@pytest.mark.parametrize("content_type", LOADED)
async def test_a_verified_photo_is_shown_by_two_copies_that_are_upright_and_pixels_alone(
    city: City, content_type: str
) -> None:
    data = LOADED[content_type](marked((2000, 1500)), 6)

    photo = await made(city, data, content_type)

    assert (photo["copies"], photo["width"], photo["height"]) == ("MADE", 1500, 2000)
    for address, size in ((photo["thumbnailUrl"], (240, 320)), (photo["screenUrl"], (1200, 1600))):
        response = await get(city.as_("inspector"), address)
        image = shown(response.content)
        assert (response.status_code, response.headers["content-type"], image.size) == (200, "image/jpeg", size)
        assert metadata(response.content) == []
        right = image.getpixel((image.width - 10, 10))
        assert isinstance(right, tuple)
        assert right[0] > 200, "what was at the upper left is at the upper right"
        assert right[2] < 60
    original = await get(city.as_("inspector"), photo["url"])
    assert original.content == data


async def test_a_small_photo_is_not_made_larger(city: City) -> None:
    photo = await made(city, jpeg(scene(1, (200, 90))))

    sizes = [shown((await get(city.as_("clerk"), photo[url])).content).size for url in ("thumbnailUrl", "screenUrl")]

    assert sizes == [(200, 90), (200, 90)]


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
async def test_a_jpeg_of_every_kind_of_colour_is_shown(city: City, mode: str) -> None:
    photo = await made(city, jpeg(scene(2).convert(mode), icc_profile=photographs.profile()))

    assert shown((await get(city.as_("clerk"), photo["screenUrl"])).content).mode == "RGB"


WHITE = {
    "1": Image.new("1", (90, 60), 1),
    "L": Image.new("L", (90, 60), 255),
    "LA": Image.new("LA", (90, 60), (0, 0)),
    "P": Image.new("P", (90, 60), 0),  # its first colour, black, is saved as see-through
    "RGBA": Image.new("RGBA", (90, 60), (0, 0, 0, 0)),
    "I;16": Image.new("I;16", (90, 60), 65_535),
}


@pytest.mark.parametrize("mode", WHITE)
async def test_a_png_of_every_kind_of_colour_is_shown_on_white(city: City, mode: str, tmp_path: Path) -> None:
    WHITE[mode].save(tmp_path / "x.png", transparency=0 if mode == "P" else None)

    photo = await made(city, (tmp_path / "x.png").read_bytes(), "image/png")

    seen = shown((await get(city.as_("clerk"), photo["screenUrl"])).content)
    assert seen.getpixel((45, 30)) == (255, 255, 255)


async def test_until_they_are_made_there_is_nothing_to_be_shown_and_afterwards_nothing_else_changes(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    photo_id = await sent(city, phone(), case=case)
    before = await look(city.as_("inspector"), photo_id)
    timeline = "query ($n: String!) { case(number: $n) { version updatedAt timeline { totalCount } } }"
    told = await city.as_("inspector").ask(timeline, n=case["number"])

    await Examiner().catch_up()

    assert (before["copies"], before["width"], before["exif"], before["discrepancies"]) == ("PENDING", None, None, [])
    assert before["thumbnailUrl"] is before["screenUrl"] is None
    assert (await look(city.as_("inspector"), photo_id))["copies"] == "MADE"
    assert await city.as_("inspector").ask(timeline, n=case["number"]) == told


async def test_what_is_no_picture_has_no_copies_and_keeps_its_original(city: City) -> None:
    data = picture()

    photo = await made(city, data)

    assert (photo["status"], photo["copies"]) == ("VERIFIED", "FAILED")
    assert photo["thumbnailUrl"] is photo["screenUrl"] is photo["width"] is photo["exif"] is None
    assert (await get(city.as_("inspector"), photo["url"])).content == data
    shown_ = await get(city.as_("inspector"), f"{photo['url']}/thumbnail")
    assert shown_.status_code == 404


# --- who is shown them


@pytest.fixture
async def photo(city: City) -> Data:
    return await made(city, phone())


@pytest.mark.parametrize(
    ("who", "may"),
    [
        *(
            (who, True)
            for who in ("inspector", "inspector2", "clerk", "responsible", "dispatcher", "section", "analyst")
        ),
        *((who, True) for who in ("supervisor", "duty_leader", "leader", "reviewer", "auditor")),
        *(
            (who, False)
            for who in ("agent", "caller", "admin", "enterprise", "west_inspector", "stall_clerk", APPLICATION)
        ),
    ],
)
async def test_copies_are_shown_to_whoever_sees_the_photo(city: City, photo: Data, who: str, may: bool) -> None:
    for size in ("thumbnail", "screen"):
        response = await get(city.as_(who), photo[f"{size}Url"])
        absent = await get(city.as_(who), f"{city.base_url}/photos/{uuid4()}/{size}")
        assert (response.status_code == 200) == may
        assert absent.status_code == 404
        if not may:
            assert response.content == absent.content
            assert {**response.headers, "date": ""} == {**absent.headers, "date": ""}
    seen = await look(city.as_(who), photo["id"])
    assert (seen is not None and seen["thumbnailUrl"] is not None) == may


async def test_another_city_or_nobody_is_shown_nothing(city: City, other_city: City, photo: Data) -> None:
    assert (await get(other_city.as_("inspector"), photo["screenUrl"])).status_code == 404
    for who in ("", "Bearer no-such-token", "Bearer 长", "Basic eDp4", f"Bearer {city.tokens['inspector']}x"):
        headers = [(b"Authorization", who.encode())] if who else []
        response = await city.http.get(photo["screenUrl"], headers=headers)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("tail", ["original", "320", "thumbnail.jpg", "..%2fscreen", "THUMBNAIL", "%00"])
async def test_there_are_two_sizes_and_no_other(city: City, photo: Data, tail: str) -> None:
    response = await get(city.as_("inspector"), f"{photo['url']}/{tail}")

    assert response.status_code == 404


async def test_a_copy_is_shown_safely_and_asked_for_again_only_when_it_is_another(city: City, photo: Data) -> None:
    response = await get(city.as_("clerk"), photo["thumbnailUrl"])

    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert response.headers["cache-control"] == "private, max-age=600"
    assert response.headers["content-disposition"] == f'inline; filename="{key(photo)}-thumbnail.jpg"'
    tag = response.headers["etag"]
    again = await _conditional(city.as_("clerk"), photo["thumbnailUrl"], tag)
    other = await _conditional(city.as_("clerk"), photo["screenUrl"], tag)
    stranger = await _conditional(city.as_("west_inspector"), photo["thumbnailUrl"], tag)
    assert (again.status_code, again.content, other.status_code, stranger.status_code) == (304, b"", 200, 404)


async def _conditional(caller: Caller, url: str, tag: str) -> httpx.Response:
    return await caller.http.get(url, headers={**caller.headers, "If-None-Match": f'W/"x", {tag}'})


async def test_looking_at_a_copy_is_no_reading_of_the_original(city: City, photo: Data) -> None:
    await get(city.as_("supervisor"), photo["screenUrl"])

    entries = await db.query(
        "SELECT count(*) AS n FROM ledger WHERE kind = 'ORIGINAL_READ' AND jurisdiction_id = $1", city.jurisdiction_id
    )
    assert entries == [{"n": 0}]


# --- what the file says of itself


async def test_what_the_file_says_of_itself_is_told_to_those_with_the_right_to_the_original(
    city: City, photo: Data
) -> None:
    for who, may in (
        ("supervisor", True),
        ("clerk", True),
        ("section", True),
        ("dispatcher", False),
        ("auditor", False),
    ):
        seen = await look(city.as_(who), photo["id"])
        assert (seen["exif"] is not None) == may
    said = photo["exif"]
    assert (said["takenAt"], said["device"]) == ("2026-11-20T01:58:00Z", "HUAWEI P60")
    assert (said["position"]["latitude"], said["position"]["longitude"]) == pytest.approx(EAST_COUNTY)
    assert said["position"]["accuracy"] is None


NEAR, FAR = {"latitude": 46.8040, "longitude": 130.3189}, {"latitude": 46.8090, "longitude": 130.3189}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"capturedAt": "2026-11-20T09:50:00+08:00", "place": NEAR}, []),
        ({"capturedAt": "2026-11-20T10:08:00+08:00", "place": NEAR}, []),
        ({"capturedAt": "2026-11-20T10:08:01+08:00", "place": NEAR}, ["TIME"]),
        ({"capturedAt": "2026-11-20T09:58:00+08:00", "place": FAR}, ["PLACE"]),
        ({"capturedAt": "2026-11-19T09:58:00+08:00", "place": FAR}, ["TIME", "PLACE"]),
        ({}, []),
    ],
)
async def test_a_file_that_contradicts_what_was_declared_is_flagged_to_all_who_see_it(
    city: City, said: Data, expected: list[str]
) -> None:
    photo = await made(city, phone(), **said)

    assert photo["discrepancies"] == expected
    assert (await look(city.as_("dispatcher"), photo["id"]))["discrepancies"] == expected


async def test_a_file_that_says_nothing_or_nonsense_of_itself_contradicts_nothing(city: City) -> None:
    told: Data = {"capturedAt": "2026-11-20T09:50:00+08:00", "place": FAR}
    for data in (
        jpeg(scene(3)),
        phone(4, taken="0000:00:00 00:00:00", offset="+99:99", place=(91.0, 0.0)),
        jpeg(scene(5), exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\x69" * 40),
    ):
        photo = await made(city, data, **told)
        assert (photo["copies"], photo["discrepancies"], photo["exif"]["takenAt"]) == ("MADE", [], None)
        assert photo["exif"]["position"] is None


# --- photos that look alike


async def test_the_same_view_in_another_case_is_told_with_the_later_photo(city: City) -> None:
    earlier = await made(city, phone(11, (800, 600)))
    later = await made(city, jpeg(scene(11, (400, 300)), quality=50))
    other = await made(city, phone(12))

    (alike,) = later["lookAlikes"]
    assert alike["photo"]["id"] == earlier["id"]
    assert 0 <= alike["distance"] <= 3
    assert (await look(city.as_("inspector"), earlier["id"]))["lookAlikes"] == other["lookAlikes"] == []


async def test_photos_of_one_case_or_of_another_city_are_not_compared(city: City, other_city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    first = await made(city, phone(13), case=case)
    second = await made(city, jpeg(scene(13)), case=case)
    elsewhere = await made(other_city, phone(13))

    assert first["lookAlikes"] == second["lookAlikes"] == elsewhere["lookAlikes"] == []


async def test_a_photo_that_shows_too_little_looks_like_no_other(city: City) -> None:
    for colour in ("black", "white"):
        first = await made(city, jpeg(Image.new("RGB", (400, 300), colour)))
        second = await made(city, jpeg(Image.new("RGB", (300, 400), colour)))
        assert first["lookAlikes"] == second["lookAlikes"] == []


async def test_nothing_is_said_of_a_photo_in_a_case_out_of_sight(city: City) -> None:
    earlier = await made(city, phone(14))
    elsewhere = await city.sign_for(await city.dispatch(await city.receive(), "west"), "west_clerk")
    visit = {
        "caseId": elsewhere["id"],
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "inspectors": [city.login("west_inspector"), city.login("west_inspector2")],
        "findings": "无异常。",
        "photos": [declaration(data := jpeg(scene(14)))],
    }
    shape = "inspectionNote { photos { id uploadUrl } }"
    note = (await city.as_("west_inspector").done("addInspectionNote", shape, **visit))["inspectionNote"]
    assert (await put(city.as_("west_inspector"), note["photos"][0]["uploadUrl"], data)).status_code == 200
    await Examiner().catch_up()

    (alike,) = (await look(city.as_("supervisor"), note["photos"][0]["id"]))["lookAlikes"]
    assert alike["photo"]["id"] == earlier["id"]
    assert (await look(city.as_("west_inspector"), note["photos"][0]["id"]))["lookAlikes"] == []
    node = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await city.as_("west_inspector").ask(node, id=alike["id"]))["node"] is None
    assert (await city.as_("supervisor").ask(node, id=alike["id"]))["node"] is not None


async def test_two_photos_that_look_alike_are_found_whichever_is_looked_at_first(city: City) -> None:
    earlier, later = await sent(city, phone(15)), await sent(city, jpeg(scene(15)))
    await db.atomic(db.execute)(
        "UPDATE photos SET received_at = received_at + interval '1 hour' WHERE id = $1", key({"id": later})
    )
    examiner = Examiner()
    assert await examiner.lease.take()
    for each in (later, earlier):
        (row,) = await db.query("SELECT id, sha256 FROM photos WHERE id = $1", key({"id": each}))
        await examiner._examine(row)
    await examiner.leave()

    (alike,) = (await look(city.as_("inspector"), later))["lookAlikes"]
    assert alike["photo"]["id"] == earlier
    assert (await look(city.as_("inspector"), earlier))["lookAlikes"] == []


async def test_look_alikes_are_found_by_the_indexes_of_the_four_bands(city: City) -> None:
    await made(city, phone(16))

    @db.atomic
    async def plan() -> str:
        await db.query("SET LOCAL enable_seqscan = off")
        await db.query("PREPARE alike (uuid, bigint, bigint, bigint, bigint, bigint) AS " + copy.ALIKE)
        rows = await db.query(f"EXPLAIN EXECUTE alike ('{uuid4()}', 77, 1, 2, 3, 4)")
        await db.query("DEALLOCATE alike")
        return "\n".join(row["QUERY PLAN"] for row in rows)

    told = await plan()
    assert [told.count(f"photo_band_{band} ") for band in range(4)] == [1, 1, 1, 1], told


# --- whoever makes them


async def test_copies_are_there_within_about_a_second_of_the_last_byte(city: City) -> None:
    running = asyncio.create_task(copy.run())
    try:
        await sent(city, phone(21))  # the process that looks has been started
        photo_id = await sent(city, phone(22))

        async def is_made() -> bool:
            return bool((await look(city.as_("inspector"), photo_id))["copies"] == "MADE")

        async with asyncio.timeout(10):
            while not await is_made():  # noqa: ASYNC110  what is awaited happens in a task of the product
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_of_two_who_would_do_it_one_does_and_the_other_goes_on_when_it_is_gone(city: City) -> None:
    photo_ids = [await sent(city, phone(seed)) for seed in (31, 32)]
    first, second = Examiner(), Examiner()
    assert await first.lease.take()

    assert await second.catch_up() == 0
    assert (await look(city.as_("clerk"), photo_ids[0]))["copies"] == "PENDING"
    await first.leave()
    assert await second.catch_up() >= 2

    assert [(await look(city.as_("clerk"), each))["copies"] for each in photo_ids] == ["MADE", "MADE"]


async def test_who_loses_the_lease_in_the_middle_writes_no_row(city: City) -> None:
    photo_id = await sent(city, phone(33))
    slow, quick = Examiner(), Examiner()
    (row,) = await db.query("SELECT id, sha256 FROM photos WHERE id = $1", key({"id": photo_id}))
    assert await quick.lease.take()

    with pytest.raises(copy.Lost):
        await slow._examine(row)

    assert (await look(city.as_("clerk"), photo_id))["copies"] == "PENDING"
    assert await quick.catch_up() >= 1
    assert (await look(city.as_("clerk"), photo_id))["copies"] == "MADE"


async def test_an_original_that_is_not_to_be_found_holds_up_no_other(city: City) -> None:
    lost, there = await sent(city, data := phone(34)), await sent(city, phone(35))
    name = store.original_of(declaration(data)["sha256"])
    await store.remove(name)
    examiner = Examiner()

    await examiner.catch_up()

    assert [(await look(city.as_("clerk"), each))["copies"] for each in (lost, there)] == ["PENDING", "MADE"]
    await store.put(name, data)
    await Examiner().catch_up()
    assert (await look(city.as_("clerk"), lost))["copies"] == "MADE"


async def test_a_process_ended_from_outside_says_nothing_of_the_photo(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(phone(36, (4000, 3000)))
    assert isinstance(await pixels.examine(tmp_path / "photo"), Examined)
    asked = asyncio.create_task(pixels.examine(tmp_path / "photo"))
    await asyncio.sleep(0.02)
    for pid in children():
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(pixels.NoWorker):
        await asked
    async with asyncio.timeout(10):
        while any(each.process.returncode is None for each in pixels._workers.idle):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the death of one that nobody asked is noticed a moment later

    assert isinstance(await pixels.examine(tmp_path / "photo"), Examined)


async def test_a_photo_that_takes_more_than_its_second_ends_its_process_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(photographs.many_scans(8000, 8000, 3_000))
    (tmp_path / "photo").write_bytes(phone(37))

    found = await asyncio.gather(*(pixels.examine(tmp_path / name) for name in ("bomb", "photo", "photo")))

    assert found[0] == Unreadable("TOO_COSTLY")
    assert all(isinstance(each, Examined) for each in found[1:])


async def test_whoever_stops_waiting_leaves_no_process_at_work(tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(photographs.many_scans(8000, 8000, 3_000))
    await pixels.close()
    asked = asyncio.create_task(pixels.examine(tmp_path / "bomb"))
    await until(lambda: bool(children()))

    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked

    assert children() == []


def children() -> list[int]:
    """The processes of ours that look at photos."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == os.getpid() and b"resolvers.doors.darkroom" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found
