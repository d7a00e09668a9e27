"""Figures, formula version 1 (domain 4.7): exact counts in, half-up percentages out; an empty denominator is null."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from resolvers.rules.days import ZONE

FORMULA_VERSION = 1
NO_CASE_DUE = "NO_CASE_DUE"  # 无应办结工单: not rated, which is neither 0 nor 100 %
DIGITS_MAXIMUM = 6

Round = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Window:
    """Local days, both included."""

    start: date
    through: date

    def holds(self, instant: datetime) -> bool:
        opens, closes = bounds(self)
        return opens <= instant < closes


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the figures need of one case. `rounds` are (opened, closed or still open), in order, at least one.

    A case answered, refused, transferred, filed or terminated closes its round at that instant. `due_at` is the
    original limit, `effective_due_at` the extended one; None where no closing limit ever ran. `removed_at` is when the
    case was merged into another or declared void.
    """

    received_at: datetime
    rounds: tuple[Round, ...]
    due_at: datetime | None
    effective_due_at: datetime | None
    removed_at: datetime | None = None


def percent(numerator: int | Decimal, denominator: int | Decimal, digits: int) -> float | None:
    """100 n / d, rounded half up; None when the denominator is 0. ValueError: a negative count, digits not in 0..6."""
    if numerator < 0 or denominator < 0:
        raise ValueError("counts are not negative")
    return _rounded(Decimal(numerator) * 100, denominator, digits)


def growth_percent(current: int | Decimal, base: int | Decimal, digits: int) -> float | None:
    """同比、环比: 100 (current − base) / base, halves away from zero; None when the base is 0. ValueError as `percent`."""
    if current < 0 or base < 0:
        raise ValueError("counts are not negative")
    return _rounded((Decimal(current) - Decimal(base)) * 100, base, digits)


def reason(denominator: int | Decimal) -> str | None:
    """Why there is no percentage, if there is none."""
    return NO_CASE_DUE if denominator == 0 else None


def aggregate(cases: Iterable[CaseFacts], window: Window, as_of: datetime) -> dict[str, tuple[int, int]]:
    """Numerator and denominator of each rate, case by case: the plain reading the SQL is compared with."""
    every = tuple(cases)
    received = [case for case in every if in_received_cohort(case, window, as_of)]
    due = [case for case in every if in_due_cohort(case, window, as_of)]
    first_due = [case for case in every if in_due_cohort(case, window, as_of, original=True)]
    return {
        "closureRate": (sum(closed_at(case, as_of) is not None for case in received), len(received)),
        "onTimeClosureRate": (sum(on_time(case, as_of) for case in due), len(due)),
        "onTimeClosureRateOriginal": (sum(on_time(case, as_of, original=True) for case in first_due), len(first_due)),
    }


def in_received_cohort(case: CaseFacts, window: Window, as_of: datetime) -> bool:
    """办结率: received in the window and known at `as_of`. Merged and void cases are outside."""
    return window.holds(case.received_at) and case.received_at <= as_of and not _removed(case, as_of)


def closed_at(case: CaseFacts, as_of: datetime) -> datetime | None:
    """When the round current at `as_of` was closed; None while a round, a re-handling one too, is open."""
    begun = [closed for opened, closed in case.rounds if opened <= as_of]
    return _by(begun[-1], as_of) if begun else None


def in_due_cohort(case: CaseFacts, window: Window, as_of: datetime, *, original: bool = False) -> bool:
    """按期办结率: due in the window, and by `as_of` either past due or closed in its first round (DEC-8)."""
    limit = _limit(case, original=original)
    if limit is None or not window.holds(limit) or _removed(case, as_of):
        return False
    return limit <= as_of or _first_closed(case, as_of) is not None


def on_time(case: CaseFacts, as_of: datetime, *, original: bool = False) -> bool:
    """Closed in its first round by `as_of`, and no later than the limit. Later rounds are reported apart (DEC-8)."""
    limit, closed = _limit(case, original=original), _first_closed(case, as_of)
    return limit is not None and closed is not None and closed <= limit


def bounds(window: Window) -> tuple[datetime, datetime]:
    """The window's first instant and the first one after it, in UTC."""
    return _midnight(window.start), _midnight(window.through + timedelta(days=1))


def _first_closed(case: CaseFacts, as_of: datetime) -> datetime | None:
    return _by(case.rounds[0][1], as_of)


def _by(instant: datetime | None, as_of: datetime) -> datetime | None:
    return instant if instant is not None and instant <= as_of else None


def _removed(case: CaseFacts, as_of: datetime) -> bool:
    return _by(case.removed_at, as_of) is not None


def _limit(case: CaseFacts, *, original: bool) -> datetime | None:
    return case.due_at if original else case.effective_due_at


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZONE).astimezone(UTC)


def _rounded(hundredfold: Decimal, base: int | Decimal, digits: int) -> float | None:
    if not 0 <= digits <= DIGITS_MAXIMUM:
        raise ValueError(f"0 to {DIGITS_MAXIMUM} digits, not {digits}")
    if base == 0:
        return None
    exact = (hundredfold / Decimal(base)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return float(exact) + 0.0  # minus zero is printed as zero
