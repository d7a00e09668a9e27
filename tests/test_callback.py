"""回访: somebody outside the unit asks the citizen; a dissatisfied one has the case done again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from resolvers.rules.days import ZONE
from resolvers.terms.roles import Role
from tests.client import Data, key
from tests.world import City, alter, change, grant

ATTEMPT = (
    "case { id version status } callback { id round attempt outcome level resolved remark calledAt caller { login } }"
)
REVIEW = "case { status } callback { reviewedAt reviewDecision reviewer { login } }"


async def attempt(city: City, case: Data, outcome: str = "UNREACHABLE", **given: object) -> Data:
    return await city.as_("caller").done("recordCallback", ATTEMPT, **change(case), outcome=outcome, **given)


async def moved_to(payload: Data, days_ago: int, hour: int, minute: int) -> Data:
    """The case of an attempt, made on an earlier local day."""
    day = datetime.now(ZONE).date() - timedelta(days=days_ago)
    instant = datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)
    moved = "UPDATE callbacks SET called_at = $1 WHERE called_at = $2"
    await alter(moved, instant, datetime.fromisoformat(payload["callback"]["calledAt"]))
    case: Data = payload["case"]
    return case


async def test_a_citizen_who_was_reached_goes_to_review_and_a_signed_record_is_archived(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    called = await attempt(city, case, "REACHED", level="NEUTRAL", resolved=True, remark="  已退差价 ")
    signed = await city.as_("reviewer").done(
        "reviewCallback", REVIEW, callbackId=called["callback"]["id"], expectedVersion=called["case"]["version"]
    )

    assert called["case"]["status"] == "CALLBACK_REVIEW"
    told = {name: called["callback"][name] for name in ("round", "attempt", "level", "resolved", "remark")}
    assert told == {"round": 1, "attempt": 1, "level": "NEUTRAL", "resolved": True, "remark": "已退差价"}
    assert called["callback"]["caller"]["login"] == city.login("caller")
    assert signed["case"]["status"] == "ARCHIVED"
    assert signed["callback"]["reviewDecision"] == "APPROVE"
    assert signed["callback"]["reviewer"]["login"] == city.login("reviewer")
    found = await city.as_("leader").ask(
        "query($i: ID!) { node(id: $i) { ... on Case { deadlines { kind metAt } } } }", i=case["id"]
    )
    clocks = {clock["kind"]: clock["metAt"] for clock in found["node"]["deadlines"]}
    assert clocks["CALLBACK"] == called["callback"]["calledAt"]


async def test_the_unit_that_handled_a_case_does_not_call_back(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    refusal = await city.as_("east_caller").refused("recordCallback", **change(case), level="SATISFIED")

    assert (refusal["code"], refusal["path"]) == ("CALLBACK_BY_HANDLING_UNIT", ["caseId"])
    assert (await city.call_back(case))["status"] == "CALLBACK_REVIEW"


async def test_nor_does_a_unit_that_helped_or_a_handler_from_elsewhere(city: City) -> None:
    await grant(city, "west_inspector", Role.CALLBACK_OFFICER)
    helped = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    helped = await city.sign_off(await city.submit(helped, coHandlerOverrideReason="协办单位尚无意见"))
    handlers = [city.login("inspector"), city.login("west_inspector")]
    handled = await city.sign_off(await city.submit(await city.case_in("IN_PROGRESS"), handlers=handlers))

    for who, case in (("west_caller", helped), ("west_inspector", handled)):
        refusal = await city.as_(who).refused("recordCallback", **change(case), level="SATISFIED")
        assert refusal["code"] == "CALLBACK_BY_HANDLING_UNIT", who
        assert (await city.call_back(case))["status"] == "CALLBACK_REVIEW"


@pytest.mark.parametrize(
    ("outcome", "level"), [("REACHED", None), ("UNREACHABLE", "SATISFIED"), ("DECLINED", "DISSATISFIED")]
)
async def test_a_level_is_given_by_a_citizen_who_was_reached_and_by_nobody_else(
    city: City, outcome: str, level: str | None
) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    refusal = await city.as_("caller").refused("recordCallback", **change(case), outcome=outcome, level=level)

    assert (refusal["code"], refusal["path"]) == ("LEVEL_REQUIRED", ["level"])


async def test_a_citizen_is_out_of_reach_after_attempts_on_three_days(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    case = await moved_to(await attempt(city, case), 2, 23, 59)
    case = await moved_to(await attempt(city, case), 1, 0, 1)
    assert case["status"] == "CLOSED_AWAITING_CALLBACK"
    third = await attempt(city, case)

    assert third["case"]["status"] == "CALLBACK_REVIEW"
    assert third["callback"]["attempt"] == 3
    archived = await city.review({**third["case"], "callbackId": third["callback"]["id"]})
    assert archived["status"] == "ARCHIVED"


async def test_many_attempts_on_two_local_days_are_two(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    case = await moved_to(await attempt(city, case), 1, 7, 59)  # in UTC still the day before that
    case = await moved_to(await attempt(city, case), 1, 8, 1)
    case = (await attempt(city, case))["case"]
    fourth = await attempt(city, case)

    assert fourth["case"]["status"] == "CLOSED_AWAITING_CALLBACK"
    refusal = await city.as_("reviewer").refused(
        "reviewCallback", callbackId=fourth["callback"]["id"], expectedVersion=fourth["case"]["version"]
    )
    assert refusal["code"] == "INVALID_TRANSITION"
    assert (await attempt(city, fourth["case"], "REACHED", level="SATISFIED"))["case"]["status"] == "CALLBACK_REVIEW"


async def test_who_declines_to_judge_has_been_called_back(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    declined = await attempt(city, case, "DECLINED")

    assert declined["callback"]["level"] is None
    archived = await city.review({**declined["case"], "callbackId": declined["callback"]["id"]})
    assert archived["status"] == "ARCHIVED"


async def test_a_record_is_reviewed_by_another_person_than_the_caller(city: City) -> None:
    await grant(city, "caller", Role.CALLBACK_REVIEWER)
    case = await city.case_in("CALLBACK_REVIEW")
    waiting = "{ approvals { nodes { kind callback { id } } } }"

    given = {"callbackId": case["callbackId"], "expectedVersion": case["version"]}
    refusal = await city.as_("caller").refused("reviewCallback", **given)

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"
    assert (await city.as_("caller").ask(waiting))["approvals"]["nodes"] == []
    listed = (await city.as_("reviewer").ask(waiting))["approvals"]["nodes"]
    assert listed == [{"kind": "CALLBACK_REVIEW", "callback": {"id": case["callbackId"]}}]
    assert (await city.review(case))["status"] == "ARCHIVED"


async def test_a_rejected_record_is_made_anew(city: City) -> None:
    case = await city.case_in("CALLBACK_REVIEW")
    reviewer, given = city.as_("reviewer"), {"callbackId": case["callbackId"], "decision": "REJECT"}

    refusal = await reviewer.refused("reviewCallback", **given, expectedVersion=case["version"], reason=" ")
    assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])
    back = await city.review(case, decision="REJECT", reason="记录过简")
    assert back["status"] == "CLOSED_AWAITING_CALLBACK"
    again = await reviewer.refused("reviewCallback", **given, expectedVersion=back["version"], reason="再退")
    assert (again["code"], again["path"]) == ("INVALID_TRANSITION", ["callbackId"])

    second = await attempt(city, back, "REACHED", level="SATISFIED")
    assert second["callback"]["attempt"] == 2
    archived = await city.review({**second["case"], "callbackId": second["callback"]["id"]})
    assert archived["status"] == "ARCHIVED"


@pytest.mark.parametrize(("kind", "limit"), [("COMPLAINT", (7, "WORKING_DAY")), ("REPORT", (30, "CALENDAR_DAY"))])
async def test_a_dissatisfied_citizen_has_the_case_done_again_and_is_called_again(
    city: City, kind: str, limit: tuple[int, str]
) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    case = await city.case_in("CLOSED_AWAITING_CALLBACK", kind=kind, receivedAt=long_ago)
    asked = """query ($i: ID!) { node(id: $i) { ... on Case {
      status round dueAt closedAt rounds { number openedAt closedAt } callbacks { round attempt level }
      deadlines { kind round amount unit startAt dueAt metAt } } } }"""
    first = (await city.as_("leader").ask(asked, i=case["id"]))["node"]

    case = await city.call_back(case, level="DISSATISFIED")
    case = await city.review(case)
    second = (await city.as_("leader").ask(asked, i=case["id"]))["node"]
    assert (second["status"], second["round"], second["closedAt"]) == ("IN_PROGRESS", 2, None)
    assert second["rounds"][0] == first["rounds"][0]
    (clock,) = [clock for clock in second["deadlines"] if clock["kind"] == "REHANDLE"]
    assert (clock["amount"], clock["unit"]) == limit
    assert (clock["round"], clock["startAt"]) == (2, second["rounds"][1]["openedAt"])
    assert second["dueAt"] == clock["dueAt"] > first["dueAt"]

    case = await city.sign_off(await city.submit(case))
    assert case["status"] == "CLOSED_AWAITING_CALLBACK"
    case = await city.review(await city.call_back(case, level="VERY_SATISFIED"))
    done = (await city.as_("leader").ask(asked, i=case["id"]))["node"]
    assert (done["status"], done["round"]) == ("ARCHIVED", 2)
    assert done["closedAt"] == done["rounds"][1]["closedAt"] > first["closedAt"]
    met = {(clock["kind"], clock["round"]): clock["metAt"] for clock in done["deadlines"]}
    assert met["REHANDLE", 2] == done["closedAt"]
    assert met["CALLBACK", 1] < met["REHANDLE", 2] < met["CALLBACK", 2]
    calls = [(call["round"], call["attempt"], call["level"]) for call in done["callbacks"]]
    assert calls == [(1, 1, "DISSATISFIED"), (2, 1, "VERY_SATISFIED")]


async def test_a_dissatisfied_record_that_is_sent_back_opens_no_round(city: City) -> None:
    case = await city.call_back(await city.case_in("CLOSED_AWAITING_CALLBACK"), level="DISSATISFIED")

    back = await city.review(case, decision="REJECT", reason="请核实")

    assert (back["status"], back["round"]) == ("CLOSED_AWAITING_CALLBACK", 1)


@pytest.mark.parametrize("status", ["PENDING_SIGN_OFF", "CALLBACK_REVIEW", "ARCHIVED"])
async def test_only_a_closed_case_that_waits_for_it_is_called_back(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("caller").refused("recordCallback", **change(case), level="SATISFIED")

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_who_may_not_call_or_review_is_told_so_and_a_stranger_finds_nothing(city: City, other_city: City) -> None:
    closed, reviewed = await city.case_in("CLOSED_AWAITING_CALLBACK"), await city.case_in("CALLBACK_REVIEW")
    review = {"callbackId": reviewed["callbackId"], "expectedVersion": reviewed["version"]}

    for asking, expected in ((city.as_("agent"), "NOT_PERMITTED"), (other_city.as_("caller"), "NOT_FOUND")):
        refusal = await asking.refused("recordCallback", **change(closed), level="SATISFIED")
        assert refusal["code"] == expected
    for asking, expected in ((city.as_("caller"), "NOT_PERMITTED"), (other_city.as_("reviewer"), "NOT_FOUND")):
        assert (await asking.refused("reviewCallback", **review))["code"] == expected


async def test_the_same_call_sent_twice_is_one_attempt(city: City) -> None:
    case, once = await city.case_in("CLOSED_AWAITING_CALLBACK"), key()

    first = await attempt(city, case, idempotencyKey=once)
    second = await attempt(city, case, idempotencyKey=once)

    assert second == first


# --- beside the states: filed, terminated; without a unit; exempted


async def put_in(status: str, case: Data) -> Data:
    await alter("UPDATE cases SET status = $1 WHERE number = $2", status, case["number"])
    return {**case, "status": status}


async def phone(city: City, case: Data) -> str | None:
    asked = "query ($n: String!) { case(number: $n) { complainant { phone } } }"
    told: str | None = (await city.as_("caller").ask(asked, n=case["number"]))["case"]["complainant"]["phone"]
    return told


@pytest.mark.parametrize("status", ["FILED", "TERMINATED"])
@pytest.mark.parametrize("level", ["SATISFIED", "DISSATISFIED"])
async def test_filed_or_terminated_it_is_called_back_and_stays_what_it_is(city: City, status: str, level: str) -> None:
    case = await put_in(status, await city.case_in("CLOSED_AWAITING_CALLBACK"))
    assert await phone(city, case) == "14012345678"

    called = await city.call_back(case, level=level)
    assert (called["status"], await phone(city, case)) == (status, "140****5678")
    refusal = await city.as_("caller").refused("recordCallback", **change(called), level="SATISFIED")
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)
    back = await city.review(called, decision="REJECT", reason="记录过简")
    assert (back["status"], await phone(city, case)) == (status, "14012345678")
    signed = await city.review(await city.call_back(back, level=level))

    assert (signed["status"], signed["round"], signed["version"]) == (status, 1, case["version"] + 4)


async def test_terminated_before_any_unit_had_it_nobody_is_called(city: City) -> None:
    case = await put_in("TERMINATED", await city.receive())

    refusal = await city.as_("caller").refused("recordCallback", **change(case), level="SATISFIED")

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "TERMINATED")
    assert await phone(city, case) == "140****5678"


async def test_dissatisfied_where_no_unit_had_it_the_centre_dispatches_it(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")
    await alter("UPDATE cases SET lead_office_id = NULL WHERE number = $1", case["number"])
    had = "UPDATE assignments SET status = 'RETURNED' WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
    await alter(had, case["number"])

    again = await city.review(await city.call_back(case, level="DISSATISFIED"))

    assert (again["status"], again["round"]) == ("PENDING_DISPATCH", 2)
    asked = "query ($n: String!) { case(number: $n) { dueAt deadlines { kind round dueAt } } }"
    told = (await city.as_("leader").ask(asked, n=case["number"]))["case"]
    (clock,) = [each for each in told["deadlines"] if each["kind"] == "REHANDLE"]
    assert (clock["round"], clock["dueAt"]) == (2, told["dueAt"])
    assert (await city.dispatch(again, "west"))["status"] == "DISPATCHED"


async def test_an_unreasonable_appeal_is_exempted_by_the_12315_section_of_the_city_alone(city: City) -> None:
    case = await city.call_back(await city.case_in("CLOSED_AWAITING_CALLBACK"), level="DISSATISFIED")
    given = {"callbackId": case["callbackId"], "expectedVersion": case["version"]}
    exempting = {**given, "exemptReason": "诉求超出法定职责"}

    for who, asked in (
        ("section", given),  # which reviews in no other way
        ("section", {**given, "decision": "REJECT", "reason": "记录过简"}),
        ("reviewer", exempting),
        ("east_section", exempting),
    ):
        assert (await city.as_(who).refused("reviewCallback", **asked))["code"] == "NOT_PERMITTED", who
    for asked, code in (
        ({**given, "exemptReason": " "}, "REASON_REQUIRED"),
        ({**exempting, "exemptReason": "长" * 2_001}, "INVALID_INPUT"),
        ({**exempting, "decision": "REJECT", "reason": "否"}, "INVALID_INPUT"),
    ):
        refusal = await city.as_("section").refused("reviewCallback", **asked)
        assert (refusal["code"], refusal["path"]) == (code, ["exemptReason"])
    shape = "case { status round } callback { exempted reviewReason reviewDecision reviewer { login } }"
    done = await city.as_("section").done("reviewCallback", shape, **exempting)

    assert done["case"] == {"status": "ARCHIVED", "round": 1}
    assert done["callback"] == {
        "exempted": True,
        "reviewReason": "诉求超出法定职责",
        "reviewDecision": "APPROVE",
        "reviewer": {"login": city.login("section")},
    }


async def test_a_citizen_who_is_satisfied_is_exempted_from_nothing(city: City) -> None:
    case = await city.case_in("CALLBACK_REVIEW")
    given = {"callbackId": case["callbackId"], "expectedVersion": case["version"], "exemptReason": "诉求不合理"}

    refusal = await city.as_("section").refused("reviewCallback", **given)

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["exemptReason"])


async def test_nobody_exempts_the_own_call_or_the_own_unit(city: City) -> None:
    await grant(city, "caller", Role.SECTION_OFFICER)
    await grant(city, "clerk", Role.SECTION_OFFICER)
    case = await city.call_back(await city.case_in("CLOSED_AWAITING_CALLBACK"), level="DISSATISFIED")
    given = {"callbackId": case["callbackId"], "expectedVersion": case["version"], "exemptReason": "诉求不合理"}

    for who in ("caller", "clerk"):
        assert (await city.as_(who).refused("reviewCallback", **given))["code"] == "SELF_APPROVAL_FORBIDDEN", who
