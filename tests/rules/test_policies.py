from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from resolvers.rules.calendars import build_year, calendar_of
from resolvers.rules.days import ZONE
from resolvers.rules.deadlines import Policy, choose, earliest, shorten
from resolvers.rules.policies import BEIJING, EPIDEMIC, default_policies
from resolvers.terms.kinds import CalendarMode, LimitUnit

WD, DAY, HOUR = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY, LimitUnit.HOUR
ROWS = default_policies()
CALENDAR = calendar_of(1, (build_year(year) for year in range(2019, 2028)))


def binding(
    deadline_kind: str,
    case_kind: str,
    received: str,
    *,
    channel: str = "PHONE",
    regime: str | None = None,
    clock: str = "SERVICE",
    priority: str | None = None,
) -> tuple[Policy, ...]:
    return choose(
        ROWS,
        deadline_kind=deadline_kind,
        case_kind=case_kind,
        channel=channel,
        regime=regime,
        clock=clock,
        received_at=datetime.fromisoformat(received),
        priority=priority,
    )


def limits(policies: tuple[Policy, ...]) -> set[tuple[int, LimitUnit]]:
    return {(policy.amount, policy.unit) for policy in policies}


@pytest.mark.parametrize(
    ("deadline_kind", "case_kind", "expected"),
    [
        ("TRIAGE", "COMPLAINT", (24, HOUR)),
        ("TRIAGE", "SUGGESTION", (24, HOUR)),
        ("CLOSE", "COMPLAINT", (7, WD)),
        ("CLOSE", "REPORT", (30, DAY)),
        ("CLOSE", "CONSULTATION", (3, WD)),
        ("CLOSE", "HELP_REQUEST", (3, WD)),
        ("CLOSE", "SUGGESTION", (13, WD)),
        ("REHANDLE", "COMPLAINT", (7, WD)),
        ("REHANDLE", "REPORT", (30, DAY)),
        ("SIGN_FOR", "REPORT", (1, WD)),
        ("CALLBACK", "COMPLAINT", (1, WD)),
    ],
)
def test_in_the_normal_state_the_bureau_commits_itself_to(
    deadline_kind: str, case_kind: str, expected: tuple[int, LimitUnit]
) -> None:
    for day in ("2019-09-27T09:00+08:00", "2026-11-20T09:00+08:00"):
        assert limits(binding(deadline_kind, case_kind, day)) == {expected}


@pytest.mark.parametrize(
    ("deadline_kind", "case_kind", "expected"),
    [
        ("TRIAGE", "CONSULTATION", (0, HOUR)),
        ("CLOSE", "COMPLAINT", (3, WD)),
        ("CLOSE", "REPORT", (3, WD)),
        ("REHANDLE", "REPORT", (3, WD)),
        ("CLOSE", "SUGGESTION", (13, WD)),
        ("SIGN_FOR", "COMPLAINT", (1, WD)),
        ("CALLBACK", "COMPLAINT", (1, WD)),
    ],
)
def test_under_the_epidemic_regime_tagged_cases_get(
    deadline_kind: str, case_kind: str, expected: tuple[int, LimitUnit]
) -> None:
    assert limits(binding(deadline_kind, case_kind, "2020-02-10T09:00+08:00", regime=EPIDEMIC)) == {expected}


@pytest.mark.parametrize(
    ("priority", "triage", "close"),
    [
        ("EMERGENCY", {(1, HOUR), (24, HOUR)}, {(2, HOUR), (7, WD)}),
        ("URGENT", {(2, HOUR), (24, HOUR)}, {(24, HOUR), (7, WD)}),
        ("NORMAL", {(24, HOUR)}, {(7, DAY), (7, WD)}),
        (None, {(24, HOUR)}, {(7, WD)}),
    ],
)
def test_under_graded_response_the_priority_has_a_limit_beside_the_normal_one(
    priority: str | None, triage: set[tuple[int, LimitUnit]], close: set[tuple[int, LimitUnit]]
) -> None:
    asked = "COMPLAINT", "2026-11-20T09:00+08:00"

    assert limits(binding("TRIAGE", *asked, regime=BEIJING, priority=priority)) == triage
    for kind in ("CLOSE", "REHANDLE"):
        assert limits(binding(kind, *asked, regime=BEIJING, priority=priority)) == close
    for kind in ("SIGN_FOR", "CALLBACK", "RETURN"):
        assert binding(kind, *asked, regime=BEIJING, priority=priority) == binding(kind, *asked)
    before = "COMPLAINT", "2022-12-31T23:59+08:00"
    assert binding("CLOSE", *before, regime=BEIJING, priority=priority) == binding("CLOSE", *before)


@pytest.mark.parametrize("priority", ["EMERGENCY", "URGENT", "NORMAL", None])
@pytest.mark.parametrize("regime", [None, EPIDEMIC])
def test_nowhere_else_does_a_limit_go_by_the_priority(priority: str | None, regime: str | None) -> None:
    for kind in ("TRIAGE", "CLOSE", "REHANDLE", "SIGN_FOR", "CALLBACK"):
        asked = kind, "COMPLAINT", "2026-11-20T09:00+08:00"
        assert binding(*asked, regime=regime, priority=priority) == binding(*asked, regime=regime)


def test_the_mayors_line_has_the_earlier_of_its_own_limit_and_the_kinds() -> None:
    complaint = binding("CLOSE", "COMPLAINT", "2026-11-20T09:00+08:00", channel="MAYOR_HOTLINE")
    report = binding("CLOSE", "REPORT", "2026-11-20T09:00+08:00", channel="MAYOR_HOTLINE")

    assert limits(complaint) == {(7, WD), (5, WD)}
    assert limits(report) == {(30, DAY), (5, WD)}
    start = datetime(2026, 11, 20, 9, tzinfo=ZONE)
    assert earliest(CALENDAR, complaint, start, CalendarMode.STATUTORY)[0].channel == "MAYOR_HOTLINE"


def test_in_the_regime_the_mayors_line_has_the_earlier_of_five_and_three() -> None:
    policies = binding("CLOSE", "COMPLAINT", "2020-04-29T09:00+08:00", channel="MAYOR_HOTLINE", regime=EPIDEMIC)

    policy, found = earliest(CALENDAR, policies, datetime(2020, 4, 29, 9, tzinfo=ZONE), CalendarMode.STATUTORY)

    assert limits(policies) == {(5, WD), (3, WD)}
    assert (policy.amount, policy.regime) == (3, EPIDEMIC)
    assert found.at.astimezone(ZONE).date().isoformat() == "2020-05-07"


def test_a_tag_put_on_later_brings_the_due_date_forward_and_never_back() -> None:
    received, tagged = datetime(2020, 1, 20, 9, tzinfo=ZONE), datetime(2020, 2, 3, 9, tzinfo=ZONE)
    normal = binding("CLOSE", "REPORT", received.isoformat())
    urgent = binding("CLOSE", "REPORT", tagged.isoformat(), regime=EPIDEMIC)
    old = earliest(CALENDAR, normal, received, CalendarMode.STATUTORY)[1].at
    new = earliest(CALENDAR, urgent, tagged, CalendarMode.STATUTORY)[1].at

    assert (old.date().isoformat(), new.date().isoformat()) == ("2020-02-19", "2020-02-06")
    assert shorten(old, new) == new
    assert shorten(new, old) == new


@pytest.mark.parametrize(
    ("deadline_kind", "case_kind", "order_20", "order_121"),
    [
        ("ACCEPTANCE", "COMPLAINT", {(7, WD)}, {(7, WD)}),
        ("MEDIATION", "COMPLAINT", {(45, WD)}, {(45, WD), (60, DAY)}),
        ("VERIFY", "REPORT", {(15, WD)}, {(15, WD)}),
        ("NOTIFY_INFORMANT", "REPORT", {(5, WD)}, {(5, WD)}),
    ],
)
def test_the_law_changes_at_midnight_before_the_fifteenth_of_april(
    deadline_kind: str,
    case_kind: str,
    order_20: set[tuple[int, LimitUnit]],
    order_121: set[tuple[int, LimitUnit]],
) -> None:
    before = binding(deadline_kind, case_kind, "2026-04-14T23:59:59.999+08:00", clock="STATUTORY")
    after = binding(deadline_kind, case_kind, "2026-04-15T00:00:00+08:00", clock="STATUTORY")

    assert (limits(before), limits(after)) == (order_20, order_121)
    assert all(policy.confirmed and "第121号" not in policy.legal_basis for policy in before)
    assert all(not policy.confirmed and "第121号" in policy.legal_basis for policy in after)


def test_mediation_under_order_121_ends_with_the_earlier_of_both_placeholders() -> None:
    policies = binding("MEDIATION", "COMPLAINT", "2026-09-14T09:00+08:00", clock="STATUTORY")
    accepted = datetime(2026, 9, 21, 9, tzinfo=ZONE)

    by_law, by_law_due = earliest(CALENDAR, policies, accepted, CalendarMode.STATUTORY)
    on_duty, on_duty_due = earliest(CALENDAR, policies, accepted, CalendarMode.DUTY)

    assert (by_law.amount, by_law_due.at.date().isoformat()) == (60, "2026-11-20")
    assert (on_duty.amount, on_duty_due.at.date().isoformat()) == (45, "2026-11-05")


def test_the_law_knows_no_clock_for_consultations_and_none_before_2020() -> None:
    kinds = ("ACCEPTANCE", "MEDIATION", "VERIFY", "NOTIFY_INFORMANT")

    assert not any(binding(kind, "CONSULTATION", "2026-11-20T09:00+08:00", clock="STATUTORY") for kind in kinds)
    assert not any(binding(kind, "COMPLAINT", "2019-12-31T23:59+08:00", clock="STATUTORY") for kind in kinds)


def test_a_regime_does_not_touch_the_statutory_clock() -> None:
    asked = ("ACCEPTANCE", "COMPLAINT", "2020-02-10T09:00+08:00")

    assert binding(*asked, clock="STATUTORY", regime=EPIDEMIC) == binding(*asked, clock="STATUTORY")


def test_every_row_names_its_basis_and_keeps_its_id() -> None:
    assert all(policy.legal_basis for policy in ROWS)
    assert len({policy.id for policy in ROWS}) == len(ROWS) == 36
    assert default_policies() == ROWS
    first = [policy for policy in ROWS if policy.priority is None and policy.deadline_kind != "RESOLVE"]
    ids = b"".join(sorted(policy.id.bytes for policy in first))
    assert hashlib.sha256(ids).hexdigest()[:16] == "178367fdfacb3a1e"  # as first filled in


def test_order_20_ends_the_day_before_order_121_begins() -> None:
    statutory = [policy for policy in ROWS if policy.clock == "STATUTORY"]

    assert {str(policy.effective_to) for policy in statutory if policy.confirmed} == {"2026-04-14"}
    assert {policy.effective_to for policy in ROWS if policy not in statutory or not policy.confirmed} == {None}


def test_only_order_121_and_beijings_standard_are_unconfirmed() -> None:
    unconfirmed = [policy for policy in ROWS if not policy.confirmed]
    beijing = [policy for policy in unconfirmed if policy.regime == BEIJING]

    assert (len(unconfirmed), len(beijing)) == (14, 6)
    assert {policy.effective_from.isoformat() for policy in unconfirmed} == {"2026-04-15", "2023-01-01"}
    assert [policy for policy in ROWS if policy.regime == BEIJING or policy.priority] == beijing
    assert all("DB11/T 2021-2022" in policy.legal_basis for policy in beijing)
    assert all(("征求意见稿" in policy.legal_basis) == (policy.deadline_kind == "CLOSE") for policy in beijing)
