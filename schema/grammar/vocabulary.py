"""The trade's closed vocabularies, published once. Types name the terms themselves."""

from resolvers.terms import kinds
from resolvers.terms.codes import Code
from resolvers.terms.roles import Permission, Role
from resolvers.terms.statuses import CaseStatus
from schema.grammar.enums import publish

for _term, _description in (
    (kinds.ApprovalKind, "审批种类: what is to be decided."),
    (kinds.ArticleKind, "知识种类."),
    (kinds.ArticleStatus, "知识审核状态."),
    (kinds.AssignmentRole, "承办角色: lead or co-handler."),
    (kinds.AssignmentStatus, "派单状态: whether a dispatch still holds."),
    (kinds.BulletinPeriod, "通报周期."),
    (kinds.CalendarMode, "计日方式: how a regime counts days."),
    (kinds.CallbackOutcome, "回访结果: what became of an attempt."),
    (kinds.CaseEventKind, "事件种类: what happened."),
    (kinds.CaseKind, "诉求类型: what a citizen brings."),
    (kinds.CaseOrder, "工单排序: ascending, or descending where it says so; ties by id."),
    (kinds.CasePriority, "紧急程度."),
    (kinds.CheckResult, "检查项结果."),
    (kinds.ClockKind, "时限性质: the bureau's commitment or the law's limit."),
    (kinds.CoordinateSystem, "坐标系: of the degrees given; stored as WGS-84."),
    (kinds.CopyStatus, "副本状态: of the copies a photo is shown by."),
    (kinds.DayType, "日历日类型: whether a day is worked."),
    (kinds.DeadlineKind, "时限种类: what is to be done by then."),
    (kinds.Decision, "决定."),
    (kinds.DisputeStatus, "管辖争议状态."),
    (kinds.ExtensionStatus, "延期状态."),
    (kinds.FilingStatus, "备案状态."),
    (kinds.HandlingOutcome, "处理结果."),
    (kinds.IntakeChannel, "接诉渠道: how it reached the hotline (ZZ-4)."),
    (kinds.KpiName, "指标名称: of a ranking."),
    (kinds.LabResult, "检验结果."),
    (kinds.LimitUnit, "时限单位: stored with every limit."),
    (kinds.MeasureKind, "现场措施种类."),
    (kinds.NonAcceptanceGround, "不予受理的理由: the six grounds of Order 20 art. 15."),
    (kinds.NoticeKind, "告知种类: what the law wants told."),
    (kinds.OdrStatus, "在线和解状态."),
    (kinds.OfficeKind, "机构种类."),
    (kinds.Particular, "必要信息: what Order 20 art. 9 wants of a complaint."),
    (kinds.PatrolStatus, "回头看状态."),
    (kinds.PauseReason, "中止原因: why the clocks stand still (DEC-12)."),
    (kinds.PhotoDiscrepancy, "照片存疑: what is declared and what the file says of itself do not agree in."),
    (kinds.PhotoStatus, "照片状态."),
    (kinds.RapidResult, "快检结果."),
    (kinds.RectificationKind, "整改方式."),
    (kinds.ReminderStage, "催办阶段: the rungs of the ladder (domain 4.5)."),
    (kinds.ReturnStatus, "退单状态."),
    (kinds.SatisfactionLevel, "满意度: exactly four levels (ZZ-12)."),
    (kinds.SignatureKind, "签字情况: of the inspected party."),
    (kinds.SupervisionKind, "督办种类."),
    (kinds.SupervisionTrigger, "督办情形: what suggests supervision (domain 4.5)."),
    (kinds.SyncOutcome, "同步结果: of one item of a batch."),
    (kinds.TaskKind, "外勤任务种类."),
    (kinds.TerminationGround, "终止的理由: the seven grounds of Order 20 art. 21."),
    (kinds.TraceReason, "计日原因: why a day counted towards a limit, or why not."),
    (kinds.ViewerKind, "来访者种类."),
    (kinds.VisitType, "检查种类."),
    (kinds.VoidGround, "作废的理由."),
    (Permission, "权限: what a role may do."),
    (Role, "角色 (domain of duties)."),
):
    publish(_term, _description)
publish(CaseStatus, "工单状态: where a case stands in its life.")
publish(Code, "业务提示代码: why a request was refused; stable, unlike the sentence.", name="UserErrorCode")
