from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.rules.calendars import build_year, calendar_of
from resolvers.rules.days import ZONE, Due, Pause, local_date, nth_working_day, working_days_between
from resolvers.rules.deadlines import (
    EXTENSION,
    REGIME,
    Change,
    Policy,
    breached,
    choose,
    earliest,
    effective,
    extend,
    run_on,
    shorten,
)
from resolvers.terms.kinds import CalendarMode, LimitUnit

WD, DAY, HOUR = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY, LimitUnit.HOUR
STATUTORY, DUTY = CalendarMode.STATUTORY, CalendarMode.DUTY
CALENDAR = calendar_of(1, (build_year(year) for year in range(2019, 2028)))
NOON = datetime(2026, 11, 20, 12, tzinfo=ZONE)
INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def row(
    number: int,
    amount: int,
    unit: LimitUnit = WD,
    *,
    case_kind: str | None = None,
    channel: str | None = None,
    regime: str | None = None,
    deadline_kind: str = "CLOSE",
    clock: str = "SERVICE",
    version: int = 1,
    since: date = date(2019, 1, 1),
    priority: str | None = None,
) -> Policy:
    return Policy(
        id=UUID(int=number),
        version=version,
        regime=regime,
        case_kind=case_kind,
        channel=channel,
        deadline_kind=deadline_kind,
        amount=amount,
        unit=unit,
        clock=clock,
        confirmed=True,
        effective_from=since,
        effective_to=None,
        priority=priority,
    )


def chosen(
    policies: list[Policy],
    *,
    deadline_kind: str = "CLOSE",
    case_kind: str = "COMPLAINT",
    channel: str = "PHONE",
    regime: str | None = None,
    clock: str = "SERVICE",
    received_at: datetime = NOON,
    priority: str | None = None,
) -> set[int]:
    found = choose(
        policies,
        deadline_kind=deadline_kind,
        case_kind=case_kind,
        channel=channel,
        regime=regime,
        clock=clock,
        received_at=received_at,
        priority=priority,
    )
    return {policy.id.int for policy in found}


COMPLAINT = row(1, 7, case_kind="COMPLAINT")
REPORT = row(2, 30, DAY, case_kind="REPORT")
MAYOR = row(3, 5, channel="MAYOR_HOTLINE")
IN_REGIME = row(4, 3, case_kind="COMPLAINT", regime="EPIDEMIC")


def local_day(found: Due) -> str:
    return found.at.astimezone(ZONE).date().isoformat()


def test_the_kind_and_the_channel_bind_side_by_side() -> None:
    rows = [COMPLAINT, REPORT, MAYOR]

    assert chosen(rows) == {1}
    assert chosen(rows, channel="MAYOR_HOTLINE") == {1, 3}
    assert chosen(rows, case_kind="REPORT", channel="MAYOR_HOTLINE") == {2, 3}
    assert chosen(rows, case_kind="SUGGESTION") == set()


def test_a_regime_replaces_the_kind_and_leaves_the_channel() -> None:
    rows = [COMPLAINT, MAYOR, IN_REGIME]

    assert chosen(rows, channel="MAYOR_HOTLINE", regime="EPIDEMIC") == {3, 4}
    assert chosen(rows, channel="MAYOR_HOTLINE") == {1, 3}
    assert chosen(rows, channel="MAYOR_HOTLINE", regime="FLOOD") == {1, 3}


def test_a_regime_with_a_row_for_the_channel_replaces_that_too() -> None:
    rows = [COMPLAINT, MAYOR, row(5, 1, channel="MAYOR_HOTLINE", regime="EPIDEMIC")]

    assert chosen(rows, channel="MAYOR_HOTLINE", regime="EPIDEMIC") == {1, 5}


def test_a_row_for_a_priority_binds_beside_that_for_any_and_no_other_priority() -> None:
    rows = [COMPLAINT, row(5, 2, HOUR, regime="GRADED", priority="EMERGENCY")]

    assert chosen(rows, regime="GRADED", priority="EMERGENCY") == {1, 5}
    assert chosen(rows, regime="GRADED", priority="NORMAL") == {1}
    assert chosen(rows, regime="GRADED") == {1}
    assert chosen(rows, priority="EMERGENCY") == {1}


def test_a_regimes_row_replaces_the_normal_one_of_its_priority_alone() -> None:
    normal = [row(5, 5, priority="URGENT"), row(6, 9)]
    rows = [
        *normal,
        row(7, 4, regime="GRADED", priority="URGENT"),
        row(8, 3, regime="GRADED", priority="URGENT", version=2),
    ]

    assert chosen(rows, regime="GRADED", priority="URGENT") == {6, 8}
    assert chosen(rows, priority="URGENT") == {5, 6}
    assert chosen(rows, regime="GRADED", priority="NORMAL") == {6}


def test_of_two_limits_that_run_out_together_the_one_for_the_priority_is_named() -> None:
    any_, graded = row(1, 24, HOUR), row(2, 24, HOUR, priority="NORMAL")

    for rows in ([any_, graded], [graded, any_]):
        assert earliest(CALENDAR, rows, NOON, STATUTORY)[0] is graded
    assert earliest(CALENDAR, [row(3, 23, HOUR), graded], NOON, STATUTORY)[0].id.int == 3


def test_a_regime_without_a_row_for_the_kind_leaves_the_normal_one() -> None:
    assert chosen([REPORT, IN_REGIME], case_kind="REPORT", regime="EPIDEMIC") == {2}


def test_clocks_and_deadline_kinds_are_kept_apart() -> None:
    rows = [COMPLAINT, row(6, 45, case_kind="COMPLAINT", deadline_kind="MEDIATION", clock="STATUTORY")]

    assert chosen(rows, clock="STATUTORY") == set()
    assert chosen(rows, clock="STATUTORY", deadline_kind="MEDIATION") == {6}
    assert chosen(rows, deadline_kind="MEDIATION") == set()


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-04-14T23:59:59.999+08:00", {1}),
        ("2026-04-14T16:00:00+00:00", {7}),
        ("2026-04-15T00:00:00+08:00", {7}),
        ("2018-12-31T23:59:59+08:00", set()),
        ("2019-01-01T00:00:00+08:00", {1}),
    ],
)
def test_the_policy_is_the_one_in_force_on_the_local_day_of_receipt(received: str, expected: set[int]) -> None:
    old = replace(COMPLAINT, effective_to=date(2026, 4, 14))
    new = row(7, 6, case_kind="COMPLAINT", since=date(2026, 4, 15))

    assert chosen([old, new], received_at=datetime.fromisoformat(received)) == expected


def test_a_higher_version_in_force_replaces_all_rows_of_its_scope() -> None:
    rows = [
        row(8, 45, case_kind="COMPLAINT"),
        row(9, 60, DAY, case_kind="COMPLAINT"),
        row(10, 50, case_kind="COMPLAINT", version=2, since=date(2026, 11, 20)),
        MAYOR,
    ]

    assert chosen(rows, channel="MAYOR_HOTLINE") == {10, 3}
    assert chosen(rows, received_at=NOON - timedelta(days=1)) == {8, 9}


def test_a_version_of_the_normal_row_does_not_touch_the_regimes() -> None:
    rows = [replace(COMPLAINT, version=9), IN_REGIME]

    assert chosen(rows, regime="EPIDEMIC") == {4}


def test_handling_again_takes_the_closing_limit_unless_it_has_its_own() -> None:
    rows = [COMPLAINT, MAYOR, IN_REGIME]

    assert chosen(rows, deadline_kind="REHANDLE") == {1}
    assert chosen(rows, deadline_kind="REHANDLE", channel="MAYOR_HOTLINE", regime="EPIDEMIC") == {3, 4}
    assert chosen([*rows, row(11, 2, deadline_kind="REHANDLE")], deadline_kind="REHANDLE") == {11}


def test_the_earliest_counts_in_days_on_the_calendar_not_in_amounts() -> None:
    start = datetime(2020, 1, 22, 12, tzinfo=ZONE)
    working, plain = row(1, 5), row(2, 10, DAY)

    policy, found = earliest(CALENDAR, [working, plain], start, STATUTORY)

    assert (policy, local_day(found)) == (plain, "2020-02-03")
    assert earliest(CALENDAR, [working, plain], start, DUTY)[0] == working


def test_of_two_that_end_together_the_choice_does_not_depend_on_the_order() -> None:
    one, other = row(1, 5), row(2, 7, DAY)

    assert earliest(CALENDAR, [one, other], NOON, STATUTORY) == earliest(CALENDAR, [other, one], NOON, STATUTORY)


def test_without_policies_there_is_no_earliest() -> None:
    with pytest.raises(ValueError, match="empty"):
        earliest(CALENDAR, [], NOON, STATUTORY)


@given(INSTANTS, INSTANTS)
def test_a_later_tag_only_shortens(old_due: datetime, tagged_due: datetime) -> None:
    found = shorten(old_due, tagged_due)

    assert found <= old_due
    assert found in (old_due, tagged_due)


def test_an_extension_counts_from_the_old_due_date_not_from_its_approval() -> None:
    old_due = datetime(2026, 2, 13, 15, 59, 59, 999_000, tzinfo=UTC)

    assert local_day(extend(CALENDAR, old_due, 3, WD, STATUTORY)) == "2026-02-25"
    assert local_day(extend(CALENDAR, old_due, 3, WD, DUTY)) == "2026-02-16"
    assert extend(CALENDAR, old_due, 36, HOUR, STATUTORY).at == old_due + timedelta(hours=36)


def test_an_extension_into_an_unpublished_year_is_flagged() -> None:
    old_due = datetime(2026, 12, 30, 15, 59, 59, 999_000, tzinfo=UTC)

    found = extend(CALENDAR, old_due, 2, WD, STATUTORY)

    assert (local_day(found), found.provisional) == ("2027-01-04", True)


@pytest.mark.parametrize("amount", [0, -3])
def test_an_extension_by_nothing_is_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="adds something"):
        extend(CALENDAR, NOON, amount, WD, STATUTORY)


@given(INSTANTS, st.integers(1, 60), st.sampled_from([WD, DAY, HOUR]), st.sampled_from([STATUTORY, DUTY]))
def test_an_extended_deadline_is_later(old_due: datetime, amount: int, unit: LimitUnit, mode: CalendarMode) -> None:
    assert extend(CALENDAR, old_due, amount, unit, mode).at > old_due


@pytest.mark.parametrize(
    ("met", "now", "expected"),
    [
        (None, -1, False),
        (None, 0, False),
        (None, 1, True),
        (-1, 9, False),
        (0, 9, False),
        (1, 9, True),
        (5, 1, True),
        (5, 0, False),
    ],
    ids=[
        "running",
        "running at the very instant",
        "unmet and past due",
        "met before",
        "met at the very instant",
        "met late",
        "met after now, past due at now",
        "met after now, still running at now",
    ],
)
def test_a_deadline_is_breached_at_its_due_date_or_not_at_all(met: int | None, now: int, expected: bool) -> None:
    met_at = None if met is None else NOON + timedelta(milliseconds=met)

    found = breached(NOON, met_at, NOON + timedelta(milliseconds=now), 1)

    assert found == (NOON if expected else None)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00+08:00")


def pause(first: str, last: str) -> Pause:
    return Pause(at(first), at(last))


def extension(when: str, days: int) -> Change:
    return Change(EXTENSION, at(when), days, WD, STATUTORY)


def regime(when: str, mode: CalendarMode = STATUTORY) -> Change:
    return Change(REGIME, at(when), 3, WD, mode)


@pytest.mark.parametrize(
    ("changes", "pauses", "expected"),
    [
        ([], [], "2026-11-11"),
        ([extension("2026-11-05", 3)], [], "2026-11-16"),
        ([extension("2026-11-05", 3)], [pause("2026-11-03", "2026-11-04")], "2026-11-17"),  # before, in the limit
        ([extension("2026-11-05", 3)], [pause("2026-11-09", "2026-11-10")], "2026-11-17"),  # after, in the limit
        ([extension("2026-11-05", 3)], [pause("2026-11-12", "2026-11-13")], "2026-11-17"),  # in what was added
        ([extension("2026-11-05", 3)], [pause("2026-11-11", "2026-11-14")], "2026-11-18"),  # from the old due date on
        # On its last day it stood until a Saturday: due on Monday, and from there extended.
        ([extension("2026-11-16", 3)], [pause("2026-11-11", "2026-11-14")], "2026-11-19"),
        ([regime("2026-11-04")], [], "2026-11-09"),
        ([regime("2026-11-04")], [pause("2026-11-05", "2026-11-06")], "2026-11-10"),
        ([regime("2026-11-04")], [pause("2026-11-03", "2026-11-04")], "2026-11-09"),  # over before the tag
        ([regime("2026-11-05")], [pause("2026-11-03", "2026-11-10")], "2026-11-13"),  # tagged in the pause
        ([regime("2026-11-04", DUTY)], [pause("2026-11-05", "2026-11-06")], "2026-11-08"),
        ([regime("2026-11-10")], [], "2026-11-11"),  # it may only shorten
        ([regime("2026-11-04"), extension("2026-11-05", 2)], [pause("2026-11-10", "2026-11-11")], "2026-11-12"),
        ([extension("2026-11-04", 5), regime("2026-11-05")], [], "2026-11-10"),
    ],
)
def test_a_clock_is_counted_from_everything_that_happened_to_it(
    changes: list[Change], pauses: list[Pause], expected: str
) -> None:
    found = effective(CALENDAR, at("2026-11-02"), (7, WD, STATUTORY), changes, pauses)

    assert local_day(found) == expected
    assert found.trace[-1].date.isoformat() == expected


def test_the_trace_goes_on_through_an_extension() -> None:
    found = effective(CALENDAR, at("2026-11-02"), (7, WD, STATUTORY), [extension("2026-11-05", 3)], [])

    days = [step.date for step in found.trace]
    assert days == [date(2026, 11, 2) + timedelta(days=n) for n in range(15)]
    assert sum(step.counted for step in found.trace) == 10


@pytest.mark.parametrize(
    ("old_due", "stood", "mode", "expected"),
    [
        ("2026-11-11", ("2026-11-04", "2026-11-06"), STATUTORY, "2026-11-13"),
        ("2026-11-11", ("2026-11-06", "2026-11-08"), STATUTORY, "2026-11-11"),
        ("2026-11-11", ("2026-11-11", "2026-11-21"), STATUTORY, "2026-11-23"),
        ("2026-11-11", ("2026-11-06", "2026-11-08"), DUTY, "2026-11-13"),
    ],
)
def test_where_only_the_old_date_is_known_as_many_days_are_left_as_were(
    old_due: str, stood: tuple[str, str], mode: CalendarMode, expected: str
) -> None:
    assert local_day(run_on(CALENDAR, at(old_due), pause(*stood), mode)) == expected


@example(  # paused on its last day until a Saturday, and on the Sunday again
    datetime(2020, 1, 8, 18, 55, 21, tzinfo=ZONE),
    2,
    [(2, 9), (9, timedelta(days=24, seconds=52_340)), (5, timedelta(days=24, seconds=52_339)), (1, timedelta(days=1))],
)
@given(
    st.datetimes(datetime(2019, 1, 2), datetime(2026, 6, 1), timezones=st.just(ZONE)),  # noqa: DTZ001
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(1, 9), st.one_of(st.integers(1, 9), st.timedeltas(timedelta(), timedelta(30))))),
)
def test_counted_anew_a_clock_ends_where_it_ended_step_by_step(
    start: datetime, amount: int, steps: list[tuple[int, int | timedelta]]
) -> None:
    """Each pause leaves as many working days as there were; each extension is counted from the date it found. Where none
    was left the date was only rolled over days of rest: what lies before it counts for nothing.
    """
    now, changes, pauses, rolled = start, [], [], local_date(start)
    expected = nth_working_day(CALENDAR, local_date(start), amount)
    for gap, step in steps:
        now += timedelta(days=gap)
        if local_date(now) > expected:
            break  # it has run out
        if isinstance(step, int):
            changes.append(Change(EXTENSION, now, step, WD, STATUTORY))
            expected = nth_working_day(CALENDAR, expected, step)
            continue
        stood = Pause(now, now + step)
        now += step
        pauses.append(stood)
        if local_date(stood.end) > local_date(stood.start):
            counting_from, until = (datetime.combine(day, stood.start.timetz()) for day in (rolled, expected))
            left = working_days_between(CALENDAR, max(stood.start, counting_from), until)
            expected = nth_working_day(CALENDAR, max(local_date(stood.end), rolled), left)
            rolled = rolled if left else expected

    found = effective(CALENDAR, start, (amount, WD, STATUTORY), changes, pauses)

    assert local_date(found.at) == expected


@pytest.mark.parametrize(("minutes", "missed"), [(0, False), (15, False), (15.01, True), (600, True)])
def test_at_once_means_within_a_quarter_of_an_hour(minutes: float, missed: bool) -> None:
    found = breached(NOON, None, NOON + timedelta(minutes=minutes), 0)

    assert found == (NOON if missed else None)


def test_what_a_regime_on_duty_allows_is_counted_on_duty_and_the_clock_itself_is_not() -> None:
    begun, tagged = datetime(2026, 2, 11, 4, tzinfo=UTC), datetime(2026, 2, 13, 4, tzinfo=UTC)
    on_duty, at_rest = (Change(REGIME, tagged, 3, WD, mode) for mode in (DUTY, STATUTORY))

    # Saturday the 14th is worked, then it is the Spring Festival until the 23rd.
    assert local_day(effective(CALENDAR, begun, (3, WD, STATUTORY), [], [])) == "2026-02-14"
    assert local_day(effective(CALENDAR, begun, (7, WD, STATUTORY), [on_duty], [])) == "2026-02-16"
    assert local_day(effective(CALENDAR, begun, (7, WD, STATUTORY), [at_rest], [])) == "2026-02-25"
