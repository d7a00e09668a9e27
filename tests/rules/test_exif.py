from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.exif import degrees, device, discrepancies, taken_at
from resolvers.rules.geo import Point
from resolvers.terms.kinds import PhotoDiscrepancy

NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)  # nine in the morning here


@pytest.mark.parametrize(
    ("when", "offset", "found"),
    [
        ("2026:11:20 09:00:00", None, NINE),
        ("2026:11:20 09:00:00", "+08:00", NINE),
        ("2026:11:20 01:00:00", "Z", NINE),
        ("2026:11:20 01:00:00", "+00:00", NINE),
        ("2026:11:19 20:00:00", "-05:00", NINE),
        ("2026:11:20 09:00:00", "+99:00", NINE),  # no offset: as the clock here shows
        ("2026:11:20 09:00:00", "east", NINE),
        ("2026:11:20 09:00:00\0", "+08:00\0", NINE),
        ("1988:07:01 09:00:00", None, None),
        ("2101:01:01 00:00:00", None, None),
        ("0000:00:00 00:00:00", None, None),
        ("2026:02:30 09:00:00", None, None),
        ("2026:11:20 25:00:00", None, None),
        ("2026:11:20 09:00:60", None, None),
        ("2026-11-20 09:00:00", None, None),
        ("٢٠٢٦:11:20 09:00:00", None, None),
        ("", None, None),
        (None, None, None),
        (b"2026:11:20 09:00:00", None, None),
        (20261120, None, None),
    ],
)
def test_when_a_file_says_it_was_taken_is_read_by_its_offset_or_else_by_the_clock_here(
    when: object, offset: object, found: datetime | None
) -> None:
    assert taken_at(when, offset) == found


@pytest.mark.parametrize(
    ("parts", "reference", "found"),
    [
        ((46.0, 48.0, 13.0), "N", 46.80361),
        ((46.0, 48.0, 13.0), "s\0", -46.80361),
        ((90.0, 0.0, 0.0), "N", 90.0),
        ((90.0, 0.0, 0.1), "N", None),
        ((46.0, -48.0, 13.0), "N", None),
        ((nan, 0.0, 0.0), "N", None),
        ((inf, 0.0, 0.0), "N", None),
        ((46.0, 48.0), "N", None),
        ((46.0, "x", 13.0), "N", None),
        ([46.0, 48.0, 13.0], "N", None),
        (46.8, "N", None),
        ((46.0, 48.0, 13.0), "E", None),
        ((46.0, 48.0, 13.0), None, None),
        (None, "N", None),
    ],
)
def test_a_coordinate_of_a_file_is_one_on_the_globe_or_none(
    parts: object, reference: object, found: float | None
) -> None:
    assert degrees(parts, reference, "N", "S", 90.0) == (found if found is None else pytest.approx(found, abs=1e-5))


@pytest.mark.parametrize(
    ("make", "model", "found"),
    [
        ("HUAWEI", "ALN-AL00", "HUAWEI ALN-AL00"),
        ("HUAWEI", "HUAWEI P60", "HUAWEI P60"),
        ("Apple\0\0", " iPhone\t15\n", "Apple iPhone 15"),
        ("Xiaomi", None, "Xiaomi"),
        (None, "P60", "P60"),
        ("\x1b[31m", "\u202e", "[31m"),
        (None, None, None),
        ("", " \0", None),
        (7, b"x", None),
        ("x" * 300, "y", "x" * 120),
    ],
)
def test_a_device_is_named_in_one_short_line_that_can_be_printed(
    make: object, model: object, found: str | None
) -> None:
    assert device(make, model) == found


@given(st.text(max_size=400), st.text(max_size=400))
def test_whatever_a_file_calls_its_device_fits_its_column(make: str, model: str) -> None:
    found = device(make, model)

    assert found is None or (0 < len(found) <= 120 and found.isprintable() and found == found.strip())


HERE, NEAR, FAR = Point(46.8, 130.3), Point(46.8044, 130.3), Point(46.8046, 130.3)


@pytest.mark.parametrize(
    ("captured_at", "place", "taken", "taken_in", "found"),
    [
        (NINE, HERE, NINE, HERE, []),
        (NINE, HERE, NINE + timedelta(minutes=10), NEAR, []),
        (NINE, HERE, NINE - timedelta(minutes=10, seconds=1), HERE, [PhotoDiscrepancy.TIME]),
        (NINE, HERE, NINE, FAR, [PhotoDiscrepancy.PLACE]),
        (NINE, HERE, NINE + timedelta(days=1), FAR, [PhotoDiscrepancy.TIME, PhotoDiscrepancy.PLACE]),
        (None, HERE, NINE, None, []),
        (NINE, None, None, FAR, []),
        (None, None, None, None, []),
    ],
)
def test_a_file_contradicts_what_was_declared_by_more_than_ten_minutes_or_half_a_kilometre(
    captured_at: datetime | None,
    place: Point | None,
    taken: datetime | None,
    taken_in: Point | None,
    found: list[PhotoDiscrepancy],
) -> None:
    assert discrepancies(captured_at, place, taken, taken_in) == found
