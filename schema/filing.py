"""书面报告备案."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import filing as verbs
from resolvers import models, photo
from resolvers.doors.access import Row
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import Decision, FilingStatus, PhotoStatus
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.source import addressed, column, fed_by, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person

_ADDRESS = ("id", "own_declaration", "submitted_at", "document_status")


def _upload(actor: Actor, row: Row, base_url: str) -> str | None:
    return photo.addresses(photo.DOCUMENT, row, actor, base_url)[0]


def _original(actor: Actor, row: Row, base_url: str) -> str | None:
    return photo.addresses(photo.DOCUMENT, row, actor, base_url)[1]


@fed_by(
    models.FilingReport,
    description="书面报告: why a matter cannot be solved for now, under seal; filed by the 12315 section (ZZ-17)."
    " Not shown to third parties.",
)
class FilingReport(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    round: int = column("轮次.")
    status: FilingStatus = column("状态.")
    cause: str = column("原因: why it cannot be solved for now.")
    process: str = column("过程: what was done.")
    recommendation: str = column("建议: what is proposed.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "报告单位.", models.Office, key="office_id"
    )
    submitted_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "报告人.", models.Person, key="submitted_by_id"
    )
    submitted_at: datetime = column("报告时间.")
    sha256: str = column("盖章文件的 SHA-256, as declared and verified.")
    byte_size: int = column("盖章文件的字节数.")
    content_type: str = column("盖章文件的类型: application/pdf, image/jpeg or image/png.")
    document_status: PhotoStatus = column("盖章文件的状态: filed only when VERIFIED.")
    document_received_at: datetime | None = column("盖章文件的收到时间: when the verified bytes were here.")
    document_upload_url: str | None = addressed(
        "上传地址: takes the raw bytes with your bearer token, by one PUT or resumably by tus 1.0 (HEAD, PATCH); another after"
        " 14 days; null once verified, and for everybody else.",
        *_ADDRESS,
        by=_upload,
    )
    document_url: str | None = addressed(
        "原件地址: takes GET with your bearer token; null without the right to the original, and until verified.",
        *_ADDRESS,
        by=_original,
    )
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "审核人.", models.Person, key="decided_by_id"
    )
    decided_at: datetime | None = column("审核时间.")
    decision_reason: str | None = column("审核理由.")


@strawberry.input(description="盖章文件: declared now, uploaded after.")
class SealedDocumentInput:
    sha256: str = strawberry.field(description="SHA-256: 64 lower-case hexadecimal digits.")
    byte_size: int = strawberry.field(description="字节数: at most 20 MB.")
    content_type: str = strawberry.field(description="类型: application/pdf, image/jpeg or image/png.")


@strawberry.input(
    description="提交书面报告: cause, process, recommendation and a sealed file; refused when one is missing."
)
class SubmitFilingReportInput(OnCase):
    cause: str | None = strawberry.field(default=None, description="原因: mandatory.")
    process: str | None = strawberry.field(default=None, description="过程: mandatory.")
    recommendation: str | None = strawberry.field(default=None, description="建议: mandatory.")
    document: SealedDocumentInput | None = strawberry.field(default=None, description="盖章文件: mandatory.")

    def told(self) -> verbs.Told:
        document = verbs.Document(**vars(self.document)) if self.document else None
        return verbs.Told(self.cause, self.process, self.recommendation, document)


@strawberry.type(description="提交书面报告的答复.")
class SubmitFilingReportPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    filing_report: FilingReport | None = strawberry.field(description="书面报告.")


@strawberry.input(description="备案审核.")
class DecideFilingReportInput(Keyed):
    filing_report_id: strawberry.ID = strawberry.field(description="书面报告: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    decision: Decision = strawberry.field(description="决定.")
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")


@strawberry.type(description="备案审核的答复.")
class DecideFilingReportPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    filing_report: FilingReport | None = strawberry.field(description="书面报告.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.SUBMIT_FILING,
        "提交书面报告: of what cannot be solved for now; the clock runs on (T16, ZZ-17). Requires CLERK of the lead.",
    )
    async def submit_filing_report(
        self,
        info: Info,
        input: SubmitFilingReportInput,  # noqa: A002
    ) -> SubmitFilingReportPayload:
        outcome = await verbs.submit_filing_report(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            told=input.told(),
        )
        return await done(SubmitFilingReportPayload, info, outcome, case=models.Case, filing_report=models.FilingReport)

    @mutation(
        Permission.DECIDE_FILING,
        "备案审核: filed, and still called back, or handled on (T16, ZZ-17). Requires SECTION_OFFICER.",
    )
    async def decide_filing_report(
        self,
        info: Info,
        input: DecideFilingReportInput,  # noqa: A002
    ) -> DecideFilingReportPayload:
        outcome = await verbs.decide_filing_report(
            info.context.caller,
            input.idempotency_key,
            filing_report_id=ids.wanted(input.filing_report_id, "FilingReport", "filingReportId"),
            expected_version=input.expected_version,
            decision=input.decision,
            reason=input.reason,
        )
        return await done(DecideFilingReportPayload, info, outcome, case=models.Case, filing_report=models.FilingReport)
