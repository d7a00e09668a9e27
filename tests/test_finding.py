"""检查所见: the check list, samples, rapid tests and measures of a visit, kept as told, or the whole note is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.client import Data
from tests.world import APPLICATION, City

SHAPE = (
    "inspectionNote { id capturedAt checkItems { item result remark } samples { product batch quantity }"
    " rapidTests { item method kitBatch result isFinal retestUntil labTests { id } }"
    " measures { kind subject record } }"
)
CHECKED = {"item": "营业执照", "result": "PASS", "remark": None}
SAMPLE = {"product": "碱水面", "batch": "20261120", "quantity": "2袋"}
TEST = {"item": "甲醛", "method": "AHMT分光光度法", "kitBatch": "F-2026-11", "result": "NOT_DETECTED"}
MEASURE = {"kind": "INTERVIEW", "subject": "房主", "record": "告知不得再出租给无照商户。"}


def visit(city: City, case: Data, **given: Any) -> Data:
    told = {
        "caseId": case["id"],
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "inspectors": [city.login("inspector"), city.login("inspector2")],
        "findings": "现场检查。",
    }
    return {**told, **given}


async def add(city: City, case: Data, **given: Any) -> Data:
    payload = await city.as_("inspector").done("addInspectionNote", SHAPE, **visit(city, case, **given))
    note: Data = payload["inspectionNote"]
    return note


async def test_a_visit_holds_what_was_checked_taken_tested_and_done_in_the_order_told(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    items = [
        CHECKED,
        {"item": "进货票据", "result": "FAIL", "remark": "缺两张"},
        {**CHECKED, "result": "NOT_APPLICABLE"},
    ]
    measures = [MEASURE, {**MEASURE, "kind": "SEIZURE"}, {**MEASURE, "kind": "CLEARANCE"}]

    note = await add(city, case, checkItems=items, samples=[SAMPLE] * 2, rapidTests=[TEST], measures=measures)

    assert note["checkItems"] == items
    assert (note["samples"], note["measures"]) == ([SAMPLE] * 2, measures)
    assert note["rapidTests"] == [{**TEST, "isFinal": True, "retestUntil": None, "labTests": []}]


@pytest.mark.parametrize(("result", "final"), [("NOT_DETECTED", True), ("SUSPECTED", False), ("INVALID", False)])
async def test_a_rapid_test_that_suspects_is_never_a_final_finding(city: City, result: str, final: bool) -> None:
    note = await add(city, await city.case_in("IN_PROGRESS"), rapidTests=[{**TEST, "result": result}])

    assert [each["isFinal"] for each in note["rapidTests"]] == [final]


async def test_of_an_agricultural_product_another_test_may_be_asked_for_within_four_hours(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    note = await add(city, case, rapidTests=[{**TEST, "agriculturalProduct": True}, TEST])

    assert [each["retestUntil"] for each in note["rapidTests"]] == ["2026-11-20T06:00:00Z", None]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"checkItems": [CHECKED] * 101}, ["checkItems"]),
        ({"samples": [SAMPLE] * 31}, ["samples"]),
        ({"rapidTests": [TEST] * 31}, ["rapidTests"]),
        ({"measures": [MEASURE] * 11}, ["measures"]),
        ({"checkItems": [CHECKED, {**CHECKED, "item": " "}]}, ["checkItems", "1", "item"]),
        ({"checkItems": [{**CHECKED, "item": "长" * 201}]}, ["checkItems", "0", "item"]),
        ({"checkItems": [{**CHECKED, "remark": "长" * 2_001}]}, ["checkItems", "0", "remark"]),
        ({"samples": [{**SAMPLE, "product": ""}]}, ["samples", "0", "product"]),
        ({"samples": [{**SAMPLE, "batch": "长" * 101}]}, ["samples", "0", "batch"]),
        ({"samples": [{**SAMPLE, "quantity": "长" * 61}]}, ["samples", "0", "quantity"]),
        ({"samples": [{**SAMPLE, "quantity": " "}]}, ["samples", "0", "quantity"]),
        ({"rapidTests": [{**TEST, "item": " "}]}, ["rapidTests", "0", "item"]),
        ({"rapidTests": [{**TEST, "method": " "}]}, ["rapidTests", "0", "method"]),
        ({"rapidTests": [TEST, {**TEST, "kitBatch": " "}]}, ["rapidTests", "1", "kitBatch"]),
        ({"measures": [{**MEASURE, "subject": " "}]}, ["measures", "0", "subject"]),
        ({"measures": [{**MEASURE, "record": "长" * 10_001}]}, ["measures", "0", "record"]),
    ],
)
async def test_what_does_not_hold_refuses_the_whole_note_with_its_place(
    city: City, given: Data, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("inspector").refused(
        "addInspectionNote", "inspectionNote { id }", **visit(city, case, **given)
    )

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", path)
    assert await city.as_("dispatcher").ask(COUNT, n=case["number"]) == {
        "case": {"inspectionNotes": {"totalCount": 0, "nodes": []}}
    }


COUNT = "query ($n: String!) { case(number: $n) { inspectionNotes { totalCount nodes { id } } } }"
PARTS = (
    "query ($n: String!) { case(number: $n) { inspectionNotes { nodes { checkItems { item } samples { product }"
    " rapidTests { item } measures { record } } } } }"
)


async def test_a_third_party_is_told_nothing_of_it(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await add(city, case, checkItems=[CHECKED], samples=[SAMPLE], rapidTests=[TEST], measures=[MEASURE])

    for who, told in ((APPLICATION, 0), ("dispatcher", 1), ("responsible", 1)):
        (note,) = (await city.as_(who).ask(PARTS, n=case["number"]))["case"]["inspectionNotes"]["nodes"]
        assert [len(part) for part in note.values()] == [told] * 4, who
