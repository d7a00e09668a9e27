"""书面报告备案: what cannot be solved for now is reported under seal, reviewed and filed by the 12315 section (T16, ZZ-17)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from resolvers import approval
from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import FilingReport
from resolvers.rules import evidence, texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import ApprovalKind, CaseEventKind, Decision, FilingStatus, PhotoStatus
from resolvers.terms.roles import Role
from resolvers.terms.statuses import Action


@dataclass(frozen=True, slots=True)
class Document:
    """The sealed file as declared; its bytes come after."""

    sha256: str
    byte_size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Told:
    """A report as told: all of it, or it is refused (ZZ-17)."""

    cause: str | None
    process: str | None
    recommendation: str | None
    document: Document | None


@atomic
@once
async def submit_filing_report(actor: Actor, *, case_id: UUID, expected_version: int, told: Told) -> Outcome:
    """By the lead's clerk. The clock runs on; the section decides once the sealed file has come."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    cause, process, recommendation = (
        texts.optional(text, limits.TEXT_CHARACTERS, name)
        for name, text in (("cause", told.cause), ("process", told.process), ("recommendation", told.recommendation))
    )
    parts: dict[str, object] = {
        "cause": cause,
        "process": process,
        "recommendation": recommendation,
        "document": told.document,
    }
    to = transitions.submit_filing(await status.facts(case), actor.offices(Role.CLERK), parts)
    document = _checked(told.document)
    report = await FilingReport.create(
        case_id=case.id,
        office_id=case.lead_office_id,
        round=case.round,
        status=FilingStatus.SUBMITTED,
        cause=cause,
        process=process,
        recommendation=recommendation,
        sha256=document.sha256,
        byte_size=document.byte_size,
        content_type=document.content_type,
        document_status=PhotoStatus.DECLARED,
        submitted_by_id=actor.id,
        submitted_at=now,
    )
    await status.ask(case, ApprovalKind.FILING, report.id, report.office_id, now, requester=actor.id, barred=[actor.id])
    await status.move(actor, case, to, CaseEventKind.FILING_SUBMITTED, now)
    return Outcome({"case": case.id, "filing_report": report.id})


def _checked(document: Document | None) -> Document:
    if document is None:
        raise Refused(Code.FILING_PARTS_MISSING, "document")
    if document.content_type not in evidence.DOCUMENT_TYPES:
        raise texts.invalid("文件类型须为 " + "、".join(evidence.DOCUMENT_TYPES) + "。", "document", "contentType")
    texts.digest(document.sha256, "document", "sha256")
    texts.whole(document.byte_size, 1, limits.PHOTO_BYTES, "document", "byteSize")
    return document


@atomic
@once
async def decide_filing_report(
    actor: Actor, *, filing_report_id: UUID, expected_version: int, decision: Decision, reason: str | None
) -> Outcome:
    """Filed, the round is closed and the citizen still called back; rejected, the unit goes on handling it.

    By the municipal bureau's 12315 section alone (ZZ-17), never by who submitted it or works in the unit; escalated, by its
    duty leader too.
    """
    now = clock.now()
    its_duty = approval.permit(actor, Role.SECTION_OFFICER)
    taken = access.take_of_case(actor, FilingReport, filing_report_id, expected_version, now, "filingReportId")
    case, report = await taken
    approved = decision is Decision.APPROVE
    if report.status is not FilingStatus.SUBMITTED:
        raise Refused(Code.INVALID_TRANSITION, "filingReportId", status=case.status)
    to = transitions.follow(Action.FILE if approved else Action.REFUSE_FILING, case.status)
    submitted = report.id, report.submitted_by_id, report.office_id
    await approval.judge(actor, *submitted, "filingReportId", its_duty=its_duty)
    why = texts.reason_for(decision, reason, "reason")
    if approved and report.document_status is not PhotoStatus.VERIFIED:
        raise Refused(Code.FILING_PARTS_MISSING, "document")
    report.status = FilingStatus.FILED if approved else FilingStatus.REJECTED
    report.decided_by_id, report.decided_at, report.decision_reason = actor.id, now, why
    await report.save(update_fields=["status", "decided_by_id", "decided_at", "decision_reason"])
    await status.settle(actor, case, ApprovalKind.FILING, now)
    if approved:
        await status.close_handled(case, now)
    event = CaseEventKind.FILED if approved else CaseEventKind.FILING_REJECTED
    await status.move(actor, case, to, event, now, changed=("closed_at",))
    return Outcome({"case": case.id, "filing_report": report.id})
