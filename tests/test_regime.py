"""应急机制: a tag makes urgent, and may only shorten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

import asyncpg
import orjson
import pytest

from resolvers.doors import db
from resolvers.doors.postgres import Logins
from resolvers.rules.days import end_of
from resolvers.terms.roles import Role
from schema.grammar import ids
from tests import repeats
from tests.client import Data, key
from tests.world import City, alter, change, grant

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TAG = "新冠疫情"
REGIME = "regime { id name tag policy bulletinPeriod basis calendarMode startedAt endedAt isActive endReason }"
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
    assert payload["regime"]["endedAt"] is payload["regime"]["endReason"] is None
    assert payload["regime"]["isActive"] is True
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
        *(("policy", name) for name in ("", "NORMAL", "epidemic", "BEIJING ", "政" * 10_000)),
    ],
)
async def test_a_regime_names_itself_its_tag_and_its_basis_and_has_begun(city: City, field: str, value: str) -> None:
    given = {**a_regime(), field: value}

    refusal = await city.as_("leader").refused("activateRegime", "regime { tag }", **given)

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", [field])


async def test_a_regime_brings_the_epidemics_limits_and_daily_bulletins_unless_told(city: City) -> None:
    told = (await activate(city))["regime"]
    other = (await activate(city, tag="接诉即办", policy="BEIJING", bulletinPeriod="WEEKLY"))["regime"]

    assert (told["policy"], told["bulletinPeriod"]) == ("EPIDEMIC", "DAILY")
    assert (other["policy"], other["bulletinPeriod"]) == ("BEIJING", "WEEKLY")


async def test_graded_response_promotes_nothing_and_tells_of_no_urgency(city: City) -> None:
    case = await city.receive(tags=["接诉即办"])

    await activate(city, tag="接诉即办", policy="BEIJING")
    within = await received(city, tags=["接诉即办"])
    later = (await tag(city, await city.receive(), tags=["接诉即办"]))["case"]

    found = await seen(city, case)
    assert (found["priority"], found["version"]) == ("NORMAL", case["version"] + 1)
    assert (within["priority"], later["priority"]) == ("NORMAL", "NORMAL")
    async with city.as_("leader").subscribe('subscription { urgentCases(after: "0") { kind } }') as stream:
        await stream.silence(0.3)


async def test_the_same_activation_sent_twice_is_one(city: City) -> None:
    case, once = await city.receive(tags=[TAG]), key()

    first = await activate(city, idempotencyKey=once)
    second = await activate(city, idempotencyKey=once)

    assert second == first
    assert (await seen(city, case))["version"] == case["version"] + 1
    late = await city.as_("dispatcher").refused("dispatchCase", **change(case), leadOfficeCode=city.codes["east"])
    assert late["code"] == "STALE_VERSION"


# --- its end


def ending(payload: Data, **given: object) -> Data:
    return {"regimeId": payload["regime"]["id"], "reason": "响应终止", **given}


async def end(city: City, payload: Data, **given: object) -> Data:
    return await city.as_("leader").done("endRegime", REGIME, **ending(payload, **given))


async def test_the_end_of_a_regime_lengthens_no_tagged_case_and_takes_off_no_tag(city: City) -> None:
    tagged_before = await city.receive(tags=[TAG])
    regime = await activate(city)
    tagged_within = await received(city)
    again = await city.case_in("CLOSED_AWAITING_CALLBACK", tags=[TAG])
    before = [await seen(city, case) for case in (tagged_before, tagged_within)]

    payload = await end(city, regime, reason=" 响应终止 ")

    assert payload["regime"]["endReason"] == "响应终止"
    assert payload["regime"]["isActive"] is False
    assert payload["regime"]["endedAt"] is not None
    assert [await seen(city, case) for case in (tagged_before, tagged_within)] == before
    assert {case["priority"] for case in before} == {"URGENT"}
    soon = await three_working_days(city)
    assert {case["dueAt"] for case in before} == {soon}
    # What came under it is done again within its limit (DEC-4).
    assert (await seen(city, await done_again(city, again)))["dueAt"] == soon


async def test_what_is_received_after_the_end_is_as_ever(city: City) -> None:
    regime = await activate(city, startedAt=(datetime.now(UTC) - timedelta(days=2)).isoformat())
    await end(city, regime)

    after = await received(city)
    keyed_in_late = await received(city, receivedAt=(datetime.now(UTC) - timedelta(hours=5)).isoformat())
    tagged_late = (await tag(city, await city.receive()))["case"]

    assert [case["priority"] for case in (after, tagged_late)] == ["NORMAL", "NORMAL"]
    # Received while it was in force: the limit is picked at receipt (4.6).
    assert keyed_in_late["priority"] == "URGENT"
    assert (await activate(city))["regime"]["isActive"] is True


async def test_a_regime_ends_once_and_its_end_is_on_record(city: City) -> None:
    regime = await activate(city)
    before = await repeats.entries(city)
    await end(city, regime)

    refusal = await city.as_("leader").refused("endRegime", REGIME, **ending(regime))

    assert (refusal["code"], refusal["path"]) == ("REGIME_NOT_ACTIVE", ["regimeId"])
    (entry,) = await db.query(
        "SELECT kind, case_id, facts FROM ledger WHERE jurisdiction_id = $1 AND seq > $2", city.jurisdiction_id, before
    )
    facts = {"tag": TAG, "regime": str(ids.wanted(regime["regime"]["id"], "Regime"))}
    assert (entry["kind"], entry["case_id"], orjson.loads(entry["facts"])) == ("REGIME_ENDED", None, facts)


async def test_only_a_leader_of_the_whole_jurisdiction_ends_it(city: City, other_city: City) -> None:
    regime = await activate(city)
    await grant(city, "west_clerk", Role.LEADER, "west")

    for who in ("west_clerk", "duty_leader", "supervisor", "dispatcher", "admin", "integrator"):
        refusal = await city.as_(who).refused("endRegime", REGIME, **ending(regime))
        assert refusal["code"] == "NOT_PERMITTED", who
    foreign = await other_city.as_("leader").refused("endRegime", REGIME, **ending(regime))
    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["regimeId"])
    blank = await city.as_("leader").refused("endRegime", REGIME, **ending(regime, reason=" "))
    assert (blank["code"], blank["path"]) == ("REASON_REQUIRED", ["reason"])
    assert (await end(city, regime))["regime"]["isActive"] is False


async def test_of_four_leaders_at_once_one_ends_it(city: City) -> None:
    regime, leader = await activate(city), city.as_("leader")

    payloads = await asyncio.gather(*(leader.do("endRegime", REGIME, **ending(regime)) for _ in range(4)))

    refused = [error["code"] for payload in payloads for error in payload["userErrors"]]
    assert refused == ["REGIME_NOT_ACTIVE"] * 3


async def test_an_end_sent_again_with_its_key_takes_effect_once(city: City) -> None:
    leader = city.as_("leader")
    given = ending(await activate(city))
    await repeats.leaves_its_key_free(city, leader, "endRegime", {**given, "reason": ""}, given, "regime { tag }")
    again = ending(await activate(city))
    await repeats.takes_effect_once(city, leader, "endRegime", again, {"reason": "另一内容"}, REGIME)


async def test_regimes_are_listed_begun_last_first_and_why_one_ended_is_for_staff(city: City, other_city: City) -> None:
    old = await activate(city, tag="暴雪", startedAt="2026-01-05T08:00:00+08:00")
    new = await activate(city)
    await end(city, old)
    await activate(other_city)
    listing = "query ($a: Boolean) { regimes(active: $a) { totalCount nodes { tag isActive endReason } } }"

    told = {a: (await city.as_("clerk").ask(listing, a=a))["regimes"]["nodes"] for a in (None, True, False)}
    outside = (await city.as_("integrator").ask(listing))["regimes"]["nodes"]

    current = {"tag": new["regime"]["tag"], "isActive": True, "endReason": None}
    ended = {"tag": "暴雪", "isActive": False, "endReason": "响应终止"}
    assert told == {None: [current, ended], True: [current], False: [ended]}
    assert outside == [current, {**ended, "endReason": "〔按隐私规定不公开〕"}]


# --- a tag put on later


TAGGED = """case { id number version status priority isUrgent tags dueAt
  deadlines { kind clock amount dueAt originalDueAt } }"""


async def tag(city: City, case: Data, who: str = "dispatcher", **given: object) -> Data:
    return await city.as_(who).done("tagCase", TAGGED, **change(case), **{"tags": [TAG], **given})


@pytest.mark.parametrize("who", ["agent", "dispatcher"])
async def test_the_tag_of_a_regime_in_force_shortens_and_makes_urgent(city: City, who: str) -> None:
    await activate(city)
    case = await city.case_in("IN_PROGRESS", tags=["春节"])

    found = (await tag(city, case, who, tags=[f" {TAG} ", "口罩"]))["case"]

    assert (found["tags"], found["priority"], found["version"]) == (
        ["春节", TAG, "口罩"],
        "URGENT",
        case["version"] + 1,
    )
    (clock,) = [each for each in found["deadlines"] if each["kind"] == "CLOSE"]
    assert found["dueAt"] == clock["dueAt"] == await three_working_days(city) < clock["originalDueAt"]
    async with city.as_("leader").subscribe('subscription { urgentCases(after: "0") { kind case { id } } }') as stream:
        assert await stream.event() == {"kind": "TAGGED", "case": {"id": case["id"]}}


async def test_another_tag_changes_nothing_but_the_tags(city: City) -> None:
    await activate(city)
    case = await city.receive()
    before = await seen(city, case)

    found = (await tag(city, case, tags=["口罩"]))["case"]

    assert (found["tags"], found["priority"], found["dueAt"]) == (["口罩"], "NORMAL", before["dueAt"])
    assert [each["dueAt"] for each in found["deadlines"]] == [each["originalDueAt"] for each in found["deadlines"]]


async def test_a_tag_put_on_later_never_lengthens_what_is_left(city: City) -> None:
    await activate(city)
    overdue = await city.receive(receivedAt=(datetime.now(UTC) - timedelta(days=40)).isoformat())
    before = await seen(city, overdue)

    assert (await tag(city, overdue))["case"]["dueAt"] == before["dueAt"]


@pytest.mark.parametrize("status", ["CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_what_is_closed_is_tagged_no_more(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("dispatcher").refused("tagCase", **change(case), tags=[TAG])

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


@pytest.mark.parametrize("tags", [[], ["春节"], [" 春节 ", "春节"], ["标" * 41], [""], [str(n) for n in range(20)]])
async def test_a_tag_is_new_and_within_bounds(city: City, tags: list[str]) -> None:
    case = await city.receive(tags=["春节"])

    refusal = await city.as_("agent").refused("tagCase", **change(case), tags=tags)

    assert (refusal["code"], refusal["path"][0]) == ("INVALID_INPUT", "tags")
    assert (await tag(city, case))["case"]["version"] == case["version"] + 1


@asynccontextmanager
async def held(city: City, database: Logins, lock: str) -> AsyncIterator[Connection]:
    """Another transaction that changes a regime of the city, or takes in a tagged case, and is not yet through."""
    connection = await asyncpg.connect(**database.app.credentials())
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT {lock}($1)", int.from_bytes(city.jurisdiction_id.bytes[8:], signed=True))
            yield connection
    finally:
        await connection.close()


async def test_a_tag_beside_the_beginning_of_its_regime_is_missed_by_neither(city: City, database: Logins) -> None:
    case = await city.receive()

    async with held(city, database, "pg_advisory_xact_lock") as beginning:
        tagging = asyncio.create_task(tag(city, case))
        await asyncio.sleep(0.5)
        assert not tagging.done()
        await beginning.execute(
            "INSERT INTO regimes (id, jurisdiction_id, name, tag, policy, basis, calendar_mode, started_at)"
            " VALUES (gen_random_uuid(), $1, '一级响应', $2, 'EPIDEMIC', '通知', 'STATUTORY', clock_timestamp())",
            city.jurisdiction_id, TAG,
        )  # fmt: skip

    assert (await tagging)["case"]["priority"] == "URGENT"


async def test_a_regime_ends_after_the_intakes_that_came_under_it(city: City, database: Logins) -> None:
    regime = await activate(city)

    async with held(city, database, "pg_advisory_xact_lock_shared"):
        ended = asyncio.create_task(end(city, regime))
        await asyncio.sleep(0.5)
        assert not ended.done()
        through = datetime.now(UTC)

    assert instant((await ended)["regime"]["endedAt"]) > through


async def test_a_tagging_sent_again_with_its_key_takes_effect_once(city: City) -> None:
    agent, case = city.as_("agent"), await city.receive()
    await repeats.shows_the_case_as_it_is(city, agent, "tagCase", case, **change(case), tags=[TAG])
    await repeats.leaves_its_key_free(
        city, agent, "tagCase", {**change(case), "tags": []}, {**change(case), "tags": [TAG]}
    )
    other = {**change(await city.receive()), "tags": [TAG]}
    await repeats.takes_effect_once(city, agent, "tagCase", other, {"tags": ["另一内容"]})
