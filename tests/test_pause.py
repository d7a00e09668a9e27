"""中止与恢复: the clocks of a case stand still for a reason the law knows, and run on without the working days in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from resolvers.doors import db, due
from resolvers.models import Case
from resolvers.rules.calendars import YEARS, build_year, calendar_of
from resolvers.rules.days import (
    ZONE,
    Calendar,
    end_of,
    is_working_day,
    local_date,
    nth_working_day,
    working_days_between,
)
from resolvers.rules.sight import WITHHELD
from tests import repeats
from tests.client import Data
from tests.world import APPLICATION, City, alter, change, let_pass

CASE = (
    "case { id number version status dueAt isOverdue pauses { reason startedAt endedAt } deadlines { kind amount startAt"
    " dueAt originalDueAt metAt breachedAt stoppedAt dueAtProvisional trace { date counted reason } } }"
)
PAUSE = "pause { id reason evidence startedAt startedBy { login } endEvidence endedAt endedBy { login } }"
LOOK = "query ($n: String!) { " + CASE.replace("case {", "case(number: $n) {", 1) + " }"
TAG = "新冠疫情"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return calendar_of(1, (build_year(year) for year in YEARS))


def suspending(case: Data, **given: object) -> Data:
    return {**change(case), "reason": "TESTING", "evidence": "检验委托书〔2026〕18号", **given}


def resuming(case: Data, **given: object) -> Data:
    return {**change(case), "evidence": "检验报告〔2026〕77号", **given}


async def suspend(city: City, case: Data, **given: object) -> Data:
    payload = await city.as_("clerk").done("suspendCase", f"{CASE} {PAUSE}", **suspending(case, **given))
    return {**payload["case"], "pause": payload["pause"]}


async def resume(city: City, case: Data, **given: object) -> Data:
    payload = await city.as_("clerk").done("resumeCase", f"{CASE} {PAUSE}", **resuming(case, **given))
    return {**payload["case"], "pause": payload["pause"]}


async def look(city: City, case: Data, who: str = "clerk") -> Data:
    found: Data = (await city.as_(who).ask(LOOK, n=case["number"]))["case"]
    return found


async def paused_for(city: City, case: Data, days: int) -> Data:
    """Suspended so many days ago, and resumed now."""
    suspended = await suspend(city, case)
    await let_pass(suspended, days)
    return await resume(city, suspended)


def clock(case: Data, kind: str = "CLOSE") -> Data:
    (found,) = (each for each in case["deadlines"] if each["kind"] == kind)
    return dict(found)


def when(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


def day(instant: str) -> str:
    return when(instant).astimezone(ZONE).date().isoformat()


def left_after(calendar: Calendar, case: Data, kind: str = "CLOSE") -> str:
    """The day on which a clock of working days runs out when its last pause took nothing but the time after it began."""
    told, pause = clock(case, kind), case["pauses"][-1]
    used = working_days_between(calendar, when(told["startAt"]), when(pause["startedAt"]))
    return nth_working_day(calendar, local_date(when(pause["endedAt"])), told["amount"] - used).isoformat()


@pytest.mark.parametrize("reason", ["TESTING", "APPRAISAL", "RECUSAL", "LEGAL_PROCEEDING"])
async def test_suspended_every_clock_stands_still_and_the_case_has_no_due_date(city: City, reason: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    suspended = await suspend(city, case, reason=reason, evidence="  检验委托书 ")

    assert (suspended["status"], suspended["version"]) == ("SUSPENDED", case["version"] + 1)
    assert (suspended["dueAt"], suspended["isOverdue"]) == (None, False)
    pause = suspended["pause"]
    for kind in ("CLOSE", "ACCEPTANCE"):
        told = clock(suspended, kind)
        assert (told["stoppedAt"], told["metAt"], told["breachedAt"]) == (pause["startedAt"], None, None)
    assert clock(suspended, "SIGN_FOR")["stoppedAt"] is None
    assert pause == {
        "id": pause["id"],
        "reason": reason,
        "evidence": "检验委托书",
        "startedAt": pause["startedAt"],
        "startedBy": {"login": city.login("clerk")},
        "endEvidence": None,
        "endedAt": None,
        "endedBy": None,
    }
    assert suspended["pauses"] == [{"reason": reason, "startedAt": pause["startedAt"], "endedAt": None}]


async def test_suspended_and_resumed_on_one_day_nothing_has_changed(city: City) -> None:
    case = await look(city, await city.case_in("IN_PROGRESS"))

    resumed = await resume(city, await suspend(city, case), evidence=" 检验报告 ")

    assert (resumed["status"], resumed["version"], resumed["dueAt"]) == (
        "IN_PROGRESS",
        case["version"] + 2,
        case["dueAt"],
    )
    assert resumed["deadlines"] == case["deadlines"]
    pause = resumed["pause"]
    assert (pause["endEvidence"], pause["endedBy"]) == ("检验报告", {"login": city.login("clerk")})
    assert pause["startedAt"] < pause["endedAt"]
    moved = "SELECT count(*) AS n FROM deadline_changes x JOIN deadlines d ON d.id = x.deadline_id JOIN cases c ON c.id"
    assert (await db.query(f"{moved} = d.case_id WHERE c.number = $1", case["number"]))[0]["n"] == 0


@pytest.mark.parametrize("days", [1, 6, 40, 200])
async def test_resumed_each_clock_has_as_many_working_days_left_as_when_it_was_stopped(
    city: City, calendar: Calendar, days: int
) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, 3)

    resumed = await paused_for(city, case, days)

    for kind in ("CLOSE", "ACCEPTANCE"):
        told = clock(resumed, kind)
        assert day(told["dueAt"]) == left_after(calendar, resumed, kind)
        assert (told["stoppedAt"], told["breachedAt"]) == (None, None)
        assert sum(each["counted"] for each in told["trace"]) == told["amount"]
        begun, ended = (day(resumed["pause"][end]) for end in ("startedAt", "endedAt"))
        for each in told["trace"]:
            assert (each["reason"] == "PAUSED") == (begun < each["date"] <= ended), each
        assert told["trace"][-1]["date"] == day(told["dueAt"])
    assert resumed["dueAt"] == clock(resumed)["dueAt"]
    assert clock(resumed)["dueAtProvisional"] == (day(resumed["dueAt"]) > "2026-12-31")
    assert resumed["isOverdue"] is False


async def test_several_pauses_are_kept_and_each_takes_out_its_own_days(city: City, calendar: Calendar) -> None:
    first = await paused_for(city, await city.case_in("IN_PROGRESS"), 20)
    await let_pass(first, 2)

    second = await paused_for(city, first, 30)

    assert len(second["pauses"]) == 2
    told = clock(second)
    one, two = second["pauses"]
    used = working_days_between(calendar, when(told["startAt"]), when(one["startedAt"]))
    used += working_days_between(calendar, when(one["endedAt"]), when(two["startedAt"]))
    due = nth_working_day(calendar, local_date(when(two["endedAt"])), 7 - used)
    assert day(second["dueAt"]) == due.isoformat()
    assert sum(each["counted"] for each in told["trace"]) == 7


async def extend(city: City, case: Data, days: int) -> Data:
    asked = await city.as_("clerk").done(
        "requestExtension", "case { version } extension { id }", **change(case), workingDays=days, reason="待检测"
    )
    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    decided = await city.as_("section").done("decideExtension", CASE, **given, decision="APPROVE")
    found: Data = decided["case"]
    return found


async def test_an_extended_clock_keeps_its_extension_through_a_pause_and_its_trace_tells_of_both(
    city: City, calendar: Calendar
) -> None:
    extended = await extend(city, await city.case_in("IN_PROGRESS"), 5)

    resumed = await paused_for(city, extended, 25)

    told = clock(resumed)
    due = nth_working_day(calendar, local_date(when(resumed["pauses"][0]["endedAt"])), 12)
    assert day(resumed["dueAt"]) == due.isoformat()
    assert sum(each["counted"] for each in told["trace"]) == 12
    assert told["trace"][-1]["date"] == day(told["dueAt"])


async def test_an_extension_granted_after_a_pause_counts_from_the_date_the_pause_left(
    city: City, calendar: Calendar
) -> None:
    resumed = await paused_for(city, await city.case_in("IN_PROGRESS"), 25)

    extended = await extend(city, resumed, 5)

    assert day(extended["dueAt"]) == nth_working_day(calendar, local_date(when(resumed["dueAt"])), 5).isoformat()
    assert sum(each["counted"] for each in clock(extended)["trace"]) == 12


async def test_a_clock_extended_by_an_older_release_runs_on_from_its_date(city: City, calendar: Calendar) -> None:
    """Which kept the new date alone, not by how much."""
    extended = await extend(city, await city.case_in("IN_PROGRESS"), 5)
    of_case = "deadline_id IN (SELECT id FROM deadlines WHERE case_id = (SELECT id FROM cases WHERE number = $1))"
    await alter(f"UPDATE deadline_changes SET amount = NULL, unit = NULL WHERE {of_case}", extended["number"])
    suspended = await suspend(city, extended)
    await let_pass(suspended, 21)
    stopped = clock(await look(city, suspended))

    resumed = await resume(city, suspended)

    left = working_days_between(calendar, when(stopped["stoppedAt"]), when(stopped["dueAt"]))
    due = nth_working_day(calendar, local_date(when(resumed["pauses"][0]["endedAt"])), left)
    assert day(resumed["dueAt"]) == due.isoformat() == clock(resumed)["trace"][-1]["date"]


async def test_a_reports_calendar_days_are_paused_and_then_rolled(city: City, calendar: Calendar) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")
    await let_pass(case, 8)

    resumed = await paused_for(city, case, 33)

    plain = local_date(datetime.now(UTC)) + timedelta(days=22)
    assert day(resumed["dueAt"]) == nth_working_day(calendar, plain, 0).isoformat()
    assert sum(each["counted"] for each in clock(resumed)["trace"]) == 30
    assert day(clock(resumed, "VERIFY")["dueAt"]) == left_after(calendar, resumed, "VERIFY")


async def test_suspended_on_its_last_day_a_clock_has_that_of_the_resumption(city: City, calendar: Calendar) -> None:
    today = local_date(datetime.now(UTC))
    days = next(days for days in range(9, 30) if is_working_day(calendar, today - timedelta(days=days)))
    suspended = await suspend(city, await city.case_in("IN_PROGRESS"))
    await let_pass(suspended, days)
    last = start = today - timedelta(days=days)
    while nth_working_day(calendar, start, 7) > last:
        start -= timedelta(days=1)
    of_case = "case_id = (SELECT id FROM cases WHERE number = $1) AND kind = 'CLOSE'"
    dates = "start_at = $2, due_at = $3, effective_due_at = $3"
    begun = datetime(start.year, start.month, start.day, 9, tzinfo=ZONE)
    await alter(f"UPDATE deadlines SET {dates} WHERE {of_case}", suspended["number"], begun, end_of(last))

    resumed = await resume(city, suspended)

    assert day(resumed["dueAt"]) == nth_working_day(calendar, today, 0).isoformat()
    assert (resumed["isOverdue"], clock(resumed)["breachedAt"]) == (False, None)
    assert clock(resumed)["trace"][-1]["date"] == day(resumed["dueAt"])


async def test_a_clock_that_had_run_out_before_stays_breached_and_the_case_is_overdue_again(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, 60)
    late = await look(city, case)
    assert late["isOverdue"] is True

    suspended = await suspend(city, late)

    assert (suspended["isOverdue"], suspended["dueAt"]) == (False, None)
    assert clock(suspended)["breachedAt"] == late["dueAt"]
    resumed = await resume(city, suspended)
    assert (resumed["isOverdue"], resumed["dueAt"], clock(resumed)["breachedAt"]) == (
        True,
        late["dueAt"],
        late["dueAt"],
    )


async def test_nothing_runs_out_while_the_clocks_stand_still(city: City) -> None:
    suspended = await suspend(city, await city.case_in("IN_PROGRESS"))
    await let_pass(suspended, 400)

    for who in ("clerk", "supervisor"):
        found = await look(city, suspended, who)
        assert (found["isOverdue"], found["dueAt"]) == (False, None)
        assert {clock(found, kind)["breachedAt"] for kind in ("CLOSE", "ACCEPTANCE")} == {None}
    listed = "query { cases(filter: { overdue: true }) { nodes { number } } }"
    assert (await city.as_("clerk").ask(listed))["cases"]["nodes"] == []


async def test_a_regime_that_begins_in_a_pause_shortens_what_is_left_after_it(city: City, calendar: Calendar) -> None:
    suspended = await suspend(city, await city.case_in("IN_PROGRESS", tags=[TAG]))
    await let_pass(suspended, 10)
    given = {"name": "疫情防控", "tag": TAG, "basis": "应急处置通知"}
    await city.as_("leader").done("activateRegime", "regime { tag }", **given)
    tagged = await look(city, suspended)
    assert (tagged["dueAt"], tagged["status"]) == (None, "SUSPENDED")

    resumed = await resume(city, tagged)

    due = nth_working_day(calendar, local_date(when(resumed["pauses"][0]["endedAt"])), 3)
    assert day(resumed["dueAt"]) == due.isoformat()
    assert day(clock(resumed, "ACCEPTANCE")["dueAt"]) == left_after(calendar, resumed, "ACCEPTANCE")


@pytest.mark.parametrize("mode", ["STATUTORY", "DUTY"])
async def test_a_limit_shortened_by_a_regime_is_paused_in_the_regimes_own_days(
    city: City, calendar: Calendar, mode: str
) -> None:
    case = await city.case_in("IN_PROGRESS", tags=[TAG])
    given = {"name": "疫情防控", "tag": TAG, "basis": "应急处置通知", "calendarMode": mode}
    await city.as_("leader").done("activateRegime", "regime { tag }", **given)
    shortened = await look(city, case)
    assert (await resume(city, await suspend(city, shortened)))["dueAt"] == shortened["dueAt"]

    resumed = await paused_for(city, await look(city, case), 12)

    today = local_date(when(resumed["pauses"][-1]["endedAt"]))
    due = today + timedelta(days=3) if mode == "DUTY" else nth_working_day(calendar, today, 3)
    assert day(resumed["dueAt"]) == due.isoformat() == clock(resumed)["trace"][-1]["date"]


async def test_what_stood_still_before_a_pause_is_not_set_going_by_its_end(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    of_case = "case_id = (SELECT id FROM cases WHERE number = $1) AND kind = 'ACCEPTANCE'"
    await alter(f"UPDATE deadlines SET stopped_at = start_at WHERE {of_case}", case["number"])

    resumed = await paused_for(city, case, 3)

    assert clock(resumed, "ACCEPTANCE")["stoppedAt"] == clock(resumed, "ACCEPTANCE")["startAt"]
    assert clock(resumed)["stoppedAt"] is None


async def test_what_befell_a_clock_before_it_began_anew_is_not_counted_again(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", tags=[TAG])
    given = {"name": "疫情防控", "tag": TAG, "basis": "应急处置通知"}
    await city.as_("leader").done("activateRegime", "regime { tag }", **given)
    await let_pass(case, 30)

    @db.atomic
    async def anew() -> None:
        row, now = await Case.get(number=case["number"]), datetime.now(UTC)
        await due.stop(row, now)
        await due.begin_anew(row, now, None)

    await anew()
    begun = await look(city, case)

    resumed = await resume(city, await suspend(city, begun))

    assert clock(resumed) == clock(begun)


async def test_waiting_for_the_citizen_stops_no_clock(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("clerk").refused("suspendCase", **suspending(case, reason="WAITING_FOR_CITIZEN"))

    assert (refusal["code"], refusal["path"]) == ("PAUSE_REASON_NOT_ALLOWED", ["reason"])
    assert (await look(city, case))["dueAt"] is not None


@pytest.mark.parametrize(("evidence", "code"), [(" \n", "REASON_REQUIRED"), ("长" * 2_001, "INVALID_INPUT")])
async def test_the_begin_and_the_end_are_proved(city: City, evidence: str, code: str) -> None:
    case = await city.case_in("IN_PROGRESS")
    refusal = await city.as_("clerk").refused("suspendCase", **suspending(case, evidence=evidence))
    assert (refusal["code"], refusal["path"]) == (code, ["evidence"])

    suspended = await suspend(city, case)
    refusal = await city.as_("clerk").refused("resumeCase", **resuming(suspended, evidence=evidence))
    assert (refusal["code"], refusal["path"]) == (code, ["evidence"])


@pytest.mark.parametrize(
    ("who", "lead", "code"),
    [
        ("clerk", "stall", "NOT_YOUR_OFFICE"),
        ("west_clerk", "east", "NOT_YOUR_OFFICE"),  # beside the lead, but not the lead
        ("inspector", "east", "NOT_PERMITTED"),
        ("responsible", "east", "NOT_PERMITTED"),
        ("section", "east", "NOT_PERMITTED"),
    ],
)
async def test_only_the_leads_clerk_suspends_and_resumes(city: City, who: str, lead: str, code: str) -> None:
    lead_clerk = "stall_clerk" if lead == "stall" else "clerk"
    case = await city.sign_for(await city.dispatch(await city.receive(), lead, co=("west",)), lead_clerk)

    assert (await city.as_(who).refused("suspendCase", **suspending(case)))["code"] == code
    payload = await city.as_(lead_clerk).done("suspendCase", CASE, **suspending(case))
    assert (await city.as_(who).refused("resumeCase", **resuming(payload["case"])))["code"] == code


@pytest.mark.parametrize(
    "status", ["RECORDED", "DISPATCHED", "PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"]
)
async def test_only_what_is_in_progress_is_suspended_and_only_what_is_suspended_resumed(
    city: City, status: str
) -> None:
    case = await city.case_in(status)
    for mutation, given in (("suspendCase", suspending(case)), ("resumeCase", resuming(case))):
        refusal = await city.as_("clerk").refused(mutation, **given)
        expected = ("NOT_FOUND", None) if status == "RECORDED" else ("INVALID_TRANSITION", status)
        assert (refusal["code"], refusal.get("status")) == expected


async def test_while_suspended_nothing_is_handed_in_extended_or_returned(city: City) -> None:
    suspended = await suspend(city, await city.case_in("IN_PROGRESS"))
    result: Data = {"department": "科", "handlers": [city.login("inspector")], "outcome": "MEDIATED", "reply": "已退。"}
    for mutation, given in (
        ("submitResult", result),
        ("requestExtension", {"workingDays": 3, "reason": "待检测"}),
        ("requestReturn", {"reason": "不在辖区"}),
        ("suspendCase", {"reason": "TESTING", "evidence": "又一份"}),
    ):
        refusal = await city.as_("clerk").refused(mutation, **change(suspended), **given)
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "SUSPENDED")

    note = await city.inspect(suspended)
    assert note["lateArrival"] is False


async def test_while_an_extension_waits_the_case_is_not_suspended(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    asked = await city.as_("clerk").done("requestExtension", CASE, **change(case), workingDays=3, reason="待检测")

    refusal = await city.as_("clerk").refused("suspendCase", **suspending(asked["case"]))

    assert refusal["code"] == "APPROVAL_PENDING"


async def test_why_is_told_to_staff_alone(city: City) -> None:
    case = await resume(city, await suspend(city, await city.case_in("IN_PROGRESS")))
    asked = "query ($n: String!) { case(number: $n) { pauses { reason evidence endEvidence startedBy { login } } } }"

    (told,) = (await city.as_(APPLICATION).ask(asked, n=case["number"]))["case"]["pauses"]
    (known,) = (await city.as_("supervisor").ask(asked, n=case["number"]))["case"]["pauses"]

    assert told == {"reason": "TESTING", "evidence": WITHHELD, "endEvidence": WITHHELD, "startedBy": None}
    assert (known["evidence"], known["endEvidence"]) == ("检验委托书〔2026〕18号", "检验报告〔2026〕77号")


async def test_a_case_that_ends_while_suspended_ends_its_pause_and_was_in_time(city: City) -> None:
    suspended = await suspend(city, await city.case_in("IN_PROGRESS"))
    await let_pass(suspended, 50)

    given = {**change(suspended), "ground": "WITHDRAWN_OR_SETTLED", "reason": "投诉人撤回"}
    await city.as_("clerk").done("terminateCase", **given)

    found = await look(city, suspended)
    assert (clock(found)["breachedAt"], found["pauses"][0]["endedAt"]) == (None, clock(found)["metAt"])
    assert clock(found)["metAt"] is not None


async def test_of_four_at_once_one_suspends_and_one_resumes(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    for mutation, asked in (("suspendCase", suspending), ("resumeCase", resuming)):
        payloads = await asyncio.gather(*(city.as_("clerk").do(mutation, CASE, **asked(case)) for _ in range(4)))
        stale = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
        assert stale == ["StaleVersionError"] * 3
        (case,) = (payload["case"] for payload in payloads if payload["case"])


async def test_each_takes_effect_once(city: City) -> None:
    clerk, case = city.as_("clerk"), await city.case_in("IN_PROGRESS")
    shape = f"{CASE} {PAUSE}"

    await repeats.shows_the_case_as_it_is(city, clerk, "suspendCase", case, **suspending(case))
    await repeats.leaves_its_key_free(city, clerk, "suspendCase", suspending(case, evidence=""), suspending(case))
    suspended = await look(city, case)
    await repeats.shows_the_case_as_it_is(city, clerk, "resumeCase", suspended, **resuming(suspended))
    await repeats.leaves_its_key_free(city, clerk, "resumeCase", resuming(suspended, evidence=""), resuming(suspended))
    case = await city.case_in("IN_PROGRESS")
    payload = await repeats.takes_effect_once(
        city, clerk, "suspendCase", suspending(case), {"reason": "RECUSAL"}, shape
    )
    await repeats.takes_effect_once(city, clerk, "resumeCase", resuming(payload["case"]), {"evidence": "另"}, shape)
