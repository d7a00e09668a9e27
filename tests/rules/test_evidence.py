from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.rules.evidence import (
    CONTENT_TYPES,
    DOCUMENT_TYPES,
    HEAD_BYTES,
    content_type,
    decode_seconds,
    due_on,
    is_far,
    is_late,
    is_skewed,
    retest_until,
    seen_at,
)
from resolvers.terms.actor import Refused
from resolvers.terms.statuses import HANDLED, CaseStatus

RECEIVED = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x18Exif", "image/jpeg"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xff\xd8", None),
        (b"\xff\xd8\xfe\xe0", None),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
        (b"\x89PNG\n\x1a\n", None),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", None),
        (b"XIFF\x24\x00\x00\x00WEBPVP8 ", None),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypmif1", "image/heic"),
        (b"\x00\x00\x00\x18ftypmp42", None),
        (b"\x00\x00\x00\x18ftypavif", None),
        (b"GIF89a", None),
        (b"BM", None),
        (b"%PDF-1.7", "application/pdf"),
        (b"%PDF", None),
        (b"PK\x03\x04", None),
        (b"<svg xmlns=", None),
        (b"<!doctype html>", None),
        (b" \xff\xd8\xff", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_how_its_bytes_begin(head: bytes, found: str | None) -> None:
    assert content_type(head) == found


@example(b"%PDF-")
@given(st.binary(max_size=64))
def test_no_bytes_are_taken_for_more_than_the_five_types_nor_judged_by_what_follows(data: bytes) -> None:
    found = content_type(data)

    assert found is None or found in {*CONTENT_TYPES, *DOCUMENT_TYPES}
    assert content_type(data[:HEAD_BYTES]) == found


@pytest.mark.parametrize(
    ("kind", "megabytes", "seconds"),
    [
        ("image/jpeg", 0.1, 1.0),
        ("image/jpeg", 20, 1.0),
        ("image/webp", 20, 1.0),
        ("", 20, 1.0),
        ("image/heic", 0, 1.0),
        ("image/heic", 2.5, 1.0),
        ("image/heic", 5, 1.5),
        ("image/heic", 7.5, 2.0),
        ("image/heic", 20, 2.0),
    ],
)
def test_a_file_may_take_a_second_and_a_large_heic_what_its_bytes_need(
    kind: str, megabytes: float, seconds: float
) -> None:
    assert decode_seconds(kind, round(megabytes * 1e6)) == pytest.approx(seconds)


@pytest.mark.parametrize("status", CaseStatus)
def test_a_note_is_late_unless_the_case_is_with_its_unit(status: CaseStatus) -> None:
    with_the_unit = {CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS, CaseStatus.SUSPENDED}

    assert is_late(status) is (status not in with_the_unit)


@pytest.mark.parametrize(
    ("ahead", "skewed"),
    [
        (timedelta(minutes=5), False),
        (timedelta(minutes=5, microseconds=1), True),
        (timedelta(0), False),
        (timedelta(days=-30), False),
        (timedelta(days=365), True),
    ],
)
def test_a_clock_more_than_five_minutes_ahead_is_skewed_and_one_behind_may_have_been_offline(
    ahead: timedelta, skewed: bool
) -> None:
    assert is_skewed(RECEIVED + ahead, RECEIVED) is skewed


@pytest.mark.parametrize("status", CaseStatus)
def test_whoever_follows_up_comes_after_closure_by_plan_and_late_only_while_a_result_waits(status: CaseStatus) -> None:
    assert is_late(status, follows_up=True) == (is_late(status) and status not in HANDLED)


@pytest.mark.parametrize(
    ("distance", "accuracy", "far"),
    [
        (0.0, None, False), (500.0, None, False), (500.1, None, True), (600.0, 100.0, False), (600.1, 100.0, True),
        (2_000.0, 100_000.0, False),
    ],
)  # fmt: skip
def test_far_is_what_no_error_of_the_phone_explains(distance: float, accuracy: float | None, far: bool) -> None:
    assert is_far(distance, accuracy) is far


def test_another_test_of_agricultural_products_may_be_asked_for_within_four_hours_and_of_others_not() -> None:
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)

    assert retest_until(at, agricultural=True) == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert retest_until(at, agricultural=False) is None


def test_a_phone_is_believed_about_the_past_and_not_about_the_future() -> None:
    now = datetime(2026, 11, 20, 2, tzinfo=UTC)

    assert seen_at(now - timedelta(days=9), now) == now - timedelta(days=9)
    assert seen_at(now + timedelta(seconds=1), now) == now


def test_a_day_ends_at_midnight_in_shanghai_and_is_the_same_or_within_a_year() -> None:
    late = datetime(2026, 11, 20, 17, tzinfo=UTC)  # the 21st there

    assert due_on(date(2026, 11, 21), late, "dueOn") == datetime(2026, 11, 21, 15, 59, 59, 999_000, tzinfo=UTC)
    assert due_on(date(2027, 11, 21), late, "dueOn").date() == date(2027, 11, 21)
    for day in (date(2026, 11, 20), date(2027, 11, 22), date.min, date.max):
        with pytest.raises(Refused) as refusal:
            due_on(day, late, "dueOn")
        assert refusal.value.path == ("dueOn",)
