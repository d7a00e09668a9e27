"""批示: an instructed open case is urgent; what the leader wrote is the bureau's and the unit's to read."""

from __future__ import annotations

import pytest

from tests import repeats
from tests.client import Data
from tests.world import City, alter, change

SHAPE = """case { id version status priority isUrgent dueAt }
  instruction { id text instructedAt instructedBy { login } }"""
READ = "query ($i: ID!) { node(id: $i) { ... on Case { instructions { id text } } } }"
TOLD = 'subscription { urgentCases(after: "0") { kind case { number } } }'


async def instruct(city: City, case: Data, **given: object) -> Data:
    return await city.as_("leader").done("instructCase", SHAPE, **change(case), **{"text": "限三日内办结", **given})


async def test_an_instructed_open_case_becomes_urgent_and_keeps_all_else(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    payload = await instruct(city, case, text=" 限三日内办结\n")

    assert payload["case"] == {
        "id": case["id"],
        "version": case["version"] + 1,
        "status": "IN_PROGRESS",
        "priority": "URGENT",
        "isUrgent": True,
        "dueAt": case["dueAt"],
    }
    instruction = payload["instruction"]
    assert (instruction["text"], instruction["instructedBy"]) == ("限三日内办结", {"login": city.login("leader")})
    async with city.as_("supervisor").subscribe(TOLD) as stream:
        assert await stream.event() == {"kind": "INSTRUCTED", "case": {"number": case["number"]}}


async def test_a_closed_case_is_urgent_no_more_and_an_emergency_no_less(city: City) -> None:
    closed, hot = await city.case_in("ARCHIVED"), await city.receive(priority="EMERGENCY")

    found = [(await instruct(city, case))["case"] for case in (closed, hot)]

    assert [case["priority"] for case in found] == ["NORMAL", "EMERGENCY"]
    async with city.as_("leader").subscribe(TOLD) as stream:
        assert (await stream.event())["kind"] == "RECEIVED"
        await stream.silence(0.3)


async def test_the_unit_reads_it_another_unit_does_not_and_a_third_party_is_not_told_of_it(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    instruction = (await instruct(city, case))["instruction"]

    told = {
        who: (await city.as_(who).ask(READ, i=case["id"]))["node"]
        for who in ("clerk", "agent", "auditor", "integrator", "west_clerk")
    }

    seen = {"instructions": [{"id": instruction["id"], "text": "限三日内办结"}]}
    assert told == {
        **dict.fromkeys(("clerk", "agent", "auditor"), seen), "integrator": {"instructions": []}, "west_clerk": None,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", " \t\n", "查" * 10_001])
async def test_an_instruction_says_something(city: City, text: str) -> None:
    case = await city.case_in("DISPATCHED")

    refusal = await city.as_("leader").refused("instructCase", **change(case), text=text)

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["text"])
    assert (await instruct(city, case))["case"]["version"] == case["version"] + 1


async def test_what_is_void_is_beyond_instruction(city: City) -> None:
    case = await city.receive()
    await alter("UPDATE cases SET status = 'VOID' WHERE number = $1", case["number"])

    refusal = await city.as_("leader").refused("instructCase", **change(case), text="速办")

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "VOID")


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, leader = await city.case_in("IN_PROGRESS"), city.as_("leader")
    given = {**change(case), "text": "限三日内办结"}
    await repeats.shows_the_case_as_it_is(city, leader, "instructCase", case, **given)
    await repeats.leaves_its_key_free(
        city, leader, "instructCase", {**given, "text": ""}, change(await city.receive()) | {"text": "速办"}
    )
    other = change(await city.receive()) | {"text": "速办"}
    await repeats.takes_effect_once(city, leader, "instructCase", other, {"text": "另一内容"})
