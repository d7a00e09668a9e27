"""离线同步: a batch from a phone that was offline never lies (E7)."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from resolvers.terms.roles import Role
from tests.client import Data
from tests.pictures import declaration, picture
from tests.world import APPLICATION, PEOPLE, City, grant

SHAPE = (
    "results { clientId outcome code message path advice isWorthRetrying inspectionNote { id findings lateArrival"
    " clockSkew clockSkewed case { number } photos { sha256 uploadUrl } } }"
)
DOCUMENT = f"mutation ($i: SyncInspectionsInput!) {{ syncInspections(input: $i) {{ {SHAPE} userErrors {{ code message path }} }} }}"
NOTES = "query ($n: String!) { case(number: $n) { inspectionNotes(first: 100) { totalCount nodes { id findings lateArrival } } } }"


def draft(city: City, case: Data, **given: object) -> Data:
    told = {
        "clientId": str(uuid4()),
        "caseId": case["id"],
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "inspectors": [city.login("inspector"), city.login("inspector2")],
        "findings": "价签与进货单据齐全。",
    }
    return {**told, **given}


async def send(city: City, *items: Data, who: str = "inspector", **given: Any) -> list[Data]:
    payload = (await city.as_(who).ask(DOCUMENT, i={"items": list(items), **given}))["syncInspections"]
    assert payload["userErrors"] == []
    assert [result["clientId"] for result in payload["results"]] == [item["clientId"] for item in items]
    found: list[Data] = payload["results"]
    return found


async def notes(city: City, case: Data, who: str = "dispatcher") -> list[Data]:
    listed = (await city.as_(who).ask(NOTES, n=case["number"]))["case"]["inspectionNotes"]
    assert listed["totalCount"] == len(listed["nodes"])
    found: list[Data] = listed["nodes"]
    return found


def outcomes(results: list[Data]) -> list[str]:
    return [result["outcome"] for result in results]


async def test_each_item_is_answered_on_its_own_and_in_order(city: City, other_city: City) -> None:
    case, foreign = await city.case_in("IN_PROGRESS"), await other_city.case_in("IN_PROGRESS")
    lone = draft(city, case, inspectors=[city.login("inspector")])
    good, other = draft(city, case, findings="一"), draft(city, case, findings="四")

    results = await send(city, good, lone, draft(city, foreign), {**good, "findings": "二"}, good, other)

    assert outcomes(results) == ["APPLIED", "REJECTED", "REJECTED", "CONFLICT", "REPLAYED", "APPLIED"]
    assert [(each["code"], each["path"]) for each in results] == [
        (None, []),
        ("INSPECTORS_REQUIRED", ["items", "1", "inspectors"]),
        ("NOT_FOUND", ["items", "2", "caseId"]),
        ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", ["items", "3", "idempotencyKey"]),
        (None, []),
        (None, []),
    ]
    assert [bool(each["advice"]) for each in results] == [False, True, True, True, False, False]
    stored = [(each["inspectionNote"] or {}).get("findings") for each in results]
    assert stored == ["一", None, None, "一", "一", "四"]
    assert {each["findings"] for each in await notes(city, case)} == {"一", "四"}


async def test_what_is_refused_may_be_put_right_under_the_same_id(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    lone = draft(city, case, inspectors=[city.login("inspector")])
    await send(city, lone)

    (result,) = await send(city, draft(city, case, clientId=lone["clientId"]))

    assert result["outcome"] == "APPLIED"


async def test_what_builds_on_a_note_that_was_not_saved_is_left_alone(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    basis, lone = draft(city, case), draft(city, case, inspectors=[])
    on_basis = draft(city, case, dependsOn=basis["clientId"], findings="复查合格。")
    on_lone = draft(city, case, dependsOn=lone["clientId"])
    on_that = draft(city, case, dependsOn=on_lone["clientId"])
    on_nothing = draft(city, case, dependsOn=str(uuid4()))
    on_itself = draft(city, case)
    on_itself["dependsOn"] = on_itself["clientId"]

    results = await send(city, basis, on_basis, lone, on_lone, on_that, on_nothing, on_itself)

    skipped = "SKIPPED_DEPENDENCY"
    assert outcomes(results) == ["APPLIED", "APPLIED", "REJECTED", skipped, skipped, skipped, skipped]
    assert all(each["isWorthRetrying"] and each["advice"] for each in results[3:])
    later = await send(city, draft(city, case, dependsOn=on_basis["clientId"]), {**lone, **draft(city, case)})
    assert outcomes(later) == ["APPLIED", "APPLIED"]


@pytest.mark.parametrize("count", [0, 101])
async def test_a_batch_of_nothing_or_of_too_much_is_refused_whole(city: City, count: int) -> None:
    case = await city.case_in("IN_PROGRESS")
    items = [{**draft(city, case), "findings": str(each)} for each in range(count)]

    payload = (await city.as_("inspector").ask(DOCUMENT, i={"items": items}))["syncInspections"]

    (error,) = payload["userErrors"]
    assert (payload["results"], error["code"], error["path"]) == (None, "INVALID_INPUT", ["items"])
    assert await notes(city, case) == []


async def test_a_hundred_notes_come_in_one_batch(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    items = [draft(city, case, findings=f"第{each}处", photos=[declaration(picture())]) for each in range(100)]

    results = await send(city, *items)

    assert outcomes(results) == ["APPLIED"] * 100
    assert all(each["inspectionNote"]["photos"][0]["uploadUrl"] for each in results)
    assert outcomes(await send(city, *items)) == ["REPLAYED"] * 100
    assert len(await notes(city, case)) == 100


async def test_batches_cut_and_replayed_in_any_order_double_and_overwrite_nothing(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    chance = random.Random(7)
    items = [draft(city, case, findings=f"记录{each}") for each in range(12)]
    edited = {each["clientId"]: {**each, "findings": f"{each['findings']}改"} for each in items}
    sent: dict[str, str] = {}

    for _ in range(40):
        batch = chance.sample(items, chance.randint(1, len(items)))
        batch = [edited[each["clientId"]] if chance.random() < 0.3 else each for each in batch]
        for item, result in zip(batch, await send(city, *batch), strict=True):
            first = sent.setdefault(item["clientId"], item["findings"])
            fresh = result["outcome"] == "APPLIED"
            assert result["inspectionNote"]["findings"] == first
            assert fresh or result["outcome"] == ("REPLAYED" if item["findings"] == first else "CONFLICT")

    assert sorted(each["findings"] for each in await notes(city, case)) == sorted(sent.values())


async def test_the_same_batch_sent_at_once_by_a_nervous_phone_is_stored_once(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    items = [draft(city, case, findings=str(each)) for each in range(5)]

    answers = await asyncio.gather(*(send(city, *items) for _ in range(4)))

    told = [
        {(result["inspectionNote"] or {}).get("id") for result in results} for results in zip(*answers, strict=True)
    ]
    assert all(len(ids - {None}) == 1 for ids in told)
    assert sum(outcomes(results).count("APPLIED") for results in answers) == 5
    assert len(await notes(city, case)) == 5


async def test_a_note_and_a_draft_of_the_same_key_are_the_same_note(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    item = draft(city, case)
    online = {name: value for name, value in item.items() if name != "clientId"}
    await city.as_("inspector").done(
        "addInspectionNote", "inspectionNote { id }", **online, idempotencyKey=item["clientId"]
    )

    assert outcomes(await send(city, item)) == ["REPLAYED"]


async def test_a_key_that_did_something_else_is_no_conflict_of_notes(city: City) -> None:
    case = await city.dispatch(await city.receive())
    await grant(city, "inspector", Role.CLERK, "east")
    used = str(uuid4())
    facts = {"caseId": case["id"], "expectedVersion": case["version"], "idempotencyKey": used}
    await city.as_("inspector").done("signForCase", **facts)

    (result,) = await send(city, draft(city, case, clientId=used))

    assert (result["outcome"], result["inspectionNote"]) == ("REJECTED", None)


@pytest.mark.parametrize(("minutes", "skewed"), [(0, False), (-4, False), (4, False), (-6, True), (60 * 24, True)])
async def test_how_far_a_phones_clock_is_out_is_told_and_nothing_is_refused_for_it(
    city: City, minutes: int, skewed: bool
) -> None:
    case = await city.case_in("IN_PROGRESS")
    item, ahead = draft(city, case), timedelta(minutes=minutes)

    (result,) = await send(city, item, deviceTime=(datetime.now(UTC) + ahead).isoformat())
    again = await send(city, item, deviceTime=(datetime.now(UTC) + ahead + timedelta(seconds=9)).isoformat())

    note = result["inspectionNote"]
    assert note["clockSkewed"] is skewed
    assert note["clockSkew"] == pytest.approx(-minutes * 60, abs=30)
    assert outcomes(again) == ["REPLAYED"]  # another time of sending makes it no other note


async def test_a_note_for_a_case_that_became_another_units_is_kept_for_who_signs_off(city: City) -> None:
    case = await city.dispatch(await city.receive())
    asked = await city.as_("clerk").done(
        "requestReturn",
        "case { version } returnRequest { id }",
        caseId=case["id"],
        expectedVersion=case["version"],
        reason="不在辖区。",
    )
    back = await city.as_("dispatcher").done(
        "decideReturn",
        returnRequestId=asked["returnRequest"]["id"],
        expectedVersion=asked["case"]["version"],
        decision="APPROVE",
    )
    case = await city.dispatch(back["case"], lead="west")
    item = draft(city, case, findings="去过现场, 大门紧闭。")

    results = await send(city, item)
    results += await send(city, item)

    assert [(each["outcome"], each["inspectionNote"]) for each in results] == [("APPLIED", None), ("REPLAYED", None)]
    (seen,) = await notes(city, case, "west_clerk")
    assert (seen["findings"], seen["lateArrival"]) == ("去过现场, 大门紧闭。", True)


async def test_a_case_that_was_never_the_units_is_not_found(city: City) -> None:
    case = await city.dispatch(await city.receive(), lead="west")

    (result,) = await send(city, draft(city, case))
    (absent,) = await send(city, draft(city, {"id": "Q2FzZTo1"}))

    assert {**result, "clientId": None} == {**absent, "clientId": None}
    assert result["code"] == "NOT_FOUND"


async def test_only_inspectors_sync(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    for who in [who for who, (role, _) in PEOPLE.items() if role is not Role.INSPECTOR] + [APPLICATION]:
        payload = (await city.as_(who).ask(DOCUMENT, i={"items": [draft(city, case)]}))["syncInspections"]
        assert (payload["results"], [each["code"] for each in payload["userErrors"]]) == (None, ["NOT_PERMITTED"]), who
    assert await notes(city, case) == []
