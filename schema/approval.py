"""待办审批."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import approval as verbs
from resolvers import models
from resolvers.terms.kinds import ApprovalKind
from resolvers.terms.roles import Permission
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.root import reads
from schema.grammar.source import column, fed_by, relation

if TYPE_CHECKING:
    from schema.callback import Callback
    from schema.case import Case
    from schema.dispute import Dispute
    from schema.extension import ExtensionRequest
    from schema.filing import FilingReport
    from schema.handling import HandlingResult
    from schema.person import Person
    from schema.return_request import ReturnRequest

OLDEST_FIRST = Order("requested_at")


@fed_by(models.Approval, description="待办审批: something that waits for your decision.")
class Approval(Node):
    kind: ApprovalKind = column("种类: says which mutation decides it.")
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    requested_at: datetime = column("提交时间.")
    requested_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "提交人.", models.Person, key="requested_by_id"
    )
    escalated_at: datetime | None = column("升级时间: since when it waits for the duty leader too; null while in time.")
    extension: Annotated["ExtensionRequest", strawberry.lazy("schema.extension")] | None = relation(
        "延期申请, of an EXTENSION.", models.ExtensionRequest, key="subject_id"
    )
    return_request: Annotated["ReturnRequest", strawberry.lazy("schema.return_request")] | None = relation(
        "退单申请, of a RETURN.", models.ReturnRequest, key="subject_id"
    )
    dispute: Annotated["Dispute", strawberry.lazy("schema.dispute")] | None = relation(
        "管辖争议, of a DISPUTE.", models.Dispute, key="subject_id"
    )
    filing_report: Annotated["FilingReport", strawberry.lazy("schema.filing")] | None = relation(
        "书面报告, of a FILING.", models.FilingReport, key="subject_id"
    )
    callback: Annotated["Callback", strawberry.lazy("schema.callback")] | None = relation(
        "回访记录, of a CALLBACK_REVIEW.", models.Callback, key="subject_id"
    )
    result: Annotated["HandlingResult", strawberry.lazy("schema.handling")] | None = relation(
        "处理结果, of a SIGN_OFF.", models.HandlingResult, key="subject_id"
    )


@strawberry.input(description="待办筛选: all given conditions hold together.")
class ApprovalFilter:
    kind: list[ApprovalKind] | None = strawberry.field(default=None, description="种类: any of these.")
    case_number: str | None = strawberry.field(default=None, description="工单编号: of this case.")
    escalated: bool | None = strawberry.field(default=None, description="是否已升级: undecided for too long.")

    def wanted(self) -> verbs.Wanted:
        return verbs.Wanted(**vars(self))


@strawberry.type
class Query:
    @reads(Permission.READ_APPROVALS, "待办审批: what waits for your decision, longest waiting first.")
    def approvals(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        filter: Annotated[ApprovalFilter | None, strawberry.argument(description="筛选.")] = None,  # noqa: A002
    ) -> Connection[Approval]:
        wanted = (filter or ApprovalFilter()).wanted()
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.Approval, OLDEST_FIRST, window, verbs.matching(wanted), tag=wanted)  # type: ignore[return-value]
