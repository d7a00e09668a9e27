from __future__ import annotations

from datetime import date

import pytest

from resolvers.rules.calendars import (
    YEARS,
    YearStatus,
    build_year,
    calendar_of,
    published_calendar,
)
from resolvers.rules.days import DayType, is_provisional, is_working_day


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_every_day_once(year: int) -> None:
    days = [day for day, _, _ in build_year(year).days]

    assert days[0] == date(year, 1, 1)
    assert days[-1] == date(year, 12, 31)
    assert len(days) == len(set(days)) == (366 if year % 4 == 0 else 365)


def test_a_year_is_published_until_the_last_notice_and_provisional_after_it() -> None:
    statuses = {year: build_year(year).status for year in YEARS}

    assert {year for year, status in statuses.items() if status == YearStatus.PROVISIONAL} == {2027, 2028}
    assert statuses[2026] == YearStatus.PUBLISHED


def test_a_provisional_year_has_holidays_but_no_make_up_workdays() -> None:
    kinds = [kind for _, kind, _ in build_year(2027).days]

    assert DayType.MAKE_UP_WORKDAY not in kinds
    assert (date(2027, 10, 1), DayType.REST, "国庆节") in build_year(2027).days


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2026, 2, 17), DayType.REST, "春节"),
        (date(2026, 2, 14), DayType.MAKE_UP_WORKDAY, "调休上班"),
        (date(2026, 2, 15), DayType.REST, None),
        (date(2026, 3, 7), DayType.REST, "周末"),
        (date(2026, 3, 9), DayType.WORKDAY, ""),
        (date(2020, 1, 31), DayType.REST, "春节延长假期"),
        (date(2020, 2, 29), DayType.REST, "周末"),
    ],
)
def test_a_day_has_its_type_and_its_chinese_name(day: date, kind: DayType, name: str | None) -> None:
    found = {row[0]: row for row in build_year(day.year).days}[day]

    assert found[1] == kind
    assert name is None or found[2] == name


def test_twenty_twenty_six_has_six_make_up_workdays() -> None:
    made_up = [day for day, kind, _ in build_year(2026).days if kind == DayType.MAKE_UP_WORKDAY]

    assert made_up == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_the_rows_of_several_years_follow_each_other() -> None:
    rows = published_calendar((2019, 2020))

    assert len(rows) == 365 + 366
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert len(published_calendar()) == len({row[0] for row in published_calendar(YEARS)})


def test_a_calendar_made_of_years_knows_which_are_provisional() -> None:
    calendar = calendar_of(7, map(build_year, (2026, 2027)))

    assert calendar.version == 7
    assert calendar.provisional_years == {2027}
    assert not is_provisional(calendar, date(2026, 12, 31))
    assert is_provisional(calendar, date(2027, 1, 1))
    assert is_provisional(calendar, date(2025, 12, 31))
    assert is_working_day(calendar, date(2026, 10, 10))


def test_a_year_cannot_stand_twice_in_one_version() -> None:
    with pytest.raises(ValueError, match="twice"):
        calendar_of(1, (build_year(2026), build_year(2026)))


@pytest.mark.parametrize("year", [1949, 2101])
def test_a_year_the_package_does_not_know_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match=f"no calendar for {year}"):
        build_year(year)
