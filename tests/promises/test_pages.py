"""Pages and nodes: one way through every list, and one door to every object (api conventions 9, 10)."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from resolvers.terms import limits
from tests import world
from tests.client import Data
from tests.crowd import LISTED, NOW, every, gather, listed
from tests.world import City, alter

LATER = "9999"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
CURSOR = {
    "after": "query ($a: String) { cases(after: $a) { totalCount } }",
    "before": "query ($a: String) { cases(before: $a) { totalCount } }",
}


@pytest.fixture(scope="module")
async def crowd(http: httpx.AsyncClient, base_url: str) -> City:
    return await gather(http, base_url)


def key_of(case: Data) -> str:
    """The id beneath the opaque one: what ties are broken by."""
    return base64.urlsafe_b64decode(case["id"] + "==").decode()


@pytest.mark.parametrize(("order", "field"), [("DUE_AT", "dueAt"), ("RECEIVED_AT", "receivedAt"), ("UPDATED_AT", "updatedAt")])  # fmt: skip
async def test_every_order_holds_in_both_directions_and_across_pages(crowd: City, order: str, field: str) -> None:
    cases = await every(crowd)
    expected = [case["id"] for case in sorted(cases, key=lambda case: (case[field] or LATER, key_of(case)))]

    for name, wanted in ((order, expected), (f"{order}_DESC", expected[::-1])):
        assert [case["id"] for case in await every(crowd, orderBy=name)] == wanted
        assert await walked(crowd, 5, orderBy=name) == wanted
        assert await walked(crowd, 7, backwards=True, orderBy=name) == wanted


async def walked(city: City, size: int, *, backwards: bool = False, **given: object) -> list[str]:
    """All ids, page after page, each page whole in itself."""
    window: Data = {"last" if backwards else "first": size}
    found: list[str] = []
    while True:
        page = await listed(city.as_("leader"), **given, **window)
        ids, info = [node["id"] for node in page["nodes"]], page["pageInfo"]
        assert [edge["node"]["id"] for edge in page["edges"]] == ids
        assert (info["startCursor"], info["endCursor"]) == (page["edges"][0]["cursor"], page["edges"][-1]["cursor"])
        found = ids + found if backwards else found + ids
        behind = info["hasNextPage"] if backwards else info["hasPreviousPage"]
        assert behind == (len(found) > len(ids))
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return found
        window["before" if backwards else "after"] = info["startCursor" if backwards else "endCursor"]


async def test_all_that_a_page_tells_is_read_at_once(crowd: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OPERATION_STATEMENTS", 1)

    asked = "{ cases(first: 5) { nodes { id } edges { cursor node { id } } pageInfo { startCursor endCursor } } }"
    page = (await crowd.as_("leader").ask(asked))["cases"]

    assert [edge["node"] for edge in page["edges"]] == page["nodes"]
    assert page["pageInfo"]["endCursor"] == page["edges"][4]["cursor"]


async def test_many_nodes_are_read_together(crowd: City, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [case["id"] for case in await every(crowd)]
    monkeypatch.setattr(limits, "OPERATION_STATEMENTS", 1)

    assert [node["id"] for node in (await crowd.as_("leader").ask(NODES, ids=ids))["nodes"]] == ids


async def test_without_an_order_the_newest_come_first_twenty_at_a_time(city: City) -> None:
    cases = [await city.receive() for _ in range(21)]

    page = await listed(city.as_("agent"))

    assert [case["number"] for case in page["nodes"]] == [case["number"] for case in cases[:0:-1]]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (
        21,
        True,
        False,
    )


@pytest.mark.parametrize("backwards", [False, True])
async def test_pages_lose_and_repeat_nothing_while_cases_come_and_change(city: City, backwards: bool) -> None:
    old = [await city.receive(receivedAt=(NOW - timedelta(hours=n)).isoformat()) for n in range(1, 9)]
    writing = True

    async def write() -> None:
        changing = iter(old)
        for n in range(10_000):
            if not writing:
                return
            await city.receive(receivedAt=(NOW - timedelta(minutes=31 * (n % 20))).isoformat())
            if (case := next(changing, None)) is not None:
                await city.dispatch(case)

    writer = asyncio.create_task(write())
    seen = await walked(city, 3, backwards=backwards)
    writing = False
    await writer

    assert len(seen) == len(set(seen))
    expected = [case["id"] for case in old]
    assert [each for each in seen if each in set(expected)] == expected


async def test_a_page_goes_on_where_a_case_stood_that_is_gone_meanwhile(city: City) -> None:
    cases = [await city.dispatch(await city.receive(), "west") for _ in range(4)]
    dispatcher = city.as_("west_dispatcher")
    first = await listed(dispatcher, first=2, orderBy="RECEIVED_AT")

    gone = "UPDATE cases SET office_ids = '{}' WHERE number = $1"
    await alter(gone, cases[1]["number"])
    rest = await listed(dispatcher, first=2, orderBy="RECEIVED_AT", after=first["pageInfo"]["endCursor"])

    assert [case["number"] for case in rest["nodes"]] == [case["number"] for case in cases[2:]]
    assert rest["totalCount"] == 3


@pytest.mark.parametrize(
    ("window", "path"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"last": 0}, "last"),
        ({"last": 101}, "last"),
        ({"first": 2, "last": 2}, "last"),
    ],
)
async def test_a_page_has_one_to_a_hundred_from_one_end(crowd: City, window: Data, path: str) -> None:
    (error,) = await crowd.as_("leader").fail(LISTED, **window)

    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", [path])
    for size in ({"first": 1}, {"last": 1}, {"first": 100}, {"last": 100}):
        assert (await listed(crowd.as_("leader"), **size))["totalCount"] == 18


def forged(cursor: str) -> list[str]:
    """Cursors this server would never print, made from one it did."""
    digest, value, key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    other = str(uuid4())
    said: list[Any] = [
        [digest[::-1], value, key], [digest, value], [digest, value, key, key], [digest, value, None], [digest, value, 7],
        [digest, None, key], [digest, 10**15, key], [digest, value[:10], key], [digest, value[:-6], key],
        [digest, "0001-01-01T00:00:00+14:00", key], [digest, "9999-12-31T23:59:59-14:00", key],
        [digest, value.replace("+00:00", "+08:00"), key], [digest, value, key.upper() if key.upper() != key else other + "0"],
        {digest: 1, value: 2, key: 3}, "abc", None, 5, [], [digest, [value], key], [digest, {"a": value}, key],
    ]  # fmt: skip
    texts = [base64.urlsafe_b64encode(orjson.dumps(each)).decode().rstrip("=") for each in said]
    return [*texts, "", "0", "游标", "%", cursor[:-1], cursor + "A", f"{cursor}==", f" {cursor}", "A" * 10_000]


async def test_a_forged_cursor_is_refused_and_breaks_nothing(crowd: City) -> None:
    leader = crowd.as_("leader")
    cursor = (await listed(leader, first=3))["pageInfo"]["endCursor"]

    for text in forged(cursor):
        for end, document in CURSOR.items():
            (error,) = await leader.fail(document, a=text)
            assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", [end]), text
    assert len((await listed(leader, after=cursor))["nodes"]) == 15


def respelled(cursor: str, *values: Any) -> list[str]:
    """The same place but for its sort value."""
    digest, _, key = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    said = [f'["{digest}",{value},"{key}"]' for value in values]
    return [base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in said]


async def test_nor_does_a_number_or_a_code_that_no_row_could_hold(city: City) -> None:
    case, leader = await city.receive(), city.as_("leader")
    asked = "pageInfo { endCursor }"
    timeline = (
        f"query ($i: ID!, $a: String) {{ node(id: $i) {{ ... on Case {{ timeline(after: $a) {{ {asked} }} }} }} }}"
    )
    offices = f"query ($a: String) {{ offices(after: $a) {{ {asked} }} }}"
    seq = (await leader.ask(timeline, i=case["id"]))["node"]["timeline"]["pageInfo"]["endCursor"]
    code = (await leader.ask(offices))["offices"]["pageInfo"]["endCursor"]

    for text in respelled(seq, 2**63, -(2**63) - 1, 10**30, "1e30", 1.0, "true", '"1"', "null", "9" * 5_000):
        (error,) = await leader.fail(timeline, i=case["id"], a=text)
        assert error["extensions"]["code"] == "BAD_USER_INPUT", text
    for text in respelled(code, '"\\u0000"', '"\\ud800"', 7, "null", "[]"):
        (error,) = await leader.fail(offices, a=text)
        assert error["extensions"]["code"] == "BAD_USER_INPUT", text
    assert respelled(seq, 1) == [seq]


async def test_a_cursor_of_another_list_is_refused(crowd: City, city: City) -> None:
    leader, wanted = crowd.as_("leader"), {"kind": ["COMPLAINT", "REPORT"]}
    cursor = (await listed(leader, first=2, filter=wanted))["pageInfo"]["endCursor"]
    await city.receive()

    strange = [
        (leader, {"after": cursor}),
        (leader, {"after": cursor, "filter": {**wanted, "overdue": True}}),
        (leader, {"after": cursor, "filter": wanted, "orderBy": "RECEIVED_AT"}),
        (city.as_("leader"), {"after": cursor, "filter": wanted}),
        (city.as_("leader"), {"before": cursor, "filter": wanted}),
    ]
    for caller, given in strange:
        (error,) = await caller.fail(LISTED, **given)
        assert error["extensions"]["code"] == "BAD_USER_INPUT", given
    assert (await listed(crowd.as_("agent"), after=cursor, filter=wanted))["pageInfo"]["hasPreviousPage"]


async def test_many_nodes_keep_their_order_with_null_for_what_cannot_be_seen(city: City, other_city: City) -> None:
    mine, foreign = await city.receive(), await other_city.receive()
    asked = [foreign["id"], mine["id"], "garbage", mine["id"]]

    found = (await city.as_("agent").ask(NODES, ids=asked))["nodes"]

    assert [node and node["id"] for node in found] == [None, mine["id"], None, mine["id"]]
    assert (await city.as_("agent").ask(NODES, ids=[]))["nodes"] == []
    assert len((await city.as_("agent").ask(NODES, ids=[mine["id"]] * 100))["nodes"]) == 100
    (error,) = await city.as_("agent").fail(NODES, ids=[mine["id"]] * 101)
    assert (error["extensions"]["code"], error["extensions"]["path"]) == ("BAD_USER_INPUT", ["ids"])


async def test_whatever_has_an_id_is_fetched_again_by_it_and_stays_in_its_city(city: City, other_city: City) -> None:
    case = await city.case_in("IN_PROGRESS", kind="REPORT", categoryCode="010101")
    await city.inspect(case)
    case = (await city.as_("clerk").done("requestExtension", **world.change(case), workingDays=1, reason="检测"))[
        "case"
    ]
    extension = "query ($i: ID!) { node(id: $i) { ... on Case { extensions { id } } } }"
    (request,) = (await city.as_("section").ask(extension, i=case["id"]))["node"]["extensions"]
    decided = {"extensionId": request["id"], "expectedVersion": case["version"], "decision": "APPROVE"}
    case = (await city.as_("section").done("decideExtension", **decided))["case"]
    case = (await city.as_("leader").done("superviseCase", **world.change(case), reason="督办"))["case"]
    case = await city.call_back(await city.sign_off(await city.submit(case)))
    of = "__typename id"
    parts = f"""{of} category {{ {of} }} leadOffice {{ {of} }} assignments {{ {of} }} rounds {{ {of} }} results {{ {of} }}
      deadlines {{ {of} policy {{ {of} }} }} respondent {{ {of} }} complainant {{ {of} }} extensions {{ {of} }}
      inspectionNotes {{ nodes {{ {of} inspectors {{ {of} }} }} }} signOffs {{ {of} }} callbacks {{ {of} }}
      supervisions {{ {of} }} timeline(first: 1) {{ nodes {{ {of} }} }}"""
    whole = (
        await city.as_("leader").ask(
            f"query ($i: ID!) {{ node(id: $i) {{ ... on Case {{ {parts} }} }} }}", i=case["id"]
        )
    )["node"]

    parts_found = list(_identified(whole))
    ids = sorted({part["id"] for part in parts_found})
    again = (await city.as_("leader").ask(NODES, ids=ids))["nodes"]
    foreign = (await other_city.as_("leader").ask(NODES, ids=ids))["nodes"]

    kinds = {part["id"]: part["__typename"] for part in parts_found}
    assert len(set(kinds.values())) == 17
    assert {node["id"]: node["__typename"] for node in again} == kinds
    assert {node["__typename"] for node in foreign if node} == {"Category", "DeadlinePolicy"}


def _identified(value: Any) -> list[Data]:
    """Every object with an id inside an answer."""
    if isinstance(value, list):
        return [found for each in value for found in _identified(each)]
    if not isinstance(value, dict):
        return []
    inner = [found for each in value.values() for found in _identified(each)]
    return [{"id": value["id"], "__typename": value["__typename"]}, *inner] if "id" in value else inner
