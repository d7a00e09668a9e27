"""A move of a case: version, status and dates together, then the ledger. Nothing else changes a case's status."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers.doors import db, due, ledger
from resolvers.models import (
    Approval,
    Assignment,
    Case,
    Dispute,
    ExtensionRequest,
    FilingReport,
    HandlingResult,
    InspectionNote,
    Office,
    Pause,
    RapidTest,
    ResultHandler,
    ReturnRequest,
    Round,
    Table,
    VoicemailCall,
)
from resolvers.rules.transitions import Facts
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    ApprovalKind,
    AssignmentRole,
    AssignmentStatus,
    CaseEventKind,
    ClockKind,
    DeadlineKind,
    DisputeStatus,
    ExtensionStatus,
    FilingStatus,
    RapidResult,
    ReturnStatus,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus

# What the law limits while a case is open; closed, it is over.
OF_THE_LAW = (DeadlineKind.ACCEPTANCE, DeadlineKind.MEDIATION, DeadlineKind.VERIFY)
_LAPSING: tuple[tuple[type[Table], str, str], ...] = (
    (ExtensionRequest, ExtensionStatus.REQUESTED, ExtensionStatus.LAPSED),
    (ReturnRequest, ReturnStatus.REQUESTED, ReturnStatus.LAPSED),
    (FilingReport, FilingStatus.SUBMITTED, FilingStatus.LAPSED),
    (Dispute, DisputeStatus.RAISED, DisputeStatus.LAPSED),
)
# What waits while the unit goes on handling the case: until it is decided, the unit hands in nothing and asks for nothing.
_MEANWHILE = (ApprovalKind.EXTENSION, ApprovalKind.DISPUTE)


async def facts(case: Case) -> Facts:
    """What the rules want to know of a locked case."""
    active = await Assignment.filter(case_id=case.id, status=AssignmentStatus.ACTIVE)
    co_offices = {row.office_id for row in active if row.role == AssignmentRole.CO}
    reported = await HandlingResult.filter(case_id=case.id, round=case.round, is_co_result=True)
    untested = RapidTest.filter(note__case_id=case.id, result=RapidResult.SUSPECTED, lab_tests__id__isnull=True)
    handlers = await ResultHandler.filter(result__case_id=case.id, result__round=case.round)
    return Facts(
        status=case.status,
        kind=case.kind,
        lead_office_id=case.lead_office_id,
        handling_office_ids=frozenset(row.office_id for row in active),
        handler_ids=frozenset(row.person_id for row in handlers),
        lab_test_pending=await untested.exists(),
        inspected=await InspectionNote.filter(case_id=case.id).exists(),
        pending_approval=await is_undecided(case),
        silent_co_office_ids=frozenset(co_offices - {row.office_id for row in reported}),
        called_back=await VoicemailCall.filter(case_id=case.id).exists(),
    )


async def is_undecided(case: Case) -> bool:
    """Something waits for a decision that the unit does not take, and nothing else is done about the case."""
    return await Approval.filter(case_id=case.id, decided_at=None, kind__in=_MEANWHILE).exists()


async def move(
    actor: Actor | None,
    case: Case,
    to: CaseStatus,
    event: CaseEventKind,
    now: datetime,
    *,
    said: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
    urgent: bool = False,
    audit_only: bool = False,
) -> None:
    """The case is in a new state (or the same, with new facts): one version up, written, and in the ledger."""
    before, case.status = case.status, to
    case.version += 1
    case.updated_at = now
    await case.save(update_fields=["status", "version", "updated_at", *changed])
    note(
        actor,
        case,
        event,
        now,
        {"from": before.value, "to": to.value, "round": case.round, **(said or {})},
        urgent=urgent,
        audit_only=audit_only,
    )


def note(
    actor: Actor | None,
    case: Case,
    event: CaseEventKind,
    now: datetime,
    said: dict[str, Any],
    *,
    urgent: bool = False,
    audit_only: bool = False,
) -> None:
    """One fact about a case for the ledger."""
    ledger.append(
        ledger.Entry(
            jurisdiction_id=case.jurisdiction_id,
            kind=event,
            occurred_at=now,
            actor_id=actor.id if actor else None,
            case_id=case.id,
            case_version=case.version,
            urgent=urgent,
            audit_only=audit_only,
            facts=said,
        )
    )


async def touch(actor: Actor | None, case: Case, event: CaseEventKind, now: datetime, said: dict[str, Any]) -> None:
    """New facts on a case that stays in its state."""
    await move(actor, case, case.status, event, now, said=said)


async def close_round(case: Case, now: datetime) -> None:
    """The current round is over; the case's closing date is this round's."""
    case.closed_at = now
    await Round.filter(case_id=case.id, number=case.round).update(closed_at=now)


async def close_unhandled(case: Case, now: datetime) -> None:
    """Closed at the centre: the round is over, and whatever clock of a case not yet dispatched still runs is met."""
    await close_round(case, now)
    await due.meet_all(case, now, DeadlineKind.TRIAGE, DeadlineKind.CLOSE, DeadlineKind.ACCEPTANCE, DeadlineKind.VERIFY)


async def close_early(case: Case, now: datetime) -> None:
    """The case ends before it was handled to the end: the round is over, the closing limit is met, on time or late,
    whatever else still ran stands still, and nothing waits for a decision any more.
    """
    await close_round(case, now)
    await due.meet_all(case, now, DeadlineKind.CLOSE, DeadlineKind.REHANDLE, *OF_THE_LAW)
    await due.stop(case, now)
    await drop_approvals(case, now)


async def end_pause(case: Case, now: datetime, **by: Any) -> Pause:
    """The clocks of a suspended case run on (T12): by whom, and on what evidence."""
    pause = await Pause.get(case_id=case.id, ended_at=None)
    await pause.update_from_dict({"ended_at": now, **by}).save(update_fields=["ended_at", *by])
    await due.go_on(case, pause.started_at, now)
    await refresh_due(case)
    return pause


async def close_handled(case: Case, now: datetime) -> None:
    """Closed by the unit that handled it: on time or not is judged now, and the callback is due (ZZ-11, DEC-6)."""
    await due.meet(case, DeadlineKind.CLOSE if case.round == 1 else DeadlineKind.REHANDLE, now)
    if case.round == 1:
        await due.meet_all(case, now, *OF_THE_LAW)
    await due.start_informant_notice(case, now)
    await due.start(case, ((DeadlineKind.CALLBACK, ClockKind.SERVICE),), now, None)
    await close_round(case, now)


async def drop_approvals(case: Case, now: datetime) -> None:
    """Whatever waited for a decision on this case has lapsed, decided by nobody."""
    await Approval.filter(case_id=case.id, decided_at=None).update(decided_at=now)
    for model, waiting, lapsed in _LAPSING:
        await model.filter(case_id=case.id, status=waiting).update(status=lapsed, decided_at=now)


async def open_round(case: Case, now: datetime) -> None:
    """Round n+1 with its own clock; round n keeps its facts (ZZ-14, DEC-8)."""
    case.round += 1
    case.closed_at = None
    await Round.create(case_id=case.id, number=case.round, opened_at=now)


async def refresh_due(case: Case) -> None:
    """The case shows the effective date of the clock that closes its round; none while that clock stands still."""
    clock = await due.closing(case)
    case.due_at = clock.effective_due_at if clock and clock.stopped_at is None else None


async def ask(case: Case, kind: ApprovalKind, subject_id: UUID, office_id: UUID, now: datetime, **who: Any) -> None:
    """Something waits for a decision: who asked, and who may not decide (`barred`)."""
    await Approval.create(
        case_id=case.id,
        jurisdiction_id=case.jurisdiction_id,
        kind=kind,
        subject_id=subject_id,
        office_id=office_id,
        requested_at=now,
        requested_by_id=who["requester"],
        barred_ids=list(who["barred"]),
    )


async def settle(actor: Actor, case: Case, kind: ApprovalKind, now: datetime, subject_id: UUID | None = None) -> None:
    """What waited is decided: with a subject that one alone, of several that may wait beside each other."""
    waiting = Approval.filter(case_id=case.id, kind=kind, decided_at=None)
    waiting = waiting.filter(subject_id=subject_id) if subject_id else waiting
    await waiting.update(decided_by_id=actor.id, decided_at=now)


async def withdraw(case: Case, kind: ApprovalKind, now: datetime) -> None:
    """What waited was taken back, decided by nobody."""
    await Approval.filter(case_id=case.id, kind=kind, decided_at=None).update(decided_at=now)


async def office(actor: Actor, code: str, *path: str) -> Office:
    """An office of the caller's jurisdiction by its code; `NOT_FOUND` otherwise."""
    found = await Office.named("code", code, jurisdiction_id=actor.jurisdiction_id)
    if found is None:
        raise Refused(Code.NOT_FOUND, *path)
    return found


async def own_office(actor: Actor, case: Case, *roles: Role) -> UUID:
    """Where the caller holds one of these roles and the case is dispatched to, as the lead's before another's;
    `NOT_YOUR_OFFICE` otherwise.
    """
    assigned = Assignment.filter(case_id=case.id, office_id__in=actor.offices(*roles), status=AssignmentStatus.ACTIVE)
    found = await assigned.order_by("-role").first()
    if found is None:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return found.office_id


async def lineage(offices: list[Office]) -> list[UUID]:
    """These offices and every office above them."""
    codes = sorted({code for found in offices for code in found.path.strip("/").split("/")})
    return [row["id"] for row in await db.query("SELECT id FROM offices WHERE code = ANY($1) ORDER BY code", codes)]
