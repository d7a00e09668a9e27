"""分立: a complaint and a report told in one call become two cases, and the complaint does not tell of the report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data
from tests.world import City, change, grant

FACTS = """id number version status kind channel priority title description tags place receivedAt dueAt round
  category { code } intakeOffice { code } complainant { name phone address wantsConfidentiality }
  respondent { name uscc address } deadlines { kind clock startAt amount } splitFrom { number } splits { number }"""
SHAPE = f"case {{ {FACTS} }} split {{ {FACTS} }}"
SEEN = f"query ($n: String!) {{ case(number: $n) {{ {FACTS} timeline {{ nodes {{ kind }} totalCount }} }} }}"
COPIED = ("channel", "priority", "tags", "place", "receivedAt", "category", "intakeOffice", "complainant", "respondent")
MIXED: Data = {
    "title": "口罩涨价并且过期",
    "description": "请退差价; 另举报该店出售过期口罩。",
    "tags": ["口罩"],
    "channel": "WECHAT",
    "priority": "URGENT",
    "categoryCode": "010205",
    "place": {"text": "某路2号门口", "latitude": 27.3, "longitude": 118.1},
    "respondent": {"name": "某大药房", "uscc": "91110000600037341L", "address": "某路2号"},
}


def splitting(case: Data, **given: Any) -> Data:
    told = {"kind": "REPORT", "newTitle": "出售过期口罩", "newDescription": "张三丰说该店出售过期口罩。"}
    return {**change(case), **told, **given}


async def split(city: City, case: Data, who: str = "agent", **given: Any) -> tuple[Data, Data]:
    """The case and what was split from it."""
    payload = await city.as_(who).done("splitCase", SHAPE, **splitting(case, **given))
    return payload["case"], payload["split"]


async def seen(city: City, who: str, case: Data) -> Data | None:
    found: Data | None = (await city.as_(who).ask(SEEN, n=case["number"]))["case"]
    return found


@pytest.mark.parametrize(
    ("kind", "other", "limit"), [("COMPLAINT", "REPORT", "VERIFY"), ("REPORT", "COMPLAINT", "ACCEPTANCE")]
)
async def test_split_there_are_two_cases_told_at_the_same_instant_by_the_same_citizen(
    city: City, kind: str, other: str, limit: str
) -> None:
    told_at = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    case = await city.receive(**MIXED, kind=kind, receivedAt=told_at)

    kept, new = await split(city, case, kind=other, keptTitle=" 口罩涨价 ", keptDescription="请退差价。")

    assert (kept["kind"], kept["title"], kept["description"]) == (kind, "口罩涨价", "请退差价。")
    assert (new["kind"], new["title"], new["description"]) == (other, "出售过期口罩", "张三丰说该店出售过期口罩。")
    assert {name: new[name] for name in COPIED} == {name: kept[name] for name in COPIED}
    assert new["complainant"]["phone"] == "14012345678"
    assert (new["status"], new["version"], new["round"], kept["version"]) == ("RECORDED", 1, 1, case["version"] + 1)
    assert new["number"] != kept["number"]
    assert {clock["kind"] for clock in new["deadlines"]} == {"TRIAGE", "CLOSE", limit}
    assert {clock["startAt"] for clock in new["deadlines"]} == {new["receivedAt"]}
    assert (new["splitFrom"], kept["splits"]) == ({"number": kept["number"]}, [{"number": new["number"]}])
    assert (kept["splitFrom"], new["splits"]) == (None, [])


async def test_what_is_left_stays_as_it_was_told_unless_put_into_other_words(city: City) -> None:
    kept, _ = await split(city, await city.receive(**MIXED))

    assert (kept["title"], kept["description"]) == (MIXED["title"], MIXED["description"])


async def test_the_words_of_both_are_redacted_as_at_intake(city: City) -> None:
    party = {"name": "张三丰", "phone": "14012345678", "wantsConfidentiality": True}
    kept, new = await split(
        city, await city.receive(**MIXED, party=party), keptTitle="张三丰要退差价", keptDescription="电话14012345678。"
    )
    await city.dispatch(kept)
    await city.dispatch(new)

    told = {case["number"]: await seen(city, "clerk", case) for case in (kept, new)}

    words = {number: (case["title"], case["description"]) for number, case in told.items() if case}
    assert words == {
        kept["number"]: ("〔已隐去〕要退差价", "电话〔已隐去〕。"),
        new["number"]: ("出售过期口罩", "〔已隐去〕说该店出售过期口罩。"),
    }


@pytest.mark.parametrize("units", [("east", "west"), ("east", "east")])
async def test_no_unit_finds_the_one_in_the_other(city: City, units: tuple[str, str]) -> None:
    case = await city.receive(**MIXED)
    kept, new = await split(city, case)
    await city.dispatch(kept, units[0])
    await city.dispatch(new, units[1])

    told = await seen(city, "clerk", kept)
    assert told
    assert (told["splitFrom"], told["splits"]) == (None, [])
    assert [event["kind"] for event in told["timeline"]["nodes"]] == ["RECEIVED", "DISPATCHED"]
    assert told["timeline"]["totalCount"] == 2
    of_report = "clerk" if units[1] == "east" else "west_clerk"
    told = await seen(city, of_report, new)
    assert told
    assert (told["splitFrom"], told["complainant"]["name"]) == (None, "举报人")
    if of_report != "clerk":
        assert await seen(city, "clerk", new) is None


async def test_who_may_not_know_of_the_report_does_not_learn_of_it_from_the_complaint(city: City) -> None:
    kept, new = await split(city, await city.receive(**MIXED))

    for who in ("other_agent", "caller", "integrator"):
        told = await seen(city, who, kept)
        assert told
        assert (told["splits"], [event["kind"] for event in told["timeline"]["nodes"]]) == ([], ["RECEIVED"]), who
        assert await seen(city, who, new) is None
    for who in ("agent", "dispatcher", "leader", "auditor"):
        told = await seen(city, who, kept)
        assert told
        assert told["splits"] == [{"number": new["number"]}], who
        kinds = [event["kind"] for event in told["timeline"]["nodes"]]
        assert kinds == ["RECEIVED", "SPLIT"] if who == "auditor" else kinds == ["RECEIVED"]
    sql = "SELECT kind, audit_only, urgent FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq DESC LIMIT 2"
    told_last = [(row["kind"], row["audit_only"], row["urgent"]) for row in await db.query(sql, city.jurisdiction_id)]
    assert told_last == [("SPLIT", True, False), ("RECEIVED", False, True)]


async def test_a_regime_holds_for_both(city: City) -> None:
    regime = {"name": "疫情防控", "tag": "口罩", "basis": "一级响应"}
    before = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    await city.as_("leader").done("activateRegime", "regime { id }", **regime)
    within = await city.receive(**MIXED)
    _, new = await split(city, within)
    earlier = await city.receive(**{**MIXED, "tags": ["暴雪"]}, receivedAt=before)
    await city.as_("leader").done("activateRegime", "regime { id }", **{**regime, "tag": "暴雪"})
    _, later = await split(city, {**earlier, "version": 2})

    amounts = [{clock["kind"]: clock["amount"] for clock in case["deadlines"]}["CLOSE"] for case in (new, later)]
    assert amounts == [3, 30]
    (clock,) = await db.query(
        "SELECT d.effective_due_at < d.due_at AS shortened FROM deadlines d JOIN cases c ON c.id = d.case_id"
        " WHERE c.number = $1 AND d.kind = 'CLOSE'",
        later["number"],
    )
    assert clock["shortened"]


async def test_without_a_citizen_or_a_trader_there_is_none_in_either(city: City) -> None:
    _, new = await split(city, await city.receive(party=None, respondent=None))

    assert (new["complainant"], new["respondent"]) == (None, None)


@pytest.mark.parametrize(
    ("kind", "other"), [("COMPLAINT", "COMPLAINT"), ("COMPLAINT", "CONSULTATION"), ("REPORT", "REPORT"), ("CONSULTATION", "REPORT")]
)  # fmt: skip
async def test_only_a_complaint_and_a_report_are_told_apart(city: City, kind: str, other: str) -> None:
    case = await city.receive(kind=kind)

    refusal = await city.as_("agent").refused("splitCase", **splitting(case, kind=other))

    assert (refusal["code"], refusal["path"]) == ("SPLIT_KIND_REQUIRED", ["kind"])


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"newTitle": " "}, "newTitle"),
        ({"newTitle": "长" * 201}, "newTitle"),
        ({"newDescription": "\n"}, "newDescription"),
        ({"newDescription": "长" * 10_001}, "newDescription"),
        ({"keptTitle": ""}, "keptTitle"),
        ({"keptTitle": "长" * 201}, "keptTitle"),
        ({"keptDescription": "长" * 10_001}, "keptDescription"),
    ],
)
async def test_words_that_are_missing_or_too_many_are_refused(city: City, given: Data, path: str) -> None:
    refusal = await city.as_("agent").refused("splitCase", **splitting(await city.receive(), **given))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", [path])


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS", "ARCHIVED"])
async def test_once_a_unit_has_it_it_is_not_split(city: City, status: str) -> None:
    refusal = await city.as_("dispatcher").refused("splitCase", **splitting(await city.case_in(status)))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_an_agent_splits_what_the_agent_took_in_and_a_dispatcher_whatever_waits(city: City) -> None:
    case = await city.receive()

    assert (await city.as_("other_agent").refused("splitCase", **splitting(case)))["code"] == "NOT_PERMITTED"
    assert (await city.as_("clerk").refused("splitCase", **splitting(case)))["code"] == "NOT_PERMITTED"
    await grant(city, "clerk", Role.AGENT)
    assert (await city.as_("clerk").refused("splitCase", **splitting(case)))["code"] == "NOT_PERMITTED"
    _, new = await split(city, case, "dispatcher")
    assert await seen(city, "agent", new)  # who took the call took both


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    agent, case, other = city.as_("agent"), await city.receive(), await city.receive()
    await repeats.shows_the_case_as_it_is(city, agent, "splitCase", case, **splitting(case))
    await repeats.leaves_its_key_free(city, agent, "splitCase", splitting(case, newTitle=""), splitting(case), facts=2)
    await repeats.takes_effect_once(city, agent, "splitCase", splitting(other), {"newTitle": "另一内容"}, facts=2)
