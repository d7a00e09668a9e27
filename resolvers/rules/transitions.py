"""The state machine (domain 4.4): which action leads where, by whom, and what it takes. Decides; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CallbackOutcome, CaseKind, NonAcceptanceGround, SatisfactionLevel
from resolvers.terms.statuses import Action, CaseStatus

S = CaseStatus

# Action -> the states it starts from, and where it leads. T-numbers are those of domain 4.4.
TABLE: dict[Action, tuple[frozenset[CaseStatus], CaseStatus]] = {
    Action.ANSWER: (frozenset({S.RECORDED}), S.ANSWERED),  # T1
    Action.REFUSE: (frozenset({S.RECORDED}), S.NOT_ACCEPTED),  # T2
    Action.TRANSFER_OUT: (frozenset({S.RECORDED}), S.TRANSFERRED_OUT),  # T3
    Action.DISPATCH: (frozenset({S.RECORDED, S.PENDING_DISPATCH}), S.DISPATCHED),  # T7
    Action.SIGN_FOR: (frozenset({S.DISPATCHED}), S.IN_PROGRESS),  # T8
    Action.REQUEST_RETURN: (frozenset({S.DISPATCHED, S.IN_PROGRESS}), S.RETURN_REQUESTED),  # T9
    Action.TAKE_BACK: (frozenset({S.RETURN_REQUESTED}), S.PENDING_DISPATCH),  # T10
    Action.LEAVE_WITH_UNIT: (frozenset({S.RETURN_REQUESTED}), S.IN_PROGRESS),  # T11
    Action.SUBMIT_RESULT: (frozenset({S.IN_PROGRESS}), S.PENDING_SIGN_OFF),  # T13
    Action.SIGN_OFF: (frozenset({S.PENDING_SIGN_OFF}), S.CLOSED_AWAITING_CALLBACK),  # T14
    Action.SEND_BACK: (frozenset({S.PENDING_SIGN_OFF}), S.IN_PROGRESS),  # T15
    Action.RECORD_CALLBACK: (frozenset({S.CLOSED_AWAITING_CALLBACK}), S.CALLBACK_REVIEW),  # T17
    Action.ARCHIVE: (frozenset({S.CALLBACK_REVIEW}), S.ARCHIVED),  # T18
    Action.REHANDLE: (frozenset({S.CALLBACK_REVIEW}), S.IN_PROGRESS),  # T19
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case when somebody wants to act on it."""

    status: CaseStatus
    kind: CaseKind
    lead_office_id: UUID | None = None
    handling_office_ids: frozenset[UUID] = frozenset()
    handler_ids: frozenset[UUID] = frozenset()
    inspected: bool = False
    pending_approval: bool = False
    silent_co_office_ids: frozenset[UUID] = field(default=frozenset())
    adjudicated: bool = False  # a return was decided against the unit that leads


def follow(action: Action, status: CaseStatus) -> CaseStatus:
    """Where an action leads from here; `INVALID_TRANSITION` with the present state otherwise."""
    sources, target = TABLE[action]
    if status not in sources:
        raise Refused(Code.INVALID_TRANSITION, status=status)
    return target


def answer(facts: Facts, *, out_of_remit: bool) -> CaseStatus:
    """T1: a consultation, or a matter outside the remit that is explained. A report is examined first (JMS-7)."""
    target = follow(Action.ANSWER, facts.status)
    if facts.kind is CaseKind.REPORT and not facts.inspected:
        raise Refused(Code.REPORT_NOT_INSPECTED, "caseId")
    if facts.kind is not CaseKind.CONSULTATION and not out_of_remit:
        raise Refused(Code.KIND_NOT_ANSWERABLE, "outOfRemit")
    return target


def refuse(facts: Facts, ground: NonAcceptanceGround | None, notice: str | None) -> CaseStatus:
    """T2: on a ground of the law, with a notice. A report is examined first (JMS-7)."""
    target = follow(Action.REFUSE, facts.status)
    if facts.kind is CaseKind.REPORT and not facts.inspected:
        raise Refused(Code.REPORT_NOT_INSPECTED, "caseId")
    for path, given in (("ground", ground), ("notice", notice)):
        if not given:
            raise Refused(Code.GROUND_REQUIRED, path)
    return target


def sign_for(facts: Facts, offices: list[UUID]) -> CaseStatus:
    """T8: the office that leads acknowledges."""
    target = follow(Action.SIGN_FOR, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return target


def request_return(facts: Facts, offices: list[UUID], now: datetime, until: datetime | None) -> CaseStatus:
    """T9: the unit that leads, in the first round, before `until` (the end of its window), not after an adjudication."""
    target = follow(Action.REQUEST_RETURN, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if facts.adjudicated:
        raise Refused(Code.RETURN_FORBIDDEN_AFTER_ADJUDICATION, "caseId")
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    if until is None or now > until:
        raise Refused(Code.RETURN_WINDOW_CLOSED, "caseId", due_at=until)
    return target


def submit_result(facts: Facts, *, override_reason: str | None) -> CaseStatus:
    """T13: a report has been inspected, no approval is pending, the co-handlers have reported or are overridden."""
    target = follow(Action.SUBMIT_RESULT, facts.status)
    if facts.kind is CaseKind.REPORT and not facts.inspected:
        raise Refused(Code.REPORT_NOT_INSPECTED, "caseId")
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    if facts.silent_co_office_ids and not override_reason:
        raise Refused(Code.CO_HANDLER_PENDING, "coHandlerOverrideReason")
    return target


def sign_off(facts: Facts, actor: Actor, offices: list[UUID], action: Action, reason: str | None) -> CaseStatus:
    """T14, T15: the responsible person of the unit, never a handler of the result; a rejection says why."""
    target = follow(action, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if actor.id in facts.handler_ids:
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN, "caseId")
    if action is Action.SEND_BACK and not reason:
        raise Refused(Code.REASON_REQUIRED, "reason")
    return target


def record_callback(
    facts: Facts, actor: Actor, outcome: CallbackOutcome, level: SatisfactionLevel | None
) -> CaseStatus:
    """T17: by somebody outside every unit that handled the case; a level when, and only when, the citizen gave one."""
    target = follow(Action.RECORD_CALLBACK, facts.status)
    if any(map(actor.works_in, facts.handling_office_ids)) or actor.id in facts.handler_ids:
        raise Refused(Code.CALLBACK_BY_HANDLING_UNIT, "caseId")
    if (outcome is CallbackOutcome.REACHED) != (level is not None):
        raise Refused(Code.LEVEL_REQUIRED, "level")
    return target


def extension_due(now: datetime, due_at: datetime) -> None:
    """An extension is asked for before the due date (4.5)."""
    if now >= due_at:
        raise Refused(Code.EXTENSION_AFTER_DUE, "caseId", due_at=due_at)


def decide(actor: Actor, *barred: UUID | None) -> None:
    """Nobody decides on own work: requester ≠ decider, handler ≠ signer, caller ≠ reviewer (A8)."""
    if actor.id in barred:
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN)
