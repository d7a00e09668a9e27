from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.evidence import CONTENT_TYPES, HEAD_BYTES, content_type, is_late, is_skewed
from resolvers.terms.statuses import CaseStatus

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


@given(st.binary(max_size=64))
def test_no_bytes_are_taken_for_more_than_the_four_types_nor_judged_by_what_follows(data: bytes) -> None:
    found = content_type(data)

    assert found is None or found in CONTENT_TYPES
    assert content_type(data[:HEAD_BYTES]) == found


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
