"""登记: the first entry of a case, and the answer given at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from resolvers.doors import db
from resolvers.rules import geo
from resolvers.rules.masks import HIDDEN
from resolvers.terms.kinds import CaseKind, CoordinateSystem, IntakeChannel
from tests import repeats
from tests.client import Data
from tests.world import APPLICATION, City, change

BARE: Data = {"kind": "COMPLAINT", "channel": "PHONE", "title": "口罩涨价"}
TAG = "新冠疫情"
SEEN = "query ($n: String!) { case(number: $n) { title description place answer complainant { name phone address } } }"


async def seen(city: City, who: str, case: Data) -> Data:
    found: Data = (await city.as_(who).ask(SEEN, n=case["number"]))["case"]
    return found


async def activate(city: City, started_at: str = "2020-01-24T00:00:00+08:00") -> None:
    given = {"name": "疫情防控", "tag": TAG, "basis": "应急处置通知", "startedAt": started_at}
    await city.as_("leader").done("activateRegime", "regime { tag }", **given)


async def test_a_call_becomes_a_case_on_record_with_its_clocks_running(city: City) -> None:
    shape = (
        "case { number version status priority round registeredAt receivedAt closedAt intakeOffice { code } leadOffice { code }"
        " deadlines { kind clock metAt } rounds { number closedAt } respondent { name uscc } category { code }"
        " timeline { nodes { kind caseVersion } } }"
    )
    respondent = {"name": "某大药房", "uscc": "91110000600037341L"}

    payload = await city.as_("agent").done(
        "receiveCase", shape, **BARE, categoryCode="010101", respondent=respondent, party={"name": "李四"}
    )

    case = payload["case"]
    assert re.fullmatch(rf"{city.code[:6]}\d{{14}}", case["number"])
    assert (case["version"], case["status"], case["priority"], case["round"]) == (1, "RECORDED", "NORMAL", 1)
    assert case["receivedAt"] == case["registeredAt"]
    assert (case["intakeOffice"], case["leadOffice"]) == ({"code": city.code}, None)
    assert {(clock["kind"], clock["clock"], clock["metAt"]) for clock in case["deadlines"]} == {
        ("TRIAGE", "SERVICE", None),
        ("CLOSE", "SERVICE", None),
        ("ACCEPTANCE", "STATUTORY", None),
    }
    assert (case["rounds"], case["respondent"]) == ([{"number": 1, "closedAt": None}], respondent)
    assert case["category"] == {"code": "010101"}
    assert case["timeline"]["nodes"] == [{"kind": "RECEIVED", "caseVersion": 1}]


async def test_any_kind_from_any_channel_is_taken_and_nobody_need_give_a_name(city: City) -> None:
    for kind in CaseKind:
        await city.as_("agent").done("receiveCase", kind=kind, channel="WEB", title="匿名诉求")
    for channel in IntakeChannel:
        await city.as_("agent").done("receiveCase", kind="REPORT", channel=channel, title="匿名举报")


async def test_an_application_may_receive_cases_and_a_clerk_may_not(city: City) -> None:
    await city.as_(APPLICATION).done("receiveCase", **BARE)

    refusal = await city.as_("clerk").refused("receiveCase", **BARE)

    assert refusal["code"] == "NOT_PERMITTED"


@pytest.mark.parametrize("missing", ["kind", "channel", "title", "idempotencyKey"])
async def test_without_its_required_fields_a_request_is_not_even_tried(city: City, missing: str) -> None:
    given = {**BARE, "idempotencyKey": "6f1f3c1e-6d0a-4d0b-9a52-0c5d7a1f4b6e"}
    del given[missing]

    errors = await city.as_("agent").fail(
        "mutation ($i: ReceiveCaseInput!) { receiveCase(input: $i) { case { id } } }", i=given
    )

    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]


TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"title": " \n "}, "INVALID_INPUT", ["title"]),
        ({"title": "长" * 201}, "INVALID_INPUT", ["title"]),
        ({"description": "长" * 10_001}, "INVALID_INPUT", ["description"]),
        ({"tags": [f"标注{n}" for n in range(21)]}, "INVALID_INPUT", ["tags"]),
        ({"tags": ["好", " "]}, "INVALID_INPUT", ["tags", "1"]),
        ({"tags": ["长" * 41]}, "INVALID_INPUT", ["tags", "0"]),
        ({"receivedAt": TOMORROW}, "INVALID_INPUT", ["receivedAt"]),
        ({"receivedAt": "2017-12-31T00:00:00+08:00"}, "INVALID_INPUT", ["receivedAt"]),
        ({"categoryCode": "9" * 6}, "NOT_FOUND", ["categoryCode"]),
        ({"categoryCode": "9" * 7}, "NOT_FOUND", ["categoryCode"]),
        ({"party": {"name": "长" * 101}}, "INVALID_INPUT", ["party", "name"]),
        ({"party": {"phone": "1" * 41}}, "INVALID_INPUT", ["party", "phone"]),
        ({"party": {"address": "长" * 301}}, "INVALID_INPUT", ["party", "address"]),
        ({"respondent": {"name": "  "}}, "INVALID_INPUT", ["respondent", "name"]),
        ({"respondent": {"name": "店", "uscc": "91110000600037341M"}}, "INVALID_INPUT", ["respondent", "uscc"]),
        ({"respondent": {"name": "店", "address": "长" * 301}}, "INVALID_INPUT", ["respondent", "address"]),
        ({"place": {"text": "长" * 301}}, "INVALID_INPUT", ["place", "text"]),
        ({"place": {"latitude": 45.0}}, "INVALID_INPUT", ["place"]),
        ({"place": {"latitude": 90.1, "longitude": 0.0}}, "INVALID_INPUT", ["place"]),
        ({"place": {"latitude": 0.0, "longitude": 1e308}}, "INVALID_INPUT", ["place"]),
    ],
)
async def test_what_does_not_hold_is_refused_with_its_place_and_nothing_is_kept(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    refusal = await city.as_("agent").refused("receiveCase", **{**BARE, **given})

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await repeats.entries(city) == 0
    assert (await city.as_("agent").ask("{ cases { totalCount } }"))["cases"]["totalCount"] == 0


async def test_a_novel_in_place_of_a_name_is_refused_before_it_is_searched_for(city: City) -> None:
    began = perf_counter()

    refusal = await city.as_("agent").refused(
        "receiveCase", **BARE, description="长" * 9_000, party={"name": "长" * 60_000}
    )

    assert refusal["path"] == ["party", "name"]
    assert perf_counter() - began < 5


async def test_a_voicemail_counts_from_when_it_was_left_and_a_fast_clock_from_now(city: City) -> None:
    left = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=9)
    shape = "case { receivedAt registeredAt deadlines { kind startAt } }"

    payload = await city.as_("agent").done(
        "receiveCase", shape, **{**BARE, "channel": "VOICEMAIL"}, receivedAt=left.isoformat()
    )
    assert datetime.fromisoformat(payload["case"]["receivedAt"]) == left
    assert datetime.fromisoformat(payload["case"]["registeredAt"]) > left + timedelta(hours=8)
    assert {datetime.fromisoformat(clock["startAt"]) for clock in payload["case"]["deadlines"]} == {left}

    ahead = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    payload = await city.as_("agent").done("receiveCase", shape, **BARE, receivedAt=ahead)
    assert payload["case"]["receivedAt"] == payload["case"]["registeredAt"]


@pytest.mark.parametrize("system", CoordinateSystem)
async def test_a_place_is_kept_as_wgs84_whatever_map_it_was_read_from(city: City, system: CoordinateSystem) -> None:
    told = geo.Point(27.8274, 113.1340)
    place = {"text": "泰山路", "latitude": told.latitude, "longitude": told.longitude, "system": system}

    case = await city.receive(place=place)

    (row,) = await db.query("SELECT latitude, longitude FROM cases WHERE number = $1", case["number"])
    assert (row["latitude"], row["longitude"]) == pytest.approx(geo.to_wgs84(told, system), abs=1e-9)
    assert (abs(row["latitude"] - told.latitude) > 0.001) == (system is not CoordinateSystem.WGS84)


async def test_the_tag_of_a_regime_in_force_makes_a_case_urgent(city: City, other_city: City) -> None:
    await activate(city)
    shape = "case { priority isUrgent tags dueAt deadlines { kind amount } }"

    async def receive(where: City, **given: object) -> Data:
        found: Data = (await where.as_("agent").done("receiveCase", shape, **{**BARE, **given}))["case"]
        return found

    tagged = await receive(city, tags=[f" {TAG} ", "口罩", TAG])
    assert (tagged["priority"], tagged["isUrgent"], tagged["tags"]) == ("URGENT", True, [TAG, "口罩"])
    assert {clock["kind"]: clock["amount"] for clock in tagged["deadlines"]} == {
        "TRIAGE": 0,
        "CLOSE": 3,
        "ACCEPTANCE": 7,
    }
    assert (await receive(city, tags=[TAG], priority="EMERGENCY"))["priority"] == "EMERGENCY"
    assert (await receive(city, tags=[TAG], receivedAt="2020-01-23T23:59:59+08:00"))["priority"] == "NORMAL"
    assert (await receive(city, tags=["口罩"]))["priority"] == "NORMAL"
    assert (await receive(other_city, tags=[TAG]))["priority"] == "NORMAL"


TOLD = {"name": "张三丰", "phone": "14012345678", "address": "云溪市东县某路1号"}
STORY = {"title": "张三丰举报药店", "description": "本人张三丰，电话140 1234 5678，药店卖假口罩。", "party": TOLD}


async def test_the_unit_that_handles_a_report_reads_it_without_the_informant(city: City) -> None:
    case = await city.case_in("DISPATCHED", kind="REPORT", place={"text": "张三丰家楼下"}, **STORY)

    for who in ("clerk", "inspector", "responsible"):
        told = await seen(city, who, case)
        assert told["title"] == f"{HIDDEN}举报药店"
        assert told["description"] == f"本人{HIDDEN}，电话{HIDDEN}，药店卖假口罩。"
        assert told["place"] is None
        assert told["complainant"] == {"name": "举报人", "phone": None, "address": None}
    assert (await seen(city, "agent", case))["complainant"] == TOLD
    told = await seen(city, "dispatcher", case)
    assert told["description"] == STORY["description"]
    assert (told["complainant"]["name"], told["complainant"]["phone"]) == ("张**", "140****5678")
    assert await seen(city, "other_agent", case) is None
    assert await seen(city, APPLICATION, case) is None


async def test_a_complaint_is_told_in_full_to_its_unit_unless_the_citizen_asked_for_confidentiality(city: City) -> None:
    open_, closed = await city.case_in("DISPATCHED", **STORY), {**TOLD, "wantsConfidentiality": True}
    confidential = await city.case_in("DISPATCHED", **{**STORY, "party": closed})

    told = await seen(city, "clerk", open_)
    assert (told["title"], told["complainant"]["name"]) == (STORY["title"], "张三丰")
    told = await seen(city, "clerk", confidential)
    assert (told["title"], told["complainant"]["name"]) == (f"{HIDDEN}举报药店", "投诉人")
    assert HIDDEN in told["description"]


async def test_a_third_party_is_told_the_category_and_never_the_words(city: City) -> None:
    case = await city.receive(categoryCode="010101", place={"text": "某路1号"}, **STORY)

    told = await seen(city, APPLICATION, case)

    assert told["title"] == "口罩等防疫用品价格"
    assert not any(word in str(told) for word in ("张", "药店", "某路", "5678"))


async def test_a_title_full_of_the_name_is_taken_although_hiding_makes_it_longer(city: City) -> None:
    for name, title in (("张三", "张三药" * 66 + "张三"), ("km", "㎞药" * 100)):
        case = await city.case_in("DISPATCHED", kind="REPORT", title=title, party={"name": name})

        told = (await seen(city, "clerk", case))["title"]

        assert told.startswith(f"{HIDDEN}药{HIDDEN}药")
        assert name not in told


async def is_repeat(city: City, case: Data) -> bool:
    shape = "query ($n: String!) { case(number: $n) { assignments { isRepeat } } }"
    found = (await city.as_("dispatcher").ask(shape, n=case["number"]))["case"]["assignments"]
    return bool(found[0]["isRepeat"])


CALLER = {"name": "王五", "phone": "140-1234-5678"}


@pytest.mark.parametrize(
    ("first", "second", "repeats_it"),
    [
        ({}, {"party": {"phone": "140 1234 5678"}}, True),
        ({}, {"party": {"phone": "14012345679"}}, False),
        ({}, {"respondent": {"name": "别的店"}}, False),
        ({}, {"party": {"name": "王五"}}, False),
        ({"kind": "REPORT"}, {"kind": "REPORT"}, True),
        ({"kind": "REPORT"}, {}, False),  # that there was a report shows nowhere else
        ({"respondent": None, "categoryCode": "010101"}, {"respondent": None, "categoryCode": "010101"}, True),
        ({"respondent": None, "categoryCode": "010101"}, {"respondent": None, "categoryCode": "010102"}, False),
        ({"respondent": None}, {"respondent": None}, False),
        ({"receivedAt": (datetime.now(UTC) - timedelta(days=89)).isoformat()}, {}, True),
        ({"receivedAt": (datetime.now(UTC) - timedelta(days=91)).isoformat()}, {}, False),
        ({"party": {"phone": "未留"}}, {"party": {"phone": "不详"}}, False),
    ],
)
async def test_the_same_caller_about_the_same_trader_is_a_repeat(
    city: City, first: Data, second: Data, repeats_it: bool
) -> None:
    matter: Data = {"party": CALLER, "respondent": {"name": "某大药房"}}
    original = await city.case_in("DISPATCHED", **{**matter, **first})
    repeat = await city.case_in("DISPATCHED", **{**matter, **second})

    assert [await is_repeat(city, original), await is_repeat(city, repeat)] == [False, repeats_it]


async def test_the_same_caller_in_another_city_is_no_repeat_there(city: City, other_city: City) -> None:
    await city.case_in("DISPATCHED", party=CALLER)

    case = await other_city.case_in("DISPATCHED", party=CALLER)

    assert not await is_repeat(other_city, case)


async def test_a_consultation_is_answered_at_once_and_every_clock_of_it_is_met(city: City) -> None:
    case = await city.receive(kind="CONSULTATION")
    shape = "case { status version answer closedAt isOverdue rounds { closedAt } deadlines { kind metAt } timeline { nodes { kind } } }"

    payload = await city.as_("agent").done("answerCase", shape, **change(case), answer=" 请到窗口办理。 ")

    found = payload["case"]
    assert (found["status"], found["version"], found["answer"]) == ("ANSWERED", 2, "请到窗口办理。")
    assert found["rounds"] == [{"closedAt": found["closedAt"]}]
    assert {(clock["kind"], clock["metAt"]) for clock in found["deadlines"]} == {
        ("TRIAGE", found["closedAt"]),
        ("CLOSE", found["closedAt"]),
    }
    assert [event["kind"] for event in found["timeline"]["nodes"]] == ["RECEIVED", "ANSWERED"]
    refusal = await city.as_("dispatcher").refused("dispatchCase", **change({**case, "version": 2}), leadOfficeCode="x")
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "ANSWERED")


async def test_a_complaint_is_answered_only_as_out_of_the_remit_and_a_report_never(city: City) -> None:
    agent = city.as_("agent")
    case = await city.receive()

    refusal = await agent.refused("answerCase", **change(case), answer="请找城管。")
    assert (refusal["code"], refusal["path"]) == ("KIND_NOT_ANSWERABLE", ["outOfRemit"])
    payload = await agent.done(
        "answerCase",
        "case { status deadlines { kind metAt } }",
        **change(case),
        answer="不属于市场监管范围, 请拨打12345。",
        outOfRemit=True,
    )
    assert payload["case"]["status"] == "ANSWERED"
    assert all(clock["metAt"] for clock in payload["case"]["deadlines"])

    report = await city.receive(kind="REPORT")
    refusal = await agent.refused("answerCase", **change(report), answer="请找城管。", outOfRemit=True)
    assert refusal["code"] == "REPORT_NOT_INSPECTED"


async def test_an_answer_says_something_and_comes_before_the_dispatch(city: City) -> None:
    agent, case = city.as_("agent"), await city.receive(kind="CONSULTATION")
    for answer in (" ", "长" * 10_001):
        refusal = await agent.refused("answerCase", **change(case), answer=answer)
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["answer"])

    refusal = await agent.refused("answerCase", **change(await city.dispatch(case)), answer="好。")
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "DISPATCHED")


async def test_an_intake_takes_effect_once(city: City) -> None:
    agent = city.as_("agent")
    await repeats.takes_effect_once(city, agent, "receiveCase", {**BARE, "party": TOLD}, {"title": "另一件"})
    await repeats.leaves_its_key_free(city, agent, "receiveCase", {**BARE, "title": ""}, BARE)

    case = await city.receive(kind="CONSULTATION")
    given = {**change(case), "answer": "好。"}
    await repeats.shows_the_case_as_it_is(city, agent, "answerCase", case, **given)
    await repeats.leaves_its_key_free(city, agent, "answerCase", {**given, "answer": ""}, given)
    case = await city.receive(kind="CONSULTATION")
    await repeats.takes_effect_once(city, agent, "answerCase", {**change(case), "answer": "好。"}, {"answer": "不好。"})


async def test_a_key_is_its_callers_own(city: City) -> None:
    shared = {**BARE, "idempotencyKey": "0b6f0f9e-2d84-4a3c-8f43-3e7b7a0f7d11"}

    one = await city.as_("agent").done("receiveCase", **shared)
    other = await city.as_("other_agent").done("receiveCase", **{**shared, "title": "另一件"})

    assert one["case"]["id"] != other["case"]["id"]
