"""Working-day arithmetic (domain 2.7): the N-th working day, roll forward, elapsed hours, day-by-day trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    PAUSED = "PAUSED"  # the clock stood still (T12)
    ROLLED = "ROLLED"  # after a last day that was a rest day (Civil Code art. 203)


@dataclass(frozen=True, slots=True)
class Calendar:
    """工作日历: one version of the published days. A day it does not hold works Monday to Friday, provisionally."""

    version: int
    days: Mapping[date, DayType]
    provisional_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Pause:
    """中止: from an instant to an instant. Of a limit in days it takes out the days after the first up to and with the
    last, as every limit counts; of one in hours, the time between.
    """

    start: datetime
    end: datetime

    def holds(self, day: date) -> bool:
        return local_date(self.start) < day <= local_date(self.end)

    def outlasts(self, day: date) -> bool:
        """The clock stands when the day ends: no limit runs out on it."""
        return local_date(self.start) <= day < local_date(self.end)


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
    pauses: Sequence[Pause] = (),
    *,
    followed_at: datetime | None = None,
) -> Due:
    """When a limit runs out: 23:59:59.999 in Shanghai of its last day, or so many elapsed hours after the start.

    The start day is not counted, nor what a pause takes out; 日 that end on a rest day roll forward. No limit runs out
    while it stands: paused on its last day, it has that of the resumption, or the working day after. From `followed_at`
    another limit counted on from its end, which a pause begun later moves no more. Under DUTY every day works, so nothing
    is skipped, rolled or provisional. The trace of a limit longer than 400 days keeps its first 399 days and its last.
    ValueError: a negative amount, or a start without time zone.
    """
    if amount < 0:
        raise ValueError(f"a limit cannot be negative: {amount}")
    if unit == LimitUnit.HOUR:
        return Due(
            _elapsed(_aware(start).astimezone(UTC), timedelta(hours=amount), pauses), provisional=False, trace=()
        )
    standing = [pause for pause in pauses if followed_at is None or pause.start < followed_at]
    walk = tuple(_walk(calendar, local_date(start), amount, unit, mode, pauses, standing))
    consulted = walk[amount if unit == LimitUnit.CALENDAR_DAY else min(amount, 1) :]
    guessed = mode == CalendarMode.STATUTORY and any(is_provisional(calendar, step.date) for step in consulted)
    return Due(end_of(walk[-1].date), provisional=guessed, trace=bounded(walk))


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


def nth_working_day_back(calendar: Calendar, end: date, n: int) -> date:
    """The n-th working day counted backwards, the end day itself included. ValueError: n < 1."""
    if n < 1:
        raise ValueError(f"cannot count back {n} working days")
    day = end + _ONE_DAY
    while n > 0:
        day -= _ONE_DAY
        n -= is_working_day(calendar, day)
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


def _elapsed(start: datetime, left: timedelta, pauses: Sequence[Pause]) -> datetime:
    """The instant at which so much time has passed outside the pauses."""
    at = start
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.end <= at:
            continue
        if at + left <= pause.start:
            break
        left -= max(pause.start - at, timedelta())
        at = pause.end
    return at + left


def _walk(
    calendar: Calendar,
    first: date,
    amount: int,
    unit: LimitUnit,
    mode: CalendarMode,
    pauses: Sequence[Pause],
    standing: Sequence[Pause],
) -> Iterator[TraceDay]:
    every_day = mode == CalendarMode.DUTY
    day, left, stands = first, amount, any(pause.outlasts(first) for pause in standing)
    yield TraceDay(day, counted=False, reason=TraceReason.START_DAY)
    while left > 0 or stands or not (every_day or is_working_day(calendar, day)):
        day += _ONE_DAY
        stands = any(pause.outlasts(day) for pause in standing)
        if any(pause.holds(day) for pause in pauses) if left > 0 else stands:
            yield TraceDay(day, counted=False, reason=TraceReason.PAUSED)
            continue
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


def bounded(walk: tuple[TraceDay, ...]) -> tuple[TraceDay, ...]:
    """At most 400 days: the first 399 and the last."""
    return walk if len(walk) <= TRACE_DAYS else (*walk[: TRACE_DAYS - 1], walk[-1])


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone is no instant")
    return instant
