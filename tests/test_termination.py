"""终止: a case ends on a ground of the law, from wherever it is; what still waited is over, and who must be told is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.doors import db
from resolvers.models import OdrEnterprise, OdrRouting, Pause
from resolvers.terms.kinds import CaseKind, TerminationGround
from resolvers.terms.statuses import OPEN
from tests import repeats
from tests.client import Data
from tests.figures import around_today, rate
from tests.world import City, alter, change, let_pass

CASE = "case { id number version status closedAt dueAt deadlines { kind clock round startAt dueAt metAt breachedAt } }"
TERMINATED = "termination { id round ground reason terminatedAt terminatedBy { login } }"
# States that no verb of this test leads to.
SET_BY_HAND = ("ODR_SETTLING", "PENDING_FILING")  # where it comes to them by its own verbs, those are tested


def ending(case: Data, **given: Any) -> Data:
    return {**change(case), "ground": "WITHDRAWN_OR_SETTLED", "reason": "投诉人撤回投诉", **given}


async def terminate(city: City, case: Data, who: str = "dispatcher", **given: Any) -> Data:
    payload = await city.as_(who).done("terminateCase", f"{CASE} {TERMINATED}", **ending(case, **given))
    return {**payload["case"], "termination": payload["termination"]}


def clock(case: Data, kind: str) -> Data:
    (found,) = [each for each in case["deadlines"] if each["kind"] == kind]
    return found  # type: ignore[no-any-return]


async def running(case: Data) -> set[str]:
    """The clocks that neither are met nor stand still."""
    rows = await db.query(
        "SELECT d.kind FROM deadlines d JOIN cases c ON c.id = d.case_id"
        " WHERE c.number = $1 AND d.met_at IS NULL AND d.stopped_at IS NULL",
        case["number"],
    )
    return {row["kind"] for row in rows}


async def brought_to(city: City, status: str, **matter: Any) -> Data:
    if status in SET_BY_HAND:
        case = await city.case_in("IN_PROGRESS" if status == "PENDING_FILING" else "RECORDED", **matter)
        await alter("UPDATE cases SET status = $2 WHERE number = $1", case["number"], status)
        return {**case, "status": status}
    if status == "VOICEMAIL_PENDING":
        return await city.receive(channel="VOICEMAIL", **matter)
    if status == "SUSPENDED":
        given = {**change(await city.case_in("IN_PROGRESS", **matter)), "reason": "TESTING", "evidence": "已送检"}
        return dict((await city.as_("clerk").done("suspendCase", **given))["case"])
    if status not in ("RETURN_REQUESTED", "PENDING_DISPATCH"):
        return await city.case_in(status, **matter)
    shape, case = "case { id number version status } returnRequest { id }", await city.case_in("DISPATCHED", **matter)
    asked = await city.as_("clerk").done("requestReturn", shape, **change(case), reason="不属本辖区")
    if status == "RETURN_REQUESTED":
        return dict(asked["case"])
    given = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["case"]["version"]}
    return dict((await city.as_("dispatcher").done("decideReturn", **given, decision="APPROVE"))["case"])


async def accepted(city: City, case: Data) -> Data:
    """Accepted, so that it is mediated from now on."""
    given = {**change(case), "kind": "ACCEPTANCE", "text": "已受理"}
    return dict((await city.as_("dispatcher").done("giveNotice", **given))["case"])


@pytest.mark.parametrize("status", sorted(OPEN))
async def test_from_every_open_state_it_ends_and_nothing_runs_but_what_is_owed_now(city: City, status: str) -> None:
    case = await brought_to(city, status)

    ended = await terminate(city, case, reason="  投诉人撤回投诉 ")

    assert (ended["status"], ended["version"]) == ("TERMINATED", case["version"] + 1)
    assert ended["termination"] == {
        "id": ended["termination"]["id"],
        "round": 1,
        "ground": "WITHDRAWN_OR_SETTLED",
        "reason": "投诉人撤回投诉",
        "terminatedAt": ended["closedAt"],
        "terminatedBy": {"login": city.login("dispatcher")},
    }
    assert clock(ended, "CLOSE")["metAt"] == clock(ended, "ACCEPTANCE")["metAt"] == ended["closedAt"]
    assert ended["dueAt"] == clock(ended, "CLOSE")["dueAt"]
    never_dispatched = status in ("VOICEMAIL_PENDING", "RECORDED", "ODR_SETTLING")
    assert await running(ended) == {"TERMINATION_NOTICE"} | (set() if never_dispatched else {"CALLBACK"})
    assert clock(ended, "TERMINATION_NOTICE")["clock"] == "STATUTORY"
    waiting = "SELECT 1 FROM approvals a JOIN cases c ON c.id = a.case_id WHERE c.number = $1 AND a.decided_at IS NULL"
    assert await db.query(waiting, case["number"]) == []


@pytest.mark.parametrize("ground", list(TerminationGround))
@pytest.mark.parametrize("kind", list(CaseKind))
async def test_what_is_mediated_ends_on_seven_grounds_and_everything_else_on_two(
    city: City, kind: CaseKind, ground: TerminationGround
) -> None:
    case = await city.case_in("IN_PROGRESS", kind=kind.value)
    if kind is CaseKind.REPORT:
        await city.inspect(case)
    if kind is CaseKind.COMPLAINT:
        case = await accepted(city, case)
        await let_pass(case, 100)

    if kind is CaseKind.COMPLAINT or ground in ("WITHDRAWN_OR_SETTLED", "OTHER"):
        ended = await terminate(city, case, who="clerk", ground=ground.value)
        assert (ended["status"], ended["termination"]["ground"]) == ("TERMINATED", ground.value)
        owed = {"TERMINATION_NOTICE", "CALLBACK"} if kind is CaseKind.COMPLAINT else {"CALLBACK"}
        assert await running(ended) == owed
    else:
        refusal = await city.as_("clerk").refused("terminateCase", **ending(case, ground=ground.value))
        assert (refusal["code"], refusal["path"]) == ("GROUND_REQUIRED", ["ground"])
        assert "投诉" in refusal["message"]


async def test_that_the_time_is_over_is_a_ground_when_it_is_over(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    late = ending(case, ground="TIME_EXPIRED")
    before = await city.as_("clerk").refused("terminateCase", **late)
    case = await accepted(city, case)
    meanwhile = await city.as_("clerk").refused("terminateCase", **{**late, **change(case)})
    assert [(each["code"], each["path"]) for each in (before, meanwhile)] == [("GROUND_REQUIRED", ["ground"])] * 2
    assert "调解时限尚未届满" in meanwhile["message"]
    await let_pass(case, 100)

    ended = await terminate(city, case, ground="TIME_EXPIRED")

    assert clock(ended, "MEDIATION")["breachedAt"] == clock(ended, "MEDIATION")["dueAt"]
    assert clock(ended, "MEDIATION")["metAt"] == ended["closedAt"]


async def test_a_limit_that_ran_out_before_is_a_fact_and_the_closing_is_late(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await let_pass(case, 30)

    ended = await terminate(city, case)

    assert clock(ended, "CLOSE")["breachedAt"] == ended["dueAt"] < ended["closedAt"]


async def test_a_pause_is_over_and_its_days_are_taken_out_before_anything_is_judged(city: City) -> None:
    case = await accepted(city, await city.case_in("IN_PROGRESS"))
    await let_pass(case, 100)
    began = datetime.now(UTC) - timedelta(days=99)
    own = "(SELECT id FROM cases WHERE number = $1)"
    (row,) = await db.query("SELECT id FROM cases WHERE number = $1", case["number"])
    await db.atomic(Pause.create)(
        case_id=row["id"], reason="TESTING", evidence="已送检", started_by_id=city.persons["clerk"], started_at=began
    )
    await alter(f"UPDATE deadlines SET stopped_at = $2 WHERE case_id = {own} AND met_at IS NULL", case["number"], began)
    await alter("UPDATE cases SET status = 'SUSPENDED', due_at = NULL WHERE number = $1", case["number"])

    expired = await city.as_("clerk").refused("terminateCase", **ending(case, ground="TIME_EXPIRED"))
    ended = await terminate(city, case, who="clerk")

    assert expired["code"] == "GROUND_REQUIRED"
    assert clock(ended, "CLOSE")["breachedAt"] is None
    assert ended["dueAt"] == clock(ended, "CLOSE")["dueAt"] > ended["closedAt"]
    assert await running(ended) == {"TERMINATION_NOTICE", "CALLBACK"}
    (pause,) = await db.query(f"SELECT * FROM pauses WHERE case_id = {own}", case["number"])
    assert (pause["ended_by_id"], pause["end_evidence"]) == (city.persons["clerk"], "终止")
    assert pause["ended_at"] == datetime.fromisoformat(ended["closedAt"])


async def test_it_is_with_the_enterprise_no_more_and_its_time_there_is_not_counted(city: City) -> None:
    case = await city.receive()
    await let_pass(case, 30)
    routed = datetime.now(UTC) - timedelta(days=29)
    own = "(SELECT id FROM cases WHERE number = $1)"
    (row,) = await db.query("SELECT id FROM cases WHERE number = $1", case["number"])
    enterprise = await db.atomic(OdrEnterprise.create)(
        jurisdiction_id=city.jurisdiction_id,
        office_id=city.jurisdiction_id,
        name="某平台",
        uscc="91110000600037341L",
        enrolled_at=routed,
    )
    await db.atomic(OdrRouting.create)(
        case_id=row["id"],
        enterprise_id=enterprise.id,
        status="SETTLING",
        routed_by_id=city.persons["dispatcher"],
        routed_at=routed,
    )
    await alter(f"UPDATE deadlines SET stopped_at = $2 WHERE case_id = {own}", case["number"], routed)
    await alter(
        "UPDATE cases SET status = 'ODR_SETTLING', due_at = NULL, odr_office_id = $2 WHERE number = $1",
        case["number"], city.jurisdiction_id,
    )  # fmt: skip

    ended = await terminate(city, case, reason="投诉人撤回")

    (routing,) = await db.query(f"SELECT * FROM odr_routings WHERE case_id = {own}", case["number"])
    told = (routing["status"], routing["reason"], routing["concluded_by_id"])
    assert told == ("DECLINED", "投诉人撤回", city.persons["dispatcher"])
    assert routing["concluded_at"] == datetime.fromisoformat(ended["closedAt"])
    (row,) = await db.query("SELECT odr_office_id FROM cases WHERE number = $1", case["number"])
    assert row["odr_office_id"] is None
    assert (clock(ended, "CLOSE")["metAt"], clock(ended, "CLOSE")["breachedAt"]) == (ended["closedAt"], None)
    assert ended["dueAt"] == clock(ended, "CLOSE")["dueAt"] > ended["closedAt"]
    assert await running(ended) == {"TERMINATION_NOTICE"}


async def test_what_waited_for_a_decision_has_lapsed_decided_by_nobody(city: City) -> None:
    shape, case = "case { id version } extension { id }", await city.case_in("IN_PROGRESS")
    asked = await city.as_("clerk").done("requestExtension", shape, **change(case), workingDays=2, reason="待检验")

    await terminate(city, {**case, **asked["case"]})

    refusal = await city.as_("section").refused(
        "decideExtension",
        extensionId=asked["extension"]["id"],
        expectedVersion=asked["case"]["version"] + 1,
        decision="APPROVE",
    )
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "TERMINATED")
    look = "query ($n: String!) { case(number: $n) { extensions { status decidedBy { login } } } }"
    told = (await city.as_("leader").ask(look, n=case["number"]))["case"]["extensions"]
    assert told == [{"status": "LAPSED", "decidedBy": None}]


async def test_a_report_is_examined_first(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT")

    refusal = await city.as_("dispatcher").refused("terminateCase", **ending(case))

    assert (refusal["code"], refusal["path"]) == ("REPORT_NOT_INSPECTED", ["caseId"])
    await city.inspect(case)
    assert (await terminate(city, case))["status"] == "TERMINATED"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("west_clerk", "NOT_YOUR_OFFICE"),  # beside the lead, but not the lead
        ("stall_clerk", "NOT_FOUND"),
        ("west_dispatcher", None),  # a unit beside the lead is in its subtree
        ("inspector", "NOT_PERMITTED"),
        ("responsible", "NOT_PERMITTED"),
        ("supervisor", "NOT_PERMITTED"),
        ("agent", "NOT_PERMITTED"),
    ],
)
async def test_the_leads_clerk_or_a_dispatcher_ends_it(city: City, who: str, code: str | None) -> None:
    case = await city.dispatch(await city.receive(), "east", co=("west",))

    if code is None:
        assert (await terminate(city, case, who=who))["status"] == "TERMINATED"
    else:
        assert (await city.as_(who).refused("terminateCase", **ending(case)))["code"] == code


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
    ],
)
async def test_without_a_reason_nothing_ends(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await city.case_in("DISPATCHED")

    refusal = await city.as_("clerk").refused("terminateCase", **ending(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await terminate(city, case))["version"] == case["version"] + 1


async def test_what_has_ended_does_not_end_again_and_is_not_handled_on(city: City) -> None:
    ended = await terminate(city, await city.case_in("IN_PROGRESS"))

    result = {"department": "价格科", "handlers": [city.login("inspector")], "outcome": "MEDIATED", "reply": "已退款"}
    tried: dict[str, tuple[str, Data]] = {
        "terminateCase": ("dispatcher", {"ground": "OTHER", "reason": "再说一次"}),
        "submitResult": ("clerk", result),
        "requestExtension": ("clerk", {"workingDays": 1, "reason": "待检测"}),
        "dispatchCase": ("dispatcher", {"leadOfficeCode": city.codes["west"]}),
        "voidCase": ("supervisor", {"ground": "TEST", "reason": "误登"}),
    }
    for mutation, (who, given) in tried.items():
        refusal = await city.as_(who).refused(mutation, **{**change(ended), **given})
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "TERMINATED"), mutation
    archived = await city.case_in("ARCHIVED")
    refusal = await city.as_("dispatcher").refused("terminateCase", **ending(archived))
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "ARCHIVED")


async def test_ended_it_counts_as_closed(city: City) -> None:
    await terminate(city, await city.case_in("IN_PROGRESS"))
    await city.receive()

    assert await rate(city.as_("leader"), "closureRate", around_today()) == (1, 2)


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, clerk = await city.case_in("IN_PROGRESS"), city.as_("clerk")
    await repeats.shows_the_case_as_it_is(city, clerk, "terminateCase", case, **ending(case))
    await repeats.leaves_its_key_free(city, clerk, "terminateCase", ending(case, reason=""), ending(case))
    other = await city.case_in("DISPATCHED")
    await repeats.takes_effect_once(city, clerk, "terminateCase", ending(other), {"reason": "另一理由"})
