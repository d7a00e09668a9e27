"""时钟: breaches, reminders, escalations and lapses come of themselves, each once, whoever works and however often."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from resolvers import clockwork
from resolvers.clockwork import Lost, catch_up
from resolvers.doors import db, ledger
from resolvers.doors.lease import Lease
from tests.client import Data
from tests.world import City, change, let_pass

LONG = 30  # days: past the last rung of every limit a complaint has
CASE = (
    "query ($n: String!) { case(number: $n) { version status isOverdue deadlines { kind dueAt breachedAt metAt }"
    " reminders { stage addressees dueAt } timeline(first: 50) { nodes { kind } } } }"
)


@pytest.fixture
async def lease() -> Lease:
    """The work is ours, whoever had it."""
    await alter_lease()
    found = Lease("clockwork")
    assert await found.take()
    return found


async def alter_lease() -> None:
    await db.atomic(db.execute)("UPDATE leases SET expires_at = clock_timestamp()")


def now() -> datetime:
    return datetime.now(UTC)


async def seen(city: City, case: Data, who: str = "supervisor") -> Data:
    found: Data = (await city.as_(who).ask(CASE, n=case["number"]))["case"]
    return found


def happened(case: Data, kind: str) -> int:
    return [event["kind"] for event in case["timeline"]["nodes"]].count(kind)


async def test_a_limit_that_ran_out_is_breached_once_and_for_good(city: City, lease: Lease) -> None:
    case = await city.case_in("DISPATCHED")
    await let_pass(case, LONG)

    await catch_up(lease, now())
    first = await seen(city, case)
    again = await catch_up(lease, now())

    breached = {each["kind"] for each in first["deadlines"] if each["breachedAt"]}
    assert breached == {"CLOSE", "SIGN_FOR", "ACCEPTANCE"}
    assert all(each["breachedAt"] == each["dueAt"] for each in first["deadlines"] if each["breachedAt"])
    assert (happened(first, "DEADLINE_BREACHED"), first["version"]) == (3, case["version"])
    assert again["breached"] == 0
    assert (await seen(city, case))["timeline"] == first["timeline"]


async def test_a_breach_stays_when_the_case_is_closed(city: City, lease: Lease) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")
    await let_pass(case, LONG)
    await catch_up(lease, now())
    before = (await seen(city, case))["deadlines"]

    await city.sign_off(case)

    after = {each["kind"]: each for each in (await seen(city, case))["deadlines"]}
    (close,) = (each for each in before if each["kind"] == "CLOSE")
    assert after["CLOSE"]["breachedAt"] == close["breachedAt"] == close["dueAt"]
    assert after["CLOSE"]["metAt"] > close["dueAt"]


async def test_what_was_met_or_is_closed_is_left_in_peace(city: City, lease: Lease) -> None:
    archived, answered = await city.case_in("ARCHIVED"), await city.receive(kind="CONSULTATION")
    await city.as_("agent").done("answerCase", **change(answered), answer="三个工作日内到账。")
    for case in (archived, answered):
        await let_pass(case, LONG)

    await catch_up(lease, now())

    for case in (archived, answered):
        found = await seen(city, case)
        assert (happened(found, "DEADLINE_BREACHED"), found["reminders"]) == (0, [])


@pytest.mark.parametrize(
    ("days", "stage", "addressees"),
    [
        (LONG, "CRITICISM", ["SUPERVISION_OFFICER", "LEADER"]),
    ],
)
async def test_the_present_rung_of_the_ladder_opens(
    city: City, lease: Lease, days: int, stage: str, addressees: list[str]
) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, days)

    await catch_up(lease, now())
    await catch_up(lease, now())

    found = await seen(city, case)
    assert [(each["stage"], each["addressees"]) for each in found["reminders"]] == [(stage, addressees)]
    assert happened(found, "REMINDED") == 1
    assert await reminded(city, case, "integrator") == []


async def reminded(city: City, case: Data, who: str) -> list[Data]:
    found: list[Data] = (
        await city.as_(who).ask(CASE.replace("deadlines { kind dueAt breachedAt metAt }", ""), n=case["number"])
    )["case"]["reminders"]
    return found


async def test_day_by_day_a_case_climbs_the_whole_ladder(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    start = now()

    for day in range(LONG):
        await catch_up(lease, start + timedelta(days=day))

    found = await seen(city, case)
    assert [each["stage"] for each in found["reminders"]] == ["BEFORE_DUE", "DUE", "FORMAL_NOTICE", "CRITICISM"]
    assert happened(found, "REMINDED") == 4


async def test_a_date_that_moves_has_a_ladder_of_its_own(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    given = {**change(case), "workingDays": 3, "reason": "须等检测结果"}
    asked = await city.as_("clerk").done("requestExtension", "case { version dueAt } extension { id }", **given)
    due = datetime.fromisoformat(asked["case"]["dueAt"])
    await catch_up(lease, due)
    decision = {
        "extensionId": asked["extension"]["id"],
        "expectedVersion": asked["case"]["version"],
        "decision": "APPROVE",
    }
    await city.as_("section").done("decideExtension", "case { version }", **decision)

    await catch_up(lease, due + timedelta(days=1))
    await catch_up(lease, due + timedelta(days=LONG))

    stages = [
        (each["stage"], each["dueAt"] == asked["case"]["dueAt"]) for each in (await seen(city, case))["reminders"]
    ]
    assert stages[0] == ("DUE", True)
    assert stages[-1] == ("CRITICISM", False)


async def test_what_nobody_decides_escalates_and_an_extension_lapses(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    given = {**change(case), "workingDays": 3, "reason": "须等检测结果"}
    asked = await city.as_("clerk").done("requestExtension", "case { version dueAt }", **given)
    due = datetime.fromisoformat(asked["case"]["dueAt"])
    waiting = "{ approvals(filter: {escalated: true}) { nodes { kind escalatedAt } } }"

    await catch_up(lease, due + timedelta(minutes=1))
    assert (await city.as_("section").ask(waiting))["approvals"]["nodes"] == []
    await catch_up(lease, due + timedelta(days=5))  # one working day and any festival but the long ones
    escalated = (await city.as_("section").ask(waiting))["approvals"]["nodes"]
    assert [each["kind"] for each in escalated] == ["EXTENSION"]
    assert happened(await seen(city, case), "ESCALATED") == 1

    await catch_up(lease, due + timedelta(days=LONG))
    found = await seen(city, case)
    assert (happened(found, "EXTENSION_LAPSED"), happened(found, "ESCALATED")) == (1, 1)
    assert (await city.as_("section").ask("{ approvals { nodes { kind } } }"))["approvals"]["nodes"] == []
    await city.submit({"id": case["id"], "version": asked["case"]["version"]})  # nothing is in the unit's way any more


async def test_what_has_escalated_the_duty_leader_decides_and_nothing_before(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    given = {**change(case), "workingDays": 3, "reason": "须等检测结果"}
    shape = "case { version dueAt } extension { id }"
    asked = await city.as_("clerk").done("requestExtension", shape, **given)
    due = datetime.fromisoformat(asked["case"]["dueAt"])
    decision = {
        "extensionId": asked["extension"]["id"],
        "expectedVersion": asked["case"]["version"],
        "decision": "APPROVE",
    }
    waiting = "{ approvals { nodes { kind extension { id } } } }"

    early = await city.as_("duty_leader").refused("decideExtension", "extension { id }", **decision)
    unseen = (await city.as_("duty_leader").ask(waiting))["approvals"]["nodes"]
    await catch_up(lease, due + timedelta(days=5))
    shown = (await city.as_("duty_leader").ask(waiting))["approvals"]["nodes"]
    decided = await city.as_("duty_leader").done(
        "decideExtension", "extension { status decidedBy { login } }", **decision
    )

    assert (early["code"], unseen) == ("NOT_PERMITTED", [])
    assert shown == [{"kind": "EXTENSION", "extension": {"id": asked["extension"]["id"]}}]
    assert decided["extension"] == {"status": "APPROVED", "decidedBy": {"login": city.login("duty_leader")}}


async def test_a_dispute_the_leader_leaves_undecided_is_a_breach_of_the_law_and_escalates_to_nobody(
    city: City, lease: Lease
) -> None:
    case = await city.case_in("DISPATCHED")
    shape = "case { version } returnRequest { id }"
    asked = await city.as_("clerk").done("requestReturn", shape, **change(case), reason="不属本辖区")
    of_it = {"returnRequestId": asked["returnRequest"]["id"], "reason": "不属本辖区"}
    left = {**of_it, "expectedVersion": asked["case"]["version"], "decision": "REJECT"}
    version = (await city.as_("dispatcher").done("decideReturn", **left))["case"]["version"]
    raised = await city.as_("clerk").done(
        "disputeReturn", "case { version } dispute { id }", **of_it, expectedVersion=version
    )

    await catch_up(lease, now() + timedelta(days=LONG))

    found = await seen(city, case)
    (resolve,) = (each for each in found["deadlines"] if each["kind"] == "RESOLVE")
    assert resolve["breachedAt"] == resolve["dueAt"]
    assert happened(found, "ESCALATED") == 0
    waiting = "{ approvals { nodes { kind escalatedAt } } }"
    assert (await city.as_("leader").ask(waiting))["approvals"]["nodes"] == [{"kind": "DISPUTE", "escalatedAt": None}]
    assert (await city.as_("duty_leader").ask(waiting))["approvals"]["nodes"] == []
    decided = {"disputeId": raised["dispute"]["id"], "expectedVersion": raised["case"]["version"]}
    given = {"decision": "REJECT", "reason": "由你单位办理"}
    late = await city.as_("leader").done("decideDispute", "dispute { status }", **decided, **given)
    assert late["dispute"] == {"status": "UPHELD"}


async def test_a_result_nobody_signs_escalates_after_its_own_limit(city: City, lease: Lease) -> None:
    await city.case_in("PENDING_SIGN_OFF")
    waiting = "{ approvals { nodes { kind escalatedAt } } }"

    await catch_up(lease, now() + timedelta(hours=12))
    (early,) = (await city.as_("responsible").ask(waiting))["approvals"]["nodes"]
    await catch_up(lease, now() + timedelta(days=12))
    (late,) = (await city.as_("responsible").ask(waiting))["approvals"]["nodes"]

    assert early["escalatedAt"] is None
    assert late["escalatedAt"] is not None


async def test_a_case_somebody_is_working_on_is_passed_over_until_the_next_round(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, LONG)
    locked, done = asyncio.Event(), asyncio.Event()

    @db.atomic
    async def work() -> None:
        await db.query("SELECT id FROM cases WHERE number = $1 FOR UPDATE", case["number"])
        locked.set()
        await done.wait()

    working = asyncio.ensure_future(work())
    try:
        await locked.wait()
        await catch_up(lease, now())
        assert happened(await seen(city, case), "DEADLINE_BREACHED") == 0
    finally:
        done.set()
        await working
    await catch_up(lease, now())

    assert happened(await seen(city, case), "DEADLINE_BREACHED") > 0


async def test_of_several_replicas_one_works(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, LONG)
    await alter_lease()
    leases = [Lease("clockwork") for _ in range(8)]

    taken = await asyncio.gather(*(each.take() for each in leases))

    assert sum(taken) == 1
    winner = leases[taken.index(True)]
    with pytest.raises(Lost):
        await catch_up(leases[taken.index(False)], now())
    await catch_up(winner, now())
    assert happened(await seen(city, case), "REMINDED") == 1


async def test_a_holder_that_slept_past_its_time_does_nothing_more(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, LONG)
    await alter_lease()
    successor = Lease("clockwork")
    assert await successor.take()

    with pytest.raises(Lost):
        await catch_up(lease, now())

    assert happened(await seen(city, case), "REMINDED") == 0


async def test_whoever_leaves_makes_room_at_once(lease: Lease) -> None:
    other = Lease("clockwork")
    assert not await other.take()

    await lease.leave()

    assert await other.take()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two acts each, so that a round is many transactions."""
    monkeypatch.setattr(clockwork, "_REMIND", clockwork._REMIND.replace(f"LIMIT {clockwork.BATCH}", "LIMIT 2"))


@pytest.mark.usefixtures("small_batches")
async def test_a_round_of_many_transactions_leaves_nothing_out_and_the_chain_whole(city: City, lease: Lease) -> None:
    cases = [await city.case_in("IN_PROGRESS") for _ in range(5)]
    for case in cases:
        await let_pass(case, LONG)

    await catch_up(lease, now())

    assert [happened(await seen(city, case), "REMINDED") for case in cases] == [1] * 5
    flaws = [found async for found in ledger.verify(UUID(str(city.jurisdiction_id))) if isinstance(found, ledger.Flaw)]
    assert flaws == []


async def test_subscribers_hear_of_it(city: City, lease: Lease) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, LONG)
    heard = []

    document = "subscription ($n: String!) { caseEvents(caseNumber: $n) { kind case { number } } }"
    async with city.as_("supervisor").subscribe(document, n=case["number"]) as stream:
        await asyncio.sleep(0.3)
        await catch_up(lease, now())
        heard += [(await stream.event())["kind"] for _ in range(2)]

    assert heard[0] == "DEADLINE_BREACHED"


async def test_by_itself_it_works_every_so_often(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, LONG)
    await alter_lease()
    running = asyncio.create_task(clockwork.run(0.05))
    document = 'subscription ($n: String!) { caseEvents(caseNumber: $n, after: "0") { kind } }'
    try:
        async with city.as_("supervisor").subscribe(document, n=case["number"]) as stream:
            while (await stream.event(seconds=20))["kind"] != "REMINDED":
                pass
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert await Lease("clockwork").take(), "who goes leaves the work to the next"
