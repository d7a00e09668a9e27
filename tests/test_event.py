"""事件: what happened to the cases in sight, live and from a cursor on, without gap or repeat."""

from __future__ import annotations

import asyncio
import base64
import json
from itertools import cycle
from typing import Any

import orjson
import pytest

from resolvers.doors import db
from resolvers.terms import limits
from resolvers.terms.roles import Role
from tests.client import Caller, Data
from tests.world import City, alter, change, grant

EVENT = "cursor kind caseId caseVersion case { number status title complainant { name phone } }"
ALL = f"subscription ($after: String) {{ caseEvents(after: $after) {{ {EVENT} }} }}"
URGENT = f"subscription ($after: String) {{ urgentCases(after: $after) {{ {EVENT} }} }}"
OF_OFFICE = f"""subscription ($code: String, $after: String) {{
  caseEvents(officeCode: $code, after: $after) {{ {EVENT} }} }}"""
OF_CASE = f"""subscription ($number: String, $after: String) {{
  caseEvents(caseNumber: $number, after: $after) {{ {EVENT} }} }}"""
OPENED = ["RECEIVED", "DISPATCHED", "SIGNED_FOR"]


async def heard(caller: Caller, count: int, document: str = ALL, **given: object) -> list[Data]:
    """The next so many events, from the beginning unless told."""
    async with caller.subscribe(document, **{"after": "0", **given}) as stream:
        return [await stream.event() for _ in range(count)]


async def all_heard(city: City, caller: Caller, document: str = ALL, **given: object) -> list[Data]:
    """Every event of the past that a caller hears: the beginning of a last case that everybody hears marks the end."""
    last = await city.dispatch(await city.receive(priority="EMERGENCY"), "stall")
    found: list[Data] = []
    async with caller.subscribe(document, **{"after": "0", **given}) as stream:
        while not found or found[-1]["caseId"] != last["id"]:
            found.append(await stream.event())
    return found[:-1]


def kinds(events: list[Data]) -> list[str]:
    return [event["kind"] for event in events]


async def test_what_happens_is_told_as_it_happens_and_nothing_of_before(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HEARTBEAT_SECONDS", 0.02)
    case = await city.receive()

    async with city.as_("leader").subscribe(ALL) as stream:
        await stream.event(heartbeats=True)
        case = await city.dispatch(case)
        dispatched = await stream.event()
        case = await city.sign_for(case)
        signed = await stream.event()

    assert kinds([dispatched, signed]) == ["DISPATCHED", "SIGNED_FOR"]
    for event in (dispatched, signed):
        assert (event["caseId"], event["case"]["number"]) == (case["id"], case["number"])
    assert signed["case"]["status"] == "IN_PROGRESS"
    assert signed["caseVersion"] == dispatched["caseVersion"] + 1 == case["version"]


async def test_the_urgent_are_those_created_so_and_those_promoted(city: City) -> None:
    plain, emergency = await city.receive(), await city.receive(priority="EMERGENCY")
    urgent, tagged = await city.receive(priority="URGENT"), await city.receive(tags=["暴雪"])
    await city.sign_for(await city.dispatch(emergency))
    promoted = (await city.as_("leader").done("superviseCase", **change(plain), reason="督办"))["case"]
    await city.as_("leader").done("superviseCase", **change(promoted), reason="再督办")
    await city.as_("leader").done("superviseCase", **change(urgent), reason="督办")
    await city.as_("leader").done("activateRegime", "regime { id }", name="暴雪", tag="暴雪", basis="通知")
    within = await city.receive(tags=["暴雪"])
    await city.dispatch(within)

    found = await all_heard(city, city.as_("dispatcher"), URGENT)

    assert [(event["kind"], event["case"]["number"]) for event in found] == [
        ("RECEIVED", emergency["number"]),
        ("RECEIVED", urgent["number"]),
        ("SUPERVISED", plain["number"]),
        ("TAGGED", tagged["number"]),
        ("RECEIVED", within["number"]),
    ]


async def test_an_office_hears_of_what_it_and_those_below_it_hold(city: City, other_city: City) -> None:
    east = await city.sign_for(await city.dispatch(await city.receive()))
    west = await city.dispatch(await city.receive(), "west")
    stall = await city.dispatch(await city.receive(), "stall")
    leader = city.as_("leader")

    found = await all_heard(city, leader, OF_OFFICE, code=city.codes["east"])
    assert [event["case"]["number"] for event in found] == [east["number"]] * 3 + [stall["number"]] * 2
    found = await heard(leader, 2, OF_OFFICE, code=city.codes["stall"])
    assert [event["case"]["number"] for event in found] == [stall["number"]] * 2
    found = await all_heard(city, leader, OF_OFFICE, code=city.codes["top"])
    assert len(found) == 9
    (*_, last) = await heard(leader, 2, OF_OFFICE, code=city.codes["west"])
    assert (last["kind"], last["case"]["number"]) == ("DISPATCHED", west["number"])
    async with leader.subscribe(OF_OFFICE, after="0", code=other_city.codes["top"]) as stream:
        await stream.silence(0.1)


async def test_one_case_is_followed_by_its_number(city: City, other_city: City) -> None:
    one, _, foreign = await city.case_in("IN_PROGRESS"), await city.case_in("DISPATCHED"), await other_city.receive()

    found = await heard(city.as_("clerk"), 3, OF_CASE, number=one["number"])

    assert kinds(found) == OPENED
    assert {event["caseId"] for event in found} == {one["id"]}
    for number in (foreign["number"], "990000000000"):
        async with city.as_("leader").subscribe(OF_CASE, after="0", number=number) as stream:
            await stream.silence(0.1)


async def test_another_city_s_events_are_never_heard(city: City, other_city: City) -> None:
    await other_city.case_in("IN_PROGRESS")
    case = await city.case_in("IN_PROGRESS")

    found = await all_heard(city, city.as_("leader"))

    assert {event["caseId"] for event in found} == {case["id"]}
    assert kinds(found) == OPENED


@pytest.mark.parametrize("who", ["other_agent", "integrator"])
async def test_a_report_is_silent_for_whoever_has_no_part_in_it(city: City, who: str) -> None:
    report = await city.case_in("IN_PROGRESS", kind="REPORT", priority="EMERGENCY")
    complaint = await city.case_in("DISPATCHED", priority="URGENT")
    unconnected = city.as_(who)

    assert {event["caseId"] for event in (await all_heard(city, unconnected))[:2]} == {complaint["id"]}
    assert [event["caseId"] for event in (await all_heard(city, unconnected, URGENT))[:1]] == [complaint["id"]]
    async with unconnected.subscribe(OF_CASE, after="0", number=report["number"]) as stream:
        await city.inspect(report)
        await stream.silence(0.2)
    for connected in ("agent", "leader", "clerk"):
        assert {event["caseId"] for event in await heard(city.as_(connected), 3)} == {report["id"]}, connected


async def test_what_an_event_shows_is_masked_for_who_hears_it(city: City) -> None:
    words = {"title": "张三丰举报", "party": {"name": "张三丰", "phone": "14012345678"}}
    report = await city.case_in("IN_PROGRESS", kind="REPORT", **words)
    complaint = await city.case_in("IN_PROGRESS", **words)

    async def shown(who: str, case: Data) -> tuple[str, object, object]:
        (event, *_) = await heard(city.as_(who), 1, OF_CASE, number=case["number"])
        told = event["case"]["complainant"]
        return event["case"]["title"], told["name"], told["phone"]

    assert await shown("agent", report) == ("张三丰举报", "张三丰", "14012345678")
    assert await shown("clerk", report) == ("〔已隐去〕举报", "举报人", None)
    assert await shown("leader", report) == ("张三丰举报", "张**", "140****5678")
    assert await shown("clerk", complaint) == ("张三丰举报", "张三丰", "14012345678")
    assert await shown("integrator", complaint) == ("〔按隐私规定不公开〕", None, None)


async def test_a_replay_is_the_ledger_and_every_cursor_a_place_in_it(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPLAY_BATCH", 3)
    for status in ("PENDING_SIGN_OFF", "DISPATCHED", "CALLBACK_REVIEW"):
        await city.case_in(status)

    whole = await heard(city.as_("leader"), 12)

    assert [(event["kind"], event["caseVersion"]) for event in whole] == await _written(city)
    assert len({event["cursor"] for event in whole}) == 12
    for n in (0, 2, 3, 10):
        rest = await heard(city.as_("leader"), 11 - n, after=whole[n]["cursor"])
        assert [event["cursor"] for event in rest] == [event["cursor"] for event in whole[n + 1 :]]


async def _written(city: City) -> list[tuple[str, int]]:
    entries = "SELECT kind, case_version FROM ledger WHERE jurisdiction_id = $1 AND case_id IS NOT NULL ORDER BY seq"
    return [(row["kind"], row["case_version"]) for row in await db.query(entries, city.jurisdiction_id)]


async def test_who_resumes_while_others_write_misses_and_repeats_nothing(city: City) -> None:
    async def write() -> None:
        for _ in range(5):
            await city.sign_for(await city.dispatch(await city.receive()))

    async def read() -> list[Data]:
        found: list[Data] = []
        after, bites = "0", cycle((1, 5, 2, 11))
        while len(found) < 60:
            found += await heard(city.as_("leader"), min(next(bites), 60 - len(found)), after=after)
            after = found[-1]["cursor"]
        return found

    async with asyncio.TaskGroup() as together:
        reading = together.create_task(read())
        for _ in range(4):
            together.create_task(write())
    found = reading.result()

    assert [(event["kind"], event["caseVersion"]) for event in found] == await _written(city)
    assert len({event["cursor"] for event in found}) == 60
    for case in {event["caseId"] for event in found}:
        assert kinds([event for event in found if event["caseId"] == case]) == OPENED


async def test_heartbeats_carry_a_cursor_past_what_is_out_of_sight(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEARTBEAT_SECONDS", 0.02)
    await city.case_in("IN_PROGRESS")

    async with city.as_("west_clerk").subscribe(ALL, after="0") as stream:
        first, second = [await stream.event(heartbeats=True) for _ in range(2)]
    case = await city.dispatch(await city.receive(), "west")

    assert (
        first
        == second
        == {"cursor": first["cursor"], "kind": "HEARTBEAT", "caseId": None, "caseVersion": None, "case": None}
    )
    assert _seq(first["cursor"]) == 3
    found = await heard(city.as_("west_clerk"), 2, after=second["cursor"])
    assert [(event["kind"], event["caseId"]) for event in found] == [
        ("RECEIVED", case["id"]),
        ("DISPATCHED", case["id"]),
    ]


def _seq(cursor: str) -> int:
    seq: int = _opened(cursor)[1]
    return seq


def _opened(cursor: str) -> list[Any]:
    said: list[Any] = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return said


def _sealed(said: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(said)).decode().rstrip("=")


async def test_a_cursor_that_cannot_be_replayed_is_answered_by_one_reset_and_the_stream_goes_on(
    city: City, other_city: City
) -> None:
    await other_city.receive()
    case = await city.dispatch(await city.receive())
    (foreign,), (own, _) = (
        await heard(other_city.as_("leader"), 1),
        await heard(city.as_("clerk"), 2),
    )
    code, seq, scope = _opened(own["cursor"])
    future = _sealed([code, 1_000, scope])
    other_scope = (await heard(city.as_("leader"), 1))[0]["cursor"]

    for after in (foreign["cursor"], future, other_scope):
        async with city.as_("clerk").subscribe(ALL, after=after) as stream:
            reset = await stream.event()
            case = (await city.as_("leader").done("superviseCase", **change(case), reason="督办"))["case"]
            following = await stream.event()
        assert (reset["kind"], reset["case"], reset["caseId"]) == ("SYNC_RESET", None, None)
        assert (following["kind"], following["caseVersion"]) == ("SUPERVISED", case["version"])
    assert seq == 1
    (resumed,) = await heard(city.as_("clerk"), 1, after=reset["cursor"])
    assert resumed["kind"] == "SUPERVISED"


async def test_a_forged_cursor_is_refused_and_the_socket_lives(city: City) -> None:
    said = (
        ["990", 1],
        ["990", -1, "x"],
        ["990", "1", "x"],
        ["990", True, "x"],
        ["990", 1.5, "x"],
        {"a": 1},
        None,
        5,
        "abc",
    )

    for text in (*map(_sealed, said), "1", "", "游标", "A" * 5_000):
        async with city.as_("leader").subscribe(ALL, after=text) as stream:
            refusal = json.loads(await stream.socket.recv())
            assert (refusal["type"], refusal["payload"][0]["extensions"]["code"]) == ("error", "BAD_USER_INPUT"), text
            await stream.socket.send('{"type": "ping"}')
            assert json.loads(await stream.socket.recv()) == {"type": "pong"}


async def test_a_change_of_scope_is_a_reset_of_the_running_stream_and_of_older_cursors(city: City) -> None:
    case = await city.case_in("DISPATCHED")
    await city.dispatch(await city.receive(), "west")
    async with city.as_("west_clerk").subscribe(ALL, after="0") as stream:
        before = [await stream.event() for _ in range(2)]

        await grant(city, "west_clerk", Role.INSPECTOR, "east")
        await city.sign_for(case)
        reset, signed = await stream.event(), await stream.event()
        ended = "UPDATE role_grants SET valid_to = now() WHERE person_id = $1 AND role = 'INSPECTOR'"
        await alter(ended, city.persons["west_clerk"])
        await city.inspect(case)
        lost, removed = await stream.event(), await stream.event()

    assert kinds([reset, signed]) == ["SYNC_RESET", "SIGNED_FOR"]
    assert signed["caseId"] == case["id"]
    assert kinds([lost, removed]) == ["SYNC_RESET", "REMOVED"]
    assert (removed["caseId"], removed["case"]) == (case["id"], None)
    assert kinds(await heard(city.as_("west_clerk"), 1, after=signed["cursor"])) == ["SYNC_RESET"]
    assert kinds(await heard(city.as_("west_clerk"), 1, after=before[0]["cursor"])) == ["DISPATCHED"]


async def test_a_case_that_leaves_the_sight_is_removed_once_and_may_come_back(city: City) -> None:
    case = await city.dispatch(await city.receive(), "west")
    seen_by = "UPDATE cases SET office_ids = $1 WHERE number = $2"
    async with city.as_("west_dispatcher").subscribe(ALL, after="0") as stream:
        assert kinds([await stream.event() for _ in range(2)]) == OPENED[:2]

        await alter(seen_by, [city.offices["top"]], case["number"])
        case = await city.submit(await city.sign_for(case, "west_clerk"), "west_clerk")
        removed = await stream.event()
        other = await city.dispatch(await city.receive(), "west")
        following = [await stream.event()]
        if following[0]["kind"] == "RECEIVED":  # heard after the case was dispatched
            following.append(await stream.event())
        await alter(seen_by, [city.offices["top"], city.offices["west"]], case["number"])
        await city.sign_off(case, "west_responsible", decision="REJECT", reason="再查")
        back = await stream.event()

    assert (removed["kind"], removed["caseId"], removed["case"]) == ("REMOVED", case["id"], None)
    assert {event["caseId"] for event in following} == {other["id"]}
    assert (back["kind"], back["case"]["number"]) == ("SENT_BACK", case["number"])


async def test_who_may_not_hear_hears_nothing(city: City) -> None:
    await city.receive()
    scopes = json.dumps(["READ_CASES"])
    await alter("UPDATE applications SET scopes = $1::jsonb WHERE login = $2", scopes, city.login("integrator"))

    for who in ("integrator", "admin", "enterprise"):
        async with city.as_(who).subscribe(ALL, after="0") as stream:
            refusal = json.loads(await stream.socket.recv())
        assert refusal["type"] == "error", who
        assert refusal["payload"][0]["extensions"]["reason"] == "NOT_PERMITTED", who
    async with city.anonymous.subscribe(ALL) as stream:
        refusal = json.loads(await stream.socket.recv())
    assert refusal["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
