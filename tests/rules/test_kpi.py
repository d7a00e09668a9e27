from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import copysign, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.rules.days import ZONE, end_of
from resolvers.rules.kpi import (
    FORMULA_VERSION,
    NO_CASE_DUE,
    CaseFacts,
    Window,
    aggregate,
    bounds,
    closed_at,
    growth_percent,
    in_due_cohort,
    in_received_cohort,
    on_time,
    percent,
    reason,
)

OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30))
END_OF_OCTOBER = end_of(date(2026, 10, 31))
EPOCH = datetime(2026, 9, 1, tzinfo=ZONE)


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{hour:02}:00+08:00")


def case(received: str, due: str, closed: str | None = None, extended: str | None = None) -> CaseFacts:
    opened, limit = at(received), end_of(at(due).date())
    effective = limit if extended is None else end_of(at(extended).date())
    return CaseFacts(opened, ((opened, at(closed) if closed else None),), limit, effective)


# --- percentages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numerator", "denominator", "digits", "expected"),
    [
        (999, 1330, 1, 75.1),
        (880, 990, 2, 88.89),
        (21, 131, 2, 16.03),
        (1123, 1337, 0, 84.0),
        (1117, 1337, 0, 84.0),
        (1129, 1337, 0, 84.0),
        (1116, 1337, 0, 83.0),
        (1130, 1337, 0, 85.0),
        (206_000, 4_039_216, 1, 5.1),
        (375, 386, 2, 97.15),
        (239, 246, 2, 97.15),
        (597, 601, 2, 99.33),
        (8, 87, 0, 9.0),
        (7, 10, 1, 70.0),
    ],
    ids=str,
)
def test_a_published_rate_comes_out_as_printed(numerator: int, denominator: int, digits: int, expected: float) -> None:
    assert percent(numerator, denominator, digits) == expected


@pytest.mark.parametrize(
    ("current", "base", "digits", "expected"),
    [(362, 58, 0, 524.0), (362, 58, 2, 524.14), (362, 57, 1, 535.1), (362, 59, 1, 513.6), (58, 58, 0, 0.0)],
)
def test_growth_is_the_difference_over_the_base(current: int, base: int, digits: int, expected: float) -> None:
    assert growth_percent(current, base, digits) == expected


@pytest.mark.parametrize(("numerator", "expected"), [(1, 12.5), (5, 62.5)])
def test_halves_go_up_where_python_would_go_to_even(numerator: int, expected: float) -> None:
    assert percent(numerator, 8, 1) == expected
    assert percent(numerator, 8, 0) == floor(expected) + 1


def test_shrinking_by_a_half_rounds_away_from_zero_and_zero_has_no_sign() -> None:
    assert growth_percent(199, 200, 0) == -1.0
    nothing = growth_percent(999, 1000, 0)
    assert nothing is not None
    assert copysign(1, nothing) == 1.0


def test_an_empty_denominator_is_null_with_a_reason() -> None:
    assert percent(0, 0, 2) is None
    assert growth_percent(362, 0, 0) is None
    assert reason(0) == NO_CASE_DUE == "NO_CASE_DUE"
    assert reason(1) is None
    assert percent(0, 5, 2) == 0.0


@pytest.mark.parametrize("digits", [-1, 7])
def test_digits_out_of_bounds_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        percent(1, 2, digits)
    with pytest.raises(ValueError, match="digits"):
        growth_percent(1, 0, digits)


@pytest.mark.parametrize(("one", "other"), [(-1, 2), (1, -2)])
def test_negative_counts_are_refused(one: int, other: int) -> None:
    for formula in (percent, growth_percent):
        with pytest.raises(ValueError, match="negative"):
            formula(one, other, 2)


def test_money_is_divided_exactly() -> None:
    assert percent(Decimal("54.28"), Decimal("1080.24"), 2) == 5.02


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 6))
def test_a_percentage_is_the_exact_fraction_rounded_half_up(numerator: int, denominator: int, digits: int) -> None:
    scale = 10**digits
    exact = Fraction(100 * numerator * scale, denominator)

    assert percent(numerator, denominator, digits) == float(Fraction(floor(exact + Fraction(1, 2)), scale))


def test_the_formulas_are_version_one() -> None:
    assert FORMULA_VERSION == 1


# --- cohorts -----------------------------------------------------------------------------------------------------

ORACLE = (
    *(case("10-12", "10-21", "10-19") for _ in range(7)),  # closed on time, due in the month
    case("10-12", "10-21", "10-23"),  # closed late
    case("10-12", "10-21"),  # open and overdue
    case("10-15", "10-26"),
    *(case("10-28", "11-06") for _ in range(3)),  # open, not yet due
    case("10-29", "11-09", "10-30"),  # closed early, due next month
)


def test_the_on_time_oracle_is_seven_of_ten() -> None:
    found = aggregate(ORACLE, OCTOBER, END_OF_OCTOBER)

    assert found["onTimeClosureRate"] == (7, 10)
    assert percent(*found["onTimeClosureRate"], 1) == 70.0


def test_the_closure_rate_of_the_same_month_keeps_what_is_open_in_the_denominator() -> None:
    assert aggregate(ORACLE, OCTOBER, END_OF_OCTOBER)["closureRate"] == (9, 14)


def test_suihua_looks_good_because_of_its_consultations() -> None:
    week, eve = Window(date(2026, 1, 24), date(2026, 1, 30)), end_of(date(2026, 1, 30))
    closed, waiting = case("01-25", "02-10", "01-26"), case("01-25", "02-10")
    consultations, others = [closed] * 859, [closed] * 21 + [waiting] * (56 + 75 - 21)

    overall = aggregate(consultations + others, week, eve)["closureRate"]
    without = aggregate(others, week, eve)["closureRate"]

    assert (overall, percent(*overall, 2)) == ((880, 990), 88.89)
    assert (without, percent(*without, 2)) == ((21, 131), 16.03)


def test_what_was_closed_early_counts_in_the_month_of_its_due_date() -> None:
    found = aggregate(ORACLE, NOVEMBER, end_of(date(2026, 11, 30)))

    assert found["onTimeClosureRate"] == (1, 4)
    assert found["closureRate"] == (0, 0)


def test_a_month_without_a_case_due_is_not_rated() -> None:
    found = aggregate((), OCTOBER, END_OF_OCTOBER)

    assert set(found.values()) == {(0, 0)}


def test_an_extension_saves_the_period_but_not_its_twin() -> None:
    extended = case("10-12", "10-21", "10-23", extended="10-28")

    found = aggregate([extended], OCTOBER, END_OF_OCTOBER)

    assert found["onTimeClosureRate"] == (1, 1)
    assert found["onTimeClosureRateOriginal"] == (0, 1)


def test_an_extension_into_the_next_month_takes_the_case_with_it() -> None:
    extended = case("10-12", "10-21", "11-03", extended="11-04")

    found = aggregate([extended], OCTOBER, END_OF_OCTOBER)

    assert found["onTimeClosureRate"] == (0, 0)
    assert found["onTimeClosureRateOriginal"] == (0, 1)


def test_closed_at_the_very_instant_it_was_due_is_on_time() -> None:
    limit = end_of(date(2026, 10, 21))
    opened = at("10-12")
    punctual = CaseFacts(opened, ((opened, limit),), limit, limit)
    late = CaseFacts(opened, ((opened, limit + timedelta(milliseconds=1)),), limit, limit)

    assert on_time(punctual, END_OF_OCTOBER)
    assert not on_time(late, END_OF_OCTOBER)


def test_a_case_closed_later_was_open_on_an_earlier_day() -> None:
    once = case("10-12", "10-21", "10-19")

    assert closed_at(once, at("10-18")) is None
    assert closed_at(once, at("10-19")) == at("10-19")
    assert aggregate([once], OCTOBER, at("10-18")) == {
        "closureRate": (0, 1),
        "onTimeClosureRate": (0, 0),
        "onTimeClosureRateOriginal": (0, 0),
    }


def test_a_case_in_a_second_round_is_open_again_but_stays_on_time() -> None:
    limit = end_of(date(2026, 10, 21))
    again = CaseFacts(at("10-12"), ((at("10-12"), at("10-19")), (at("10-20"), at("10-26"))), limit, limit)

    assert closed_at(again, at("10-19", 11)) == at("10-19")
    assert closed_at(again, at("10-22")) is None
    assert closed_at(again, at("10-27")) == at("10-26")
    assert aggregate([again], OCTOBER, at("10-22"))["closureRate"] == (0, 1)
    assert aggregate([again], OCTOBER, at("10-22"))["onTimeClosureRate"] == (1, 1)


def test_merged_and_void_cases_are_outside_from_then_on() -> None:
    limit = end_of(date(2026, 10, 21))
    merged = CaseFacts(at("10-12"), ((at("10-12"), None),), limit, limit, removed_at=at("10-25"))

    assert aggregate([merged], OCTOBER, at("10-24"))["onTimeClosureRate"] == (0, 1)
    assert set(aggregate([merged], OCTOBER, at("10-25")).values()) == {(0, 0)}


def test_a_case_without_a_closing_limit_counts_for_closure_only() -> None:
    answered = CaseFacts(at("10-12"), ((at("10-12"), at("10-12", 11)),), None, None)

    found = aggregate([answered], OCTOBER, END_OF_OCTOBER)

    assert found == {"closureRate": (1, 1), "onTimeClosureRate": (0, 0), "onTimeClosureRateOriginal": (0, 0)}
    assert not on_time(answered, END_OF_OCTOBER)


def test_a_case_not_yet_received_is_neither_received_nor_closed() -> None:
    later = case("10-20", "10-29", "10-27")

    assert not in_received_cohort(later, OCTOBER, at("10-19"))
    assert closed_at(later, at("10-19")) is None


def test_a_window_is_made_of_local_days_both_included() -> None:
    opens, closes = bounds(OCTOBER)

    assert opens == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert closes == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert OCTOBER.holds(opens)
    assert OCTOBER.holds(closes - timedelta(microseconds=1))
    assert not OCTOBER.holds(closes)


# --- properties --------------------------------------------------------------------------------------------------

HOURS = st.integers(0, 90 * 24).map(lambda hours: EPOCH + timedelta(hours=hours))
LATER = st.integers(0, 40 * 24).map(lambda hours: timedelta(hours=hours))


@st.composite
def any_case(draw: st.DrawFn) -> CaseFacts:
    received = draw(HOURS)
    due = draw(st.none() | LATER.map(lambda span: end_of((received + span).date())))
    extended = due + draw(LATER) if due is not None and draw(st.booleans()) else due
    rounds: list[tuple[datetime, datetime | None]] = []
    opened = received
    for _ in range(draw(st.integers(1, 3))):
        closed = opened + draw(LATER)
        rounds.append((opened, closed))
        opened = closed + draw(LATER)
    if draw(st.booleans()):
        rounds[-1] = (rounds[-1][0], None)
    removed = draw(st.none() | LATER.map(lambda span: received + span))
    return CaseFacts(received, tuple(rounds), due, extended, removed)


@settings(deadline=None)
@given(st.lists(any_case(), max_size=12), st.lists(st.integers(1, 20), min_size=1, max_size=8), HOURS)
def test_over_adjacent_windows_each_case_is_counted_once(
    cases: list[CaseFacts], lengths: list[int], as_of: datetime
) -> None:
    windows, start = [], EPOCH.date()
    for length in lengths:
        windows.append(Window(start, start + timedelta(days=length - 1)))
        start += timedelta(days=length)
    whole = Window(EPOCH.date(), start - timedelta(days=1))

    for one in cases:
        assert sum(in_due_cohort(one, window, as_of) for window in windows) == in_due_cohort(one, whole, as_of)
        assert sum(in_received_cohort(one, window, as_of) for window in windows) == in_received_cohort(
            one, whole, as_of
        )
    parts = [aggregate(cases, window, as_of) for window in windows]
    for name, total in aggregate(cases, whole, as_of).items():
        assert tuple(map(sum, zip(*(part[name] for part in parts), strict=True))) == total


@settings(deadline=None)
@given(st.lists(any_case(), max_size=12), HOURS)
def test_a_numerator_never_exceeds_its_denominator(cases: list[CaseFacts], as_of: datetime) -> None:
    for numerator, denominator in aggregate(cases, Window(date(2026, 9, 15), date(2026, 10, 20)), as_of).values():
        assert 0 <= numerator <= denominator <= len(cases)


@settings(deadline=None)
@given(any_case(), HOURS, LATER)
def test_a_case_once_in_the_due_cohort_stays_unless_it_is_removed(
    one: CaseFacts, as_of: datetime, later: timedelta
) -> None:
    whole = Window(date(2026, 1, 1), date(2027, 12, 31))
    gone = one.removed_at is not None and one.removed_at <= as_of + later

    if in_due_cohort(one, whole, as_of) and not gone:
        assert in_due_cohort(one, whole, as_of + later)
    if on_time(one, as_of):
        assert on_time(one, as_of + later)
