"""What suggests supervision (domain 4.5): each of seven triggers, once a round, never of what is void or merged."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from resolvers.doors import db, suggestions
from resolvers.terms.kinds import SupervisionTrigger
from tests.client import Data
from tests.world import City, alter, change, let_pass

READ = "query ($i: ID!) { node(id: $i) { ... on Case { version suggestions { round trigger } } } }"
LIST = "query ($s: Boolean) { cases(filter: {suggested: $s}) { totalCount nodes { number } } }"


async def sweep(city: City, *, later: timedelta = timedelta()) -> list[tuple[str, int, str]]:
    """What is new by then: number, round, trigger."""
    new = await db.atomic(suggestions.suggest)(city.jurisdiction_id, datetime.now(UTC) + later, 1_000)
    rows = await db.query("SELECT id, number FROM cases WHERE jurisdiction_id = $1", city.jurisdiction_id)
    numbers = {row["id"]: row["number"] for row in rows}
    return sorted((numbers[case_id], number, trigger.value) for case_id, number, trigger in new)


async def triggers(city: City, case: Data) -> list[str]:
    return [trigger for number, _, trigger in await sweep(city) if number == case["number"]]


async def on_time(city: City, status: str) -> Data:
    """A case with days to go, whatever day of the week it is: a report has thirty."""
    return await city.case_in(status, kind="REPORT", party=None)


# --- one by one, with what is just not enough


async def test_nothing_suggests_a_case_that_goes_its_way(city: City) -> None:
    for status in ("RECORDED", "DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"):
        await on_time(city, status)

    assert await sweep(city) == []


async def test_overdue(city: City) -> None:
    case, closed_late = await on_time(city, "PENDING_SIGN_OFF"), await on_time(city, "PENDING_SIGN_OFF")
    await let_pass(case, 90)
    await let_pass(closed_late, 90)
    await city.sign_off(closed_late)

    assert await sweep(city) == [(case["number"], 1, "OVERDUE")]


async def test_a_clock_that_stands_still_is_not_overdue(city: City) -> None:
    case = await on_time(city, "IN_PROGRESS")
    await city.inspect(case)
    await let_pass(case, 90)
    await alter("UPDATE cases SET status = 'SUSPENDED', due_at = NULL WHERE number = $1", case["number"])

    assert await sweep(city) == []


async def test_repeated_the_second_time(city: City) -> None:
    cases = [await city.receive(kind="REPORT") for _ in range(2)]
    assert await sweep(city) == []  # one repeat

    cases += [await city.receive(kind="REPORT") for _ in range(2)]

    first, _, third, fourth = (case["number"] for case in cases)
    assert await sweep(city) == [(number, 1, "REPEATED") for number in sorted((first, third, fourth))]


async def test_repeated_along_a_chain(city: City) -> None:
    cases = [await city.receive(party=None) for _ in range(3)]
    for before, after in itertools.pairwise(cases):
        await alter(
            "UPDATE cases SET repeat_of_id = (SELECT id FROM cases WHERE number = $1) WHERE number = $2",
            before["number"], after["number"],
        )  # fmt: skip

    assert await sweep(city) == [(cases[2]["number"], 1, "REPEATED")]


async def test_a_void_call_is_no_repeat(city: City) -> None:
    cases = [await city.receive(kind="REPORT") for _ in range(3)]
    await alter("UPDATE cases SET status = 'VOID' WHERE number = $1", cases[1]["number"])

    assert await sweep(city) == []


async def test_dissatisfied_recorded_and_not_called_again_since(city: City) -> None:
    case, other = await on_time(city, "CLOSED_AWAITING_CALLBACK"), await on_time(city, "CLOSED_AWAITING_CALLBACK")
    case, other = await city.call_back(case, level="DISSATISFIED"), await city.call_back(other, level="DISSATISFIED")
    returned = {"decision": "REJECT", "reason": "记录不全"}
    other = await city.call_back(await city.review(other, **returned), level="NEUTRAL")

    assert await sweep(city) == [(case["number"], 1, "DISSATISFIED")]


async def test_several_sections(city: City) -> None:
    case = await city.dispatch(await city.receive(kind="REPORT", party=None), co=("west",))

    assert await triggers(city, case) == ["SEVERAL_SECTIONS"]


async def test_no_progress_with_a_working_day_left(city: City) -> None:
    idle, visited = await on_time(city, "IN_PROGRESS"), await on_time(city, "IN_PROGRESS")
    unsigned, asked = await on_time(city, "DISPATCHED"), await on_time(city, "IN_PROGRESS")
    await city.inspect(visited)
    await city.as_("clerk").done("requestExtension", **change(asked), workingDays=2, reason="待检验")
    every = [case["number"] for case in (idle, visited, unsigned, asked)]

    await alter("UPDATE cases SET due_at = now() + interval '12 days' WHERE number = ANY($1)", every)
    assert await sweep(city) == []
    await alter("UPDATE cases SET due_at = now() + interval '1 hour' WHERE number = ANY($1)", every)
    assert await sweep(city) == [(idle["number"], 1, "NO_PROGRESS")]


async def test_a_unit_that_gives_back_unsigned_refuses_to_sign(city: City) -> None:
    refused, signed = await on_time(city, "DISPATCHED"), await on_time(city, "IN_PROGRESS")
    for case in (refused, signed):
        await city.as_("clerk").done("requestReturn", **change(case), reason="不属本辖区")

    assert await sweep(city) == [(refused["number"], 1, "REFUSED_SIGN_FOR")]


async def test_so_does_one_that_lets_the_time_to_sign_run_out(city: City) -> None:
    late, signed = await on_time(city, "DISPATCHED"), await on_time(city, "DISPATCHED")
    for case in (late, signed):
        await alter(
            "UPDATE deadlines SET effective_due_at = now() - interval '1 hour' WHERE kind = 'SIGN_FOR'"
            " AND case_id = (SELECT id FROM cases WHERE number = $1)", case["number"],
        )  # fmt: skip
    await city.sign_for(signed)

    assert await sweep(city) == [(late["number"], 1, "REFUSED_SIGN_FOR")]


@pytest.mark.parametrize("status", ["IN_PROGRESS", "ARCHIVED"])
async def test_an_instruction_in_this_round(city: City, status: str) -> None:
    case = await on_time(city, status)
    await city.as_("leader").done("instructCase", **change(case), text="限三日内办结")

    assert await sweep(city) == [(case["number"], 1, "INSTRUCTION")]


# --- once a round, and of what is a case


async def test_a_trigger_is_suggested_once_a_round(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK", kind="REPORT", party=None)
    case = await city.call_back(case, level="DISSATISFIED")
    assert await sweep(city) == [(case["number"], 1, "DISSATISFIED")]
    assert await sweep(city) == []

    case = await city.review(case)
    assert await sweep(city) == []  # the call was about the round before
    await city.inspect(case)
    await city.call_back(await city.sign_off(await city.submit(case)), level="DISSATISFIED")
    assert await sweep(city) == [(case["number"], 2, "DISSATISFIED")]


@pytest.mark.parametrize("status", ["VOID", "MERGED"])
async def test_what_is_void_or_merged_is_never_suggested(city: City, status: str) -> None:
    case = await city.dispatch(await city.receive(), co=("west",))
    await city.as_("leader").done("instructCase", **change(case), text="速办")
    merged = ", merged_into_id = gen_random_uuid(), merged_at = now()" if status == "MERGED" else ""
    await alter(f"UPDATE cases SET status = $1{merged} WHERE number = $2", status, case["number"])

    assert await sweep(city, later=timedelta(days=90)) == []


async def test_so_many_at_a_time_and_the_rest_the_next_time(city: City) -> None:
    cases = [await city.dispatch(await city.receive(kind="REPORT", party=None), co=("west",)) for _ in range(3)]
    some = db.atomic(suggestions.suggest)

    found = [await some(city.jurisdiction_id, datetime.now(UTC), 2) for _ in range(3)]

    assert [len(each) for each in found] == [2, 1, 0]
    assert len({case_id for each in found for case_id, _, _ in each}) == len(cases)


async def test_a_round_of_the_watch_writes_each_into_its_ledger(city: City, other_city: City) -> None:
    cases = [await each.dispatch(await each.receive(), co=("west",)) for each in (city, other_city)]

    while await db.atomic(suggestions.open_suggestions)(datetime.now(UTC)) == suggestions.BATCH:
        pass
    again = await db.atomic(suggestions.open_suggestions)(datetime.now(UTC))

    assert again == 0
    for where, case in zip((city, other_city), cases, strict=True):
        (entry,) = await db.query(
            "SELECT l.kind, l.actor_id, l.case_version, l.facts::text AS facts FROM ledger l JOIN cases c ON c.id = l.case_id"
            " WHERE c.number = $1 ORDER BY l.seq DESC LIMIT 1", case["number"],
        )  # fmt: skip
        assert (entry["kind"], entry["actor_id"], entry["case_version"]) == (
            "SUPERVISION_SUGGESTED", None, case["version"],
        )  # fmt: skip
        assert entry["facts"] == '{"round": 1, "trigger": "SEVERAL_SECTIONS"}'
        found = (await where.as_("supervisor").ask(READ, i=case["id"]))["node"]
        assert found == {"version": case["version"], "suggestions": [{"round": 1, "trigger": "SEVERAL_SECTIONS"}]}


# --- how it is shown


async def found(city: City, who: str, *, suggested: bool | None) -> list[str]:
    told = (await city.as_(who).ask(LIST, s=suggested))["cases"]
    return sorted(node["number"] for node in told["nodes"])


async def test_cases_are_found_by_it_until_supervision_is_ordered(city: City) -> None:
    plain = await city.receive(kind="REPORT", party=None)
    case = await city.dispatch(await city.receive(kind="REPORT", party=None), co=("west",))
    await sweep(city)

    assert await found(city, "supervisor", suggested=True) == [case["number"]]
    assert await found(city, "supervisor", suggested=False) == [plain["number"]]
    await city.as_("supervisor").done("superviseCase", **change(case), reason="尽快", trigger="SEVERAL_SECTIONS")
    assert await found(city, "supervisor", suggested=True) == []
    await city.as_("leader").done(
        "instructCase", **{**change(case), "expectedVersion": case["version"] + 1}, text="速办"
    )
    await sweep(city)
    assert await found(city, "supervisor", suggested=True) == [case["number"]]
    await alter("UPDATE cases SET round = 2 WHERE number = $1", case["number"])
    assert await found(city, "supervisor", suggested=True) == []


async def test_they_are_told_to_the_centre_alone(city: City) -> None:
    case = await city.dispatch(await city.receive(), co=("west",))
    await sweep(city)

    for who in ("clerk", "responsible", "agent", "integrator"):
        assert (await city.as_(who).ask(READ, i=case["id"]))["node"]["suggestions"] == [], who
        assert await found(city, who, suggested=True) == []
        assert await found(city, who, suggested=False) == [case["number"]]
    for who in ("dispatcher", "section", "leader", "analyst", "auditor"):
        assert (await city.as_(who).ask(READ, i=case["id"]))["node"]["suggestions"] != [], who


async def test_that_a_matter_is_a_repeat_is_kept_from_the_unit(city: City) -> None:
    for _ in range(2):
        await city.receive()
    case = await city.dispatch(await city.receive())
    while await db.atomic(suggestions.open_suggestions)(datetime.now(UTC)) == suggestions.BATCH:
        pass
    await city.as_("leader").done("superviseCase", **change(case), reason="尽快", trigger="REPEATED")
    asked = "query ($i: ID!) { node(id: $i) { ... on Case { supervisions { trigger } timeline { nodes { kind } } } } }"

    told = {who: (await city.as_(who).ask(asked, i=case["id"]))["node"] for who in ("clerk", "auditor")}

    assert told["clerk"]["supervisions"] == [{"trigger": None}]
    assert told["auditor"]["supervisions"] == [{"trigger": "REPEATED"}]
    heard = {who: [event["kind"] for event in of["timeline"]["nodes"]] for who, of in told.items()}
    assert heard["auditor"] == ["RECEIVED", "DISPATCHED", "SUPERVISION_SUGGESTED", "SUPERVISED"]
    assert heard["clerk"] == ["RECEIVED", "DISPATCHED", "SUPERVISED"]


def test_the_seven_triggers_are_those_of_the_law() -> None:
    assert {trigger.value for trigger in SupervisionTrigger} == {
        "OVERDUE", "REPEATED", "DISSATISFIED", "SEVERAL_SECTIONS", "NO_PROGRESS", "REFUSED_SIGN_FOR", "INSTRUCTION",
    }  # fmt: skip
