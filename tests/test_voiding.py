"""作废: a registration that was none leaves every figure and every urgent event, and stays for the audit."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.doors import db
from resolvers.terms.kinds import VoidGround
from tests import repeats
from tests.client import Data
from tests.figures import INTAKE, RATES, around_today, figures, rate
from tests.world import City, change

CASE = "case { id number version status closedAt dueAt isOverdue deadlines { metAt breachedAt } }"
VOIDED = "voiding { id ground reason voidedAt voidedBy { login } }"
URGENT = 'subscription { urgentCases(after: "0") { kind case { number } } }'


def voiding(case: Data, **given: Any) -> Data:
    return {**change(case), "ground": "SILENT_CALL", "reason": "接通后无人说话", **given}


async def void(city: City, case: Data, who: str = "supervisor", **given: Any) -> Data:
    payload = await city.as_(who).done("voidCase", f"{CASE} {VOIDED}", **voiding(case, **given))
    return {**payload["case"], "voiding": payload["voiding"]}


@pytest.mark.parametrize("ground", list(VoidGround))
async def test_void_it_is_over_its_clocks_stand_still_and_it_is_kept_why(city: City, ground: VoidGround) -> None:
    case = await city.receive()

    gone = await void(city, case, ground=ground.value, reason=" 接通后无人说话  ")

    assert (gone["status"], gone["version"], gone["isOverdue"]) == ("VOID", case["version"] + 1, False)
    assert gone["voiding"] == {
        "id": gone["voiding"]["id"],
        "ground": ground.value,
        "reason": "接通后无人说话",
        "voidedAt": gone["closedAt"],
        "voidedBy": {"login": city.login("supervisor")},
    }
    assert gone["dueAt"] is None
    assert gone["deadlines"] == [{"metAt": None, "breachedAt": None}] * 3
    running = "SELECT 1 FROM deadlines d JOIN cases c ON c.id = d.case_id WHERE c.number = $1 AND d.stopped_at IS NULL"
    assert await db.query(running, case["number"]) == []


async def test_it_is_in_no_figure_as_of_whatever_instant(city: City) -> None:
    leader, period = city.as_("leader"), around_today(14)
    wanted = f"asOf {INTAKE} byDay {{ received closed }} " + " ".join(f"{name} {{ denominator }}" for name in RATES)
    before = await figures(leader, wanted, period)
    case = await city.receive(priority="EMERGENCY")
    then = (await figures(leader, "asOf", period))["asOf"]
    assert await rate(leader, "closureRate", period) == (0, 1)

    await void(city, case)

    for as_of in ({}, {"asOf": then}):
        told = await figures(leader, wanted, period, **as_of)
        assert {**told, "asOf": None} == {**before, "asOf": None}


async def test_a_subscriber_to_what_is_urgent_hears_nothing_of_it(city: City) -> None:
    """Neither its registration, had it been missed, nor that it is void."""
    await void(city, await city.receive(priority="EMERGENCY"))
    kept = await city.receive(priority="EMERGENCY")

    async with city.as_("dispatcher").subscribe(URGENT) as stream:
        assert await stream.event() == {"kind": "RECEIVED", "case": {"number": kept["number"]}}
        await void(city, await city.receive())
        await stream.silence()


async def test_its_timeline_tells_of_it(city: City) -> None:
    gone = await void(city, await city.receive())
    look = (
        "query ($n: String!) { case(number: $n) { status voidings { ground } timeline(first: 9) { nodes { kind } } } }"
    )

    for who, told in (
        ("auditor", [{"ground": "SILENT_CALL"}]),
        ("agent", [{"ground": "SILENT_CALL"}]),
        ("integrator", []),
    ):
        seen = (await city.as_(who).ask(look, n=gone["number"]))["case"]
        assert [each["kind"] for each in seen["timeline"]["nodes"]] == ["RECEIVED", "VOIDED"]
        assert (seen["status"], seen["voidings"]) == ("VOID", told), who


async def test_what_comes_after_it_repeats_nothing(city: City) -> None:
    await void(city, await city.receive())
    first = await city.receive()
    await city.dispatch(first)

    later = await city.receive()

    rows = await db.query("SELECT number, repeat_of_id FROM cases WHERE jurisdiction_id = $1", city.jurisdiction_id)
    repeats_of = {row["number"]: row["repeat_of_id"] for row in rows}
    assert repeats_of[first["number"]] is None
    assert repeats_of[later["number"]] is not None


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_once_something_was_done_with_it_it_is_a_case(city: City, status: str) -> None:
    refusal = await city.as_("supervisor").refused("voidCase", **voiding(await city.case_in(status)))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_void_it_stays(city: City) -> None:
    gone = await void(city, await city.receive())

    tried: dict[str, tuple[str, Data]] = {
        "voidCase": ("leader", {"ground": "TEST", "reason": "再说一次"}),
        "dispatchCase": ("dispatcher", {"leadOfficeCode": city.codes["east"]}),
        "terminateCase": ("dispatcher", {"ground": "OTHER", "reason": "终止"}),
        "reopenCase": ("leader", {"newFacts": "真的有事", "reason": "误作废"}),
        "recordCallback": ("caller", {"level": "SATISFIED"}),
    }
    for mutation, (who, given) in tried.items():
        refusal = await city.as_(who).refused(mutation, **{**change(gone), **given})
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "VOID"), mutation


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
    ],
)
async def test_it_is_said_why(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await city.receive()

    refusal = await city.as_("supervisor").refused("voidCase", **voiding(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await void(city, case, "duty_leader"))["version"] == case["version"] + 1


@pytest.mark.parametrize("who", ["agent", "dispatcher", "section", "clerk"])
async def test_nobody_but_supervisors_and_leaders_takes_a_case_out_of_the_figures(city: City, who: str) -> None:
    code = "NOT_PERMITTED"

    assert (await city.as_(who).refused("voidCase", **voiding(await city.receive())))["code"] == code


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, leader = await city.receive(), city.as_("leader")
    await repeats.shows_the_case_as_it_is(city, leader, "voidCase", case, **voiding(case))
    await repeats.leaves_its_key_free(city, leader, "voidCase", voiding(case, reason=""), voiding(case))
    await repeats.takes_effect_once(city, leader, "voidCase", voiding(await city.receive()), {"reason": "另一理由"})
