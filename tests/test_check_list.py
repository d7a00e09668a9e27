"""检查清单: what to look at on a visit, taken along."""

from __future__ import annotations

from tests.client import Data
from tests.world import APPLICATION, City, alter

LISTS = "query ($c: String) { checkLists(first: 50, categoryCode: $c) { totalCount nodes { code name basis items } } }"


async def lists(city: City, category: str | None = None, who: str = "inspector") -> list[Data]:
    told = (await city.as_(who).ask(LISTS, c=category))["checkLists"]
    assert told["totalCount"] == len(told["nodes"])
    found: list[Data] = told["nodes"]
    return found


async def test_the_lists_for_a_category_are_its_own_and_those_for_any_case(city: City) -> None:
    everything = {each["code"] for each in await lists(city)}

    assert {each["code"] for each in await lists(city, "010301")} == {"FOOD", "GENERAL", "EIGHT_ONES"}
    assert {each["code"] for each in await lists(city, "010101")} == {"PRICE", "GENERAL", "EIGHT_ONES"}
    assert {each["code"] for each in await lists(city, "01_301")} == {"GENERAL", "EIGHT_ONES"}
    assert everything == {"EIGHT_ONES", "FOOD", "GENERAL", "PREPAID", "PRICE", "UNLICENSED"}


async def test_the_eight_ones_are_eight(city: City) -> None:
    (eight,) = [each for each in await lists(city) if each["code"] == "EIGHT_ONES"]

    assert len(eight["items"]) == len(set(eight["items"])) == 8
    assert "ZZ-30" in eight["basis"]


async def test_a_list_that_a_city_amended_is_told_as_amended(city: City) -> None:
    (before,) = [each for each in await lists(city) if each["code"] == "GENERAL"]
    await alter("UPDATE check_lists SET items = $1 WHERE code = 'GENERAL'", ["一"])
    try:
        (general,) = [each for each in await lists(city) if each["code"] == "GENERAL"]
    finally:
        await alter("UPDATE check_lists SET items = $1 WHERE code = 'GENERAL'", before["items"])
    assert general["items"] == ["一"]


async def test_third_parties_are_told_none(city: City) -> None:
    assert await lists(city, who=APPLICATION) == []
