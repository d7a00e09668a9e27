"""指标: figures of an office and all below it, as known at an instant, equal to the formulas of domain 4.7."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from resolvers.doors import db
from resolvers.models import Case, Deadline, DeadlineChange, Pause
from resolvers.rules.days import local_date
from resolvers.rules.kpi import Window, aggregate
from resolvers.terms.kinds import CaseKind, DeadlineKind, PauseReason
from tests import histories, world
from tests.client import Caller, Data
from tests.figures import ASKED, INTAKE, RANKING, RATE, RATES, around_today, days, figures, ranked, rate
from tests.histories import BEGAN, HOURS, History
from tests.world import City, add_office, alter, change

EVERY = f"""{" ".join(f"{name} {RATE}" for name in RATES)} {INTAKE} reports: closureRate(kind: REPORT) {RATE}
  tagShare(tag: "春节") {RATE} yearOnYear {{ current base percent }} recoveredLoss byDay {{ date received closed }} asOf"""
PAGE = """query ($period: PeriodInput!, $asOf: DateTime, $first: Int = 100) {{ offices(first: $first) {{ nodes {{
  code kpis(period: $period, asOf: $asOf) {{ {} }} }} }} }}"""
BELOW = {"top": ("top", "east", "west", "stall"), "east": ("east", "stall"), "west": ("west",), "stall": ("stall",)}


async def closed_on(city: City, case: Data, instant: str) -> None:
    """Answered, and the clock turned back to when that was."""
    await city.as_("agent").done("answerCase", **change(case), answer="请向交通部门反映。", outOfRemit=True)
    closed = "UPDATE rounds SET closed_at = $1 WHERE case_id = (SELECT id FROM cases WHERE number = $2)"
    await alter(closed, datetime.fromisoformat(instant), case["number"])


async def page(caller: Caller, wanted: str, period: Data, **given: object) -> dict[str, Data]:
    found = (await caller.ask(PAGE.format(wanted), period=period, **given))["offices"]["nodes"]
    return {node["code"]: node["kpis"] for node in found}


async def done_twice_at(city: City, office: str, kind: str = "REPORT") -> None:
    """A case of which every figure has something to tell, held by this office."""
    case = await city.case_in("IN_PROGRESS", kind=kind, tags=["春节"])
    await city.inspect(case)
    case = await city.call_back(await city.sign_off(await city.submit(case, recoveredLoss="30")), level="DISSATISFIED")
    case = (await city.as_("leader").done("superviseCase", **change(await city.review(case)), reason="重办"))["case"]
    await city.call_back(await city.sign_off(await city.submit(case, recoveredLoss="50.5")), level="SATISFIED")
    moved = "UPDATE assignments SET office_id = $1 WHERE case_id = (SELECT id FROM cases WHERE number = $2)"
    await alter(moved, city.offices[office], case["number"])


@pytest.fixture(scope="module")
async def past(http: httpx.AsyncClient, base_url: str) -> tuple[City, list[History]]:
    """A city with 120 cases that were closed, extended, done again and handed on at random."""
    city, dice = await world.found(http, base_url), random.Random(20)
    invented = [histories.invent(dice) for _ in range(120)]
    await histories.write(city, invented)
    return city, invented


@pytest.mark.parametrize("seed", range(3))
async def test_the_figures_of_any_window_as_of_any_instant_are_those_of_the_plain_formulas(
    past: tuple[City, list[History]], seed: int
) -> None:
    (city, every), dice = past, random.Random(seed)
    wanted = f"closureRate {RATE} onTimeClosureRate {RATE} kind: closureRate(kind: REPORT) {RATE}"

    for _ in range(25):
        start = local_date(BEGAN) + timedelta(days=dice.randrange(0, 60))
        window = Window(start, start + timedelta(days=dice.randrange(0, 25)))
        as_of, office = histories.hour(dice, BEGAN, HOURS * 2), dice.choice(sorted(BELOW))
        given = {"code": city.codes[office], "asOf": as_of.isoformat()}
        found = await figures(city.as_("leader"), wanted, days(str(window.start), str(window.through)), **given)

        known = [history for history in every if history.registered_at <= as_of]
        held = [history for history in known if history.holder(as_of) in BELOW[office]]
        expected = aggregate([history.facts(as_of) for history in held], window, as_of)
        reports = [history.facts(as_of) for history in held if history.kind is CaseKind.REPORT]
        expected["kind"] = aggregate(reports, window, as_of)["closureRate"]
        for name in ("closureRate", "onTimeClosureRate", "kind"):
            assert (found[name]["numerator"], found[name]["denominator"]) == expected[name], (name, window, as_of)


async def test_a_page_tells_of_each_office_what_is_told_of_it_alone(past: tuple[City, object], city: City) -> None:
    for office, kind in (("stall", "REPORT"), ("stall", "COMPLAINT"), ("east", "COMPLAINT"), ("west", "REPORT")):
        await done_twice_at(city, office, kind)
    spring, then, now = days("2026-02-20", "2026-05-20"), BEGAN + timedelta(hours=HOURS), datetime.now(UTC)
    for town, period, at in ((past[0], spring, then.isoformat()), (city, around_today(40), now.isoformat())):
        for caller in (town.as_("leader"), town.as_("integrator")):
            told = await page(caller, EVERY, period, asOf=at)
            assert told == {code: await figures(caller, EVERY, period, code=code, asOf=at) for code in told}


async def test_a_case_counts_once_in_each_of_the_offices_above_it_asked_for_together(city: City) -> None:
    await done_twice_at(city, "stall")
    once = dict.fromkeys(("tagShare", *RATES[:-1]), (1, 1)) | {"callbackRate": (2, 2), "duplicateDispatchRate": (0, 1)}

    told = await page(city.as_("leader"), EVERY, around_today(40))

    for name in ("top", "east", "stall"):
        found = told[city.codes[name]]
        assert {rate: (found[rate]["numerator"], found[rate]["denominator"]) for rate in once} == once, name
        assert (found["intake"]["total"], found["yearOnYear"]["current"], found["recoveredLoss"]) == (1, 1, "50.50")
        assert [sum(day[count] for day in found["byDay"]) for count in ("received", "closed")] == [1, 1]


async def test_many_offices_cost_no_more_statements_than_one(city: City, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(30):
        await add_office(city, f"county-{n}")
    caplog.set_level(logging.DEBUG, "jiesu.statements")  # which tells each statement it sends

    async def statements(wanted: str, first: int) -> int:
        caplog.clear()
        assert len(await page(city.as_("leader"), wanted, around_today(), first=first)) == first
        return sum(record.getMessage().lstrip().startswith(("SELECT", "WITH")) for record in caplog.records)

    await city.as_("leader").ask("{ viewer { login } }")  # whoever has been here is not looked up again
    bare = await statements("formulaVersion", 1)
    assert {await statements(EVERY, n) for n in (1, 4, 34)} == {bare + 14}  # 10 cohorts, last year, tags, losses, days


async def test_a_field_that_fails_takes_no_figure_from_another_that_shares_it(city: City) -> None:
    office = (await city.as_("leader").ask("query ($c: String!) { office(code: $c) { id } }", c=city.code))["office"]
    asked = "nodes(ids: [$id]) { ... on Office { kpis(period: $period) { closureRate { numerator } %s } } }"
    both = f"query ($id: ID!, $period: PeriodInput!) {{ a: {asked} b: {asked} }}" % ('tagShare(tag: "") { reason }', "")
    answer = await city.as_("leader").post(both, **office, period=around_today())
    assert answer.json()["data"] == {"a": [None], "b": [{"kpis": {"closureRate": {"numerator": 0}}}]}


async def test_adjacent_windows_count_each_case_once(past: tuple[City, list[History]]) -> None:
    city, every = past
    as_of, start = BEGAN + timedelta(hours=HOURS), local_date(BEGAN)
    given = {"asOf": as_of.isoformat()}

    for name in ("closureRate", "onTimeClosureRate"):
        whole = await rate(city.as_("leader"), name, days(str(start), str(start + timedelta(days=99))), **given)
        parts = [
            await rate(city.as_("leader"), name, days(str(day), str(day + timedelta(days=9))), **given)
            for day in (start + timedelta(days=10 * n) for n in range(10))
        ]
        assert (sum(numerator for numerator, _ in parts), sum(denominator for _, denominator in parts)) == whole
        assert whole[1] > len(every) / 2


async def test_of_fourteen_cases_ten_were_due_and_seven_of_them_in_time(city: City) -> None:
    async def received(day: str) -> Data:
        return await city.receive(receivedAt=f"{day}T09:00:00+08:00")

    for _ in range(7):  # due on the 10th
        await closed_on(city, await received("2025-09-01"), "2025-09-10T23:59:59.999+08:00")
    await closed_on(city, await received("2025-09-01"), "2025-09-11T00:00:00+08:00")  # late by a moment
    for _ in range(2):
        await received("2025-09-05")  # open and overdue
    for _ in range(3):
        await received("2025-09-26")  # open, due after the holidays
    await closed_on(city, await received("2025-09-25"), "2025-09-26T08:00:00+08:00")  # early, due on 11 October
    # Keyed in today, they would not have been known in September.
    await alter("UPDATE cases SET registered_at = received_at WHERE jurisdiction_id = $1", city.jurisdiction_id)
    leader, september, october = city.as_("leader"), days("2025-09-01", "2025-09-30"), days("2025-10-01", "2025-10-31")
    ends = {"asOf": "2025-09-30T23:59:59+08:00"}

    told = (await figures(leader, f"onTimeClosureRate {RATE}", september, **ends))["onTimeClosureRate"]

    assert told == {"numerator": 7, "denominator": 10, "reason": None, "percent": 70.0}
    assert await rate(leader, "closureRate", september, **ends) == (9, 14)
    assert await rate(leader, "onTimeClosureRate", october, **ends) == (1, 1)
    assert await rate(leader, "onTimeClosureRate", october, asOf="2025-10-31T23:59:59+08:00") == (1, 4)
    assert await rate(leader, "onTimeClosureRate", september) == (7, 10)


async def test_an_approved_extension_moves_the_case_to_the_window_of_its_new_limit(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    shape = "case { id version } extension { id oldDueAt newDueAt }"
    asked = await city.as_("clerk").done("requestExtension", shape, **change(case), workingDays=2, reason="等待检测")
    decided = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    moved = await city.as_("section").done("decideExtension", shape, **decided, decision="APPROVE")
    await city.sign_off(await city.submit(moved["case"]))

    limits = [local_date(datetime.fromisoformat(moved["extension"][name])) for name in ("oldDueAt", "newDueAt")]
    found = [await rate(city.as_("leader"), "onTimeClosureRate", days(str(day), str(day))) for day in limits]
    assert found == [(0, 0), (1, 1)]


async def paused(city: City, case: Data, start: str, end: str, *moved: str) -> None:
    """A pause of the past, and how it moved the closing limit when it was over."""
    begun, over = (datetime.fromisoformat(f"{day}T12:00:00+08:00") for day in (start, end))
    of_case = await Case.get(number=case["number"])
    clerk = city.persons["clerk"]
    await db.atomic(Pause.create)(
        case_id=of_case.id,
        reason=PauseReason.TESTING,
        evidence="委托书",
        started_by_id=clerk,
        started_at=begun,
        end_evidence="报告",
        ended_by_id=clerk,
        ended_at=over,
    )
    clock = await Deadline.get(case_id=of_case.id, kind=DeadlineKind.CLOSE)
    for day in moved:
        await db.atomic(DeadlineChange.create)(
            deadline_id=clock.id,
            at=over,
            cause="PAUSE",
            calendar_version=1,
            old_due_at=clock.due_at,
            new_due_at=datetime.fromisoformat(f"{day}T23:59:59.999+08:00"),
        )


async def test_of_a_case_suspended_at_the_time_nothing_is_due_and_then_what_the_pause_left_is(city: City) -> None:
    async def received() -> Data:
        return await city.receive(receivedAt="2025-09-01T09:00:00+08:00")  # due on the 10th

    await received()  # open, overdue
    await closed_on(city, await received(), "2025-09-09T12:00:00+08:00")
    # From the 8th to the 15th two working days are left: due on the 17th. One is closed in time for that, one is not.
    for closed in ("2025-09-16T12:00:00+08:00", "2025-09-18T12:00:00+08:00"):
        case = await received()
        await paused(city, case, "2025-09-08", "2025-09-15", "2025-09-17")
        await closed_on(city, case, closed)
    # Closed in time, opened again, and suspended in that round: the first is judged, and stays so (DEC-8).
    again = await received()
    await closed_on(city, again, "2025-09-05T12:00:00+08:00")
    await paused(city, again, "2025-09-08", "2025-09-30")
    await alter("UPDATE cases SET registered_at = received_at WHERE jurisdiction_id = $1", city.jurisdiction_id)
    tenth, seventeenth = days("2025-09-10", "2025-09-10"), days("2025-09-17", "2025-09-17")

    async def due(period: Data, as_of: str) -> tuple[int, int]:
        return await rate(city.as_("leader"), "onTimeClosureRate", period, asOf=f"{as_of}T12:00:01+08:00")

    assert await due(tenth, "2025-09-07") == (1, 1)  # of the others nothing is due yet
    assert await due(tenth, "2025-09-12") == (2, 3)  # the two that are suspended are not
    assert await due(tenth, "2025-09-20") == (2, 3)
    assert await due(seventeenth, "2025-09-12") == (0, 0)
    assert await due(seventeenth, "2025-09-16") == (1, 1)
    assert await due(seventeenth, "2025-09-20") == (1, 2)


async def test_a_suspended_case_that_would_be_overdue_asks_for_no_supervision(city: City) -> None:
    given = {"receivedAt": "2025-09-01T09:00:00+08:00"}
    await city.receive(**given, party={"phone": "14000000001"})
    suspended = await city.receive(**given, party={"phone": "14000000002"})
    await paused(city, suspended, "2025-09-08", "2025-09-15", "2025-09-17")
    await alter("UPDATE cases SET registered_at = received_at WHERE jurisdiction_id = $1", city.jurisdiction_id)
    leader, first = city.as_("leader"), days("2025-09-01", "2025-09-01")

    assert await rate(leader, "supervisionRate", first, asOf="2025-09-12T12:00:00+08:00") == (0, 1)
    assert await rate(leader, "supervisionRate", first, asOf="2025-09-18T12:00:00+08:00") == (0, 2)


async def test_the_figures_of_a_working_day(city: City) -> None:
    async def case(status: str, n: int, **matter: object) -> Data:
        return await city.case_in(status, party={"phone": f"1400000000{n}"}, **matter)

    closed = await city.sign_off(await city.submit(await case("IN_PROGRESS", 1, tags=["春节"]), recoveredLoss="27.50"))
    await city.review(await city.call_back(closed, level="SATISFIED"))  # archived
    again = await city.review(await city.call_back(await case("CLOSED_AWAITING_CALLBACK", 2), level="DISSATISFIED"))
    await city.as_("leader").done("superviseCase", **change(again), reason="重办")
    await case("CLOSED_AWAITING_CALLBACK", 3, kind="REPORT")
    await case("DISPATCHED", 1)  # the first caller's matter again
    question = await city.receive(kind="CONSULTATION", party=None)
    await city.as_("agent").done("answerCase", **change(question), answer="可以。")
    await city.receive(kind="SUGGESTION", party=None)  # waits for dispatch
    await city.call_back(await case("CLOSED_AWAITING_CALLBACK", 4), outcome="DECLINED", level=None)

    found = await figures(city.as_("leader"), f"{EVERY} period {{ from through }} formulaVersion", around_today(40))

    told = {name: (found[name]["numerator"], found[name]["denominator"]) for name in (*RATES, "tagShare")}
    assert told == {
        "closureRate": (4, 7),  # neither the one being done again, nor those that wait
        "onTimeClosureRate": (5, 5),  # judged on the first round
        "dispatchRate": (5, 6),
        "duplicateDispatchRate": (1, 5),
        "satisfactionRate": (1, 2),
        "callbackRate": (3, 3),  # the report's call is not due yet
        "supervisionRate": (1, 1),  # the one done again; a first repeat suggests nothing
        "inspectionRate": (1, 1),
        "odrSuccessRate": (0, 0),
        "tagShare": (1, 7),
    }
    assert (found["odrSuccessRate"]["reason"], found["odrSuccessRate"]["percent"]) == ("NO_CASE_DUE", None)
    kinds = {"complaint": 4, "report": 1, "consultation": 1, "helpRequest": 0, "suggestion": 1}
    assert found["intake"] == {"total": 7, **kinds, "isSuppressed": False}
    assert found["yearOnYear"] == {"current": 7, "base": 0, "percent": None}
    assert (found["recoveredLoss"], found["formulaVersion"]) == ("27.50", 1)
    assert found["period"] == around_today(40)
    assert sum(day["received"] for day in found["byDay"]) == 7
    assert sum(day["closed"] for day in found["byDay"]) == 5
    assert [day["date"] for day in found["byDay"]] == [
        str(date.fromisoformat(found["period"]["from"]) + timedelta(days=n)) for n in range(42)
    ]


async def test_a_figure_of_the_past_stays_what_it_was(city: City) -> None:
    case = await city.case_in("CALLBACK_REVIEW")
    then = datetime.now(UTC).isoformat()
    names = ("closureRate", "dispatchRate", "satisfactionRate", "callbackRate", "supervisionRate")
    wanted = f"asOf {INTAKE} recoveredLoss " + " ".join(f"{name} {RATE}" for name in names)
    before = await figures(city.as_("leader"), wanted, around_today(14), asOf=then)

    case = await city.review({**case, "level": "SATISFIED"})
    await city.call_back(await city.case_in("CLOSED_AWAITING_CALLBACK"), level="DISSATISFIED")
    await city.as_("leader").done("superviseCase", **change(case), reason="抽查")

    assert await figures(city.as_("leader"), wanted, around_today(14), asOf=then) == before
    later = await figures(city.as_("leader"), wanted, around_today(14), asOf="2099-01-01T00:00:00Z")
    assert later["intake"]["total"] == before["intake"]["total"] + 1
    assert datetime.fromisoformat(later["asOf"]) <= datetime.now(UTC)


async def test_a_merged_case_was_received_and_is_in_no_figure_of_handling_from_then_on(city: City) -> None:
    names = ("closureRate", "dispatchRate", "onTimeClosureRate", "duplicateDispatchRate")
    wanted = f"{INTAKE} byDay {{ received closed }} " + " ".join(f"{name} {RATE}" for name in names)
    target, case = await city.case_in("IN_PROGRESS"), await city.dispatch(await city.receive(), "west")

    async def counted(office: str, at: str | None = None) -> tuple[object, ...]:
        given = {"code": city.codes[office], "asOf": at}
        told = await figures(city.as_("leader"), wanted, around_today(40), **given)
        days_ = [sum(day[count] for day in told["byDay"]) for count in ("received", "closed")]
        return (
            told["intake"]["total"],
            *days_,
            *((told[each]["numerator"], told[each]["denominator"]) for each in names),
        )

    then = datetime.now(UTC).isoformat()
    before = {office: await counted(office) for office in ("top", "east", "west")}
    await city.as_("dispatcher").done("mergeCase", **change(case), targetCaseId=target["id"])

    assert before["top"] == (2, 2, 0, (0, 2), (2, 2), (0, 0), (1, 2))
    assert before["west"] == (1, 1, 0, (0, 1), (1, 1), (0, 0), (1, 1))
    assert {office: await counted(office, then) for office in before} == before
    assert await counted("top") == (2, 2, 0, (0, 1), (1, 1), (0, 0), (0, 1))
    assert await counted("west") == (0, 0, 0, (0, 0), (0, 0), (0, 0), (0, 0))
    assert await counted("east") == before["east"]


async def test_what_was_keyed_in_later_was_not_known_before(city: City) -> None:
    before = datetime.now(UTC)
    await city.receive(receivedAt=(before - timedelta(minutes=1)).isoformat())

    found = [await rate(city.as_("leader"), "closureRate", around_today(), asOf=at) for at in (str(before), None)]

    assert found == [(0, 0), (0, 1)]


async def test_a_case_that_is_done_again_recovers_what_it_recovered_in_the_end(city: City) -> None:
    case = await city.sign_off(await city.submit(await city.case_in("IN_PROGRESS"), recoveredLoss="30"))
    case = await city.review(await city.call_back(case, level="DISSATISFIED"))
    await city.sign_off(await city.submit(case, recoveredLoss="50.5"))

    assert (await figures(city.as_("leader"), "recoveredLoss", around_today()))["recoveredLoss"] == "50.50"


async def test_growth_is_over_the_same_days_of_the_year_before(city: City) -> None:
    for day in ("2024-02-29", "2024-03-01", "2023-02-28", "2023-03-01", "2023-03-01", "2023-03-31"):
        await city.receive(receivedAt=f"{day}T00:00:00+08:00")
    asked = "yearOnYear { current base percent(digits: 1) }"

    for day, current, base, percent in (
        ("2024-02-29", 1, 1, 0.0),
        ("2024-03-01", 1, 2, -50.0),
        ("2024-03-31", 0, 1, -100.0),
        ("2024-02-28", 0, 1, -100.0),
        ("2023-02-28", 1, 0, None),
    ):
        found = (await figures(city.as_("leader"), asked, days(day, day)))["yearOnYear"]
        assert found == {"current": current, "base": base, "percent": percent}, day


async def test_equal_units_share_a_rank_the_next_is_skipped_and_who_cannot_be_rated_has_none(city: City) -> None:
    for name in ("idle", "north", "south"):
        await add_office(city, name)
    for name, closed in (("north", 1), ("stall", 1), ("east", 0), ("west", 1), ("west", 0), ("south", 0)):
        case = await city.dispatch(await city.receive(), name)
        if closed:
            done = "UPDATE rounds SET closed_at = now() WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
            await alter(done, case["number"])
    names = {code: name for name, code in city.codes.items()}

    async def standing(**given: object) -> list[tuple[str, int | None]]:
        places = await ranked(city.as_("leader"), "CLOSURE_RATE", around_today(), **given)
        return [(names[place["office"]["code"]], place["rank"]) for place in places]

    assert await standing() == [("north", 1), ("east", 2), ("west", 2), ("south", 4), ("idle", None)]
    two = [("east", 1), ("west", 1), ("idle", None), ("north", None), ("south", None)]
    assert await standing(least=2) == two
    assert await standing(code=city.codes["east"]) == [("stall", 1)]
    assert await standing(code=city.codes["stall"]) == []
    (idle,) = [place for place in await ranked(city.as_("leader"), "CLOSURE_RATE", around_today()) if not place["rank"]]
    assert idle["kpi"] == {"numerator": 0, "denominator": 0, "reason": "NO_CASE_DUE"}


async def test_of_duplicate_dispatches_fewer_are_better(city: City) -> None:
    for name, phone in (("east", 1), ("east", 1), ("west", 2)):
        await city.dispatch(await city.receive(party={"phone": f"1400000000{phone}"}), name)

    places = await ranked(city.as_("analyst"), "DUPLICATE_DISPATCH_RATE", around_today())

    standing = [(place["office"]["code"], place["rank"]) for place in places]
    assert standing == [(city.codes["west"], 1), (city.codes["east"], 2)]
    assert {each["rank"] for each in await ranked(city.as_("analyst"), "ODR_SUCCESS_RATE", around_today())} == {None}


async def test_figures_of_the_own_office_are_told_and_those_of_any_other_are_as_absent(
    city: City, other_city: City
) -> None:
    for name in ("east", "stall", "west"):
        await city.dispatch(await city.receive(), name)
    period, total = around_today(), "intake { total }"

    for who, expected in (("clerk", 2), ("west_clerk", 1), ("stall_clerk", 1), ("leader", 3), ("admin", 3)):
        assert (await figures(city.as_(who), total, period))["intake"]["total"] == expected, who
    assert (await figures(city.as_("clerk"), total, period, code=city.codes["stall"]))["intake"]["total"] == 1
    for document in (ASKED.format(total), RANKING):
        given = {"period": period, **({"kpi": "CLOSURE_RATE"} if document is RANKING else {})}
        absent = await city.as_("clerk").post(document, **given, code="no-such-office")
        assert absent.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        for code in (city.codes["west"], city.codes["top"], other_city.codes["east"], other_city.code, "%", ""):
            assert (await city.as_("clerk").post(document, **given, code=code)).content == absent.content, code
        own = await city.as_("enterprise").post(document, **given)
        assert own.json()["errors"] == absent.json()["errors"]


@pytest.mark.parametrize(
    ("wanted", "period", "path"),
    [
        ("asOf", days("2026-01-02", "2026-01-01"), ["period", "from"]),
        ("asOf", days("2022-01-01", "2026-01-01"), ["period"]),
        ("asOf", days("2017-12-31", "2018-01-01"), ["period"]),
        ("asOf", days("2100-12-31", "2101-01-01"), ["period"]),
        ("closureRate { percent(digits: 7) }", around_today(), ["digits"]),
        ("yearOnYear { percent(digits: -1) }", around_today(), ["digits"]),
        ('tagShare(tag: " ") { numerator }', around_today(), ["tag"]),
    ],
)
async def test_what_cannot_be_counted_is_refused(city: City, wanted: str, period: Data, path: list[str]) -> None:
    (error,) = await city.as_("leader").fail(ASKED.format(wanted), period=period)

    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", path)


async def given_back_unsigned(city: City) -> None:
    case = await city.dispatch(await city.receive())
    await city.as_("clerk").done("requestReturn", **change(case), reason="不属本辖区")


async def let_the_time_to_sign_run_out(city: City) -> None:
    case = await city.dispatch(await city.receive())
    ran_out = "effective_due_at = now() - interval '1 hour'"
    of_case = "case_id = (SELECT id FROM cases WHERE number = $1)"
    await alter(f"UPDATE deadlines SET {ran_out} WHERE kind = 'SIGN_FOR' AND {of_case}", case["number"])
    await city.sign_for(case)


async def with_a_co_handler_then_taken_back(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    shape = "case { version } returnRequest { id }"
    asked = await city.as_("clerk").done("requestReturn", shape, **change(case), reason="不属本辖区")
    decided = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["case"]["version"]}
    await city.as_("dispatcher").done("decideReturn", **decided, decision="APPROVE")


async def instructed(city: City) -> None:
    await city.as_("leader").done("instructCase", **change(await city.receive()), text="速办")


async def repeated_twice(city: City) -> None:
    for _ in range(2):
        await city.receive()


@pytest.mark.parametrize(
    ("happens", "met"),
    [
        (given_back_unsigned, 1),
        (let_the_time_to_sign_run_out, 1),
        (with_a_co_handler_then_taken_back, 1),
        (instructed, 1),
        (repeated_twice, 2),  # the first case and the second repeat
    ],
)
async def test_what_met_a_trigger_of_supervision_stays_counted(
    city: City, happens: Callable[[City], Awaitable[None]], met: int
) -> None:
    await city.sign_for(await city.dispatch(await city.receive()))  # meets none
    before = datetime.now(UTC).isoformat()

    await happens(city)

    assert await rate(city.as_("leader"), "supervisionRate", around_today()) == (0, met)
    assert await rate(city.as_("leader"), "supervisionRate", around_today(), asOf=before) == (0, 0)


async def test_a_trigger_counts_from_when_it_was_met(city: City) -> None:
    case, co = await city.receive(), await city.receive(party=None)
    before = datetime.now(UTC).isoformat()

    await city.as_("leader").done("instructCase", **change(case), text="速办")
    await city.dispatch(co, co=("west",))

    assert await rate(city.as_("leader"), "supervisionRate", around_today(), asOf=before) == (0, 0)
    assert await rate(city.as_("leader"), "supervisionRate", around_today()) == (0, 2)


async def test_a_ranking_wants_no_negative_number_of_cases(city: City) -> None:
    (error,) = await city.as_("leader").fail(RANKING, kpi="CLOSURE_RATE", period=around_today(), least=-1)

    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", ["minimumCount"])
