"""并单: a duplicate goes on as part of another case, and so does whoever raised it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from resolvers.doors import db
from resolvers.terms import limits
from tests import repeats
from tests.client import Data
from tests.world import City, alter, change, let_pass

CASE = "case { id number version status closedAt mergedAt dueAt mergedInto { number } followers { number }"
UNIT = "leadOffice { code } assignments { status } deadlines { kind metAt breachedAt } }"
TARGET = "target { id number version status priority mergedInto { number } followers { number } }"
SEEN = """query ($n: String!) { case(number: $n) { id title mergedInto { number }
  followers { number complainant { name phone address } } complainant { name phone address } } }"""


def merging(case: Data, target: Data) -> Data:
    return {**change(case), "targetCaseId": target["id"]}


async def merge(city: City, case: Data, target: Data) -> tuple[Data, Data]:
    """The case and its target after the merge."""
    payload = await city.as_("dispatcher").done("mergeCase", f"{CASE} }} {TARGET}", **merging(case, target))
    return payload["case"], payload["target"]


async def seen(city: City, who: str, case: Data) -> Data | None:
    found: Data | None = (await city.as_(who).ask(SEEN, n=case["number"]))["case"]
    return found


async def refused(city: City, case: Data, target: Data) -> str:
    refusal = await city.as_("dispatcher").refused("mergeCase", **merging(case, target))
    assert refusal["path"] == ["targetCaseId"]
    code: str = refusal["code"]
    return code


@pytest.mark.parametrize("status", ["RECORDED", "DISPATCHED"])
async def test_merged_it_is_closed_and_its_clocks_stand_still_for_good(city: City, status: str) -> None:
    case, target = await city.case_in(status), await city.case_in("IN_PROGRESS")

    payload = await city.as_("dispatcher").done("mergeCase", f"{CASE} {UNIT} {TARGET}", **merging(case, target))

    merged, into = payload["case"], payload["target"]
    assert (merged["status"], merged["version"]) == ("MERGED", case["version"] + 1)
    assert merged["mergedAt"] == merged["closedAt"] is not None
    assert (merged["dueAt"], merged["leadOffice"]) == (None, None)
    assert [each["status"] for each in merged["assignments"]] == ["MERGED"] * (status == "DISPATCHED")
    assert all(each["breachedAt"] is None for each in merged["deadlines"])
    clocks = await db.query(
        "SELECT d.met_at, d.stopped_at FROM deadlines d JOIN cases c ON c.id = d.case_id WHERE c.number = $1",
        case["number"],
    )
    assert all((clock["met_at"] is None) is (clock["stopped_at"] is not None) for clock in clocks)
    assert merged["mergedInto"] == {"number": target["number"]}
    assert (into["status"], into["version"]) == ("IN_PROGRESS", target["version"] + 1)
    assert into["followers"] == [{"number": case["number"]}]


async def test_what_was_merged_into_it_before_goes_along_and_every_unit_sees_what_it_handles(city: City) -> None:
    first, second, third = [await city.receive() for _ in range(3)]
    _, second = await merge(city, first, second)
    second, third = await merge(city, second, third)

    assert [each["number"] for each in third["followers"]] == [first["number"], second["number"]]
    assert [each["number"] for each in second["followers"]] == [first["number"]]
    third = await city.dispatch(third, "west")
    for each in (first, second, third):
        assert await seen(city, "west_clerk", each)
    shape = "case { id number version } returnRequest { id }"
    asked = await city.as_("west_clerk").done("requestReturn", shape, **change(third), reason="不属本辖区")
    given = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["case"]["version"]}
    back = await city.as_("dispatcher").done("decideReturn", **given, decision="APPROVE")
    for each in (first, second, third):
        assert await seen(city, "west_clerk", each) is None
    await city.dispatch(back["case"], "east")
    for each in (first, second, third):
        assert await seen(city, "clerk", each)


async def test_who_had_the_duplicate_has_it_no_longer_and_who_has_the_other_sees_both(city: City) -> None:
    target, case = await city.case_in("IN_PROGRESS"), await city.dispatch(await city.receive(), "west")

    await merge(city, case, target)

    assert await seen(city, "west_clerk", case) is None
    told = await seen(city, "clerk", case)
    assert told
    assert told["mergedInto"] == {"number": target["number"]}
    assert told["complainant"]["phone"] == "14012345678"  # whose matter it mediates now


async def test_of_an_informant_the_unit_of_the_other_report_learns_nothing(city: City) -> None:
    target = await city.case_in("IN_PROGRESS", kind="REPORT", party={"name": "李四", "phone": "14000000001"})
    case = await city.receive(kind="REPORT", title="张三丰举报药店", description="请打14012345678。")

    await merge(city, case, target)

    for who in ("clerk", "inspector", "responsible"):
        told = await seen(city, who, target)
        assert told
        nobody = {"name": "举报人", "phone": None, "address": None}
        assert told["followers"] == [{"number": case["number"], "complainant": nobody}]
        (follower,) = [await seen(city, who, case)]
        assert follower
        assert (follower["complainant"], follower["title"]) == (nobody, "〔已隐去〕举报药店")
    for who in ("west_clerk", "other_agent", "caller", "integrator"):
        assert await seen(city, who, case) is None
    outside = await seen(city, "agent", case)  # who took the call
    assert outside
    assert (outside["complainant"]["name"], outside["mergedInto"]["number"]) == ("张三丰", target["number"])


async def test_a_case_out_of_sight_is_not_told_as_the_one_it_was_merged_into(city: City) -> None:
    target, case = await city.dispatch(await city.receive(), "west"), await city.receive()
    await merge(city, case, target)
    await alter("UPDATE cases SET handling_ids = $1 WHERE number = $2", [city.offices["east"]], case["number"])

    told = await seen(city, "clerk", case)

    assert told
    assert told["mergedInto"] is None


@pytest.mark.parametrize("kind", ["REPORT", "CONSULTATION"])
async def test_only_another_case_of_the_same_kind_is_a_target(city: City, kind: str) -> None:
    case, other = await city.receive(), await city.receive(kind=kind)

    assert await refused(city, case, case) == "DUPLICATE_TARGET_REQUIRED"
    assert await refused(city, case, other) == "DUPLICATE_TARGET_REQUIRED"
    missing = await city.as_("dispatcher").refused("mergeCase", **change(case))
    assert (missing["code"], missing["path"]) == ("DUPLICATE_TARGET_REQUIRED", ["targetCaseId"])
    merged, _ = await merge(city, case, await city.receive())
    assert merged["status"] == "MERGED"


async def test_what_was_merged_is_no_target_and_what_leads_back_least_of_all(city: City) -> None:
    first, second, third = [await city.receive() for _ in range(3)]
    first, second = await merge(city, first, second)
    second, third = await merge(city, second, third)

    assert await refused(city, await city.receive(), first) == "DUPLICATE_TARGET_REQUIRED"
    assert await refused(city, third, second) == "DUPLICATE_CYCLE"
    assert await refused(city, third, first) == "DUPLICATE_CYCLE"


@pytest.mark.parametrize("status", ["CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW", "ARCHIVED"])
async def test_a_case_closed_lately_is_a_target(city: City, status: str) -> None:
    case, target = await city.receive(), await city.case_in(status)

    _, into = await merge(city, case, target)

    assert (into["status"], into["version"]) == (status, target["version"] + 1)


async def test_a_case_closed_long_ago_or_void_is_none(city: City) -> None:
    case, old, void = await city.receive(), await city.case_in("ARCHIVED"), await city.receive()
    await let_pass(old, limits.REPEAT_LIFE.days + 1)
    await alter("UPDATE cases SET status = 'VOID' WHERE number = $1", void["number"])

    assert await refused(city, case, old) == "DUPLICATE_TARGET_REQUIRED"
    assert await refused(city, case, void) == "DUPLICATE_TARGET_REQUIRED"
    later = "UPDATE cases SET closed_at = closed_at + $1 WHERE number = $2"
    await alter(later, timedelta(days=2), old["number"])
    assert (await merge(city, case, old))[0]["status"] == "MERGED"


@pytest.mark.parametrize("status", ["IN_PROGRESS", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_a_case_being_handled_is_not_merged(city: City, status: str) -> None:
    case, target = await city.case_in(status), await city.receive()

    refusal = await city.as_("dispatcher").refused("mergeCase", **merging(case, target))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


@pytest.mark.parametrize(
    ("one", "other", "urgency"),
    [("NORMAL", "NORMAL", None), ("URGENT", "NORMAL", "URGENT"), ("EMERGENCY", "URGENT", "EMERGENCY"), ("URGENT", "EMERGENCY", None)],
)  # fmt: skip
async def test_the_more_urgent_makes_the_other_as_urgent_and_that_is_told(
    city: City, one: str, other: str, urgency: str | None
) -> None:
    case, target = await city.receive(priority=one), await city.receive(priority=other)

    _, into = await merge(city, case, target)

    assert into["priority"] == (urgency or other)
    sql = "SELECT kind, case_version, urgent, facts FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq DESC LIMIT 2"
    joined, merged = await db.query(sql, city.jurisdiction_id)
    assert (joined["kind"], joined["urgent"]) == ("FOLLOWER_JOINED", urgency is not None)
    assert (merged["kind"], merged["urgent"]) == ("MERGED", False)


async def deadlocks() -> int:
    """How many the server has broken up so far, as far as it has counted."""
    (row,) = await db.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(row["deadlocks"])


async def test_of_two_merges_that_cross_each_other_one_is_done(city: City) -> None:
    before = await deadlocks()
    for _ in range(12):
        one, other = await city.receive(), await city.receive()

        payloads = await asyncio.gather(
            *(city.as_("dispatcher").do("mergeCase", **merging(a, b)) for a, b in ((one, other), (other, one)))
        )

        codes = [error["code"] for payload in payloads for error in payload["userErrors"]]
        assert codes in (["STALE_VERSION"], ["DUPLICATE_CYCLE"])
        rows = await db.query(
            "SELECT status FROM cases WHERE number = ANY($1) ORDER BY status", [one["number"], other["number"]]
        )
        assert [row["status"] for row in rows] == ["MERGED", "RECORDED"]
    assert await deadlocks() == before, "one waited for the other"


async def test_of_three_merges_in_a_ring_no_ring_comes(city: City) -> None:
    for _ in range(6):
        ring = [await city.receive() for _ in range(3)]

        pairs = [(ring[n], ring[(n + 1) % 3]) for n in range(3)]
        await asyncio.gather(*(city.as_("dispatcher").do("mergeCase", **merging(a, b)) for a, b in pairs))

        told = [await seen(city, "leader", case) for case in ring]
        assert [case["mergedInto"] for case in told if case].count(None) >= 1
        for case in ring:
            found = await seen(city, "leader", case)
            assert found
            assert case["number"] not in [each["number"] for each in found["followers"]]


async def test_a_target_of_another_city_is_as_absent(city: City, other_city: City) -> None:
    case, strange = await city.receive(), await other_city.receive()

    assert await refused(city, case, strange) == "NOT_FOUND"
    assert await refused(city, case, {"id": case["id"][:-8] + "AAAAAAA="}) in ("NOT_FOUND", "INVALID_INPUT")
    refusal = await other_city.as_("dispatcher").refused("mergeCase", **merging(case, strange))
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["caseId"])


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    dispatcher, target = city.as_("dispatcher"), await city.receive()
    case, other = await city.receive(), await city.receive()
    await repeats.shows_the_case_as_it_is(city, dispatcher, "mergeCase", case, **merging(case, target))
    await repeats.leaves_its_key_free(
        city, dispatcher, "mergeCase", merging(case, case), merging(case, target), facts=2
    )
    await repeats.takes_effect_once(
        city, dispatcher, "mergeCase", merging(other, target), {"targetCaseId": case["id"]}, facts=2
    )


# --- the callback goes to every merged complainant (4.5)

CALLED = "case { id number version status } callback { id attempt follower { number } }"
PARTIES = "query ($n: String!) { case(number: $n) { complainant { phone } followers { complainant { phone } } } }"


async def call(city: City, case: Data, follower: Data | None = None, **given: object) -> Data:
    """The case after a call, with the record's id."""
    whom = {"followerCaseId": follower["id"]} if follower else {}
    given = {"level": "SATISFIED", **given, **whom}
    payload = await city.as_("caller").done("recordCallback", CALLED, **change(case), **given)
    assert payload["callback"]["follower"] == (follower and {"number": follower["number"]})
    return {**payload["case"], "callbackId": payload["callback"]["id"], "attempt": payload["callback"]["attempt"]}


async def with_followers(city: City, *phones: str | None, kind: str = "COMPLAINT") -> tuple[Data, list[Data]]:
    """A closed case, into which a chain was merged, the last of it first."""
    target = await city.case_in("IN_PROGRESS", kind=kind)
    followers = [await city.receive(kind=kind, party={"name": "李四", "phone": phone}) for phone in phones]
    for last, before in reversed(list(zip(followers, [target, *followers], strict=False))):
        await merge(city, await fresh(city, last), before)
    if kind == "REPORT":
        await city.inspect(target)
    return await city.sign_off(await city.submit(await fresh(city, target))), followers


async def fresh(city: City, case: Data) -> Data:
    found: Data = await city.as_("leader").ask(
        "query ($n: String!) { case(number: $n) { id number version status round } }", n=case["number"]
    )
    return {**case, **found["case"]}


@pytest.mark.parametrize("kind", ["COMPLAINT", "REPORT"])
async def test_every_complainant_is_called_and_the_last_record_ends_the_calling(city: City, kind: str) -> None:
    case, (near, far, silent) = await with_followers(city, "14000000001", "14000000002", None, kind=kind)

    async def numbers(who: str) -> list[str | None]:
        told = (await city.as_(who).ask(PARTIES, n=case["number"]))["case"]
        return [each["complainant"]["phone"] for each in (told, *told["followers"])]

    assert set(await numbers("caller")) == {"14012345678", "14000000001", "14000000002", None}
    assert "14000000001" not in await numbers("east_caller")
    first = await call(city, case, far)
    assert (first["status"], first["attempt"]) == ("CLOSED_AWAITING_CALLBACK", 1)
    assert "14000000002" not in await numbers("caller")
    again = await city.as_("caller").refused(
        "recordCallback", **change(first), level="SATISFIED", followerCaseId=far["id"]
    )
    assert again["code"] == "INVALID_TRANSITION"
    second = await call(city, first)
    assert second["status"] == "CLOSED_AWAITING_CALLBACK"
    signed = await city.review({**second, "callbackId": first["callbackId"]})
    assert signed["status"] == "CLOSED_AWAITING_CALLBACK"
    missed = await call(city, signed, near, outcome="UNREACHABLE", level=None)
    third = await call(city, missed, near)
    assert (third["status"], third["attempt"]) == ("CALLBACK_REVIEW", 2)
    waiting = await city.as_("reviewer").ask("{ approvals { nodes { callback { id } } } }")
    ids = {node["callback"]["id"] for node in waiting["approvals"]["nodes"]}
    assert ids == {second["callbackId"], third["callbackId"]}
    signed = await city.review({**third, "callbackId": second["callbackId"]})
    assert signed["status"] == "CALLBACK_REVIEW"
    assert (await city.review({**signed, "callbackId": third["callbackId"]}))["status"] == "ARCHIVED"
    assert (await fresh(city, silent))["status"] == "MERGED"


async def test_one_dissatisfied_among_them_has_it_done_again_when_all_are_reviewed_and_all_are_called_again(
    city: City,
) -> None:
    case, (near,) = await with_followers(city, "14000000001")

    first = await call(city, case, near, level="DISSATISFIED")
    second = await call(city, first)
    signed = await city.review({**second, "callbackId": first["callbackId"]})
    assert (signed["status"], signed["round"]) == ("CALLBACK_REVIEW", 1)
    again = await city.review({**signed, "callbackId": second["callbackId"]})

    assert (again["status"], again["round"]) == ("IN_PROGRESS", 2)
    closed = await city.sign_off(await city.submit(again))
    one = await call(city, closed)
    assert (one["status"], one["attempt"]) == ("CLOSED_AWAITING_CALLBACK", 1)
    assert (await call(city, one, near))["status"] == "CALLBACK_REVIEW"


async def test_a_record_sent_back_has_that_one_called_again_and_nobody_else(city: City) -> None:
    case, (near,) = await with_followers(city, "14000000001")
    first = await call(city, case, near)
    second = await call(city, first)

    back = await city.review({**second, "callbackId": first["callbackId"]}, decision="REJECT", reason="记录过简")

    assert back["status"] == "CLOSED_AWAITING_CALLBACK"
    refusal = await city.as_("caller").refused("recordCallback", **change(back), level="SATISFIED")
    assert refusal["code"] == "INVALID_TRANSITION"
    third = await call(city, back, near)
    assert (third["status"], third["attempt"]) == ("CALLBACK_REVIEW", 2)
    signed = await city.review({**third, "callbackId": second["callbackId"]})
    assert (await city.review({**signed, "callbackId": third["callbackId"]}))["status"] == "ARCHIVED"


async def test_who_joins_while_the_record_is_under_review_is_called_as_well(city: City) -> None:
    case, late = await city.case_in("CALLBACK_REVIEW"), await city.receive(party={"phone": "14000000003"})
    await merge(city, late, case)

    back = await city.review({**case, **await fresh(city, case)})

    assert back["status"] == "CLOSED_AWAITING_CALLBACK"
    called = await call(city, back, late)
    assert (await city.review(called))["status"] == "ARCHIVED"


async def test_nobody_is_called_for_a_case_that_was_not_merged_into_it(city: City, other_city: City) -> None:
    case, stranger = await city.case_in("CLOSED_AWAITING_CALLBACK"), await city.receive()

    for other in (stranger, case, await other_city.receive()):
        refusal = await city.as_("caller").refused(
            "recordCallback", **change(case), level="SATISFIED", followerCaseId=other["id"]
        )
        assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["followerCaseId"])
