"""离线工作包: one query takes along what a day without a network needs, and its size is told beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import articles
from tests.client import Data
from tests.pictures import declaration, picture
from tests.world import APPLICATION, City

DOCUMENT = (Path(__file__).parents[1] / "fixtures/documents/OfflineDay.graphql").read_text()
LISTS = "{ checkLists(first: 50) { nodes { code name version categoryCodes items } } }"
SIZE = "{ offlineSize { cases articles bytes } }"


async def taken(city: City, who: str = "inspector", **given: object) -> list[Data]:
    found: list[Data] = (await city.as_(who).ask(DOCUMENT, **given))["offlineCases"]["nodes"]
    return found


async def test_what_is_at_work_in_the_own_unit_is_taken_along_and_nothing_else(city: City) -> None:
    wanted = [await city.case_in(status) for status in ("DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF")]
    for status in ("RECORDED", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"):
        await city.case_in(status)
    await city.dispatch(await city.receive(), lead="west")

    assert {case["number"] for case in await taken(city)} == {case["number"] for case in wanted}
    assert (await city.as_("inspector").ask(SIZE))["offlineSize"]["cases"] == 3
    assert (await city.as_("west_clerk").ask(SIZE))["offlineSize"]["cases"] == 1


async def test_the_trader_is_known_by_what_else_was_said_of_him(city: City) -> None:
    shop = {"name": "惠民大药房", "uscc": "91110000600037341L"}
    before = await city.case_in("ARCHIVED", respondent=shop)
    other_name = await city.case_in("ARCHIVED", respondent={**shop, "name": "惠民药房"})
    await city.case_in("ARCHIVED", respondent={"name": "无关商店"})
    report = await city.dispatch(await city.receive(kind="REPORT", respondent=shop), lead="west")
    case = await city.case_in("IN_PROGRESS", respondent=shop)

    (mine,) = [each for each in await taken(city) if each["number"] == case["number"]]

    listed = mine["againstSameRespondent"]
    assert {each["number"] for each in listed["nodes"]} == {before["number"], other_name["number"]}
    assert listed["totalCount"] == 2, report["number"]


@pytest.mark.parametrize("notes", [0, 3])
async def test_the_size_told_beforehand_is_about_what_comes(city: City, notes: int) -> None:
    for place in range(8):
        case = await city.case_in("IN_PROGRESS", description=f"第{place}件。" + "反映商家不退余额。" * 20)
        for _ in range(notes):
            await city.as_("inspector").done(
                "addInspectionNote",
                "inspectionNote { id }",
                caseId=case["id"],
                capturedAt="2026-11-20T10:00:00+08:00",
                inspectors=[city.login("inspector"), city.login("inspector2")],
                findings="现场检查, 价签齐全。" * 10,
                photos=[declaration(picture())] * 2,
            )

    told = (await city.as_("inspector").ask(SIZE))["offlineSize"]
    answer = await city.as_("inspector").post(DOCUMENT, first=100)
    lists = await city.as_("inspector").post(LISTS)

    came = len(answer.content) - len(lists.content)
    assert told["cases"] == 8
    assert 0.75 <= told["bytes"] / came <= 1.33, (told, came)


async def test_what_is_in_force_of_the_knowledge_base_is_taken_along(city: City) -> None:
    held = [await articles.approved(city, title=f"口径{n}", body="按合同退还余款。" * 60) for n in range(3)]
    await articles.written(city, title="尚未审核")

    told = (await city.as_("inspector").ask(SIZE))["offlineSize"]
    answer = await city.as_("inspector").post(DOCUMENT)
    lists = await city.as_("inspector").post(LISTS)
    later = await city.as_("inspector").ask(DOCUMENT, reference=False)

    taken_along = answer.json()["data"]["knowledge"]
    assert {each["id"] for each in taken_along["nodes"]} == {each["id"] for each in held}
    assert told["articles"] == taken_along["totalCount"] == 3
    assert 0.75 <= told["bytes"] / (len(answer.content) - len(lists.content)) <= 1.33
    assert set(later) == {"offlineCases"}


async def test_a_days_cases_come_in_pages(city: City) -> None:
    for _ in range(5):
        await city.case_in("IN_PROGRESS")
    whole = await taken(city)
    page = (await city.as_("inspector").ask(DOCUMENT, first=3))["offlineCases"]
    rest = (await city.as_("inspector").ask(DOCUMENT, first=3, after=page["pageInfo"]["endCursor"]))["offlineCases"]

    assert page["totalCount"] == len(whole) == 5
    assert page["nodes"] + rest["nodes"] == whole


@pytest.mark.parametrize("who", ["caller", "dispatcher", APPLICATION])
async def test_who_never_goes_out_takes_nothing_along(city: City, who: str) -> None:
    await city.case_in("IN_PROGRESS")

    assert (await city.as_(who).ask(SIZE))["offlineSize"] == {"cases": 0, "articles": 0, "bytes": 0}
    assert await taken(city, who) == []
