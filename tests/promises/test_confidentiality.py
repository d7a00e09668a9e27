"""Non-interference: who may not know the citizen cannot tell two cities apart that differ in the citizen alone (A4)."""

from __future__ import annotations

import asyncio
import difflib
import itertools

import httpx
import pytest

from resolvers.terms.roles import Role
from tests.client import Data
from tests.promises.staff import PEOPLE, PLACES, named
from tests.promises.worlds import CITIZENS, found, plain, queries, say, trees
from tests.world import City

Pair = tuple[City, City]
UNIT = (Role.CLERK, Role.INSPECTOR, Role.RESPONSIBLE_PERSON, Role.ADVISER)
OUTSIDE = (Role.ODR_ENTERPRISE, Role.ADMIN)
# Who knows nothing of either citizen: the unit and whoever is above it in its roles, third parties, the unconcerned.
KNOW_NOTHING = [
    *(named(role, place) for role in UNIT for place in ("top", "east")),
    *(named(role, "top") for role in OUTSIDE),
    *(
        named(role, place)
        for role in (Role.AGENT, Role.LEADER, Role.CALLBACK_OFFICER, Role.CLERK)
        for place in ("west", "stall")
    ),
    "integrator",
    named(Role.INTEGRATOR, "east"),
]
# Who knows the mask, at the bureau and at the unit: nobody but the agent who took the call, and the officer who is to call back, knows more.
KNOW_THE_MASK = [
    named(role, place)
    for role, place in itertools.product(PEOPLE, PLACES[:2])
    if (role, place) != (Role.CALLBACK_OFFICER, "top")
]


@pytest.fixture(scope="module")
async def strangers(http: httpx.AsyncClient, base_url: str) -> Pair:
    """The informant is the one who once complained, and says so; or somebody who has nothing in common with him."""
    told = [await found(http, base_url, CITIZENS[name], says_so=True) for name in ("zhang", "ouyang")]
    return told[0], told[1]


@pytest.fixture(scope="module")
async def doubles(http: httpx.AsyncClient, base_url: str) -> Pair:
    """The informant is the one who once complained, or somebody who looks the same under the mask."""
    told = [await found(http, base_url, CITIZENS[name], says_so=False) for name in ("zhang", "zhang2")]
    return told[0], told[1]


async def differences(cities: Pair, who: str, *documents: str) -> list[str]:
    """Where the two cities answer one caller differently."""
    told = []
    for document in documents:
        one, other = await asyncio.gather(*(say(city.as_(who), city, document) for city in cities))
        assert not one.startswith("5"), one
        assert "TOO_COMPLEX" not in one, one
        if one != other:
            told += [line for line in difflib.ndiff(one.splitlines(), other.splitlines()) if line[0] in "+-"]
    return told


@pytest.mark.parametrize("who", KNOW_NOTHING)
async def test_every_field_of_every_case_is_the_same_whoever_informed(who: str, strangers: Pair) -> None:
    assert await differences(strangers, who, *trees()) == []


@pytest.mark.parametrize("who", KNOW_THE_MASK)
async def test_every_field_is_the_same_for_two_who_wear_the_same_mask(who: str, doubles: Pair) -> None:
    assert await differences(doubles, who, *trees()) == []


@pytest.mark.parametrize(
    ("who", "count"),
    [("CLERK@east", 200), ("CLERK@top", 200), ("integrator", 200), *((named(role, "east"), 50) for role in UNIT[1:])],
)
async def test_questions_are_answered_the_same_whoever_informed(who: str, count: int, strangers: Pair) -> None:
    """Searches for pieces of both names and numbers, filters, orders, counts, pages, figures, rankings."""
    assert await differences(strangers, who, *queries(count, who)) == []


@pytest.mark.parametrize(
    ("who", "count"),
    [
        ("LEADER@east", 200),
        ("DISPATCHER@top", 50),
        ("CALLBACK_OFFICER@east", 50),
        ("AGENT@east", 50),
        ("ANALYST@top", 50),
    ],
)
async def test_questions_are_answered_the_same_under_the_same_mask(who: str, count: int, doubles: Pair) -> None:
    assert await differences(doubles, who, *queries(count, who)) == []


async def test_the_questions_do_tell_the_cities_apart_for_whom_they_may(strangers: Pair, doubles: Pair) -> None:
    """Else the tests above would find no difference in anything."""
    assert await differences(strangers, "agent", *trees())
    assert await differences(strangers, "LEADER@east", *trees())
    assert await differences(doubles, "agent", *trees())
    assert await differences(doubles, "CALLBACK_OFFICER@top", *trees())
    assert await differences(strangers, "agent", *queries(50, "agent"))
    assert await differences(strangers, "LEADER@top", *queries(50, "LEADER@top"))


# --- events and refusals

EVENTS = """subscription { caseEvents(after: "0") { kind caseVersion case {
  title description place complainant { name phone address } assignments { isRepeat } } } }"""


async def events(city: City, who: str) -> list[str]:
    """All that a subscriber hears of what has been."""
    heard = []
    async with city.as_(who).subscribe(EVENTS) as stream:
        while True:
            try:
                heard.append(plain(str(await stream.event(seconds=1.0)), city))
            except TimeoutError:
                return heard


@pytest.mark.parametrize(
    ("who", "hears"), [("CLERK@east", True), ("ADVISER@top", True), ("integrator", True), ("CLERK@west", False)]
)
async def test_events_are_the_same_whoever_informed(who: str, hears: bool, strangers: Pair) -> None:
    one, other = await asyncio.gather(*(events(city, who) for city in strangers))
    assert one == other
    assert bool(one) is hears


STALE = "... on StaleVersionError { current { title description complainant { name phone address } } }"
REFUSALS: dict[str, Data] = {
    "submitResult": {"department": "科", "handlers": ["x"], "outcome": "MEDIATED", "reply": "好"},
    "signForCase": {},
    "requestExtension": {"workingDays": 1, "reason": "检测"},
    "suspendCase": {"reason": "TESTING", "evidence": "委托书"},
    "resumeCase": {"evidence": "报告"},
    "submitFilingReport": {"cause": "原因", "process": "过程", "recommendation": "建议"},
    "requestReturn": {"reason": "不属本辖区"},
    "signOff": {"decision": "APPROVE"},
    "terminateCase": {"ground": "OTHER", "reason": "撤回"},
    "giveNotice": {"kind": "INFORMANT", "text": "已立案。"},
    "instructCase": {"text": "速办"},
    "recordMeeting": {"heldAt": "2026-11-20T10:00:00+08:00", "officeCodes": ["x", "y"], "minutes": "好"},
    "declareRecusal": {"reason": "系近亲属"},
    "tagCase": {"tags": ["春节"]},
    "planPatrols": {"dueOn": ["2099-01-01"], "reason": "回头看"},
}


@pytest.mark.parametrize("who", ["CLERK@east", "INSPECTOR@east", "RESPONSIBLE_PERSON@east", "CLERK@top", "CLERK@west"])
async def test_refusals_are_the_same_whoever_informed(who: str, strangers: Pair) -> None:
    answers = []
    for city in strangers:
        cases = await city.as_("leader").ask("{ cases(first: 9, orderBy: RECEIVED_AT) { nodes { id } } }")
        said = []
        for (mutation, rest), case in itertools.product(REFUSALS.items(), cases["cases"]["nodes"]):
            name = f"{mutation[0].upper()}{mutation[1:]}Input"
            document = (
                f"mutation ($i: {name}!) {{ {mutation}(input: $i) {{ userErrors {{ code message path {STALE} }} }} }}"
            )
            key = "5f0c9f86-1c4b-4a53-9c5e-0d6d3f0a7c11"
            given = {**rest, "caseId": case["id"], "expectedVersion": 1, "idempotencyKey": key}
            said.append(await say(city.as_(who), city, document, i=given))
        answers.append(said)
    assert answers[0] == answers[1]
    assert all('"code": ' in said for said in answers[0])
