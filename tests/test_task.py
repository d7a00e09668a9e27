"""外勤任务: what a unit has to visit, no more and no less, with its date and how far it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from resolvers.doors import clock
from resolvers.rules import geo
from resolvers.terms.kinds import CoordinateSystem
from tests.client import Data
from tests.test_finding import visit
from tests.test_patrol import plan
from tests.test_rectification import order, recheck
from tests.world import APPLICATION, City, alter, change

TASKS = (
    "query ($f: TaskFilter, $first: Int, $after: String, $last: Int, $before: String) { myTasks(filter: $f, first: $first,"
    " after: $after, last: $last, before: $before) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor }"
    " edges { cursor } nodes { id kind dueAt isOverdue office { code } case { number } rectification { id }"
    " patrol { id } } } }"
)
FAR = "query ($p: PositionInput!) { myTasks { nodes { case { number } distance(from: $p) } } }"


async def tasks(city: City, who: str = "inspector", **given: Any) -> Data:
    found: Data = (await city.as_(who).ask(TASKS, **given))["myTasks"]
    return found


async def kinds(city: City, who: str = "inspector") -> list[tuple[str, str]]:
    return [(each["kind"], each["case"]["number"]) for each in (await tasks(city, who))["nodes"]]


async def inspected(city: City, case: Data, **given: Any) -> Data:
    shape = "inspectionNote { id rectifications { id } }"
    told = visit(city, case, **{"capturedAt": clock.now().isoformat(), **given})
    note: Data = (await city.as_("inspector").done("addInspectionNote", shape, **told))["inspectionNote"]
    return note


@pytest.mark.parametrize("who", ["inspector", "clerk", "responsible"])
@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS"])
async def test_a_case_of_the_unit_waits_for_its_first_visit(city: City, status: str, who: str) -> None:
    case = await city.case_in(status)

    (task,) = (await tasks(city, who))["nodes"]

    assert (task["kind"], task["case"]["number"]) == ("INSPECTION", case["number"])
    assert (task["dueAt"], task["isOverdue"]) == (case["dueAt"], False)
    assert (task["rectification"], task["patrol"]) == (None, None)
    assert task["office"] == {"code": city.codes["east"]}
    assert (await tasks(city, who))["totalCount"] == 1


@pytest.mark.parametrize("status", ["RECORDED", "PENDING_SIGN_OFF", "ARCHIVED"])
async def test_before_it_comes_and_after_it_was_handled_there_is_nothing_to_visit(city: City, status: str) -> None:
    await city.case_in(status)

    assert await kinds(city) == []


async def test_once_visited_it_waits_no_more_until_it_is_handled_again(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await inspected(city, case)
    assert await kinds(city) == []

    closed = await city.sign_off(await city.submit(case))
    again = await city.review(await city.call_back(closed, level="DISSATISFIED"))

    assert (again["status"], await kinds(city)) == ("IN_PROGRESS", [("INSPECTION", case["number"])])


async def test_an_order_is_to_be_rechecked_until_it_is_obeyed_closed_case_or_not(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    spot = {"kind": "ON_SPOT", "requirement": "当场补齐。"}
    made = (await inspected(city, case, rectifications=[order(3), spot]))["rectifications"]
    await city.submit(case)

    (task,) = (await tasks(city))["nodes"]
    dated = await city.as_("inspector").ask(
        "query ($i: ID!) { node(id: $i) { ... on Rectification { dueAt } } }", i=made[0]["id"]
    )

    assert (task["kind"], task["rectification"], task["patrol"]) == ("RECHECK", {"id": made[0]["id"]}, None)
    assert (task["dueAt"], task["isOverdue"]) == (dated["node"]["dueAt"], False)
    await inspected(city, case, **recheck(made[0], done=False))
    assert await kinds(city) == [("RECHECK", case["number"])]
    await inspected(city, case, **recheck(made[0]))
    assert await kinds(city) == []


async def test_a_patrol_is_to_be_done_until_it_is_done_or_cancelled(city: City) -> None:
    planned = await plan(city, await city.case_in("ARCHIVED"))

    (task,) = (await tasks(city))["nodes"]

    (patrol,) = planned["patrols"]
    assert (task["kind"], task["patrol"], task["dueAt"]) == ("PATROL", {"id": patrol["id"]}, patrol["dueAt"])
    await inspected(city, planned, visitType="NIGHT", patrol=patrol["id"])
    assert await kinds(city) == []
    again = await plan(city, planned)
    fresh = next(each for each in again["patrols"] if each["status"] == "PLANNED")
    assert len(await kinds(city)) == 1
    given = {"patrolId": fresh["id"], "expectedVersion": again["version"], "reason": "已搬走"}
    await city.as_("clerk").done("cancelPatrol", **given)
    assert await kinds(city) == []


async def test_what_is_due_first_comes_first_and_what_has_no_date_last(city: City) -> None:
    closed, case = await city.case_in("ARCHIVED"), await city.case_in("IN_PROGRESS")
    await plan(city, closed, str(clock.now().date() + timedelta(days=200)))
    open_ended = await city.case_in("DISPATCHED")
    await alter("UPDATE cases SET due_at = NULL WHERE number = $1", open_ended["number"])
    late = await city.case_in("IN_PROGRESS")
    await alter("UPDATE cases SET due_at = due_at - interval '90 days' WHERE number = $1", late["number"])

    found = (await tasks(city))["nodes"]

    assert [each["case"]["number"] for each in found] == [
        late["number"], case["number"], closed["number"], open_ended["number"],
    ]  # fmt: skip
    assert [each["isOverdue"] for each in found] == [True, False, False, False]
    assert found[-1]["dueAt"] is None


async def test_pages_follow_each_other_without_gap_or_repeat_and_the_total_stays(city: City) -> None:
    for _ in range(3):
        await city.case_in("DISPATCHED")
    await plan(city, await city.case_in("ARCHIVED"), *(str(clock.now().date() + timedelta(days=at)) for at in (9, 99)))
    whole = await tasks(city)
    ids = [each["id"] for each in whole["nodes"]]

    seen, after = [], None
    for expected in (True, True, False):
        page = await tasks(city, first=2, after=after)
        seen += [each["id"] for each in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (5, expected)
    backward = await tasks(city, last=2, before=after)

    assert (seen, len(set(ids)), whole["totalCount"]) == (ids, 5, 5)
    assert [each["id"] for each in backward["nodes"]] == ids[2:4]
    document = "query ($i: ID!) { node(id: $i) { id ... on Task { kind } } }"
    for each in whole["nodes"]:
        node = (await city.as_("inspector").ask(document, i=each["id"]))["node"]
        assert node == {"id": each["id"], "kind": each["kind"]}


async def test_filters_hold_together(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await plan(city, await city.case_in("ARCHIVED"), str(clock.now().date() + timedelta(days=200)))
    due = datetime.fromisoformat(case["dueAt"])

    async def found(**given: Any) -> list[str]:
        page = await tasks(city, f=given)
        assert page["totalCount"] == len(page["nodes"])
        return [each["kind"] for each in page["nodes"]]

    assert await found(kind=["PATROL"]) == ["PATROL"]
    assert await found(kind=["PATROL", "INSPECTION"]) == ["INSPECTION", "PATROL"]
    assert await found(kind=[]) == await found(kind=["RECHECK"]) == []
    assert await found(dueBefore=due.isoformat()) == []
    assert await found(dueBefore=(due + timedelta(milliseconds=1)).isoformat()) == ["INSPECTION"]
    assert await found(dueBefore=(due + timedelta(days=365)).isoformat(), kind=["PATROL"]) == ["PATROL"]


async def test_each_unit_has_its_own_tasks_and_the_case_that_two_handle_is_the_task_of_both(
    city: City, other_city: City
) -> None:
    await other_city.case_in("DISPATCHED")
    alone = await city.dispatch(await city.receive(), "west")
    shared = await city.dispatch(await city.receive(), co=("west",))

    assert await kinds(city) == [("INSPECTION", shared["number"])]
    assert sorted(await kinds(city, "west_inspector")) == sorted(
        [("INSPECTION", alone["number"]), ("INSPECTION", shared["number"])]
    )
    assert await kinds(city, "stall_clerk") == await kinds(city, "top_clerk") == []
    (theirs,) = (await tasks(city))["nodes"]
    document = "query ($i: ID!) { node(id: $i) { id } }"
    for who in ("west_inspector", "dispatcher", APPLICATION):
        assert (await city.as_(who).ask(document, i=theirs["id"]))["node"] is None, who


async def test_what_was_returned_is_no_task_of_the_unit_any_more(city: City) -> None:
    shape = "case { id version } returnRequest { id }"
    asked = await city.as_("clerk").done(
        "requestReturn", shape, **change(await city.case_in("DISPATCHED")), reason="不属本辖区"
    )
    assert await kinds(city) == []
    given = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["case"]["version"]}
    taken = (await city.as_("dispatcher").done("decideReturn", decision="APPROVE", **given))["case"]
    again = await city.dispatch(taken, "west")

    assert (await kinds(city), await kinds(city, "west_clerk")) == ([], [("INSPECTION", again["number"])])


@pytest.mark.parametrize("who", ["dispatcher", "adviser", "leader", "agent", APPLICATION])
async def test_who_visits_nobody_has_no_tasks(city: City, who: str) -> None:
    await city.case_in("DISPATCHED")

    assert await city.as_(who).ask("{ myTasks { totalCount nodes { id } } }") == {
        "myTasks": {"totalCount": 0, "nodes": []}
    }


@pytest.mark.parametrize("system", ["WGS84", "GCJ02", "BD09"])
async def test_a_task_says_how_far_it_is_from_where_the_inspector_stands(city: City, system: str) -> None:
    place = {"text": "某路2号", "latitude": 27.3, "longitude": 118.1, "system": "WGS84"}
    here, nowhere = await city.receive(place=place), await city.receive()
    for case in (here, nowhere):
        await city.dispatch(case)
    north = geo.from_wgs84(geo.Point(27.31, 118.1), CoordinateSystem.of(system))

    found = (
        await city.as_("inspector").ask(
            FAR, p={"latitude": north.latitude, "longitude": north.longitude, "system": system}
        )
    )["myTasks"]["nodes"]

    far = {each["case"]["number"]: each["distance"] for each in found}
    assert far[nowhere["number"]] is None
    assert far[here["number"]] == pytest.approx(1_112, abs=5)


async def test_a_place_off_the_globe_is_refused_by_name(city: City) -> None:
    await city.case_in("DISPATCHED")

    errors = await city.as_("inspector").fail(FAR, p={"latitude": 91.0, "longitude": 0.0})

    assert [error["extensions"]["code"] for error in errors] == ["BAD_USER_INPUT"]
