"""照片自述: what a file says of itself, read with suspicion, and where it contradicts what was declared."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from math import isfinite

from resolvers.rules import geo
from resolvers.rules.days import ZONE
from resolvers.terms import limits
from resolvers.terms.kinds import PhotoDiscrepancy

_TAKEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # of a camera's clock that was ever set


def taken_at(when: object, offset: object) -> datetime | None:
    """When a file says it was taken: `DateTimeOriginal` by its own `OffsetTimeOriginal`, else by the clock here."""
    found = _TAKEN.fullmatch(_text(when))
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        here = datetime(year, month, day, hour, minute, second, tzinfo=_zone(_text(offset)) or ZONE)
    except ValueError:  # 2026:02:30 25:00:00
        return None
    return here.astimezone(UTC)


def _zone(offset: str) -> timezone | None:
    found = _OFFSET.fullmatch(offset)
    if found is None:
        return UTC if offset == "Z" else None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-ahead if found[1] == "-" else ahead) if ahead < timedelta(days=1) else None


def degrees(parts: object, reference: object, positive: str, negative: str, bound: float) -> float | None:
    """One coordinate of a file: degrees, minutes and seconds on one of two sides. None for whatever is none."""
    side = _text(reference).upper()
    if side not in (positive, negative) or not isinstance(parts, tuple) or len(parts) != 3:  # noqa: PLR2004
        return None
    try:
        whole, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    value = whole + minutes / 60 + seconds / 3600
    if not isfinite(value) or min(whole, minutes, seconds) < 0 or value > bound:
        return None
    return value if side == positive else -value


def device(make: object, model: object) -> str | None:
    """What took a photo, as it calls itself: printable, in one line, cut to what the row holds."""
    maker, name = _text(make), _text(model)
    whole = name if name.lower().startswith(maker.lower()) else f"{maker} {name}"
    return whole.strip()[: limits.DEVICE_CHARACTERS].strip() or None


def _text(value: object) -> str:
    """A word of a file: without what cannot be printed, in one line."""
    return (
        " ".join("".join(each if each.isprintable() else " " for each in value).split())
        if isinstance(value, str)
        else ""
    )


def discrepancies(
    captured_at: datetime | None, place: geo.Point | None, taken: datetime | None, taken_in: geo.Point | None
) -> list[PhotoDiscrepancy]:
    """Where what was declared and what the file says of itself are too far apart; what either does not say is none."""
    found = []
    if captured_at and taken and abs(captured_at - taken) > limits.PHOTO_TIME_APART:
        found.append(PhotoDiscrepancy.TIME)
    if place and taken_in and geo.distance(place, taken_in) > limits.PHOTO_METRES_APART:
        found.append(PhotoDiscrepancy.PLACE)
    return found
