"""时限: how a due date was counted, day by day."""

from __future__ import annotations

from resolvers.doors.access import Row
from resolvers.rules import days
from resolvers.rules.days import Calendar, DayType, TraceDay
from resolvers.terms.kinds import CalendarMode, LimitUnit


def trace(row: Row) -> tuple[TraceDay, ...]:
    """Each day from the start of a clock to its original due date, under the calendar as now known."""
    known = {day: DayType(kind) for day, kind in row["calendar"]}
    calendar = Calendar(version=0, days=known, provisional_years=frozenset())
    unit, mode = LimitUnit.of(row["unit"]), CalendarMode.of(row["calendar_mode"])
    return days.due(calendar, row["start_at"], row["amount"], unit, mode).trace
