"""工单: a case as its callers see it, and how to find it."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import case as verbs
from resolvers import models
from resolvers.doors.access import Row
from resolvers.terms.kinds import CaseKind, CaseOrder, CasePriority, IntakeChannel, Particular
from resolvers.terms.roles import CENTRE, Permission, Role
from resolvers.terms.statuses import CaseStatus
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.root import One, reads
from schema.grammar.source import column, computed, derived, fed_by, listed, many, pages, personal, relation

if TYPE_CHECKING:
    from schema.callback import Callback
    from schema.deadline import Deadline, Reminder
    from schema.dispatch import Assignment
    from schema.dispute import Dispute
    from schema.event import CaseEvent
    from schema.extension import ExtensionRequest
    from schema.filing import FilingReport
    from schema.handling import HandlingResult
    from schema.inspection import InspectionNote
    from schema.instruction import Instruction
    from schema.meeting import Meeting
    from schema.non_acceptance import NonAcceptance
    from schema.notice import Notice
    from schema.odr import OdrRouting
    from schema.office import Office
    from schema.party import Party, Respondent
    from schema.patrol import Patrol
    from schema.pause import Pause
    from schema.rectification import Rectification
    from schema.recusal import Recusal
    from schema.reopening import Reopening
    from schema.return_request import ReturnRequest
    from schema.sign_off import SignOff
    from schema.supervision import SupervisionOrder, SupervisionSuggestion
    from schema.termination import Termination
    from schema.transfer import TransferOut
    from schema.voicemail import VoicemailCall
    from schema.voiding import Voiding

ORDERS = {
    CaseOrder.DUE_AT: Order("due_sort"),
    CaseOrder.DUE_AT_DESC: Order("due_sort", descending=True),
    CaseOrder.RECEIVED_AT: Order("received_at"),
    CaseOrder.RECEIVED_AT_DESC: Order("received_at", descending=True),
    CaseOrder.UPDATED_AT: Order("updated_at"),
    CaseOrder.UPDATED_AT_DESC: Order("updated_at", descending=True),
}
# Whoever handles a report must not find the complaint told in the same breath, for that one is signed.
_SPLITTERS = CENTRE | {Role.AGENT}
_WORDS = ("kind", "own_intake", "in_own_unit", "wants_confidentiality", "routed_to_own")


@fed_by(models.Category, description="诉求类别: what a case is about.")
class Category(Node):
    code: str = column("类别代码: six digits in pairs (GB/T 39666).")
    name: str = column("类别名称.")


@fed_by(
    models.Round, description="办理轮次: one run through handling; a dissatisfied citizen or new facts open the next."
)
class Round(Node):
    number: int = column("轮次: 1 for the first.")
    opened_at: datetime = column("开始时间.")
    closed_at: datetime | None = column("办结时间: when its result was signed off, or it ended otherwise.")
    sent_back_count: int = column("退回次数: how often its result was sent back.")


@fed_by(models.Case, description="工单: one matter raised by one citizen, from intake to archive.")
class Case(Node):
    number: str = column("工单编号, printed on the order.")
    version: int = column("版本: give it as `expectedVersion` with every change.")
    kind: CaseKind = column("诉求类型.")
    channel: IntakeChannel = column("接诉渠道.")
    status: CaseStatus = column("工单状态.")
    priority: CasePriority = column("紧急程度.")
    is_urgent: bool = computed("是否紧急: EMERGENCY or URGENT.")
    title: str = personal(
        "标题: the citizen's identity is taken out where the caller must not know it; third parties get the category.",
        *_WORDS, "title", "title_redacted", "category_name", by=verbs.title,
    )  # fmt: skip
    description: str = personal(
        "诉求内容: masked like the title; not told to third parties.",
        *_WORDS, "description", "description_redacted", by=verbs.description,
    )  # fmt: skip
    tags: list[str] = column("标注, for example 新冠疫情 (ZZ-19).")
    category: Category | None = relation("诉求类别.", models.Category, key="category_id")
    division_code: str = column("行政区划代码 (GB/T 2260).")
    place: str | None = personal("事发地点, in words.", *_WORDS, "place_text", by=verbs.place_text)
    received_at: datetime = column("接诉时间: from when the clocks run (DEC-1).")
    registered_at: datetime = column("登记时间: when it was keyed in.")
    updated_at: datetime = column("更新时间: of the last change.")
    due_at: datetime | None = column(
        "办结期限: effective closing date of the current round; with an ODR enterprise, the end of its time (T5); null"
        " while the clocks stand still (T12)."
    )
    closed_at: datetime | None = column("办结时间 of the current round; null while it is open.")
    is_overdue: bool = computed("是否超期: past its effective due date and still open.")
    round: int = column("当前轮次: 1, or more after a dissatisfied callback (ZZ-14) or on new facts (T21).")
    merged_at: datetime | None = column("并单时间: when it was merged into another case (T4).")
    merged_into: Annotated["Case", strawberry.lazy("schema.case")] | None = relation(
        "并入的工单: null when it was not merged, or into a case out of your sight (T4).",
        models.Case,
        key="merged_into_id",
    )
    followers: list[Annotated["Case", strawberry.lazy("schema.case")]] = many(
        "并入本单的工单: merged into this case, or into one of those; longest merged first (T4).",
        models.Case,
        key="merged_into_id",
        order="t.merged_at, t.id",
        deep=True,
    )
    split_from: Annotated["Case", strawberry.lazy("schema.case")] | None = relation(
        "分立自: the case it was split from (Order 20 art. 7); not told to units, nor to third parties.",
        models.Case,
        key="split_from_id",
        who=_SPLITTERS,
    )
    splits: list[Annotated["Case", strawberry.lazy("schema.case")]] = many(
        "分立出的工单: what was split from it (Order 20 art. 7); not told to units, nor to third parties.",
        models.Case,
        key="split_from_id",
        order="t.registered_at, t.id",
        who=_SPLITTERS,
    )
    answer: str | None = personal("直接答复内容, of a case answered at intake.", *_WORDS, "answer", by=verbs.answer)
    lead_office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "主办单位.", models.Office, key="lead_office_id"
    )
    intake_office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "登记单位.", models.Office, key="intake_office_id"
    )
    assignments: list[Annotated["Assignment", strawberry.lazy("schema.dispatch")]] = many(
        "派单记录: the lead first.", models.Assignment, key="case_id", order="t.role DESC, t.dispatched_at, t.id"
    )
    deadlines: list[Annotated["Deadline", strawberry.lazy("schema.deadline")]] = many(
        "时限: both clocks, service and statutory.", models.Deadline, key="case_id", order="t.start_at, t.kind, t.id"
    )
    rounds: list[Round] = many("办理轮次.", models.Round, key="case_id", order="t.number")
    respondent: Annotated["Respondent", strawberry.lazy("schema.party")] | None = relation(
        "被投诉(举报)人.", models.Respondent, key="respondent_id"
    )

    @listed(
        "同一被投诉人的其他工单: same credit code or same name, newest received first, as far as they are in your sight.",
        models.Case,
        "id",
        "respondent_id",
    )
    def against_same_respondent(
        root: Row,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
    ) -> Connection[Annotated["Case", strawberry.lazy("schema.case")]]:
        window = Window(first=first, after=after, last=last, before=before)
        where = verbs.against_the_same(root["id"], root["respondent_id"])
        return Listing(models.Case, ORDERS[CaseOrder.RECEIVED_AT_DESC], window, where)  # type: ignore[return-value]

    complainant: Annotated["Party", strawberry.lazy("schema.party")] | None = relation(
        "诉求人(举报人): masked by role.", models.Party, key="complainant_id"
    )
    missing_particulars: list[Particular] = derived(
        "尚缺的必要信息: what a complaint must name and does not (Order 20 art. 9); empty for every other kind, and to third"
        " parties. It does not say whether a particular is there that you are not shown, not even masked.",
        *_WORDS, "in_assigned_unit", "missing_particulars", by=verbs.missing_particulars,
    )  # fmt: skip
    recovered_loss: Decimal | None = column("挽回经济损失, yuan, as signed off or settled by an ODR enterprise.")
    results: list[Annotated["HandlingResult", strawberry.lazy("schema.handling")]] = many(
        "处理结果: every submitted one, oldest first.",
        models.HandlingResult,
        key="case_id",
        order="t.submitted_at, t.id",
    )
    inspection_notes: Connection[Annotated["InspectionNote", strawberry.lazy("schema.inspection")]] = pages(
        "检查记录: in the order they were captured.",
        models.InspectionNote,
        key="case_id",
        order=Order("captured_at"),
    )
    rectifications: list[Annotated["Rectification", strawberry.lazy("schema.rectification")]] = many(
        "责令改正: what its visits ordered to be put right; not told to third parties.",
        models.Rectification,
        key="case_id",
        order="t.due_at NULLS FIRST, t.id",
    )
    patrols: list[Annotated["Patrol", strawberry.lazy("schema.patrol")]] = many(
        "回头看: visits planned after closure (FT-9); not told to third parties.",
        models.Patrol,
        key="case_id",
        order="t.due_at, t.id",
    )
    extensions: list[Annotated["ExtensionRequest", strawberry.lazy("schema.extension")]] = many(
        "延期申请.", models.ExtensionRequest, key="case_id", order="t.requested_at, t.id"
    )
    return_requests: list[Annotated["ReturnRequest", strawberry.lazy("schema.return_request")]] = many(
        "退单申请.", models.ReturnRequest, key="case_id", order="t.requested_at, t.id"
    )
    disputes: list[Annotated["Dispute", strawberry.lazy("schema.dispute")]] = many(
        "管辖争议.", models.Dispute, key="case_id", order="t.raised_at, t.id"
    )
    non_acceptances: list[Annotated["NonAcceptance", strawberry.lazy("schema.non_acceptance")]] = many(
        "不予受理决定.", models.NonAcceptance, key="case_id", order="t.decided_at, t.id"
    )
    transfers: list[Annotated["TransferOut", strawberry.lazy("schema.transfer")]] = many(
        "移送记录.", models.TransferOut, key="case_id", order="t.transferred_at, t.id"
    )
    terminations: list[Annotated["Termination", strawberry.lazy("schema.termination")]] = many(
        "终止决定: one a round at the most.", models.Termination, key="case_id", order="t.terminated_at, t.id"
    )
    notices: list[Annotated["Notice", strawberry.lazy("schema.notice")]] = many(
        "告知记录: not told to third parties.", models.Notice, key="case_id", order="t.given_at, t.id"
    )
    reopenings: list[Annotated["Reopening", strawberry.lazy("schema.reopening")]] = many(
        "重新办理记录: not told to third parties.", models.Reopening, key="case_id", order="t.reopened_at, t.id"
    )
    voidings: list[Annotated["Voiding", strawberry.lazy("schema.voiding")]] = many(
        "作废记录: one at the most; not told to third parties.",
        models.Voiding,
        key="case_id",
        order="t.voided_at, t.id",
    )
    pauses: list[Annotated["Pause", strawberry.lazy("schema.pause")]] = many(
        "中止记录: the intervals in which the clocks stood still.",
        models.Pause,
        key="case_id",
        order="t.started_at, t.id",
    )
    filing_reports: list[Annotated["FilingReport", strawberry.lazy("schema.filing")]] = many(
        "书面报告: not shown to third parties.", models.FilingReport, key="case_id", order="t.submitted_at, t.id"
    )
    recusals: list[Annotated["Recusal", strawberry.lazy("schema.recusal")]] = many(
        "回避记录: lifted ones too; not told to third parties.",
        models.Recusal,
        key="case_id",
        order="t.declared_at, t.id",
    )
    odr_routings: list[Annotated["OdrRouting", strawberry.lazy("schema.odr")]] = many(
        "在线和解记录.", models.OdrRouting, key="case_id", order="t.routed_at, t.id"
    )
    voicemail_calls: list[Annotated["VoicemailCall", strawberry.lazy("schema.voicemail")]] = many(
        "录音回拨记录: not told to third parties.", models.VoicemailCall, key="case_id", order="t.called_at, t.id"
    )
    sign_offs: list[Annotated["SignOff", strawberry.lazy("schema.sign_off")]] = many(
        "签字记录.", models.SignOff, key="case_id", order="t.decided_at, t.id"
    )
    callbacks: list[Annotated["Callback", strawberry.lazy("schema.callback")]] = many(
        "回访记录.", models.Callback, key="case_id", order="t.called_at, t.id"
    )
    supervisions: list[Annotated["SupervisionOrder", strawberry.lazy("schema.supervision")]] = many(
        "督办.", models.SupervisionOrder, key="case_id", order="t.ordered_at, t.id"
    )
    reminders: list[Annotated["Reminder", strawberry.lazy("schema.deadline")]] = many(
        "催办记录: to staff alone.", models.Reminder, key="case_id", order="t.opened_at, t.id"
    )
    suggestions: list[Annotated["SupervisionSuggestion", strawberry.lazy("schema.supervision")]] = many(
        "建议督办: the triggers seen; told to the centre alone.",
        models.SupervisionSuggestion,
        key="case_id",
        order="t.suggested_at, t.trigger, t.id",
    )
    instructions: list[Annotated["Instruction", strawberry.lazy("schema.instruction")]] = many(
        "批示; not told to third parties.", models.Instruction, key="case_id", order="t.instructed_at, t.id"
    )
    meetings: list[Annotated["Meeting", strawberry.lazy("schema.meeting")]] = many(
        "协调会; not told to third parties.", models.Meeting, key="case_id", order="t.held_at, t.id"
    )
    timeline: Connection[Annotated["CaseEvent", strawberry.lazy("schema.event")]] = pages(
        "时间线: everything that happened, oldest first.",
        models.LedgerEntry,
        key="case_id",
        order=Order("seq", kind=int),
    )


@strawberry.input(description="工单筛选: all given conditions hold together.")
class CaseFilter:
    office_code: str | None = strawberry.field(default=None, description="机构代码: held by it or any office below it.")
    status: list[CaseStatus] | None = strawberry.field(default=None, description="状态: any of these.")
    kind: list[CaseKind] | None = strawberry.field(default=None, description="类型: any of these.")
    priority: list[CasePriority] | None = strawberry.field(default=None, description="紧急程度: any of these.")
    category_code: str | None = strawberry.field(default=None, description="类别代码: exactly this.")
    tag: str | None = strawberry.field(default=None, description="标注: carries this one.")
    received_from: datetime | None = strawberry.field(default=None, description="接诉时间起, included.")
    received_to: datetime | None = strawberry.field(default=None, description="接诉时间止, excluded.")
    due_from: datetime | None = strawberry.field(default=None, description="办结期限起, included.")
    due_to: datetime | None = strawberry.field(default=None, description="办结期限止, excluded.")
    overdue: bool | None = strawberry.field(default=None, description="是否超期.")
    suggested: bool | None = strawberry.field(
        default=None,
        description="是否建议督办: a suggestion of the current round, and no order since; only the centre finds any.",
    )
    text: str | None = strawberry.field(
        default=None, description="文字: the number, or part of the title or description, as far as you may read them."
    )

    def wanted(self) -> verbs.Wanted:
        return verbs.Wanted(**vars(self))


Filter = Annotated[CaseFilter | None, strawberry.argument(description="筛选.")]
Ordering = Annotated[CaseOrder | None, strawberry.argument(description="排序: newest received first when not given.")]


def listing(
    info: Info,
    window: Window,
    filter_: CaseFilter | None,
    order_by: CaseOrder | None,
    *,
    office_code: str | None = None,
) -> Listing:
    """The cases in sight; with an office, those it or any office below it holds."""
    wanted = (filter_ or CaseFilter()).wanted()
    matching = verbs.matching(info.context.caller, wanted)
    where = matching if office_code is None else verbs.both(matching, verbs.held_by(office_code))
    return Listing(models.Case, ORDERS[order_by or CaseOrder.RECEIVED_AT_DESC], window, where, tag=wanted)


@strawberry.type
class Query:
    @reads(Permission.READ_CASES, "按编号取工单: null when absent or not yours to see.")
    def case(
        self,
        info: Info,  # noqa: ARG002
        number: Annotated[str, strawberry.argument(description="工单编号.")],
    ) -> Case | None:
        return One(models.Case, verbs.numbered(number))  # type: ignore[return-value]

    @reads(Permission.READ_CASES, "工单列表: the cases in your sight.")
    def cases(
        self,
        info: Info,
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        filter: Filter = None,  # noqa: A002
        order_by: Ordering = None,
    ) -> Connection[Case]:
        window = Window(first=first, after=after, last=last, before=before)
        return listing(info, window, filter, order_by)  # type: ignore[return-value]
