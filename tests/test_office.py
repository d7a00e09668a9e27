"""机构: the tree of one city, and what each office holds."""

from __future__ import annotations

import pytest

from tests.client import Data
from tests.world import City, add_office, alter

TREE = "query ($c: String!) { office(code: $c) { code parent { code } children { code } } }"
FOUND = """query ($filter: OfficeFilter, $first: Int, $after: String, $last: Int, $before: String) {
  offices(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { code } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
HELD = """query ($c: String!, $filter: CaseFilter, $first: Int, $order: CaseOrder) { office(code: $c) {
  cases(filter: $filter, first: $first, orderBy: $order) { totalCount nodes { number } pageInfo { hasNextPage } } } }"""


async def names(city: City, **wanted: object) -> list[str]:
    """The offices of the city that a filter finds, by the names this test gives them."""
    found = (await city.as_("agent").ask(FOUND, filter=wanted))["offices"]
    assert found["totalCount"] == len(found["nodes"])
    named = {code: name for name, code in city.codes.items()}
    return [named[node["code"]] for node in found["nodes"]]


async def held(city: City, who: str, name: str, **given: object) -> list[str]:
    found = (await city.as_(who).ask(HELD, c=city.codes[name], **given))["office"]["cases"]
    return [node["number"] for node in found["nodes"]]


async def test_the_tree_is_told_from_the_bureau_to_the_institute(city: City) -> None:
    codes = city.codes

    found = {name: (await city.as_("clerk").ask(TREE, c=code))["office"] for name, code in codes.items()}

    def node(name: str, parent: str | None, *children: str) -> Data:
        above = {"code": codes[parent]} if parent else None
        return {"code": codes[name], "parent": above, "children": [{"code": codes[child]} for child in children]}

    assert found == {
        "top": node("top", None, "east", "west"),
        "east": node("east", "top", "stall"),
        "west": node("west", "top"),
        "stall": node("stall", "east"),
    }


async def test_another_city_s_office_is_as_absent_as_none(city: City, other_city: City) -> None:
    foreign = await city.as_("leader").post(TREE, c=other_city.codes["east"])
    absent = await city.as_("leader").post(TREE, c="no-such-office")

    assert foreign.content == absent.content
    assert foreign.json() == {"data": {"office": None}}


async def test_staff_are_told_to_staff_while_active(city: City) -> None:
    asked = "query ($c: String!) { office(code: $c) { name kind divisionCode staff { login } } }"
    await alter("UPDATE persons SET active = false WHERE id = $1", city.persons["west_clerk"])

    found = (await city.as_("agent").ask(asked, c=city.codes["west"]))["office"]
    outside = (await city.as_("integrator").ask(asked, c=city.codes["west"]))["office"]

    expected = ("west_caller", "west_dispatcher", "west_inspector", "west_inspector2", "west_responsible")
    assert [each["login"] for each in found["staff"]] == [city.login(who) for who in expected]
    assert outside == {"name": "west局", "kind": "COUNTY_BUREAU", "divisionCode": "990100", "staff": []}


async def test_offices_are_found_by_kind_division_place_in_the_tree_and_name(city: City, other_city: City) -> None:
    await alter("UPDATE offices SET kind = 'INSTITUTE', division_code = '990101' WHERE code = $1", city.codes["stall"])
    await alter("UPDATE offices SET name = '东_100%局' WHERE code = $1", city.codes["east"])

    for wanted, expected in (
        ({}, ["top", "east", "stall", "west"]),
        ({"kind": ["INSTITUTE"]}, ["stall"]),
        ({"kind": ["INSTITUTE", "CITY_BUREAU"]}, ["top", "stall"]),
        ({"kind": []}, []),
        ({"divisionCode": "990101"}, ["stall"]),
        ({"divisionCode": "9901"}, []),
        ({"underCode": city.codes["east"]}, ["east", "stall"]),
        ({"underCode": city.codes["stall"]}, ["stall"]),
        ({"underCode": city.codes["east"], "kind": ["COUNTY_BUREAU"]}, ["east"]),
        ({"underCode": other_city.codes["top"]}, []),
        ({"underCode": "%"}, []),
        ({"text": "局"}, ["top", "east", "stall", "west"]),
        ({"text": "_100%"}, ["east"]),
        ({"text": "%"}, ["east"]),
        ({"text": "  "}, ["top", "east", "stall", "west"]),
    ):
        assert await names(city, **wanted) == expected, wanted


async def test_offices_come_in_pages_by_code_forwards_and_backwards(city: City) -> None:
    every = sorted(city.codes.values())

    async def page(**window: object) -> Data:
        found: Data = (await city.as_("agent").ask(FOUND, **window))["offices"]
        return found

    first = await page(first=3)
    rest = await page(first=3, after=first["pageInfo"]["endCursor"])
    back = await page(last=2, before=rest["pageInfo"]["startCursor"])

    assert [node["code"] for node in first["nodes"] + rest["nodes"]] == every
    assert [node["code"] for node in back["nodes"]] == every[1:3]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert (back["pageInfo"]["hasPreviousPage"], back["pageInfo"]["hasNextPage"]) == (True, True)


async def test_an_office_holds_the_cases_of_all_below_it_as_far_as_they_are_in_sight(city: City) -> None:
    recorded = await city.receive()
    east, west, stall = [await city.dispatch(await city.receive(), lead) for lead in ("east", "west", "stall")]
    report = await city.dispatch(await city.receive(kind="REPORT"), "stall")

    oldest_first = {"order": "RECEIVED_AT"}
    by_name = {name: await held(city, "leader", name, **oldest_first) for name in city.codes}
    assert by_name == {
        "top": [case["number"] for case in (recorded, east, west, stall, report)],
        "east": [case["number"] for case in (east, stall, report)],
        "west": [west["number"]],
        "stall": [stall["number"], report["number"]],
    }
    assert await held(city, "clerk", "east", **oldest_first) == [east["number"], stall["number"]]
    assert await held(city, "other_agent", "stall") == [stall["number"]]
    assert await held(city, "west_clerk", "east") == []
    assert await held(city, "leader", "top", filter={"officeCode": city.codes["stall"], "kind": ["REPORT"]}) == [
        report["number"]
    ]
    assert await held(city, "leader", "west", filter={"officeCode": city.codes["stall"]}) == []
    page = (await city.as_("leader").ask(HELD, c=city.codes["top"], first=2))["office"]["cases"]
    assert (page["totalCount"], len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (5, 2, True)


async def test_a_code_that_begins_like_another_is_no_part_of_it(city: City) -> None:
    await add_office(city, "east2")

    await city.dispatch(await city.receive(), "east2")

    assert await held(city, "leader", "east") == []
    assert len(await held(city, "leader", "east2")) == 1
    assert await names(city, underCode=city.codes["east"]) == ["east", "stall"]


@pytest.mark.parametrize("who", ["clerk", "leader"])
async def test_the_figures_of_an_office_are_told_to_itself_and_to_those_above(city: City, who: str) -> None:
    period = 'period: {from: "2026-01-01", through: "2026-01-31"}'
    asked = f"query ($c: String!) {{ office(code: $c) {{ code kpis({period}) {{ intake {{ total }} }} }} }}"

    own = await city.as_(who).ask(asked, c=city.codes["stall"])
    assert own["office"]["kpis"] == {"intake": {"total": 0}}

    (error,) = await city.as_("west_clerk").fail(asked, c=city.codes["stall"])
    assert (error["extensions"]["code"], error["path"]) == ("BAD_USER_INPUT", ["office", "kpis"])
    assert error["extensions"]["reason"] == "NOT_FOUND"


async def rhythm(city: City, who: str = "clerk") -> set[str]:
    """How often bulletins come out, as every office of the city says."""
    offices = (await city.as_(who).ask("{ offices { nodes { bulletinPeriod } } }"))["offices"]["nodes"]
    return {office["bulletinPeriod"] for office in offices}


async def test_bulletins_are_monthly_and_as_often_as_the_regimes_in_force_ask(city: City, other_city: City) -> None:
    leader, shape = city.as_("leader"), "regime { id }"
    told = [await rhythm(city)]
    begun = {}
    for tag, period in (("防汛", "WEEKLY"), ("新冠疫情", None), ("暴雪", "MONTHLY")):
        given = {"name": tag, "tag": tag, "basis": "通知", **({"bulletinPeriod": period} if period else {})}
        begun[tag] = (await leader.done("activateRegime", shape, **given))["regime"]["id"]
        told.append(await rhythm(city))
    for tag in ("新冠疫情", "防汛"):
        await leader.done("endRegime", shape, regimeId=begun[tag], reason="响应终止")
        told.append(await rhythm(city, "integrator"))

    assert told == [{period} for period in ("MONTHLY", "WEEKLY", "DAILY", "DAILY", "WEEKLY", "MONTHLY")]
    assert await rhythm(other_city) == {"MONTHLY"}
