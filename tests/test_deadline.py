"""时限: what is due when, by which limit, counted how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.rules.days import ZONE, local_date
from tests.client import Data
from tests.world import City, alter, change, let_pass

SHAPE = (
    "case { id number version status round priority updatedAt dueAt closedAt isOverdue deadlines { round kind clock amount unit"
    " startAt dueAt originalDueAt metAt breachedAt dueAtProvisional basisUnconfirmed calendarVersion"
    " policy { version legalBasis confirmed priority } } }"
)
TAG = "新冠疫情"


def day(instant: str) -> str:
    """The local day whose last millisecond it is."""
    local = datetime.fromisoformat(instant).astimezone(ZONE)
    assert local.strftime("%H:%M:%S.%f") == "23:59:59.999000"
    return local.date().isoformat()


async def receive(city: City, **given: object) -> Data:
    matter = {"kind": "COMPLAINT", "channel": "PHONE", "title": "口罩涨价", **given}
    found: Data = (await city.as_("agent").done("receiveCase", SHAPE, **matter))["case"]
    return found


async def look(city: City, case: Data) -> Data:
    document = "query ($n: String!) { " + SHAPE.replace("case {", "case(number: $n) {", 1) + " }"
    found: Data = (await city.as_("dispatcher").ask(document, n=case["number"]))["case"]
    return found


def clock(case: Data, kind: str, round_: int = 1) -> Data:
    (found,) = (each for each in case["deadlines"] if (each["kind"], each["round"]) == (kind, round_))
    return dict(found)


async def activate(city: City, mode: str = "STATUTORY", started_at: str = "2020-01-24T00:00:00+08:00") -> None:
    given = {"name": "疫情防控", "tag": TAG, "basis": "应急处置通知", "startedAt": started_at, "calendarMode": mode}
    await city.as_("leader").done("activateRegime", "regime { tag }", **given)


@pytest.mark.parametrize(
    ("kind", "channel", "received", "due"),
    [
        ("COMPLAINT", "PHONE", "2019-09-27T09:00", "2019-10-12"),  # a make-up Saturday
        ("COMPLAINT", "PHONE", "2019-09-27T23:50", "2019-10-12"),
        ("COMPLAINT", "PHONE", "2019-09-28T00:00", "2019-10-12"),  # begun on a rest day: the 29th is the first
        ("CONSULTATION", "WEB", "2019-09-27T09:00", "2019-10-08"),  # the Sunday before the holiday counts
        ("REPORT", "WEB", "2019-09-06T09:00", "2019-10-08"),  # 30 days end in the holiday and roll
        ("REPORT", "WEB", "2019-12-26T09:00", "2020-02-03"),
        ("COMPLAINT", "PHONE", "2020-01-22T09:00", "2020-02-10"),  # the prolonged Spring Festival
        ("COMPLAINT", "MAYOR_HOTLINE", "2020-04-29T09:00", "2020-05-09"),  # a make-up Saturday after Labour Day
        ("REPORT", "MAYOR_HOTLINE", "2020-04-29T09:00", "2020-05-09"),  # the earlier of channel and kind
        ("CONSULTATION", "MAYOR_HOTLINE", "2020-04-29T09:00", "2020-05-07"),
        ("HELP_REQUEST", "PHONE", "2025-09-26T09:00", "2025-09-30"),
        ("CONSULTATION", "PHONE", "2026-02-13T09:00", "2026-02-25"),
        ("SUGGESTION", "LETTER", "2026-02-13T09:00", "2026-03-10"),
    ],
)
async def test_the_zhuzhou_limits_run_from_receipt_over_the_published_calendar(
    city: City, kind: str, channel: str, received: str, due: str
) -> None:
    case = await receive(city, kind=kind, channel=channel, receivedAt=f"{received}+08:00")

    assert day(case["dueAt"]) == due
    close = clock(case, "CLOSE")
    assert (close["dueAt"], close["originalDueAt"]) == (case["dueAt"], case["dueAt"])
    assert (close["dueAtProvisional"], close["basisUnconfirmed"], close["clock"]) == (False, False, "SERVICE")
    assert (case["isOverdue"], close["breachedAt"]) == (True, case["dueAt"])


@pytest.mark.parametrize(
    ("kind", "channel", "received", "statutory", "duty"),
    [
        ("COMPLAINT", "PHONE", "2020-01-24T09:00", "2020-02-05", "2020-01-27"),
        ("REPORT", "PHONE", "2020-01-24T09:00", "2020-02-05", "2020-01-27"),
        ("COMPLAINT", "PHONE", "2020-04-29T09:00", "2020-05-07", "2020-05-02"),
        ("COMPLAINT", "MAYOR_HOTLINE", "2020-04-29T09:00", "2020-05-07", "2020-05-02"),
        ("CONSULTATION", "PHONE", "2020-04-29T09:00", "2020-05-07", "2020-05-02"),
    ],
)
async def test_the_epidemic_regime_closes_within_three_working_or_duty_days(
    city: City, other_city: City, kind: str, channel: str, received: str, statutory: str, duty: str
) -> None:
    await activate(city)
    await activate(other_city, "DUTY")
    given = {"kind": kind, "channel": channel, "receivedAt": f"{received}+08:00", "tags": [TAG]}

    assert day((await receive(city, **given))["dueAt"]) == statutory
    assert day((await receive(other_city, **given))["dueAt"]) == duty


async def test_the_regime_binds_what_carries_its_tag_from_the_day_it_began(city: City) -> None:
    await activate(city)
    given = {"kind": "COMPLAINT", "receivedAt": "2020-04-29T09:00:00+08:00"}

    assert day((await receive(city, **given))["dueAt"]) == "2020-05-12"
    assert day((await receive(city, **given, tags=[TAG]))["dueAt"]) == "2020-05-07"
    early = await receive(city, **{**given, "receivedAt": "2020-01-23T23:59:59+08:00"}, tags=[TAG])
    assert (day(early["dueAt"]), early["priority"]) == ("2020-02-11", "NORMAL")


async def test_triage_has_a_day_and_in_the_regime_none(city: City) -> None:
    await activate(city)
    received = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)

    normal = clock(await receive(city, receivedAt=received.isoformat()), "TRIAGE")
    tagged = clock(await receive(city, receivedAt=received.isoformat(), tags=[TAG]), "TRIAGE")

    assert (normal["amount"], normal["unit"], normal["breachedAt"]) == (24, "HOUR", None)
    assert datetime.fromisoformat(normal["dueAt"]) == received + timedelta(hours=24)
    assert (tagged["amount"], tagged["unit"]) == (0, "HOUR")
    assert datetime.fromisoformat(tagged["dueAt"]) == datetime.fromisoformat(tagged["breachedAt"]) == received


async def test_a_tag_in_force_later_only_shortens_and_the_first_date_stays_on_record(city: City) -> None:
    fresh = await receive(city, tags=[TAG])
    old = await receive(city, tags=[TAG], receivedAt="2020-04-29T09:00:00+08:00")
    other = await receive(city)

    await activate(city, "DUTY")

    shortened = await look(city, fresh)
    in_three_days = local_date(datetime.fromisoformat(shortened["updatedAt"])) + timedelta(days=3)
    assert (day(shortened["dueAt"]), shortened["priority"]) == (in_three_days.isoformat(), "URGENT")
    assert clock(shortened, "CLOSE")["originalDueAt"] == fresh["dueAt"] > shortened["dueAt"]
    assert clock(shortened, "ACCEPTANCE") == clock(fresh, "ACCEPTANCE")
    assert (await look(city, old))["dueAt"] == old["dueAt"]
    assert (await look(city, other))["dueAt"] == other["dueAt"]


async def test_every_day_of_a_limit_is_told_counted_or_not_and_why(city: City) -> None:
    given = {"kind": "CONSULTATION", "channel": "PHONE", "title": "咨询", "receivedAt": "2019-09-27T23:50:00+08:00"}
    shape = "case { deadlines { kind trace { date counted reason } } }"

    payload = await city.as_("agent").done("receiveCase", shape, **given)

    trace = clock({"deadlines": [{**each, "round": 1} for each in payload["case"]["deadlines"]]}, "CLOSE")["trace"]
    told = [(each["date"][5:], each["counted"], each["reason"]) for each in trace]
    holiday = [(f"10-0{number}", False, "REST") for number in range(1, 8)]
    assert told == [
        ("09-27", False, "START_DAY"),
        ("09-28", False, "REST"),
        ("09-29", True, "MAKE_UP_WORKDAY"),
        ("09-30", True, "WORKDAY"),
        *holiday,
        ("10-08", True, "WORKDAY"),
    ]


async def test_calendar_days_are_told_as_such_and_the_roll_behind_them(city: City) -> None:
    given = {"kind": "REPORT", "channel": "PHONE", "title": "举报", "receivedAt": "2019-09-06T09:00:00+08:00"}

    payload = await city.as_("agent").done(
        "receiveCase", "case { deadlines { kind trace { date counted reason } } }", **given
    )

    (trace,) = (each["trace"] for each in payload["case"]["deadlines"] if each["kind"] == "CLOSE")
    assert [each["reason"] for each in trace] == ["START_DAY", *["CALENDAR_DAY"] * 30, "ROLLED", "ROLLED"]
    assert [each["counted"] for each in trace].count(True) == 30
    assert trace[-1]["date"] == "2019-10-08"


async def test_a_duty_day_is_told_as_such(city: City) -> None:
    await activate(city, "DUTY")
    given = {"kind": "COMPLAINT", "channel": "PHONE", "title": "口罩", "tags": [TAG]}

    payload = await city.as_("agent").done(
        "receiveCase",
        "case { deadlines { kind trace { date counted reason } } }",
        **given,
        receivedAt="2020-01-24T09:00:00+08:00",
    )

    (trace,) = (each["trace"] for each in payload["case"]["deadlines"] if each["kind"] == "CLOSE")
    assert [(each["date"], each["reason"]) for each in trace] == [
        ("2020-01-24", "START_DAY"),
        ("2020-01-25", "DUTY_DAY"),
        ("2020-01-26", "DUTY_DAY"),
        ("2020-01-27", "DUTY_DAY"),
    ]


@pytest.mark.parametrize(
    ("kind", "received", "clocks"),
    [
        ("COMPLAINT", "2020-01-02", {"ACCEPTANCE": (7, True)}),
        ("REPORT", "2020-01-02", {"VERIFY": (15, True)}),
        ("COMPLAINT", "2026-04-14", {"ACCEPTANCE": (7, True)}),
        ("COMPLAINT", "2026-04-15", {"ACCEPTANCE": (7, False)}),  # the order in force now, its text awaited
        ("REPORT", "2026-04-15", {"VERIFY": (15, False)}),
        ("COMPLAINT", "2019-12-31", {}),
        ("CONSULTATION", "2026-04-15", {}),
    ],
)
async def test_the_legal_clock_runs_beside_the_bureaus_own_under_the_law_of_that_day(
    city: City, kind: str, received: str, clocks: dict[str, tuple[int, bool]]
) -> None:
    case = await receive(city, kind=kind, receivedAt=f"{received}T09:00:00+08:00")

    legal = [each for each in case["deadlines"] if each["clock"] == "STATUTORY"]

    assert {each["kind"]: (each["amount"], not each["basisUnconfirmed"]) for each in legal} == clocks
    assert all(each["policy"]["confirmed"] is not each["basisUnconfirmed"] for each in legal)
    assert all(each["policy"]["legalBasis"] for each in case["deadlines"])


async def test_the_regime_does_not_touch_the_legal_clock(city: City) -> None:
    await activate(city, "DUTY")

    case = await receive(city, tags=[TAG])

    assert (clock(case, "ACCEPTANCE")["amount"], clock(case, "ACCEPTANCE")["unit"]) == (7, "WORKING_DAY")


async def test_closed_in_time_a_clock_is_met_and_never_breached(city: City) -> None:
    case = await look(city, await city.case_in("CLOSED_AWAITING_CALLBACK"))

    for kind in ("CLOSE", "ACCEPTANCE"):
        assert (clock(case, kind)["metAt"], clock(case, kind)["breachedAt"]) == (case["closedAt"], None)
    await let_pass(case, 60)
    later = await look(city, case)
    assert (clock(later, "CLOSE")["breachedAt"], later["isOverdue"]) == (None, False)


async def test_closed_late_the_breach_stays_a_fact_and_the_case_is_overdue_no_more(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")
    await let_pass(case, 60)
    late = await look(city, case)
    assert (late["isOverdue"], clock(late, "CLOSE")["breachedAt"]) == (True, late["dueAt"])

    closed = await look(city, await city.sign_off(case))

    close = clock(closed, "CLOSE")
    assert (closed["isOverdue"], close["breachedAt"]) == (False, close["dueAt"])
    assert close["metAt"] == closed["closedAt"] > close["dueAt"]


async def test_a_case_of_before_the_first_limits_goes_its_way_without_any(city: City) -> None:
    case = await look(city, await city.case_in("ARCHIVED", receivedAt="2018-12-31T09:00:00+08:00"))

    assert (case["deadlines"], case["dueAt"], case["isOverdue"]) == ([], None, False)


async def test_the_first_attempt_to_call_meets_the_clock_and_the_next_do_not_move_it(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")
    met = []
    for _ in range(2):
        case = await city.call_back(case, outcome="UNREACHABLE", level=None)
        met.append(clock(await look(city, case), "CALLBACK")["metAt"])

    assert met[0] == met[1] is not None


async def test_a_report_closed_by_sign_off_has_its_verification_met(city: City) -> None:
    case = await look(city, await city.case_in("CLOSED_AWAITING_CALLBACK", kind="REPORT"))

    assert clock(case, "VERIFY")["metAt"] == case["closedAt"]


async def test_handling_again_has_a_clock_of_its_own_and_the_first_keeps_its_facts(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK", channel="MAYOR_HOTLINE")
    await let_pass(case, 60)

    again = await look(city, await city.review(await city.call_back(case, level="DISSATISFIED")))

    second = clock(again, "REHANDLE", 2)
    assert (again["round"], again["closedAt"], again["isOverdue"]) == (2, None, False)
    assert (second["amount"], second["unit"], second["metAt"]) == (5, "WORKING_DAY", None)
    assert second["dueAt"] == again["dueAt"]
    assert datetime.now(UTC) - datetime.fromisoformat(second["startAt"]) < timedelta(minutes=1)
    first = clock(again, "CLOSE")
    assert (first["amount"], first["breachedAt"]) == (5, None)
    assert first["startAt"] < first["metAt"] < first["dueAt"] < second["startAt"]


@pytest.mark.parametrize(
    ("old_due", "new_due", "provisional"), [("2026-12-28", "2026-12-30", False), ("2026-12-30", "2027-01-04", True)]
)
async def test_a_date_in_a_year_whose_calendar_is_not_published_is_computed_and_flagged(
    city: City, old_due: str, new_due: str, provisional: bool
) -> None:
    case = await city.case_in("IN_PROGRESS")
    asked = await city.as_("clerk").done(
        "requestExtension", "case { version } extension { id }", **change(case), workingDays=2, reason="须等检测结果"
    )
    of_case = "kind = 'CLOSE' AND case_id = (SELECT id FROM cases WHERE number = $1)"
    last_instant = datetime.fromisoformat(f"{old_due}T23:59:59.999+08:00")
    await alter(f"UPDATE deadlines SET effective_due_at = $2 WHERE {of_case}", case["number"], last_instant)

    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    extended = (await city.as_("section").done("decideExtension", SHAPE, **given, decision="APPROVE"))["case"]

    close = clock(extended, "CLOSE")
    assert (day(close["dueAt"]), close["dueAtProvisional"]) == (new_due, provisional)


# --- graded response


GRADED = {"name": "分级响应", "tag": "接诉即办", "basis": "DB11/T 2021-2022", "policy": "BEIJING"}


async def grade(city: City) -> None:
    await city.as_("leader").done("activateRegime", "regime { tag }", **GRADED, startedAt="2025-01-01T00:00:00+08:00")


def limit(case: Data, kind: str, round_: int = 1) -> tuple[int, str, datetime]:
    """Amount, unit and end of one of its clocks."""
    found = clock(case, kind, round_)
    return found["amount"], found["unit"], datetime.fromisoformat(found["dueAt"]).astimezone(ZONE)


@pytest.mark.parametrize(
    ("priority", "channel", "triage", "close"),
    [
        ("EMERGENCY", "PHONE", (1, "HOUR", "2025-09-26T10:00"), (2, "HOUR", "2025-09-26T11:00")),
        ("URGENT", "PHONE", (2, "HOUR", "2025-09-26T11:00"), (24, "HOUR", "2025-09-27T09:00")),
        ("NORMAL", "PHONE", (24, "HOUR", "2025-09-27T09:00"), (7, "CALENDAR_DAY", "2025-10-09T23:59")),  # rolled
        ("NORMAL", "MAYOR_HOTLINE", (24, "HOUR", "2025-09-27T09:00"), (7, "CALENDAR_DAY", "2025-10-09T23:59")),
    ],
)
async def test_under_graded_response_the_priority_it_was_told_with_says_how_soon(
    city: City, priority: str, channel: str, triage: tuple[object, ...], close: tuple[object, ...]
) -> None:
    await grade(city)
    given = {"channel": channel, "priority": priority, "receivedAt": "2025-09-26T09:00:00+08:00"}

    case = await receive(city, **given, tags=["接诉即办"])
    elsewhere = await receive(city, **given)

    assert case["priority"] == priority
    told = {kind: (*limit(case, kind)[:2], f"{limit(case, kind)[2]:%Y-%m-%dT%H:%M}") for kind in ("TRIAGE", "CLOSE")}
    assert told == {"TRIAGE": triage, "CLOSE": close}
    for kind in told:
        policy = clock(case, kind)["policy"]
        assert (policy["priority"], policy["confirmed"], clock(case, kind)["basisUnconfirmed"]) == (
            priority,
            False,
            True,
        )
        assert "DB11/T 2021-2022" in policy["legalBasis"]
        assert clock(elsewhere, kind)["policy"]["priority"] is None
    assert clock(case, "ACCEPTANCE")["dueAt"] == clock(elsewhere, "ACCEPTANCE")["dueAt"]
    assert [limit(elsewhere, kind)[:2] for kind in told] == [
        (24, "HOUR"),
        ((5 if channel == "MAYOR_HOTLINE" else 7), "WORKING_DAY"),
    ]


async def test_graded_response_never_lengthens_what_binds_anyhow(city: City) -> None:
    await grade(city)

    for kind, channel, amount in (("CONSULTATION", "PHONE", 3), ("COMPLAINT", "MAYOR_HOTLINE", 5)):
        case = await receive(
            city, kind=kind, channel=channel, receivedAt="2025-09-06T09:00:00+08:00", tags=["接诉即办"]
        )
        assert limit(case, "CLOSE")[:2] == (amount, "WORKING_DAY")


@pytest.mark.parametrize(("priority", "amount", "unit"), [("EMERGENCY", 2, "HOUR"), ("NORMAL", 7, "CALENDAR_DAY")])
async def test_what_is_brought_under_it_later_is_shortened_by_the_priority_it_has_then(
    city: City, priority: str, amount: int, unit: str
) -> None:
    before = await receive(city, kind="SUGGESTION", priority=priority, tags=["接诉即办"])
    await grade(city)
    other = await receive(city, kind="SUGGESTION", priority=priority)

    tagged = (await city.as_("dispatcher").done("tagCase", SHAPE, **change(other), tags=["接诉即办"]))["case"]

    for case in (await look(city, before), tagged):
        at = datetime.fromisoformat(case["updatedAt"])
        close = clock(case, "CLOSE")
        assert case["priority"] == priority
        assert case["dueAt"] == close["dueAt"] < close["originalDueAt"]
        if unit == "HOUR":
            assert datetime.fromisoformat(close["dueAt"]) == at + timedelta(hours=amount)
        else:
            assert local_date(datetime.fromisoformat(close["dueAt"])) >= local_date(at) + timedelta(days=amount)
        trace = (await city.as_("leader").ask(TRACE, n=case["number"]))["case"]["deadlines"]
        (days,) = (each["trace"] for each in trace if each["kind"] == "CLOSE")
        assert bool(days) == (unit != "HOUR")


TRACE = "query ($n: String!) { case(number: $n) { deadlines { kind round trace { date counted reason } } } }"


async def test_a_case_made_more_urgent_keeps_its_limits_and_what_begins_later_goes_by_the_new_ones(city: City) -> None:
    await grade(city)
    case = await city.case_in("PENDING_SIGN_OFF", tags=["接诉即办"])
    before = [(each["kind"], each["dueAt"]) for each in (await look(city, case))["deadlines"]]

    payload = await city.as_("leader").done("instructCase", SHAPE, **change(case), text="限期办结")

    assert payload["case"]["priority"] == "URGENT"
    assert [(each["kind"], each["dueAt"]) for each in payload["case"]["deadlines"]] == before
    signed = await city.sign_off({**case, "version": payload["case"]["version"]})
    again = await look(city, await city.review(await city.call_back(signed, level="DISSATISFIED")))
    assert limit(again, "REHANDLE", 2)[:2] == (24, "HOUR")


async def test_hours_have_no_days_and_their_extension_has(city: City) -> None:
    await grade(city)
    case = await city.case_in("IN_PROGRESS", priority="EMERGENCY", tags=["接诉即办"])
    old = (await look(city, case))["dueAt"]
    shape = "case { version } extension { id }"
    asked = await city.as_("clerk").done(
        "requestExtension", shape, **change(case), workingDays=2, reason="须等检测结果"
    )
    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}

    extended = (await city.as_("section").done("decideExtension", SHAPE, **given, decision="APPROVE"))["case"]

    found = (await city.as_("leader").ask(TRACE, n=case["number"]))["case"]["deadlines"]
    days = {each["kind"]: each["trace"] for each in found}
    assert days["TRIAGE"] == []
    assert days["CLOSE"][0] == {"date": day_of(old), "counted": False, "reason": "START_DAY"}
    assert (days["CLOSE"][-1]["date"], days["CLOSE"][-1]["counted"]) == (day(extended["dueAt"]), True)
    assert [each["counted"] for each in days["CLOSE"]].count(True) == 2


def day_of(instant: str) -> str:
    return local_date(datetime.fromisoformat(instant)).isoformat()
