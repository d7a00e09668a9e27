"""The first load of the working calendar, from the package `holidays` (domain 2.7, DEC-13). The database decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import holidays

from resolvers.rules.days import Calendar, DayType

FIRST_YEAR, LAST_YEAR = 1950, 2100  # the range the package knows
LAST_PUBLISHED_YEAR = 2026  # beyond it the package estimates rest days and knows no make-up workdays

YEARS = range(2018, 2029)
DayRow = tuple[date, DayType, str]

_SATURDAY = 5


class YearStatus(StrEnum):
    PUBLISHED = "PUBLISHED"  # 已公布: the State Council notice is in
    PROVISIONAL = "PROVISIONAL"  # 暂定: estimated; deadlines into it are flagged


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """工作日历年度: every day of one year with its type and Chinese name (empty on an ordinary workday)."""

    year: int
    status: YearStatus
    days: tuple[DayRow, ...]


def published_calendar(years: Iterable[int] = YEARS) -> tuple[DayRow, ...]:
    """The rows of these years, in their order; which of the years are provisional stands in `build_year`."""
    return tuple(row for year in years for row in build_year(year).days)


def build_year(year: int) -> CalendarYear:
    """All days of a year as the package has them. ValueError: a year outside 1950 to 2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no calendar for {year}")
    china = holidays.country_holidays("CN", years=year, language="zh_CN")
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(length))
    status = YearStatus.PUBLISHED if year <= LAST_PUBLISHED_YEAR else YearStatus.PROVISIONAL
    return CalendarYear(year, status, tuple(_row(china, day) for day in days))


def calendar_of(version: int, years: Iterable[CalendarYear]) -> Calendar:
    """One version of the calendar made of these years; two entries of one year are refused with ValueError."""
    kept = tuple(years)
    if len({year.year for year in kept}) < len(kept):
        raise ValueError("a year stands twice in one calendar version")
    return Calendar(
        version=version,
        days={day: kind for year in kept for day, kind, _ in year.days},
        provisional_years=frozenset(year.year for year in kept if year.status == YearStatus.PROVISIONAL),
    )


def _row(china: holidays.HolidayBase, day: date) -> DayRow:
    if day in china.weekend_workdays:
        return day, DayType.MAKE_UP_WORKDAY, "调休上班"
    if day in china:
        return day, DayType.REST, china[day]
    return (day, DayType.REST, "周末") if day.weekday() >= _SATURDAY else (day, DayType.WORKDAY, "")
