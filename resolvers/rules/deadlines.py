"""Which limit binds a case, and what becomes of it (domain 4.5, 4.6). Limits are rows, never code: see `policies`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from resolvers.rules.days import Calendar, Due, Pause, bounded, due, local_date, working_days_between
from resolvers.terms import limits
from resolvers.terms.kinds import CalendarMode, DeadlineKind, LimitUnit

# 重办: the closing limit again (ZZ-14, DEC-4), unless a city has rows of its own for it.
_SAME_AMOUNT_AS: dict[str, str] = {DeadlineKind.REHANDLE: DeadlineKind.CLOSE}


@dataclass(frozen=True, slots=True)
class Policy:
    """时限政策: one limit for one scope. None in `regime` is the normal state, in `case_kind`, `channel` or `priority` "any".

    Rows of one scope that carry the same version stand together (the earlier binds); a higher version replaces them.
    Both effective dates are included. Unconfirmed: the amount is a placeholder until the official text is entered.
    """

    id: UUID
    version: int
    regime: str | None
    case_kind: str | None
    channel: str | None
    deadline_kind: str
    amount: int
    unit: LimitUnit
    clock: str
    confirmed: bool
    effective_from: date
    effective_to: date | None
    legal_basis: str = ""
    priority: str | None = None

    @property
    def scope(self) -> tuple[str | None, str | None, str | None]:
        return self.case_kind, self.channel, self.priority


def choose(
    policies: Iterable[Policy],
    *,
    deadline_kind: str,
    case_kind: str,
    channel: str,
    regime: str | None,
    clock: str,
    received_at: datetime,
    priority: str | None = None,
) -> tuple[Policy, ...]:
    """Every policy that binds such a case on the local day it was received; the earliest due date counts.

    A row for any case, one for the kind, one for the channel and one for the priority apply side by side (ZZ-8: the mayor's
    line). A row of the regime replaces the normal ones of exactly its scope, so the channel's normal limit stays (DEC-3),
    and limits by priority only ever shorten. Without a priority no row for one binds.
    """
    day = local_date(received_at)
    fitting = [
        policy
        for policy in policies
        if policy.clock == clock
        and policy.case_kind in (None, case_kind)
        and policy.channel in (None, channel)
        and policy.priority in (None, priority)
        and policy.regime in (None, regime)
        and policy.effective_from <= day
        and (policy.effective_to is None or day <= policy.effective_to)
    ]
    return _ruling(_about(fitting, deadline_kind))


def earliest(calendar: Calendar, policies: Iterable[Policy], start: datetime, mode: CalendarMode) -> tuple[Policy, Due]:
    """The policy that runs out first, and when; of two at once the one for a priority. ValueError: no policies."""
    dated = [(policy, due(calendar, start, policy.amount, policy.unit, mode)) for policy in policies]
    return min(dated, key=lambda pair: (pair[1].at, pair[0].priority is None, str(pair[0].id)))


def graded(policies: Iterable[Policy], regime: str) -> bool:
    """分级响应: whether the limits of a regime differ by priority (DB11/T 2021-2022)."""
    return any(policy.regime == regime and policy.priority is not None for policy in policies)


@dataclass(frozen=True, slots=True)
class Change:
    """What an approved extension added, or the limit a regime's tag set from `at` on, in the regime's own days."""

    cause: str
    at: datetime
    amount: int
    unit: LimitUnit
    mode: CalendarMode


EXTENSION, REGIME = "EXTENSION", "REGIME"


def effective(
    calendar: Calendar,
    start: datetime,
    limit: tuple[int, LimitUnit, CalendarMode],
    changes: Iterable[Change],
    pauses: Sequence[Pause],
) -> Due:
    """What binds after everything that happened to a clock: its limit without the pauses, each extension counted on from
    there, and never later than a regime allows. The trace goes on through the extensions, to what binds; that of a
    regime's limit begins with its tag, that of an extended limit in hours with the extension.
    """
    amount, unit, mode = limit
    happened = sorted(changes, key=lambda change: change.at)
    ends = [*(change.at for change in happened), None]
    found = due(calendar, start, amount, unit, mode, pauses, followed_at=ends[0])
    for change, end in zip(happened, ends[1:], strict=True):
        since = found.at if change.cause == EXTENSION else change.at
        leg = due(calendar, since, change.amount, change.unit, change.mode, pauses, followed_at=end)
        if change.cause == EXTENSION:
            further = leg.trace[1:] if found.trace else leg.trace
            found = Due(leg.at, found.provisional or leg.provisional, bounded((*found.trace, *further)))
        else:
            found = min(found, leg, key=lambda one: one.at)
    return found


def run_on(calendar: Calendar, old_due: datetime, pause: Pause, mode: CalendarMode) -> Due:
    """What binds after a pause, counted on from the old due date alone: as many working days are left when it ends as were
    left when it began.
    """
    days = (local_date(old_due) - local_date(pause.start)).days
    left = days if mode == CalendarMode.DUTY else working_days_between(calendar, pause.start, old_due)
    return due(calendar, pause.end, left, LimitUnit.WORKING_DAY, mode)


def shorten(old_due: datetime, tag_time_due: datetime) -> datetime:
    """A regime's tag put on later may only shorten: the earlier of the old due date and tag time plus regime amount."""
    return min(old_due, tag_time_due)


def extend(
    calendar: Calendar,
    old_due: datetime,
    amount: int,
    unit: LimitUnit,
    mode: CalendarMode,
    pauses: Sequence[Pause] = (),
) -> Due:
    """延期: the amount counts from the old due date, whenever it was asked for. ValueError: nothing is added."""
    if amount < 1:
        raise ValueError(f"an extension adds something, not {amount}")
    return due(calendar, old_due, amount, unit, mode, pauses)


def breached(effective_due: datetime, met_at: datetime | None, now: datetime, amount: int) -> datetime | None:
    """The instant the deadline was missed, as known at `now`: the due date itself; None while kept or running.

    What was met at the very instant it was due is in time; what was met after `now` is still unmet at `now`. A limit of
    nothing (接诉即分流, ZZ-19) is kept within a quarter of an hour (4.6).
    """
    reached = now if met_at is None else min(met_at, now)
    return effective_due if reached > effective_due + (limits.AT_ONCE if amount == 0 else timedelta()) else None


def _about(policies: Sequence[Policy], deadline_kind: str) -> list[Policy]:
    own = [policy for policy in policies if policy.deadline_kind == deadline_kind]
    lender = _SAME_AMOUNT_AS.get(deadline_kind)
    return own or [policy for policy in policies if policy.deadline_kind == lender]


def _ruling(policies: Sequence[Policy]) -> tuple[Policy, ...]:
    return tuple(policy for policy in policies if not any(_outranks(other, policy) for other in policies))


def _outranks(other: Policy, policy: Policy) -> bool:
    if other.scope != policy.scope:
        return False
    if other.regime != policy.regime:
        return policy.regime is None
    return other.version > policy.version
