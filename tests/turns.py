"""What turns a case off the main line, one entry a mutation: what interrupts it, ends it early or begins it again."""

from __future__ import annotations

import hashlib

from resolvers.rules.days import local_date
from resolvers.rules.transitions import TABLE
from resolvers.terms.statuses import Action, CaseStatus
from tests.client import Data
from tests.matter import CLERKS, FACTS, ORDER_20, SUPERVISORS
from tests.model import Rule, Try, always, decision, of_lead, to, where, why
from tests.pictures import put, reporting

EVERY = frozenset(status.value for status in CaseStatus)
ACCEPTED_IN = frozenset(["DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF", "PENDING_FILING"])
STILL = frozenset(["SUSPENDED", "ODR_SETTLING"])  # no clock of the law runs
UNIT_OR_CENTRE = "CLERK DISPATCHER"


def neither_leads_nor_dispatches(t: Try) -> bool:
    return t.role == "CLERK" and not t.leads


# --- interrupted


def suspended(t: Try, _payload: Data) -> None:
    t.matter.paused_at = t.now


def resumed(t: Try, _payload: Data) -> None:
    t.matter.resume(t.now)


def pause(t: Try) -> Data:
    reasons = ("TESTING", "APPRAISAL", "RECUSAL", "LEGAL_PROCEEDING", "WAITING_FOR_CITIZEN", "WAITING_FOR_CITIZEN")
    return {"reason": t.pick(*reasons), "evidence": why(t.pick)}


def withdrawn(t: Try, _payload: Data) -> None:
    t.matter.settle("extension")


# --- brought before the leader


def disputed(t: Try, payload: Data) -> None:
    m = t.matter
    assert m.lead
    m.subjects["dispute"] = payload["dispute"]["id"]
    m.ask("dispute", t.now)
    m.disputed |= {m.lead}


def is_not_open(t: Try) -> bool:
    return t.matter.lead != t.matter.refused or t.matter.lead in t.matter.disputed


def whose_it_is(t: Try) -> Data:
    other = "west" if t.matter.lead == "east" else "east"
    codes = [t.city.codes[name] for name in (other, other, other, t.matter.lead or "east")]
    return {**decision(t), "designatedOfficeCode": t.pick(*codes, None)}


def designates_the_same(t: Try) -> bool:
    return t.approves() and t.matter.lead is not None and t.given["designatedOfficeCode"] == t.city.codes[t.matter.lead]


def upheld_or_designated(t: Try, _payload: Data) -> None:
    m = t.matter
    m.settle("dispute")
    if t.approves():
        m.lead = {code: name for name, code in t.city.codes.items()}[t.given["designatedOfficeCode"]]
        m.co, m.acknowledged, m.dispatched_at = (), frozenset(), t.now
        m.ever, m.adjudicated = m.ever | {m.lead}, m.adjudicated | {m.lead}


# --- reported under seal


def under_seal(t: Try) -> Data:
    t.file = b"%PDF-1.7\n" + hashlib.sha512(f"{t.matter.id} {t.matter.version}".encode()).digest() * 4
    whole = reporting(t.file)
    told: Data = t.pick(whole, whole, {**whole, "cause": " "}, {**whole, "document": None})
    return told


def reported(t: Try, payload: Data) -> None:
    t.matter.subjects["filingReport"], t.matter.sealed = payload["filingReport"]["id"], t.pick(True, True, False)
    t.matter.ask("filingReport", t.now)


async def sent(t: Try, payload: Data) -> None:
    """The file follows, or is forgotten."""
    if t.matter.sealed:
        url = payload["filingReport"]["documentUploadUrl"]
        assert (await put(t.city.as_(t.who), url, t.file)).status_code == 200


def parts_are_missing(t: Try) -> bool:
    return t.blank("cause", "process", "recommendation") or t.given["document"] is None


def filed_or_not(t: Try, _payload: Data) -> None:
    t.matter.settle("filingReport")


# --- ended early, begun again


def explained(t: Try) -> Data:
    """A consultation, or a matter outside the remit that is explained."""
    beyond = t.matter.kind != "CONSULTATION"
    return {"answer": t.pick("请拨打12333。", " "), "outOfRemit": t.pick(beyond, not beyond)}


def ending(t: Try) -> Data:
    mediated = ("NO_AGREEMENT", "TIME_EXPIRED", "TIME_EXPIRED")
    return {"ground": t.pick("WITHDRAWN_OR_SETTLED", "OTHER", *mediated), "reason": why(t.pick)}


def has_no_ground(t: Try) -> bool:
    ground, m = t.given["ground"], t.matter
    if m.kind != "COMPLAINT":
        return ground not in ("WITHDRAWN_OR_SETTLED", "OTHER")
    return ground == "TIME_EXPIRED" and not (m.mediating and m.mediating.due < (m.paused_at or t.now))


def terminated(t: Try, _payload: Data) -> None:
    m = t.matter
    if m.paused_at:
        m.resume(t.now)
    if m.enterprise:
        m.come_back(t.now)
    m.end_early()
    if m.kind == "COMPLAINT" and local_date(m.received_at) >= ORDER_20:
        m.owed |= {"TERMINATION"}


def told_of(t: Try) -> Data:
    due = "TERMINATION" if "TERMINATION" in t.matter.owed else "ACCEPTANCE"
    return {"kind": t.pick(due, due, due, "INFORMANT"), "text": t.pick("已依法办理, 特此告知。", " ")}


def is_not_due(t: Try) -> bool:
    return t.given["kind"] not in t.matter.owed or t.matter.status in STILL


def noticed(t: Try, _payload: Data) -> None:
    t.matter.owed -= {t.given["kind"]}
    if t.given["kind"] == "ACCEPTANCE":
        t.matter.accept(t.now)


def reopened_to(t: Try) -> str:
    return TABLE[Action.REOPEN if t.matter.lead else Action.REOPEN_AT_CENTRE][1].value


def reopened(t: Try, _payload: Data) -> None:
    t.matter.told |= {t.given["newFacts"]}
    t.matter.owed -= {"TERMINATION"}
    t.matter.begin_round(t.now)


def news(t: Try) -> Data:
    told = t.pick(f"又找到第{t.matter.version}张票据。", *sorted(t.matter.told), FACTS)
    return {"newFacts": told, "reason": why(t.pick)}


TURNS: dict[str, Rule] = {
    "answerCase": Rule(
        roles="AGENT",
        by=always("agent"),
        often=2,
        given=explained,
        sources=where(Action.ANSWER),
        to=to(Action.ANSWER),
        guards={
            "REPORT_NOT_INSPECTED": Try.uninspected,
            "KIND_NOT_ANSWERABLE": lambda t: t.matter.kind != "CONSULTATION" and not t.given["outOfRemit"],
            "INVALID_INPUT": lambda t: t.blank("answer"),
        },
    ),
    "refuseCase": Rule(
        roles="DISPATCHER",
        by=always("dispatcher"),
        often=2,
        given=lambda t: {"ground": t.pick("NOT_COMPETENT", None), "notice": t.pick("请向主管部门反映。", " ")},
        sources=where(Action.REFUSE),
        to=to(Action.REFUSE),
        guards={"REPORT_NOT_INSPECTED": Try.uninspected, "GROUND_REQUIRED": lambda t: t.blank("ground", "notice")},
    ),
    "transferCase": Rule(
        roles="DISPATCHER",
        by=always("dispatcher"),
        often=2,
        given=lambda t: {"receivingBody": t.pick("市交通运输局", " "), "notice": t.pick("请拨打12328。", " ")},
        sources=where(Action.TRANSFER_OUT),
        to=to(Action.TRANSFER_OUT),
        guards={"INVALID_INPUT": lambda t: t.blank("receivingBody", "notice")},
    ),
    "suspendCase": Rule(
        roles="CLERK",
        by=of_lead(CLERKS),
        often=8,
        given=pause,
        sources=where(Action.SUSPEND),
        to=to(Action.SUSPEND),
        guards={
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "APPROVAL_PENDING": lambda t: t.matter.is_undecided,
            "PAUSE_REASON_NOT_ALLOWED": lambda t: t.given["reason"] == "WAITING_FOR_CITIZEN",
            "REASON_REQUIRED": lambda t: t.blank("evidence"),
        },
        learn=suspended,
    ),
    "resumeCase": Rule(
        roles="CLERK",
        by=of_lead(CLERKS),
        given=lambda t: {"evidence": why(t.pick)},
        sources=where(Action.RESUME),
        to=to(Action.RESUME),
        guards={"NOT_YOUR_OFFICE": lambda t: not t.leads, "REASON_REQUIRED": lambda t: t.blank("evidence")},
        learn=resumed,
    ),
    "withdrawExtension": Rule(
        roles="CLERK",
        by=of_lead(CLERKS),
        often=8,
        given=lambda _try: {},
        sources=lambda t: frozenset({t.matter.status}) if "extension" in t.matter.asked else frozenset(),
        guards={"NOT_YOUR_OFFICE": lambda t: t.office != t.matter.extending},
        learn=withdrawn,
        subject=("extension", "ExtensionRequest"),
    ),
    "disputeReturn": Rule(
        roles="CLERK RESPONSIBLE_PERSON",
        by=of_lead(CLERKS),
        often=8,
        given=lambda t: {"reason": why(t.pick)},
        sources=lambda t: frozenset() if t.matter.submitted else frozenset({"IN_PROGRESS"}),
        guards={
            "REASON_REQUIRED": lambda t: t.blank("reason"),
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "DISPUTE_NOT_OPEN": is_not_open,
            "APPROVAL_PENDING": lambda t: t.matter.is_undecided,
        },
        learn=disputed,
        subject=("returnRequest", "ReturnRequest"),
        shape="dispute { id }",
    ),
    "decideDispute": Rule(
        roles="LEADER",
        by=always("leader"),
        given=whose_it_is,
        sources=lambda t: frozenset({"IN_PROGRESS"}) if "dispute" in t.matter.asked else frozenset(),
        to=lambda t: TABLE[Action.DESIGNATE][1].value if t.approves() else t.matter.status,
        guards={
            "REASON_REQUIRED": Try.rejects_silently,
            "LEAD_REQUIRED": lambda t: t.approves() and t.given["designatedOfficeCode"] is None,
            "INVALID_INPUT": designates_the_same,
        },
        learn=upheld_or_designated,
        subject=("dispute", "Dispute"),
        only_at_the_top=True,
    ),
    "submitFilingReport": Rule(
        roles="CLERK",
        by=of_lead(CLERKS),
        often=8,
        given=under_seal,
        sources=where(Action.SUBMIT_FILING),
        to=to(Action.SUBMIT_FILING),
        guards={
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "REPORT_NOT_INSPECTED": Try.uninspected,
            "APPROVAL_PENDING": lambda t: t.matter.is_undecided,
            "FILING_PARTS_MISSING": parts_are_missing,
        },
        learn=reported,
        then=sent,
        shape="filingReport { id documentUploadUrl }",
    ),
    "decideFilingReport": Rule(
        roles="SECTION_OFFICER DUTY_LEADER",
        by=always("section"),
        given=decision,
        sources=where(Action.FILE),
        to=lambda t: TABLE[Action.FILE if t.approves() else Action.REFUSE_FILING][1].value,
        guards={
            "NOT_PERMITTED": lambda t: t.is_too_early("filingReport"),
            "REASON_REQUIRED": Try.rejects_silently,
            "FILING_PARTS_MISSING": lambda t: t.approves() and not t.matter.sealed,
        },
        learn=filed_or_not,
        subject=("filingReport", "FilingReport"),
        only_at_the_top=True,
    ),
    "terminateCase": Rule(
        roles=UNIT_OR_CENTRE,
        by=always("dispatcher"),
        often=2,
        given=ending,
        sources=where(Action.TERMINATE),
        to=to(Action.TERMINATE),
        guards={
            "REASON_REQUIRED": lambda t: t.blank("reason"),
            "NOT_YOUR_OFFICE": neither_leads_nor_dispatches,
            "REPORT_NOT_INSPECTED": Try.uninspected,
            "GROUND_REQUIRED": has_no_ground,
        },
        learn=terminated,
    ),
    "giveNotice": Rule(
        roles=UNIT_OR_CENTRE,
        by=always("dispatcher"),
        often=5,
        given=told_of,
        sources=lambda t: ACCEPTED_IN if t.given["kind"] == "ACCEPTANCE" else EVERY,
        guards={
            "INVALID_INPUT": lambda t: t.blank("text"),
            "NOT_YOUR_OFFICE": neither_leads_nor_dispatches,
            "NOTICE_NOT_DUE": is_not_due,
        },
        learn=noticed,
    ),
    "reopenCase": Rule(
        roles=SUPERVISORS,
        by=always("supervisor"),
        often=3,
        given=news,
        sources=where(Action.REOPEN),
        to=reopened_to,
        guards={
            "APPROVAL_PENDING": lambda t: t.matter.callback_waits,
            "SAME_FACTS_NO_REOPEN": lambda t: t.given["newFacts"] in {FACTS, *t.matter.told},
            "REASON_REQUIRED": lambda t: t.blank("reason"),
        },
        learn=reopened,
    ),
    "voidCase": Rule(
        roles=SUPERVISORS,
        by=always("supervisor"),
        often=1,
        given=lambda t: {"ground": t.pick("SILENT_CALL", "TEST", "ABUSE"), "reason": why(t.pick)},
        sources=where(Action.VOID),
        to=to(Action.VOID),
        guards={"REASON_REQUIRED": lambda t: t.blank("reason")},
    ),
}
