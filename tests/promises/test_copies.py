"""What is served of a photo is pixels and nothing else, whatever its file holds."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from resolvers.copy import Examiner
from resolvers.doors import db, pixels
from tests.photographs import LOADED, PIXELS, SECRET, address, exif, jpeg, metadata, scene, segments
from tests.pictures import declaration, declared, get, put
from tests.world import City

FILES = 250  # two copies of each
PER_NOTE = 9


def files() -> Iterator[tuple[str, bytes]]:
    """Of all four types and in every rotation, each with GPS, XMP, ICC and what else its type has a place for."""
    dice = random.Random(20261121)
    for number in range(FILES):
        content_type = (
            "image/heic" if number % 10 == 9 else dice.choice(["image/jpeg", "image/jpeg", "image/png", "image/webp"])
        )
        size = dice.choice([(200, 150), (150, 200), (97, 61), (1, 300), (640, 480)])
        yield content_type, LOADED[content_type](scene(number, size), dice.choice([None, *range(1, 9)]))


async def test_500_copies_of_files_full_of_metadata_hold_not_one_byte_of_it(city: City) -> None:
    case, every = await city.case_in("IN_PROGRESS"), list(files())
    assert all(SECRET.encode() in data for _, data in every)
    inspector, photos = city.as_("inspector"), []
    for start in range(0, FILES, PER_NOTE):
        some = every[start : start + PER_NOTE]
        announced = await declared(city, *(declaration(data, kind) for kind, data in some), case=case)
        for photo, (_, data) in zip(announced, some, strict=True):
            assert (await put(inspector, photo["uploadUrl"], data)).status_code == 200
        photos += announced
    await Examiner().catch_up()
    await pixels.close()

    found: list[object] = []
    for photo in photos:
        for size in ("thumbnail", "screen"):
            response = await get(inspector, address(city, photo, size))
            assert response.status_code == 200
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
            found += metadata(response.content)
            found += (
                [size] if any(word in response.content for word in (SECRET.encode(), b"Exif", b"ICC_", b"http")) else []
            )
    assert found == []
    assert len({photo["id"] for photo in photos}) == FILES
    assert await _kept(city) == FILES


async def _kept(city: City) -> int:
    """Of how many photos of the city the place is on record, in columns nobody reads plainly."""
    (row,) = await db.query(
        "SELECT count(p.exif_latitude) AS n FROM photos p JOIN inspection_notes n ON n.id = p.note_id"
        " JOIN cases c ON c.id = n.case_id WHERE c.jurisdiction_id = $1",
        city.jurisdiction_id,
    )
    return int(row["n"])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (jpeg(scene(1), exif=exif()), "e1:"),
        (jpeg(scene(1), comment=b"x"), "fe:"),
        (jpeg(scene(1), icc_profile=b"x" * 128), "e2:"),
        (jpeg(scene(1)) + b"PK\x03\x04", "no marker"),
    ],
)
def test_the_test_itself_sees_what_a_file_holds(data: bytes, says: str) -> None:
    try:
        found = metadata(data)
    except AssertionError as error:
        found = [str(error)]
    assert any(each.startswith(says) for each in found), found


def test_what_it_takes_for_pixels_is_no_more_than_a_picture_needs() -> None:
    assert {marker for marker, _ in segments(jpeg(scene(1)))} == PIXELS
