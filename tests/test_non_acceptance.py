"""不予受理: refused on a ground of the law, with a notice; the breach of the acceptance limit, if any, is a fact."""

from __future__ import annotations

from typing import Any

import pytest

from resolvers.terms.kinds import NonAcceptanceGround
from tests import repeats
from tests.client import Data
from tests.world import City, change, let_pass

CASE = "case { id number version status closedAt dueAt deadlines { kind metAt breachedAt } }"
REFUSED = "nonAcceptance { id ground notice decidedAt decidedBy { login } }"


def refusing(case: Data, **given: Any) -> Data:
    return {**change(case), "ground": "NO_CONSUMER_DISPUTE", "notice": "所购商品用于经营。", **given}


async def refuse(city: City, case: Data, **given: Any) -> Data:
    payload = await city.as_("dispatcher").done("refuseCase", f"{CASE} {REFUSED}", **refusing(case, **given))
    return {**payload["case"], "nonAcceptance": payload["nonAcceptance"]}


@pytest.mark.parametrize("ground", list(NonAcceptanceGround))
async def test_refused_it_is_closed_and_the_ground_and_the_notice_are_kept(
    city: City, ground: NonAcceptanceGround
) -> None:
    case = await city.receive()

    refused = await refuse(city, case, ground=ground.value, notice="  所购商品用于经营。 ")

    assert (refused["status"], refused["version"]) == ("NOT_ACCEPTED", case["version"] + 1)
    assert refused["closedAt"] == refused["nonAcceptance"]["decidedAt"]
    assert refused["nonAcceptance"] == {
        "id": refused["nonAcceptance"]["id"],
        "ground": ground.value,
        "notice": "所购商品用于经营。",
        "decidedAt": refused["closedAt"],
        "decidedBy": {"login": city.login("dispatcher")},
    }
    assert {each["kind"]: (bool(each["metAt"]), each["breachedAt"]) for each in refused["deadlines"]} == dict.fromkeys(
        ("TRIAGE", "CLOSE", "ACCEPTANCE"), (True, None)
    )


async def test_refused_after_the_acceptance_limit_its_breach_is_a_fact(city: City) -> None:
    case = await city.receive()
    await let_pass(case, 30)

    refused = await refuse(city, case)

    breached = {each["kind"]: each["breachedAt"] for each in refused["deadlines"]}
    assert breached["ACCEPTANCE"] is not None
    assert breached["ACCEPTANCE"] < refused["closedAt"]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"ground": None}, "GROUND_REQUIRED", ["ground"]),
        ({"notice": None}, "GROUND_REQUIRED", ["notice"]),
        ({"notice": " \n"}, "GROUND_REQUIRED", ["notice"]),
        ({"notice": "长" * 10_001}, "INVALID_INPUT", ["notice"]),
    ],
)
async def test_without_a_ground_or_a_notice_nothing_is_refused(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    case = await city.receive()

    refusal = await city.as_("dispatcher").refused("refuseCase", **refusing(case, **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert (await refuse(city, case))["version"] == case["version"] + 1


async def test_a_report_is_examined_first(city: City) -> None:
    case = await city.receive(kind="REPORT")

    refusal = await city.as_("dispatcher").refused("refuseCase", **refusing(case))

    assert (refusal["code"], refusal["path"]) == ("REPORT_NOT_INSPECTED", ["caseId"])


@pytest.mark.parametrize("status", ["DISPATCHED", "IN_PROGRESS", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_once_dispatched_it_is_not_refused(city: City, status: str) -> None:
    refusal = await city.as_("dispatcher").refused("refuseCase", **refusing(await city.case_in(status)))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", status)


async def test_nothing_more_is_done_with_it_and_nobody_is_called_back(city: City) -> None:
    refused = await refuse(city, await city.receive())

    tried: dict[str, tuple[str, Data]] = {
        "refuseCase": ("dispatcher", {"ground": "OTHER", "notice": "再说一次"}),
        "dispatchCase": ("dispatcher", {"leadOfficeCode": city.codes["east"]}),
        "answerCase": ("agent", {"answer": "好", "outOfRemit": True}),
        "recordCallback": ("caller", {"level": "SATISFIED"}),
    }
    for mutation, (who, given) in tried.items():
        refusal = await city.as_(who).refused(mutation, **{**change(refused), **given})
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "NOT_ACCEPTED"), mutation


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, dispatcher = await city.receive(), city.as_("dispatcher")
    await repeats.shows_the_case_as_it_is(city, dispatcher, "refuseCase", case, **refusing(case))
    await repeats.leaves_its_key_free(city, dispatcher, "refuseCase", refusing(case, notice=""), refusing(case))
    other = await city.receive()
    await repeats.takes_effect_once(city, dispatcher, "refuseCase", refusing(other), {"notice": "另一内容"})
