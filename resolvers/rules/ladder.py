"""催办: which rung of the ladder a closing date has reached (domain 2.5, 4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from resolvers.rules import days
from resolvers.rules.days import ZONE, Calendar
from resolvers.terms.kinds import CalendarMode, ReminderStage
from resolvers.terms.roles import Role

# Nobody is woken at midnight for a date: a rung opens when people are in the office, of an emergency at once (3.2).
OFFICE_OPENS = time(8, 30)
ESCALATES_AFTER = 1  # working days after the old due date, of an extension nobody decided (4.5)
LAPSES_AFTER = 5  # working days after it: the last rung, and the unit must not wait for ever

_AFTER: dict[ReminderStage, int] = {
    ReminderStage.DUE: 0,
    ReminderStage.FORMAL_NOTICE: 1,
    ReminderStage.CRITICISM: 5,
}
ADDRESSEES: dict[ReminderStage, tuple[Role, ...]] = {
    ReminderStage.BEFORE_DUE: (Role.CLERK,),
    ReminderStage.DUE: (Role.INSPECTOR, Role.RESPONSIBLE_PERSON),
    ReminderStage.FORMAL_NOTICE: (Role.SUPERVISION_OFFICER,),
    ReminderStage.CRITICISM: (Role.SUPERVISION_OFFICER, Role.LEADER),
}


@dataclass(frozen=True, slots=True)
class Rungs:
    """The latest due instants whose cases have come to each rung; an earlier date is on a later rung."""

    before_due: datetime
    due: datetime
    formal_notice: datetime
    criticism: datetime

    def stage(self, due_at: datetime) -> ReminderStage | None:
        """The rung a case due then stands on; None while it is too early for any."""
        if due_at <= self.criticism:
            return ReminderStage.CRITICISM
        if due_at <= self.formal_notice:
            return ReminderStage.FORMAL_NOTICE
        if due_at <= self.due:
            return ReminderStage.DUE
        return ReminderStage.BEFORE_DUE if due_at <= self.before_due else None


def rungs(calendar: Calendar, now: datetime, mode: CalendarMode, *, at_once: bool) -> Rungs:
    """Where the ladder stands at an instant: one working day before the due day, on it, one and five working days after.

    A rung opens at half past eight of its day, for an emergency (`at_once`) as the day begins. Under DUTY every day counts.
    """
    today = _opened(now, at_once=at_once)
    before = _next(calendar, today, mode)
    after = {stage: _passed(calendar, today, number, mode) for stage, number in _AFTER.items()}
    return Rungs(
        before_due=days.end_of(before),
        due=days.end_of(after[ReminderStage.DUE]),
        formal_notice=days.end_of(after[ReminderStage.FORMAL_NOTICE]),
        criticism=days.end_of(after[ReminderStage.CRITICISM]),
    )


def passed(calendar: Calendar, now: datetime, working_days: int) -> datetime:
    """The latest due instant after which so many working days are over, the last of them wholly."""
    yesterday = days.local_date(now) - timedelta(days=1)
    return days.end_of(_passed(calendar, yesterday, working_days, CalendarMode.STATUTORY))


def _opened(now: datetime, *, at_once: bool) -> date:
    """The last day whose rungs are open by now."""
    local = now.astimezone(ZONE)
    is_open = at_once or local.time() >= OFFICE_OPENS
    return local.date() if is_open else local.date() - timedelta(days=1)


def _next(calendar: Calendar, day: date, mode: CalendarMode) -> date:
    if mode is CalendarMode.DUTY:
        return day + timedelta(days=1)
    return days.nth_working_day(calendar, day, 1)


def _passed(calendar: Calendar, day: date, number: int, mode: CalendarMode) -> date:
    """The latest due day that lies so many working days back."""
    if number == 0:
        return day
    if mode is CalendarMode.DUTY:
        return day - timedelta(days=number)
    return days.nth_working_day_back(calendar, day, number) - timedelta(days=1)
