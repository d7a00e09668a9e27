"""工作日历: read by all, amended by the operator; limits that run follow it, what is over stays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from resolvers import calendar
from resolvers.doors import clock, db, ledger
from resolvers.doors import due as due_dates
from resolvers.doors.postgres import Logins
from resolvers.rules.calendars import build_year, read_notice
from resolvers.rules.days import ZONE, DayType
from tests.client import Data
from tests.notices import EXTENDED_2020, NOTICE, ORIGINAL_2020, amend, at, calendar_of_its_own
from tests.serving import jiesu
from tests.test_deadline import SHAPE, TAG, activate, day, look, receive
from tests.test_deadline import clock as clock_of
from tests.world import City, alter, change

BEFORE, AMENDED = at("2020-01-10T09:00"), at("2020-01-26T20:00")
DAYS = (
    "query ($f: Date!, $t: Date!) { calendarDays(from: $f, through: $t) { date dayType name version isProvisional } }"
)
AMENDMENTS = "{ calendarAmendments { version reason amendedAt recomputedAt movedCount } }"
TRACE = "query ($n: String!) { case(number: $n) { deadlines { kind trace { date reason } } } }"
NEXT_YEAR = "date,dayType,name\n2027-01-01,REST,元旦\n2027-01-04,REST,元旦\n2027-01-09,MAKE_UP_WORKDAY,调休上班\n"


@pytest.fixture(autouse=True)
async def calendar_as_loaded(database: Logins) -> AsyncIterator[None]:
    async with calendar_of_its_own(database.owner):
        yield


@pytest.fixture
async def early_2020() -> None:
    """The calendar as it was before the Spring Festival was prolonged."""
    await amend(ORIGINAL_2020, BEFORE)


async def received(city: City, local: str, **given: object) -> Data:
    """A case received and registered at an instant of 2020, by the calendar of then."""
    with clock.standing_at(at(local)):
        return await receive(city, receivedAt=f"{local}:00+08:00", **given)


async def due(city: City, case: Data, kind: str = "CLOSE") -> str:
    return day(clock_of(await look(city, case), kind)["dueAt"])


def local(instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(ZONE).date()


# --- the days


async def test_a_day_is_told_with_its_type_name_and_version(city: City) -> None:
    for who in ("agent", "admin", "auditor", "integrator"):
        told = (await city.as_(who).ask(DAYS, f="2026-02-13", t="2026-02-16"))["calendarDays"]

        assert [(each["date"], each["dayType"], each["version"], each["isProvisional"]) for each in told] == [
            ("2026-02-13", "WORKDAY", 1, False),
            ("2026-02-14", "MAKE_UP_WORKDAY", 1, False),
            ("2026-02-15", "REST", 1, False),
            ("2026-02-16", "REST", 1, False),
        ]
        assert (told[0]["name"], told[1]["name"]) == ("", "调休上班")


async def test_of_a_day_the_highest_version_is_told(city: City) -> None:
    report = await amend(EXTENDED_2020.replace("春节延长假期", "延长"), at("2020-01-26T20:00"))

    told = (await city.as_("agent").ask(DAYS, f="2020-01-30", t="2020-02-03"))["calendarDays"]

    assert [(each["name"], each["version"]) for each in told] == [
        ("春节（补假）", 1),
        *[("延长", report.version)] * 3,
        ("", 1),
    ]


async def test_at_most_four_hundred_days_are_told_and_those_nobody_loaded_are_left_out(city: City) -> None:
    agent = city.as_("agent")
    longest = await agent.ask(DAYS, f="2026-01-01", t="2027-02-04")
    assert len(longest["calendarDays"]) == 400
    assert {each["date"][:4] for each in longest["calendarDays"] if each["isProvisional"]} == {"2027"}

    for first, last, path in (("2026-01-01", "2027-02-05", "through"), ("2026-01-02", "2026-01-01", "from")):
        (error,) = await agent.fail(DAYS, f=first, t=last)
        assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", [path])
    assert (await agent.ask(DAYS, f="2017-12-30", t="2017-12-31"))["calendarDays"] == []


# --- the amendment of 2020, counted by hand


@pytest.mark.usefixtures("early_2020")
async def test_a_complaint_received_before_the_festival_was_prolonged_is_due_later(city: City) -> None:
    case = await received(city, "2020-01-22T10:00")
    assert (await due(city, case), await due(city, case, "ACCEPTANCE")) == ("2020-02-06", "2020-02-06")

    report = await amend(EXTENDED_2020, AMENDED)

    moved = await look(city, case)
    for kind in ("CLOSE", "ACCEPTANCE"):
        limit = clock_of(moved, kind)
        assert (day(limit["dueAt"]), day(limit["originalDueAt"])) == ("2020-02-10", "2020-02-06")
        assert limit["calendarVersion"] == report.version
    assert day(moved["dueAt"]) == "2020-02-10"
    assert (moved["version"], moved["updatedAt"]) == (case["version"], case["updatedAt"])
    mine = [line for line in report.csv.splitlines() if line.startswith(case["number"])]
    assert mine == [f"{case['number']},{kind},2020-02-06,2020-02-10,MOVED" for kind in ("ACCEPTANCE", "CLOSE")]


@pytest.mark.usefixtures("early_2020")
async def test_the_trace_says_that_the_days_of_the_notice_no_longer_count(city: City) -> None:
    case = await received(city, "2020-01-22T10:00")
    await amend(EXTENDED_2020, AMENDED)

    told = (await city.as_("dispatcher").ask(TRACE, n=case["number"]))["case"]["deadlines"]

    (trace,) = (each["trace"] for each in told if each["kind"] == "CLOSE")
    reasons = {each["date"]: each["reason"] for each in trace}
    assert [reasons[each] for each in ("2020-01-31", "2020-02-01", "2020-02-02")] == ["REST"] * 3
    assert trace[-1] == {"date": "2020-02-10", "reason": "WORKDAY"}


@pytest.mark.usefixtures("early_2020")
async def test_what_was_closed_before_stays_and_so_does_the_way_it_was_counted(city: City) -> None:
    with clock.standing_at(at("2020-01-22T10:00")):
        case = await city.case_in("CLOSED_AWAITING_CALLBACK")
    before = await look(city, case)
    traced = await city.as_("dispatcher").ask(TRACE, n=case["number"])

    await amend(EXTENDED_2020, AMENDED)

    after = await look(city, case)
    # The duty to call back runs on: one working day after 22 January is the 23rd.
    assert after == before
    assert day(after["dueAt"]) == "2020-02-06"
    assert await city.as_("dispatcher").ask(TRACE, n=case["number"]) == traced
    assert "MAKE_UP_WORKDAY" in str(traced)


@pytest.mark.usefixtures("early_2020")
async def test_the_first_round_keeps_its_date_and_the_second_follows_the_notice(city: City) -> None:
    with clock.standing_at(at("2020-01-20T10:00")):
        case = await city.case_in("CLOSED_AWAITING_CALLBACK")
    with clock.standing_at(at("2020-01-22T10:00")):
        await city.review(await city.call_back(case, level="DISSATISFIED"))

    await amend(EXTENDED_2020, AMENDED)

    found = await look(city, case)
    assert day(clock_of(found, "CLOSE")["dueAt"]) == "2020-02-04"
    assert day(clock_of(found, "REHANDLE", 2)["dueAt"]) == day(found["dueAt"]) == "2020-02-10"


@pytest.mark.usefixtures("early_2020")
async def test_an_extension_is_counted_on_from_the_date_that_moved(city: City) -> None:
    with clock.standing_at(at("2020-01-20T10:00")):
        case = await city.case_in("IN_PROGRESS")
    assert await due(city, case) == "2020-02-04"
    shape = "case { version } extension { id }"
    with clock.standing_at(at("2020-01-22T10:00")):
        asked = await city.as_("clerk").done(
            "requestExtension", shape, **change(case), workingDays=5, reason="须等检测结果"
        )
        given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
        await city.as_("section").done("decideExtension", SHAPE, **given, decision="APPROVE")
    assert await due(city, case) == "2020-02-11"

    await amend(EXTENDED_2020, AMENDED)

    # 21, 22, 23 January, then 3 to 6 February are seven; 7, 10, 11, 12, 13 five more.
    assert await due(city, case) == "2020-02-13"
    assert day((await look(city, case))["dueAt"]) == "2020-02-13"


@pytest.mark.usefixtures("early_2020")
async def test_limits_of_a_regime_follow_the_notice_where_it_counts_working_days(city: City, other_city: City) -> None:
    with clock.standing_at(at("2020-01-24T08:00")):
        brought_under = [await receive(each, tags=[TAG]) for each in (city, other_city)]
    with clock.standing_at(at("2020-01-24T09:00")):
        await activate(city)
        await activate(other_city, "DUTY")
        received_under = [await receive(each, tags=[TAG]) for each in (city, other_city)]
    cases, on_duty = zip(brought_under, received_under, strict=True)
    assert [await due(city, case) for case in cases] == ["2020-02-03", "2020-02-03"]
    assert [await due(other_city, case) for case in on_duty] == ["2020-01-27", "2020-01-27"]

    # A day within the duty days is named anew as well, so that those limits are looked at too.
    await amend(EXTENDED_2020 + "2020-01-27,REST,初三\n", at("2020-01-26T20:00"))

    assert [await due(city, case) for case in cases] == ["2020-02-05", "2020-02-05"]
    assert [await due(other_city, case) for case in on_duty] == ["2020-01-27", "2020-01-27"]


@pytest.mark.usefixtures("early_2020")
async def test_a_regime_that_has_ended_leaves_its_limits_as_they_are_counted(city: City) -> None:
    with clock.standing_at(at("2020-01-24T09:00")):
        await activate(city)
        case = await receive(city, tags=[TAG])
    ended = at("2020-01-25T09:00")
    await alter("UPDATE regimes SET ended_at = $2 WHERE jurisdiction_id = $1", city.jurisdiction_id, ended)
    assert await due(city, case) == "2020-02-03"

    await amend(EXTENDED_2020, AMENDED)

    assert await due(city, case) == "2020-02-05"


@pytest.mark.usefixtures("early_2020")
async def test_thirty_days_roll_over_the_prolonged_holiday(city: City) -> None:
    case = await received(city, "2019-12-26T10:00", kind="REPORT")
    assert await due(city, case) == "2020-01-31"

    await amend(EXTENDED_2020, AMENDED)

    assert await due(city, case) == "2020-02-03"


@pytest.mark.usefixtures("early_2020")
async def test_what_had_run_out_before_the_notice_came_stays_missed(city: City) -> None:
    case = await received(city, "2019-12-26T10:00", kind="REPORT")

    report = await amend(EXTENDED_2020, at("2020-02-01T09:00"))

    assert await due(city, case) == "2020-01-31"
    assert f"{case['number']},CLOSE" not in report.csv


@pytest.mark.usefixtures("early_2020")
async def test_a_clock_that_stands_still_is_left_to_be_counted_when_it_goes_on(city: City) -> None:
    case = await received(city, "2020-01-22T10:00")
    stopped = "UPDATE deadlines SET stopped_at = $2 WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
    await alter(stopped, case["number"], at("2020-01-23T10:00"))

    report = await amend(EXTENDED_2020, AMENDED)

    assert await due(city, case) == "2020-02-06"
    assert case["number"] not in report.csv


@pytest.mark.usefixtures("early_2020")
async def test_a_limit_whose_past_is_not_on_record_is_left_and_reported(city: City) -> None:
    with clock.standing_at(at("2020-01-24T08:00")):
        case = await receive(city, tags=[TAG])
    with clock.standing_at(at("2020-01-24T09:00")):
        await activate(city)
    of_case = "deadline_id IN (SELECT d.id FROM deadlines d JOIN cases c ON c.id = d.case_id WHERE c.number = $1)"
    await alter(f"UPDATE deadline_changes SET amount = NULL, unit = NULL WHERE {of_case}", case["number"])

    report = await amend(EXTENDED_2020, AMENDED)

    assert await due(city, case) == "2020-02-03"
    assert f"{case['number']},CLOSE,2020-02-03,2020-02-03,LEFT" in report.csv.splitlines()
    assert report.sentence.endswith(" 1 left")
    assert f"{case['number']},ACCEPTANCE,2020-02-07,2020-02-11,MOVED" in report.csv.splitlines()


@pytest.mark.usefixtures("early_2020")
async def test_days_of_the_notice_outside_a_limit_do_not_touch_it(city: City) -> None:
    case = await received(city, "2020-01-06T10:00")  # due on 15 January
    before = await look(city, case)

    await amend(EXTENDED_2020, at("2020-01-14T09:00"))

    assert await look(city, case) == before


# --- the audit of it


@pytest.mark.usefixtures("early_2020")
async def test_the_ledger_tells_each_city_of_the_notice_and_each_case_of_its_dates(
    city: City, other_city: City
) -> None:
    case = await received(city, "2020-01-22T10:00")

    report = await amend(EXTENDED_2020, AMENDED)

    sql = "SELECT kind, case_version, actor_id, facts::text AS said FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq"
    rows = await db.query(sql, city.jurisdiction_id)
    told = [row for row in rows if row["kind"] == "DEADLINE_RECOMPUTED"]
    assert [(row["case_version"], row["actor_id"]) for row in told] == [(case["version"], None)] * 2
    for row in told:
        assert f'"amendment": {report.version}' in row["said"]
        assert '"old_due": "2020-02-06T15:59:59.999000+00:00"' in row["said"]
        assert '"new_due": "2020-02-10T15:59:59.999000+00:00"' in row["said"]
    for each in (city, other_city):
        rows = await db.query(sql, each.jurisdiction_id)
        assert [row["kind"] for row in rows].count("CALENDAR_AMENDED") == 1
        assert NOTICE not in str(rows)
        assert [step async for step in ledger.verify(each.jurisdiction_id) if not isinstance(step, int)] == []
    shape = "query ($n: String!) { case(number: $n) { timeline { nodes { kind caseVersion } } } }"
    kinds = (await city.as_("dispatcher").ask(shape, n=case["number"]))["case"]["timeline"]["nodes"]
    assert sorted(each["kind"] for each in kinds) == ["DEADLINE_RECOMPUTED", "DEADLINE_RECOMPUTED", "RECEIVED"]


@pytest.mark.usefixtures("early_2020")
async def test_nobodys_half_made_decision_on_a_case_becomes_stale(city: City) -> None:
    case = await received(city, "2020-01-22T10:00")

    await amend(EXTENDED_2020, AMENDED)

    with clock.standing_at(AMENDED):
        assert (await city.dispatch(case))["status"] == "DISPATCHED"


@pytest.mark.usefixtures("early_2020")
async def test_everybody_reads_what_was_amended_and_how_many_of_the_own_limits_moved(
    city: City, other_city: City
) -> None:
    await received(city, "2020-01-22T10:00")
    await received(city, "2020-01-22T10:00", kind="REPORT")

    report = await amend(EXTENDED_2020, AMENDED)

    told = (await city.as_("leader").ask(AMENDMENTS))["calendarAmendments"]
    assert [each["version"] for each in told] == [report.version, report.version - 1]
    assert (told[0]["reason"], local(told[0]["amendedAt"])) == (NOTICE, date(2020, 1, 26))
    assert told[0]["recomputedAt"] == told[0]["amendedAt"]
    # The complaint's two limits; and the report's time to verify. Its 30 days end on 21 February anyway.
    assert (told[0]["movedCount"], told[1]["movedCount"]) == (3, 0)
    for each, who, count in ((city, "integrator", 2), (city, "west_clerk", 0), (other_city, "leader", 0)):
        told = (await each.as_(who).ask(AMENDMENTS))["calendarAmendments"]
        assert told[0]["movedCount"] == count, who


# --- a year is published


async def test_a_published_year_takes_the_flag_from_its_dates(city: City) -> None:
    with clock.standing_at(at("2026-12-15T10:00")):
        case = await receive(city, kind="SUGGESTION")
        report_case = await receive(city, kind="REPORT")
    before = await look(city, case)
    flags = {each["kind"]: each["dueAtProvisional"] for each in (await look(city, report_case))["deadlines"]}
    assert clock_of(before, "CLOSE")["dueAtProvisional"] is True
    assert day(before["dueAt"]) == "2027-01-04"
    assert flags == {"TRIAGE": False, "CLOSE": True, "VERIFY": True}

    report = await amend(NEXT_YEAR, at("2026-12-16T10:00"), publish=2027)

    after = await look(city, case)
    close = clock_of(after, "CLOSE")
    assert (close["dueAtProvisional"], day(close["dueAt"])) == (False, "2027-01-05")  # the 4th is a holiday now
    confirmed = clock_of(await look(city, report_case), "CLOSE")
    assert (confirmed["dueAtProvisional"], day(confirmed["dueAt"])) == (False, "2027-01-14")
    assert f"{report_case['number']},CLOSE,2027-01-14,2027-01-14,CONFIRMED" in report.csv.splitlines()
    told = (await city.as_("agent").ask(DAYS, f="2027-01-01", t="2027-12-31"))["calendarDays"]
    assert not any(each["isProvisional"] for each in told)
    kinds = {each["date"]: each["dayType"] for each in told}
    assert [kinds[f"2027-01-0{number}"] for number in (1, 4, 5, 9)] == ["REST", "REST", "WORKDAY", "MAKE_UP_WORKDAY"]


async def test_a_single_day_of_a_year_not_yet_published_leaves_the_flag(city: City) -> None:
    with clock.standing_at(at("2026-12-15T10:00")):
        case = await receive(city, kind="SUGGESTION")

    await amend("date,dayType,name\n2027-01-04,REST,雪灾\n", at("2026-12-16T10:00"))

    close = clock_of(await look(city, case), "CLOSE")
    assert (close["dueAtProvisional"], day(close["dueAt"])) == (True, "2027-01-05")


async def test_the_calendar_that_says_all_of_it_already_is_not_amended(city: City) -> None:
    same = [row for row in build_year(2020).days if row[0].month == 1]

    assert await calendar.amend(same, NOTICE) is None
    assert (await city.as_("agent").ask(AMENDMENTS))["calendarAmendments"] == []


async def test_another_amendment_waits_until_the_one_before_is_counted(city: City) -> None:
    with clock.standing_at(BEFORE):
        assert await calendar.amend(read_notice(ORIGINAL_2020), NOTICE) is not None
        with pytest.raises(calendar.Unfinished):
            await calendar.amend(read_notice(EXTENDED_2020), NOTICE)
        (waiting,) = (await city.as_("agent").ask(AMENDMENTS))["calendarAmendments"]
        assert waiting["recomputedAt"] is None
        await calendar.resume()
    assert await calendar.amend(read_notice(EXTENDED_2020), NOTICE) is not None


async def test_whoever_counts_holds_the_calendar_until_the_date_is_written() -> None:
    """Else a date counted by the old days could be written after the last of them was moved."""
    counting, may_end = asyncio.Event(), asyncio.Event()

    @db.atomic
    async def count() -> None:
        await due_dates.calendar(BEFORE)
        counting.set()
        await may_end.wait()

    writing = asyncio.ensure_future(count())
    await counting.wait()
    amending = asyncio.ensure_future(calendar.amend(read_notice(ORIGINAL_2020), NOTICE))
    done, _ = await asyncio.wait([amending], timeout=0.3)
    may_end.set()
    await writing

    assert done == set()
    assert await amending is not None


@pytest.mark.usefixtures("early_2020")
async def test_a_case_received_while_the_notice_is_entered_is_counted_by_one_calendar_or_moved_to_the_other(
    city: City,
) -> None:
    with clock.standing_at(at("2020-01-22T10:00")):
        writing = [asyncio.create_task(receive(city)) for _ in range(40)]
        await asyncio.sleep(0)
        await calendar.amend(read_notice(EXTENDED_2020), NOTICE)
        await calendar.resume()
        cases = await asyncio.gather(*writing)

    assert {await due(city, case) for case in cases} == {"2020-02-10"}
    assert {day((await look(city, case))["dueAt"]) for case in cases} == {"2020-02-10"}


@pytest.mark.usefixtures("early_2020")
async def test_counted_again_an_amendment_finds_nothing_more_to_move(city: City) -> None:
    case = await received(city, "2020-01-22T10:00")
    report = await amend(EXTENDED_2020, AMENDED)
    await alter("UPDATE calendar_amendments SET recomputed_at = NULL WHERE version = $1", report.version)

    with clock.standing_at(AMENDED + timedelta(hours=1)):
        await calendar.resume()

    again = await calendar.report(report.version)
    assert again is not None
    assert (again.lines, again.looked_at) == (report.lines, report.looked_at)
    sql = "SELECT count(*) AS n FROM deadline_changes x JOIN deadlines d ON d.id = x.deadline_id WHERE d.case_id = $1"
    (counted,) = await db.query(
        sql, UUID((await db.query("SELECT id::text FROM cases WHERE number = $1", case["number"]))[0]["id"])
    )
    assert counted["n"] == 2


# --- the command


def notice(folder: Path, text: str) -> str:
    path = folder / "notice.csv"
    path.write_text(text, "utf-8")
    return str(path)


async def test_the_command_amends_reports_and_tells_it_again(city: City, data_dir: Path, tmp_path: Path) -> None:
    start = (datetime.now(ZONE) + timedelta(days=1)).date()
    off = next(day for n in range(9) if (day := start + timedelta(days=n)).weekday() < 5)
    case = await city.receive()
    text = f"date,dayType,name\n{off},REST,台风停工\n"

    words = ("amend-calendar", notice(tmp_path, text), "--reason", "市政府通知")
    done = await asyncio.to_thread(jiesu, data_dir, *words)
    again = await asyncio.to_thread(jiesu, data_dir, *words)
    told = await asyncio.to_thread(jiesu, data_dir, "amend-calendar", "--report", "2")
    nothing = await asyncio.to_thread(jiesu, data_dir, "amend-calendar", "--resume")
    unknown = await asyncio.to_thread(jiesu, data_dir, "amend-calendar", "--report", "7")

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "caseNumber,kind,oldDue,newDue,reason"
    assert [line.split(",")[1] for line in lines if line.startswith(case["number"])] == ["ACCEPTANCE", "CLOSE"]
    assert (data_dir / "calendar-amendment-2.csv").read_text("utf-8") == done.stdout == told.stdout
    assert done.stderr.startswith("calendar version 2: ")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "The calendar says all of this already.\n")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert (unknown.returncode, unknown.stderr) == (2, "jiesu: no amendment made calendar version 7.\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1: it begins with '', not with 'date,dayType,name'"),
        ("date,dayType,name\n", "no line names a day"),
        (
            "date,dayType,name\n2020-01-31,REST,春节\n2020-02-30,REST,春节\n",
            "line 3: '2020-02-30' is no date (YYYY-MM-DD)",
        ),
        (
            "date,dayType,name\n2020-01-31,HOLIDAY,春节\n",
            "line 2: dayType 'HOLIDAY' is none of WORKDAY, REST, MAKE_UP_WORKDAY",
        ),
    ],
)
async def test_a_file_with_a_mistake_is_told_its_line_and_changes_nothing(
    city: City, data_dir: Path, tmp_path: Path, text: str, told: str
) -> None:
    words = ("amend-calendar", notice(tmp_path, text), "--reason", "通知")

    done = await asyncio.to_thread(jiesu, data_dir, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"jiesu: {words[1]} is no calendar: {told}.\n"
    assert (await city.as_("agent").ask(AMENDMENTS))["calendarAmendments"] == []
    assert await db.query("SELECT max(version) AS n FROM calendar_days") == [{"n": 1}]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("days.csv",),
        ("days.csv", "--reason", " "),
        ("days.csv", "--reason", "长" * 301),
        ("days.csv", "--reason", "通知", "--resume"),
        ("--reason", "通知", "--resume"),
        ("--resume", "--report", "2"),
        ("--report", "2", "--publish", "2027"),
        ("days.csv", "--reason", "通知", "--publish", "1999"),
        ("absent.csv", "--reason", "通知"),
    ],
)
async def test_a_wrong_call_is_refused_before_the_database_is_asked(data_dir: Path, words: tuple[str, ...]) -> None:
    done = await asyncio.to_thread(jiesu, data_dir, "amend-calendar", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(
        r"^jiesu: (error: (amend-calendar takes|--reason is|--publish names)|absent.csv cannot)",
        done.stderr,
        re.MULTILINE,
    )


def test_the_types_of_days_told_are_those_that_are_counted_by() -> None:
    from resolvers.terms.kinds import DayType as Told  # noqa: PLC0415

    assert [each.value for each in Told] == [each.value for each in DayType]
