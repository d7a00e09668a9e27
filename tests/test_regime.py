"""应急机制: a tag makes urgent, and may only shorten."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from resolvers.rules.days import end_of
from resolvers.terms.roles import Role
from tests.client import Data, key
from tests.world import City, alter, change, grant

TAG = "新冠疫情"
REGIME = "regime { name tag basis calendarMode startedAt endedAt }"
CASE = """query ($i: ID!) { node(id: $i) { ... on Case {
  priority version dueAt deadlines { kind clock round amount dueAt originalDueAt } } } }"""
INTAKE = "case { id number version priority dueAt deadlines { kind amount unit } }"


async def activate(city: City, who: str = "leader", **given: object) -> Data:
    return await city.as_(who).done("activateRegime", REGIME, **{**a_regime(), **given})


def a_regime() -> Data:
    return {"name": "一级响应", "tag": TAG, "basis": "应急处置通知 2020-1"}


async def received(city: City, **given: object) -> Data:
    matter = {"kind": "COMPLAINT", "channel": "PHONE", "title": "口罩涨价", "tags": [TAG]}
    payload = await city.as_("agent").done("receiveCase", INTAKE, **{**matter, **given})
    case: Data = payload["case"]
    return case


async def seen(city: City, case: Data) -> Data:
    found: Data = (await city.as_("leader").ask(CASE, i=case["id"]))["node"]
    return found


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def three_working_days(city: City) -> str:
    """From now: the limit of a call for help."""
    return str((await received(city, kind="HELP_REQUEST", tags=[]))["dueAt"])


async def test_open_cases_that_carry_the_tag_get_three_working_days_and_become_urgent(city: City) -> None:
    tagged = [
        await city.receive(tags=["春节", TAG]),
        await city.dispatch(await city.receive(kind="REPORT", tags=[TAG])),
    ]

    payload = await activate(city)

    subscription = 'subscription { urgentCases(after: "0") { kind case { id } } }'
    async with city.as_("leader").subscribe(subscription) as stream:
        told = [await stream.event() for _ in tagged]
        await stream.silence(0.1)
    assert payload["regime"]["tag"] == TAG
    assert payload["regime"]["endedAt"] is None
    assert sorted(event["case"]["id"] for event in told) == sorted(case["id"] for case in tagged)
    assert {event["kind"] for event in told} == {"TAGGED"}
    soon = await three_working_days(city)
    for case in tagged:
        found = await seen(city, case)
        assert (found["priority"], found["dueAt"]) == ("URGENT", soon)
        assert found["version"] == case["version"] + 1
        (clock,) = [each for each in found["deadlines"] if each["kind"] == "CLOSE"]
        assert clock["dueAt"] == soon < clock["originalDueAt"]


async def test_untagged_closed_and_foreign_cases_stay_as_they_were(city: City, other_city: City) -> None:
    untagged, closed = await city.receive(tags=["新冠"]), await city.case_in("CLOSED_AWAITING_CALLBACK", tags=[TAG])
    foreign = await other_city.receive(tags=[TAG])
    before = [await seen(city, untagged), await seen(city, closed), await seen(other_city, foreign)]

    await activate(city)

    assert [await seen(city, untagged), await seen(city, closed), await seen(other_city, foreign)] == before


async def test_the_tag_never_lengthens_what_is_left(city: City) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    overdue = await city.receive(tags=[TAG], receivedAt=long_ago)
    helping = await city.receive(kind="HELP_REQUEST", tags=[TAG], receivedAt=long_ago)
    before = [await seen(city, case) for case in (overdue, helping)]

    await activate(city)

    after = [await seen(city, case) for case in (overdue, helping)]
    assert [case["dueAt"] for case in after] == [case["dueAt"] for case in before]
    assert [case["deadlines"] for case in after] == [case["deadlines"] for case in before]
    assert {case["priority"] for case in after} == {"URGENT"}


async def done_again(city: City, case: Data) -> Data:
    return await city.review(await city.call_back(case, level="DISSATISFIED"))


async def test_whoever_is_under_the_regime_has_three_days_again_when_done_again(city: City) -> None:
    again = await done_again(city, await city.case_in("CLOSED_AWAITING_CALLBACK", tags=[TAG]))
    brought_under = await city.case_in("PENDING_SIGN_OFF", tags=[TAG])

    await activate(city)
    brought_under = await city.sign_off({**brought_under, "version": (await seen(city, brought_under))["version"]})
    later = await city.case_in("CLOSED_AWAITING_CALLBACK", tags=[TAG])
    cases = [again, await done_again(city, brought_under), await done_again(city, later)]

    soon = await three_working_days(city)
    for case in cases:
        found = await seen(city, case)
        (clock,) = [each for each in found["deadlines"] if each["kind"] == "REHANDLE"]
        assert found["dueAt"] == clock["dueAt"] == soon


@pytest.mark.parametrize(
    ("kind", "channel", "amount"),
    [("COMPLAINT", "PHONE", 3), ("REPORT", "WEB", 3), ("COMPLAINT", "MAYOR_HOTLINE", 3), ("SUGGESTION", "PHONE", 13)],
)
async def test_intake_under_the_regime_is_urgent_with_its_limits(
    city: City, kind: str, channel: str, amount: int
) -> None:
    await activate(city)

    case = await received(city, kind=kind, channel=channel)

    clocks = {clock["kind"]: (clock["amount"], clock["unit"]) for clock in case["deadlines"]}
    assert case["priority"] == "URGENT"
    assert clocks["CLOSE"] == (amount, "WORKING_DAY")
    assert clocks["TRIAGE"] == (0, "HOUR")


async def test_intake_without_the_tag_or_from_before_the_regime_is_as_ever(city: City) -> None:
    started = datetime.now(UTC) - timedelta(days=2)
    await activate(city, startedAt=started.isoformat())

    before = await received(city, receivedAt=(started - timedelta(seconds=1)).isoformat())
    within = await received(city, receivedAt=started.isoformat())
    untagged = await received(city, tags=["疫情"])
    emergency = await received(city, priority="EMERGENCY")

    found = [case["priority"] for case in (before, within, untagged, emergency)]
    assert found == ["NORMAL", "URGENT", "NORMAL", "EMERGENCY"]
    closing = [
        next(clock["amount"] for clock in case["deadlines"] if clock["kind"] == "CLOSE")
        for case in (before, within, untagged, emergency)
    ]
    assert closing == [7, 3, 7, 3]


@pytest.mark.parametrize(
    ("received_on", "channel", "mode", "due_on"),
    [
        ("2020-01-24", "PHONE", "STATUTORY", "2020-02-05"),  # the Spring Festival, extended
        ("2020-01-24", "PHONE", "DUTY", "2020-01-27"),
        ("2020-04-29", "PHONE", "STATUTORY", "2020-05-07"),
        ("2020-04-29", "MAYOR_HOTLINE", "STATUTORY", "2020-05-07"),
        ("2020-04-29", "MAYOR_HOTLINE", "DUTY", "2020-05-02"),
        ("2025-09-26", "PHONE", "STATUTORY", "2025-09-30"),  # Sunday the 28th is worked
        ("2026-02-13", "PHONE", "STATUTORY", "2026-02-25"),  # so is Saturday the 14th
        ("2026-02-13", "PHONE", "DUTY", "2026-02-16"),
    ],
)
async def test_the_three_days_are_counted_as_the_regime_says(
    city: City, received_on: str, channel: str, mode: str, due_on: str
) -> None:
    payload = await activate(city, startedAt="2020-01-21T00:00:00+08:00", calendarMode=mode)

    case = await received(city, channel=channel, receivedAt=f"{received_on}T23:50:00+08:00")

    assert payload["regime"]["calendarMode"] == mode
    assert instant(case["dueAt"]) == end_of(date.fromisoformat(due_on))


async def test_only_a_leader_of_the_whole_jurisdiction_activates_one(city: City) -> None:
    await grant(city, "west_clerk", Role.LEADER, "west")

    for who in ("west_clerk", "duty_leader", "supervisor", "dispatcher", "admin", "integrator"):
        refusal = await city.as_(who).refused("activateRegime", "regime { tag }", **a_regime())
        assert refusal["code"] == "NOT_PERMITTED", who
    assert (await activate(city))["regime"]["tag"] == TAG


async def test_a_tag_has_one_regime_at_a_time_in_each_city(city: City, other_city: City) -> None:
    await activate(city)

    refusal = await city.as_("leader").refused("activateRegime", "regime { tag }", **a_regime())

    assert (refusal["code"], refusal["path"]) == ("REGIME_ALREADY_ACTIVE", ["tag"])
    assert (await activate(city, tag="暴雪"))["regime"]["tag"] == "暴雪"
    assert (await activate(other_city))["regime"]["tag"] == TAG
    await alter("UPDATE regimes SET ended_at = now() WHERE jurisdiction_id = $1", city.jurisdiction_id)
    assert (await received(city))["priority"] == "NORMAL"
    assert (await activate(city))["regime"]["tag"] == TAG


async def test_of_four_leaders_at_once_one_activates_it(city: City) -> None:
    await city.receive(tags=[TAG])
    leader = city.as_("leader")

    payloads = await asyncio.gather(*(leader.do("activateRegime", REGIME, **a_regime()) for _ in range(4)))

    refused = [error["code"] for payload in payloads for error in payload["userErrors"]]
    assert refused == ["REGIME_ALREADY_ACTIVE"] * 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("tag", ""),
        ("tag", "标" * 41),
        ("basis", "\t"),
        ("startedAt", "2099-12-31T00:00:00+00:00"),
        ("startedAt", "2017-12-31T00:00:00+00:00"),
    ],
)
async def test_a_regime_names_itself_its_tag_and_its_basis_and_has_begun(city: City, field: str, value: str) -> None:
    given = {**a_regime(), field: value}

    refusal = await city.as_("leader").refused("activateRegime", "regime { tag }", **given)

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", [field])


async def test_the_same_activation_sent_twice_is_one(city: City) -> None:
    case, once = await city.receive(tags=[TAG]), key()

    first = await activate(city, idempotencyKey=once)
    second = await activate(city, idempotencyKey=once)

    assert second == first
    assert (await seen(city, case))["version"] == case["version"] + 1
    late = await city.as_("dispatcher").refused("dispatchCase", **change(case), leadOfficeCode=city.codes["east"])
    assert late["code"] == "STALE_VERSION"
