"""重新办理: facts not told before open another round; what was told before does not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.doors import db, due
from resolvers.models import Case
from tests import repeats, settling
from tests.client import Data
from tests.figures import around_today, rate
from tests.world import City, alter, change, let_pass

CASE = (
    "case { id number version status round closedAt dueAt isOverdue leadOffice { code }"
    " rounds { number openedAt closedAt } deadlines { kind round startAt amount unit dueAt metAt breachedAt } }"
)
REOPENED = "reopening { id round newFacts reason reopenedAt reopenedBy { login } }"
NEWS = "又有三位消费者买到同批次口罩, 附有票据。"


def asking(case: Data, **given: Any) -> Data:
    return {**change(case), "newFacts": NEWS, "reason": "新证据足以影响处理结果", **given}


async def reopen(city: City, case: Data, who: str = "supervisor", **given: Any) -> Data:
    payload = await city.as_(who).done("reopenCase", f"{CASE} {REOPENED}", **asking(case, **given))
    return {**payload["case"], "reopening": payload["reopening"]}


async def terminated(city: City, case: Data) -> Data:
    given = {"ground": "WITHDRAWN_OR_SETTLED", "reason": "投诉人撤回"}
    done = await city.as_("dispatcher").done(
        "terminateCase", "case { id number version status closedAt }", **change(case), **given
    )
    return dict(done["case"])


async def clocks(case: Data) -> dict[tuple[str, int], str]:
    """What each clock of a case does."""
    rows = await db.query(
        "SELECT d.kind, d.round, CASE WHEN d.met_at IS NOT NULL THEN 'met' WHEN d.stopped_at IS NOT NULL THEN 'stopped'"
        " ELSE 'runs' END AS does FROM deadlines d JOIN cases c ON c.id = d.case_id WHERE c.number = $1",
        case["number"],
    )
    return {(row["kind"], row["round"]): row["does"] for row in rows}


async def test_archived_it_is_its_units_again_in_another_round_and_the_first_stays_as_it_was(city: City) -> None:
    case = await city.case_in("ARCHIVED")
    await let_pass(case, 20)
    before = (
        await city.as_("leader").ask(
            f"query ($n: String!) {{ {CASE.replace('case', 'case(number: $n)', 1)} }}", n=case["number"]
        )
    )["case"]

    again = await reopen(city, case, newFacts=f"  {NEWS} ", reason=" 新证据足以影响处理结果 ")

    assert (again["status"], again["round"], again["version"]) == ("IN_PROGRESS", 2, case["version"] + 1)
    assert (again["closedAt"], again["isOverdue"], again["leadOffice"]) == (None, False, {"code": city.codes["east"]})
    assert again["reopening"] == {
        "id": again["reopening"]["id"],
        "round": 2,
        "newFacts": NEWS,
        "reason": "新证据足以影响处理结果",
        "reopenedAt": again["rounds"][1]["openedAt"],
        "reopenedBy": {"login": city.login("supervisor")},
    }
    assert again["rounds"] == [
        *before["rounds"],
        {"number": 2, "openedAt": again["reopening"]["reopenedAt"], "closedAt": None},
    ]
    assert [each for each in again["deadlines"] if each["round"] == 1] == before["deadlines"]
    (limit,) = [each for each in again["deadlines"] if each["round"] == 2]
    assert (limit["kind"], limit["amount"], limit["unit"]) == ("REHANDLE", 7, "WORKING_DAY")
    assert (limit["startAt"], limit["dueAt"], limit["metAt"]) == (
        again["reopening"]["reopenedAt"],
        again["dueAt"],
        None,
    )


async def test_the_next_round_is_handled_signed_called_back_and_archived_like_the_first(city: City) -> None:
    again = await reopen(city, await city.case_in("ARCHIVED"))

    done = await city.review(await city.call_back(await city.sign_off(await city.submit(again))))

    assert (done["status"], done["round"]) == ("ARCHIVED", 2)
    assert (await reopen(city, done, newFacts="第二次又有新的事实"))["round"] == 3


async def test_under_a_regime_the_limit_is_the_regimes_again(city: City) -> None:
    regime = {"name": "疫情防控", "tag": "新冠疫情", "basis": "一级响应", "startedAt": "2020-01-24T00:00:00+08:00"}
    await city.as_("leader").done("activateRegime", "regime { id }", **regime)
    again = await reopen(city, await city.case_in("ARCHIVED", tags=["新冠疫情"]))

    (limit,) = [each for each in again["deadlines"] if each["round"] == 2]

    assert (limit["amount"], limit["unit"]) == (3, "WORKING_DAY")


@pytest.mark.parametrize(("status", "to"), [("IN_PROGRESS", "IN_PROGRESS"), ("RECORDED", "PENDING_DISPATCH")])
async def test_what_a_unit_had_is_its_again_and_the_centre_dispatches_the_rest(
    city: City, status: str, to: str
) -> None:
    ended = await terminated(city, await city.case_in(status))

    again = await reopen(city, ended)

    assert (again["status"], again["round"]) == (to, 2)
    does = await clocks(again)
    assert does["TERMINATION_NOTICE", 1] == "stopped", "it is not terminated any more"
    assert does.get(("CALLBACK", 1), "stopped") == "stopped", "the next closure is called back"
    assert does["REHANDLE", 2] == "runs"
    if to == "PENDING_DISPATCH":
        again = await city.sign_for(await city.dispatch(again))
    closed = await city.sign_off(await city.submit(again))
    assert (await clocks(closed))["CALLBACK", 2] == "runs"


async def test_what_an_enterprise_settled_is_out_of_its_sight_once_the_centre_has_it_again(city: City) -> None:
    routed = await settling.routed(city)
    enterprise, given = city.as_("enterprise"), {"settlement": "已退款。"}
    settled = (await enterprise.done("settleOdr", CASE, **change(routed), **given))["case"]
    archived = await city.review(await city.call_back(settled))
    shape = "query ($n: String!) { case(number: $n) { status } }"
    before = await enterprise.ask(shape, n=archived["number"])

    again = await reopen(city, archived)

    assert before["case"] == {"status": "ARCHIVED"}
    assert again["status"] == "PENDING_DISPATCH"
    assert await enterprise.ask(shape, n=archived["number"]) == {"case": None}


async def test_what_stands_still_since_the_first_round_runs_on_after_no_pause_of_the_second(city: City) -> None:
    again = await reopen(city, await terminated(city, await city.case_in("DISPATCHED")))
    before = await clocks(again)
    (row,) = await Case.filter(number=again["number"])

    await db.atomic(due.go_on)(row, datetime.now(UTC), datetime.now(UTC))

    assert before["SIGN_FOR", 1] == before["TERMINATION_NOTICE", 1] == "stopped"
    assert await clocks(again) == before


async def test_filed_it_is_reopened_too(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    own = "UPDATE rounds SET closed_at = now() WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
    await alter(own, case["number"])
    await alter("UPDATE cases SET status = 'FILED', closed_at = now() WHERE number = $1", case["number"])

    assert (await reopen(city, case))["status"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    "told",
    [
        "",
        " \n。 ",
        "口罩涨价",
        "药店的口罩一天涨了三次价。",
        " 药店的口罩, 一天涨了三次价 !",
        "药店的口罩\n一天涨了三次价…",
    ],
)
async def test_what_the_case_says_already_opens_nothing(city: City, told: str) -> None:
    case = await city.case_in("ARCHIVED")

    refusal = await city.as_("supervisor").refused("reopenCase", **asking(case, newFacts=told))

    assert (refusal["code"], refusal["path"]) == ("SAME_FACTS_NO_REOPEN", ["newFacts"])
    assert (await reopen(city, case, newFacts="药店的口罩一天涨了四次价。"))["round"] == 2


async def test_what_an_earlier_reopening_said_opens_nothing(city: City) -> None:
    """The citizen's identity is taken out of what is kept, and of what it is compared with."""
    said = "张三丰 Zhang 又补充: 发票在 14012345678 的手机里"
    again = await reopen(city, await city.case_in("ARCHIVED"), newFacts=said)
    assert again["reopening"]["newFacts"] == "〔已隐去〕 Zhang 又补充: 发票在 〔已隐去〕 的手机里"
    done = await city.review(await city.call_back(await city.sign_off(await city.submit(again))))

    for told in (said, "张三丰ZHANG又补充, 发票在14012345678的手机里。"):
        refusal = await city.as_("leader").refused("reopenCase", **asking(done, newFacts=told))
        assert (refusal["code"], refusal["path"]) == ("SAME_FACTS_NO_REOPEN", ["newFacts"])


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"newFacts": "长" * 10_001}, "INVALID_INPUT", ["newFacts"]),
    ],
)
async def test_it_is_said_why(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await city.case_in("ARCHIVED")

    refusal = await city.as_("supervisor").refused("reopenCase", **asking(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)


@pytest.mark.parametrize("status", ["RECORDED", "IN_PROGRESS", "CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW"])
async def test_only_what_is_closed_for_good_is_reopened(city: City, status: str) -> None:
    case = await city.case_in(status)

    refusal = await city.as_("supervisor").refused("reopenCase", **asking(case))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_a_callback_record_that_waits_is_reviewed_first(city: City) -> None:
    ended = await terminated(city, await city.case_in("IN_PROGRESS"))
    called = await city.call_back(ended)

    refusal = await city.as_("supervisor").refused("reopenCase", **asking(called))

    assert (refusal["code"], refusal["path"]) == ("APPROVAL_PENDING", ["caseId"])


@pytest.mark.parametrize(
    ("who", "code"),
    [("duty_leader", None), ("leader", None), ("supervisor", None), ("clerk", "NOT_PERMITTED"), ("dispatcher", "NOT_PERMITTED"),
     ("reviewer", "NOT_PERMITTED"), ("responsible", "NOT_PERMITTED")],
)  # fmt: skip
async def test_supervisors_and_leaders_reopen(city: City, who: str, code: str | None) -> None:
    case = await city.case_in("ARCHIVED")

    if code is None:
        assert (await reopen(city, case, who))["round"] == 2
    else:
        assert (await city.as_(who).refused("reopenCase", **asking(case)))["code"] == code


async def test_reopened_it_is_closed_no_more_but_was_closed_before(city: City) -> None:
    case = await city.case_in("ARCHIVED")
    leader, before = city.as_("leader"), (await reopen(city, case))["reopening"]["reopenedAt"]

    for name in ("closureRate", "onTimeClosureRate"):
        period = around_today(14)
        assert await rate(leader, name, period, asOf=_just_before(before)) == (1, 1)
        closed = 1 if name == "onTimeClosureRate" else 0  # judged on the first round (DEC-8)
        assert await rate(leader, name, period) == (closed, 1)


def _just_before(instant: str) -> str:
    found = datetime.fromisoformat(instant)
    return found.replace(microsecond=max(found.microsecond - 1, 0)).isoformat()


async def test_a_callback_overtaken_before_it_was_due_is_not_missed_and_a_missed_one_is_not_forgotten(
    city: City,
) -> None:
    leader, period = city.as_("leader"), around_today()
    period = {**period, "from": "2026-01-01"}
    overtaken = await reopen(city, await terminated(city, await city.case_in("IN_PROGRESS")))
    await let_pass(overtaken, 30)
    assert await rate(leader, "callbackRate", period) == (0, 0)

    missed = await terminated(city, await city.case_in("IN_PROGRESS"))
    await let_pass(missed, 30)
    await reopen(city, missed)
    assert await rate(leader, "callbackRate", period) == (0, 1)


async def test_third_parties_are_told_of_no_reopening(city: City) -> None:
    again = await reopen(city, await city.case_in("ARCHIVED"))
    look = "query ($n: String!) { case(number: $n) { round reopenings { newFacts reason } } }"

    staff, outside = [(await city.as_(who).ask(look, n=again["number"]))["case"] for who in ("clerk", "integrator")]

    assert staff["reopenings"] == [{"newFacts": NEWS, "reason": "新证据足以影响处理结果"}]
    assert outside == {"round": 2, "reopenings": []}


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, leader = await city.case_in("ARCHIVED"), city.as_("leader")
    await repeats.shows_the_case_as_it_is(city, leader, "reopenCase", case, **asking(case))
    await repeats.leaves_its_key_free(city, leader, "reopenCase", asking(case, newFacts=""), asking(case))
    other = await city.case_in("ARCHIVED")
    await repeats.takes_effect_once(city, leader, "reopenCase", asking(other), {"reason": "另一理由"})
