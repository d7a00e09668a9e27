"""责令改正: put right on the spot, or ordered by a day; a recheck closes the order it finds obeyed, and no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from resolvers.doors import clock
from resolvers.rules import days
from tests.client import Data
from tests.test_finding import visit
from tests.world import APPLICATION, City, alter

ORDERS = (
    "rectifications { id kind requirement dueAt closedAt isOverdue office { code } case { number }"
    " inspectionNote { id } rechecks { id } }"
)
SHAPE = f"inspectionNote {{ id receivedAt capturedAt lateArrival rechecks {{ id }} {ORDERS} }}"
LOOK = f"query ($n: String!) {{ case(number: $n) {{ version {ORDERS} timeline(last: 3) {{ nodes {{ kind }} }} }} }}"
TODAY = days.local_date(clock.now())
ON_SPOT = {"kind": "ON_SPOT", "requirement": "当场补齐价签。"}


def order(after: int = 7) -> Data:
    return {"kind": "ORDER", "requirement": "补齐进货票据。", "dueOn": str(TODAY + timedelta(days=after))}


async def add(city: City, case: Data, **given: Any) -> Data:
    told = {"capturedAt": clock.now().isoformat(), **given}
    payload = await city.as_("inspector").done("addInspectionNote", SHAPE, **visit(city, case, **told))
    note: Data = payload["inspectionNote"]
    return note


async def refused(city: City, case: Data, **given: Any) -> tuple[str, list[str]]:
    told = {"capturedAt": clock.now().isoformat(), **given}
    refusal = await city.as_("inspector").refused(
        "addInspectionNote", "inspectionNote { id }", **visit(city, case, **told)
    )
    return refusal["code"], refusal["path"]


async def ordered(city: City, status: str = "IN_PROGRESS") -> tuple[Data, Data]:
    """A case, and an order given there while it was handled."""
    case = await city.case_in("IN_PROGRESS")
    (made,) = (await add(city, case, rectifications=[order()]))["rectifications"]
    if status != "IN_PROGRESS":
        case = await city.submit(case)
    if status == "CLOSED_AWAITING_CALLBACK":
        case = await city.sign_off(case)
    return case, made


async def look(city: City, case: Data, who: str = "responsible") -> Data:
    found: Data = (await city.as_(who).ask(LOOK, n=case["number"]))["case"]
    return found


def recheck(made: Data, *, done: bool = True) -> Data:
    return {"visitType": "RECHECK", "rechecks": {"rectificationId": made["id"], "done": done}}


async def test_an_order_runs_to_the_end_of_its_day_and_what_was_put_right_on_the_spot_is_over(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    note = await add(city, case, rectifications=[ON_SPOT, order()])

    spot, dated = note["rectifications"]
    assert (spot["kind"], spot["dueAt"], spot["closedAt"]) == ("ON_SPOT", None, note["capturedAt"])
    end = days.end_of(TODAY + timedelta(days=7))
    assert dated["dueAt"] == end.isoformat().replace("+00:00", "Z")
    assert (dated["closedAt"], dated["isOverdue"], dated["rechecks"]) == (None, False, [])
    assert dated["office"] == {"code": city.codes["east"]}
    assert (dated["case"], dated["inspectionNote"]) == ({"number": case["number"]}, {"id": note["id"]})
    assert [each["id"] for each in (await look(city, case))["rectifications"]] == [spot["id"], dated["id"]]


async def test_an_order_nobody_found_obeyed_in_time_is_overdue(city: City) -> None:
    case, made = await ordered(city)
    await alter(
        "UPDATE rectifications SET due_at = due_at - interval '9 days' WHERE case_id ="
        " (SELECT id FROM cases WHERE number = $1)",
        case["number"],
    )

    assert [each["isOverdue"] for each in (await look(city, case))["rectifications"]] == [True]
    await add(city, case, **recheck(made))
    assert [each["isOverdue"] for each in (await look(city, case))["rectifications"]] == [False]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([{**order(), "dueOn": None}], ["rectifications", "0", "dueOn"]),
        ([ON_SPOT, {**ON_SPOT, "dueOn": str(TODAY)}], ["rectifications", "1", "dueOn"]),
        ([order(-1)], ["rectifications", "0", "dueOn"]),
        ([order(366)], ["rectifications", "0", "dueOn"]),
        ([{**order(), "dueOn": "9999-12-31"}], ["rectifications", "0", "dueOn"]),
        ([{**order(), "dueOn": "0001-01-01"}], ["rectifications", "0", "dueOn"]),
        ([{**order(), "requirement": " "}], ["rectifications", "0", "requirement"]),
        ([order()] * 21, ["rectifications"]),
    ],
)
async def test_an_order_names_a_day_that_is_to_come_and_within_a_year(
    city: City, given: list[Data], path: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")

    assert await refused(city, case, rectifications=given) == ("INVALID_INPUT", path)
    assert (await look(city, case))["rectifications"] == []


async def test_an_order_may_be_for_today_or_a_year_ahead_and_a_note_that_comes_days_later_keeps_its_own(
    city: City,
) -> None:
    case = await city.case_in("IN_PROGRESS")
    await add(city, case, rectifications=[order(0), order(365)])

    long_ago = (clock.now() - timedelta(days=5)).isoformat()
    note = await add(city, case, capturedAt=long_ago, rectifications=[order(-2)])

    assert [each["isOverdue"] for each in note["rectifications"]] == [True]


async def test_a_recheck_closes_the_order_it_finds_obeyed(city: City) -> None:
    case, made = await ordered(city)
    before = await look(city, case)

    note = await add(city, case, **recheck(made))

    assert note["rechecks"] == {"id": made["id"]}
    after = await look(city, case)
    (found,) = after["rectifications"]
    assert (found["closedAt"], found["rechecks"]) == (note["capturedAt"], [{"id": note["id"]}])
    kinds = [each["kind"] for each in after["timeline"]["nodes"]]
    assert kinds[-2:] == ["INSPECTION_NOTE_ADDED", "RECTIFICATION_CLOSED"]
    assert after["version"] == before["version"]


async def test_a_recheck_that_finds_nothing_done_leaves_the_order_open(city: City) -> None:
    case, made = await ordered(city)

    note = await add(city, case, **recheck(made, done=False))

    after = await look(city, case)
    assert [(each["closedAt"], each["rechecks"]) for each in after["rectifications"]] == [(None, [{"id": note["id"]}])]
    assert after["timeline"]["nodes"][-1]["kind"] == "INSPECTION_NOTE_ADDED"


async def test_what_is_closed_stays_as_it_was_closed(city: City) -> None:
    case, made = await ordered(city)
    first = await add(city, case, **recheck(made))

    for done in (True, False):
        await add(city, case, **recheck(made, done=done))

    after = await look(city, case)
    assert [each["closedAt"] for each in after["rectifications"]] == [first["capturedAt"]]
    assert [each["kind"] for each in after["timeline"]["nodes"]][-2:] == ["INSPECTION_NOTE_ADDED"] * 2


async def test_a_phone_whose_clock_runs_ahead_closes_nothing_in_the_future(city: City) -> None:
    case, made = await ordered(city)

    note = await add(city, case, capturedAt=(clock.now() + timedelta(days=30)).isoformat(), **recheck(made))

    assert [each["closedAt"] for each in (await look(city, case))["rectifications"]] == [note["receivedAt"]]


@pytest.mark.parametrize(
    ("status", "late"), [("IN_PROGRESS", False), ("PENDING_SIGN_OFF", True), ("CLOSED_AWAITING_CALLBACK", False)]
)
async def test_a_recheck_after_closure_is_on_time_as_planned(city: City, status: str, late: bool) -> None:
    case, made = await ordered(city, status)

    note = await add(city, case, **recheck(made))

    assert note["lateArrival"] is late


async def test_an_order_of_another_case_or_city_does_not_exist(city: City, other_city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    elsewhere = [(await ordered(city))[1], (await ordered(other_city))[1], {"id": case["id"]}, {"id": "x"}]

    for made in elsewhere:
        assert await refused(city, case, **recheck(made)) == ("NOT_FOUND", ["rechecks", "rectificationId"])


async def test_a_first_visit_rechecks_nothing(city: City) -> None:
    case, made = await ordered(city)

    assert await refused(city, case, **{**recheck(made), "visitType": "FIRST"}) == ("INVALID_INPUT", ["visitType"])


async def test_a_third_party_is_told_of_no_order(city: City) -> None:
    case, _ = await ordered(city)

    assert (await look(city, case, APPLICATION))["rectifications"] == []
