"""Which limit binds a case, and what becomes of it (domain 4.5, 4.6). Limits are rows, never code: see `policies`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from resolvers.rules.days import Calendar, Due, due, local_date
from resolvers.terms.kinds import CalendarMode, DeadlineKind, LimitUnit

# 重办: the closing limit again (ZZ-14, DEC-4), unless a city has rows of its own for it.
_SAME_AMOUNT_AS: dict[str, str] = {DeadlineKind.REHANDLE: DeadlineKind.CLOSE}


@dataclass(frozen=True, slots=True)
class Policy:
    """时限政策: one limit for one scope. None in `regime` is the normal state, in `case_kind` or `channel` "any".

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

    @property
    def scope(self) -> tuple[str | None, str | None]:
        return self.case_kind, self.channel


def choose(
    policies: Iterable[Policy],
    *,
    deadline_kind: str,
    case_kind: str,
    channel: str,
    regime: str | None,
    clock: str,
    received_at: datetime,
) -> tuple[Policy, ...]:
    """Every policy that binds such a case on the local day it was received; the earliest due date counts.

    A row for any case, one for the kind and one for the channel apply side by side (ZZ-8: the mayor's line). A row of
    the regime replaces the normal ones of exactly its scope, so the channel's normal limit stays (DEC-3).
    """
    day = local_date(received_at)
    fitting = [
        policy
        for policy in policies
        if policy.clock == clock
        and policy.case_kind in (None, case_kind)
        and policy.channel in (None, channel)
        and policy.regime in (None, regime)
        and policy.effective_from <= day
        and (policy.effective_to is None or day <= policy.effective_to)
    ]
    return _ruling(_about(fitting, deadline_kind))


def earliest(calendar: Calendar, policies: Iterable[Policy], start: datetime, mode: CalendarMode) -> tuple[Policy, Due]:
    """The policy that runs out first, and when. ValueError: no policies."""
    dated = [(policy, due(calendar, start, policy.amount, policy.unit, mode)) for policy in policies]
    return min(dated, key=lambda pair: (pair[1].at, str(pair[0].id)))


def shorten(old_due: datetime, tag_time_due: datetime) -> datetime:
    """A regime's tag put on later may only shorten: the earlier of the old due date and tag time plus regime amount."""
    return min(old_due, tag_time_due)


def extend(calendar: Calendar, old_due: datetime, amount: int, unit: LimitUnit, mode: CalendarMode) -> Due:
    """延期: the amount counts from the old due date, whenever it was asked for. ValueError: nothing is added."""
    if amount < 1:
        raise ValueError(f"an extension adds something, not {amount}")
    return due(calendar, old_due, amount, unit, mode)


def breached(effective_due: datetime, met_at: datetime | None, now: datetime) -> datetime | None:
    """The instant the deadline was missed, as known at `now`: the due date itself; None while kept or running.

    What was met at the very instant it was due is in time; what was met after `now` is still unmet at `now`.
    """
    reached = now if met_at is None else min(met_at, now)
    return effective_due if reached > effective_due else None


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
