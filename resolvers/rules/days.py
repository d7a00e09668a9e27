"""Working-day arithmetic (domain 2.7): the N-th working day, roll forward, elapsed hours, day-by-day trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from resolvers.terms.kinds import CalendarMode, LimitUnit

ZONE = ZoneInfo("Asia/Shanghai")
TRACE_DAYS = 400

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class DayType(StrEnum):
    WORKDAY = "WORKDAY"
    REST = "REST"
    MAKE_UP_WORKDAY = "MAKE_UP_WORKDAY"  # 调休: a Saturday or Sunday that is worked


class TraceReason(StrEnum):
    """Why a day was counted towards a limit, or why not."""

    START_DAY = "START_DAY"  # never counted (Civil Code art. 201)
    WORKDAY = "WORKDAY"
    MAKE_UP_WORKDAY = "MAKE_UP_WORKDAY"
    REST = "REST"
    CALENDAR_DAY = "CALENDAR_DAY"
    DUTY_DAY = "DUTY_DAY"
    ROLLED = "ROLLED"  # after a last day that was a rest day (Civil Code art. 203)


@dataclass(frozen=True, slots=True)
class Calendar:
    """工作日历: one version of the published days. A day it does not hold works Monday to Friday, provisionally."""

    version: int
    days: Mapping[date, DayType]
    provisional_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TraceDay:
    date: date
    counted: bool
    reason: TraceReason


@dataclass(frozen=True, slots=True)
class Due:
    """The last instant of a limit, in UTC. `provisional` when it rests on a day no notice has published yet."""

    at: datetime
    provisional: bool
    trace: tuple[TraceDay, ...]


def due(
    calendar: Calendar,
    start: datetime,
    amount: int,
    unit: LimitUnit,
    mode: CalendarMode = CalendarMode.STATUTORY,
) -> Due:
    """When a limit runs out: 23:59:59.999 in Shanghai of its last day, or so many elapsed hours after the start.

    The start day is not counted; 日 that end on a rest day roll forward. Under DUTY every day works, so nothing is
    skipped, rolled or provisional. The trace of a limit longer than 400 days keeps its first 399 days and its last.
    ValueError: a negative amount, or a start without time zone.
    """
    if amount < 0:
        raise ValueError(f"a limit cannot be negative: {amount}")
    if unit == LimitUnit.HOUR:
        return Due(_aware(start).astimezone(UTC) + timedelta(hours=amount), provisional=False, trace=())
    walk = tuple(_walk(calendar, local_date(start), amount, unit, mode))
    consulted = walk[amount if unit == LimitUnit.CALENDAR_DAY else min(amount, 1) :]
    guessed = mode == CalendarMode.STATUTORY and any(is_provisional(calendar, step.date) for step in consulted)
    return Due(end_of(walk[-1].date), provisional=guessed, trace=_bounded(walk))


def nth_working_day(calendar: Calendar, start: date, n: int) -> date:
    """The n-th working day after the start day; for n = 0 the start day itself, rolled forward. ValueError: n < 0."""
    if n < 0:
        raise ValueError(f"cannot count {n} working days")
    day = start
    while n > 0:
        day += _ONE_DAY
        n -= is_working_day(calendar, day)
    while not is_working_day(calendar, day):
        day += _ONE_DAY
    return day


def working_days_between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Working days after the start's local day up to and with the end's; 0 when the end is not on a later day."""
    first = local_date(start)
    span = (local_date(end) - first).days
    return sum(is_working_day(calendar, first + timedelta(days=step)) for step in range(1, span + 1))


def is_working_day(calendar: Calendar, day: date) -> bool:
    known = calendar.days.get(day)
    return day.weekday() < _SATURDAY if known is None else known != DayType.REST


def is_provisional(calendar: Calendar, day: date) -> bool:
    """True while no State Council notice for the day's year is loaded (DEC-13)."""
    return day.year in calendar.provisional_years or day not in calendar.days


def local_date(instant: datetime) -> date:
    """The day in Shanghai at that instant. ValueError: an instant without time zone."""
    return _aware(instant).astimezone(ZONE).date()


def end_of(day: date) -> datetime:
    """23:59:59.999 in Shanghai, in UTC."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_000, tzinfo=ZONE).astimezone(UTC)


def _walk(calendar: Calendar, first: date, amount: int, unit: LimitUnit, mode: CalendarMode) -> Iterator[TraceDay]:
    every_day = mode == CalendarMode.DUTY
    day, left = first, amount
    yield TraceDay(day, counted=False, reason=TraceReason.START_DAY)
    while left > 0 or not (every_day or is_working_day(calendar, day)):
        day += _ONE_DAY
        counted = left > 0 and (every_day or unit == LimitUnit.CALENDAR_DAY or is_working_day(calendar, day))
        yield TraceDay(day, counted, TraceReason.ROLLED if left == 0 else _reason(calendar, day, unit, mode))
        left -= counted


def _reason(calendar: Calendar, day: date, unit: LimitUnit, mode: CalendarMode) -> TraceReason:
    if unit == LimitUnit.CALENDAR_DAY:
        return TraceReason.CALENDAR_DAY
    if mode == CalendarMode.DUTY:
        return TraceReason.DUTY_DAY
    if not is_working_day(calendar, day):
        return TraceReason.REST
    make_up = calendar.days.get(day) == DayType.MAKE_UP_WORKDAY
    return TraceReason.MAKE_UP_WORKDAY if make_up else TraceReason.WORKDAY


def _bounded(walk: tuple[TraceDay, ...]) -> tuple[TraceDay, ...]:
    return walk if len(walk) <= TRACE_DAYS else (*walk[: TRACE_DAYS - 1], walk[-1])


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone is no instant")
    return instant
