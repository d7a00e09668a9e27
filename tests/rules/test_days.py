from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from timeit import repeat

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.rules.calendars import build_year, calendar_of
from resolvers.rules.days import (
    TRACE_DAYS,
    ZONE,
    Calendar,
    DayType,
    Due,
    Pause,
    TraceReason,
    due,
    end_of,
    is_provisional,
    is_working_day,
    local_date,
    nth_working_day,
    working_days_between,
)
from resolvers.terms.kinds import CalendarMode, LimitUnit

WD, DAY, HOUR = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY, LimitUnit.HOUR
STATUTORY, DUTY = CalendarMode.STATUTORY, CalendarMode.DUTY

NOW = calendar_of(2, (build_year(year) for year in range(2018, 2029)))
# Before the Spring Festival of 2020 was extended to 2 February.
ORIGINAL_2020 = Calendar(
    version=1,
    days={
        **NOW.days,
        date(2020, 1, 31): DayType.WORKDAY,
        date(2020, 2, 1): DayType.MAKE_UP_WORKDAY,
        date(2020, 2, 2): DayType.REST,
    },
    provisional_years=NOW.provisional_years,
)
CHINA = holidays.country_holidays("CN", years=range(2018, 2029))

DAYS = st.dates(date(2018, 1, 2), date(2027, 6, 30))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00+08:00")


def last_day(found: Due) -> str:
    local = found.at.astimezone(ZONE)
    assert (local.hour, local.minute, local.second, local.microsecond) == (23, 59, 59, 999_000)
    return local.date().isoformat()


def oracle(start: date, amount: int, unit: LimitUnit) -> date:
    """Count on the fingers, with the package's own idea of a working day."""
    day = start
    if unit == DAY:
        day += timedelta(days=amount)
    else:
        left = amount
        while left:
            day += timedelta(days=1)
            left -= CHINA.is_working_day(day)
    while not CHINA.is_working_day(day):
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected", "provisional"),
    [
        ("2019-09-27", 7, WD, "2019-10-12", False),
        ("2019-09-27", 3, WD, "2019-10-08", False),
        ("2019-09-06", 30, DAY, "2019-10-08", False),
        ("2020-01-22", 7, WD, "2020-02-10", False),
        ("2020-01-24", 3, WD, "2020-02-05", False),
        ("2020-04-29", 3, WD, "2020-05-07", False),
        ("2020-04-29", 5, WD, "2020-05-09", False),
        ("2025-09-26", 3, WD, "2025-09-30", False),
        ("2026-02-13", 3, WD, "2026-02-25", False),
        ("2019-12-26", 30, DAY, "2020-02-03", False),
        ("2026-10-29", 45, WD, "2026-12-31", False),
        ("2026-10-30", 45, WD, "2027-01-04", True),
        ("2026-11-20", 30, WD, "2027-01-04", True),
        ("2026-11-19", 30, WD, "2026-12-31", False),
        ("2026-12-10", 15, WD, "2026-12-31", False),
        ("2026-12-22", 7, WD, "2026-12-31", False),
        ("2026-12-11", 15, WD, "2027-01-04", True),
        ("2026-12-23", 7, WD, "2027-01-04", True),
    ],
)
def test_a_dated_limit_runs_out_on_the_day_the_reference_says(
    start: str, amount: int, unit: LimitUnit, expected: str, provisional: bool
) -> None:
    found = due(NOW, noon(start), amount, unit)

    assert last_day(found) == expected
    assert found.provisional is provisional


def test_the_calendar_valid_when_the_case_was_opened_gives_the_old_due_date() -> None:
    assert last_day(due(ORIGINAL_2020, noon("2020-01-22"), 7, WD)) == "2020-02-06"
    assert last_day(due(NOW, noon("2020-01-22"), 7, WD)) == "2020-02-10"


def test_under_duty_every_day_counts_and_nothing_is_provisional() -> None:
    found = due(NOW, noon("2020-01-24"), 3, WD, DUTY)

    assert last_day(found) == "2020-01-27"
    assert {step.reason for step in found.trace[1:]} == {TraceReason.DUTY_DAY}
    assert last_day(due(NOW, noon("2020-01-24"), 2, DAY, DUTY)) == "2020-01-26"
    assert not due(NOW, noon("2027-03-01"), 5, WD, DUTY).provisional


@pytest.mark.parametrize("start", ["2026-11-18T00:00+08:00", "2026-11-18T23:50+08:00", "2026-11-17T16:00+00:00"])
def test_the_hour_of_the_start_day_in_shanghai_does_not_matter(start: str) -> None:
    found = due(NOW, datetime.fromisoformat(start), 1, WD)

    assert found.at == datetime(2026, 11, 19, 15, 59, 59, 999_000, tzinfo=UTC)


def test_an_hour_before_midnight_utc_is_already_the_next_day_in_shanghai() -> None:
    assert last_day(due(NOW, datetime(2026, 11, 18, 16, tzinfo=UTC), 1, WD)) == "2026-11-20"


def test_hours_elapse_without_a_calendar() -> None:
    start = datetime(2026, 12, 31, 20, tzinfo=UTC)

    found = due(NOW, start, 24, HOUR)

    assert found == Due(start + timedelta(hours=24), provisional=False, trace=())
    assert due(NOW, start, 0, HOUR).at == start


def test_no_days_at_all_end_with_the_start_day_or_the_working_day_after_it() -> None:
    assert last_day(due(NOW, noon("2026-11-20"), 0, WD)) == "2026-11-20"
    assert last_day(due(NOW, noon("2026-11-21"), 0, WD)) == "2026-11-23"
    assert last_day(due(NOW, noon("2026-11-21"), 0, DAY)) == "2026-11-23"
    assert nth_working_day(NOW, date(2026, 11, 21), 0) == date(2026, 11, 23)


def test_calendar_days_into_a_provisional_year_are_flagged_only_by_where_they_land() -> None:
    assert due(NOW, noon("2026-12-10"), 30, DAY).provisional
    assert not due(NOW, noon("2026-12-01"), 30, DAY).provisional


def test_a_day_nobody_loaded_works_monday_to_friday_and_is_provisional() -> None:
    empty = Calendar(version=1, days={})

    found = due(empty, noon("2031-05-01"), 2, WD)

    assert last_day(found) == "2031-05-05"
    assert found.provisional
    assert is_provisional(empty, date(2031, 5, 2))
    assert not is_working_day(empty, date(2031, 5, 3))


def test_a_start_day_nobody_loaded_does_not_make_the_limit_provisional() -> None:
    assert is_provisional(NOW, date(2017, 12, 29))
    assert not due(NOW, noon("2017-12-31"), 1, WD).provisional
    assert not due(NOW, noon("2017-12-31"), 2, DAY).provisional


def test_publishing_the_year_takes_the_flag_away() -> None:
    published = Calendar(version=3, days=NOW.days)

    assert due(NOW, noon("2026-10-30"), 45, WD).provisional
    assert not due(published, noon("2026-10-30"), 45, WD).provisional


def test_the_trace_says_of_every_day_why_it_counts() -> None:
    found = due(NOW, noon("2019-09-27"), 3, WD)

    assert [(step.date.day, step.counted, step.reason) for step in found.trace] == [
        (27, False, TraceReason.START_DAY),
        (28, False, TraceReason.REST),
        (29, True, TraceReason.MAKE_UP_WORKDAY),
        (30, True, TraceReason.WORKDAY),
        *((day, False, TraceReason.REST) for day in range(1, 8)),
        (8, True, TraceReason.WORKDAY),
    ]


def test_the_trace_of_calendar_days_shows_the_roll() -> None:
    found = due(NOW, noon("2019-09-06"), 30, DAY)

    assert sum(step.counted for step in found.trace) == 30
    assert [(step.date.day, step.reason) for step in found.trace[-3:]] == [
        (6, TraceReason.CALENDAR_DAY),
        (7, TraceReason.ROLLED),
        (8, TraceReason.ROLLED),
    ]


def test_a_long_trace_is_cut_but_keeps_its_last_day() -> None:
    found = due(NOW, noon("2019-01-02"), 1000, DAY)

    assert len(found.trace) == TRACE_DAYS
    assert found.trace[-1].date.isoformat() == last_day(found)


@pytest.mark.parametrize("unit", LimitUnit)
def test_a_negative_limit_or_a_start_without_zone_is_refused(unit: LimitUnit) -> None:
    with pytest.raises(ValueError, match="negative"):
        due(NOW, noon("2026-11-20"), -1, unit)
    with pytest.raises(ValueError, match="time zone"):
        due(NOW, noon("2026-11-20").replace(tzinfo=None), 1, unit)
    with pytest.raises(ValueError, match="-1 working days"):
        nth_working_day(NOW, date(2026, 11, 20), -1)


def test_working_days_between_counts_the_days_after_the_first() -> None:
    assert working_days_between(NOW, noon("2019-09-27"), noon("2019-10-12")) == 7
    assert working_days_between(NOW, noon("2026-11-20"), noon("2026-11-20")) == 0
    assert working_days_between(NOW, noon("2026-11-20"), noon("2026-11-01")) == 0
    assert working_days_between(NOW, noon("2026-11-20"), datetime(2026, 11, 22, 16, tzinfo=UTC)) == 1


@pytest.mark.parametrize("year", [1986, 1988, 1991])
def test_in_the_years_of_summer_time_a_day_still_ends_at_its_own_midnight(year: int) -> None:
    summer, winter = end_of(date(year, 7, 1)), end_of(date(year, 12, 1))

    assert summer == datetime(year, 7, 1, 14, 59, 59, 999_000, tzinfo=UTC)
    assert winter == datetime(year, 12, 1, 15, 59, 59, 999_000, tzinfo=UTC)


@pytest.fixture
def machine(zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine stands in a zone."""
    with monkeypatch.context() as context:
        context.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.usefixtures("machine")
def test_the_zone_of_the_machine_does_not_matter(zone: str) -> None:
    assert time.tzname[0] in {"UTC": "UTC", "Asia/Shanghai": "CST", "America/New_York": "EST"}[zone]

    found = due(NOW, datetime(2026, 11, 19, 16, tzinfo=UTC), 1, WD)

    assert last_day(found) == "2026-11-23"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.usefixtures("machine")
def test_ten_thousand_random_limits_agree_with_counting_on_the_fingers(zone: str) -> None:
    chance = random.Random(f"12315 {zone}")
    for _ in range(10_000):
        start = datetime(2018, 1, 2, tzinfo=UTC) + timedelta(minutes=chance.randrange(9 * 365 * 24 * 60))
        amount, unit = chance.randrange(61), chance.choice((WD, DAY))
        found = due(NOW, start, amount, unit)
        expected = oracle(local_date(start), amount, unit)
        assert found.at == end_of(expected), (start, amount, unit)
        assert found.trace[-1].date == expected


@settings(deadline=None)
@given(DAYS, st.integers(0, 90))
def test_the_nth_working_day_and_the_count_between_are_inverse(start: date, n: int) -> None:
    begun = datetime(start.year, start.month, start.day, 9, tzinfo=ZONE)
    end = nth_working_day(NOW, start, n)

    assert is_working_day(NOW, end)
    assert working_days_between(NOW, begun, end_of(end)) == (n if n or end == start else 1)
    assert due(NOW, begun, n, WD).at == end_of(end)


@settings(deadline=None)
@given(DAYS, st.integers(0, 60), st.sampled_from([WD, DAY]), st.sampled_from([STATUTORY, DUTY]))
def test_a_longer_limit_never_ends_earlier(start: date, amount: int, unit: LimitUnit, mode: CalendarMode) -> None:
    begun = datetime(start.year, start.month, start.day, 9, tzinfo=ZONE)
    shorter, longer = due(NOW, begun, amount, unit, mode), due(NOW, begun, amount + 1, unit, mode)

    assert shorter.at <= longer.at
    assert sum(step.counted for step in longer.trace) == amount + 1


def test_forty_five_working_days_are_counted_in_no_time() -> None:
    start = date(2026, 9, 21)

    best = min(repeat(lambda: nth_working_day(NOW, start, 45), number=100, repeat=5)) / 100

    assert best < 0.001


def pause(first: str, last: str) -> Pause:
    return Pause(noon(first), noon(last))


@pytest.mark.parametrize(
    ("start", "amount", "unit", "pauses", "expected"),
    [
        ("2026-11-02", 7, WD, [("2026-11-04", "2026-11-06")], "2026-11-13"),  # Thursday and Friday are taken out
        ("2026-11-02", 7, WD, [("2026-11-04", "2026-11-04")], "2026-11-11"),  # within one day: nothing
        ("2026-11-02", 7, WD, [("2026-11-06", "2026-11-08")], "2026-11-11"),  # Friday to Sunday: no working day
        ("2026-11-02", 7, WD, [("2026-11-07", "2026-11-08")], "2026-11-11"),
        ("2026-09-25", 7, WD, [("2026-09-30", "2026-10-07")], "2026-10-12"),  # the whole of National Day week
        ("2019-09-27", 7, WD, [("2019-09-28", "2019-09-29")], "2019-10-14"),  # the make-up Sunday is one
        ("2026-11-02", 7, WD, [("2026-11-03", "2026-11-04"), ("2026-11-09", "2026-11-11")], "2026-11-16"),
        ("2026-11-02", 7, WD, [("2026-11-11", "2026-11-20")], "2026-11-20"),  # on its last day: that of the resumption
        ("2026-11-02", 7, WD, [("2026-11-11", "2026-11-21")], "2026-11-23"),  # or the working day after
        ("2026-11-02", 7, WD, [("2026-11-12", "2026-11-21")], "2026-11-11"),  # it had run out
        ("2026-11-02", 30, DAY, [("2026-11-09", "2026-11-13")], "2026-12-07"),  # a Sunday, rolls
        ("2026-11-05", 30, DAY, [("2026-12-05", "2026-12-09")], "2026-12-09"),  # the 30th day is a Saturday
        ("2026-11-05", 30, DAY, [("2026-12-06", "2026-12-09")], "2026-12-09"),  # paused on its way to the Monday
        ("2026-11-05", 30, DAY, [("2026-12-07", "2026-12-12")], "2026-12-14"),
    ],
)
def test_a_pause_takes_out_the_days_it_lasts_and_no_limit_runs_out_in_it(
    start: str, amount: int, unit: LimitUnit, pauses: list[tuple[str, str]], expected: str
) -> None:
    found = due(NOW, noon(start), amount, unit, STATUTORY, [pause(*each) for each in pauses])

    assert last_day(found) == expected
    assert sum(step.counted for step in found.trace) == amount
    days = [step.date for step in found.trace]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


def test_under_duty_every_day_of_a_pause_is_taken_out() -> None:
    stood = [pause("2026-11-06", "2026-11-08")]

    assert last_day(due(NOW, noon("2026-11-02"), 7, WD, DUTY, stood)) == "2026-11-11"
    assert last_day(due(NOW, noon("2026-11-02"), 7, WD, DUTY)) == "2026-11-09"


def test_the_trace_names_the_days_of_a_pause() -> None:
    found = due(NOW, noon("2026-11-05"), 2, WD, STATUTORY, [pause("2026-11-06", "2026-11-09")])

    assert [(step.date.day, step.counted, step.reason) for step in found.trace] == [
        (5, False, TraceReason.START_DAY),
        (6, True, TraceReason.WORKDAY),
        (7, False, TraceReason.PAUSED),
        (8, False, TraceReason.PAUSED),
        (9, False, TraceReason.PAUSED),
        (10, True, TraceReason.WORKDAY),
    ]


def test_of_hours_a_pause_takes_out_the_time_between() -> None:
    start = noon("2026-11-02")
    stood = [Pause(start + timedelta(hours=2), start + timedelta(hours=50))]

    assert due(NOW, start, 24, HOUR, STATUTORY, stood).at == start + timedelta(hours=72)
    assert due(NOW, start, 2, HOUR, STATUTORY, stood).at == start + timedelta(hours=2)
    assert due(NOW, start, 1, HOUR, STATUTORY, stood).at == start + timedelta(hours=1)


@st.composite
def stood_still(draw: st.DrawFn) -> tuple[date, list[Pause]]:
    """A start and pauses after it, none within another, as a case has them."""
    start = draw(st.dates(date(2018, 6, 1), date(2027, 1, 31)))
    at, found = noon(start.isoformat()), []
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 25)), max_size=4)):
        begun = at + timedelta(days=gap, hours=1)
        at = begun + timedelta(days=length, hours=1)
        found.append(Pause(begun, at))
    return start, found


def by_hand(start: date, amount: int, unit: LimitUnit, mode: CalendarMode, pauses: list[Pause]) -> date:
    """Pause after pause: as many days are left when it ends as were left when it began, by the package's own calendar."""

    def works(day: date) -> bool:
        return mode == DUTY or CHINA.is_working_day(day)

    def on(day: date, left: int) -> date:
        while left:
            day += timedelta(days=1)
            left -= unit == DAY or works(day)
        return day

    def rolled(day: date) -> date:
        while not works(day):
            day += timedelta(days=1)
        return day

    last = on(start, amount)
    for each in pauses:
        begun, ended = local_date(each.start), local_date(each.end)
        if begun <= rolled(last) and begun < ended:
            left = [begun + timedelta(days=n + 1) for n in range((last - begun).days)]
            last = on(ended, sum(unit == DAY or works(day) for day in left))
    return rolled(last)


@settings(max_examples=1_000)
@given(stood_still(), st.integers(0, 60), st.sampled_from([WD, DAY]), st.sampled_from([STATUTORY, DUTY]))
def test_random_limits_with_random_pauses_agree_with_counting_on_the_fingers(
    stood: tuple[date, list[Pause]], amount: int, unit: LimitUnit, mode: CalendarMode
) -> None:
    start, pauses = stood

    found = due(NOW, noon(start.isoformat()), amount, unit, mode, pauses)

    assert local_date(found.at) == by_hand(start, amount, unit, mode, pauses)
    assert not any(each.start <= found.at < each.end for each in pauses)
    assert sum(step.counted for step in found.trace if len(found.trace) < TRACE_DAYS) in {amount, 0}
