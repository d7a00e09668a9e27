"""工单: finding one, finding many, and never by what one may not see."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import planned
from tests.client import Data
from tests.crowd import NOW, SIZE, every, gather, listed
from tests.world import APPLICATION, PEOPLE, City, change

NUMBERS = "query ($f: CaseFilter) { cases(filter: $f) { totalCount nodes { number } } }"
NODE = "query ($i: ID!) { node(id: $i) { __typename id } }"
EVENTS = "totalCount nodes { kind caseVersion } pageInfo { hasNextPage endCursor }"
TIMELINE = f"""query ($i: ID!, $after: String) {{ node(id: $i) {{ ... on Case {{
  timeline(first: 2, after: $after) {{ {EVENTS} }} }} }} }}"""
TIMELINES = f"{{ cases(orderBy: RECEIVED_AT) {{ nodes {{ timeline(first: 2) {{ {EVENTS} }} }} }} }}"


@pytest.fixture(scope="module")
async def crowd(http: httpx.AsyncClient, base_url: str) -> City:
    return await gather(http, base_url)


def holder(case: Data) -> str:
    code: str = (case["leadOffice"] or case["intakeOffice"])["code"]
    return code


def wishes(city: City, cases: list[Data], dice: random.Random) -> dict[str, tuple[Any, Callable[[Data], bool]]]:
    """A value of every filter, and what it means."""
    below = {"top": ("top", "east", "west", "stall"), "east": ("east", "stall"), "stall": ("stall",)}
    office, moment, limit = dice.choice(sorted(below)), dice.choice(cases)["receivedAt"], dice.choice(cases)["dueAt"]
    held, overdue = {city.codes[name] for name in below[office]}, dice.random() < 0.5
    lists = {name: dice.sample(sorted({case[name] for case in cases}), 2) for name in ("kind", "status", "priority")}
    category, tag, text = (
        dice.choice(("010101", "010201")),
        dice.choice(("春节", "口罩")),
        dice.choice(("MASK", "%_", "第1")),
    )
    limit = limit or NOW.isoformat()
    return {
        "officeCode": (city.codes[office], lambda case: holder(case) in held),
        **{name: (wanted, partial(_is_any, name, wanted)) for name, wanted in lists.items()},
        "categoryCode": (category, lambda case: case["category"] == {"code": category}),
        "tag": (tag, lambda case: tag in case["tags"]),
        "receivedFrom": (moment, lambda case: case["receivedAt"] >= moment),
        "receivedTo": (moment, lambda case: case["receivedAt"] < moment),
        "dueFrom": (limit, lambda case: case["dueAt"] is not None and case["dueAt"] >= limit),
        "dueTo": (limit, lambda case: case["dueAt"] is not None and case["dueAt"] < limit),
        "overdue": (overdue, lambda case: case["isOverdue"] is overdue),
        "text": (text, lambda case: text.lower() in (case["title"] + case["description"]).lower()),
    }


def _is_any(name: str, wanted: list[str], case: Data) -> bool:
    return case[name] in wanted


@pytest.mark.parametrize("seed", range(4))
async def test_every_filter_means_what_it_says_alone_and_with_others(crowd: City, seed: int) -> None:
    cases, dice = await every(crowd), random.Random(seed)
    assert len(cases) == SIZE

    for size in (*(1 for _ in range(13)), 2, 2, 2, 3, 3, 4):
        offered = wishes(crowd, cases, dice)
        chosen = dice.sample(sorted(offered), size)
        wanted = {name: offered[name][0] for name in chosen}
        found = await listed(crowd.as_("leader"), filter=wanted, first=100)
        expected = [case["number"] for case in cases if all(offered[name][1](case) for name in chosen)]
        assert sorted(case["number"] for case in found["nodes"]) == sorted(expected), wanted
        assert found["totalCount"] == len(expected), wanted


async def test_an_empty_list_is_met_by_nothing_and_null_by_everything(crowd: City, other_city: City) -> None:
    leader = crowd.as_("leader")

    unmet: list[Data] = [
        {"kind": []},
        {"status": []},
        {"officeCode": other_city.code},
        {"officeCode": "%"},
        {"tag": ""},
    ]
    for wanted in unmet:
        assert (await listed(leader, filter=wanted))["totalCount"] == 0, wanted
    everything = dict.fromkeys(("kind", "status", "officeCode", "tag", "text", "overdue", "dueFrom"))
    for idle in (None, {}, everything, {"text": " "}):
        assert (await listed(leader, filter=idle))["totalCount"] == SIZE, idle
    assert (await listed(leader, filter={"text": "第17件"}))["nodes"][0]["dueAt"] is None


@pytest.mark.parametrize(
    ("text", "number"), [("%", 6), ("_", 6), ("0%_O", 6), ("\\", 0), ("%%", 0), ("第1_件", 0), ("'", 0)]
)
async def test_text_is_taken_as_it_is_written(crowd: City, text: str, number: int) -> None:
    assert (await listed(crowd.as_("leader"), filter={"text": text}))["totalCount"] == number


async def test_each_case_has_its_timeline_in_order_and_its_own_cursors(city: City) -> None:
    one, other = await city.case_in("PENDING_SIGN_OFF"), await city.case_in("DISPATCHED")
    both = [case["timeline"] for case in (await city.as_("leader").ask(TIMELINES))["cases"]["nodes"]]
    alone = [(await city.as_("leader").ask(TIMELINE, i=case["id"]))["node"]["timeline"] for case in (one, other)]
    rest = (await city.as_("leader").ask(TIMELINE, i=one["id"], after=alone[0]["pageInfo"]["endCursor"]))["node"][
        "timeline"
    ]

    assert both == alone
    assert [page["totalCount"] for page in both] == [4, 2]
    assert [page["pageInfo"]["hasNextPage"] for page in both] == [True, False]
    kinds = [event["kind"] for event in alone[0]["nodes"] + rest["nodes"]]
    assert kinds == ["RECEIVED", "DISPATCHED", "SIGNED_FOR", "RESULT_SUBMITTED"]
    assert all(one["caseVersion"] < two["caseVersion"] for one, two in pairwise(alone[0]["nodes"] + rest["nodes"]))
    (error,) = await city.as_("leader").fail(TIMELINE, i=other["id"], after=alone[0]["pageInfo"]["endCursor"])
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_text_finds_nothing_for_whom_the_words_are_hidden_from(city: City) -> None:
    words = {"title": "张三丰举报口罩", "description": "我是张三丰, 电话14012345678, 某药店涨价。"}
    report = await city.dispatch(await city.receive(kind="REPORT", **words))
    secret = {"name": "张三丰", "phone": "14012345678", "wantsConfidentiality": True}
    confidential = await city.dispatch(await city.receive(party=secret, **words))
    complaint = await city.dispatch(await city.receive(**words))
    numbers = {report["number"]: "R", confidential["number"]: "C", complaint["number"]: "O"}

    async def found(who: str, text: str) -> str:
        page = (await city.as_(who).ask(NUMBERS, f={"text": text}))["cases"]
        assert page["totalCount"] == len(page["nodes"])
        return "".join(sorted(numbers[node["number"]] for node in page["nodes"]))

    for text in ("张三丰", "三丰", "14012345678", "0123456", "我是张"):
        told = {
            who: await found(who, text) for who in ("leader", "caller", "other_agent", "clerk", "adviser", "west_clerk")
        }
        assert told == {
            "leader": "COR",
            "caller": "CO",
            "other_agent": "CO",
            "clerk": "O",
            "adviser": "O",
            "west_clerk": "",
        }
    assert await found("clerk", "药店涨价") == "COR"
    assert await found("clerk", report["number"]) == "R"
    assert await found("leader", "东县") == ""  # an address is in nobody's words
    for text in ("张三丰", "口罩", "药店", "%", complaint["number"][:-1]):
        assert await found("integrator", text) == "", text
    assert await found("integrator", complaint["number"]) == "O"
    assert await found("integrator", report["number"]) == ""


async def test_absent_and_forbidden_cases_are_one_answer(city: City, other_city: City) -> None:
    report, foreign = await city.dispatch(await city.receive(kind="REPORT")), await other_city.receive()
    by_number = "query ($n: String!) { case(number: $n) { id } cases(filter: {text: $n}) { totalCount } }"

    absent = (await city.as_("other_agent").post(by_number, n="990000202611210000")).content
    for number in (report["number"], foreign["number"], "", "%", "'"):
        assert (await city.as_("other_agent").post(by_number, n=number)).content == absent, number
    assert (await city.as_("clerk").ask(by_number, n=report["number"]))["case"] == {"id": report["id"]}

    unknown = base64.urlsafe_b64encode(f"Case:{uuid4()}".encode()).decode().rstrip("=")
    nowhere = (await city.as_("other_agent").post(NODE, i=unknown)).content
    inner = base64.urlsafe_b64decode(report["id"] + "==").decode()
    twisted = [
        inner.upper(),
        inner.replace("Case", "Party"),
        inner.replace("Case", "Nothing"),
        inner[:-1],
        "Case:",
        inner[5:],
    ]
    garbage = ["", "0", "====", "游标", "A" * 1_000, report["id"] + "=", *(
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in twisted
    )]  # fmt: skip
    for text in (report["id"], foreign["id"], *garbage):
        assert (await city.as_("other_agent").post(NODE, i=text)).content == nowhere, text
    for text in garbage:
        assert (await city.as_("clerk").ask(NODE, i=text))["node"] is None, text


# --- what a complaint must name

PARTY = {"name": "张三丰", "phone": "14012345678", "address": "云溪市东县某路1号"}
SHOP = {"name": "某大药房", "address": "人民路2号"}
CITIZENS = ["COMPLAINANT_NAME", "COMPLAINANT_PHONE", "COMPLAINANT_ADDRESS"]
TRADERS = ["RESPONDENT_NAME", "RESPONDENT_ADDRESS"]
MISSING = """query ($i: [ID!]!) { nodes(ids: $i) { ... on Case {
  missingParticulars complainant { name phone address } } } }"""


async def missing(city: City, case: Data, who: str = "agent") -> list[str] | None:
    """What one caller is told is missing; None for a case out of sight."""
    (found,) = (await city.as_(who).ask(MISSING, i=[case["id"]]))["nodes"]
    return list(found["missingParticulars"]) if found else None


@pytest.mark.parametrize(
    ("party", "respondent", "wanted"),
    [
        (PARTY, SHOP, []),
        (None, None, [*CITIZENS, *TRADERS]),
        ({}, {"name": "某大药房"}, [*CITIZENS, "RESPONDENT_ADDRESS"]),
        ({**PARTY, "phone": " "}, {**SHOP, "address": "\t"}, ["COMPLAINANT_PHONE", "RESPONDENT_ADDRESS"]),
        ({"phone": "14012345678"}, SHOP, ["COMPLAINANT_NAME", "COMPLAINANT_ADDRESS"]),
        (PARTY, None, TRADERS),
    ],
)
async def test_a_complaint_is_registered_whatever_it_lacks_and_says_what_that_is(
    city: City, party: Data | None, respondent: Data | None, wanted: list[str]
) -> None:
    given = {"party": party, "respondent": respondent}
    case = await city.receive(**given)

    assert await missing(city, case) == wanted
    assert await missing(city, case, "dispatcher") == wanted
    for kind in ("REPORT", "CONSULTATION", "HELP_REQUEST", "SUGGESTION"):
        assert await missing(city, await city.receive(kind=kind, **given)) == []
    ground = {"ground": "MATERIAL_MISSING", "notice": "请补充材料。"}
    refused = await city.as_("dispatcher").done("refuseCase", "case { status }", **change(case), **ground)
    assert refused["case"]["status"] == "NOT_ACCEPTED"


@pytest.mark.parametrize("confidential", [False, True])
@pytest.mark.parametrize("status", ["IN_PROGRESS", "CLOSED_AWAITING_CALLBACK"])
async def test_whoever_is_not_shown_a_particular_is_not_told_whether_it_is_there(
    city: City, status: str, confidential: bool
) -> None:
    told = {**PARTY, "wantsConfidentiality": confidential}
    whole = await city.case_in(status, party=told, respondent=SHOP)
    bare = await city.case_in(status, party={"wantsConfidentiality": confidential})
    names = dict(zip(("name", "phone", "address"), CITIZENS, strict=True))
    pseudonyms = {"投诉人"}
    seen_by = {}

    for who in (*PEOPLE, APPLICATION):
        first, second = (await city.as_(who).ask(MISSING, i=[whole["id"], bare["id"]]))["nodes"]
        if first is None:
            assert second is None
            continue
        shown = [names[key] for key in names if first["complainant"][key] not in (None, *pseudonyms)]
        assert first["missingParticulars"] == []
        expected = [] if who == APPLICATION else [*shown, "RESPONDENT_ADDRESS"]
        assert second["missingParticulars"] == expected, who
        seen_by[who] = len(shown)
    assert (seen_by["agent"], seen_by["leader"], seen_by[APPLICATION]) == (3, 2, 0)
    assert seen_by["clerk"] == (0 if confidential else 3)


async def test_compiled_or_not_the_same_is_told_to_be_missing(city: City) -> None:
    bare = {"party": None, "respondent": None}
    cases = [await city.receive(**bare), await city.receive(kind="REPORT", **bare), await city.case_in("IN_PROGRESS")]
    asked, given = (
        "query ($i: [ID!]!) { nodes(ids: $i) { ... on Case { missingParticulars } } }",
        [c["id"] for c in cases],
    )

    async with planned.ways(city) as both:
        answers = [await both.both(who, asked, {"i": given}) for who in ("agent", "leader", "clerk", APPLICATION)]
        assert both.plans.counts["planned"] == len(answers)

    assert all(compiled == plain for compiled, plain in answers)
    assert json.loads(answers[0][0][1])["data"]["nodes"][0] == {"missingParticulars": [*CITIZENS, *TRADERS]}
