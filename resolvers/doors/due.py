"""A case's clocks: start, meet, shorten by a regime's tag, extend. Every other date of a case follows from these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from resolvers.doors import db
from resolvers.models import Case, Deadline, DeadlineChange, DeadlinePolicy, Regime
from resolvers.rules import deadlines
from resolvers.rules.days import Calendar, DayType, Due, local_date
from resolvers.rules.deadlines import Policy
from resolvers.terms.kinds import CalendarMode, CaseKind, ClockKind, DeadlineKind, LimitUnit

_HORIZON = timedelta(days=150)  # 60 working days and the longest festival fit


async def calendar(start: datetime, horizon: timedelta = _HORIZON) -> Calendar:
    """The working calendar as now known, around a start. Of a day with several versions the highest counts."""
    first = local_date(start)
    rows = await db.query(
        "SELECT DISTINCT ON (date) date, version, day_type, provisional FROM calendar_days"
        " WHERE date BETWEEN $1 AND $2 ORDER BY date, version DESC",
        first,
        first + horizon,
    )
    return Calendar(
        version=max((row["version"] for row in rows), default=0),
        days={row["date"]: DayType(row["day_type"]) for row in rows},
        provisional_years=frozenset(row["date"].year for row in rows if row["provisional"]),
    )


async def policies() -> tuple[Policy, ...]:
    """Every limit on record, as the rules read it."""
    return tuple(_policy(row) for row in await DeadlinePolicy.all())


def _policy(row: DeadlinePolicy) -> Policy:
    return Policy(
        id=row.id,
        version=row.version,
        regime=row.regime,
        case_kind=row.case_kind,
        channel=row.channel,
        deadline_kind=row.deadline_kind,
        amount=row.amount,
        unit=row.unit,
        clock=row.clock,
        confirmed=row.confirmed,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        legal_basis=row.legal_basis,
    )


def clocks_at_intake(kind: CaseKind) -> tuple[tuple[DeadlineKind, ClockKind], ...]:
    """Which clocks a received case starts: the bureau's own, and beside them the law's (4.6)."""
    service = ((DeadlineKind.TRIAGE, ClockKind.SERVICE), (DeadlineKind.CLOSE, ClockKind.SERVICE))
    statutory = {
        CaseKind.COMPLAINT: ((DeadlineKind.ACCEPTANCE, ClockKind.STATUTORY),),
        CaseKind.REPORT: ((DeadlineKind.VERIFY, ClockKind.STATUTORY),),
    }
    return service + statutory.get(kind, ())


async def start(
    case: Case,
    clocks: Sequence[tuple[DeadlineKind, ClockKind]],
    at: datetime,
    regime: Regime | None,
    *,
    dispatch: int = 1,
) -> list[Deadline]:
    """Start clocks of a case's current round at an instant. Policies are those in force when the case was received.
    `dispatch`: which dispatch of the case they belong to, where each has its own.
    """
    known, days = await policies(), await calendar(at)
    rows = [row for kind, clock in clocks if (row := reckon(case, kind, clock, at, regime, known, days))]
    for row in rows:
        row.dispatch = dispatch
    await Deadline.bulk_create(rows)
    return rows


def reckon(
    case: Case,
    kind: DeadlineKind,
    clock: ClockKind,
    at: datetime,
    regime: Regime | None,
    known: Sequence[Policy],
    days: Calendar,
) -> Deadline | None:
    """One clock of a case, not yet saved; None when no policy speaks of it."""
    bound = deadlines.choose(
        known,
        deadline_kind=kind,
        case_kind=case.kind,
        channel=case.channel,
        regime=regime.policy if regime else None,
        clock=clock,
        received_at=case.received_at,
    )
    if not bound:
        return None
    mode = regime.calendar_mode if regime else CalendarMode.STATUTORY
    policy, due = deadlines.earliest(days, bound, at, mode)
    return Deadline(
        case_id=case.id,
        policy_id=policy.id,
        round=case.round,
        kind=kind,
        clock=clock,
        amount=policy.amount,
        unit=policy.unit,
        calendar_version=days.version,
        calendar_mode=mode,
        start_at=at,
        due_at=due.at,
        effective_due_at=due.at,
        provisional=due.provisional,
        basis_unconfirmed=not policy.confirmed,
    )


async def meet(case: Case, kind: DeadlineKind, at: datetime) -> None:
    """A clock of the current round is met; met late, its breach is a fact from then on. Met once, it stays met."""
    await db.execute(
        "UPDATE deadlines SET met_at = $1, breached_at = CASE WHEN effective_due_at < $1 THEN effective_due_at END"
        " WHERE case_id = $2 AND round = $3 AND kind = $4 AND met_at IS NULL",
        at,
        case.id,
        case.round,
        kind.value,
    )


async def meet_all(case: Case, at: datetime, *kinds: DeadlineKind) -> None:
    """The case is closed: whatever of these clocks still runs is met."""
    for kind in kinds:
        await meet(case, kind, at)


async def closing(case: Case) -> Deadline | None:
    """The clock that closes the current round."""
    kind = DeadlineKind.CLOSE if case.round == 1 else DeadlineKind.REHANDLE
    return await Deadline.get_or_none(case_id=case.id, round=case.round, kind=kind, clock=ClockKind.SERVICE)


async def statutory_limit(case: Case) -> datetime | None:
    """The legal outer limit no extension may pass, if the law sets one that still runs (4.5)."""
    verification = Deadline.filter(case_id=case.id, clock=ClockKind.STATUTORY, kind=DeadlineKind.VERIFY)
    row = await verification.filter(met_at=None).first()
    return await _twice(row) if row else None


async def _twice(verification: Deadline) -> datetime:
    # 15 WD, and once 15 WD more (Penalty Procedure art. 18).
    days = await calendar(verification.due_at)
    due = deadlines.extend(
        days, verification.due_at, verification.amount, verification.unit, verification.calendar_mode
    )
    return due.at


async def extended(deadline: Deadline, working_days: int) -> Due:
    """What an extension would make of a due date: working days counted from the old one (4.5)."""
    days = await calendar(deadline.effective_due_at)
    unit = LimitUnit.WORKING_DAY
    return deadlines.extend(days, deadline.effective_due_at, working_days, unit, deadline.calendar_mode)


async def move(deadline: Deadline, new_due: datetime, at: datetime, cause: str, *, provisional: bool) -> None:
    """Set another effective due date and keep why; the first one stays on record."""
    await DeadlineChange.create(
        deadline_id=deadline.id,
        at=at,
        cause=cause,
        old_due_at=deadline.effective_due_at,
        new_due_at=new_due,
        calendar_version=deadline.calendar_version,
    )
    deadline.effective_due_at, deadline.provisional = new_due, provisional
    deadline.breached_at = deadlines.breached(new_due, deadline.met_at, at) if deadline.met_at else None
    await deadline.save(update_fields=["effective_due_at", "provisional", "breached_at"])


async def shorten(case: Case, regime: Regime, at: datetime, known: Sequence[Policy], days: Calendar) -> None:
    """A regime's tag put on an open case: its clocks run out at the earlier of the old date and tag time plus limit."""
    for row in await Deadline.filter(case_id=case.id, round=case.round, met_at=None, clock=ClockKind.SERVICE):
        fresh = reckon(case, row.kind, row.clock, at, regime, known, days)
        if fresh and deadlines.shorten(row.effective_due_at, fresh.due_at) < row.effective_due_at:
            await move(row, fresh.due_at, at, "REGIME", provisional=fresh.provisional)


async def settle_regimes(jurisdiction_id: UUID, *, changing: bool) -> None:
    """Until the end of the transaction no regime of the jurisdiction begins beside an intake that asks for one."""
    how = "pg_advisory_xact_lock" if changing else "pg_advisory_xact_lock_shared"
    await db.query(f"SELECT {how}($1)", int.from_bytes(jurisdiction_id.bytes[8:], signed=True))


async def regime_for(jurisdiction_id: UUID, tags: Sequence[str], at: datetime) -> Regime | None:
    """The regime whose tag the case carries, in force at that instant."""
    running = Q(ended_at=None) | Q(ended_at__gt=at)
    found = Regime.filter(running, jurisdiction_id=jurisdiction_id, tag__in=list(tags), started_at__lte=at)
    return await found.order_by("-started_at").first()
