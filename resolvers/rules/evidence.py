"""检查证据: what a photo's bytes say it is, when a note comes late, where it was taken, until when something is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from resolvers.rules import days, geo, texts
from resolvers.terms import limits
from resolvers.terms.places import Position
from resolvers.terms.statuses import HANDLED, CaseStatus

CONTENT_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic")
DOCUMENT_TYPES = ("application/pdf", "image/jpeg", "image/png")  # a sealed report (ZZ-17)
HEAD_BYTES = 16
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HANDLING = frozenset({CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS, CaseStatus.SUSPENDED})


def content_type(head: bytes) -> str | None:
    """The type of an image or a PDF by its first 16 bytes; None for anything else. Names and headers are not asked."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None


def decode_seconds(content_type: str, byte_size: int) -> float:
    """The processor time that looking at a file may take: a second, and no file gets more for being elaborate.

    A HEIC's decoding takes as long as its bytes are many (24 megapixels: 0.5 s of 2 MB, 1.2 of 7.6; `bench.images`), so
    beyond 2.5 MB its time grows with them.
    """
    if content_type != "image/heic":
        return limits.IMAGE_CPU_SECONDS
    first, each, most = limits.HEIC_CPU_SECONDS
    return max(limits.IMAGE_CPU_SECONDS, min(first + each * byte_size / 1e6, most))


def is_late(status: CaseStatus, *, follows_up: bool = False) -> bool:
    """A note that arrives when the case has left handling is kept and marked (4.8). Whoever looks after an order, or
    carries out a patrol, comes after closure by plan (FT-9).
    """
    return status not in _HANDLING and not (follows_up and status in HANDLED)


def skew(device_time: datetime, now: datetime) -> int:
    """By how many seconds a phone's clock is behind ours; negative: ahead. No more than ten years either way."""
    behind = round((now - device_time).total_seconds())
    return max(-limits.CLOCK_SKEW_SECONDS, min(behind, limits.CLOCK_SKEW_SECONDS))


def is_skewed(captured_at: datetime, received_at: datetime, skew: int | None = None) -> bool:
    """The phone's clock is more than five minutes away from ours: as it said when it sent, or because the visit lies
    ahead of us. That it lies behind proves nothing: the phone may have been offline.
    """
    told = skew is not None and abs(skew) > limits.CLOCK_SKEW.total_seconds()
    return told or captured_at > received_at + limits.CLOCK_SKEW


def seen_at(captured_at: datetime, received_at: datetime) -> datetime:
    """When it was, as far as a phone may be believed: not after we heard of it."""
    return min(captured_at, received_at)


def placed(position: Position | None, *path: str) -> geo.Point | None:
    """A position as WGS-84; a refusal for one that is not on the globe, or of an accuracy beyond belief."""
    if position is None:
        return None
    if position.accuracy is not None and not 0 <= position.accuracy <= limits.ACCURACY_METRES:
        raise texts.invalid("定位精度超出范围。", *path, "accuracy")
    try:
        return geo.to_wgs84(geo.Point(position.latitude, position.longitude), position.system)
    except ValueError:
        raise texts.invalid("经纬度超出范围。", *path) from None


def is_far(distance: float, accuracy: float | None) -> bool:
    """Whether it was taken elsewhere for certain: farther off than may be, even if the phone erred by all its accuracy."""
    return distance - (accuracy or 0.0) > limits.FAR_METRES


def retest_until(captured_at: datetime, *, agricultural: bool) -> datetime | None:
    """Whoever sells agricultural products may ask for another test within four hours (Food Safety Law art. 88)."""
    return captured_at + limits.RETEST_LIFE if agricultural else None


def due_on(day: date, since: datetime, *path: str) -> datetime:
    """The end of a day in Shanghai; refused before the day of that instant, or more than a year after it."""
    first = days.local_date(since)
    if not first <= day <= first + timedelta(days=limits.FIELD_DUE_DAYS):
        raise texts.invalid(f"日期不能早于 {first}, 也不能晚于其后 {limits.FIELD_DUE_DAYS} 天。", *path)
    return days.end_of(day)


def upload_period(declared_at: datetime, now: datetime) -> int:
    """How often the address has changed since: unfinished, it takes bytes for 14 days, then there is a new one."""
    return max(0, (now - declared_at) // limits.UPLOAD_LIFE)


def upload_ends(declared_at: datetime, period: int) -> datetime:
    """When the address of this period stops taking bytes."""
    return declared_at + (period + 1) * limits.UPLOAD_LIFE
