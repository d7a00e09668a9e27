"""书面报告备案: what cannot be solved for now is reported under seal and filed by the 12315 section, and still called back."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data
from tests.figures import around_today, rate
from tests.pictures import code, declaration, get, picture, put
from tests.world import APPLICATION, City, alter, change, grant, let_pass

CASE = "case { id number version status round dueAt closedAt isOverdue deadlines { kind metAt breachedAt dueAt } }"
REPORT = (
    "filingReport { id round status cause process recommendation sha256 byteSize contentType documentStatus"
    " documentReceivedAt documentUploadUrl documentUrl submittedBy { login } decidedBy { login } decidedAt decisionReason"
    " office { code } }"
)
WAITING = "{ approvals { nodes { kind case { number } filingReport { cause } } } }"
TIMELINE = "query ($n: String!) { case(number: $n) { timeline { nodes { kind } } } }"
PDF = b"%PDF-1.7\n" + b"\x00" * 2_000


def pdf() -> bytes:
    return PDF + secrets.token_bytes(16)


def reporting(case: Data, data: bytes = PDF, **given: object) -> Data:
    told = {"cause": "房屋权属争议未决", "process": "三次到场, 两次约谈。", "recommendation": "待法院判决后再行处理"}
    return {**change(case), **told, "document": declaration(data, "application/pdf"), **given}


async def submit(city: City, case: Data, data: bytes = PDF, **given: object) -> Data:
    payload = await city.as_("clerk").done("submitFilingReport", f"{CASE} {REPORT}", **reporting(case, data, **given))
    return {**payload["case"], "filingReport": payload["filingReport"]}


async def sealed(city: City, case: Data | None = None) -> Data:
    """A report whose sealed file is here."""
    data = pdf()
    submitted = await submit(city, case or await city.case_in("IN_PROGRESS"), data)
    response = await put(city.as_("clerk"), submitted["filingReport"]["documentUploadUrl"], data)
    assert response.status_code == 200, response.text
    return {**submitted, "data": data}


def deciding(submitted: Data, decision: str = "APPROVE", **given: object) -> Data:
    wanted = {"filingReportId": submitted["filingReport"]["id"], "expectedVersion": submitted["version"]}
    reason = {"reason": "可先行调解"} if decision == "REJECT" else {}
    return {**wanted, "decision": decision, **reason, **given}


async def decide(city: City, submitted: Data, decision: str = "APPROVE", **given: object) -> Data:
    payload = await city.as_("section").done(
        "decideFilingReport", f"{CASE} {REPORT}", **deciding(submitted, decision, **given)
    )
    return {**payload["case"], "filingReport": payload["filingReport"]}


async def look(city: City, report: Data, who: str) -> Data:
    shape = f"... on FilingReport {REPORT.removeprefix('filingReport ')}"
    found: Data = (await city.as_(who).ask(f"query ($i: ID!) {{ node(id: $i) {{ {shape} }} }}", i=report["id"]))["node"]
    return found


async def waiting(city: City, who: str) -> list[Data]:
    found: list[Data] = (await city.as_(who).ask(WAITING))["approvals"]["nodes"]
    return found


async def kinds(city: City, case: Data, who: str = "supervisor") -> list[str]:
    nodes = (await city.as_(who).ask(TIMELINE, n=case["number"]))["case"]["timeline"]["nodes"]
    return [node["kind"] for node in nodes]


def clock(case: Data, kind: str) -> Data:
    (found,) = (each for each in case["deadlines"] if each["kind"] == kind)
    return dict(found)


async def test_a_report_waits_for_the_section_and_stops_no_clock(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    submitted = await submit(city, case, cause="  房屋权属争议未决 ")

    assert (submitted["status"], submitted["version"]) == ("PENDING_FILING", case["version"] + 1)
    assert (submitted["dueAt"], clock(submitted, "CLOSE")["metAt"]) == (case["dueAt"], None)
    report = submitted["filingReport"]
    url = report["documentUploadUrl"]
    assert "/uploads/" in url
    assert report == {
        **report,
        "round": 1,
        "status": "SUBMITTED",
        "cause": "房屋权属争议未决",
        "process": "三次到场, 两次约谈。",
        "recommendation": "待法院判决后再行处理",
        "byteSize": len(PDF),
        "contentType": "application/pdf",
        "documentStatus": "DECLARED",
        "documentReceivedAt": None,
        "documentUrl": None,
        "submittedBy": {"login": city.login("clerk")},
        "decidedBy": None,
        "decidedAt": None,
        "decisionReason": None,
        "office": {"code": city.codes["east"]},
    }
    expected = {"kind": "FILING", "case": {"number": case["number"]}, "filingReport": {"cause": "房屋权属争议未决"}}
    assert await waiting(city, "section") == [expected]
    assert await waiting(city, "responsible") == await waiting(city, "east_section") == []


async def test_filed_the_round_is_closed_and_the_citizen_still_to_be_called(city: City) -> None:
    submitted = await sealed(city)

    filed = await decide(city, submitted, reason=" 同意备案 ")

    report = filed["filingReport"]
    assert (filed["status"], report["status"], report["decisionReason"]) == ("FILED", "FILED", "同意备案")
    assert report["decidedBy"] == {"login": city.login("section")}
    assert filed["closedAt"] == report["decidedAt"]
    for kind in ("CLOSE", "ACCEPTANCE"):
        assert (clock(filed, kind)["metAt"], clock(filed, kind)["breachedAt"]) == (filed["closedAt"], None)
    assert clock(filed, "CALLBACK")["metAt"] is None
    assert await waiting(city, "section") == []
    assert (await kinds(city, filed))[-3:] == ["FILING_SUBMITTED", "DOCUMENT_VERIFIED", "FILED"]


async def test_rejected_with_a_reason_the_unit_goes_on_and_may_report_again(city: City) -> None:
    submitted = await submit(city, await city.case_in("IN_PROGRESS"))
    for reason in (None, " "):
        refusal = await city.as_("section").refused(
            "decideFilingReport", **deciding(submitted, "REJECT", reason=reason)
        )
        assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])

    rejected = await decide(city, submitted, "REJECT")

    report = rejected["filingReport"]
    assert (rejected["status"], report["status"], report["decisionReason"]) == ("IN_PROGRESS", "REJECTED", "可先行调解")
    assert (rejected["closedAt"], clock(rejected, "CLOSE")["metAt"]) == (None, None)
    assert (await kinds(city, rejected))[-1] == "FILING_REJECTED"
    again = await decide(city, await sealed(city, rejected))
    assert again["status"] == "FILED"
    listed = "query ($n: String!) { case(number: $n) { filingReports { status } } }"
    told = (await city.as_("section").ask(listed, n=again["number"]))["case"]["filingReports"]
    assert told == [{"status": "REJECTED"}, {"status": "FILED"}]


@pytest.mark.parametrize("missing", ["cause", "process", "recommendation", "document"])
async def test_a_report_without_one_of_its_parts_is_refused_by_the_parts_name(city: City, missing: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    for nothing in (None, " \n") if missing != "document" else (None,):
        refusal = await city.as_("clerk").refused("submitFilingReport", **{**reporting(case), missing: nothing})
        assert (refusal["code"], refusal["path"]) == ("FILING_PARTS_MISSING", [missing])
    assert await waiting(city, "section") == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"contentType": "image/heic"}, "contentType"),
        ({"contentType": "text/html"}, "contentType"),
        ({"sha256": "A" * 64}, "sha256"),
        ({"byteSize": 0}, "byteSize"),
        ({"byteSize": 20 * 2**20 + 1}, "byteSize"),
    ],
)
async def test_a_sealed_file_is_a_pdf_or_a_picture_of_at_most_20_megabytes(city: City, given: Data, path: str) -> None:
    case = await city.case_in("IN_PROGRESS")
    document = {**declaration(PDF, "application/pdf"), **given}

    refusal = await city.as_("clerk").refused("submitFilingReport", **reporting(case, document=document))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["document", path])


async def test_without_its_sealed_file_nothing_is_filed(city: City) -> None:
    submitted = await submit(city, await city.case_in("IN_PROGRESS"))

    refusal = await city.as_("section").refused("decideFilingReport", **deciding(submitted))

    assert (refusal["code"], refusal["path"]) == ("FILING_PARTS_MISSING", ["document"])


@pytest.mark.parametrize("content_type", ["application/pdf", "image/jpeg", "image/png"])
async def test_the_sealed_file_comes_back_to_the_section_as_it_was_sent(city: City, content_type: str) -> None:
    data = pdf() if content_type == "application/pdf" else picture(content_type)
    case = await city.case_in("IN_PROGRESS")
    submitted = await submit(city, case, document=declaration(data, content_type))
    url = submitted["filingReport"]["documentUploadUrl"]

    sent = [await put(city.as_("clerk"), url, data) for _ in range(2)]

    assert [response.status_code for response in sent] == [200, 200]
    assert (await kinds(city, case)).count("DOCUMENT_VERIFIED") == 1
    told = await look(city, submitted["filingReport"], "section")
    assert (told["documentStatus"], told["documentUploadUrl"]) == ("VERIFIED", None)
    assert told["documentReceivedAt"] is not None
    original = await get(city.as_("section"), told["documentUrl"])
    assert (original.status_code, original.content) == (200, data)
    assert original.headers["content-type"] == content_type
    assert (await kinds(city, case, "auditor"))[-1] == "ORIGINAL_READ"
    assert "ORIGINAL_READ" not in await kinds(city, case)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(PDF[:-1] + b"x", "WRONG_DIGEST"), (PDF[:-1], "WRONG_SIZE"), (PDF + b"x", "WRONG_SIZE"), (b"", "WRONG_SIZE")],
)
async def test_other_bytes_than_declared_are_refused_by_name(city: City, sent: bytes, expected: str) -> None:
    submitted = await submit(city, await city.case_in("IN_PROGRESS"))
    url = submitted["filingReport"]["documentUploadUrl"]

    response = await put(city.as_("clerk"), url, sent)

    assert (response.status_code, code(response)) == (422, expected)
    assert (await look(city, submitted["filingReport"], "clerk"))["documentStatus"] == "DECLARED"
    assert (await put(city.as_("clerk"), url, PDF)).status_code == 200


async def test_a_page_declared_as_pdf_and_a_pdf_declared_as_photo_are_refused(city: City) -> None:
    page = b"<!doctype html>".ljust(100)
    submitted = await submit(city, await city.case_in("IN_PROGRESS"), page)
    response = await put(city.as_("clerk"), submitted["filingReport"]["documentUploadUrl"], page)
    assert (response.status_code, code(response)) == (422, "WRONG_TYPE")

    note = await city.inspect(await city.case_in("IN_PROGRESS"), photos=[declaration(PDF, "image/jpeg")])
    response = await put(city.as_("inspector"), note["photos"][0]["uploadUrl"], PDF)
    assert (response.status_code, code(response)) == (422, "WRONG_TYPE")


@pytest.mark.parametrize("who", ["inspector", "responsible", "west_clerk", "section", "agent", "admin", APPLICATION])
async def test_only_who_submitted_the_report_sends_its_file(city: City, who: str) -> None:
    submitted = await submit(city, await city.case_in("IN_PROGRESS"))

    response = await put(city.as_(who), submitted["filingReport"]["documentUploadUrl"], PDF)

    assert (response.status_code, code(response)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("clerk", True),
        ("responsible", True),
        ("section", True),
        ("supervisor", True),
        ("leader", True),
        ("dispatcher", False),
        ("analyst", False),
        ("auditor", False),
        ("agent", False),
        ("caller", False),
        ("west_clerk", False),
        (APPLICATION, False),
    ],
)
async def test_the_sealed_file_is_read_only_with_the_right_to_originals(city: City, who: str, may: bool) -> None:
    submitted = await sealed(city)
    url = (await look(city, submitted["filingReport"], "clerk"))["documentUrl"]

    response = await get(city.as_(who), url)

    assert (response.status_code == 200, response.content == submitted["data"]) == (may, may)
    told = await look(city, submitted["filingReport"], who)
    assert (told is not None and told["documentUrl"] is not None) == may


async def test_a_report_is_not_told_to_third_parties(city: City) -> None:
    submitted = await sealed(city)
    asked = "query ($n: String!) { case(number: $n) { status filingReports { id } } }"

    told = (await city.as_(APPLICATION).ask(asked, n=submitted["number"]))["case"]

    assert told == {"status": "PENDING_FILING", "filingReports": []}
    assert await look(city, submitted["filingReport"], APPLICATION) is None


async def test_what_was_reported_by_an_informant_is_examined_before_it_is_filed(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")
    refusal = await city.as_("clerk").refused("submitFilingReport", **reporting(case))
    assert (refusal["code"], refusal["path"]) == ("REPORT_NOT_INSPECTED", ["caseId"])

    await city.inspect(case)
    filed = await decide(city, await sealed(city, case))

    assert clock(filed, "VERIFY")["metAt"] == filed["closedAt"]


@pytest.mark.parametrize(
    ("who", "lead", "code"),
    [
        ("clerk", "stall", "NOT_YOUR_OFFICE"),
        ("west_clerk", "east", "NOT_YOUR_OFFICE"),
        ("inspector", "east", "NOT_PERMITTED"),
        ("responsible", "east", "NOT_PERMITTED"),
        ("section", "east", "NOT_PERMITTED"),
    ],
)
async def test_only_the_leads_clerk_reports(city: City, who: str, lead: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), lead, co=("west",))
    case = await city.sign_for(case, "stall_clerk" if lead == "stall" else "clerk")

    assert (await city.as_(who).refused("submitFilingReport", **reporting(case)))["code"] == code


@pytest.mark.parametrize("status", ["DISPATCHED", "PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_only_what_is_in_progress_is_reported(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("clerk").refused("submitFilingReport", **reporting(case))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_while_an_extension_waits_nothing_is_reported(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    asked = await city.as_("clerk").done("requestExtension", **change(case), workingDays=3, reason="待检测")

    refusal = await city.as_("clerk").refused("submitFilingReport", **reporting(asked["case"]))

    assert refusal["code"] == "APPROVAL_PENDING"


@pytest.mark.parametrize("who", ["clerk", "responsible", "dispatcher", "supervisor", "leader", "east_section"])
async def test_nobody_but_the_bureaus_section_decides(city: City, who: str) -> None:
    submitted = await sealed(city)

    refusal = await city.as_(who).refused("decideFilingReport", **deciding(submitted))

    assert refusal["code"] == "NOT_PERMITTED"
    assert await waiting(city, who) == []


async def test_a_section_officer_who_serves_in_the_unit_as_well_does_not_decide(city: City) -> None:
    await grant(city, "section", Role.INSPECTOR, "east")
    submitted = await sealed(city)

    assert await waiting(city, "section") == []
    refusal = await city.as_("section").refused("decideFilingReport", **deciding(submitted))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"


async def test_nobody_decides_on_a_report_of_his_own(city: City) -> None:
    submitted = await sealed(city)
    moved = "UPDATE role_grants SET role = 'SECTION_OFFICER', office_id = $2 WHERE person_id = $1"
    await alter(moved, city.persons["clerk"], city.offices["top"])

    refusal = await city.as_("clerk").refused("decideFilingReport", **deciding(submitted))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"
    assert await waiting(city, "clerk") == []


async def test_another_citys_report_does_not_exist(city: City, other_city: City) -> None:
    submitted = await sealed(other_city)

    refusal = await city.as_("section").refused("decideFilingReport", **deciding(submitted))
    absent = await city.as_("section").refused("decideFilingReport", **{**deciding(submitted), "filingReportId": "x"})

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["filingReportId"])
    assert refusal == absent
    for url in (f"{city.base_url}/documents/x", f"{city.base_url}/documents/x/content", f"{city.base_url}/uploads/x"):
        assert (await put(city.as_("clerk"), url, PDF)).status_code in {404, 405}


async def test_a_decided_report_is_not_decided_again(city: City) -> None:
    decided = await decide(city, await sealed(city))

    refusal = await city.as_("section").refused("decideFilingReport", **deciding(decided, "REJECT"))

    assert (refusal["code"], refusal["path"]) == ("INVALID_TRANSITION", ["filingReportId"])


async def test_filed_late_the_breach_stays_a_fact(city: City) -> None:
    submitted = await sealed(city)
    await let_pass(submitted, 60)

    filed = await decide(city, submitted)

    assert filed["isOverdue"] is False
    assert clock(filed, "CLOSE")["breachedAt"] == clock(filed, "CLOSE")["dueAt"]


async def test_filed_counts_as_closed_and_as_closed_in_time(city: City) -> None:
    leader = city.as_("leader")
    submitted = await sealed(city)
    assert await rate(leader, "closureRate", around_today()) == (0, 1)

    await decide(city, submitted)

    assert await rate(leader, "closureRate", around_today()) == (1, 1)
    assert await rate(leader, "onTimeClosureRate", around_today(40)) == (1, 1)


async def test_what_was_reported_is_in_the_ledger_by_its_digest_alone(city: City) -> None:
    submitted = await sealed(city)
    await decide(city, submitted, reason="同意备案")

    rows = await db.query("SELECT facts FROM ledger WHERE jurisdiction_id = $1", city.jurisdiction_id)

    told = "".join(str(row["facts"]) for row in rows)
    assert submitted["filingReport"]["sha256"] in told
    assert not any(text in told for text in ("房屋", "到场", "判决", "同意备案"))


async def test_of_four_decisions_at_once_one_counts(city: City) -> None:
    submitted = await sealed(city)
    given = [deciding(submitted), deciding(submitted, "REJECT")] * 2

    payloads = await asyncio.gather(*(city.as_("section").do("decideFilingReport", **each) for each in given))

    stale = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
    assert stale == ["StaleVersionError"] * 3


async def test_a_report_and_its_decision_take_effect_once(city: City) -> None:
    clerk, section, case = city.as_("clerk"), city.as_("section"), await city.case_in("IN_PROGRESS")
    shape = f"{CASE} filingReport {{ id status }}"

    await repeats.shows_the_case_as_it_is(city, clerk, "submitFilingReport", case, **reporting(case))
    await repeats.leaves_its_key_free(city, clerk, "submitFilingReport", reporting(case, cause=""), reporting(case))
    case = await city.case_in("IN_PROGRESS")
    other = {"cause": "另一原因"}
    await repeats.takes_effect_once(city, clerk, "submitFilingReport", reporting(case), other, shape)

    submitted = await sealed(city)
    await repeats.shows_the_case_as_it_is(city, section, "decideFilingReport", submitted, **deciding(submitted))
    bad = deciding(submitted, "REJECT", reason="")
    await repeats.leaves_its_key_free(city, section, "decideFilingReport", bad, deciding(submitted))
    submitted = await sealed(city)
    other = {"decision": "REJECT", "reason": "不"}
    await repeats.takes_effect_once(city, section, "decideFilingReport", deciding(submitted), other, shape)
