"""催办: which rung a closing date stands on, against the calendar and against a count by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.calendars import build_year, calendar_of
from resolvers.rules.days import ZONE, end_of, is_working_day, nth_working_day, nth_working_day_back
from resolvers.rules.ladder import passed, rungs
from resolvers.terms.kinds import CalendarMode, ReminderStage

CALENDAR = calendar_of(1, (build_year(year) for year in range(2019, 2028)))
DUE = date(2019, 9, 30)  # the Monday before National Day: 1 to 7 October are rest days, Saturday the 12th is worked
DAYS = st.dates(date(2019, 2, 1), date(2026, 11, 1))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def stage(
    due: date, now: datetime, mode: CalendarMode = CalendarMode.STATUTORY, *, at_once: bool = False
) -> ReminderStage | None:
    return rungs(CALENDAR, now, mode, at_once=at_once).stage(end_of(due))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(date(2019, 9, 28), 12), None),  # a Saturday; the Sunday after it is worked
        (at(date(2019, 9, 29), 8, 29), None),
        (at(date(2019, 9, 29), 8, 30), ReminderStage.BEFORE_DUE),  # the make-up Sunday is one working day before
        (at(date(2019, 9, 30), 8, 29), ReminderStage.BEFORE_DUE),
        (at(date(2019, 9, 30), 8, 30), ReminderStage.DUE),
        (at(date(2019, 10, 7), 12), ReminderStage.DUE),  # the holiday is no working day after
        (at(date(2019, 10, 8), 8, 30), ReminderStage.FORMAL_NOTICE),
        (at(date(2019, 10, 12), 8, 29), ReminderStage.FORMAL_NOTICE),
        (at(date(2019, 10, 12), 8, 30), ReminderStage.CRITICISM),  # 8, 9, 10, 11 and the make-up Saturday
        (at(date(2020, 9, 1), 12), ReminderStage.CRITICISM),
    ],
)
def test_the_rungs_about_a_festival(now: datetime, expected: ReminderStage | None) -> None:
    assert stage(DUE, now) is expected


def test_an_emergency_does_not_wait_for_the_office_to_open() -> None:
    midnight = at(date(2019, 9, 30), 0)

    assert (stage(DUE, midnight), stage(DUE, midnight, at_once=True)) == (ReminderStage.BEFORE_DUE, ReminderStage.DUE)


def test_on_an_emergency_roster_every_day_counts() -> None:
    assert stage(DUE, at(date(2019, 10, 1), 9), CalendarMode.DUTY) is ReminderStage.FORMAL_NOTICE
    assert stage(DUE, at(date(2019, 10, 5), 9), CalendarMode.DUTY) is ReminderStage.CRITICISM
    assert stage(date(2019, 10, 6), at(date(2019, 10, 5), 9), CalendarMode.DUTY) is ReminderStage.BEFORE_DUE


@given(DAYS, st.integers(0, 40), st.integers(0, 23))
def test_the_rung_is_the_last_whose_day_has_come(due: date, later: int, hour: int) -> None:
    if not is_working_day(CALENDAR, due):
        due = nth_working_day(CALENDAR, due, 1)
    now = at(due - timedelta(days=12) + timedelta(days=later), hour, 30)
    before = due - timedelta(days=1)
    while not is_working_day(CALENDAR, before):
        before -= timedelta(days=1)
    opens = {
        ReminderStage.BEFORE_DUE: before,
        ReminderStage.DUE: due,
        ReminderStage.FORMAL_NOTICE: nth_working_day(CALENDAR, due, 1),
        ReminderStage.CRITICISM: nth_working_day(CALENDAR, due, 5),
    }
    reached = [rung for rung, day in opens.items() if at(day, 8, 30) <= now]

    assert stage(due, now) is (reached[-1] if reached else None)


@given(DAYS, st.integers(1, 9))
def test_counting_back_undoes_counting_on(day: date, number: int) -> None:
    counted = [day - timedelta(days=step) for step in range(40) if is_working_day(CALENDAR, day - timedelta(days=step))]

    assert nth_working_day_back(CALENDAR, day, number) == counted[number - 1]


def test_working_days_are_over_when_their_last_is() -> None:
    friday_due = end_of(date(2026, 11, 20))

    assert passed(CALENDAR, at(date(2026, 11, 23), 23, 59), 1) < friday_due  # the Monday is not yet over
    assert passed(CALENDAR, at(date(2026, 11, 24), 0), 1) >= friday_due


@pytest.mark.parametrize("number", [0, -1])
def test_nothing_is_counted_back_from_nothing(number: int) -> None:
    with pytest.raises(ValueError, match="count back"):
        nth_working_day_back(CALENDAR, DUE, number)
