"""检验: what a rapid test suspects a laboratory decides; until then no result is submitted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from resolvers.doors import clock
from tests import repeats
from tests.client import Data
from tests.test_finding import SAMPLE, TEST, visit
from tests.world import APPLICATION, City, change

SHAPE = (
    "labTest { id laboratory reportNumber result reportedAt recordedAt recordedBy { login } inspectionNote { id }"
    " rapidTest { id isFinal labTests { id } } sample { id labTests { id } } }"
)
REPORT = {
    "laboratory": "市食品药品检验所",
    "reportNumber": "SP-2026-1120",
    "result": "NON_CONFORMING",
    "reportedAt": "2026-11-21T09:00:00+08:00",
}
RESULT = {"department": "食品科", "outcome": "EXPLAINED", "reply": "碱水面本身呈碱性。"}
LOOK = "query ($n: String!) { case(number: $n) { version updatedAt timeline(last: 1) { nodes { kind } } } }"


async def sampled(city: City, case: Data, result: str = "SUSPECTED", **given: Any) -> Data:
    """A note with one rapid test and one sample."""
    shape, parts = (
        "inspectionNote { id rapidTests { id } samples { id } }",
        {"rapidTests": [{**TEST, "result": result}]},
    )
    told = visit(city, case, **parts, samples=[SAMPLE], **given)
    note: Data = (await city.as_("inspector").done("addInspectionNote", shape, **told))["inspectionNote"]
    return note


def about(note: Data, part: str = "rapidTests", **given: Any) -> Data:
    name = "rapidTestId" if part == "rapidTests" else "sampleId"
    return {name: note[part][0]["id"], **REPORT, **given}


async def refused_result(city: City, case: Data, who: str = "clerk") -> Data:
    given: Data = {**RESULT, "handlers": [city.login("inspector")]}
    return await city.as_(who).refused("submitResult", **change(case), **given)


@pytest.mark.parametrize("who", ["clerk", "inspector"])
async def test_a_laboratorys_answer_decides_a_rapid_test_and_leaves_the_version_alone(city: City, who: str) -> None:
    case = await city.case_in("IN_PROGRESS")
    note = await sampled(city, case)

    added = (await city.as_(who).done("addLabResult", SHAPE, **about(note)))["labTest"]

    assert {name: added[name] for name in ("laboratory", "reportNumber", "result")} == {
        name: REPORT[name] for name in ("laboratory", "reportNumber", "result")
    }
    assert (added["reportedAt"], added["recordedBy"]) == ("2026-11-21T01:00:00Z", {"login": city.login(who)})
    test = note["rapidTests"][0]["id"]
    assert added["rapidTest"] == {"id": test, "isFinal": True, "labTests": [{"id": added["id"]}]}
    assert (added["sample"], added["inspectionNote"]) == (None, {"id": note["id"]})
    seen = (await city.as_("responsible").ask(LOOK, n=case["number"]))["case"]
    assert (seen["version"], seen["timeline"]["nodes"]) == (case["version"], [{"kind": "LAB_RESULT_ADDED"}])
    assert seen["updatedAt"] == added["recordedAt"]


async def test_a_sample_is_answered_too_and_as_often_as_it_is_tested(city: City) -> None:
    note = await sampled(city, await city.case_in("IN_PROGRESS"))

    first = (await city.as_("clerk").done("addLabResult", SHAPE, **about(note, "samples")))["labTest"]
    again = about(note, "samples", result="CONFORMING", reportNumber="SP-2")
    second = (await city.as_("clerk").done("addLabResult", SHAPE, **again))["labTest"]

    assert (second["rapidTest"], second["result"]) == (None, "CONFORMING")
    assert second["sample"]["labTests"] == [{"id": first["id"]}, {"id": second["id"]}]


async def test_no_result_is_submitted_while_a_suspected_test_waits_for_its_laboratory(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    note = await sampled(city, case)
    await city.as_("clerk").done("addLabResult", SHAPE, **about(note, "samples"))  # a sample's answer is not the test's

    refusal = await refused_result(city, case)
    await city.as_("clerk").done("addLabResult", SHAPE, **about(note))

    assert (refusal["code"], refusal["path"]) == ("LAB_TEST_PENDING", ["caseId"])
    assert (await city.submit(case))["status"] == "PENDING_SIGN_OFF"


@pytest.mark.parametrize("result", ["NOT_DETECTED", "INVALID"])
async def test_a_test_that_suspects_nothing_holds_nothing_up(city: City, result: str) -> None:
    case = await city.case_in("IN_PROGRESS")
    await sampled(city, case, result)

    assert (await city.submit(case))["status"] == "PENDING_SIGN_OFF"


async def test_each_suspected_test_wants_an_answer_of_its_own_and_one_of_another_case_is_none(city: City) -> None:
    case, other = await city.case_in("IN_PROGRESS"), await city.case_in("IN_PROGRESS")
    for each in (await sampled(city, case), await sampled(city, other)):
        await city.as_("clerk").done("addLabResult", SHAPE, **about(each))
    await sampled(city, case)

    assert (await refused_result(city, case))["code"] == "LAB_TEST_PENDING"
    assert (await city.submit(other))["status"] == "PENDING_SIGN_OFF"


async def test_beside_the_lead_a_unit_reports_whatever_the_laboratory_is_still_to_say(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    await sampled(city, case)

    reported = await city.submit(case, "west_clerk", handlers=[city.login("west_inspector")])

    assert (await refused_result(city, reported))["code"] == "LAB_TEST_PENDING"


async def test_an_answer_that_comes_after_closure_is_kept(city: City) -> None:
    case = await city.case_in("ARCHIVED")
    note = await sampled(city, case)

    assert (await city.as_("clerk").done("addLabResult", SHAPE, **about(note)))["labTest"]["rapidTest"]["isFinal"]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"laboratory": " "}, "INVALID_INPUT", ["laboratory"]),
        ({"laboratory": "长" * 201}, "INVALID_INPUT", ["laboratory"]),
        ({"reportNumber": " "}, "INVALID_INPUT", ["reportNumber"]),
        ({"reportNumber": "长" * 101}, "INVALID_INPUT", ["reportNumber"]),
        ({"reportedAt": "2017-01-01T00:00:00Z"}, "INVALID_INPUT", ["reportedAt"]),
        ({"reportedAt": "2100-01-01T00:00:00Z"}, "INVALID_INPUT", ["reportedAt"]),
        ({"rapidTestId": None}, "INVALID_INPUT", ["rapidTestId"]),
        ({"sampleId": "own"}, "INVALID_INPUT", ["rapidTestId"]),
        ({"rapidTestId": "x"}, "NOT_FOUND", ["rapidTestId"]),
        ({"rapidTestId": None, "sampleId": "test"}, "NOT_FOUND", ["sampleId"]),
    ],
)
async def test_an_answer_names_one_thing_its_laboratory_and_its_report(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")
    note = await sampled(city, case)
    known = {"own": note["samples"][0]["id"], "test": note["rapidTests"][0]["id"]}
    given = {name: known.get(value, value) if value else value for name, value in given.items()}

    refusal = await city.as_("clerk").refused("addLabResult", "labTest { id }", **about(note, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await refused_result(city, case))["code"] == "LAB_TEST_PENDING"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("west_clerk", "NOT_FOUND"),
        ("stall_clerk", "NOT_FOUND"),
        ("top_clerk", "NOT_YOUR_OFFICE"),
        ("responsible", "NOT_PERMITTED"),
        ("dispatcher", "NOT_PERMITTED"),
        ("section", "NOT_PERMITTED"),
        (APPLICATION, "NOT_PERMITTED"),
    ],
)
async def test_only_a_handling_unit_adds_a_laboratorys_answer(city: City, who: str, code: str) -> None:
    note = await sampled(city, await city.case_in("IN_PROGRESS"))

    assert (await city.as_(who).refused("addLabResult", "labTest { id }", **about(note)))["code"] == code


async def test_another_citys_test_does_not_exist(city: City, other_city: City) -> None:
    note = await sampled(other_city, await other_city.case_in("IN_PROGRESS"))

    for part, path in (("rapidTests", "rapidTestId"), ("samples", "sampleId")):
        refusal = await city.as_("clerk").refused("addLabResult", "labTest { id }", **about(note, part))
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", [path])


async def test_an_answer_takes_effect_once(city: City) -> None:
    note, shape = await sampled(city, await city.case_in("IN_PROGRESS")), "labTest { id result }"
    clerk, good = city.as_("clerk"), about(note)

    await repeats.leaves_its_key_free(city, clerk, "addLabResult", {**good, "laboratory": " "}, good, shape)
    await repeats.takes_effect_once(city, clerk, "addLabResult", good, {"result": "CONFORMING"}, shape)


async def test_a_report_is_not_of_the_future_but_for_the_skew_of_an_honest_clock(city: City) -> None:
    note = await sampled(city, await city.case_in("IN_PROGRESS"))
    soon = (clock.now() + timedelta(minutes=2)).isoformat()

    added = (await city.as_("clerk").done("addLabResult", SHAPE, **about(note, reportedAt=soon)))["labTest"]

    assert added["reportedAt"] == added["recordedAt"]
