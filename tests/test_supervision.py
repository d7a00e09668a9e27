"""督办: a supervised open case is urgent; the order stands whatever becomes of the case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.client import Data, key
from tests.world import City, alter, change

SHAPE = """case { id status version priority isUrgent dueAt }
  supervision { kind reason orderedAt answerBy orderedBy { login } }"""
URGENT = 'subscription { urgentCases(after: "0") { kind case { number } } }'


async def supervised(city: City, case: Data, who: str = "supervisor", **given: object) -> Data:
    return await city.as_(who).done("superviseCase", SHAPE, **change(case), **{"reason": "久拖未办", **given})


@pytest.mark.parametrize("kind", ["NORMAL", "LISTED", "INTERVIEW"])
async def test_a_supervised_open_case_becomes_urgent_and_keeps_all_else(city: City, kind: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    payload = await supervised(city, case, kind=kind, reason=" 久拖未办 ")

    found = payload["case"]
    assert (found["priority"], found["isUrgent"]) == ("URGENT", True)
    assert (found["status"], found["dueAt"]) == ("IN_PROGRESS", case["dueAt"])
    assert found["version"] == case["version"] + 1
    order = payload["supervision"]
    assert (order["kind"], order["reason"]) == (kind, "久拖未办")
    assert order["orderedBy"] == {"login": city.login("supervisor")}


async def test_the_urgent_are_told_of_a_promotion_and_of_no_second_order(city: City) -> None:
    case = await city.case_in("DISPATCHED")

    promoted = (await supervised(city, case))["case"]
    await supervised(city, promoted, who="leader", kind="LISTED")
    other = await city.receive()
    await supervised(city, other)

    async with city.as_("leader").subscribe(URGENT) as stream:
        told = [await stream.event() for _ in range(2)]
    assert [event["kind"] for event in told] == ["SUPERVISED", "SUPERVISED"]
    assert [event["case"]["number"] for event in told] == [case["number"], other["number"]]


async def test_an_emergency_is_not_made_less_by_supervision(city: City) -> None:
    case = await city.receive(priority="EMERGENCY")

    assert (await supervised(city, case))["case"]["priority"] == "EMERGENCY"


async def test_a_closed_case_may_be_supervised_but_is_urgent_no_more(city: City) -> None:
    case = await city.case_in("ARCHIVED")

    payload = await supervised(city, case)

    assert (payload["case"]["priority"], payload["case"]["status"]) == ("NORMAL", "ARCHIVED")


async def test_closing_the_case_does_not_close_the_order(city: City) -> None:
    case = (await supervised(city, await city.case_in("PENDING_SIGN_OFF")))["case"]

    case = await city.sign_off(case)

    asked = "query ($i: ID!) { node(id: $i) { ... on Case { status supervisions { kind reason } } } }"
    found = (await city.as_("clerk").ask(asked, i=case["id"]))["node"]
    assert found["status"] == "CLOSED_AWAITING_CALLBACK"
    assert found["supervisions"] == [{"kind": "NORMAL", "reason": "久拖未办"}]


@pytest.mark.parametrize("status", ["VOID", "MERGED"])
async def test_what_is_void_or_merged_is_beyond_supervision(city: City, status: str) -> None:
    case = await city.receive()
    await alter("UPDATE cases SET status = $1 WHERE number = $2", status, case["number"])

    refusal = await city.as_("leader").refused("superviseCase", **change(case), reason="久拖未办")

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_an_order_says_why(city: City) -> None:
    case = await city.case_in("DISPATCHED")

    for reason in ("", " \t\n"):
        refusal = await city.as_("supervisor").refused("superviseCase", **change(case), reason=reason)
        assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])
    refusal = await city.as_("supervisor").refused("superviseCase", **change(case), reason="查" * 2_001)
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["reason"])
    assert (await supervised(city, case, reason="查" * 2_000))["case"]["version"] == case["version"] + 1


async def test_an_order_is_answered_by_the_date_it_names_or_in_three_working_days(city: City) -> None:
    case = await city.case_in("DISPATCHED")
    now = datetime.now(UTC).replace(microsecond=0)

    refusal = await city.as_("leader").refused(
        "superviseCase", **change(case), reason="限期答复", answerBy=(now - timedelta(seconds=1)).isoformat()
    )
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["answerBy"])
    dated = await supervised(city, case, answerBy=(now + timedelta(hours=2)).isoformat())
    three_days = (await city.as_("agent").done("receiveCase", "case { dueAt }", **_a_call_for_help()))["case"]["dueAt"]
    undated = await supervised(city, dated["case"])

    assert datetime.fromisoformat(dated["supervision"]["answerBy"]) == now + timedelta(hours=2)
    assert undated["supervision"]["answerBy"] == three_days


def _a_call_for_help() -> Data:
    """Whose closing limit is three working days from now."""
    return {"kind": "HELP_REQUEST", "channel": "PHONE", "title": "求助"}


async def test_supervision_leaders_duty_leaders_and_the_task_force_supervise_and_nobody_else(city: City) -> None:
    case = await city.case_in("DISPATCHED")

    for who in ("supervisor", "duty_leader", "leader"):
        case = (await supervised(city, case, who))["case"]
    for who in ("agent", "dispatcher", "clerk", "responsible", "section", "analyst", "auditor", "integrator"):
        refusal = await city.as_(who).refused("superviseCase", **change(case), reason="久拖未办")
        assert refusal["code"] == "NOT_PERMITTED", who


async def test_a_stranger_finds_nothing_to_supervise_and_a_latecomer_is_shown_the_case(
    city: City, other_city: City
) -> None:
    case = await city.case_in("DISPATCHED")
    given = {**change(case), "reason": "久拖未办"}

    foreign = await other_city.as_("leader").refused("superviseCase", **given)
    await city.sign_for(case)
    late = await city.as_("leader").refused("superviseCase", **given)

    assert foreign["code"] == "NOT_FOUND"
    assert (late["code"], late["current"]["status"]) == ("STALE_VERSION", "IN_PROGRESS")


async def test_the_same_order_sent_twice_is_one(city: City) -> None:
    case, once = await city.case_in("DISPATCHED"), key()

    first = await supervised(city, case, idempotencyKey=once)
    second = await supervised(city, case, idempotencyKey=once)

    assert second == first
