from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from resolvers.rules import transitions
from resolvers.rules.transitions import Facts
from resolvers.terms.actor import Actor, ActorKind, Grant, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    CallbackOutcome,
    CaseKind,
    NonAcceptanceGround,
    NoticeKind,
    SatisfactionLevel,
    TerminationGround,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import HANDLED, OPEN, Action, CaseStatus

S, A, K = CaseStatus, Action, CaseKind
EAST, WEST, TOP = UUID(int=1), UUID(int=2), UUID(int=3)
HANDLER, OTHER = UUID(int=11), UUID(int=12)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

# The main line of domain 4.4 once more, by hand: every other pair of action and state is refused.
MOVES = {
    (A.REGISTER_VOICEMAIL, S.VOICEMAIL_PENDING): S.RECORDED,
    (A.VOID, S.RECORDED): S.VOID,
    (A.MERGE, S.RECORDED): S.MERGED,
    (A.MERGE, S.PENDING_DISPATCH): S.MERGED,
    (A.MERGE, S.DISPATCHED): S.MERGED,
    (A.ROUTE_TO_ODR, S.RECORDED): S.ODR_SETTLING,
    (A.SETTLE_ODR, S.ODR_SETTLING): S.CLOSED_AWAITING_CALLBACK,
    (A.RETURN_FROM_ODR, S.ODR_SETTLING): S.PENDING_DISPATCH,
    (A.SUSPEND, S.IN_PROGRESS): S.SUSPENDED,
    (A.RESUME, S.SUSPENDED): S.IN_PROGRESS,
    (A.SUBMIT_FILING, S.IN_PROGRESS): S.PENDING_FILING,
    (A.FILE, S.PENDING_FILING): S.FILED,
    (A.REFUSE_FILING, S.PENDING_FILING): S.IN_PROGRESS,
    (A.CALL_AGAIN, S.CALLBACK_REVIEW): S.CLOSED_AWAITING_CALLBACK,
    (A.REHANDLE_AT_CENTRE, S.CALLBACK_REVIEW): S.PENDING_DISPATCH,
    (A.TERMINATE, S.VOICEMAIL_PENDING): S.TERMINATED,
    (A.TERMINATE, S.RECORDED): S.TERMINATED,
    (A.TERMINATE, S.PENDING_DISPATCH): S.TERMINATED,
    (A.TERMINATE, S.DISPATCHED): S.TERMINATED,
    (A.TERMINATE, S.IN_PROGRESS): S.TERMINATED,
    (A.TERMINATE, S.SUSPENDED): S.TERMINATED,
    (A.TERMINATE, S.RETURN_REQUESTED): S.TERMINATED,
    (A.TERMINATE, S.ODR_SETTLING): S.TERMINATED,
    (A.TERMINATE, S.PENDING_SIGN_OFF): S.TERMINATED,
    (A.TERMINATE, S.PENDING_FILING): S.TERMINATED,
    (A.REOPEN, S.ARCHIVED): S.IN_PROGRESS,
    (A.REOPEN, S.FILED): S.IN_PROGRESS,
    (A.REOPEN, S.TERMINATED): S.IN_PROGRESS,
    (A.REOPEN_AT_CENTRE, S.ARCHIVED): S.PENDING_DISPATCH,
    (A.REOPEN_AT_CENTRE, S.FILED): S.PENDING_DISPATCH,
    (A.REOPEN_AT_CENTRE, S.TERMINATED): S.PENDING_DISPATCH,
    (A.ANSWER, S.RECORDED): S.ANSWERED,
    (A.REFUSE, S.RECORDED): S.NOT_ACCEPTED,
    (A.TRANSFER_OUT, S.RECORDED): S.TRANSFERRED_OUT,
    (A.DISPATCH, S.RECORDED): S.DISPATCHED,
    (A.DISPATCH, S.PENDING_DISPATCH): S.DISPATCHED,
    (A.SIGN_FOR, S.DISPATCHED): S.IN_PROGRESS,
    (A.REQUEST_RETURN, S.DISPATCHED): S.RETURN_REQUESTED,
    (A.REQUEST_RETURN, S.IN_PROGRESS): S.RETURN_REQUESTED,
    (A.TAKE_BACK, S.RETURN_REQUESTED): S.PENDING_DISPATCH,
    (A.LEAVE_WITH_UNIT, S.RETURN_REQUESTED): S.IN_PROGRESS,
    (A.DESIGNATE, S.IN_PROGRESS): S.DISPATCHED,
    (A.SUBMIT_RESULT, S.IN_PROGRESS): S.PENDING_SIGN_OFF,
    (A.SIGN_OFF, S.PENDING_SIGN_OFF): S.CLOSED_AWAITING_CALLBACK,
    (A.SEND_BACK, S.PENDING_SIGN_OFF): S.IN_PROGRESS,
    (A.RECORD_CALLBACK, S.CLOSED_AWAITING_CALLBACK): S.CALLBACK_REVIEW,
    (A.ARCHIVE, S.CALLBACK_REVIEW): S.ARCHIVED,
    (A.REHANDLE, S.CALLBACK_REVIEW): S.IN_PROGRESS,
}


def actor(role: Role = Role.CLERK, office: UUID = EAST, key: UUID = OTHER) -> Actor:
    return Actor(key, ActorKind.PERSON, "somebody", TOP, "990100", (Grant(role, office, "990100"),), UUID(int=99))


def code(refused: Callable[[], object]) -> Code:
    with pytest.raises(Refused) as refusal:
        refused()
    return refusal.value.code


def at(status: CaseStatus, kind: CaseKind = K.COMPLAINT, handlers: frozenset[UUID] = frozenset()) -> Facts:
    """A case led by `EAST`, with `WEST` beside it."""
    both = frozenset({EAST, WEST})
    return Facts(status, kind, lead_office_id=EAST, handling_office_ids=both, handler_ids=handlers)


@pytest.mark.parametrize(("action", "status"), list(product(Action, CaseStatus)))
def test_an_action_leads_where_the_table_says_and_nowhere_else(action: Action, status: CaseStatus) -> None:
    expected = MOVES.get((action, status))
    if expected is not None:
        assert transitions.follow(action, status) is expected
        return
    with pytest.raises(Refused) as refusal:
        transitions.follow(action, status)
    assert refusal.value.code is Code.INVALID_TRANSITION
    assert refusal.value.details == {"status": status}


def test_what_is_open_is_never_counted_as_handled() -> None:
    assert not OPEN & HANDLED
    assert {S.ANSWERED, S.NOT_ACCEPTED, S.TRANSFERRED_OUT, S.MERGED, S.VOID, S.CALLBACK_REVIEW} & OPEN == set()


@pytest.mark.parametrize(
    ("kind", "out_of_remit", "inspected", "refused"),
    [
        (K.CONSULTATION, False, False, None),
        (K.CONSULTATION, True, False, None),
        (K.COMPLAINT, False, False, Code.KIND_NOT_ANSWERABLE),
        (K.COMPLAINT, True, False, None),
        (K.HELP_REQUEST, False, False, Code.KIND_NOT_ANSWERABLE),
        (K.SUGGESTION, True, False, None),
        (K.REPORT, True, False, Code.REPORT_NOT_INSPECTED),
        (K.REPORT, False, True, Code.KIND_NOT_ANSWERABLE),
        (K.REPORT, True, True, None),
    ],
)
def test_answered_is_a_consultation_or_what_lies_outside_and_no_report_unexamined(
    kind: CaseKind, out_of_remit: bool, inspected: bool, refused: Code | None
) -> None:
    facts = replace(at(S.RECORDED, kind), inspected=inspected)

    if refused is None:
        assert transitions.answer(facts, out_of_remit=out_of_remit) is S.ANSWERED
    else:
        assert code(lambda: transitions.answer(facts, out_of_remit=out_of_remit)) is refused


def test_refused_on_a_ground_with_a_notice_and_no_report_unexamined() -> None:
    def refuse(kind: CaseKind, ground: NonAcceptanceGround | None, notice: str | None) -> Callable[[], CaseStatus]:
        return lambda: transitions.refuse(at(S.RECORDED, kind), ground, notice)

    other = NonAcceptanceGround.OTHER
    assert refuse(K.COMPLAINT, other, "不予受理")() is S.NOT_ACCEPTED
    assert code(refuse(K.COMPLAINT, None, "不予受理")) is Code.GROUND_REQUIRED
    assert code(refuse(K.COMPLAINT, other, None)) is Code.GROUND_REQUIRED
    assert code(refuse(K.REPORT, other, "不予受理")) is Code.REPORT_NOT_INSPECTED
    examined = replace(at(S.RECORDED, K.REPORT), inspected=True)
    assert transitions.refuse(examined, other, "不予受理") is S.NOT_ACCEPTED


@pytest.mark.parametrize(("kind", "ground"), list(product(CaseKind, TerminationGround)))
def test_only_what_is_mediated_ends_on_a_ground_of_mediation(kind: CaseKind, ground: TerminationGround) -> None:
    facts = replace(at(S.IN_PROGRESS, kind), inspected=True)

    def end(*, expired: bool) -> Callable[[], CaseStatus]:
        return lambda: transitions.terminate(facts, [EAST], ground, dispatches=False, expired=expired)

    any_kind = ground in (TerminationGround.WITHDRAWN_OR_SETTLED, TerminationGround.OTHER)
    if kind is K.COMPLAINT or any_kind:
        assert end(expired=True)() is S.TERMINATED
    else:
        assert code(end(expired=True)) is Code.GROUND_REQUIRED
    if ground is TerminationGround.TIME_EXPIRED:
        assert code(end(expired=False)) is Code.GROUND_REQUIRED


def test_the_lead_or_the_centre_ends_it_and_no_report_unexamined() -> None:
    ground = TerminationGround.OTHER

    def end(facts: Facts, offices: list[UUID], *, dispatches: bool) -> Callable[[], CaseStatus]:
        return lambda: transitions.terminate(facts, offices, ground, dispatches=dispatches, expired=False)

    assert end(at(S.DISPATCHED), [], dispatches=True)() is S.TERMINATED
    assert code(end(at(S.DISPATCHED), [WEST, TOP], dispatches=False)) is Code.NOT_YOUR_OFFICE
    assert code(end(at(S.RECORDED, K.REPORT), [], dispatches=True)) is Code.REPORT_NOT_INSPECTED
    assert code(end(at(S.ARCHIVED), [EAST], dispatches=True)) is Code.INVALID_TRANSITION


@pytest.mark.parametrize("status", list(CaseStatus))
def test_a_notice_is_given_while_it_is_due_by_the_lead_or_the_centre(status: CaseStatus) -> None:
    def tell(kind: NoticeKind, offices: list[UUID], *, is_due: bool = True) -> Callable[[], CaseStatus]:
        return lambda: transitions.notify(at(status), offices, kind, dispatches=False, is_due=is_due)

    assert tell(NoticeKind.TERMINATION, [EAST])() is tell(NoticeKind.INFORMANT, [EAST])() is status
    assert code(tell(NoticeKind.TERMINATION, [WEST])) is Code.NOT_YOUR_OFFICE
    assert code(tell(NoticeKind.INFORMANT, [EAST], is_due=False)) is Code.NOTICE_NOT_DUE
    at_the_centre = transitions.notify(at(status), [], NoticeKind.INFORMANT, dispatches=True, is_due=True)
    assert at_the_centre is status
    if status in (S.DISPATCHED, S.IN_PROGRESS, S.PENDING_SIGN_OFF, S.PENDING_FILING):
        assert tell(NoticeKind.ACCEPTANCE, [EAST])() is status
    else:
        assert code(tell(NoticeKind.ACCEPTANCE, [EAST])) is Code.INVALID_TRANSITION


def test_reopened_on_new_facts_once_nothing_waits() -> None:
    alone = replace(at(S.ARCHIVED), lead_office_id=None)
    assert transitions.reopen(at(S.ARCHIVED), facts_are_new=True) is S.IN_PROGRESS
    assert transitions.reopen(alone, facts_are_new=True) is S.PENDING_DISPATCH
    assert code(lambda: transitions.reopen(at(S.FILED), facts_are_new=False)) is Code.SAME_FACTS_NO_REOPEN
    waiting = replace(at(S.TERMINATED), pending_approval=True)
    assert code(lambda: transitions.reopen(waiting, facts_are_new=True)) is Code.APPROVAL_PENDING


def test_the_lead_acknowledges_and_nobody_else() -> None:
    assert transitions.sign_for(at(S.DISPATCHED), [WEST, EAST]) is S.IN_PROGRESS
    assert code(lambda: transitions.sign_for(at(S.DISPATCHED), [WEST, TOP])) is Code.NOT_YOUR_OFFICE
    assert code(lambda: transitions.sign_for(at(S.DISPATCHED), [])) is Code.NOT_YOUR_OFFICE
    assert code(lambda: transitions.sign_for(at(S.IN_PROGRESS), [EAST])) is Code.INVALID_TRANSITION


@pytest.mark.parametrize("status", [S.DISPATCHED, S.IN_PROGRESS])
def test_the_lead_returns_in_time_once_and_with_nothing_else_pending(status: CaseStatus) -> None:
    facts, until = at(status), NOW

    def ask(facts: Facts, offices: list[UUID], now: datetime, until: datetime | None) -> Callable[[], CaseStatus]:
        return lambda: transitions.request_return(facts, offices, now, until)

    assert ask(facts, [EAST], NOW, until)() is S.RETURN_REQUESTED  # the last moment is still in time
    assert code(ask(facts, [EAST], NOW + timedelta(microseconds=1), until)) is Code.RETURN_WINDOW_CLOSED
    assert code(ask(facts, [EAST], NOW, None)) is Code.RETURN_WINDOW_CLOSED
    assert code(ask(facts, [WEST, TOP], NOW, until)) is Code.NOT_YOUR_OFFICE
    adjudicated, pending = replace(facts, adjudicated=True), replace(facts, pending_approval=True)
    assert code(ask(adjudicated, [EAST], NOW, until)) is Code.RETURN_FORBIDDEN_AFTER_ADJUDICATION
    assert code(ask(pending, [EAST], NOW, until)) is Code.APPROVAL_PENDING
    assert code(ask(replace(facts, handed_in=True), [EAST], NOW, until)) is Code.INVALID_TRANSITION


def test_the_lead_disputes_a_refused_return_while_it_handles_the_case_and_nothing_else_is_pending() -> None:
    facts = at(S.IN_PROGRESS)

    def ask(facts: Facts, offices: list[UUID], *, is_open: bool = True) -> Callable[[], CaseStatus]:
        return lambda: transitions.dispute(facts, offices, is_open=is_open)

    assert ask(facts, [WEST, EAST])() is S.IN_PROGRESS
    assert code(ask(facts, [WEST, TOP])) is Code.NOT_YOUR_OFFICE
    assert code(ask(facts, [EAST], is_open=False)) is Code.DISPUTE_NOT_OPEN
    assert code(ask(replace(facts, pending_approval=True), [EAST])) is Code.APPROVAL_PENDING
    assert code(ask(replace(facts, handed_in=True), [EAST])) is Code.INVALID_TRANSITION
    for status in set(S) - {S.IN_PROGRESS}:
        assert code(ask(at(status), [EAST])) is Code.INVALID_TRANSITION


HANDLED_ALONE = at(S.IN_PROGRESS)
WITH_A_SILENT_OTHER = replace(HANDLED_ALONE, silent_co_office_ids=frozenset({WEST}))
REPORTED = at(S.IN_PROGRESS, K.REPORT)


@pytest.mark.parametrize(
    ("facts", "override", "refused"),
    [
        (HANDLED_ALONE, None, None),
        (REPORTED, None, Code.REPORT_NOT_INSPECTED),
        (replace(REPORTED, inspected=True), None, None),
        (replace(HANDLED_ALONE, pending_approval=True), "急", Code.APPROVAL_PENDING),
        (replace(HANDLED_ALONE, lab_test_pending=True), None, Code.LAB_TEST_PENDING),
        (replace(WITH_A_SILENT_OTHER, lab_test_pending=True), "急", Code.LAB_TEST_PENDING),
        (WITH_A_SILENT_OTHER, None, Code.CO_HANDLER_PENDING),
        (WITH_A_SILENT_OTHER, "", Code.CO_HANDLER_PENDING),
        (WITH_A_SILENT_OTHER, "协办单位长期无人", None),
        (replace(WITH_A_SILENT_OTHER, kind=K.REPORT), "急", Code.REPORT_NOT_INSPECTED),
        (at(S.DISPATCHED), None, Code.INVALID_TRANSITION),
    ],
)
def test_a_result_needs_the_inspection_the_decisions_and_the_co_handlers(
    facts: Facts, override: str | None, refused: Code | None
) -> None:
    if refused is None:
        assert transitions.submit_result(facts, override_reason=override) is S.PENDING_SIGN_OFF
    else:
        assert code(lambda: transitions.submit_result(facts, override_reason=override)) is refused


@pytest.mark.parametrize("status", CaseStatus)
def test_after_closure_the_unit_that_led_plans_patrols(status: CaseStatus) -> None:
    def ask(facts: Facts, *offices: UUID) -> Callable[[], None]:
        return lambda: transitions.plan_patrols(facts, [*offices])

    if status not in HANDLED:
        assert code(ask(at(status), EAST)) is Code.INVALID_TRANSITION
        return
    ask(at(status), WEST, EAST)()
    for facts, office in ((at(status), WEST), (replace(at(status), lead_office_id=None), EAST)):
        assert code(ask(facts, office)) is Code.NOT_YOUR_OFFICE


@pytest.mark.parametrize(
    ("action", "offices", "handlers", "reason", "expected"),
    [
        (A.SIGN_OFF, [EAST], set(), None, S.CLOSED_AWAITING_CALLBACK),
        (A.SEND_BACK, [EAST], set(), "答复过简", S.IN_PROGRESS),
        (A.SEND_BACK, [EAST], set(), None, Code.REASON_REQUIRED),
        (A.SIGN_OFF, [WEST], set(), None, Code.NOT_YOUR_OFFICE),
        (A.SIGN_OFF, [], set(), None, Code.NOT_YOUR_OFFICE),
        (A.SIGN_OFF, [EAST], {OTHER, HANDLER}, None, Code.SELF_APPROVAL_FORBIDDEN),
        (A.SEND_BACK, [EAST], {OTHER}, "理由", Code.SELF_APPROVAL_FORBIDDEN),
        (A.SIGN_OFF, [EAST], {HANDLER}, None, S.CLOSED_AWAITING_CALLBACK),
    ],
)
def test_the_responsible_person_of_the_unit_signs_and_never_what_he_handled(
    action: Action, offices: list[UUID], handlers: set[UUID], reason: str | None, expected: CaseStatus | Code
) -> None:
    facts = at(S.PENDING_SIGN_OFF, handlers=frozenset(handlers))

    def sign() -> CaseStatus:
        return transitions.sign_off(facts, actor(Role.RESPONSIBLE_PERSON), offices, action, reason)

    assert (code(sign) if isinstance(expected, Code) else sign()) is expected


@pytest.mark.parametrize(
    ("caller", "outcome", "level", "expected"),
    [
        (actor(Role.CALLBACK_OFFICER, TOP), CallbackOutcome.REACHED, SatisfactionLevel.NEUTRAL, S.CALLBACK_REVIEW),
        (actor(Role.CALLBACK_OFFICER, TOP), CallbackOutcome.UNREACHABLE, None, S.CALLBACK_REVIEW),
        (actor(Role.CALLBACK_OFFICER, TOP), CallbackOutcome.DECLINED, None, S.CALLBACK_REVIEW),
        (actor(Role.CALLBACK_OFFICER, TOP), CallbackOutcome.REACHED, None, Code.LEVEL_REQUIRED),
        (
            actor(Role.CALLBACK_OFFICER, TOP),
            CallbackOutcome.DECLINED,
            SatisfactionLevel.SATISFIED,
            Code.LEVEL_REQUIRED,
        ),
        (actor(Role.CALLBACK_OFFICER, EAST), CallbackOutcome.UNREACHABLE, None, Code.CALLBACK_BY_HANDLING_UNIT),
        (actor(Role.CALLBACK_OFFICER, WEST), CallbackOutcome.UNREACHABLE, None, Code.CALLBACK_BY_HANDLING_UNIT),
        (
            actor(Role.CALLBACK_OFFICER, TOP, HANDLER),
            CallbackOutcome.UNREACHABLE,
            None,
            Code.CALLBACK_BY_HANDLING_UNIT,
        ),
    ],
)
def test_a_callback_is_made_from_outside_every_unit_that_handled_the_case(
    caller: Actor, outcome: CallbackOutcome, level: SatisfactionLevel | None, expected: CaseStatus | Code
) -> None:
    facts = at(S.CLOSED_AWAITING_CALLBACK, handlers=frozenset({HANDLER}))

    def record() -> CaseStatus:
        return transitions.record_callback(facts, caller, outcome, level)

    assert (code(record) if isinstance(expected, Code) else record()) is expected


def test_what_the_bureau_handles_itself_is_called_back_by_its_centre_and_not_by_who_handles_cases_there() -> None:
    facts = replace(at(S.CLOSED_AWAITING_CALLBACK), handling_office_ids=frozenset({TOP}))
    centre, unit = actor(Role.CALLBACK_OFFICER, TOP), actor(Role.CLERK, TOP)
    outcome = CallbackOutcome.UNREACHABLE

    assert transitions.record_callback(facts, centre, outcome, None) is S.CALLBACK_REVIEW
    refused = code(lambda: transitions.record_callback(facts, unit, outcome, None))
    assert refused is Code.CALLBACK_BY_HANDLING_UNIT


def test_an_extension_is_asked_for_before_the_due_date_to_the_very_instant() -> None:
    transitions.extension_due(NOW, NOW + timedelta(microseconds=1))
    for due in (NOW, NOW - timedelta(microseconds=1)):
        with pytest.raises(Refused) as refusal:
            transitions.extension_due(NOW, due)
        assert refusal.value.code is Code.EXTENSION_AFTER_DUE
        assert refusal.value.details == {"due_at": due}


def test_nobody_decides_on_his_own_work() -> None:
    transitions.decide(actor(key=OTHER), HANDLER, None)
    transitions.decide(actor(key=OTHER))
    assert code(lambda: transitions.decide(actor(key=HANDLER), OTHER, HANDLER)) is Code.SELF_APPROVAL_FORBIDDEN
