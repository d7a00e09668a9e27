"""协调会: two offices at the least; the case is as before, with one more thing on record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests import repeats
from tests.client import Data
from tests.world import City, alter, change

SHAPE = """case { id version status priority dueAt }
  meeting { id heldAt officeCodes minutes recordedAt recordedBy { login } }"""
READ = "query ($i: ID!) { node(id: $i) { ... on Case { meetings { id minutes officeCodes } } } }"


def held(city: City, case: Data, **given: object) -> Data:
    codes = [city.codes["west"], city.codes["east"]]
    told = {"heldAt": "2026-11-20T14:30:00+08:00", "officeCodes": codes, "minutes": "由东县主办, 西县配合。"}
    return {**change(case), **told, **given}


async def record(city: City, case: Data, who: str = "supervisor", **given: object) -> Data:
    return await city.as_(who).done("recordMeeting", SHAPE, **held(city, case, **given))


@pytest.mark.parametrize("who", ["supervisor", "duty_leader", "leader"])
async def test_a_meeting_is_on_record_and_the_case_is_as_it_was(city: City, who: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    payload = await record(city, case, who, minutes=" 由东县主办, 西县配合。 ")

    assert payload["case"] == {
        "id": case["id"], "version": case["version"] + 1, "status": "IN_PROGRESS", "priority": "NORMAL", "dueAt": case["dueAt"],
    }  # fmt: skip
    meeting = payload["meeting"]
    assert datetime.fromisoformat(meeting["heldAt"]) == datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    assert meeting["officeCodes"] == [city.codes["west"], city.codes["east"]]
    assert (meeting["minutes"], meeting["recordedBy"]) == ("由东县主办, 西县配合。", {"login": city.login(who)})


async def test_a_closed_case_may_still_be_spoken_about_and_a_void_one_not(city: City) -> None:
    archived, void = await city.case_in("ARCHIVED"), await city.receive()
    await alter("UPDATE cases SET status = 'VOID' WHERE number = $1", void["number"])

    assert (await record(city, archived))["case"]["status"] == "ARCHIVED"
    refusal = await city.as_("leader").refused("recordMeeting", **held(city, void))
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "VOID")


async def test_the_unit_reads_the_minutes_and_a_third_party_is_not_told_of_the_meeting(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    meeting = (await record(city, case))["meeting"]

    told = {
        who: (await city.as_(who).ask(READ, i=case["id"]))["node"]
        for who in ("clerk", "agent", "integrator", "west_clerk")
    }

    seen = {"meetings": [{name: meeting[name] for name in ("id", "minutes", "officeCodes")}]}
    assert told == {"clerk": seen, "agent": seen, "integrator": {"meetings": []}, "west_clerk": None}


async def test_one_office_alone_does_not_meet(city: City) -> None:
    case, east = await city.case_in("IN_PROGRESS"), city.codes["east"]

    for codes in ([], [east], [east, east], [str(n) for n in range(21)]):
        refusal = await city.as_("leader").refused("recordMeeting", **held(city, case, officeCodes=codes))
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["officeCodes"])
    refusal = await city.as_("leader").refused("recordMeeting", **held(city, case, officeCodes=[east, "nowhere"]))
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["officeCodes"])
    assert (await record(city, case))["case"]["version"] == case["version"] + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", " "),
        ("minutes", "记" * 10_001),
        ("heldAt", "2099-01-01T00:00:00Z"),
        ("heldAt", "2017-12-31T00:00:00Z"),
    ],
)
async def test_a_meeting_has_been_held_and_agreed_on_something(city: City, field: str, value: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("leader").refused("recordMeeting", **held(city, case, **{field: value}))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", [field])


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, leader = await city.case_in("IN_PROGRESS"), city.as_("leader")
    await repeats.shows_the_case_as_it_is(city, leader, "recordMeeting", case, **held(city, case))
    good = held(city, await city.receive())
    await repeats.leaves_its_key_free(city, leader, "recordMeeting", {**good, "minutes": ""}, good)
    other = held(city, await city.receive())
    await repeats.takes_effect_once(city, leader, "recordMeeting", other, {"minutes": "另一内容"})
