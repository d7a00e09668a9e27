"""在线和解: a complaint goes to the enterprise it is about, for ten working days in which no clock of the authority runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.doors import clock, db, due
from resolvers.models import Deadline
from resolvers.rules import days
from resolvers.rules.days import local_date
from resolvers.terms.kinds import LimitUnit
from resolvers.terms.roles import Role
from tests import repeats
from tests.client import Data
from tests.figures import around_today, ranked, rate
from tests.figures import days as period
from tests.settling import RIVAL, SHOP, USCC, enrol, expire, route, routed
from tests.world import City, add_office, alter, change, grant, let_pass

CLOCKS = "deadlines { kind clock startAt dueAt originalDueAt metAt breachedAt }"
CASE = f"case {{ id number version status dueAt closedAt isOverdue recoveredLoss {CLOCKS} }}"
ROUTING = """odrRouting { id status routedAt concludedAt settlement amount reason
  routedBy { login } concludedBy { login } enterprise { uscc } }"""
LOOK = f"""query ($n: String!) {{ case(number: $n) {{ id number version status dueAt closedAt isOverdue {CLOCKS}
  title description place answer complainant {{ name phone address }} respondent {{ name }}
  odrRoutings {{ status settlement reason concludedBy {{ login }} enterprise {{ uscc }} }}
  inspectionNotes {{ totalCount }} voicemailCalls {{ id }} }} }}"""
SETTLED: Data = {"settlement": "已退还会员费并移除贴膜。", "amount": "27.00"}


@pytest.fixture
async def market(city: City) -> City:
    """A city with two enterprises, a user of each, and nobody else in their offices."""
    for name, uscc in (("shop", USCC), ("rival", RIVAL)):
        await add_office(city, name)
        await enrol(city, name, uscc)
    await alter(
        "UPDATE role_grants SET office_id = $2 WHERE person_id = $1", city.persons["enterprise"], city.offices["shop"]
    )
    moved = "UPDATE role_grants SET office_id = $2, role = 'ODR_ENTERPRISE' WHERE person_id = $1"
    await alter(moved, city.persons["stall_clerk"], city.offices["rival"])
    return city


async def look(city: City, case: Data, who: str = "dispatcher") -> Data | None:
    found: Data | None = (await city.as_(who).ask(LOOK, n=case["number"]))["case"]
    return found


async def settle(city: City, case: Data, **given: Any) -> Data:
    shape = f"{CASE} {ROUTING}"
    payload = await city.as_("enterprise").done("settleOdr", shape, **change(case), **{**SETTLED, **given})
    return {**payload["case"], "odrRouting": payload["odrRouting"]}


async def decline(city: City, case: Data) -> Data:
    await city.as_("enterprise").done("declineOdr", "case { id }", **change(case), reason="已过退货期")
    found = await look(city, case)
    assert found
    return found


def clocks(case: Data) -> dict[str, Data]:
    return {each["kind"]: each for each in case["deadlines"]}


async def working_day(start: datetime, amount: int) -> str:
    """The end of the so-manieth working day after a start, by the calendar."""
    found = days.due(await due.calendar(start), start, amount, LimitUnit.WORKING_DAY).at
    return found.astimezone(UTC).isoformat()


def same(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(UTC).isoformat()


# --- enrolled


async def test_an_enrolled_enterprise_is_listed_to_those_who_route(city: City) -> None:
    await add_office(city, "shop")
    enrolled = await enrol(city, "shop")
    await add_office(city, "rival")
    await enrol(city, "rival", RIVAL)

    asked = "{ odrEnterprises(first: 1) { totalCount nodes { id name uscc enrolledAt office { code } } } }"
    for who in ("dispatcher", "admin", "auditor"):
        listed = (await city.as_(who).ask(asked))["odrEnterprises"]
        assert listed == {"totalCount": 2, "nodes": [enrolled]}
    for who in ("agent", "enterprise", "clerk", "leader"):
        assert (await city.as_(who).ask(asked))["odrEnterprises"] == {"totalCount": 0, "nodes": []}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"uscc": "91110000600037341X"}, "INVALID_INPUT", ["uscc"]),
        ({"name": " "}, "INVALID_INPUT", ["name"]),
        ({"officeCode": "nowhere"}, "NOT_FOUND", ["officeCode"]),
        ({}, "ODR_ALREADY_ENROLLED", ["uscc"]),
        ({"uscc": RIVAL}, "ODR_ALREADY_ENROLLED", ["officeCode"]),
    ],
)
async def test_an_enterprise_is_enrolled_once_with_an_office_of_its_own(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    await enrol(city, "west")
    office = city.codes["west"] if "uscc" in given else city.codes["east"]

    wanted = {"name": "某大药房", "uscc": USCC, "officeCode": office, **given}
    refusal = await city.as_("admin").refused("enrolOdrEnterprise", "enterprise { id }", **wanted)

    assert (refusal["code"], refusal["path"]) == (code, path)


async def test_whoever_administers_a_part_enrols_nobody_and_no_office_of_another_city_is_named(
    city: City, other_city: City
) -> None:
    given = {"name": "某大药房", "uscc": USCC, "officeCode": other_city.codes["west"]}
    foreign = await city.as_("admin").refused("enrolOdrEnterprise", "enterprise { id }", **given)
    assert (foreign["code"], foreign["path"]) == ("NOT_FOUND", ["officeCode"])
    await alter(
        "UPDATE role_grants SET office_id = $2 WHERE person_id = $1", city.persons["admin"], city.offices["west"]
    )
    part = await city.as_("admin").refused("enrolOdrEnterprise", "enterprise { id }", **given)
    assert part["code"] == "NOT_PERMITTED"


async def test_of_two_enrolments_at_once_one_counts_and_another_city_has_its_own(city: City, other_city: City) -> None:
    admin, given = city.as_("admin"), {"name": "某大药房", "uscc": USCC}
    offices = [city.codes["east"], city.codes["west"]]

    both = await asyncio.gather(
        *(admin.do("enrolOdrEnterprise", "enterprise { id }", **given, officeCode=code) for code in offices)
    )

    assert sorted(bool(payload["userErrors"]) for payload in both) == [False, True]
    await enrol(other_city, "east")


# --- routed


async def test_routed_no_clock_of_the_authority_runs_and_the_enterprise_has_ten_working_days(market: City) -> None:
    case = await market.receive(respondent=SHOP)

    shape = f"{CASE} {ROUTING}"
    payload = await market.as_("dispatcher").done("routeToOdr", shape, **change(case), complainantConsents=True)

    found, routing = payload["case"], payload["odrRouting"]
    assert (found["status"], found["version"], found["isOverdue"]) == ("ODR_SETTLING", case["version"] + 1, False)
    until = await working_day(datetime.fromisoformat(routing["routedAt"]), 10)
    assert same(found["dueAt"]) == same(clocks(found)["ODR_SETTLEMENT"]["dueAt"]) == until
    assert {kind: bool(each["metAt"]) for kind, each in clocks(found).items()} == {
        "TRIAGE": True,
        "CLOSE": False,
        "ACCEPTANCE": False,
        "ODR_SETTLEMENT": False,
    }
    assert routing == {
        "id": routing["id"],
        "status": "SETTLING",
        "routedAt": routing["routedAt"],
        "concludedAt": None,
        "settlement": None,
        "amount": None,
        "reason": None,
        "routedBy": {"login": market.login("dispatcher")},
        "concludedBy": None,
        "enterprise": {"uscc": USCC},
    }


async def test_however_long_it_takes_the_authority_is_late_with_nothing(market: City) -> None:
    case = await routed(market)

    await let_pass(case, 60)

    found = await look(market, case)
    assert found
    assert {kind for kind, each in clocks(found).items() if each["breachedAt"]} == {"ODR_SETTLEMENT"}
    assert found["isOverdue"] is False


@pytest.mark.parametrize(
    ("matter", "consents", "code", "path"),
    [
        ({"kind": "REPORT"}, True, "ODR_NOT_ALLOWED_FOR_REPORT", ["caseId"]),
        ({"kind": "HELP_REQUEST"}, True, "ODR_NOT_ALLOWED_FOR_REPORT", ["caseId"]),
        ({"respondent": None}, True, "ODR_ENTERPRISE_NOT_ENROLLED", ["caseId"]),
        ({"respondent": {"name": "某大药房"}}, True, "ODR_ENTERPRISE_NOT_ENROLLED", ["caseId"]),
        ({"respondent": {**SHOP, "uscc": "91310000MA1FL4B24G"}}, True, "ODR_ENTERPRISE_NOT_ENROLLED", ["caseId"]),
        ({}, False, "ODR_CONSENT_REQUIRED", ["complainantConsents"]),
    ],
)
async def test_only_a_complaint_about_an_enrolled_enterprise_is_routed_and_only_with_consent(
    market: City, matter: Data, consents: bool, code: str, path: list[str]
) -> None:
    case = await market.receive(**{"respondent": SHOP, **matter})

    refusal = await market.as_("dispatcher").refused("routeToOdr", **change(case), complainantConsents=consents)

    assert (refusal["code"], refusal["path"]) == (code, path)


async def test_what_is_enrolled_elsewhere_is_not_enrolled_here(city: City, other_city: City) -> None:
    await enrol(city, "west")
    case = await other_city.receive(respondent=SHOP)
    refusal = await other_city.as_("dispatcher").refused("routeToOdr", **change(case), complainantConsents=True)
    assert refusal["code"] == "ODR_ENTERPRISE_NOT_ENROLLED"


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS", "ARCHIVED"])
async def test_once_dispatched_it_is_not_routed(market: City, status: str) -> None:
    case = await market.case_in(status, respondent=SHOP)
    refusal = await market.as_("dispatcher").refused("routeToOdr", **change(case), complainantConsents=True)
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_nothing_else_is_done_with_it_while_it_is_with_the_enterprise(market: City) -> None:
    case = await routed(market)

    tried: dict[str, tuple[str, Data]] = {
        "routeToOdr": ("dispatcher", {"complainantConsents": True}),
        "dispatchCase": ("dispatcher", {"leadOfficeCode": market.codes["east"]}),
        "answerCase": ("agent", {"answer": "好", "outOfRemit": True}),
        "recordCallback": ("caller", {"level": "SATISFIED"}),
    }
    for mutation, (who, given) in tried.items():
        refusal = await market.as_(who).refused(mutation, **change(case), **given)
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "ODR_SETTLING"), mutation


# --- settled


async def test_settled_it_is_closed_and_the_citizen_is_called_back_within_a_working_day(market: City) -> None:
    settled = await settle(market, await routed(market), settlement="  已退还会员费并移除贴膜。 ")

    assert (settled["status"], settled["recoveredLoss"]) == ("CLOSED_AWAITING_CALLBACK", "27.00")
    routing = settled["odrRouting"]
    assert (routing["status"], routing["settlement"], routing["amount"]) == ("SETTLED", SETTLED["settlement"], "27.00")
    assert routing["concludedAt"] == settled["closedAt"] == clocks(settled)["ODR_SETTLEMENT"]["metAt"]
    callback = await working_day(datetime.fromisoformat(settled["closedAt"]), 1)
    assert same(clocks(settled)["CALLBACK"]["dueAt"]) == callback
    assert not any(each["breachedAt"] for each in settled["deadlines"])
    seen = await look(market, settled)
    assert seen
    assert seen["odrRoutings"][0]["concludedBy"] == {"login": market.login("enterprise")}

    called = await market.call_back(settled, level="VERY_SATISFIED")
    assert (await market.review(called))["status"] == "ARCHIVED"
    assert (await look(market, settled, "enterprise") or {})["status"] == "ARCHIVED"


async def test_settled_without_satisfaction_it_is_dispatched_by_the_centre_and_the_enterprise_sees_it_no_more(
    market: City,
) -> None:
    settled = await settle(market, await routed(market), amount=None)

    again = await market.review(await market.call_back(settled, level="DISSATISFIED"))

    assert (again["status"], again["round"]) == ("PENDING_DISPATCH", 2)
    assert await look(market, settled, "enterprise") is None
    assert (await market.sign_for(await market.dispatch(again)))["status"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    ("mutation", "given", "code", "path"),
    [
        ("settleOdr", {**SETTLED, "settlement": " "}, "INVALID_INPUT", ["settlement"]),
        ("settleOdr", {**SETTLED, "settlement": "长" * 10_001}, "INVALID_INPUT", ["settlement"]),
        ("settleOdr", {**SETTLED, "amount": "-1"}, "INVALID_INPUT", ["amount"]),
        ("settleOdr", {**SETTLED, "amount": "0.001"}, "INVALID_INPUT", ["amount"]),
        ("declineOdr", {"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
    ],
)
async def test_what_was_agreed_and_why_not_must_be_said(
    market: City, mutation: str, given: Data, code: str, path: list[str]
) -> None:
    refusal = await market.as_("enterprise").refused(mutation, **change(await routed(market)), **given)
    assert (refusal["code"], refusal["path"]) == (code, path)


@pytest.mark.parametrize(("mutation", "given"), [("settleOdr", SETTLED), ("declineOdr", {"reason": "已过退货期"})])
async def test_only_a_user_of_that_enterprise_concludes(market: City, mutation: str, given: Data) -> None:
    case = await routed(market)

    rival = await market.as_("stall_clerk").refused(mutation, **change(case), **given)
    assert (rival["code"], rival["path"]) == ("NOT_FOUND", ["caseId"])
    for who in ("dispatcher", "agent", "clerk", "leader", "admin"):
        assert (await market.as_(who).refused(mutation, **change(case), **given))["code"] == "NOT_PERMITTED"
    # Whoever sees the case by another role is told why.
    await grant(market, "stall_clerk", Role.LEADER)
    seeing = await market.as_("stall_clerk").refused(mutation, **change(case), **given)
    assert (seeing["code"], seeing["path"]) == ("NOT_YOUR_OFFICE", ["caseId"])

    await market.as_("enterprise").done(mutation, "__typename", **change(case), **given)


async def test_a_matter_is_concluded_once(market: City) -> None:
    settled = await settle(market, await routed(market))
    again = await market.as_("enterprise").refused("declineOdr", **change(settled), reason="反悔")
    assert (again["code"], again["status"]) == ("INVALID_TRANSITION", "CLOSED_AWAITING_CALLBACK")


# --- come back


@pytest.mark.parametrize("how", ["DECLINED", "EXPIRED"])
async def test_a_case_that_came_back_is_counted_from_its_return_and_its_time_there_breaches_nothing(
    market: City, how: str
) -> None:
    case = await routed(market)
    await let_pass(case, 40)
    await alter(
        "UPDATE odr_routings SET routed_at = routed_at - $2::interval WHERE case_id = (SELECT id FROM cases WHERE number = $1)",
        case["number"],
        timedelta(days=40),
    )

    if how == "DECLINED":
        found = await decline(market, case)
    else:
        await expire(case, clock.now())
        found = await look(market, case) or {}

    assert (found["status"], found["version"], found["isOverdue"]) == ("PENDING_DISPATCH", case["version"] + 1, False)
    close, acceptance = clocks(found)["CLOSE"], clocks(found)["ACCEPTANCE"]
    back = datetime.fromisoformat(close["startAt"])
    assert timedelta(0) <= datetime.now(UTC) - back < timedelta(minutes=1)
    assert same(close["dueAt"]) == same(close["originalDueAt"]) == same(found["dueAt"]) == await working_day(back, 7)
    assert (acceptance["startAt"], same(acceptance["dueAt"])) == (close["startAt"], await working_day(back, 7))
    assert not any(each["breachedAt"] for each in found["deadlines"])
    assert found["odrRoutings"][0]["status"] == how
    assert (await market.dispatch(found))["status"] == "DISPATCHED"


async def test_declined_it_is_out_of_the_enterprises_sight(market: City) -> None:
    case = await routed(market)
    assert (await look(market, case, "enterprise") or {})["status"] == "ODR_SETTLING"

    found = await decline(market, case)

    assert await look(market, case, "enterprise") is None
    assert (found["odrRoutings"][0]["reason"], found["odrRoutings"][0]["concludedBy"]) == (
        "已过退货期",
        {"login": market.login("enterprise")},
    )


async def test_when_its_time_is_over_it_comes_back_by_itself(market: City) -> None:
    case = await routed(market)

    await expire(case, clock.now())

    assert await look(market, case, "enterprise") is None
    (last,) = await db.query(
        "SELECT kind, actor_id, facts->>'to' AS to FROM ledger WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
        " ORDER BY seq DESC LIMIT 1",
        case["number"],
    )
    assert (last["kind"], last["actor_id"], last["to"]) == ("ODR_EXPIRED", None, "PENDING_DISPATCH")


async def test_a_tag_put_on_before_does_not_shorten_what_begins_anew(market: City) -> None:
    case = await market.receive(respondent=SHOP, tags=["新冠疫情"])
    regime = {"name": "疫情防控", "tag": "新冠疫情", "basis": "一级响应"}
    await market.as_("leader").done("activateRegime", "regime { id }", **regime)
    tagged = await look(market, case)
    assert tagged
    case = await route(market, tagged)
    of_case = "case_id = (SELECT id FROM cases WHERE number = $1)"
    earlier = f"UPDATE deadline_changes SET at = at - $2::interval WHERE deadline_id IN (SELECT id FROM deadlines WHERE {of_case})"
    await alter(earlier, case["number"], timedelta(days=30))

    found = await decline(market, case)

    back = datetime.fromisoformat(clocks(found)["CLOSE"]["startAt"])
    assert same(found["dueAt"]) == await working_day(back, 3)
    row = await Deadline.filter(case__number=case["number"], kind="CLOSE").get()
    assert (await due.recount(row)).at == row.effective_due_at  # as after a pause


# --- who is told what


async def test_an_enterprise_is_told_who_complains_and_what_of_but_not_how_to_find_them(market: City) -> None:
    case = await routed(
        market,
        title="张三丰要求退款",
        description="我是张三丰, 电话14012345678, 药店不退款。",
        place={"text": "人民路药店"},
        categoryCode="010101",
    )

    seen = await look(market, case, "enterprise")

    assert seen
    assert seen["complainant"] == {"name": "张三丰", "phone": "140****5678", "address": None}
    assert (seen["title"], seen["description"]) == (
        "〔已隐去〕要求退款",
        "我是〔已隐去〕, 电话〔已隐去〕, 药店不退款。",
    )
    assert (seen["place"], seen["respondent"]) == (None, {"name": "某大药房"})
    assert await look(market, case, "stall_clerk") is None
    listed = await market.as_("enterprise").ask("{ cases { totalCount nodes { number } } }")
    assert listed["cases"] == {"totalCount": 1, "nodes": [{"number": case["number"]}]}


async def test_whoever_asked_for_confidentiality_is_a_pseudonym_to_the_enterprise(market: City) -> None:
    party = {"name": "张三丰", "phone": "14012345678", "address": "某路1号", "wantsConfidentiality": True}
    seen = await look(market, await routed(market, party=party), "enterprise")
    assert seen
    assert seen["complainant"] == {"name": "投诉人", "phone": None, "address": None}


async def test_of_what_staff_write_an_enterprise_reads_nothing_and_of_its_own_words_all(market: City) -> None:
    settled = await settle(market, await routed(market))
    called = await market.call_back(settled, remark="来电人满意")
    asked = """query ($n: String!) { case(number: $n) { callbacks { remark caller { login } } supervisions { reason }
      odrRoutings { settlement routedBy { login } } assignments { id } voicemailCalls { id } } }"""
    await market.as_("leader").done("superviseCase", **change(called), reason="抽查")

    seen = (await market.as_("enterprise").ask(asked, n=settled["number"]))["case"]
    integrated = (await market.as_("integrator").ask(asked, n=settled["number"]))["case"]

    withheld = "〔按隐私规定不公开〕"
    assert seen == {
        "callbacks": [{"remark": withheld, "caller": None}],
        "supervisions": [{"reason": withheld}],
        "odrRoutings": [{"settlement": SETTLED["settlement"], "routedBy": None}],
        "assignments": [],
        "voicemailCalls": [],
    }
    assert integrated["odrRoutings"] == [{"settlement": withheld, "routedBy": None}]


async def test_a_report_is_never_an_enterprises_even_if_a_row_said_so(market: City) -> None:
    report = await market.receive(kind="REPORT", respondent=SHOP)
    await alter("UPDATE cases SET odr_office_id = $2 WHERE number = $1", report["number"], market.offices["shop"])
    assert await look(market, report, "enterprise") is None


# --- figures


async def test_of_five_concluded_three_were_settled_and_what_waits_is_not_counted(market: City) -> None:
    leader, today = market.as_("leader"), around_today()
    for _ in range(3):
        await settle(market, await routed(market))
    declined = await decline(market, await routed(market))
    expired = await routed(market)
    await expire(expired, clock.now())
    before = clock.now().isoformat()
    waiting = await routed(market)

    assert await rate(leader, "odrSuccessRate", today) == (3, 5)
    await settle(market, waiting)
    assert await rate(leader, "odrSuccessRate", today) == (4, 6)
    assert await rate(leader, "odrSuccessRate", today, asOf=before) == (3, 5)
    assert await rate(leader, "odrSuccessRate", period("2025-01-01", "2025-12-31")) == (0, 0)
    # It was the bureau that routed: who handles what came back does not answer for that it came back.
    await market.dispatch(declined)
    assert await rate(leader, "odrSuccessRate", today, code=market.codes["east"]) == (0, 0)
    assert await rate(leader, "odrSuccessRate", today) == (4, 6)


async def test_what_was_concluded_counts_in_the_window_in_which_it_was(market: City) -> None:
    case = await settle(market, await routed(market))
    moved = """UPDATE odr_routings SET routed_at = '2025-12-30T10:00:00+08:00', concluded_at = '2026-01-04T10:00:00+08:00'
      WHERE case_id = (SELECT id FROM cases WHERE number = $1)"""
    await alter(moved, case["number"])

    found = [
        await rate(market.as_("leader"), "odrSuccessRate", period(*month))
        for month in (("2025-12-01", "2025-12-31"), ("2026-01-01", "2026-01-31"))
    ]

    assert found == [(0, 0), (1, 1)]


async def test_units_are_ranked_by_it(market: City) -> None:
    first, second = await routed(market), await routed(market)
    await settle(market, first)
    await decline(market, second)
    moved = "UPDATE cases SET intake_office_id = $2 WHERE number = $1"
    await alter(moved, first["number"], market.offices["east"])
    await alter(moved, second["number"], market.offices["west"])

    found = await ranked(market.as_("leader"), "ODR_SUCCESS_RATE", around_today())

    places = {each["office"]["code"]: each["rank"] for each in found}
    assert {name: places[market.codes[name]] for name in ("east", "west", "shop")} == {
        "east": 1,
        "west": 2,
        "shop": None,
    }


async def test_what_an_enterprise_settled_is_closed_and_was_never_due(market: City) -> None:
    """Received on the 1st, due on the 10th of September: one handled in time, two with the enterprise."""
    leader, september = market.as_("leader"), period("2025-09-01", "2025-09-30")
    when: Data = {"receivedAt": "2025-09-01T09:00:00+08:00", "party": None}  # nobody's repeat
    handled = await market.case_in("IN_PROGRESS", **when)
    await market.sign_off(await market.submit(handled))
    on_time = "UPDATE rounds SET closed_at = '2025-09-05T09:00:00+08:00' WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
    await alter(on_time, handled["number"])
    before = clock.now().isoformat()
    settled, waiting = await routed(market, **when), await routed(market, **when)
    meanwhile = clock.now().isoformat()
    await settle(market, settled)

    assert await rate(leader, "closureRate", september) == (2, 3)
    assert await rate(leader, "onTimeClosureRate", september) == (1, 1)
    assert await rate(leader, "dispatchRate", september) == (1, 1)
    assert await rate(leader, "supervisionRate", september) == (0, 0)

    await decline(market, waiting)  # due from today on
    assert await rate(leader, "onTimeClosureRate", september) == (1, 1)
    assert await rate(leader, "dispatchRate", september) == (1, 2)
    assert await rate(leader, "onTimeClosureRate", september, asOf=meanwhile) == (1, 1)
    assert await rate(leader, "closureRate", september, asOf=meanwhile) == (1, 3)
    assert await rate(leader, "onTimeClosureRate", september, asOf=before) == (1, 1)
    close = (await look(market, waiting) or {})["dueAt"]
    due_on = str(local_date(datetime.fromisoformat(close)))
    assert await rate(leader, "onTimeClosureRate", period(due_on, due_on)) == (0, 0)  # open, not yet due


async def test_a_figure_of_the_days_before_the_routing_stays_what_it_was(market: City) -> None:
    leader, september = market.as_("leader"), period("2025-09-01", "2025-09-30")
    case = await market.receive(respondent=SHOP, receivedAt="2025-09-01T09:00:00+08:00")
    before = clock.now().isoformat()
    assert await rate(leader, "onTimeClosureRate", september) == (0, 1)  # open and overdue

    await decline(market, await route(market, case))

    assert await rate(leader, "onTimeClosureRate", september, asOf=before) == (0, 1)
    assert await rate(leader, "onTimeClosureRate", september) == (0, 0)


# --- once


async def test_sent_again_with_its_key_each_takes_effect_once(market: City) -> None:
    case, dispatcher, enterprise = (
        await market.receive(respondent=SHOP),
        market.as_("dispatcher"),
        market.as_("enterprise"),
    )
    consents = {"complainantConsents": True}
    await repeats.shows_the_case_as_it_is(market, dispatcher, "routeToOdr", case, **change(case), **consents)
    refused = {**change(case), "complainantConsents": False}
    await repeats.leaves_its_key_free(market, dispatcher, "routeToOdr", refused, {**change(case), **consents})
    found = await look(market, case)
    assert found
    await repeats.shows_the_case_as_it_is(market, enterprise, "settleOdr", found, **change(found), **SETTLED)
    given = {**change(found), **SETTLED}
    await repeats.takes_effect_once(market, enterprise, "settleOdr", given, {"amount": "28.00"})
    other = await routed(market)
    given = {**change(other), "reason": "已过退货期"}
    await repeats.takes_effect_once(market, enterprise, "declineOdr", given, {"reason": "另一理由"}, "case { id }")
