from __future__ import annotations

import re
from datetime import date

import pytest

from resolvers.rules.calendars import (
    YEARS,
    YearStatus,
    build_year,
    calendar_of,
    published_calendar,
    read_notice,
)
from resolvers.rules.days import DayType, is_provisional, is_working_day
from tests.notices import EXTENDED_2020, ORIGINAL_2020


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


HEAD = "date,dayType,name\n"


def test_a_notice_names_days_in_any_order_and_is_read_in_theirs() -> None:
    text = (
        "\ufeff"
        + HEAD
        + '2027-02-07,MAKE_UP_WORKDAY, 调休上班 \r\n\r\n2027-02-05,REST,"春节, 第一天"\r\n2027-02-09,WORKDAY,\r\n'
    )

    assert read_notice(text) == (
        (date(2027, 2, 5), DayType.REST, "春节, 第一天"),
        (date(2027, 2, 7), DayType.MAKE_UP_WORKDAY, "调休上班"),
        (date(2027, 2, 9), DayType.WORKDAY, ""),
    )


def test_the_whole_notice_of_a_year_leaves_its_other_days_ordinary() -> None:
    days = {
        day: (kind, name)
        for day, kind, name in read_notice(HEAD + "2026-12-31,REST,元旦\n2027-01-01,REST,元旦\n", 2027)
    }

    assert (len(days), min(days)) == (366, date(2026, 12, 31))
    assert days[date(2027, 1, 1)] == (DayType.REST, "元旦")
    assert days[date(2027, 1, 2)] == (DayType.REST, "周末")
    assert days[date(2027, 10, 1)] == (DayType.WORKDAY, "")


def test_the_notices_of_2020_make_the_calendar_that_the_package_has() -> None:
    package = {day: kind for day, kind, _ in build_year(2020).days}
    original = package | {day: kind for day, kind, _ in read_notice(ORIGINAL_2020)}
    extended = original | {day: kind for day, kind, _ in read_notice(EXTENDED_2020)}

    changed = {day: kind for day, kind in original.items() if package[day] != kind}
    assert changed == {date(2020, 1, 31): DayType.WORKDAY, date(2020, 2, 1): DayType.MAKE_UP_WORKDAY}
    assert extended == package


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: it begins with ''"),
        ("date;dayType;name\n", "line 1: it begins with 'date;dayType;name', not with 'date,dayType,name'"),
        (HEAD, "no line names a day"),
        (HEAD + "\n\n", "no line names a day"),
        (HEAD + "2020-01-31,REST\n", "line 2: 2 fields, not 3"),
        (HEAD + "2020-01-31,REST,春节,延长\n", "line 2: 4 fields, not 3"),
        (HEAD + "2020-01-30,REST,春节\n\n31.01.2020,REST,春节\n", "line 4: '31.01.2020' is no date"),
        (HEAD + "20200131,REST,春节\n", "line 2: '20200131' is no date"),
        (HEAD + "2020-02-30,REST,春节\n", "line 2: '2020-02-30' is no date"),
        (HEAD + "2017-12-31,REST,春节\n", "line 2: 2017-12-31 is not within 2018 to 2100"),
        (HEAD + "2101-01-01,REST,元旦\n", "line 2: 2101-01-01 is not within 2018 to 2100"),
        (HEAD + "2020-01-31,rest,春节\n", "line 2: dayType 'rest' is none of WORKDAY, REST, MAKE_UP_WORKDAY"),
        (HEAD + "2020-01-31,REST," + "长" * 101 + "\n", "line 2: a name is one line of at most 100 characters"),
        (HEAD + "2020-01-31,REST,春\x00节\n", "line 2: "),
        (HEAD + '2020-01-31,REST,"春\n节"\n', "line 3: a name is one line"),
        (HEAD + '2020-01-31,REST,"春节\n', "line 2: unexpected end of data"),
        (HEAD + "2020-02-01,WORKDAY,\n", "line 2: 2020-02-01 is a Saturday and cannot be a WORKDAY"),
        (HEAD + "2020-01-31,MAKE_UP_WORKDAY,\n", "line 2: 2020-01-31 is a Friday and cannot be a MAKE_UP_WORKDAY"),
        (HEAD + "2020-01-31,REST,春节\n2020-01-31,WORKDAY,\n", "line 3: 2020-01-31 stands there twice"),
    ],
)
def test_a_notice_with_a_mistake_is_refused_with_line_and_reason(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(told)):
        read_notice(text)


def test_the_whole_notice_of_a_year_names_a_day_of_it() -> None:
    with pytest.raises(ValueError, match=r"^no line names a day of 2027$"):
        read_notice(EXTENDED_2020, 2027)
