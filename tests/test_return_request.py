"""退单: a unit that is not competent says so to the centre, once and in time; the centre decides, the unit forwards nothing."""

from __future__ import annotations

import asyncio

import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data
from tests.figures import around_today, rate
from tests.world import City, alter, change, grant, let_pass

CASE = "case { id number version status dueAt leadOffice { code } deadlines { kind dueAt metAt breachedAt } }"
RETURN = (
    "returnRequest { id status reason legalBasis decidedAt decisionReason requestedBy { login } decidedBy { login }"
    " office { code } suggestedOffice { code } }"
)
WAITING = "{ approvals { nodes { kind case { number } returnRequest { reason } } } }"
LOOK = "query ($n: String!) { case(number: $n) { id number version status assignments { status office { code } } } }"


def asking(case: Data, **given: object) -> Data:
    return {**change(case), "reason": "经营地址不在本辖区", **given}


async def ask(city: City, case: Data, who: str = "clerk", **given: object) -> Data:
    payload = await city.as_(who).done("requestReturn", f"{CASE} {RETURN}", **asking(case, **given))
    return {**payload["case"], "returnRequest": payload["returnRequest"]}


def deciding(asked: Data, decision: str = "APPROVE", **given: object) -> Data:
    wanted = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["version"]}
    reason = {"reason": "属于你单位职责"} if decision == "REJECT" else {}
    return {**wanted, "decision": decision, **reason, **given}


async def decide(city: City, asked: Data, decision: str = "APPROVE", **given: object) -> Data:
    payload = await city.as_("dispatcher").done(
        "decideReturn", f"{CASE} {RETURN}", **deciding(asked, decision, **given)
    )
    return {**payload["case"], "returnRequest": payload["returnRequest"]}


async def waiting(city: City, who: str) -> list[Data]:
    found: list[Data] = (await city.as_(who).ask(WAITING))["approvals"]["nodes"]
    return found


def clocks(case: Data, kind: str) -> list[Data]:
    return [each for each in case["deadlines"] if each["kind"] == kind]


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS"])
async def test_a_request_waits_for_the_centre_and_stops_no_clock(city: City, status: str) -> None:
    case = await city.case_in(status)
    given = {"legalBasis": "第37条", "suggestedOfficeCode": city.codes["west"]}

    asked = await ask(city, case, reason="  经营地址不在本辖区 ", **given)

    assert (asked["status"], asked["version"]) == ("RETURN_REQUESTED", case["version"] + 1)
    assert asked["dueAt"] == case["dueAt"] == clocks(asked, "CLOSE")[0]["dueAt"]
    assert clocks(asked, "CLOSE")[0]["metAt"] is None
    assert asked["returnRequest"] == {
        "id": asked["returnRequest"]["id"],
        "status": "REQUESTED",
        "reason": "经营地址不在本辖区",
        "legalBasis": "第37条",
        "decidedAt": None,
        "decisionReason": None,
        "requestedBy": {"login": city.login("clerk")},
        "decidedBy": None,
        "office": {"code": city.codes["east"]},
        "suggestedOffice": {"code": city.codes["west"]},
    }
    expected = {"kind": "RETURN", "case": {"number": case["number"]}, "returnRequest": {"reason": "经营地址不在本辖区"}}
    assert await waiting(city, "dispatcher") == [expected]
    assert await waiting(city, "section") == await waiting(city, "responsible") == []


async def test_taken_back_nobody_has_it_until_it_is_dispatched_again(city: City) -> None:
    asked = await ask(city, await city.case_in("DISPATCHED"))

    taken = await decide(city, asked)

    assert (taken["status"], taken["leadOffice"], taken["dueAt"]) == ("PENDING_DISPATCH", None, asked["dueAt"])
    assert (taken["returnRequest"]["status"], taken["returnRequest"]["decidedBy"]) == (
        "APPROVED", {"login": city.login("dispatcher")},
    )  # fmt: skip
    assert await waiting(city, "dispatcher") == []
    assert (await city.as_("clerk").ask(LOOK, n=taken["number"]))["case"] is None
    again = await city.dispatch(taken, "west")
    seen = (await city.as_("west_clerk").ask(LOOK, n=taken["number"]))["case"]
    assert again["status"] == seen["status"] == "DISPATCHED"
    held = {(each["office"]["code"], each["status"]) for each in seen["assignments"]}
    assert held == {(city.codes["east"], "RETURNED"), (city.codes["west"], "ACTIVE")}


async def test_each_dispatch_has_its_own_time_to_acknowledge_it(city: City) -> None:
    taken = await decide(city, await ask(city, await city.case_in("DISPATCHED")))
    assert [bool(each["metAt"]) for each in clocks(taken, "SIGN_FOR")] == [True]

    again = await city.dispatch(taken, "west")
    document = f"query ($n: String!) {{ {CASE.replace('case', 'case(number: $n)', 1)} }}"
    seen = (await city.as_("west_clerk").ask(document, n=again["number"]))["case"]
    assert sorted(bool(each["metAt"]) for each in clocks(seen, "SIGN_FOR")) == [False, True]

    signed = await city.as_("west_clerk").done("signForCase", CASE, **change(seen))
    assert [bool(each["metAt"]) for each in clocks(signed["case"], "SIGN_FOR")] == [True, True]


async def test_left_with_the_unit_it_is_in_progress_and_never_returned_again(city: City) -> None:
    asked = await ask(city, await city.case_in("DISPATCHED"))

    for reason in (None, " "):
        given = deciding(asked, "REJECT", reason=reason)
        refusal = await city.as_("dispatcher").refused("decideReturn", **given)
        assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])
    left = await decide(city, asked, "REJECT", reason="按注册地管辖")

    assert (left["status"], left["leadOffice"]["code"]) == ("IN_PROGRESS", city.codes["east"])
    assert left["returnRequest"]["decisionReason"] == "按注册地管辖"
    refusal = await city.as_("clerk").refused("requestReturn", **asking(left))
    assert refusal["code"] == "RETURN_FORBIDDEN_AFTER_ADJUDICATION"
    assert (await city.submit(left))["status"] == "PENDING_SIGN_OFF"


async def test_an_adjudication_binds_the_unit_it_was_about_and_no_other(city: City) -> None:
    taken = await decide(city, await ask(city, await city.case_in("DISPATCHED")))
    at_west = await city.dispatch(taken, "west")

    left = await decide(city, await ask(city, at_west, "west_clerk"), "REJECT")

    refusal = await city.as_("west_clerk").refused("requestReturn", **asking(left))
    assert refusal["code"] == "RETURN_FORBIDDEN_AFTER_ADJUDICATION"


async def test_after_the_window_it_is_too_late_to_ask(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, 30)

    refusal = await city.as_("clerk").refused("requestReturn", **asking(case))

    assert (refusal["code"], refusal["path"]) == ("RETURN_WINDOW_CLOSED", ["caseId"])
    assert refusal["dueAt"] is not None
    assert await waiting(city, "dispatcher") == []


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"legalBasis": "长" * 2_001}, "INVALID_INPUT", ["legalBasis"]),
        ({"suggestedOfficeCode": "nowhere"}, "NOT_FOUND", ["suggestedOfficeCode"]),
        ({"suggestedOfficeCode": "own"}, "INVALID_INPUT", ["suggestedOfficeCode"]),
    ],
)
async def test_a_request_says_why_and_names_another_unit_or_none(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")
    given = {**given, "suggestedOfficeCode": city.codes["east"]} if "own" in given.values() else given

    refusal = await city.as_("clerk").refused("requestReturn", **asking(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await waiting(city, "dispatcher") == []


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("stall_clerk", "NOT_FOUND"),
        ("west_clerk", "NOT_YOUR_OFFICE"),  # beside the lead, but not the lead
        ("inspector", "NOT_PERMITTED"),
        ("responsible", "NOT_PERMITTED"),
        ("dispatcher", "NOT_PERMITTED"),
    ],
)
async def test_only_the_leads_clerk_asks(city: City, who: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), "east", co=("west",))

    refusal = await city.as_(who).refused("requestReturn", **asking(case))

    assert refusal["code"] == code


@pytest.mark.parametrize("status", ["PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_what_is_handed_in_is_not_returned(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("clerk").refused("requestReturn", **asking(case))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_what_was_handed_in_once_is_not_returned_when_it_comes_back_to_the_unit(city: City) -> None:
    sent_back = await city.sign_off(await city.case_in("PENDING_SIGN_OFF"), decision="REJECT", reason="答复过简")
    called = await city.call_back(await city.case_in("CLOSED_AWAITING_CALLBACK"), level="DISSATISFIED")
    done_again = await city.review(called)

    for case in (sent_back, done_again):
        refusal = await city.as_("clerk").refused("requestReturn", **asking(case))
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "IN_PROGRESS")


async def test_nothing_else_is_done_with_it_while_it_waits(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    result = {"department": "价格科", "handlers": [city.login("inspector")], "outcome": "MEDIATED", "reply": "已退款"}
    tried: dict[str, tuple[str, Data]] = {
        "submitResult": ("clerk", result),
        "requestExtension": ("clerk", {"workingDays": 1, "reason": "待检测"}),
        "requestReturn": ("clerk", {"reason": "再说一次"}),
        "dispatchCase": ("dispatcher", {"leadOfficeCode": city.codes["west"]}),
    }
    for mutation, (who, given) in tried.items():
        refusal = await city.as_(who).refused(mutation, **{**change(asked), **given})
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "RETURN_REQUESTED"), mutation


async def test_while_an_extension_waits_nothing_is_returned(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    payload = await city.as_("clerk").done("requestExtension", **change(case), workingDays=1, reason="待检测")

    refusal = await city.as_("clerk").refused("requestReturn", **asking(payload["case"]))

    assert refusal["code"] == "APPROVAL_PENDING"


@pytest.mark.parametrize("who", ["clerk", "responsible", "section", "supervisor", "leader", "caller"])
async def test_nobody_but_a_dispatcher_decides(city: City, who: str) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    refusal = await city.as_(who).refused("decideReturn", **deciding(asked))

    assert refusal["code"] == "NOT_PERMITTED"


async def test_a_dispatcher_of_the_unit_itself_does_not_decide(city: City) -> None:
    await grant(city, "dispatcher", Role.INSPECTOR, "east")
    asked = await ask(city, await city.case_in("IN_PROGRESS"))

    assert await waiting(city, "dispatcher") == []
    refusal = await city.as_("dispatcher").refused("decideReturn", **deciding(asked))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"


async def test_nobody_decides_what_he_asked_for_when_he_was_still_of_the_unit(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    moved = "UPDATE role_grants SET role = 'DISPATCHER', office_id = $2 WHERE person_id = $1"
    await alter(moved, city.persons["clerk"], city.offices["top"])

    refusal = await city.as_("clerk").refused("decideReturn", **deciding(asked))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"
    assert await waiting(city, "clerk") == []


async def test_another_citys_request_does_not_exist(city: City, other_city: City) -> None:
    asked = await ask(other_city, await other_city.case_in("IN_PROGRESS"))

    refusal = await city.as_("dispatcher").refused("decideReturn", **deciding(asked))
    absent = await city.as_("dispatcher").refused("decideReturn", **{**deciding(asked), "returnRequestId": "x"})

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["returnRequestId"])
    assert refusal == absent


async def test_of_four_decisions_at_once_one_counts(city: City) -> None:
    asked = await ask(city, await city.case_in("IN_PROGRESS"))
    given = [deciding(asked), deciding(asked, "REJECT")] * 2

    payloads = await asyncio.gather(*(city.as_("dispatcher").do("decideReturn", **each) for each in given))

    assert sorted(bool(payload["userErrors"]) for payload in payloads) == [False, True, True, True]
    rows = await db.query(
        "SELECT count(*) AS n FROM ledger WHERE case_id = $1 AND kind LIKE 'RETURN_%'",
        (await db.query("SELECT id FROM cases WHERE number = $1", asked["number"]))[0]["id"],
    )
    assert rows[0]["n"] == 2


async def test_what_was_returned_and_dispatched_again_is_dispatched_once_in_the_figures(city: City) -> None:
    first = await city.receive(party={"name": "重复者", "phone": "14100000099"}, title="同一件事")
    await city.dispatch(first)
    second = await city.receive(party={"name": "重复者", "phone": "14100000099"}, title="同一件事")
    taken = await decide(city, await ask(city, await city.dispatch(second)))
    await city.dispatch(taken, "west")

    assert await rate(city.as_("leader"), "duplicateDispatchRate", around_today()) == (1, 2)


async def test_a_returned_case_is_the_units_until_it_is_taken_back_and_then_waits_for_dispatch(city: City) -> None:
    leader, today = city.as_("leader"), around_today()
    asked = await ask(city, await city.case_in("DISPATCHED"))
    before = (await db.query("SELECT clock_timestamp() AS now"))[0]["now"].isoformat()

    taken = await decide(city, asked)

    async def counted(office: str, name: str, **given: str) -> tuple[int, int]:
        return await rate(leader, name, today, code=city.codes[office], **given)

    assert (await counted("east", "dispatchRate"), await counted("top", "dispatchRate")) == ((0, 0), (0, 1))
    assert await counted("east", "dispatchRate", asOf=before) == (1, 1)
    await city.dispatch(taken, "west")
    assert (await counted("west", "dispatchRate"), await counted("top", "dispatchRate")) == ((1, 1), (1, 1))
    assert await counted("east", "closureRate", asOf=before) == (0, 1)


async def test_asked_or_decided_with_one_key_it_takes_effect_once(city: City) -> None:
    shape, case = f"{CASE} {RETURN}", await city.case_in("IN_PROGRESS")
    clerk, dispatcher = city.as_("clerk"), city.as_("dispatcher")

    payload = await repeats.takes_effect_once(city, clerk, "requestReturn", asking(case), {"reason": "另一理由"}, shape)
    asked = {**payload["case"], "returnRequest": payload["returnRequest"]}
    await repeats.takes_effect_once(
        city, dispatcher, "decideReturn", deciding(asked), {"decision": "REJECT"}, "case { id version status }"
    )


async def test_a_version_that_is_not_the_cases_is_refused_with_the_case_as_it_is(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await repeats.shows_the_case_as_it_is(city, city.as_("clerk"), "requestReturn", case, **asking(case))
    asked = await ask(city, case)
    await repeats.shows_the_case_as_it_is(city, city.as_("dispatcher"), "decideReturn", asked, **deciding(asked))


async def test_refused_it_leaves_its_key_for_the_corrected_request(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await repeats.leaves_its_key_free(city, city.as_("clerk"), "requestReturn", asking(case, reason=" "), asking(case))
