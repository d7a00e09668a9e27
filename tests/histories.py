"""Random pasts of many cases, written straight into the tables, and each as the plain formulas read it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from resolvers.doors import db
from resolvers.models import Assignment, Case, Deadline, DeadlineChange, Round
from resolvers.rules.days import ZONE
from resolvers.rules.kpi import CaseFacts
from resolvers.terms.kinds import (
    AssignmentRole,
    AssignmentStatus,
    CalendarMode,
    CaseKind,
    CasePriority,
    ClockKind,
    DeadlineKind,
    IntakeChannel,
    LimitUnit,
)
from resolvers.terms.statuses import CaseStatus
from tests.world import City

BEGAN = datetime(2026, 3, 1, tzinfo=ZONE).astimezone(UTC)
HOURS = 60 * 24

Span = tuple[datetime, datetime | None]


def hour(dice: random.Random, after: datetime = BEGAN, within: int = HOURS) -> datetime:
    """A full hour later: whole hours make limits, closures and the edges of days meet."""
    return after + timedelta(hours=dice.randrange(1, within))


@dataclass(frozen=True, slots=True)
class History:
    """What became of one case."""

    kind: CaseKind
    received_at: datetime
    registered_at: datetime
    rounds: tuple[Span, ...]
    due_at: datetime
    extended: tuple[tuple[datetime, datetime], ...]  # when it was decided, and the new limit
    dispatched: tuple[datetime, str] | None
    removed: CaseStatus | None
    merged_at: datetime | None  # when it was merged, if that is how it was removed

    def facts(self, as_of: datetime) -> CaseFacts:
        known = [new for at, new in self.extended if at <= as_of]
        removed_at = (self.merged_at or self.received_at) if self.removed else None
        return CaseFacts(self.received_at, self.rounds, self.due_at, known[-1] if known else self.due_at, removed_at)

    def holder(self, as_of: datetime) -> str:
        return self.dispatched[1] if self.dispatched and self.dispatched[0] <= as_of else "top"


def invent(dice: random.Random) -> History:
    received = hour(dice)
    due = hour(dice, received, 300)
    decided = sorted({hour(dice, received, 200) for _ in range(dice.choice((0, 0, 1, 2)))})
    sent = (hour(dice, received, 72), dice.choice(("east", "west", "stall")))
    removed = dice.choice((CaseStatus.VOID, CaseStatus.MERGED, CaseStatus.MERGED)) if dice.random() < 0.2 else None
    return History(
        kind=dice.choice(list(CaseKind)),
        received_at=received,
        registered_at=received if dice.random() < 0.8 else hour(dice, received, 100),
        rounds=_rounds(dice, received),
        due_at=due,
        extended=tuple((at, hour(dice, received, 400)) for at in decided),
        dispatched=sent if dice.random() < 0.7 else None,
        removed=removed,
        merged_at=hour(dice, received, 300) if removed is CaseStatus.MERGED else None,
    )


def _rounds(dice: random.Random, opened: datetime) -> tuple[Span, ...]:
    if dice.random() < 0.3:
        return ((opened, None),)
    closed = hour(dice, opened, 400)
    again = dice.random() < 0.3
    return ((opened, closed), *(_rounds(dice, hour(dice, closed, 100)) if again else ()))


@db.atomic
async def write(city: City, histories: list[History]) -> None:
    """One case each, with its rounds, its limit and its dispatch."""
    cases = [_case(city, number, history) for number, history in enumerate(histories)]
    told = list(zip(cases, histories, strict=True))
    limits = [_limit(case, history) for case, history in told]
    await Case.bulk_create(cases)
    await Round.bulk_create(
        Round(case_id=case.id, number=number, opened_at=opened, closed_at=closed)
        for case, history in told
        for number, (opened, closed) in enumerate(history.rounds, 1)
    )
    await Deadline.bulk_create(limits)
    await DeadlineChange.bulk_create(
        DeadlineChange(
            deadline_id=limit.id, at=at, cause="EXTENSION", old_due_at=at, new_due_at=new, calendar_version=1
        )
        for limit, history in zip(limits, histories, strict=True)
        for at, new in history.extended
    )
    await Assignment.bulk_create(
        Assignment(
            case_id=case.id,
            office_id=city.offices[history.dispatched[1]],
            role=AssignmentRole.LEAD,
            status=AssignmentStatus.MERGED if history.merged_at else AssignmentStatus.ACTIVE,
            dispatched_at=history.dispatched[0],
        )
        for case, history in told
        if history.dispatched
    )


def _case(city: City, number: int, history: History) -> Case:
    return Case(
        id=uuid4(),
        number=f"{city.code}-{number}",
        jurisdiction_id=city.jurisdiction_id,
        kind=history.kind,
        channel=IntakeChannel.PHONE,
        status=history.removed or CaseStatus.IN_PROGRESS,
        merged_into_id=uuid4() if history.merged_at else None,
        merged_at=history.merged_at,
        priority=CasePriority.NORMAL,
        title="",
        description="",
        title_redacted="",
        description_redacted="",
        tags=[],
        division_code="990100",
        received_at=history.received_at,
        registered_at=history.registered_at,
        updated_at=history.received_at,
        intake_office_id=city.offices["top"],
        office_ids=[],
        handling_ids=[],
        assigned_ids=[],
    )


def _limit(case: Case, history: History) -> Deadline:
    return Deadline(
        id=uuid4(),
        case_id=case.id,
        round=1,
        kind=DeadlineKind.CLOSE,
        clock=ClockKind.SERVICE,
        amount=1,
        unit=LimitUnit.HOUR,
        calendar_version=1,
        calendar_mode=CalendarMode.STATUTORY,
        start_at=history.received_at,
        due_at=history.due_at,
        effective_due_at=history.extended[-1][1] if history.extended else history.due_at,
        provisional=False,
        basis_unconfirmed=False,
    )
