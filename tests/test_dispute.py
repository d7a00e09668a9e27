"""管辖争议: a unit whose return was refused goes on handling the case and asks the leader, once, whose it is."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from resolvers.doors import clock, db
from resolvers.rules.days import ZONE
from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data
from tests.disputes import RETURN, designating, disputing, refused, return_refused, upholding
from tests.figures import around_today, rate
from tests.pictures import reporting, sealed
from tests.world import City, alter, change, grant

CASE = (
    "case { id number version status dueAt leadOffice { code }"
    " deadlines { kind clock amount unit policy { legalBasis } basisUnconfirmed startAt dueAt metAt breachedAt stoppedAt } }"
)
DISPUTE = (
    "dispute { id status reason legalBasis raisedAt decidedAt decisionReason raisedBy { login } decidedBy { login }"
    " office { code } designatedOffice { code } returnRequest { id } case { number } }"
)
WAITING = "{ approvals { nodes { kind escalatedAt requestedBy { login } dispute { reason } } } }"
LOOK = (
    "query ($n: String!) { case(number: $n) { id number version status round disputes { id status decidedAt }"
    " assignments { status role office { code } isRepeat }"
    " deadlines { kind metAt stoppedAt } timeline(first: 50) { nodes { kind } } } }"
)
BASIS = "市场监督管理投诉举报处理暂行办法 (总局令第20号) 第三十条"


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


async def look(city: City, case: Data, who: str = "leader") -> Data:
    found: Data = (await city.as_(who).ask(LOOK, n=case["number"]))["case"]
    return found


async def dispute(city: City, case: Data, who: str = "clerk", **given: object) -> Data:
    payload = await city.as_(who).done("disputeReturn", f"{CASE} {DISPUTE}", **disputing(case, **given))
    return {**payload["case"], "dispute": payload["dispute"]}


async def decide(city: City, given: Data, who: str = "leader") -> Data:
    payload = await city.as_(who).done("decideDispute", f"{CASE} {DISPUTE}", **given)
    return {**payload["case"], "dispute": payload["dispute"]}


async def waiting(city: City, who: str) -> list[Data]:
    found: list[Data] = (await city.as_(who).ask(WAITING))["approvals"]["nodes"]
    return found


def clocks(case: Data, kind: str) -> list[Data]:
    return [each for each in case["deadlines"] if each["kind"] == kind]


async def test_raised_it_waits_for_the_leader_for_seven_working_days_and_stops_no_clock(city: City) -> None:
    with clock.standing_at(shanghai("2020-09-22 09:00")):
        case = await refused(city)
        before = await look(city, case)
        clock.set_to(shanghai("2020-09-23 10:30"))

        raised = await dispute(city, case, reason="  注册地已迁往西县 ", legalBasis="第十三条")

        assert (raised["status"], raised["version"]) == ("IN_PROGRESS", case["version"] + 1)
        assert raised["leadOffice"] == {"code": city.codes["east"]}
        assert raised["dispute"] == {
            "id": raised["dispute"]["id"],
            "status": "RAISED",
            "reason": "注册地已迁往西县",
            "legalBasis": "第十三条",
            "raisedAt": "2020-09-23T02:30:00Z",
            "decidedAt": None,
            "decisionReason": None,
            "raisedBy": {"login": city.login("clerk")},
            "decidedBy": None,
            "office": {"code": city.codes["east"]},
            "designatedOffice": None,
            "returnRequest": {"id": case["returnRequest"]["id"]},
            "case": {"number": case["number"]},
        }
        # Of the seven, Sunday 27 September is worked; 1 to 8 October are not.
        (resolve,) = clocks(raised, "RESOLVE")
        assert resolve["startAt"] == raised["dispute"]["raisedAt"]
        assert resolve["dueAt"] == "2020-10-09T15:59:59.999000Z"
        assert (resolve["clock"], resolve["amount"], resolve["unit"]) == ("STATUTORY", 7, "WORKING_DAY")
        assert (resolve["policy"]["legalBasis"], resolve["basisUnconfirmed"]) == (BASIS, False)
        assert [each for each in raised["deadlines"] if each["stoppedAt"]] == []
        others = [{name: each[name] for name in ("kind", "metAt", "stoppedAt")} for each in raised["deadlines"]]
        assert [each for each in others if each["kind"] != "RESOLVE"] == before["deadlines"]


async def test_what_came_in_before_order_20_is_disputed_without_its_limit(city: City) -> None:
    with clock.standing_at(shanghai("2019-09-23 09:00")):
        raised = await dispute(city, await refused(city))

        assert clocks(raised, "RESOLVE") == []
        assert (await decide(city, designating(city, raised)))["status"] == "DISPATCHED"


async def test_the_limit_of_order_121_is_shown_as_unconfirmed(city: City) -> None:
    raised = await dispute(city, await refused(city))

    assert [each["basisUnconfirmed"] for each in clocks(raised, "RESOLVE")] == [True]


@pytest.mark.parametrize("who", ["clerk", "responsible"])
async def test_it_waits_for_the_leader_of_the_top_bureau_and_nobody_else(city: City, who: str) -> None:
    await grant(city, "supervisor", Role.LEADER, "west")
    await grant(city, "west_responsible", Role.LEADER)

    await dispute(city, await refused(city), who)

    asked = {"login": city.login(who)}
    expected = [
        {"kind": "DISPUTE", "escalatedAt": None, "requestedBy": asked, "dispute": {"reason": "注册地已迁往西县"}}
    ]
    assert await waiting(city, "leader") == await waiting(city, "west_responsible") == expected
    for other in ("duty_leader", "supervisor", "dispatcher", "section", "responsible", "reviewer"):
        assert await waiting(city, other) == [], other


async def test_upheld_the_unit_handles_it_after_all(city: City) -> None:
    raised = await dispute(city, await refused(city))

    for reason in (None, " "):
        refusal = await city.as_("leader").refused("decideDispute", **upholding(raised, reason=reason))
        assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])
    upheld = await decide(city, upholding(raised, designatedOfficeCode=city.codes["west"]))

    assert (upheld["status"], upheld["version"]) == ("IN_PROGRESS", raised["version"] + 1)
    assert (upheld["leadOffice"], upheld["dueAt"]) == (raised["leadOffice"], raised["dueAt"])
    told = upheld["dispute"]
    assert (told["status"], told["decisionReason"], told["designatedOffice"]) == ("UPHELD", "实际经营地在本辖区", None)
    assert told["decidedBy"] == {"login": city.login("leader")}
    assert [each["metAt"] for each in clocks(upheld, "RESOLVE")] == [told["decidedAt"]]
    assert await waiting(city, "leader") == []
    kinds = [event["kind"] for event in (await look(city, raised))["timeline"]["nodes"]]
    assert kinds[-3:] == ["RETURN_REJECTED", "DISPUTE_RAISED", "DISPUTE_UPHELD"]
    assert (await city.submit(upheld))["status"] == "PENDING_SIGN_OFF"


async def test_another_unit_is_designated_and_leads_at_once(city: City) -> None:
    case = await city.dispatch(await city.receive(), "east", co=("stall",))
    raised = await dispute(city, await return_refused(city, case))

    designated = await decide(city, designating(city, raised, reason="注册地在西县"))

    assert (designated["status"], designated["version"]) == ("DISPATCHED", raised["version"] + 1)
    assert (designated["leadOffice"], designated["dueAt"]) == ({"code": city.codes["west"]}, raised["dueAt"])
    told = designated["dispute"]
    assert (told["status"], told["decisionReason"]) == ("DESIGNATED", "注册地在西县")
    assert told["designatedOffice"] == {"code": city.codes["west"]}
    assert [each["metAt"] for each in clocks(designated, "RESOLVE")] == [told["decidedAt"]]
    assert sorted(bool(each["metAt"]) for each in clocks(designated, "SIGN_FOR")) == [False, True]
    assert await waiting(city, "leader") == []
    for gone in ("clerk", "stall_clerk"):
        assert await look(city, raised, gone) is None
    seen = await look(city, raised, "west_clerk")
    assert {(each["office"]["code"], each["role"], each["status"]) for each in seen["assignments"]} == {
        (city.codes["east"], "LEAD", "RETURNED"),
        (city.codes["stall"], "CO", "RETURNED"),
        (city.codes["west"], "LEAD", "ACTIVE"),
    }
    assert [event["kind"] for event in seen["timeline"]["nodes"]][-2:] == ["DISPUTE_RAISED", "UNIT_DESIGNATED"]
    done = await city.submit(await city.sign_for(designated, "west_clerk"), "west_clerk", handlers=[city.login("west_inspector")])  # fmt: skip
    assert (await city.sign_off(done, "west_responsible"))["status"] == "CLOSED_AWAITING_CALLBACK"


async def test_a_co_handler_may_be_designated(city: City) -> None:
    case = await city.dispatch(await city.receive(), "east", co=("west",))

    designated = await decide(city, designating(city, await dispute(city, await return_refused(city, case))))

    active = [each for each in (await look(city, designated))["assignments"] if each["status"] == "ACTIVE"]
    assert [(each["office"]["code"], each["role"]) for each in active] == [(city.codes["west"], "LEAD")]


async def test_the_unit_designated_may_neither_return_nor_dispute_it(city: City) -> None:
    raised = await dispute(city, await refused(city))
    designated = {**await decide(city, designating(city, raised)), "returnRequest": raised["dispute"]["returnRequest"]}

    async def asks(case: Data) -> tuple[str, list[str]]:
        refusal = await city.as_("west_clerk").refused("requestReturn", **change(case), reason="也不属本辖区")
        return refusal["code"], refusal["path"]

    unsigned = await asks(designated)
    signed = {**designated, **await city.sign_for(designated, "west_clerk")}
    refusal = await city.as_("west_clerk").refused("disputeReturn", **disputing(signed))

    assert unsigned == await asks(signed) == ("RETURN_FORBIDDEN_AFTER_ADJUDICATION", ["caseId"])
    assert (refusal["code"], refusal["path"]) == ("DISPUTE_NOT_OPEN", ["returnRequestId"])


async def test_once_decided_it_is_not_raised_again(city: City) -> None:
    case = await refused(city)
    upheld = {**await decide(city, upholding(await dispute(city, case))), "returnRequest": case["returnRequest"]}

    for who in ("clerk", "responsible"):
        refusal = await city.as_(who).refused("disputeReturn", **disputing(upheld))
        assert (refusal["code"], refusal["path"]) == ("DISPUTE_NOT_OPEN", ["returnRequestId"])
    refusal = await city.as_("clerk").refused("requestReturn", **change(upheld), reason="再退一次")
    assert refusal["code"] == "RETURN_FORBIDDEN_AFTER_ADJUDICATION"


async def test_only_a_return_refused_to_the_unit_that_leads_is_disputed(city: City) -> None:
    case = await city.case_in("DISPATCHED")
    asked = await city.as_("clerk").done("requestReturn", RETURN, **change(case), reason="不属本辖区")
    undecided = {**asked["case"], "returnRequest": asked["returnRequest"]}
    taken = await return_refused(city, await city.case_in("DISPATCHED"), decision="APPROVE")
    again = await city.sign_for(await city.dispatch(taken))

    early = await city.as_("clerk").refused("disputeReturn", **disputing(undecided))
    granted = await city.as_("clerk").refused("disputeReturn", **disputing({**again, "returnRequest": taken["returnRequest"]}))  # fmt: skip

    assert (early["code"], early["status"]) == ("INVALID_TRANSITION", "RETURN_REQUESTED")
    assert (granted["code"], granted["path"]) == ("DISPUTE_NOT_OPEN", ["returnRequestId"])


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("stall_clerk", "NOT_FOUND"),
        ("west_clerk", "NOT_YOUR_OFFICE"),  # beside the lead, but not the lead
        ("west_responsible", "NOT_YOUR_OFFICE"),
        ("inspector", "NOT_PERMITTED"),
        ("dispatcher", "NOT_PERMITTED"),
        ("leader", "NOT_PERMITTED"),
    ],
)
async def test_only_the_lead_raises_it(city: City, who: str, code: str) -> None:
    case = await return_refused(city, await city.dispatch(await city.receive(), "east", co=("west",)))

    refusal = await city.as_(who).refused("disputeReturn", **disputing(case))

    assert refusal["code"] == code
    assert (await look(city, case))["disputes"] == []


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " "}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"legalBasis": "长" * 2_001}, "INVALID_INPUT", ["legalBasis"]),
        ({"returnRequestId": "x"}, "NOT_FOUND", ["returnRequestId"]),
    ],
)
async def test_it_has_a_reason(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await refused(city)

    refusal = await city.as_("clerk").refused("disputeReturn", **disputing(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await waiting(city, "leader") == []


async def test_what_was_handed_in_is_not_disputed_even_when_it_comes_back(city: City) -> None:
    case = await refused(city)
    submitted = await city.submit(case)
    given = disputing({**submitted, "returnRequest": case["returnRequest"]})
    first = await city.as_("clerk").refused("disputeReturn", **given)
    sent_back = await city.sign_off(submitted, decision="REJECT", reason="答复过简")
    given = disputing({**sent_back, "returnRequest": case["returnRequest"]})
    then = await city.as_("clerk").refused("disputeReturn", **given)

    assert (first["code"], first["status"]) == ("INVALID_TRANSITION", "PENDING_SIGN_OFF")
    assert (then["code"], then["status"]) == ("INVALID_TRANSITION", "IN_PROGRESS")


async def test_while_an_extension_waits_nothing_is_disputed(city: City) -> None:
    case = await refused(city)
    payload = await city.as_("clerk").done("requestExtension", **change(case), workingDays=1, reason="待检测")

    given = disputing({**payload["case"], "returnRequest": case["returnRequest"]})
    refusal = await city.as_("clerk").refused("disputeReturn", **given)

    assert (refusal["code"], refusal["path"]) == ("APPROVAL_PENDING", ["returnRequestId"])


async def test_while_it_waits_nothing_is_handed_in_and_nothing_else_asked_for(city: City) -> None:
    case = await city.dispatch(await city.receive(), "east", co=("west",))
    raised = await dispute(city, await return_refused(city, case))
    result: Data = {
        "department": "价格科",
        "handlers": [city.login("inspector")],
        "outcome": "MEDIATED",
        "reply": "已退款",
    }

    tried: dict[str, Data] = {
        "submitResult": {**result, "coHandlerOverrideReason": "无须等待"},
        "suspendCase": {"reason": "TESTING", "evidence": "检验委托书"},
        "submitFilingReport": reporting(sealed()),
        "requestExtension": {"workingDays": 1, "reason": "待检测"},
    }
    for mutation, given in tried.items():
        refusal = await city.as_("clerk").refused(mutation, **change(raised), **given)
        assert (refusal["code"], refusal["path"]) == ("APPROVAL_PENDING", ["caseId"]), mutation
    beside = await city.as_("west_clerk").done("submitResult", **change(raised), **{**result, "handlers": [city.login("west_inspector")]})  # fmt: skip

    upheld = await decide(city, upholding({**raised, **beside["case"]}))
    extended = await city.as_("clerk").done("requestExtension", **change(upheld), workingDays=1, reason="待检测")
    assert extended["case"]["status"] == "IN_PROGRESS"


async def test_it_lapses_when_the_case_ends_and_is_not_raised_again_when_that_is_reopened(city: City) -> None:
    case = await refused(city)
    raised = await dispute(city, case)

    given = {"ground": "WITHDRAWN_OR_SETTLED", "reason": "双方自行和解"}
    ended = await city.as_("clerk").done("terminateCase", CASE, **change(raised), **given)

    (lapsed,) = (await look(city, case))["disputes"]
    assert (lapsed["status"], bool(lapsed["decidedAt"])) == ("LAPSED", True)
    (resolve,) = clocks(ended["case"], "RESOLVE")
    assert (resolve["metAt"], bool(resolve["stoppedAt"])) == (None, True)
    assert await waiting(city, "leader") == []
    late = upholding({**raised, "version": ended["case"]["version"]})
    refusal = await city.as_("leader").refused("decideDispute", **late)
    assert (refusal["code"], refusal["path"]) == ("INVALID_TRANSITION", ["disputeId"])

    reopening = {"newFacts": "商家反悔拒不退款", "reason": "和解未履行"}
    reopened = await city.as_("supervisor").done("reopenCase", CASE, **change(ended["case"]), **reopening)
    given = disputing({**reopened["case"], "returnRequest": case["returnRequest"]})
    refusal = await city.as_("clerk").refused("disputeReturn", **given)
    assert refusal["code"] == "DISPUTE_NOT_OPEN"


@pytest.mark.parametrize(
    ("office", "code"), [(None, "LEAD_REQUIRED"), ("", "LEAD_REQUIRED"), ("0", "NOT_FOUND"), ("own", "INVALID_INPUT")]
)
async def test_another_unit_of_the_city_is_named(city: City, office: str | None, code: str) -> None:
    raised = await dispute(city, await refused(city))
    named = city.codes["east"] if office == "own" else office

    given = designating(city, raised, designatedOfficeCode=named)
    refusal = await city.as_("leader").refused("decideDispute", **given)

    assert (refusal["code"], refusal["path"]) == (code, ["designatedOfficeCode"])
    assert (await look(city, raised))["disputes"] == [
        {"id": raised["dispute"]["id"], "status": "RAISED", "decidedAt": None}
    ]


@pytest.mark.parametrize("who", ["clerk", "responsible", "west_responsible", "duty_leader", "dispatcher", "supervisor"])
async def test_nobody_but_the_leader_decides(city: City, who: str) -> None:
    raised = await dispute(city, await refused(city))

    refusal = await city.as_(who).refused("decideDispute", **designating(city, raised))

    assert refusal["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize("beside", [None, "duty_leader"])
async def test_a_countys_own_leader_does_not_decide(city: City, beside: str | None) -> None:
    who = beside or "west_dispatcher"
    await grant(city, who, Role.LEADER, "east")
    raised = await dispute(city, await refused(city))

    refusal = await city.as_(who).refused("decideDispute", **designating(city, raised))

    assert refusal["code"] == "NOT_PERMITTED"
    assert [each for each in await waiting(city, who) if each["kind"] == "DISPUTE"] == []


async def test_a_leader_of_the_unit_itself_does_not_decide(city: City) -> None:
    await grant(city, "leader", Role.INSPECTOR, "east")
    raised = await dispute(city, await refused(city))

    assert await waiting(city, "leader") == []
    refusal = await city.as_("leader").refused("decideDispute", **upholding(raised))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"


async def test_nobody_decides_what_he_raised_when_he_was_still_of_the_unit(city: City) -> None:
    raised = await dispute(city, await refused(city), "responsible")
    moved = "UPDATE role_grants SET role = 'LEADER', office_id = $2 WHERE person_id = $1"
    await alter(moved, city.persons["responsible"], city.offices["top"])

    refusal = await city.as_("responsible").refused("decideDispute", **upholding(raised))

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"
    assert await waiting(city, "responsible") == []


async def test_another_citys_dispute_does_not_exist(city: City, other_city: City) -> None:
    raised = await dispute(other_city, await refused(other_city))
    case = await refused(other_city)

    refusal = await city.as_("leader").refused("decideDispute", **upholding(raised))
    absent = await city.as_("leader").refused("decideDispute", **upholding(raised, disputeId="x"))
    unseen = await city.as_("clerk").refused("disputeReturn", **disputing(case))

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["disputeId"])
    assert refusal == absent
    assert (unseen["code"], unseen["path"]) == ("NOT_FOUND", ["returnRequestId"])


async def test_of_two_leaders_who_decide_at_once_one_does(city: City) -> None:
    await grant(city, "supervisor", Role.LEADER)
    raised = await dispute(city, await refused(city))
    given = [("leader", designating(city, raised)), ("supervisor", upholding(raised))] * 2

    payloads = await asyncio.gather(*(city.as_(who).do("decideDispute", **each) for who, each in given))

    assert sorted(bool(payload["userErrors"]) for payload in payloads) == [False, True, True, True]
    kinds = [event["kind"] for event in (await look(city, raised))["timeline"]["nodes"]]
    assert len({"UNIT_DESIGNATED", "DISPUTE_UPHELD"} & set(kinds)) == 1


async def test_of_two_who_raise_it_at_once_one_does(city: City) -> None:
    case = await refused(city)
    both = (city.as_(who).do("disputeReturn", **disputing(case)) for who in ("clerk", "responsible"))

    payloads = await asyncio.gather(*both)

    assert sorted(bool(payload["userErrors"]) for payload in payloads) == [False, True]
    assert len((await look(city, case))["disputes"]) == 1


async def test_a_repeat_that_is_designated_is_dispatched_once_in_the_figures(city: City) -> None:
    twice = {"party": {"name": "重复者", "phone": "14100000099"}, "title": "同一件事"}
    await city.dispatch(await city.receive(**twice))
    second = await return_refused(city, await city.dispatch(await city.receive(**twice)))

    designated = await decide(city, designating(city, await dispute(city, second)))

    assert await rate(city.as_("leader"), "duplicateDispatchRate", around_today()) == (1, 2)
    repeats_of = {each["office"]["code"]: each["isRepeat"] for each in (await look(city, designated))["assignments"]}
    assert repeats_of == {city.codes["east"]: True, city.codes["west"]: False}


async def test_the_case_is_the_disputing_units_until_another_is_designated(city: City) -> None:
    leader, today = city.as_("leader"), around_today()
    raised = await dispute(city, await refused(city))
    before = (await db.query("SELECT clock_timestamp() AS now"))[0]["now"].isoformat()

    await decide(city, designating(city, raised))

    async def counted(office: str, name: str, **given: str) -> tuple[int, int]:
        return await rate(leader, name, today, code=city.codes[office], **given)

    for name, of_it in (("dispatchRate", (1, 1)), ("closureRate", (0, 1))):
        assert (await counted("east", name), await counted("west", name)) == ((0, 0), of_it)
        assert (await counted("east", name, asOf=before), await counted("west", name, asOf=before)) == (of_it, (0, 0))
        assert await counted("top", name) == of_it


async def test_raised_or_decided_with_one_key_it_takes_effect_once(city: City) -> None:
    shape, case = f"{CASE} {DISPUTE}", await refused(city)
    clerk, leader = city.as_("clerk"), city.as_("leader")

    payload = await repeats.takes_effect_once(
        city, clerk, "disputeReturn", disputing(case), {"reason": "另一理由"}, shape
    )
    raised = {**payload["case"], "dispute": payload["dispute"]}
    other = {"decision": "REJECT", "reason": "实际经营地在本辖区"}
    await repeats.takes_effect_once(city, leader, "decideDispute", designating(city, raised), other)


async def test_a_version_that_is_not_the_cases_is_refused_with_the_case_as_it_is(city: City) -> None:
    case = await refused(city)
    await repeats.shows_the_case_as_it_is(city, city.as_("clerk"), "disputeReturn", case, **disputing(case))
    raised = await dispute(city, case)
    await repeats.shows_the_case_as_it_is(city, city.as_("leader"), "decideDispute", raised, **upholding(raised))


async def test_refused_it_leaves_its_key_for_the_corrected_request(city: City) -> None:
    case = await refused(city)
    bad = disputing(case, reason=" ")
    await repeats.leaves_its_key_free(city, city.as_("clerk"), "disputeReturn", bad, disputing(case))
