"""The state machine (domain 4.4): which action leads where, by whom, and what it takes. Decides; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    CallbackOutcome,
    CaseKind,
    NonAcceptanceGround,
    NoticeKind,
    PauseReason,
    SatisfactionLevel,
    TerminationGround,
)
from resolvers.terms.statuses import CALLED_BESIDE, HANDLED, OPEN, Action, CaseStatus

S = CaseStatus

_CLOSED_BY_UNIT = frozenset({S.ARCHIVED, *CALLED_BESIDE})
_NOT_WITH_A_UNIT = frozenset({S.RECORDED, S.PENDING_DISPATCH})

# Action -> the states it starts from, and where it leads. T-numbers are those of domain 4.4.
TABLE: dict[Action, tuple[frozenset[CaseStatus], CaseStatus]] = {
    Action.REGISTER_VOICEMAIL: (frozenset({S.VOICEMAIL_PENDING}), S.RECORDED),  # T0
    Action.ANSWER: (frozenset({S.RECORDED}), S.ANSWERED),  # T1
    Action.REFUSE: (frozenset({S.RECORDED}), S.NOT_ACCEPTED),  # T2
    Action.TRANSFER_OUT: (frozenset({S.RECORDED}), S.TRANSFERRED_OUT),  # T3
    Action.MERGE: (frozenset({S.RECORDED, S.PENDING_DISPATCH, S.DISPATCHED}), S.MERGED),  # T4
    Action.ROUTE_TO_ODR: (frozenset({S.RECORDED}), S.ODR_SETTLING),  # T5
    Action.SETTLE_ODR: (frozenset({S.ODR_SETTLING}), S.CLOSED_AWAITING_CALLBACK),  # T6
    Action.RETURN_FROM_ODR: (frozenset({S.ODR_SETTLING}), S.PENDING_DISPATCH),  # T6
    Action.DISPATCH: (frozenset({S.RECORDED, S.PENDING_DISPATCH}), S.DISPATCHED),  # T7
    Action.SIGN_FOR: (frozenset({S.DISPATCHED}), S.IN_PROGRESS),  # T8
    Action.REQUEST_RETURN: (frozenset({S.DISPATCHED, S.IN_PROGRESS}), S.RETURN_REQUESTED),  # T9
    Action.TAKE_BACK: (frozenset({S.RETURN_REQUESTED}), S.PENDING_DISPATCH),  # T10
    Action.LEAVE_WITH_UNIT: (frozenset({S.RETURN_REQUESTED}), S.IN_PROGRESS),  # T11
    Action.DESIGNATE: (frozenset({S.IN_PROGRESS}), S.DISPATCHED),  # T10: the leader settles a dispute about T11
    Action.SUSPEND: (frozenset({S.IN_PROGRESS}), S.SUSPENDED),  # T12
    Action.RESUME: (frozenset({S.SUSPENDED}), S.IN_PROGRESS),  # T12
    Action.SUBMIT_RESULT: (frozenset({S.IN_PROGRESS}), S.PENDING_SIGN_OFF),  # T13
    Action.SIGN_OFF: (frozenset({S.PENDING_SIGN_OFF}), S.CLOSED_AWAITING_CALLBACK),  # T14
    Action.SEND_BACK: (frozenset({S.PENDING_SIGN_OFF}), S.IN_PROGRESS),  # T15
    Action.SUBMIT_FILING: (frozenset({S.IN_PROGRESS}), S.PENDING_FILING),  # T16
    Action.FILE: (frozenset({S.PENDING_FILING}), S.FILED),  # T16
    Action.REFUSE_FILING: (frozenset({S.PENDING_FILING}), S.IN_PROGRESS),  # T16
    Action.RECORD_CALLBACK: (frozenset({S.CLOSED_AWAITING_CALLBACK}), S.CALLBACK_REVIEW),  # T17
    Action.ARCHIVE: (frozenset({S.CALLBACK_REVIEW}), S.ARCHIVED),  # T18
    Action.CALL_AGAIN: (frozenset({S.CALLBACK_REVIEW}), S.CLOSED_AWAITING_CALLBACK),  # the record was not accepted
    Action.REHANDLE: (frozenset({S.CALLBACK_REVIEW}), S.IN_PROGRESS),  # T19
    Action.REHANDLE_AT_CENTRE: (frozenset({S.CALLBACK_REVIEW}), S.PENDING_DISPATCH),  # T19, of a case no unit had
    Action.TERMINATE: (OPEN, S.TERMINATED),  # T20
    Action.REOPEN: (_CLOSED_BY_UNIT, S.IN_PROGRESS),  # T21
    Action.REOPEN_AT_CENTRE: (_CLOSED_BY_UNIT, S.PENDING_DISPATCH),  # T21, of a case no unit had
    Action.VOID: (frozenset({S.RECORDED}), S.VOID),  # T22
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
    lab_test_pending: bool = False  # a rapid test found something, and no laboratory has said what
    pending_approval: bool = False
    silent_co_office_ids: frozenset[UUID] = field(default=frozenset())
    adjudicated: bool = False  # a return was decided against the unit that leads, or the leader designated it
    handed_in: bool = False  # the unit that leads has submitted a result, whatever became of it
    called_back: bool = False  # a voicemail: somebody tried to reach the caller


@dataclass(frozen=True, slots=True)
class Target:
    """The case another is merged into, and the cases it was itself merged into, one after the other."""

    case_id: UUID
    status: CaseStatus
    kind: CaseKind
    leads_to: frozenset[UUID] = frozenset()
    closed_at: datetime | None = None


_ENDS_ANY_KIND = frozenset({TerminationGround.WITHDRAWN_OR_SETTLED, TerminationGround.OTHER})


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


def register_voicemail(facts: Facts) -> CaseStatus:
    """T0: whoever left the recording was called, whether reached or not."""
    target = follow(Action.REGISTER_VOICEMAIL, facts.status)
    if not facts.called_back:
        raise Refused(Code.VOICEMAIL_NOT_CALLED, "caseId")
    return target


def merge(facts: Facts, case_id: UUID, into: Target | None, now: datetime) -> CaseStatus:
    """T4: into another case of the same kind, open or recently closed, that does not itself lead back here."""
    target = follow(Action.MERGE, facts.status)
    if into is None or into.case_id == case_id or into.status is S.VOID or into.kind is not facts.kind:
        raise Refused(Code.DUPLICATE_TARGET_REQUIRED, "targetCaseId")
    if case_id in into.leads_to:
        raise Refused(Code.DUPLICATE_CYCLE, "targetCaseId")
    if into.status is S.MERGED or not _still_of_interest(into, now):
        raise Refused(Code.DUPLICATE_TARGET_REQUIRED, "targetCaseId")
    return target


def _still_of_interest(into: Target, now: datetime) -> bool:
    """Open, waiting for its callback, or closed lately."""
    if into.status in OPEN or into.status in (S.CLOSED_AWAITING_CALLBACK, S.CALLBACK_REVIEW):
        return True
    return into.closed_at is not None and now - into.closed_at <= limits.REPEAT_LIFE


def split(facts: Facts, kind: CaseKind) -> None:
    """Order 20 art. 7: a complaint and a report told in one are handled apart, before a unit has them."""
    if facts.status not in _NOT_WITH_A_UNIT:
        raise Refused(Code.INVALID_TRANSITION, status=facts.status)
    if {facts.kind, kind} != {CaseKind.COMPLAINT, CaseKind.REPORT}:
        raise Refused(Code.SPLIT_KIND_REQUIRED, "kind")


def route_to_odr(facts: Facts, *, enrolled: bool, consents: bool) -> CaseStatus:
    """T5: a complaint against an enrolled enterprise, if the complainant agrees."""
    target = follow(Action.ROUTE_TO_ODR, facts.status)
    if facts.kind is not CaseKind.COMPLAINT:
        raise Refused(Code.ODR_NOT_ALLOWED_FOR_REPORT, "caseId")
    if not enrolled:
        raise Refused(Code.ODR_ENTERPRISE_NOT_ENROLLED, "caseId")
    if not consents:
        raise Refused(Code.ODR_CONSENT_REQUIRED, "complainantConsents")
    return target


def conclude_odr(action: Action, status: CaseStatus, routed_office_id: UUID | None, offices: list[UUID]) -> CaseStatus:
    """T6: settled or declined, by the enterprise the case was routed to."""
    target = follow(action, status)
    if routed_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return target


def sign_for(facts: Facts, offices: list[UUID]) -> CaseStatus:
    """T8: the office that leads acknowledges."""
    target = follow(Action.SIGN_FOR, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return target


def request_return(facts: Facts, offices: list[UUID], now: datetime, until: datetime | None) -> CaseStatus:
    """T9: the unit that leads, before `until` (the end of its window), not after an adjudication nor after a result."""
    target = follow(Action.REQUEST_RETURN, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if facts.handed_in:
        raise Refused(Code.INVALID_TRANSITION, status=facts.status)
    if facts.adjudicated:
        raise Refused(Code.RETURN_FORBIDDEN_AFTER_ADJUDICATION, "caseId")
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    if until is None or now > until:
        raise Refused(Code.RETURN_WINDOW_CLOSED, "caseId", due_at=until)
    return target


def dispute(facts: Facts, offices: list[UUID], *, is_open: bool) -> CaseStatus:
    """T10: the unit that leads, of a return that was refused to it (`is_open`), before it submitted a result. It handles
    the case meanwhile.
    """
    if facts.status is not S.IN_PROGRESS:
        raise Refused(Code.INVALID_TRANSITION, status=facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "returnRequestId")
    if not is_open:
        raise Refused(Code.DISPUTE_NOT_OPEN, "returnRequestId")
    if facts.handed_in:
        raise Refused(Code.INVALID_TRANSITION, status=facts.status)
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "returnRequestId")
    return facts.status


def suspend(facts: Facts, offices: list[UUID], reason: PauseReason) -> CaseStatus:
    """T12: by the unit that leads, for a reason the law knows; waiting for the citizen is none (DEC-12)."""
    target = follow(Action.SUSPEND, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    if reason is PauseReason.WAITING_FOR_CITIZEN:
        raise Refused(Code.PAUSE_REASON_NOT_ALLOWED, "reason")
    return target


def resume(facts: Facts, offices: list[UUID]) -> CaseStatus:
    """T12: by the unit that leads."""
    target = follow(Action.RESUME, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return target


def submit_filing(facts: Facts, offices: list[UUID], parts: dict[str, object]) -> CaseStatus:
    """T16: cause, process, recommendation and a sealed file, all of them; a report was examined (JMS-7)."""
    target = follow(Action.SUBMIT_FILING, facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if facts.kind is CaseKind.REPORT and not facts.inspected:
        raise Refused(Code.REPORT_NOT_INSPECTED, "caseId")
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    for path, part in parts.items():
        if not part:
            raise Refused(Code.FILING_PARTS_MISSING, path)
    return target


def terminate(
    facts: Facts, offices: list[UUID], ground: TerminationGround, *, dispatches: bool, expired: bool
) -> CaseStatus:
    """T20: by the unit that leads, or at the centre (`dispatches`). A report is examined first (JMS-7), and only a
    complaint is mediated: other kinds end by withdrawal, or as another rule has it. That the time is over is a ground
    when it is (`expired`: the mediation limit ran out).
    """
    target = follow(Action.TERMINATE, facts.status)
    if not dispatches and facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if facts.kind is CaseKind.REPORT and not facts.inspected:
        raise Refused(Code.REPORT_NOT_INSPECTED, "caseId")
    if facts.kind is not CaseKind.COMPLAINT and ground not in _ENDS_ANY_KIND:
        raise Refused(
            Code.GROUND_REQUIRED, "ground", message="只有投诉适用调解, 其他诉求只能以撤回、自行和解或其他情形终止。"
        )
    if ground is TerminationGround.TIME_EXPIRED and not expired:
        raise Refused(Code.GROUND_REQUIRED, "ground", message="调解时限尚未届满, 不能以期限届满为由终止。")
    return target


_ACCEPTED_IN = frozenset({S.DISPATCHED, S.IN_PROGRESS, S.PENDING_SIGN_OFF, S.PENDING_FILING})


def notify(facts: Facts, offices: list[UUID], kind: NoticeKind, *, dispatches: bool, is_due: bool) -> CaseStatus:
    """A notice of the law: by the unit that leads, or at the centre (`dispatches`), while one is due (Order 20 art. 14,
    21, 31). A complaint is accepted by giving it to a unit: not before, and not while the unit says it is not its own.
    """
    if not dispatches and facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    if not is_due:
        raise Refused(Code.NOTICE_NOT_DUE, "kind")
    if kind is NoticeKind.ACCEPTANCE and facts.status not in _ACCEPTED_IN:
        raise Refused(Code.INVALID_TRANSITION, status=facts.status)
    return facts.status


def reopen(facts: Facts, *, facts_are_new: bool) -> CaseStatus:
    """T21: on facts not told before; where no unit had the case, the centre dispatches it. A callback record that waits
    for its review is reviewed first.
    """
    action = Action.REOPEN if facts.lead_office_id is not None else Action.REOPEN_AT_CENTRE
    target = follow(action, facts.status)
    if facts.pending_approval:
        raise Refused(Code.APPROVAL_PENDING, "caseId")
    if not facts_are_new:
        raise Refused(Code.SAME_FACTS_NO_REOPEN, "newFacts")
    return target


def submit_result(facts: Facts, *, override_reason: str | None) -> CaseStatus:
    """T13: a report has been inspected, no suspected rapid test waits for its laboratory, no approval is pending, the
    co-handlers have reported or are overridden.
    """
    target = follow(Action.SUBMIT_RESULT, facts.status)
    if facts.kind is CaseKind.REPORT and not facts.inspected:
        raise Refused(Code.REPORT_NOT_INSPECTED, "caseId")
    if facts.lab_test_pending:
        raise Refused(Code.LAB_TEST_PENDING, "caseId")
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
    """T17: by somebody outside every unit that handled the case; a level when, and only when, the citizen gave one.
    A case filed or terminated is called back without a change of state (4.4 note b).
    """
    beside = facts.status in CALLED_BESIDE
    target = facts.status if beside else follow(Action.RECORD_CALLBACK, facts.status)
    if any(map(actor.works_in, facts.handling_office_ids)) or actor.id in facts.handler_ids:
        raise Refused(Code.CALLBACK_BY_HANDLING_UNIT, "caseId")
    if (outcome is CallbackOutcome.REACHED) != (level is not None):
        raise Refused(Code.LEVEL_REQUIRED, "level")
    return target


def plan_patrols(facts: Facts, offices: list[UUID]) -> None:
    """FT-9: by the unit that led a case to its end, lest what it ended begin again."""
    if facts.status not in HANDLED:
        raise Refused(Code.INVALID_TRANSITION, status=facts.status)
    if facts.lead_office_id not in offices:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")


def extension_due(now: datetime, due_at: datetime) -> None:
    """An extension is asked for before the due date (4.5)."""
    if now >= due_at:
        raise Refused(Code.EXTENSION_AFTER_DUE, "caseId", due_at=due_at)


def decide(actor: Actor, *barred: UUID | None) -> None:
    """Nobody decides on own work: requester ≠ decider, handler ≠ signer, caller ≠ reviewer (A8)."""
    if actor.id in barred:
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN)
