"""时限: how a due date was counted, day by day."""

from __future__ import annotations

from datetime import date

from resolvers.doors.access import Row
from resolvers.rules import days, deadlines, ladder
from resolvers.rules.days import Calendar, DayType, Pause, TraceDay
from resolvers.rules.deadlines import Change
from resolvers.terms.kinds import CalendarMode, LimitUnit, ReminderStage
from resolvers.terms.roles import Role


def trace(row: Row) -> tuple[TraceDay, ...]:
    """Each day from the start of a clock to the date that binds, under the calendar it was counted by: without what the
    pauses took out, on through its extensions; of a limit that a regime set, from its tag. A limit in hours has no days.
    """
    unit, mode = LimitUnit.of(row["unit"]), CalendarMode.of(row["calendar_mode"])
    known: dict[date, DayType] = {}
    stood: list[Pause] = []
    happened: list[Change] = []
    for told in row["course"]:
        match tuple(told):
            case day, kind:
                known[day] = DayType(kind)
            case _, begun, ended:
                stood.append(Pause(begun, ended))
            case cause, at, amount, each, counts:
                happened.append(Change(cause, at, amount, LimitUnit.of(each), CalendarMode.of(counts)))
    calendar = Calendar(version=0, days=known, provisional_years=frozenset())
    found = deadlines.effective(calendar, row["start_at"], (row["amount"], unit, mode), happened, stood)
    return _up_to(row, calendar, found.trace, mode)


def _up_to(row: Row, calendar: Calendar, told: tuple[TraceDay, ...], mode: CalendarMode) -> tuple[TraceDay, ...]:
    """To the date that binds, also where an older release, or another calendar, set it. Of hours there are none to go on."""
    if not told:
        return ()
    last = days.local_date(row["effective_due_at"])
    kept = tuple(day for day in told if day.date <= last) or told[:1]
    reached = days.end_of(kept[-1].date)
    every_day = (last - kept[-1].date).days
    left = every_day if mode is CalendarMode.DUTY else days.working_days_between(calendar, reached, days.end_of(last))
    if left < 1:
        return kept
    return days.bounded((*kept, *days.due(calendar, reached, left, LimitUnit.WORKING_DAY, mode).trace[1:]))


def addressees(row: Row) -> list[Role]:
    """Whom a reminder speaks to."""
    return list(ladder.ADDRESSEES[ReminderStage.of(row["stage"])])
