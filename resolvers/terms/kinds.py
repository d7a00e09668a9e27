"""The closed vocabularies of the schema: each word once, Chinese first (domain 4.1, 4.2)."""

from __future__ import annotations

from resolvers.terms.term import Term


class CaseKind(Term):
    COMPLAINT = "COMPLAINT", "投诉: a consumer asks to resolve a dispute with a trader (Order 20 art. 3)."
    REPORT = "REPORT", "举报: somebody reports a suspected violation (Order 20 art. 3)."
    CONSULTATION = "CONSULTATION", "咨询: a question; no statutory clock."
    HELP_REQUEST = "HELP_REQUEST", "求助: asks for help."
    SUGGESTION = "SUGGESTION", "建议: proposes something."


class IntakeChannel(Term):
    PHONE = "PHONE", "电话: call to the hotline."
    VOICEMAIL = "VOICEMAIL", "录音: recorded appeal, called back later (SY-6)."
    WEB = "WEB", "互联网: the national 12315 platform."
    WECHAT = "WECHAT", "微信."
    EMAIL = "EMAIL", "电子邮件."
    LETTER = "LETTER", "来信."
    VISIT = "VISIT", "来访."
    SMS = "SMS", "短信."
    MAYOR_HOTLINE = "MAYOR_HOTLINE", "市长热线(信箱): work order of the mayor's line, 5 working days (ZZ-8)."
    ODR = "ODR", "在线消费纠纷解决: from the ODR platform."
    STATION = "STATION", "消费维权服务站: from a consumer service station."


class CasePriority(Term):
    EMERGENCY = "EMERGENCY", "特急: life or property, public health, food poisoning, mass event."
    URGENT = "URGENT", "紧急: regime-tagged, utilities, leader's instruction, supervision."
    NORMAL = "NORMAL", "普通."


class SatisfactionLevel(Term):
    VERY_SATISFIED = "VERY_SATISFIED", "非常满意."
    SATISFIED = "SATISFIED", "满意."
    NEUTRAL = "NEUTRAL", "一般: does not count as satisfied (DEC-5)."
    DISSATISFIED = "DISSATISFIED", "不满意: the case is done again (ZZ-14)."


class Decision(Term):
    APPROVE = "APPROVE", "同意."
    REJECT = "REJECT", "不同意: a reason is mandatory."


class VisitType(Term):
    FIRST = "FIRST", "首次检查."
    RECHECK = "RECHECK", "复查: after a rectification order, or a patrol (FT-9)."
    JOINT = "JOINT", "联合执法: with the street or another body (FT-7)."
    NIGHT = "NIGHT", "夜间执法: traders open only at night (FT-7)."


class CheckResult(Term):
    PASS = "PASS", "符合."
    FAIL = "FAIL", "不符合."
    NOT_APPLICABLE = "NOT_APPLICABLE", "不适用."


class RapidResult(Term):
    NOT_DETECTED = "NOT_DETECTED", "未检出."
    SUSPECTED = "SUSPECTED", "疑似不合格: never final, a laboratory has to test (Food Safety Law art. 87)."
    INVALID = "INVALID", "无效: to be done again."


class LabResult(Term):
    CONFORMING = "CONFORMING", "合格."
    NON_CONFORMING = "NON_CONFORMING", "不合格."


class MeasureKind(Term):
    INTERVIEW = "INTERVIEW", "行政约谈: of a trader or a landlord (SY-5, FT-8)."
    SEIZURE = "SEIZURE", "查封扣押 (FT-8)."
    CLEARANCE = "CLEARANCE", "取缔清理 (FT-8)."


class SignatureKind(Term):
    SIGNED = "SIGNED", "已签字."
    STAMPED = "STAMPED", "已盖章."
    REFUSED = "REFUSED", "拒绝签字: with the reason and a witness."


class RectificationKind(Term):
    ON_SPOT = "ON_SPOT", "当场改正."
    ORDER = "ORDER", "责令限期改正: a written order with a date; a recheck follows."


class TaskKind(Term):
    INSPECTION = "INSPECTION", "现场检查: a case of the own unit that waits for its first visit."
    RECHECK = "RECHECK", "整改复查: after a rectification order."
    PATROL = "PATROL", "回头看: an unscheduled visit after closure (FT-9)."


class PatrolStatus(Term):
    PLANNED = "PLANNED", "已计划."
    DONE = "DONE", "已完成."
    CANCELLED = "CANCELLED", "已取消."


class SyncOutcome(Term):
    APPLIED = "APPLIED", "已保存."
    REPLAYED = "REPLAYED", "此前已保存: the stored one comes back, nothing changed."
    CONFLICT = "CONFLICT", "冲突: stored before with other content; the stored one comes back, nothing changed."
    REJECTED = "REJECTED", "未保存: refused, with the code and what to do."
    SKIPPED_DEPENDENCY = "SKIPPED_DEPENDENCY", "未处理: what it builds on in this batch was not saved."


class CopyStatus(Term):
    PENDING = "PENDING", "待生成: bytes are still to come, or the copies to be made."
    MADE = "MADE", "已生成."
    FAILED = "FAILED", "无法生成: the bytes cannot be shown as a picture; the original is kept."


class PhotoDiscrepancy(Term):
    TIME = "TIME", "时间不符: the declared time and the file's own are more than 10 minutes apart."
    PLACE = "PLACE", "位置不符: the declared place and the file's own are more than 500 metres apart."


class PhotoStatus(Term):
    DECLARED = "DECLARED", "已登记: announced, its bytes are still to come."
    UPLOADED = "UPLOADED", "已上传: all bytes are here, not yet verified."
    VERIFIED = "VERIFIED", "已校验: size, SHA-256 and type are as declared."
    REJECTED = "REJECTED", "已拒收: what came is not what was declared."


class OfficeKind(Term):
    CITY_BUREAU = "CITY_BUREAU", "市局: the top of a jurisdiction."
    COUNTY_BUREAU = "COUNTY_BUREAU", "县(市、区)局."
    SECTION = "SECTION", "科室."
    INSTITUTE = "INSTITUTE", "市场监督管理所."
    TEAM = "TEAM", "执法大队."
    INSPECTORATE = "INSPECTORATE", "监察."
    STREET_TOWNSHIP = "STREET_TOWNSHIP", "街道(乡镇)."
    EXTERNAL_DEPT = "EXTERNAL_DEPT", "系统外部门."


class ArticleKind(Term):
    ANSWER = "ANSWER", "解答口径: the wording in which a department wants a question answered (YT-7)."
    GUIDANCE = "GUIDANCE", "处理指导意见: one line for matters of one kind (ZZ-26)."
    ANNOUNCEMENT = "ANNOUNCEMENT", "公告: what was ordered or announced, from an instant on (QTH-3)."
    REFERRAL = "REFERRAL", "职责外指引: what is not ours, and whose it is (QTH-2, SH-4)."


class ArticleStatus(Term):
    PENDING = "PENDING", "待审核."
    APPROVED = "APPROVED", "已审核."
    REJECTED = "REJECTED", "未通过."


class AssignmentRole(Term):
    LEAD = "LEAD", "主办: answers for the case."
    CO = "CO", "协办: reports to the lead."


class AssignmentStatus(Term):
    ACTIVE = "ACTIVE", "有效."
    RETURNED = "RETURNED", "已退单."
    MERGED = "MERGED", "已并单: its case was merged into another."


class DeadlineKind(Term):
    TRIAGE = "TRIAGE", "分流时限: receipt to dispatch (ZZ-19)."
    RETURN = "RETURN", "退单期限: dispatch to the last moment at which the unit may ask to return it (T9)."
    CLOSE = "CLOSE", "办结时限: receipt to closure (ZZ-8)."
    REHANDLE = "REHANDLE", "重办时限: the closing limit again, for round 2 and later (ZZ-14)."
    SIGN_FOR = "SIGN_FOR", "签收时限: dispatch to acknowledgement."
    CALLBACK = "CALLBACK", "回访时限: closure to the first callback attempt (DEC-6)."
    ACCEPTANCE = "ACCEPTANCE", "受理决定时限: Order 20 art. 14."
    MEDIATION = "MEDIATION", "调解时限: Order 20 art. 21."
    VERIFY = "VERIFY", "核查时限: Penalty Procedure art. 18."
    NOTIFY_INFORMANT = "NOTIFY_INFORMANT", "告知举报人时限: Order 20 art. 31; only of a real-name informant."
    VERIFY_EXT = "VERIFY_EXT", "核查延长: how much a verification may be extended, once (Penalty Procedure art. 18)."
    TERMINATION_NOTICE = "TERMINATION_NOTICE", "终止告知时限: both sides are told (Order 20 art. 21)."
    ODR_SETTLEMENT = "ODR_SETTLEMENT", "在线和解时限: not counted in the authority's time (T5)."
    RESOLVE = "RESOLVE", "管辖争议解决时限: Order 20 art. 30."
    DECISION = "DECISION", "审批时限: what waits for a decision longer is escalated."


class ClockKind(Term):
    SERVICE = "SERVICE", "服务承诺: the bureau's own commitment, counted in the figures."
    STATUTORY = "STATUTORY", "法定时限: the legal limit."


class LimitUnit(Term):
    WORKING_DAY = "WORKING_DAY", "工作日: make-up Saturdays and Sundays count."
    CALENDAR_DAY = "CALENDAR_DAY", "日: calendar days, rolled forward to a working day."
    HOUR = "HOUR", "小时: elapsed hours."


class ExtensionStatus(Term):
    REQUESTED = "REQUESTED", "待审批."
    APPROVED = "APPROVED", "已同意."
    REJECTED = "REJECTED", "未同意."
    WITHDRAWN = "WITHDRAWN", "已撤回: by the unit, undecided."
    LAPSED = "LAPSED", "已失效: the case was closed before it was decided."


class NonAcceptanceGround(Term):
    NOT_COMPETENT = "NOT_COMPETENT", "不属于本部门职责, 或本行政机关不具有处理权限."
    HANDLED_ELSEWHERE = "HANDLED_ELSEWHERE", "法院、仲裁机构、其他行政机关或消费者协会已受理或处理过."
    NO_CONSUMER_DISPUTE = "NO_CONSUMER_DISPUTE", "不是为生活消费需要, 或不能证明与被投诉人有消费者权益争议."
    OVER_THREE_YEARS = "OVER_THREE_YEARS", "知道或应当知道权益受损超过三年."
    MATERIAL_MISSING = "MATERIAL_MISSING", "未按规定提供投诉人、被投诉人信息或具体请求."
    OTHER = "OTHER", "法律、法规、规章规定的其他情形."


class ReturnStatus(Term):
    REQUESTED = "REQUESTED", "待裁定."
    APPROVED = "APPROVED", "同意退单: the case goes back to the centre and is dispatched again."
    REJECTED = "REJECTED", "不同意退单: the unit handles it and may not ask again."
    LAPSED = "LAPSED", "已失效: the case was closed before it was decided."


class TerminationGround(Term):
    WITHDRAWN_OR_SETTLED = "WITHDRAWN_OR_SETTLED", "投诉人撤回投诉, 或双方自行和解."
    TESTING_NOT_AGREED = "TESTING_NOT_AGREED", "对检定、检验、检测、鉴定机构或费用承担无法协商一致."
    REFUSED_TO_TAKE_PART = "REFUSED_TO_TAKE_PART", "无正当理由不参加调解, 或被投诉人明确拒绝调解."
    NO_AGREEMENT = "NO_AGREEMENT", "经组织调解, 一方明确表示无法达成调解协议."
    TIME_EXPIRED = "TIME_EXPIRED", "自受理之日起四十五个工作日内未能达成调解协议."
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE", "受理后发现存在不予受理的情形 (art. 15)."
    OTHER = "OTHER", "法律、法规、规章规定的其他情形."


class VoidGround(Term):
    SILENT_CALL = "SILENT_CALL", "无声电话."
    TEST = "TEST", "测试."
    ABUSE = "ABUSE", "骚扰."


class PauseReason(Term):
    TESTING = "TESTING", "检验检测."
    APPRAISAL = "APPRAISAL", "鉴定."
    RECUSAL = "RECUSAL", "回避: of the mediator, decided meanwhile (Order 20 art. 18)."
    LEGAL_PROCEEDING = "LEGAL_PROCEEDING", "法律程序."
    WAITING_FOR_CITIZEN = "WAITING_FOR_CITIZEN", "等待诉求人: no ground to stop a clock, always refused (T12)."


class FilingStatus(Term):
    SUBMITTED = "SUBMITTED", "待审核."
    FILED = "FILED", "已备案."
    REJECTED = "REJECTED", "未予备案: the unit goes on handling it."
    LAPSED = "LAPSED", "已失效: the case was closed before it was decided."


class DisputeStatus(Term):
    RAISED = "RAISED", "待裁定."
    DESIGNATED = "DESIGNATED", "另行指定: another unit handles it."
    UPHELD = "UPHELD", "维持: the unit handles it."
    LAPSED = "LAPSED", "已失效: the case was closed before it was decided."


class BulletinPeriod(Term):
    DAILY = "DAILY", "每日 (ZZ-21)."
    WEEKLY = "WEEKLY", "每周."
    MONTHLY = "MONTHLY", "每月 (ZZ-15)."


class Particular(Term):
    COMPLAINANT_NAME = "COMPLAINANT_NAME", "投诉人姓名."
    COMPLAINANT_PHONE = "COMPLAINANT_PHONE", "投诉人电话."
    COMPLAINANT_ADDRESS = "COMPLAINANT_ADDRESS", "投诉人通讯地址."
    RESPONDENT_NAME = "RESPONDENT_NAME", "被投诉人名称."
    RESPONDENT_ADDRESS = "RESPONDENT_ADDRESS", "被投诉人地址."


class OdrStatus(Term):
    SETTLING = "SETTLING", "和解中."
    SETTLED = "SETTLED", "已和解."
    DECLINED = "DECLINED", "企业未接受."
    EXPIRED = "EXPIRED", "逾期未和解."


class NoticeKind(Term):
    ACCEPTANCE = "ACCEPTANCE", "受理告知: the complaint is accepted (Order 20 art. 14)."
    TERMINATION = "TERMINATION", "终止调解告知: to both sides (Order 20 art. 21)."
    INFORMANT = "INFORMANT", "举报处理告知: whether a case is opened, to a real-name informant (Order 20 art. 31)."


class SupervisionTrigger(Term):
    OVERDUE = "OVERDUE", "超期."
    REPEATED = "REPEATED", "重复诉求: the second repeat of a matter, or a later one."
    DISSATISFIED = "DISSATISFIED", "回访不满意."
    SEVERAL_SECTIONS = "SEVERAL_SECTIONS", "涉及多个部门."
    NO_PROGRESS = "NO_PROGRESS", "临期无进展: one working day left or less, and nothing done."
    REFUSED_SIGN_FOR = "REFUSED_SIGN_FOR", "拒绝签收."
    INSTRUCTION = "INSTRUCTION", "领导批示."


class ReminderStage(Term):
    BEFORE_DUE = "BEFORE_DUE", "到期前1个工作日: to the clerk."
    DUE = "DUE", "到期: to the handler and the responsible person."
    FORMAL_NOTICE = "FORMAL_NOTICE", "超期1个工作日: formal notice, to the supervision task force."
    CRITICISM = "CRITICISM", "超期5个工作日: the bulletin's list, written criticism."


class HandlingOutcome(Term):
    MEDIATED = "MEDIATED", "调解成功: both sides agreed."
    NOT_AGREED = "NOT_AGREED", "调解未达成一致."
    VIOLATION_FOUND = "VIOLATION_FOUND", "发现违法行为: goes on as an enforcement case."
    NO_VIOLATION = "NO_VIOLATION", "未发现违法行为."
    RECTIFIED = "RECTIFIED", "责令改正: put right on the spot or by a dated order."
    EXPLAINED = "EXPLAINED", "解释答复."


class CallbackOutcome(Term):
    REACHED = "REACHED", "已接通: the citizen answered; a level is required."
    UNREACHABLE = "UNREACHABLE", "无法接通: counts as done after three attempts on different days."
    DECLINED = "DECLINED", "拒绝评价: reached, gives no level."


class SupervisionKind(Term):
    NORMAL = "NORMAL", "一般督办."
    LISTED = "LISTED", "挂牌督办."
    INTERVIEW = "INTERVIEW", "约谈."


class ApprovalKind(Term):
    SIGN_OFF = "SIGN_OFF", "结果签字."
    EXTENSION = "EXTENSION", "延期审批."
    CALLBACK_REVIEW = "CALLBACK_REVIEW", "回访审阅."
    RETURN = "RETURN", "退单裁定."
    FILING = "FILING", "备案审核."
    DISPUTE = "DISPUTE", "管辖争议裁定."


class DayType(Term):
    WORKDAY = "WORKDAY", "工作日: Monday to Friday."
    REST = "REST", "休息日: a weekend or a statutory holiday."
    MAKE_UP_WORKDAY = "MAKE_UP_WORKDAY", "调休上班: a Saturday or Sunday that is worked."


class CalendarMode(Term):
    STATUTORY = "STATUTORY", "法定工作日 (DEC-2)."
    DUTY = "DUTY", "值班日: every day counts while an emergency roster is in force."


class CoordinateSystem(Term):
    WGS84 = "WGS84", "GPS."
    GCJ02 = "GCJ02", "国测局坐标 (Amap, Tencent)."
    BD09 = "BD09", "百度坐标."


class CaseEventKind(Term):
    RECEIVED = "RECEIVED", "登记."
    ANSWERED = "ANSWERED", "直接答复."
    NOT_ACCEPTED = "NOT_ACCEPTED", "不予受理."
    TRANSFERRED_OUT = "TRANSFERRED_OUT", "移送."
    VOIDED = "VOIDED", "作废."
    VOICEMAIL_CALLED = "VOICEMAIL_CALLED", "录音回拨."
    VOICEMAIL_REGISTERED = "VOICEMAIL_REGISTERED", "录音登记."
    SPLIT = "SPLIT", "分立: kept for the audit."
    MERGED = "MERGED", "并单: merged into another case."
    FOLLOWER_JOINED = "FOLLOWER_JOINED", "并入: another case was merged into this one."
    ODR_ENROLLED = "ODR_ENROLLED", "企业入驻在线和解: kept for the audit."
    ODR_ROUTED = "ODR_ROUTED", "分流至在线和解企业."
    ODR_SETTLED = "ODR_SETTLED", "在线和解成功."
    ODR_DECLINED = "ODR_DECLINED", "企业未接受和解."
    ODR_EXPIRED = "ODR_EXPIRED", "在线和解逾期."
    SUSPENDED = "SUSPENDED", "中止: the clocks stand still."
    RESUMED = "RESUMED", "恢复办理."
    FILING_SUBMITTED = "FILING_SUBMITTED", "提交书面报告."
    DOCUMENT_VERIFIED = "DOCUMENT_VERIFIED", "书面报告文件已校验."
    FILED = "FILED", "备案."
    FILING_REJECTED = "FILING_REJECTED", "不予备案."
    TERMINATED = "TERMINATED", "终止."
    NOTICE_GIVEN = "NOTICE_GIVEN", "告知."
    REOPENED = "REOPENED", "重新办理: on new facts, round n+1 began."
    EXTENSION_WITHDRAWN = "EXTENSION_WITHDRAWN", "撤回延期申请."
    EXTENSION_LAPSED = "EXTENSION_LAPSED", "延期申请失效: undecided until five working days after the due date."
    DEADLINE_BREACHED = "DEADLINE_BREACHED", "超期: a limit ran out."
    REMINDED = "REMINDED", "催办."
    ESCALATED = "ESCALATED", "审批升级: undecided for too long."
    SUPERVISION_SUGGESTED = "SUPERVISION_SUGGESTED", "建议督办."
    SUPERVISION_ANSWERED = "SUPERVISION_ANSWERED", "督办答复."
    INSTRUCTED = "INSTRUCTED", "领导批示."
    MEETING_HELD = "MEETING_HELD", "协调会."
    REGIME_ENDED = "REGIME_ENDED", "结束应急机制: concerns the jurisdiction, not one case."
    ARTICLE_SAVED = "ARTICLE_SAVED", "知识待审核: concerns the jurisdiction, not one case."
    ARTICLE_APPROVED = "ARTICLE_APPROVED", "知识已审核: concerns the jurisdiction, not one case."
    ARTICLE_REJECTED = "ARTICLE_REJECTED", "知识未通过审核: concerns the jurisdiction, not one case."
    CALENDAR_AMENDED = "CALENDAR_AMENDED", "修订工作日历: concerns the jurisdiction, not one case."
    DEADLINE_RECOMPUTED = "DEADLINE_RECOMPUTED", "时限重算: the working calendar was amended."
    DISPATCHED = "DISPATCHED", "派单."
    SIGNED_FOR = "SIGNED_FOR", "签收."
    INSPECTION_NOTE_ADDED = "INSPECTION_NOTE_ADDED", "检查记录."
    PHOTO_VERIFIED = "PHOTO_VERIFIED", "照片已校验."
    CO_RESULT_SUBMITTED = "CO_RESULT_SUBMITTED", "协办单位反馈."
    RESULT_SUBMITTED = "RESULT_SUBMITTED", "提交结果."
    SENT_BACK = "SENT_BACK", "退回重新处理."
    SIGNED_OFF = "SIGNED_OFF", "签字办结."
    EXTENSION_REQUESTED = "EXTENSION_REQUESTED", "申请延期."
    EXTENSION_APPROVED = "EXTENSION_APPROVED", "同意延期."
    EXTENSION_REJECTED = "EXTENSION_REJECTED", "不同意延期."
    RETURN_REQUESTED = "RETURN_REQUESTED", "申请退单."
    RETURN_APPROVED = "RETURN_APPROVED", "同意退单."
    RETURN_REJECTED = "RETURN_REJECTED", "不同意退单: adjudicated, the unit handles it."
    DISPUTE_RAISED = "DISPUTE_RAISED", "提出管辖争议."
    DISPUTE_UPHELD = "DISPUTE_UPHELD", "管辖争议维持: the unit handles it."
    UNIT_DESIGNATED = "UNIT_DESIGNATED", "指定承办单位: another unit handles it."
    RECUSED = "RECUSED", "回避: somebody has nothing more to do with the case."
    RECUSAL_LIFTED = "RECUSAL_LIFTED", "解除回避."
    LAB_RESULT_ADDED = "LAB_RESULT_ADDED", "检验结果."
    RECTIFICATION_CLOSED = "RECTIFICATION_CLOSED", "整改复查完成."
    PATROL_PLANNED = "PATROL_PLANNED", "计划回头看: a patrol after closure."
    PATROL_CANCELLED = "PATROL_CANCELLED", "取消回头看."
    CALLBACK_ATTEMPTED = "CALLBACK_ATTEMPTED", "回访未接通."
    CALLBACK_RECORDED = "CALLBACK_RECORDED", "回访."
    CALLBACK_RETURNED = "CALLBACK_RETURNED", "回访记录退回."
    CALLBACK_SIGNED = "CALLBACK_SIGNED", "回访记录已签字: the case stays as it is, or others are still to be called."
    ARCHIVED = "ARCHIVED", "归档."
    REHANDLING_OPENED = "REHANDLING_OPENED", "重办: round n+1 began."
    SUPERVISED = "SUPERVISED", "督办."
    TAGGED = "TAGGED", "标注: a regime tag was put on the case."
    REGIME_ACTIVATED = "REGIME_ACTIVATED", "启动应急机制: concerns the jurisdiction, not one case."
    ORIGINAL_READ = "ORIGINAL_READ", "查阅照片原件: kept for the audit."
    SYNC_RESET = "SYNC_RESET", "需重新同步: the cursor cannot be replayed; fetch the list again."
    REMOVED = "REMOVED", "已移出视野: the case is no longer yours to see."
    HEARTBEAT = "HEARTBEAT", "心跳: nothing new; the cursor is good to resume from."


class KpiName(Term):
    CLOSURE_RATE = "CLOSURE_RATE", "办结率."
    ON_TIME_CLOSURE_RATE = "ON_TIME_CLOSURE_RATE", "按期办结率."
    DISPATCH_RATE = "DISPATCH_RATE", "转办率."
    DUPLICATE_DISPATCH_RATE = "DUPLICATE_DISPATCH_RATE", "重复派单率."
    SATISFACTION_RATE = "SATISFACTION_RATE", "满意率."
    CALLBACK_RATE = "CALLBACK_RATE", "电话回访率."
    SUPERVISION_RATE = "SUPERVISION_RATE", "督办率."
    INSPECTION_RATE = "INSPECTION_RATE", "有报必查率."
    ODR_SUCCESS_RATE = "ODR_SUCCESS_RATE", "自行和解成功率."


class CaseOrder(Term):
    DUE_AT = "DUE_AT", "按办结期限: earliest due first; without a limit last."
    DUE_AT_DESC = "DUE_AT_DESC", "按办结期限倒序."
    RECEIVED_AT = "RECEIVED_AT", "按接诉时间: oldest first."
    RECEIVED_AT_DESC = "RECEIVED_AT_DESC", "按接诉时间倒序: newest first."
    UPDATED_AT = "UPDATED_AT", "按更新时间: longest untouched first."
    UPDATED_AT_DESC = "UPDATED_AT_DESC", "按更新时间倒序."


class ViewerKind(Term):
    PERSON = "PERSON", "人员."
    APPLICATION = "APPLICATION", "第三方应用."


class TraceReason(Term):
    START_DAY = "START_DAY", "起始日不计 (民法典第201条)."
    WORKDAY = "WORKDAY", "工作日."
    MAKE_UP_WORKDAY = "MAKE_UP_WORKDAY", "调休上班."
    REST = "REST", "休息日不计."
    CALENDAR_DAY = "CALENDAR_DAY", "按日计."
    DUTY_DAY = "DUTY_DAY", "应急值班日, 每天都计."
    ROLLED = "ROLLED", "期限最后一日遇休息日顺延 (民法典第203条)."
    PAUSED = "PAUSED", "中止期间不计."
