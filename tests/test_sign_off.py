"""签字: the responsible person answers for the result."""

from __future__ import annotations

import asyncio

from tests.client import key
from tests.world import City, change


async def test_an_approved_result_closes_the_round_and_the_citizen_is_to_be_called_back(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")

    shape = "case { status version closedAt recoveredLoss deadlines { kind metAt breachedAt } } signOff { decision decidedBy { login } }"
    payload = await city.as_("responsible").done("signOff", shape, **change(case), decision="APPROVE")

    assert payload["case"]["status"] == "CLOSED_AWAITING_CALLBACK"
    assert payload["case"]["version"] == case["version"] + 1
    clocks = {clock["kind"]: clock for clock in payload["case"]["deadlines"]}
    assert clocks["CLOSE"]["metAt"] == payload["case"]["closedAt"]
    assert clocks["CALLBACK"]["metAt"] is None
    assert payload["signOff"] == {"decision": "APPROVE", "decidedBy": {"login": city.login("responsible")}}


async def test_a_rejected_result_goes_back_in_the_same_round_with_a_reason(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")

    refusal = await city.as_("responsible").refused("signOff", **change(case), decision="REJECT", reason="  ")
    assert (refusal["code"], refusal["path"]) == ("REASON_REQUIRED", ["reason"])

    shape = "case { status round version closedAt rounds { number sentBackCount } }"
    payload = await city.as_("responsible").done("signOff", shape, **change(case), decision="REJECT", reason="答复过简")
    assert payload["case"]["status"] == "IN_PROGRESS"
    assert payload["case"]["rounds"] == [{"number": 1, "sentBackCount": 1}]
    assert payload["case"]["closedAt"] is None


async def test_nobody_signs_off_what_he_handled_himself(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    handlers = [city.login("inspector"), city.login("responsible")]
    case = await city.submit(case, handlers=handlers)

    refusal = await city.as_("responsible").refused("signOff", **change(case), decision="APPROVE")

    assert refusal["code"] == "SELF_APPROVAL_FORBIDDEN"
    waiting = await city.as_("responsible").ask("{ approvals { totalCount } }")
    assert waiting["approvals"]["totalCount"] == 0


async def test_the_responsible_person_of_another_unit_finds_nothing_to_sign(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")

    refusal = await city.as_("west_responsible").refused("signOff", **change(case), decision="APPROVE")

    assert refusal["code"] == "NOT_FOUND"


async def test_of_four_who_sign_at_once_one_wins_and_three_are_shown_the_case_as_it_is(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")
    signer = city.as_("responsible")

    races = [signer.do("signOff", **change(case), decision="APPROVE", idempotencyKey=key()) for _ in range(4)]
    payloads = await asyncio.gather(*races)

    winners = [payload for payload in payloads if not payload["userErrors"]]
    stale = [error for payload in payloads for error in payload["userErrors"]]
    assert len(winners) == 1
    assert [error["__typename"] for error in stale] == ["StaleVersionError"] * 3
    assert {error["current"]["status"] for error in stale} == {"CLOSED_AWAITING_CALLBACK"}
