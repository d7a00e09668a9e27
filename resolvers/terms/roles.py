"""Who may do what (domain 4.3). Permissions are named apart from who holds them."""

from __future__ import annotations

from resolvers.terms.term import Term


class Role(Term):
    AGENT = "AGENT", "受理员: registers and answers calls."
    DISPATCHER = "DISPATCHER", "案件分派: triages and dispatches; never signs off."
    ADVISER = "ADVISER", "科室指导: advises on the handling unit, may co-handle."
    CLERK = "CLERK", "承办单位值班人员: signs for cases, submits results, asks for extensions."
    INSPECTOR = "INSPECTOR", "现场检查人员: inspects, files notes with photos, submits results."
    RESPONSIBLE_PERSON = "RESPONSIBLE_PERSON", "负责人: signs off the results of the own unit (ZZ-10)."
    SECTION_OFFICER = "SECTION_OFFICER", "12315投诉举报科: decides extensions (ZZ-9), reviews filings (ZZ-17)."
    CALLBACK_OFFICER = "CALLBACK_OFFICER", "回访员: calls citizens back; never of the handling unit (ZZ-11)."
    CALLBACK_REVIEWER = "CALLBACK_REVIEWER", "回访审阅: reviews and signs callback records (ZZ-13)."
    SUPERVISION_OFFICER = "SUPERVISION_OFFICER", "督查专班: supervises cases, never alters results (FT-17)."
    DUTY_LEADER = "DUTY_LEADER", "带班领导: leads the shift, supervises, decides what escalated (JMS-5)."
    LEADER = "LEADER", "领导: instructs, activates and ends a regime (ZZ-16)."
    ANALYST = "ANALYST", "数据分析: figures and bulletins over masked data (SY-8)."
    ODR_ENTERPRISE = "ODR_ENTERPRISE", "在线和解企业: sees the cases routed to it, never a report (FT-11)."
    INTEGRATOR = "INTEGRATOR", "第三方应用: scoped, masked reads; creates cases."
    AUDITOR = "AUDITOR", "审计: reads cases and their history, masked."
    ADMIN = "ADMIN", "系统管理: configures; sees no case and no personal data."


class Permission(Term):
    ACTIVATE_REGIME = "ACTIVATE_REGIME", "启动应急机制: activate an emergency regime."
    ADD_INSPECTION_NOTE = "ADD_INSPECTION_NOTE", "填写检查记录: file inspection notes and their photos."
    ADD_LAB_RESULT = "ADD_LAB_RESULT", "填写检验结果: add a laboratory's result to a rapid test or a sample."
    ANSWER_CASE = "ANSWER_CASE", "直接答复: answer at intake."
    ANSWER_SUPERVISION = "ANSWER_SUPERVISION", "答复督办: answer a supervision order of the own unit."
    APPROVE_ARTICLE = "APPROVE_ARTICLE", "审核知识: approve what the own unit puts into the knowledge base."
    DECIDE_DISPUTE = "DECIDE_DISPUTE", "裁定管辖争议: say which unit handles a case."
    DECIDE_EXTENSION = "DECIDE_EXTENSION", "审批延期: decide extension requests."
    DECIDE_FILING = "DECIDE_FILING", "备案审核: decide on written reports."
    DECIDE_RETURN = "DECIDE_RETURN", "裁定退单: decide whether a unit may return a case."
    DISPATCH_CASE = "DISPATCH_CASE", "派单: dispatch to a lead and co-handlers."
    DECLARE_RECUSAL = "DECLARE_RECUSAL", "回避: take oneself, or somebody one answers for, off a case."
    DISPUTE_RETURN = "DISPUTE_RETURN", "提出管辖争议: bring a refused return before the leader."
    END_REGIME = "END_REGIME", "结束应急机制: end an emergency regime."
    ENROL_ODR_ENTERPRISE = "ENROL_ODR_ENTERPRISE", "入驻在线和解企业: enrol an enterprise for ODR."
    GIVE_NOTICE = "GIVE_NOTICE", "告知: record a statutory notice to the parties."
    INSTRUCT_CASE = "INSTRUCT_CASE", "批示: give an instruction on a case."
    MERGE_CASE = "MERGE_CASE", "并单: merge a duplicate into another case."
    PLAN_PATROL = "PLAN_PATROL", "计划回头看: plan visits after closure."
    READ_APPROVALS = "READ_APPROVALS", "查看待办审批: list what waits for the own decision."
    READ_CALENDAR = "READ_CALENDAR", "查看工作日历: read the working calendar and its amendments."
    READ_CASES = "READ_CASES", "查看工单: read the cases in sight."
    READ_EVENTS = "READ_EVENTS", "订阅事件: subscribe to events of the cases in sight."
    READ_KPIS = "READ_KPIS", "查看指标: read figures of the own office and below."
    READ_KNOWLEDGE = "READ_KNOWLEDGE", "查询知识库: search the knowledge base."
    READ_ODR_ENTERPRISES = "READ_ODR_ENTERPRISES", "查看在线和解企业: list the enrolled enterprises."
    READ_OFFICES = "READ_OFFICES", "查看机构: read the office tree."
    READ_ORIGINALS = "READ_ORIGINALS", "查看原件: read the sealed original of a photo or a document."
    READ_TASKS = "READ_TASKS", "查看外勤任务: list the visits, rechecks and patrols of the own unit."
    RECEIVE_CASE = "RECEIVE_CASE", "登记: register a case."
    RECORD_CALLBACK = "RECORD_CALLBACK", "记录回访: call back and record it."
    RECORD_MEETING = "RECORD_MEETING", "协调会: record a coordination meeting."
    REFUSE_CASE = "REFUSE_CASE", "不予受理: refuse a case on a statutory ground."
    REGISTER_VOICEMAIL = "REGISTER_VOICEMAIL", "登记录音诉求: call a recorded appeal back and register it."
    REOPEN_CASE = "REOPEN_CASE", "重新办理: reopen a closed case on new facts."
    REQUEST_EXTENSION = "REQUEST_EXTENSION", "申请延期: ask for an extension."
    REQUEST_RETURN = "REQUEST_RETURN", "申请退单: ask the centre to take a case back."
    REVIEW_CALLBACK = "REVIEW_CALLBACK", "审阅回访: review and sign a callback record, or exempt from doing it again."
    ROUTE_TO_ODR = "ROUTE_TO_ODR", "分流和解: route a complaint to an enterprise."
    SAVE_ARTICLE = "SAVE_ARTICLE", "维护知识: write and revise articles of the knowledge base."
    SETTLE_ODR = "SETTLE_ODR", "在线和解: settle or decline a routed complaint."
    SIGN_FOR_CASE = "SIGN_FOR_CASE", "签收: acknowledge a dispatched case for the own office."
    SIGN_OFF = "SIGN_OFF", "签字: approve or send back the own unit's result."
    SPLIT_CASE = "SPLIT_CASE", "分立: split a mixed complaint and report."
    SUBMIT_FILING = "SUBMIT_FILING", "提交书面报告: submit a sealed written report."
    SUBMIT_RESULT = "SUBMIT_RESULT", "提交结果: submit the result of the own unit."
    SUPERVISE_CASE = "SUPERVISE_CASE", "督办: put a case under supervision."
    SUSPEND_CASE = "SUSPEND_CASE", "中止与恢复: stop and resume the clocks of a case."
    TAG_CASE = "TAG_CASE", "标注: put further tags on an open case."
    TERMINATE_CASE = "TERMINATE_CASE", "终止: end a case on a statutory ground."
    TRANSFER_CASE = "TRANSFER_CASE", "移送: pass a case to a body outside the hotline."
    VOID_CASE = "VOID_CASE", "作废: take a silent call, a test or abuse out of every figure."


_P = Permission
_STAFF = frozenset({_P.READ_CALENDAR, _P.READ_CASES, _P.READ_EVENTS, _P.READ_KNOWLEDGE, _P.READ_KPIS, _P.READ_OFFICES})
_SUPERVISOR = _STAFF | {
    _P.SUPERVISE_CASE,
    _P.READ_ORIGINALS,
    _P.READ_APPROVALS,
    _P.RECORD_MEETING,
    _P.REOPEN_CASE,
    _P.VOID_CASE,
}

HOLDINGS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: _STAFF | {_P.RECEIVE_CASE, _P.ANSWER_CASE, _P.REGISTER_VOICEMAIL, _P.SPLIT_CASE, _P.TAG_CASE},
    Role.DISPATCHER: _STAFF
    | {
        _P.DECLARE_RECUSAL,
        _P.DISPATCH_CASE,
        _P.DECIDE_RETURN,
        _P.GIVE_NOTICE,
        _P.MERGE_CASE,
        _P.READ_APPROVALS,
        _P.READ_ODR_ENTERPRISES,
        _P.REFUSE_CASE,
        _P.ROUTE_TO_ODR,
        _P.SPLIT_CASE,
        _P.TAG_CASE,
        _P.TERMINATE_CASE,
        _P.TRANSFER_CASE,
    },
    Role.ADVISER: _STAFF | {_P.DECLARE_RECUSAL, _P.SAVE_ARTICLE},
    Role.CLERK: _STAFF
    | {
        _P.ADD_LAB_RESULT,
        _P.ANSWER_SUPERVISION,
        _P.DECLARE_RECUSAL,
        _P.DISPUTE_RETURN,
        _P.GIVE_NOTICE,
        _P.PLAN_PATROL,
        _P.READ_ORIGINALS,
        _P.READ_TASKS,
        _P.REQUEST_EXTENSION,
        _P.REQUEST_RETURN,
        _P.SAVE_ARTICLE,
        _P.SIGN_FOR_CASE,
        _P.SUBMIT_FILING,
        _P.SUBMIT_RESULT,
        _P.SUSPEND_CASE,
        _P.TERMINATE_CASE,
    },
    Role.INSPECTOR: _STAFF
    | {
        _P.ADD_INSPECTION_NOTE,
        _P.ADD_LAB_RESULT,
        _P.DECLARE_RECUSAL,
        _P.PLAN_PATROL,
        _P.READ_ORIGINALS,
        _P.READ_TASKS,
        _P.SUBMIT_RESULT,
    },
    Role.RESPONSIBLE_PERSON: _STAFF
    | {
        _P.APPROVE_ARTICLE,
        _P.ANSWER_SUPERVISION,
        _P.DECLARE_RECUSAL,
        _P.DISPUTE_RETURN,
        _P.PLAN_PATROL,
        _P.READ_APPROVALS,
        _P.READ_ORIGINALS,
        _P.READ_TASKS,
        _P.SIGN_OFF,
    },
    Role.SECTION_OFFICER: _STAFF
    | {
        _P.DECIDE_EXTENSION,
        _P.DECIDE_FILING,
        _P.READ_APPROVALS,
        _P.READ_ORIGINALS,
        _P.REVIEW_CALLBACK,
        _P.SAVE_ARTICLE,
    },
    Role.CALLBACK_OFFICER: _STAFF | {_P.RECORD_CALLBACK},
    Role.CALLBACK_REVIEWER: _STAFF | {_P.REVIEW_CALLBACK, _P.READ_APPROVALS},
    Role.SUPERVISION_OFFICER: _SUPERVISOR,
    Role.DUTY_LEADER: _SUPERVISOR | {_P.DECIDE_EXTENSION, _P.DECIDE_FILING, _P.DECIDE_RETURN},
    Role.LEADER: _SUPERVISOR
    | {_P.ACTIVATE_REGIME, _P.APPROVE_ARTICLE, _P.DECIDE_DISPUTE, _P.END_REGIME, _P.INSTRUCT_CASE},
    Role.ANALYST: _STAFF,
    Role.ODR_ENTERPRISE: frozenset({_P.READ_CASES, _P.SETTLE_ODR}),
    Role.INTEGRATOR: _STAFF | {_P.RECEIVE_CASE},
    Role.AUDITOR: _STAFF | {_P.READ_ODR_ENTERPRISES},
    Role.ADMIN: frozenset(
        {_P.ENROL_ODR_ENTERPRISE, _P.READ_CALENDAR, _P.READ_KPIS, _P.READ_ODR_ENTERPRISES, _P.READ_OFFICES}
    ),
}

# The centre sees every case of its subtree, reports included: it routes, supervises and accounts for them.
CENTRE = frozenset(
    {
        Role.DISPATCHER,
        Role.SECTION_OFFICER,
        Role.CALLBACK_REVIEWER,
        Role.SUPERVISION_OFFICER,
        Role.DUTY_LEADER,
        Role.LEADER,
        Role.ANALYST,
        Role.AUDITOR,
    }
)
# The handling unit sees what was dispatched to it (domain 2.8).
UNIT = frozenset({Role.CLERK, Role.INSPECTOR, Role.RESPONSIBLE_PERSON, Role.ADVISER})
# Of these, those who go out and answer for it; an adviser does not.
FIELD = UNIT - {Role.ADVISER}
# Those who put the wording of their office into the knowledge base (YT-7).
ARTICLE_WRITERS = frozenset({Role.ADVISER, Role.CLERK, Role.SECTION_OFFICER})
THIRD_PARTIES = frozenset({Role.INTEGRATOR, Role.ODR_ENTERPRISE})
# A case's photos: agents, callback officers and third parties have no column for them in domain 2.8.
PHOTO_VIEWERS = CENTRE | UNIT
