"""A case's clocks: start, meet, shorten by a regime's tag, extend. Every other date of a case follows from these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from resolvers.doors import db
from resolvers.models import CalendarAmendment, Case, Deadline, DeadlineChange, DeadlinePolicy, Party, Regime
from resolvers.models import Pause as PauseRow
from resolvers.models.deadline import MISSED
from resolvers.rules import deadlines
from resolvers.rules.days import Calendar, DayType, Due, Pause, local_date
from resolvers.rules.deadlines import Policy
from resolvers.terms.kinds import CalendarMode, CaseKind, ClockKind, DeadlineKind, LimitUnit
from resolvers.terms.statuses import CaseStatus

_HORIZON = timedelta(days=150)  # 60 working days and the longest festival fit
_LONG = timedelta(days=800)  # with extensions, and pauses of a court's length


async def settle_calendar(*, changing: bool) -> None:
    """Until the end of the transaction no calendar is amended while somebody counts by the one before."""
    how = "pg_advisory_xact_lock" if changing else "pg_advisory_xact_lock_shared"
    await db.query(f"SELECT {how}(hashtext('jiesu'), hashtext('calendar'))")


async def calendar(start: datetime, horizon: timedelta = _HORIZON) -> Calendar:
    """The working calendar as now known, around a start. Of a day with several versions the highest counts."""
    await settle_calendar(changing=False)
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
        priority=row.priority,
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
    """One clock of a case, not yet saved; None when no policy speaks of it. Where limits go by the priority it is that of
    now: a case made more urgent later keeps the clocks it has, and what begins later, or a tag, goes by what it is then.
    """
    bound = deadlines.choose(
        known,
        deadline_kind=kind,
        case_kind=case.kind,
        channel=case.channel,
        regime=regime.policy if regime else None,
        clock=clock,
        received_at=case.received_at,
        priority=case.priority,
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


async def meet(case: Case, kind: DeadlineKind, at: datetime, *, any_round: bool = False) -> None:
    """A clock of the current round is met; met late, its breach is a fact from then on. Met once, it stays met.
    `any_round`: one begun in an earlier round too.
    """
    await db.execute(
        "UPDATE deadlines d SET met_at = $1, breached_at = coalesce(breached_at,"
        f" CASE WHEN {MISSED.format(t='d')} < $1 THEN effective_due_at END)"
        " WHERE case_id = $2 AND (round = $3 OR $5) AND kind = $4 AND met_at IS NULL AND stopped_at IS NULL",
        at,
        case.id,
        case.round,
        kind.value,
        any_round,
    )


async def runs(case: Case, kind: DeadlineKind) -> bool:
    """Whether a clock of this kind runs, whichever round it began in."""
    return await Deadline.filter(case_id=case.id, kind=kind, met_at=None, stopped_at=None).exists()


async def start_informant_notice(case: Case, at: datetime) -> None:
    """告知举报人: a decision on a report was taken; whoever gave a name and a phone is told of it (Order 20 art. 31)."""
    named = Party.filter(id=case.complainant_id).exclude(name=None).exclude(phone=None)
    if case.kind is CaseKind.REPORT and case.complainant_id is not None and await named.exists():
        await start(case, ((DeadlineKind.NOTIFY_INFORMANT, ClockKind.STATUTORY),), at, None)


async def meet_all(case: Case, at: datetime, *kinds: DeadlineKind) -> None:
    """The case is closed: whatever of these clocks still runs is met."""
    for kind in kinds:
        await meet(case, kind, at)


async def stop(case: Case, at: datetime, *kinds: DeadlineKind) -> None:
    """Every clock that still runs (of these kinds, where some are named) stands still: neither met nor running out. What
    it missed by then it missed.
    """
    await db.execute(
        "UPDATE deadlines d SET stopped_at = $1, breached_at = coalesce(breached_at,"
        f" CASE WHEN {MISSED.format(t='d')} < $1 THEN effective_due_at END)"
        " WHERE case_id = $2 AND met_at IS NULL AND stopped_at IS NULL AND ($3::text[] = '{}' OR kind = ANY($3))",
        at,
        case.id,
        [kind.value for kind in kinds],
    )


async def go_on(case: Case, since: datetime, at: datetime) -> None:
    """The clocks that stood still in a pause run on, with the paused days taken out of them (T12). A clock that had run
    out before the pause stays so, and one that stood still before it is not set going.
    """
    pause = Pause(since, at)
    for row in await Deadline.filter(case_id=case.id, met_at=None, stopped_at=since):
        row.stopped_at = None
        if row.breached_at is None:
            fresh = await recount(row) if await is_countable(row) else await _run_on(row, pause)
            if fresh.at != row.effective_due_at:
                await move(row, fresh.at, at, "PAUSE", provisional=fresh.provisional)
        await row.save(update_fields=["stopped_at"])


async def _run_on(row: Deadline, pause: Pause) -> Due:
    return deadlines.run_on(await calendar(pause.start, _LONG), row.effective_due_at, pause, row.calendar_mode)


async def recount(row: Deadline, days: Calendar | None = None) -> Due:
    """What binds by everything that happened to a clock since it began: its limit, extensions, a regime's tag, pauses."""
    changes = [
        deadlines.Change(change.cause, change.at, change.amount, change.unit, change.calendar_mode or row.calendar_mode)
        for change in await _since(row).exclude(amount=None).order_by("at", "id")
        if change.amount is not None and change.unit is not None
    ]
    limit = row.amount, row.unit, row.calendar_mode
    known = days or await calendar(row.start_at, _LONG)
    return deadlines.effective(known, row.start_at, limit, changes, await _pauses(row.case_id))


async def _pauses(case_id: UUID) -> list[Pause]:
    """The pauses of a case that are over."""
    rows = PauseRow.filter(case_id=case_id).order_by("started_at")
    return [Pause(row.started_at, row.ended_at) for row in await rows if row.ended_at is not None]


def _since(row: Deadline) -> QuerySet[DeadlineChange]:
    """What moved a clock since it began, or began anew: what moved it before is in no count any more."""
    return DeadlineChange.filter(deadline_id=row.id, at__gte=row.start_at)


async def is_countable(row: Deadline) -> bool:
    """False for a clock that was moved when amounts were not yet kept: nobody can say what `recount` would have to add."""
    moved = _since(row).filter(cause__in=[deadlines.EXTENSION, deadlines.REGIME], amount=None)
    return not await moved.exists()


async def begin_anew(case: Case, at: datetime, regime: Regime | None) -> None:
    """The authority's clocks begin again, as if the case had been received at this instant (T6, DEC-1)."""
    known, days = await policies(), await calendar(at)
    for row in await Deadline.filter(case_id=case.id, met_at=None).exclude(stopped_at=None):
        fresh = reckon(case, row.kind, row.clock, at, regime, known, days)
        row.stopped_at = None
        if fresh is None:
            await row.save(update_fields=["stopped_at"])
            continue
        await move(row, fresh.due_at, at, "RESTART", provisional=fresh.provisional)
        row.start_at, row.due_at, row.amount, row.unit = at, fresh.due_at, fresh.amount, fresh.unit
        row.policy_id, row.calendar_version, row.breached_at = fresh.policy_id, fresh.calendar_version, None
        row.calendar_mode, row.basis_unconfirmed = fresh.calendar_mode, fresh.basis_unconfirmed
        fields = ["stopped_at", "start_at", "due_at", "amount", "unit", "policy_id", "calendar_version", "breached_at"]
        await row.save(update_fields=[*fields, "calendar_mode", "basis_unconfirmed"])


async def closing(case: Case) -> Deadline | None:
    """The clock that closes the current round."""
    kind = DeadlineKind.CLOSE if case.round == 1 else DeadlineKind.REHANDLE
    return await Deadline.get_or_none(case_id=case.id, round=case.round, kind=kind, clock=ClockKind.SERVICE)


async def statutory_limit(case: Case) -> datetime | None:
    """The legal outer limit no extension may pass, if the law sets one that still runs (4.5)."""
    row = await verification(case)
    if row is None or await is_extended(row):
        return row.effective_due_at if row else None
    more = await verification_extension(case, row)
    return (await extended(row, more)).at if more else row.effective_due_at


async def verification(case: Case) -> Deadline | None:
    """The clock of the law within which a report is verified, as long as it runs."""
    return await Deadline.get_or_none(
        case_id=case.id, clock=ClockKind.STATUTORY, kind=DeadlineKind.VERIFY, round=case.round, met_at=None
    )


async def verification_extension(case: Case, row: Deadline) -> int | None:
    """By how many working days the law lets it be extended, once (Penalty Procedure art. 18); None where it does not."""
    known, at = await policies(), row.effective_due_at
    more = reckon(case, DeadlineKind.VERIFY_EXT, ClockKind.STATUTORY, at, None, known, await calendar(at))
    return more.amount if more else None


async def is_extended(row: Deadline) -> bool:
    """Whether an extension of this clock was granted."""
    return await DeadlineChange.filter(deadline_id=row.id, cause=deadlines.EXTENSION).exists()


async def extended(deadline: Deadline, working_days: int) -> Due:
    """What an extension would make of a due date: working days counted from the old one (4.5)."""
    days, pauses = await calendar(deadline.effective_due_at, _LONG), await _pauses(deadline.case_id)
    unit = LimitUnit.WORKING_DAY
    return deadlines.extend(days, deadline.effective_due_at, working_days, unit, deadline.calendar_mode, pauses)


async def move(
    deadline: Deadline,
    new_due: datetime,
    at: datetime,
    cause: str,
    *,
    provisional: bool,
    by: tuple[int, LimitUnit] | None = None,
    mode: CalendarMode | None = None,
    amendment: CalendarAmendment | None = None,
) -> None:
    """Set another effective due date and keep why; the first one stays on record. `by`: what an extension added, or the
    limit a regime set from now on, counted in its `mode`.
    """
    amount, unit = by or (None, None)
    deadline.calendar_version = amendment.version if amendment else await _settled(deadline)
    await DeadlineChange.create(
        deadline_id=deadline.id,
        at=at,
        cause=cause,
        old_due_at=deadline.effective_due_at,
        new_due_at=new_due,
        calendar_version=deadline.calendar_version,
        amount=amount,
        unit=unit,
        calendar_mode=mode,
        amendment_id=amendment.id if amendment else None,
    )
    deadline.effective_due_at, deadline.provisional = new_due, provisional
    deadline.breached_at = (
        deadlines.breached(new_due, deadline.met_at, at, deadline.amount) if deadline.met_at else None
    )
    fields = ["effective_due_at", "provisional", "breached_at", "calendar_version"]
    await deadline.save(update_fields=fields)


async def _settled(deadline: Deadline) -> int:
    """By which version a clock that moves now is counted. Of an amendment whose recount is under way it has not heard:
    that comes to it yet.
    """
    newest = await CalendarAmendment.exclude(recomputed_at=None).order_by("-version").first()
    return max(deadline.calendar_version, newest.version) if newest else deadline.calendar_version


async def shorten(case: Case, regime: Regime, at: datetime, known: Sequence[Policy], days: Calendar) -> None:
    """A regime's tag put on an open case: its clocks run out at the earlier of the old date and tag time plus limit. Of
    a suspended case they are told so now, and it shows when they run on.
    """
    clocks = Deadline.filter(case_id=case.id, round=case.round, met_at=None, clock=ClockKind.SERVICE)
    paused = case.status is CaseStatus.SUSPENDED
    running = Q(stopped_at=None) | Q(stopped_at__not_isnull=True, breached_at=None) if paused else Q(stopped_at=None)
    for row in await clocks.filter(running):
        fresh = reckon(case, row.kind, row.clock, at, regime, known, days)
        if fresh and (row.stopped_at or deadlines.shorten(row.effective_due_at, fresh.due_at) < row.effective_due_at):
            to = row if row.stopped_at else fresh
            by, mode = (fresh.amount, fresh.unit), fresh.calendar_mode
            await move(row, to.effective_due_at, at, deadlines.REGIME, provisional=to.provisional, by=by, mode=mode)


async def settle_regimes(jurisdiction_id: UUID, *, changing: bool) -> None:
    """Until the end of the transaction no regime of the jurisdiction begins beside an intake that asks for one."""
    how = "pg_advisory_xact_lock" if changing else "pg_advisory_xact_lock_shared"
    await db.query(f"SELECT {how}($1)", int.from_bytes(jurisdiction_id.bytes[8:], signed=True))


async def regime_of(case: Case) -> Regime | None:
    """The regime a case came under; it stays under it when that one ends."""
    return await Regime.get_or_none(id=case.regime_id) if case.regime_id else None


async def regime_for(jurisdiction_id: UUID, tags: Sequence[str], at: datetime) -> Regime | None:
    """The regime whose tag the case carries, in force at that instant."""
    running = Q(ended_at=None) | Q(ended_at__gt=at)
    found = Regime.filter(running, jurisdiction_id=jurisdiction_id, tag__in=list(tags), started_at__lte=at)
    return await found.order_by("-started_at").first()
