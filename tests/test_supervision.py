"""督办: a supervised open case is urgent; the order stands whatever becomes of the case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data, key
from tests.world import City, alter, change, grant

SHAPE = """case { id status version priority isUrgent dueAt }
  supervision { id kind reason orderedAt answerBy trigger answer answeredAt isLate orderedBy { login } }"""
ANSWER = """case { id version status priority }
  supervision { id answer answeredAt isLate answeredBy { login } case { number } }"""
LIST = """query ($f: SupervisionFilter, $n: Int, $a: String) { supervisions(filter: $f, first: $n, after: $a) {
  totalCount nodes { id isLate } pageInfo { endCursor hasNextPage } } }"""
URGENT = 'subscription { urgentCases(after: "0") { kind case { number } } }'


async def supervised(city: City, case: Data, who: str = "supervisor", **given: Any) -> Data:
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
    assert [order[each] for each in ("trigger", "answer", "answeredAt", "isLate")] == [None, None, None, False]


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
    merged = ", merged_into_id = gen_random_uuid(), merged_at = now()" if status == "MERGED" else ""
    await alter(f"UPDATE cases SET status = $1{merged} WHERE number = $2", status, case["number"])

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


# --- its answer


async def answered(city: City, payload: Data, who: str = "clerk", **given: object) -> Data:
    return await city.as_(who).done("answerSupervision", ANSWER, **answering(payload, **given))


def answering(payload: Data, **given: object) -> Data:
    about = {"supervisionId": payload["supervision"]["id"], "expectedVersion": payload["case"]["version"]}
    return {**about, "answer": "已办结并当面道歉。", **given}


async def ordered(city: City, status: str = "IN_PROGRESS", **given: Any) -> Data:
    return await supervised(city, await city.case_in(status), **given)


async def past_its_date(payload: Data) -> None:
    await alter(
        "UPDATE supervision_orders SET answer_by = now() - interval '1 hour' WHERE case_id ="
        " (SELECT id FROM cases WHERE version = $1 AND number = $2)",
        payload["case"]["version"], payload["number"],
    )  # fmt: skip


@pytest.mark.parametrize("trigger", ["OVERDUE", "REPEATED", "INSTRUCTION"])
async def test_an_order_keeps_what_it_was_given_upon(city: City, trigger: str) -> None:
    assert (await ordered(city, trigger=trigger))["supervision"]["trigger"] == trigger


@pytest.mark.parametrize("who", ["clerk", "responsible"])
@pytest.mark.parametrize("status", ["IN_PROGRESS", "ARCHIVED"])
async def test_the_unit_that_leads_answers_also_when_the_case_is_closed(city: City, who: str, status: str) -> None:
    order = await ordered(city, status)

    payload = await answered(city, order, who, answer=" 已办结并当面道歉。\n")

    told = payload["supervision"]
    assert (payload["case"]["status"], payload["case"]["version"]) == (status, order["case"]["version"] + 1)
    assert (told["answer"], told["isLate"]) == ("已办结并当面道歉。", False)
    assert told["answeredBy"] == {"login": city.login(who)}
    assert told["answeredAt"] is not None


async def test_an_order_is_answered_once(city: City) -> None:
    order = await ordered(city)
    first = await answered(city, order)

    refusal = await city.as_("responsible").refused(
        "answerSupervision", **answering({**order, "case": first["case"]}, answer="再说一次")
    )

    assert (refusal["code"], refusal["path"]) == ("SUPERVISION_ALREADY_ANSWERED", ["supervisionId"])


async def test_only_who_answers_for_the_leading_unit_answers(city: City) -> None:
    case = await city.dispatch(await city.receive(), co=("west",))
    order, at_the_centre = await supervised(city, case), await supervised(city, await city.receive())
    await grant(city, "supervisor", Role.CLERK, "top")

    for who, code in (("west_clerk", "NOT_YOUR_OFFICE"), ("stall_clerk", "NOT_FOUND"), ("leader", "NOT_PERMITTED"),
                      ("dispatcher", "NOT_PERMITTED"), ("inspector", "NOT_PERMITTED")):  # fmt: skip
        refusal = await city.as_(who).refused("answerSupervision", **answering(order))
        assert refusal["code"] == code, who
    refusal = await city.as_("supervisor").refused("answerSupervision", **answering(at_the_centre))
    assert (refusal["code"], refusal["path"]) == ("NOT_YOUR_OFFICE", ["supervisionId"])
    assert (await answered(city, order))["supervision"]["answer"]


async def test_an_order_is_late_while_unanswered_past_its_date_and_when_answered_after_it(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    order = {**await supervised(city, case), "number": case["number"]}
    await past_its_date(order)
    overdue = await listed(city, overdue=True)

    late = await answered(city, order)

    assert overdue == [(order["supervision"]["id"], True)]
    assert late["supervision"]["isLate"] is True
    assert await listed(city, overdue=True) == []


@pytest.mark.parametrize("answer", ["", " \n", "答" * 10_001])
async def test_an_answer_says_something(city: City, answer: str) -> None:
    order = await ordered(city)

    refusal = await city.as_("clerk").refused("answerSupervision", **answering(order, answer=answer))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["answer"])


async def test_what_was_answered_is_not_told_to_third_parties(city: City) -> None:
    order = await ordered(city)
    await answered(city, order)

    asked = "query ($i: ID!) { node(id: $i) { ... on SupervisionOrder { answer answeredBy { login } } } }"
    told = {
        who: (await city.as_(who).ask(asked, i=order["supervision"]["id"]))["node"] for who in ("clerk", "integrator")
    }

    assert told["clerk"] == {"answer": "已办结并当面道歉。", "answeredBy": {"login": city.login("clerk")}}
    assert told["integrator"] == {"answer": "〔按隐私规定不公开〕", "answeredBy": None}


async def test_an_answer_sent_again_with_its_key_takes_effect_once(city: City) -> None:
    clerk = city.as_("clerk")
    given = answering(await ordered(city))
    await repeats.leaves_its_key_free(city, clerk, "answerSupervision", {**given, "answer": ""}, given)
    other = answering(await ordered(city))
    await repeats.takes_effect_once(city, clerk, "answerSupervision", other, {"answer": "另一内容"})


# --- the list of them


async def listed(city: City, who: str = "leader", **wanted: object) -> list[tuple[str, bool]]:
    found = (await city.as_(who).ask(LIST, f=wanted or None))["supervisions"]
    assert found["totalCount"] == len(found["nodes"])
    return [(node["id"], node["isLate"]) for node in found["nodes"]]


async def test_orders_are_listed_soonest_to_be_answered_first(city: City) -> None:
    now = datetime.now(UTC)
    orders = [
        await ordered(city, answerBy=(now + timedelta(days=days)).isoformat(), kind=kind)
        for days, kind in ((5, "LISTED"), (1, "NORMAL"), (3, "NORMAL"))
    ]
    late, soon, middle = (order["supervision"]["id"] for order in orders)
    await answered(city, orders[1])

    assert [each for each, _ in await listed(city)] == [soon, middle, late]
    assert [each for each, _ in await listed(city, answered=False)] == [middle, late]
    assert [each for each, _ in await listed(city, answered=True)] == [soon]
    assert [each for each, _ in await listed(city, overdue=False)] == [soon, middle, late]
    assert [each for each, _ in await listed(city, kind="LISTED")] == [late]
    first = (await city.as_("clerk").ask(LIST, n=2))["supervisions"]
    assert first["totalCount"] == 3
    rest = (await city.as_("clerk").ask(LIST, n=2, a=first["pageInfo"]["endCursor"]))["supervisions"]
    assert [each["id"] for each in (*first["nodes"], *rest["nodes"])] == [soon, middle, late]


async def test_an_order_is_listed_to_whoever_sees_its_case(city: City, other_city: City) -> None:
    order = (await ordered(city))["supervision"]["id"]

    seen = {who: await listed(city, who) for who in ("leader", "clerk", "agent", "west_clerk", "stall_clerk")}

    assert seen == {
        "leader": [(order, False)],
        "clerk": [(order, False)],
        "agent": [(order, False)],
        "west_clerk": [],
        "stall_clerk": [],
    }
    assert await listed(other_city) == []
    assert [each for each, _ in await listed(city, officeCode=city.codes["east"])] == [order]
    assert await listed(city, officeCode=city.codes["west"]) == await listed(city, officeCode="nowhere") == []
