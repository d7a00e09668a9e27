"""The states of a case (domain 4.4) and the moves between them."""

from __future__ import annotations

from resolvers.terms.term import Term


class CaseStatus(Term):
    VOICEMAIL_PENDING = "VOICEMAIL_PENDING", "录音待回拨: a recorded appeal waits to be called back (SY-6)."
    RECORDED = "RECORDED", "已登记: registered, not yet triaged."
    PENDING_DISPATCH = "PENDING_DISPATCH", "待派单: triaged, waits for dispatch."
    DISPATCHED = "DISPATCHED", "已派单: dispatched, not yet signed for."
    IN_PROGRESS = "IN_PROGRESS", "办理中: signed for and being handled."
    SUSPENDED = "SUSPENDED", "中止: paused for a reason the law knows."
    RETURN_REQUESTED = "RETURN_REQUESTED", "申请退单: the unit says it is not competent."
    ODR_SETTLING = "ODR_SETTLING", "在线和解中: with the ODR enterprise."
    PENDING_SIGN_OFF = "PENDING_SIGN_OFF", "待签字: a result waits for the responsible person (ZZ-10)."
    PENDING_FILING = "PENDING_FILING", "待备案: a written report waits for review (ZZ-17)."
    CLOSED_AWAITING_CALLBACK = "CLOSED_AWAITING_CALLBACK", "已办结待回访: closed, the citizen is still to be called."
    CALLBACK_REVIEW = "CALLBACK_REVIEW", "回访待审阅: the callback record waits for review (ZZ-13)."
    ARCHIVED = "ARCHIVED", "已归档: closed, called back, reviewed."
    ANSWERED = "ANSWERED", "已直接答复: answered at intake."
    NOT_ACCEPTED = "NOT_ACCEPTED", "不予受理: a statutory ground was given."
    TRANSFERRED_OUT = "TRANSFERRED_OUT", "已移送: passed to a body outside the hotline."
    MERGED = "MERGED", "已并单: merged into another case."
    TERMINATED = "TERMINATED", "已终止: withdrawn, or mediation ended."
    FILED = "FILED", "已备案: filed by written report."
    VOID = "VOID", "作废: silent call, test or abuse; out of every figure."


class Action(Term):
    ANSWER = "ANSWER", "直接答复"
    REFUSE = "REFUSE", "不予受理"
    TRANSFER_OUT = "TRANSFER_OUT", "移送"
    REGISTER_VOICEMAIL = "REGISTER_VOICEMAIL", "登记录音诉求"
    VOID = "VOID", "作废"
    MERGE = "MERGE", "并单"
    ROUTE_TO_ODR = "ROUTE_TO_ODR", "分流和解"
    SETTLE_ODR = "SETTLE_ODR", "和解成功"
    RETURN_FROM_ODR = "RETURN_FROM_ODR", "和解未成"
    DISPATCH = "DISPATCH", "派单"
    SIGN_FOR = "SIGN_FOR", "签收"
    REQUEST_RETURN = "REQUEST_RETURN", "申请退单"
    TAKE_BACK = "TAKE_BACK", "同意退单"
    LEAVE_WITH_UNIT = "LEAVE_WITH_UNIT", "不同意退单"
    DESIGNATE = "DESIGNATE", "指定承办单位"
    SUSPEND = "SUSPEND", "中止"
    RESUME = "RESUME", "恢复"
    SUBMIT_FILING = "SUBMIT_FILING", "提交书面报告"
    FILE = "FILE", "同意备案"
    REFUSE_FILING = "REFUSE_FILING", "不同意备案"
    TERMINATE = "TERMINATE", "终止"
    SUBMIT_RESULT = "SUBMIT_RESULT", "提交结果"
    SIGN_OFF = "SIGN_OFF", "签字同意"
    SEND_BACK = "SEND_BACK", "退回重新处理"
    RECORD_CALLBACK = "RECORD_CALLBACK", "记录回访"
    ARCHIVE = "ARCHIVE", "归档"
    REHANDLE = "REHANDLE", "重办"
    REHANDLE_AT_CENTRE = "REHANDLE_AT_CENTRE", "重办派单"
    CALL_AGAIN = "CALL_AGAIN", "重新回访"
    REOPEN = "REOPEN", "重新办理"
    REOPEN_AT_CENTRE = "REOPEN_AT_CENTRE", "重新派单"


S = CaseStatus
OPEN = frozenset(
    {
        S.VOICEMAIL_PENDING,
        S.RECORDED,
        S.PENDING_DISPATCH,
        S.DISPATCHED,
        S.IN_PROGRESS,
        S.SUSPENDED,
        S.RETURN_REQUESTED,
        S.ODR_SETTLING,
        S.PENDING_SIGN_OFF,
        S.PENDING_FILING,
    }
)
HANDLED = frozenset({S.CLOSED_AWAITING_CALLBACK, S.CALLBACK_REVIEW, S.ARCHIVED, S.FILED, S.TERMINATED})
# Nobody works against the clock: it stands still, or is not the authority's.
STILL = frozenset({S.SUSPENDED, S.ODR_SETTLING})
# Closed for good unless the callback or new facts open the next round: the callback is an overlay there (4.4 note b).
CALLED_BESIDE = frozenset({S.FILED, S.TERMINATED})
# No case of its own any more: neither supervised nor spoken about.
BEYOND = frozenset({S.VOID, S.MERGED})
