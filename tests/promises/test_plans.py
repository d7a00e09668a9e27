"""Compiled reads answer as ordinary execution does, byte for byte, in one statement a root field."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator

import httpx
import pytest

from schema import schema
from tests import planned, world
from tests.answers import Known, harvest
from tests.client import Data
from tests.documents import document
from tests.planned import Ways

CHUNKS, EACH = 10, 200
PEOPLE = sorted({*world.PEOPLE, world.APPLICATION})


@pytest.fixture(scope="module")
async def ways(http: httpx.AsyncClient, base_url: str) -> AsyncIterator[Ways]:
    city = await planned.gather(http, base_url)
    async with planned.ways(city) as both:
        yield both


@pytest.fixture(scope="module")
async def known(http: httpx.AsyncClient, base_url: str, ways: Ways) -> Known:
    city, other = ways.city, await world.found(http, base_url)
    await other.receive()
    asked = [city.as_(who) for who in ("leader", "reviewer", "section", "responsible", "agent")]
    return await harvest(*asked, strangers=[other.as_("leader")])


async def differences(ways: Ways, known: Known, seed: int, count: int) -> list[str]:
    """What the two ways answer differently, among so many random documents asked by random people."""
    rng, found = random.Random(seed), []
    for number in range(count):
        asked, who = document(rng, schema._schema, known), rng.choice(PEOPLE)
        compiled, plain = await ways.both(who, asked.text, asked.variables, asked.operation_name)
        if compiled != plain and not is_a_race(compiled, plain):
            found.append(f"seed {seed}, document {number}, {who}: {asked}\n  planned  {compiled}\n  ordinary {plain}")
    return found


def is_a_race(compiled: tuple[int, bytes], plain: tuple[int, bytes]) -> bool:
    """Of two root fields that fail side by side, ordinary execution names whichever fails first: the same refusal, told
    of another place. An answer with data has no such excuse.
    """
    return compiled[0] == plain[0] and refusals(compiled[1]) == refusals(plain[1]) != []


def refusals(answer: bytes) -> list[Data]:
    said = json.loads(answer)
    return [] if said.get("data") else [error["extensions"] for error in said.get("errors", [])]


@pytest.mark.parametrize("seed", range(CHUNKS))
async def test_every_random_document_is_answered_with_the_same_bytes(ways: Ways, known: Known, seed: int) -> None:
    assert await differences(ways, known, seed, EACH) == []
    # Left to ordinary execution are mistakes, which it tells, and nothing else.
    assert set(ways.plans.counts) <= {"planned", "Refused", "variables"}
    assert ways.plans.counts["planned"] > 0.7 * ways.plans.counts.total()


async def test_so_are_documents_that_were_never_asked_before(ways: Ways, known: Known) -> None:
    assert await differences(ways, known, random.SystemRandom().randrange(10**9), EACH) == []


async def test_one_document_asked_by_everybody_at_once_tells_each_what_is_for_them(ways: Ways) -> None:
    number = (await ways.city.receive(kind="REPORT", title="只有中心知道"))["number"]
    asked = f"""{{ viewer {{ login }} case(number: "{number}") {{ title complainant {{ name phone }} }}
      cases(first: 5) {{ totalCount nodes {{ number title complainant {{ name }} }} }} }}"""
    alone = {who: (await ways.both(who, asked, {}))[1] for who in PEOPLE}

    crowd = random.Random(1).choices(PEOPLE, k=1_000)
    together = await asyncio.gather(*(ways.planned_only(who, asked) for who in crowd))

    assert [who for who, answer in zip(crowd, together, strict=True) if answer != alone[who]] == []
    assert len(set(alone.values())) == len(PEOPLE)
