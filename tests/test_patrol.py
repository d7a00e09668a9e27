"""回头看: visits planned after closure, carried out by a note or cancelled; nothing else happens to them (FT-9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from resolvers.doors import clock
from resolvers.rules import days
from tests import repeats, settling
from tests.client import Data
from tests.test_finding import visit
from tests.world import APPLICATION, City, change

PATROLS = (
    "patrols { id status dueAt reason endedAt cancelReason plannedBy { login } office { code } case { number }"
    " visits { id } }"
)
CASE = f"case {{ id number version status {PATROLS} timeline(last: 1) {{ nodes {{ kind }} }} }}"
LOOK = f"query ($n: String!) {{ {CASE.replace('case', 'case(number: $n)', 1)} }}"
TODAY = days.local_date(clock.now())


def day(after: int = 10) -> str:
    return str(TODAY + timedelta(days=after))


def planning(case: Data, *due_on: str, **given: Any) -> Data:
    return {**change(case), "dueOn": list(due_on) or [day()], "reason": "防止反弹", **given}


async def plan(city: City, case: Data, *due_on: str, who: str = "clerk") -> Data:
    found: Data = (await city.as_(who).done("planPatrols", CASE, **planning(case, *due_on)))["case"]
    return found


async def look(city: City, case: Data, who: str = "responsible") -> Data:
    found: Data = (await city.as_(who).ask(LOOK, n=case["number"]))["case"]
    return found


def cancelling(case: Data, at: int = 0, **given: Any) -> Data:
    wanted = {"patrolId": case["patrols"][at]["id"], "expectedVersion": case["version"]}
    return {**wanted, "reason": "已搬走", **given}


async def go(city: City, case: Data, patrol: Data, who: str = "inspector", **given: Any) -> Data:
    told = {"patrol": patrol["id"], "visitType": "RECHECK", "capturedAt": clock.now().isoformat(), **given}
    shape = "inspectionNote { id lateArrival capturedAt patrol { id status } }"
    payload: Data = await city.as_(who).do("addInspectionNote", shape, **visit(city, case, **told))
    return payload


@pytest.mark.parametrize("who", ["clerk", "inspector", "responsible"])
@pytest.mark.parametrize("status", ["CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW", "ARCHIVED"])
async def test_after_closure_the_unit_plans_visits_one_a_day(city: City, status: str, who: str) -> None:
    case = await city.case_in(status)

    planned = await plan(city, case, day(30), day(10), who=who)

    assert (planned["status"], planned["version"]) == (status, case["version"] + 1)
    ends = [days.end_of(TODAY + timedelta(days=after)).isoformat().replace("+00:00", "Z") for after in (10, 30)]
    assert [each["dueAt"] for each in planned["patrols"]] == ends
    for each in planned["patrols"]:
        assert (each["status"], each["reason"], each["endedAt"], each["visits"]) == ("PLANNED", "防止反弹", None, [])
        assert (each["plannedBy"], each["office"]) == ({"login": city.login(who)}, {"code": city.codes["east"]})
    assert planned["timeline"]["nodes"] == [{"kind": "PATROL_PLANNED"}]


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF"])
async def test_nothing_is_planned_before_closure(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("clerk").refused("planPatrols", **planning(case))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_what_no_unit_closed_no_unit_patrols(city: City) -> None:
    await settling.enrol(city, "top")
    routed = await settling.routed(city)
    settled = await city.as_("enterprise").done("settleOdr", **change(routed), settlement="已退款", amount="9.00")

    refusal = await city.as_("top_clerk").refused("planPatrols", **planning(settled["case"]))

    assert refusal["code"] in ("NOT_FOUND", "NOT_YOUR_OFFICE")


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " "}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"dueOn": []}, "INVALID_INPUT", ["dueOn"]),
        ({"dueOn": [day(at) for at in range(13)]}, "INVALID_INPUT", ["dueOn"]),
        ({"dueOn": [day(1), day(-1)]}, "INVALID_INPUT", ["dueOn", "1"]),
        ({"dueOn": [day(366)]}, "INVALID_INPUT", ["dueOn", "0"]),
        ({"dueOn": ["9999-12-31"]}, "INVALID_INPUT", ["dueOn", "0"]),
        ({"dueOn": [day(1), day(2), day(1)]}, "INVALID_INPUT", ["dueOn"]),
    ],
)
async def test_a_plan_says_why_and_names_days_to_come_each_once(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.case_in("ARCHIVED")

    refusal = await city.as_("clerk").refused("planPatrols", **planning(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await look(city, case))["patrols"] == []


async def test_today_and_a_year_ahead_are_days_to_come_and_twelve_are_not_too_many(city: City) -> None:
    case = await city.case_in("ARCHIVED")

    planned = await plan(city, case, *(day(at) for at in range(11)), day(365))

    assert len(planned["patrols"]) == 12


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("west_clerk", "NOT_YOUR_OFFICE"),  # beside the lead
        ("stall_clerk", "NOT_FOUND"),
        ("dispatcher", "NOT_PERMITTED"),
        ("supervisor", "NOT_PERMITTED"),
        (APPLICATION, "NOT_PERMITTED"),
    ],
)
async def test_only_the_unit_that_led_plans_and_cancels(city: City, who: str, code: str) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    told = {"coHandlerOverrideReason": "无需等待"}
    closed = await city.sign_off(await city.submit(case, **told))

    refusal = await city.as_(who).refused("planPatrols", **planning(closed))
    planned = await plan(city, closed)
    of_another = await city.as_(who).refused("cancelPatrol", **cancelling(planned))

    assert (refusal["code"], of_another["code"]) == (code, code)
    assert [each["status"] for each in (await look(city, case))["patrols"]] == ["PLANNED"]


async def test_what_is_planned_may_be_cancelled_with_a_reason_once(city: City) -> None:
    planned = await plan(city, await city.case_in("ARCHIVED"), day(10), day(20))

    for reason, code in ((" ", "REASON_REQUIRED"), ("长" * 2_001, "INVALID_INPUT")):
        refusal = await city.as_("clerk").refused("cancelPatrol", **cancelling(planned, reason=reason))
        assert (refusal["code"], refusal["path"]) == (code, ["reason"])
    done = await city.as_("responsible").done("cancelPatrol", f"{CASE} patrol {{ id status }}", **cancelling(planned))

    first, second = done["case"]["patrols"]
    assert (first["status"], first["cancelReason"], first["endedAt"] is None) == ("CANCELLED", "已搬走", False)
    assert (second["status"], done["patrol"]) == ("PLANNED", {"id": first["id"], "status": "CANCELLED"})
    assert done["case"]["timeline"]["nodes"] == [{"kind": "PATROL_CANCELLED"}]
    again = await city.as_("clerk").refused("cancelPatrol", **cancelling(done["case"]))
    assert (again["code"], again["path"]) == ("PATROL_NOT_PLANNED", ["patrolId"])


async def test_a_visit_carries_a_patrol_out_on_time_though_the_case_is_closed(city: City) -> None:
    planned = await plan(city, await city.case_in("ARCHIVED"), day(10), day(20))

    payload = await go(city, planned, planned["patrols"][0])

    note = payload["inspectionNote"]
    assert (note["lateArrival"], note["patrol"]) == (False, {"id": planned["patrols"][0]["id"], "status": "DONE"})
    seen = await look(city, planned)
    first, second = seen["patrols"]
    assert (first["status"], first["endedAt"], first["visits"]) == ("DONE", note["capturedAt"], [{"id": note["id"]}])
    assert (second["status"], second["visits"]) == ("PLANNED", [])
    assert (seen["version"], seen["timeline"]["nodes"]) == (planned["version"], [{"kind": "INSPECTION_NOTE_ADDED"}])


async def test_done_or_cancelled_it_is_not_carried_out_again_nor_cancelled(city: City) -> None:
    planned = await plan(city, await city.case_in("ARCHIVED"), day(10), day(20))
    await go(city, planned, planned["patrols"][0])
    cancelled = (await city.as_("clerk").done("cancelPatrol", CASE, **cancelling(planned, 1)))["case"]

    for patrol in planned["patrols"]:
        (refusal,) = (await go(city, planned, patrol))["userErrors"]
        assert (refusal["code"], refusal["path"]) == ("PATROL_NOT_PLANNED", ["patrol"])
    refused = await city.as_("clerk").refused("cancelPatrol", **cancelling(cancelled, 0))
    assert refused["code"] == "PATROL_NOT_PLANNED"


async def test_a_patrol_of_another_case_or_city_does_not_exist_and_a_first_visit_is_none(
    city: City, other_city: City
) -> None:
    planned = await plan(city, await city.case_in("ARCHIVED"))
    other, foreign = await city.case_in("ARCHIVED"), await plan(other_city, await other_city.case_in("ARCHIVED"))

    for case, patrol in ((other, planned["patrols"][0]), (planned, foreign["patrols"][0]), (planned, {"id": "x"})):
        (refusal,) = (await go(city, case, patrol))["userErrors"]
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["patrol"])
    (refusal,) = (await go(city, planned, planned["patrols"][0], visitType="FIRST"))["userErrors"]
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["visitType"])
    missing = await city.as_("clerk").refused("cancelPatrol", **cancelling(foreign))
    assert (missing["code"], missing["path"]) == ("NOT_FOUND", ["patrolId"])
    assert [each["status"] for each in (await look(city, planned))["patrols"]] == ["PLANNED"]


async def test_a_unit_beside_the_lead_carries_out_no_plan_of_the_lead(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    planned = await plan(city, await city.sign_off(await city.submit(case, coHandlerOverrideReason="无需等待")))
    both = [city.login("west_inspector"), city.login("west_inspector2")]

    payload = await go(city, planned, planned["patrols"][0], "west_inspector", inspectors=both)

    assert [error["code"] for error in payload["userErrors"]] == ["NOT_YOUR_OFFICE"]


async def test_third_parties_are_told_of_no_plan(city: City) -> None:
    planned = await plan(city, await city.case_in("ARCHIVED"))

    assert (await look(city, planned, APPLICATION))["patrols"] == []
    assert len((await look(city, planned, "auditor"))["patrols"]) == 1


async def test_planned_or_cancelled_with_one_key_it_takes_effect_once(city: City) -> None:
    case, clerk = await city.case_in("ARCHIVED"), city.as_("clerk")

    await repeats.leaves_its_key_free(city, clerk, "planPatrols", planning(case, reason=" "), planning(case))
    case = await look(city, case)
    payload = await repeats.takes_effect_once(
        city, clerk, "planPatrols", planning(case), {"reason": "另一理由"}, f"case {{ id version {PATROLS} }}"
    )
    given = cancelling(payload["case"])
    await repeats.takes_effect_once(city, clerk, "cancelPatrol", given, {"reason": "另一理由"}, "patrol { status }")


async def test_a_version_that_is_not_the_cases_is_refused_with_the_case_as_it_is(city: City) -> None:
    case, clerk = await city.case_in("ARCHIVED"), city.as_("clerk")
    await repeats.shows_the_case_as_it_is(city, clerk, "planPatrols", case, **planning(case))
    planned = await plan(city, case)
    await repeats.shows_the_case_as_it_is(city, clerk, "cancelPatrol", planned, **cancelling(planned))
