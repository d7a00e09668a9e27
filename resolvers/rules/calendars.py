"""The working calendar (domain 2.7, DEC-13): its first load, from the package `holidays`, and the notices that amend it.

The database decides.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO

import holidays

from resolvers.rules.days import Calendar, DayType
from resolvers.terms import limits

FIRST_YEAR, LAST_YEAR = 1950, 2100  # the range the package knows
LAST_PUBLISHED_YEAR = 2026  # beyond it the package estimates rest days and knows no make-up workdays

YEARS = range(2018, 2029)
DayRow = tuple[date, DayType, str]

_SATURDAY = 5
_COLUMNS = ["date", "dayType", "name"]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


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
    status = YearStatus.PUBLISHED if year <= LAST_PUBLISHED_YEAR else YearStatus.PROVISIONAL
    return CalendarYear(year, status, tuple(_row(china, day) for day in _days_of(year)))


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
    return _ordinary(day)


def read_notice(text: str, year: int | None = None) -> tuple[DayRow, ...]:
    """The days of a notice, from CSV `date,dayType,name` with that first line.

    Of a year that the notice publishes, the days it does not name are ordinary: worked Monday to Friday. ValueError
    naming line and reason: what is no day, stands twice, or cannot be (a make-up workday on a Wednesday).
    """
    lines = csv.reader(StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        found = _noticed_days(lines)
    except (ValueError, csv.Error) as error:
        raise ValueError(f"line {max(lines.line_num, 1)}: {error}") from None
    if not any(year in (None, day.year) for day in found):
        raise ValueError(f"no line names a day of {year}" if year else "no line names a day")
    ordinary = [_ordinary(day) for day in _days_of(year) if day not in found] if year is not None else []
    return tuple(sorted([*found.values(), *ordinary]))


def _noticed_days(lines: Iterator[list[str]]) -> dict[date, DayRow]:
    if (first := next(lines, None)) != _COLUMNS:
        raise ValueError(f"it begins with {','.join(first or [])!r}, not with {','.join(_COLUMNS)!r}")
    found: dict[date, DayRow] = {}
    for fields in lines:
        if fields:
            row = _noticed(fields)
            if row[0] in found:
                raise ValueError(f"{row[0]} stands there twice")
            found[row[0]] = row
    return found


def _noticed(fields: list[str]) -> DayRow:
    if len(fields) != len(_COLUMNS):
        raise ValueError(f"{len(fields)} fields, not {len(_COLUMNS)}")
    said, kind, name = (field.strip() for field in fields)
    day = _day(said)
    if kind not in list(DayType):
        raise ValueError(f"dayType {kind!r} is none of {', '.join(DayType)}")
    if len(name) > limits.NAME_CHARACTERS or not name.isprintable():
        raise ValueError(f"a name is one line of at most {limits.NAME_CHARACTERS} characters")
    weekday, weekend = _WEEKDAYS[day.weekday()], day.weekday() >= _SATURDAY
    if (kind == DayType.WORKDAY and weekend) or (kind == DayType.MAKE_UP_WORKDAY and not weekend):
        raise ValueError(f"{day} is a {weekday} and cannot be a {kind}")
    return day, DayType(kind), name


def _day(said: str) -> date:
    """Of the years that limits are counted in."""
    try:
        day = date.fromisoformat(said if _DATE.fullmatch(said) else "")
    except ValueError:
        raise ValueError(f"{said!r} is no date (YYYY-MM-DD)") from None
    if not limits.FIRST_YEAR <= day.year <= limits.LAST_YEAR:
        raise ValueError(f"{day} is not within {limits.FIRST_YEAR} to {limits.LAST_YEAR}")
    return day


def _ordinary(day: date) -> DayRow:
    return (day, DayType.REST, "周末") if day.weekday() >= _SATURDAY else (day, DayType.WORKDAY, "")


def _days_of(year: int) -> Iterable[date]:
    length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return (date(year, 1, 1) + timedelta(days=number) for number in range(length))
