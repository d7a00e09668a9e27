"""Third parties learn of no single case from a figure (domain 2.8), and of no report at all (DEC-15)."""

from __future__ import annotations

import pytest

from tests.figures import INTAKE, RATE, around_today, days, figures, ranked
from tests.world import City


@pytest.mark.parametrize(("number", "is_told"), [(4, False), (5, True)])
async def test_fewer_than_five_are_not_told_to_a_third_party(city: City, number: int, is_told: bool) -> None:
    for n in range(number):
        case = await city.case_in("IN_PROGRESS", party={"phone": f"1400000000{n}"}, tags=["春节"])
        await city.sign_off(await city.submit(case, recoveredLoss="10"))
    wanted = f'{INTAKE} closureRate {RATE} tagShare(tag: "春节") {RATE} byDay {{ received closed isSuppressed }}'
    wanted += " recoveredLoss yearOnYear { current base percent }"
    outside, inside = city.as_("integrator"), city.as_("leader")

    told, whole = [await figures(caller, wanted, around_today()) for caller in (outside, inside)]
    places = await ranked(outside, "DISPATCH_RATE", around_today())

    assert (whole["intake"]["total"], whole["recoveredLoss"]) == (number, f"{number}0.00")
    if is_told:
        assert told == whole
        assert [(place["rank"], place["kpi"]["numerator"]) for place in places] == [(1, 5), (None, 0)]
        return
    nothing = {"numerator": 0, "denominator": 0, "reason": "SMALL_GROUP", "percent": None}
    assert told["closureRate"] == told["tagShare"] == nothing
    assert (told["intake"]["total"], told["intake"]["complaint"], told["intake"]["isSuppressed"]) == (0, 0, True)
    assert {(day["received"], day["closed"]) for day in told["byDay"]} == {(0, 0)}
    assert any(day["isSuppressed"] for day in told["byDay"])
    assert (told["recoveredLoss"], told["yearOnYear"]["current"]) == ("0", 0)
    assert sorted((place["rank"], place["kpi"]["reason"]) for place in places) == [
        (None, "NO_CASE_DUE"),
        (None, "SMALL_GROUP"),
    ]


async def test_growth_from_or_to_a_small_group_is_no_growth_to_a_third_party(city: City) -> None:
    for day in ("2024-05-01", *["2023-05-01"] * 5):
        await city.receive(receivedAt=f"{day}T12:00:00+08:00")
    asked, may = "yearOnYear { current base percent }", days("2024-05-01", "2024-05-31")

    told, whole = [await figures(city.as_(who), asked, may) for who in ("integrator", "leader")]

    assert whole["yearOnYear"] == {"current": 1, "base": 5, "percent": -80.0}
    assert told["yearOnYear"] == {"current": 0, "base": 0, "percent": None}


async def test_reports_are_in_no_figure_of_a_third_party(city: City) -> None:
    for n in range(5):
        case = await city.case_in("IN_PROGRESS", kind="REPORT", tags=["春节"], party={"phone": f"1400000000{n}"})
        await city.inspect(case)
        await city.sign_off(await city.submit(case, recoveredLoss="10"))
    before = around_today(40)
    wanted = (
        f'{INTAKE} closureRate {RATE} inspectionRate {RATE} tagShare(tag: "春节") {RATE} byDay {{ received closed }}'
    )
    wanted += f" reports: closureRate(kind: REPORT) {RATE} onTimeClosureRate {RATE} dispatchRate {RATE} recoveredLoss"

    told, whole = [await figures(city.as_(who), wanted, before) for who in ("integrator", "leader")]

    nothing = {"numerator": 0, "denominator": 0, "reason": "NO_CASE_DUE", "percent": None}
    assert (whole["reports"]["numerator"], whole["inspectionRate"]["numerator"], whole["recoveredLoss"]) == (
        5,
        5,
        "50.00",
    )
    for name in ("closureRate", "inspectionRate", "tagShare", "reports", "onTimeClosureRate", "dispatchRate"):
        assert (told[name], whole[name]["denominator"]) == (nothing, 5), name
    assert (told["intake"]["total"], told["intake"]["report"], told["intake"]["isSuppressed"]) == (0, 0, False)
    assert {(day["received"], day["closed"]) for day in told["byDay"]} == {(0, 0)}
    assert told["recoveredLoss"] == "0"
