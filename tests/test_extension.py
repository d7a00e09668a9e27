"""延期: asked for before the due date, decided by the 12315 section alone, counted from the old due date."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from resolvers.rules.calendars import YEARS, build_year, calendar_of
from resolvers.rules.days import ZONE, Calendar, local_date, nth_working_day
from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data
from tests.world import City, alter, change, grant, let_pass

CASE = "case { id number version status dueAt isOverdue deadlines { kind dueAt originalDueAt breachedAt metAt } }"
EXTENSION = (
    "extension { id status workingDays reason round oldDueAt newDueAt decidedAt decisionReason requestedBy { login }"
    " decidedBy { login } office { code } }"
)
WAITING = "{ approvals { nodes { kind case { number } extension { reason } } } }"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return calendar_of(1, (build_year(year) for year in YEARS))


def plus(calendar: Calendar, due: str, working_days: int) -> str:
    return nth_working_day(calendar, local_date(datetime.fromisoformat(due)), working_days).isoformat()


def day(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(ZONE).date().isoformat()


def asking(case: Data, **given: object) -> Data:
    return {**change(case), "workingDays": 3, "reason": "须等检测结果", **given}


async def ask(city: City, case: Data, who: str = "clerk", **given: object) -> Data:
    payload = await city.as_(who).done("requestExtension", f"{CASE} {EXTENSION}", **asking(case, **given))
    return {**payload["case"], "extension": payload["extension"]}


def deciding(asked: Data, decision: str = "APPROVE", **given: object) -> Data:
    return {
        "extensionId": asked["extension"]["id"],
        "expectedVersion": asked["version"],
        "decision": decision,
        **given,
    }


async def decide(city: City, asked: Data, decision: str = "APPROVE", **given: object) -> Data:
    payload = await city.as_("section").done(
        "decideExtension", f"{CASE} {EXTENSION}", **deciding(asked, decision, **given)
    )
    return {**payload["case"], "extension": payload["extension"]}


async def waiting(city: City, who: str) -> list[Data]:
    found: list[Data] = (await city.as_(who).ask(WAITING))["approvals"]["nodes"]
    return found


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS"])
async def test_a_request_waits_for_the_section_and_does_not_stop_the_clock(city: City, status: str) -> None:
    case = await city.case_in(status)

    asked = await ask(city, case, reason="  须等检测结果 ")

    assert (asked["status"], asked["version"], asked["dueAt"]) == (status, case["version"] + 1, case["dueAt"])
    assert asked["extension"] == {
        "id": asked["extension"]["id"],
        "status": "REQUESTED",
        "workingDays": 3,
        "reason": "须等检测结果",
        "round": 1,
        "oldDueAt": case["dueAt"],
        "newDueAt": None,
        "decidedAt": None,
        "decisionReason": None,
        "requestedBy": {"login": city.login("clerk")},
        "decidedBy": None,
        "office": {"code": city.codes["east"]},
    }
    expected = {"kind": "EXTENSION", "case": {"number": case["number"]}, "extension": {"reason": "须等检测结果"}}
    assert await waiting(city, "section") == [expected]
    assert await waiting(city, "responsible") == []


async def test_approved_the_limit_runs_on_from_the_old_due_date(city: City, calendar: Calendar) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"), workingDays=5)

    decided = await decide(city, asked, reason="同意")

    extension = decided["extension"]
    assert (extension["status"], extension["decidedBy"]) == ("APPROVED", {"login": city.login("section")})
    assert (extension["oldDueAt"], extension["newDueAt"]) == (asked["dueAt"], decided["dueAt"])
    assert day(decided["dueAt"]) == plus(calendar, asked["dueAt"], 5)
    (close,) = (each for each in decided["deadlines"] if each["kind"] == "CLOSE")
    assert (close["originalDueAt"], close["dueAt"]) == (asked["dueAt"], decided["dueAt"])
    assert await waiting(city, "section") == []


async def test_rejected_with_a_reason_the_limit_stays(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    for reason in (None, " "):
        refusal = await city.as_("section").refused("decideExtension", **deciding(asked, "REJECT", reason=reason))
        assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])
    decided = await decide(city, asked, "REJECT", reason="理由不充分")

    extension = decided["extension"]
    assert (extension["status"], extension["newDueAt"]) == ("REJECTED", None)
    assert extension["decisionReason"] == "理由不充分"
    assert (decided["dueAt"], decided["version"]) == (asked["dueAt"], asked["version"] + 1)


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"workingDays": 0}, "INVALID_INPUT", ["workingDays"]),
        ({"workingDays": -3}, "INVALID_INPUT", ["workingDays"]),
        ({"workingDays": 31}, "INVALID_INPUT", ["workingDays"]),
        ({"workingDays": 2**31 - 1}, "INVALID_INPUT", ["workingDays"]),
    ],
)
async def test_a_request_gives_a_reason_and_a_sensible_number_of_days(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("clerk").refused("requestExtension", **asking(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await waiting(city, "section") == []


async def test_after_the_due_date_it_is_too_late_to_ask(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", receivedAt="2020-01-22T09:00:00+08:00")

    refusal = await city.as_("clerk").refused("requestExtension", **asking(case))

    assert (refusal["code"], refusal["dueAt"]) == ("EXTENSION_AFTER_DUE", case["dueAt"])


@pytest.mark.parametrize(
    ("who", "lead", "code"),
    [
        ("clerk", "stall", "NOT_YOUR_OFFICE"),
        ("west_clerk", "east", "NOT_YOUR_OFFICE"),  # beside the lead, but not the lead
        ("inspector", "east", "NOT_PERMITTED"),
        ("responsible", "east", "NOT_PERMITTED"),
        ("section", "east", "NOT_PERMITTED"),
    ],
)
async def test_only_the_leads_clerk_asks(city: City, who: str, lead: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), lead, co=("west",))

    refusal = await city.as_(who).refused("requestExtension", **asking(case))

    assert refusal["code"] == code


@pytest.mark.parametrize("status", ["PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_what_is_handed_in_needs_no_more_time(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("clerk").refused("requestExtension", **asking(case))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


@pytest.mark.parametrize("who", ["clerk", "responsible", "dispatcher", "supervisor", "leader", "caller"])
async def test_nobody_but_the_section_decides(city: City, who: str) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    refusal = await city.as_(who).refused("decideExtension", **deciding(asked))

    assert refusal["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize(("lead", "clerk"), [("east", "clerk"), ("stall", "stall_clerk")])
async def test_a_countys_own_section_officer_has_no_say(city: City, lead: str, clerk: str) -> None:
    asked = await ask(city, await city.dispatch(await city.receive(), lead), clerk)

    assert await waiting(city, "east_section") == []
    refusal = await city.as_("east_section").refused("decideExtension", **deciding(asked))

    assert refusal["code"] == "NOT_PERMITTED"
    assert (await decide(city, asked))["extension"]["status"] == "APPROVED"


async def test_the_section_decides_on_what_its_own_bureau_handles(city: City) -> None:
    await grant(city, "west_clerk", Role.CLERK)
    case = await city.dispatch(await city.receive(), "top")

    asked = await ask(city, case, "west_clerk")

    assert len(await waiting(city, "section")) == 1
    assert (await decide(city, asked))["extension"]["status"] == "APPROVED"


async def test_a_section_officer_who_serves_in_the_requesting_unit_as_well_does_not_decide(city: City) -> None:
    await grant(city, "section", Role.INSPECTOR, "east")
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    assert await waiting(city, "section") == []
    refusal = await city.as_("section").refused("decideExtension", **deciding(asked))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"


async def test_nobody_decides_what_he_asked_for_when_he_was_still_of_the_unit(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    moved = "UPDATE role_grants SET role = 'SECTION_OFFICER', office_id = $2 WHERE person_id = $1"
    await alter(moved, city.persons["clerk"], city.offices["top"])

    refusal = await city.as_("clerk").refused("decideExtension", **deciding(asked))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"
    assert await waiting(city, "clerk") == []


async def test_another_citys_request_does_not_exist(city: City, other_city: City) -> None:
    asked = await ask(other_city, await other_city.case_in("IN_PROGRESS"))

    refusal = await city.as_("section").refused("decideExtension", **deciding(asked))
    absent = await city.as_("section").refused("decideExtension", **{**deciding(asked), "extensionId": "x"})

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["extensionId"])
    assert refusal == absent


async def test_one_request_waits_at_a_time_and_one_is_granted_a_round(city: City) -> None:
    clerk = city.as_("clerk")
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    assert (await clerk.refused("requestExtension", **asking(asked)))["code"] == "APPROVAL_PENDING"

    rejected = await decide(city, asked, "REJECT", reason="理由不充分")
    granted = await decide(city, await ask(city, rejected, reason="检测机构证明已附"))
    refusal = await clerk.refused("requestExtension", **asking(granted))
    assert refusal["code"] == "EXTENSION_LIMIT_REACHED"

    closed = await city.sign_off(await city.submit(granted))
    again = await city.review(await city.call_back(closed, level="DISSATISFIED"))
    assert (await ask(city, again))["extension"]["round"] == 2


async def test_a_decided_request_is_not_decided_again(city: City) -> None:
    decided = await decide(city, await ask(city, await city.case_in("IN_PROGRESS")))

    refusal = await city.as_("section").refused("decideExtension", **deciding(decided, "REJECT", reason="改主意"))

    assert (refusal["code"], refusal["path"]) == ("INVALID_TRANSITION", ["extensionId"])


async def test_a_reports_verification_is_not_put_off_beyond_the_law(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")

    refusal = await city.as_("clerk").refused("requestExtension", **asking(case, workingDays=30))
    assert (refusal["code"], refusal["path"]) == ("EXTENSION_EXCEEDS_STATUTORY", ["workingDays"])
    assert refusal["dueAt"] > case["dueAt"]

    assert (await ask(city, case, workingDays=1))["extension"]["status"] == "REQUESTED"
    complaint = await city.case_in("IN_PROGRESS")
    assert (await ask(city, complaint, workingDays=30))["extension"]["status"] == "REQUESTED"


async def test_verified_once_a_report_handled_again_is_not_held_to_that_limit(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK", kind="REPORT")
    again = await city.review(await city.call_back(case, level="DISSATISFIED"))

    assert (await ask(city, again, workingDays=30))["extension"]["round"] == 2


async def test_no_result_is_handed_in_while_a_request_waits(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    result: Data = {
        "department": "价格监督科",
        "handlers": [city.login("inspector")],
        "outcome": "MEDIATED",
        "reply": "已退差价。",
    }

    refusal = await city.as_("clerk").refused("submitResult", **change(asked), **result)
    assert refusal["code"] == "APPROVAL_PENDING"

    decided = await decide(city, asked, "REJECT", reason="可以办结")
    assert (await city.submit(decided))["status"] == "PENDING_SIGN_OFF"


async def test_granted_after_the_old_due_date_it_is_on_time_again(city: City, calendar: Calendar) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"), workingDays=30)
    await let_pass(asked, 30)
    late = await city.as_("clerk").ask(
        "query ($n: String!) { case(number: $n) { dueAt isOverdue } }", n=asked["number"]
    )
    assert late["case"]["isOverdue"] is True

    decided = await decide(city, asked)

    assert decided["isOverdue"] is False
    assert day(decided["dueAt"]) == plus(calendar, late["case"]["dueAt"], 30)
    closed = await city.sign_off(await city.submit(decided))
    document = "query ($n: String!) { case(number: $n) { deadlines { kind breachedAt metAt } } }"
    clocks = (await city.as_("section").ask(document, n=closed["number"]))["case"]["deadlines"]
    assert [each["breachedAt"] for each in clocks if each["kind"] == "CLOSE"] == [None]


async def test_rejected_after_the_old_due_date_it_stays_overdue(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    await let_pass(asked, 30)

    decided = await decide(city, asked, "REJECT", reason="理由不充分")

    assert decided["isOverdue"] is True


async def withdraw(city: City, asked: Data, who: str = "clerk") -> Data:
    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["version"]}
    payload = await city.as_(who).done("withdrawExtension", f"{CASE} {EXTENSION}", **given)
    return {**payload["case"], "extension": payload["extension"]}


async def test_taken_back_a_request_waits_no_more_and_another_may_be_made(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    withdrawn = await withdraw(city, asked)

    extension = withdrawn["extension"]
    assert (extension["status"], extension["newDueAt"], extension["decidedBy"]) == ("WITHDRAWN", None, None)
    assert extension["decidedAt"] is not None
    assert (withdrawn["version"], withdrawn["dueAt"]) == (asked["version"] + 1, asked["dueAt"])
    assert await waiting(city, "section") == []
    refusal = await city.as_("section").refused(
        "decideExtension", **deciding({**asked, "version": withdrawn["version"]})
    )
    assert (refusal["code"], refusal["path"]) == ("INVALID_TRANSITION", ["extensionId"])
    assert (await decide(city, await ask(city, withdrawn)))["extension"]["status"] == "APPROVED"


async def test_only_what_waits_is_taken_back_and_only_by_the_unit_that_asked(city: City, other_city: City) -> None:
    asked = await ask(city, await city.dispatch(await city.receive(), "east", co=("west",)))
    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["version"]}
    for who, code in (
        ("west_clerk", "NOT_YOUR_OFFICE"),
        ("responsible", "NOT_PERMITTED"),
        ("section", "NOT_PERMITTED"),
    ):
        assert (await city.as_(who).refused("withdrawExtension", **given))["code"] == code
    refusal = await other_city.as_("clerk").refused("withdrawExtension", **given)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["extensionId"])

    decided = await decide(city, asked)
    refusal = await city.as_("clerk").refused("withdrawExtension", **{**given, "expectedVersion": decided["version"]})
    assert (refusal["code"], refusal["path"]) == ("INVALID_TRANSITION", ["extensionId"])


@pytest.mark.parametrize("days", [{}, {"workingDays": 15}, {"workingDays": None}])
async def test_a_reports_verification_is_extended_once_by_what_the_law_says(
    city: City, calendar: Calendar, days: Data
) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")
    given = {**change(case), "deadlineKind": "VERIFY", "reason": "案情复杂", **days}
    shape = f"{CASE} extension {{ id workingDays deadlineKind }}"

    payload = await city.as_("clerk").done("requestExtension", shape, **given)

    assert {**payload["extension"], "id": 0} == {"id": 0, "workingDays": 15, "deadlineKind": "VERIFY"}
    assert len(await waiting(city, "section")) == 1
    before = next(each for each in payload["case"]["deadlines"] if each["kind"] == "VERIFY")
    decided = await decide(city, {**payload["case"], "extension": payload["extension"]})
    after = next(each for each in decided["deadlines"] if each["kind"] == "VERIFY")
    assert day(after["dueAt"]) == plus(calendar, before["dueAt"], 15)
    assert (after["originalDueAt"], decided["dueAt"]) == (before["dueAt"], case["dueAt"])
    again = {**given, **change(decided)}
    assert (await city.as_("clerk").refused("requestExtension", **again))["code"] == "EXTENSION_LIMIT_REACHED"
    assert (await ask(city, decided, workingDays=1))["extension"]["status"] == "REQUESTED"  # its closing limit as well


async def test_extended_already_a_verification_puts_the_outer_limit_no_further_off(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")
    refusal = await city.as_("clerk").refused("requestExtension", **asking(case, workingDays=30))
    given = {**change(case), "deadlineKind": "VERIFY", "reason": "案情复杂"}
    payload = await city.as_("clerk").done("requestExtension", f"{CASE} extension {{ id }}", **given)
    decided = await decide(city, {**payload["case"], "extension": payload["extension"]})

    again = await city.as_("clerk").refused("requestExtension", **asking(decided, workingDays=30))

    assert (again["code"], again["dueAt"]) == ("EXTENSION_EXCEEDS_STATUTORY", refusal["dueAt"])


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        ("REPORT", {"deadlineKind": "VERIFY", "workingDays": 14}, ["workingDays"]),
        ("REPORT", {"deadlineKind": "TRIAGE"}, ["deadlineKind"]),
        ("REPORT", {"deadlineKind": "REHANDLE"}, ["deadlineKind"]),
        ("COMPLAINT", {"deadlineKind": "VERIFY", "workingDays": None}, ["deadlineKind"]),
        ("COMPLAINT", {"deadlineKind": "ACCEPTANCE"}, ["deadlineKind"]),
        ("COMPLAINT", {"workingDays": None}, ["workingDays"]),
    ],
)
async def test_only_the_closing_limit_and_a_reports_verification_are_extended(
    city: City, kind: str, given: Data, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS", kind=kind)

    refusal = await city.as_("clerk").refused("requestExtension", **asking(case, **given))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", path)


async def test_a_verification_is_extended_before_it_has_run_out(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")
    await let_pass(case, 50)

    given = {**change(case), "deadlineKind": "VERIFY", "reason": "案情复杂"}
    assert (await city.as_("clerk").refused("requestExtension", **given))["code"] == "EXTENSION_AFTER_DUE"


async def test_one_request_waits_at_a_time_whatever_it_is_about(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS", kind="REPORT"), workingDays=1)

    given = {**change(asked), "deadlineKind": "VERIFY", "reason": "案情复杂"}
    assert (await city.as_("clerk").refused("requestExtension", **given))["code"] == "APPROVAL_PENDING"


async def test_where_the_law_knows_no_extension_a_verification_is_not_extended(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT", receivedAt="2026-11-19T09:00:00+08:00")
    of_day = "deadline_kind = 'VERIFY_EXT' AND effective_from = '2026-04-15'"
    await alter(f"UPDATE deadline_policies SET deadline_kind = 'DECISION' WHERE {of_day}")
    try:
        given = {**change(case), "deadlineKind": "VERIFY", "reason": "案情复杂"}
        refusal = await city.as_("clerk").refused("requestExtension", **given)
        close = await city.as_("clerk").refused("requestExtension", **asking(case, workingDays=30))
    finally:
        of_day = of_day.replace("VERIFY_EXT", "DECISION")
        await alter(f"UPDATE deadline_policies SET deadline_kind = 'VERIFY_EXT' WHERE {of_day}")

    assert (refusal["code"], refusal["path"]) == ("EXTENSION_EXCEEDS_STATUTORY", ["deadlineKind"])
    assert (close["code"], close["dueAt"]) == ("EXTENSION_EXCEEDS_STATUTORY", refusal["dueAt"])


async def test_of_four_decisions_at_once_one_counts(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    given = [deciding(asked), deciding(asked, "REJECT", reason="不同意")] * 2

    payloads = await asyncio.gather(*(city.as_("section").do("decideExtension", **each) for each in given))

    stale = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
    assert stale == ["StaleVersionError"] * 3


async def test_a_request_and_its_decision_take_effect_once(city: City) -> None:
    clerk, section, case = city.as_("clerk"), city.as_("section"), await city.case_in("IN_PROGRESS")
    shape = f"{CASE} {EXTENSION}"

    await repeats.shows_the_case_as_it_is(city, clerk, "requestExtension", case, **asking(case))
    await repeats.leaves_its_key_free(city, clerk, "requestExtension", asking(case, reason=""), asking(case))
    case = await city.case_in("IN_PROGRESS")
    payload = await repeats.takes_effect_once(city, clerk, "requestExtension", asking(case), {"workingDays": 4}, shape)

    asked = {**payload["case"], "extension": payload["extension"]}
    await repeats.shows_the_case_as_it_is(city, section, "decideExtension", asked, **deciding(asked))
    await repeats.leaves_its_key_free(city, section, "decideExtension", deciding(asked, "REJECT"), deciding(asked))
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    await repeats.takes_effect_once(
        city, section, "decideExtension", deciding(asked), {"decision": "REJECT", "reason": "不"}, shape
    )

    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    back = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["version"]}
    await repeats.shows_the_case_as_it_is(city, clerk, "withdrawExtension", asked, **back)
    other = {"expectedVersion": asked["version"] + 1}
    await repeats.takes_effect_once(city, clerk, "withdrawExtension", back, other, shape)
