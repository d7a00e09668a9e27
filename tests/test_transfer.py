"""移送: a matter for a body outside the hotline is passed on, and the citizen is told the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests import repeats
from tests.client import Data
from tests.figures import around_today, rate
from tests.world import City, change

CASE = "case { id number version status closedAt deadlines { kind metAt breachedAt } }"
PASSED = "transfer { id receivingBody notice transferredAt transferredBy { login } }"


def passing(case: Data, **given: Any) -> Data:
    return {**change(case), "receivingBody": "市交通运输局", "notice": "已转交通运输局, 可拨打12328。", **given}


async def pass_on(city: City, case: Data, **given: Any) -> Data:
    payload = await city.as_("dispatcher").done("transferCase", f"{CASE} {PASSED}", **passing(case, **given))
    return {**payload["case"], "transfer": payload["transfer"]}


@pytest.mark.parametrize("kind", ["COMPLAINT", "REPORT", "CONSULTATION", "HELP_REQUEST", "SUGGESTION"])
async def test_passed_on_it_is_closed_here_and_who_has_it_is_kept(city: City, kind: str) -> None:
    case = await city.receive(kind=kind)

    passed = await pass_on(city, case, receivingBody=" 市交通运输局 ")

    assert (passed["status"], passed["version"]) == ("TRANSFERRED_OUT", case["version"] + 1)
    assert passed["transfer"] == {
        "id": passed["transfer"]["id"],
        "receivingBody": "市交通运输局",
        "notice": "已转交通运输局, 可拨打12328。",
        "transferredAt": passed["closedAt"],
        "transferredBy": {"login": city.login("dispatcher")},
    }
    assert all(each["metAt"] == passed["closedAt"] and each["breachedAt"] is None for each in passed["deadlines"])


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"receivingBody": " "}, ["receivingBody"]),
        ({"receivingBody": "长" * 201}, ["receivingBody"]),
        ({"notice": ""}, ["notice"]),
        ({"notice": "长" * 10_001}, ["notice"]),
    ],
)
async def test_the_body_is_named_and_the_citizen_told(city: City, given: Data, path: list[str]) -> None:
    case = await city.receive()

    refusal = await city.as_("dispatcher").refused("transferCase", **passing(case, **given))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", path)
    assert (await pass_on(city, case))["version"] == case["version"] + 1


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF", "ARCHIVED"])
async def test_what_a_unit_has_is_not_passed_on(city: City, status: str) -> None:
    refusal = await city.as_("dispatcher").refused("transferCase", **passing(await city.case_in(status)))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_it_counts_as_closed_and_asks_for_no_dispatch(city: City) -> None:
    await pass_on(city, await city.receive())
    await city.dispatch(await city.receive())
    assert await rate(city.as_("leader"), "closureRate", around_today()) == (1, 2)
    assert await rate(city.as_("leader"), "dispatchRate", around_today()) == (1, 1)


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, dispatcher = await city.receive(), city.as_("dispatcher")
    await repeats.shows_the_case_as_it_is(city, dispatcher, "transferCase", case, **passing(case))
    await repeats.leaves_its_key_free(city, dispatcher, "transferCase", passing(case, notice=""), passing(case))
    other = await city.receive()
    await repeats.takes_effect_once(city, dispatcher, "transferCase", passing(other), {"notice": "另一内容"})
