"""办理: the result of a unit, complete or not at all."""

from __future__ import annotations

import pytest

from resolvers.rules.sight import WITHHELD
from tests import repeats
from tests.client import Data
from tests.world import APPLICATION, City, alter, change

SHAPE = (
    "case { id number version status rounds { sentBackCount } timeline { nodes { kind } } } result { round isCoResult"
    " office { code } department handlers { login } outcome reply recoveredLoss }"
)


def result(city: City, **given: object) -> Data:
    complete = {
        "department": "价格监督科",
        "handlers": [city.login("inspector"), city.login("inspector2")],
        "outcome": "MEDIATED",
        "reply": "商家已退还差价。",
    }
    return {**complete, **given}


async def joint(city: City, **matter: object) -> Data:
    """A case in progress, led by `east` with `west` beside it."""
    return await city.sign_for(await city.dispatch(await city.receive(**matter), co=("west",)))


async def look(city: City, case: Data) -> Data:
    shape = "query ($n: String!) { case(number: $n) { version status results { isCoResult outcome } } }"
    found: Data = (await city.as_("dispatcher").ask(shape, n=case["number"]))["case"]
    return found


@pytest.mark.parametrize("who", ["clerk", "inspector"])
async def test_a_complete_result_waits_for_the_responsible_person(city: City, who: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    payload = await city.as_(who).done("submitResult", SHAPE, **change(case), **result(city, recoveredLoss="27.50"))

    assert (payload["case"]["status"], payload["case"]["version"]) == ("PENDING_SIGN_OFF", case["version"] + 1)
    assert payload["result"] == {
        "round": 1,
        "isCoResult": False,
        "office": {"code": city.codes["east"]},
        "department": "价格监督科",
        "handlers": [{"login": city.login("inspector")}, {"login": city.login("inspector2")}],
        "outcome": "MEDIATED",
        "reply": "商家已退还差价。",
        "recoveredLoss": "27.50",
    }
    assert payload["case"]["timeline"]["nodes"][-1] == {"kind": "RESULT_SUBMITTED"}
    waiting = "{ approvals { nodes { kind case { number } result { reply } requestedBy { login } } } }"
    (approval,) = (await city.as_("responsible").ask(waiting))["approvals"]["nodes"]
    assert (approval["kind"], approval["case"]["number"]) == ("SIGN_OFF", case["number"])
    assert (approval["result"]["reply"], approval["requestedBy"]["login"]) == ("商家已退还差价。", city.login(who))
    assert (await city.as_("west_responsible").ask(waiting))["approvals"]["nodes"] == []


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        ({"department": None}, "department"),
        ({"department": " "}, "department"),
        ({"handlers": None}, "handlers"),
        ({"handlers": []}, "handlers"),
        ({"outcome": None}, "outcome"),
        ({"reply": None}, "reply"),
        ({"reply": "\n "}, "reply"),
    ],
)
async def test_a_result_that_is_not_filled_in_is_always_refused(city: City, missing: Data, path: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **result(city, **missing))

    assert (refusal["code"], refusal["path"]) == ("SIGN_OFF_FIELDS_MISSING", [path])
    assert await look(city, case) == {"version": case["version"], "status": "IN_PROGRESS", "results": []}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"department": "长" * 101}, "INVALID_INPUT", ["department"]),
        ({"reply": "长" * 10_001}, "INVALID_INPUT", ["reply"]),
        ({"recoveredLoss": "-0.01"}, "INVALID_INPUT", ["recoveredLoss"]),
        ({"recoveredLoss": "0.001"}, "INVALID_INPUT", ["recoveredLoss"]),
        ({"recoveredLoss": "1000000000.01"}, "INVALID_INPUT", ["recoveredLoss"]),
        ({"coHandlerOverrideReason": "长" * 2_001}, "INVALID_INPUT", ["coHandlerOverrideReason"]),
        ({"handlers": ["inspector", "nobody"]}, "NOT_FOUND", ["handlers", "1"]),
        ({"handlers": ["foreigner"]}, "NOT_FOUND", ["handlers", "0"]),
        ({"handlers": ["x" * 5_000]}, "NOT_FOUND", ["handlers", "0"]),
        ({"handlers": ["inspector"] * 21}, "INVALID_INPUT", ["handlers"]),
    ],
)
async def test_what_does_not_hold_is_refused_with_its_place(
    city: City, other_city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")
    known = {"inspector": city.login("inspector"), "foreigner": other_city.login("inspector")}
    if "handlers" in given:
        given = {"handlers": [known.get(each, each) for each in given["handlers"]]}

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **result(city, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await look(city, case))["results"] == []


async def test_handlers_may_be_named_by_id_and_each_counts_once(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    me = (await city.as_("inspector").ask("{ viewer { person { id login } } }"))["viewer"]["person"]

    payload = await city.as_("clerk").done(
        "submitResult", SHAPE, **change(case), **result(city, handlers=[me["id"], me["login"]])
    )

    assert payload["result"]["handlers"] == [{"login": me["login"]}]


async def test_who_has_left_the_service_handles_nothing_any_more(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await alter("UPDATE persons SET active = false WHERE id = $1", city.persons["inspector2"])

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **result(city))

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["handlers", "1"])


async def test_a_report_that_nobody_inspected_is_not_closed(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **result(city))
    assert refusal["code"] == "REPORT_NOT_INSPECTED"
    assert (await look(city, case))["status"] == "IN_PROGRESS"

    await city.inspect(case)
    assert (await city.submit(case, outcome="NO_VIOLATION"))["status"] == "PENDING_SIGN_OFF"


async def test_a_report_counts_as_inspected_by_the_co_handler_too(city: City) -> None:
    case = await joint(city, kind="REPORT")
    inspectors = [city.login("west_inspector"), city.login("west_inspector2")]
    visit = {"caseId": case["id"], "capturedAt": "2026-11-20T10:00:00+08:00", "findings": "已到场核查。"}
    await city.as_("west_inspector").done("addInspectionNote", "inspectionNote { id }", **visit, inspectors=inspectors)

    case = await city.submit(case, coHandlerOverrideReason="协办单位已到场, 不另反馈")

    assert case["status"] == "PENDING_SIGN_OFF"


async def test_the_lead_waits_for_its_co_handlers_or_says_why_not(city: City) -> None:
    case = await joint(city)

    for reason in (None, "  "):
        refusal = await city.as_("clerk").refused(
            "submitResult", **change(case), **result(city, coHandlerOverrideReason=reason)
        )
        assert (refusal["code"], refusal["path"]) == ("CO_HANDLER_PENDING", ["coHandlerOverrideReason"])
    assert (await look(city, case))["results"] == []

    assert (await city.submit(case, coHandlerOverrideReason=" 协办单位长期无人 "))["status"] == "PENDING_SIGN_OFF"
    asked = "query ($n: String!) { case(number: $n) { results { overrideReason } } }"
    for who, told in (("responsible", "协办单位长期无人"), (APPLICATION, WITHHELD)):
        found = (await city.as_(who).ask(asked, n=case["number"]))["case"]["results"]
        assert found == [{"overrideReason": told}]


async def test_a_co_handlers_result_is_reported_to_the_lead_and_frees_it(city: City) -> None:
    case = await joint(city)
    own = result(city, handlers=[city.login("west_inspector")], outcome="EXPLAINED")

    payload = await city.as_("west_clerk").done("submitResult", SHAPE, **change(case), **own)

    assert (payload["case"]["status"], payload["case"]["version"]) == ("IN_PROGRESS", case["version"] + 1)
    assert (payload["result"]["isCoResult"], payload["result"]["office"]) == (True, {"code": city.codes["west"]})
    assert payload["case"]["timeline"]["nodes"][-1] == {"kind": "CO_RESULT_SUBMITTED"}
    waiting = await city.as_("west_responsible").ask("{ approvals { totalCount } }")
    assert waiting["approvals"]["totalCount"] == 0

    case = await city.submit(payload["case"])
    assert case["status"] == "PENDING_SIGN_OFF"
    refusal = await city.as_("west_clerk").refused("submitResult", **change(case), **own)
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "PENDING_SIGN_OFF")


async def test_a_co_handlers_result_too_names_department_and_handlers(city: City) -> None:
    case = await joint(city)

    refusal = await city.as_("west_clerk").refused("submitResult", **change(case), **result(city, handlers=[]))

    assert (refusal["code"], refusal["path"]) == ("SIGN_OFF_FIELDS_MISSING", ["handlers"])


@pytest.mark.parametrize(
    ("who", "lead", "code"),
    [
        ("clerk", "stall", "NOT_YOUR_OFFICE"),
        ("inspector", "stall", "NOT_YOUR_OFFICE"),
        ("west_clerk", "stall", "NOT_FOUND"),
        ("responsible", "east", "NOT_PERMITTED"),
        ("dispatcher", "east", "NOT_PERMITTED"),
        ("supervisor", "east", "NOT_PERMITTED"),
    ],
)
async def test_only_the_handling_unit_submits(city: City, who: str, lead: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), lead)
    case = await city.sign_for(case, "stall_clerk" if lead == "stall" else "clerk")

    refusal = await city.as_(who).refused("submitResult", **change(case), **result(city))

    assert refusal["code"] == code


@pytest.mark.parametrize("status", ["DISPATCHED", "PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_a_result_is_submitted_while_the_case_is_in_progress_and_not_else(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **result(city))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_what_was_sent_back_is_submitted_anew_and_both_results_stay(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")
    case = await city.sign_off(case, decision="REJECT", reason="答复过简")

    payload = await city.as_("clerk").done("submitResult", SHAPE, **change(case), **result(city, outcome="NOT_AGREED"))

    assert payload["case"]["rounds"] == [{"sentBackCount": 1}]
    outcomes = [each["outcome"] for each in (await look(city, case))["results"]]
    assert outcomes == ["MEDIATED", "NOT_AGREED"]


async def test_in_another_round_the_co_handlers_report_again(city: City) -> None:
    case = await joint(city)
    await city.submit(case, "west_clerk", handlers=[city.login("west_inspector")])
    case = await city.sign_off(await city.submit({**case, "version": case["version"] + 1}))
    case = await city.review(await city.call_back(case, level="DISSATISFIED"))
    assert (case["round"], case["status"]) == (2, "IN_PROGRESS")

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **result(city))

    assert refusal["code"] == "CO_HANDLER_PENDING"


async def test_a_result_takes_effect_once(city: City) -> None:
    clerk, case = city.as_("clerk"), await city.case_in("IN_PROGRESS")
    good = {**change(case), **result(city)}

    await repeats.shows_the_case_as_it_is(city, clerk, "submitResult", case, **good)
    await repeats.leaves_its_key_free(city, clerk, "submitResult", {**good, "reply": ""}, good)

    good = {**change(await city.case_in("IN_PROGRESS")), **result(city)}
    shape = "case { version status } result { id reply }"
    await repeats.takes_effect_once(city, clerk, "submitResult", good, {"reply": "另一个答复。"}, shape)
