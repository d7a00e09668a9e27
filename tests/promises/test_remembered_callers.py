"""A caller who is remembered is told what one is told who was looked up just now: not one answer more, not one less."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from tests.client import Caller
from tests.world import City, alter, grant

LIST = "{ cases(first: 9) { nodes { id } } }"
COUNT = "{ cases { totalCount } }"
ONE = "query ($n: String!) { case(number: $n) { id } }"
BY_ID = "query ($i: ID!) { node(id: $i) { id } }"
NAME = "{ viewer { login } }"
ROUNDS = 25


async def seen(caller: Caller) -> set[str]:
    """The cases a caller is told of, in one list."""
    return {case["id"] for case in (await caller.ask(LIST))["cases"]["nodes"]}


async def status(caller: Caller, document: str, **variables: Any) -> int:
    return (await caller.post(document, **variables)).status_code


def told_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The statements that were sent, but for the bell that an earlier write rang."""
    sent = [record.getMessage() for record in caplog.records if record.name == db.log.name]
    return [sql for sql in sent if "pg_notify" not in sql]


@pytest.mark.parametrize("document", [LIST, COUNT, ONE, BY_ID])
async def test_who_has_been_here_is_not_looked_up_again(
    city: City, caplog: pytest.LogCaptureFixture, document: str
) -> None:
    case, leader = await city.receive(), city.as_("leader")
    given = {"n": case["number"]} if document == ONE else {"i": case["id"]} if document == BY_ID else {}
    await leader.ask(document, **given)
    caplog.set_level(logging.DEBUG, db.log.name)
    answer = await leader.ask(document, **given)
    assert len(told_of(caplog)) == 1
    assert case["id"] in str(answer) or document == COUNT


ENDS = {
    "token revoked": "UPDATE tokens SET revoked_at = now() WHERE person_id = $1",
    "token over": "UPDATE tokens SET expires_at = now() - interval '1 second' WHERE person_id = $1",
    "person gone": "UPDATE persons SET active = false WHERE id = $1",
    "grant ended": "UPDATE role_grants SET valid_to = now() WHERE person_id = $1",
}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("document", [LIST, COUNT, ONE, NAME, "{ __typename }", '{ node(id: "?") { id } }'])
async def test_whose_right_has_ended_is_told_nothing_from_then_on(city: City, ends: str, document: str) -> None:
    case, leader = await city.receive(), city.as_("leader")
    given = {"n": case["number"]} if document == ONE else {}
    for _ in range(2):
        assert await status(leader, document, **given) == 200
    await alter(ENDS[ends], city.persons["leader"])
    assert await status(leader, document, **given) == 401


async def test_a_new_right_opens_at_once_and_a_lost_one_closes_at_once(city: City) -> None:
    east = await city.case_in("DISPATCHED")
    clerk = city.as_("west_clerk")
    for _ in range(2):
        assert await seen(clerk) == set()
    await grant(city, "west_clerk", Role.CLERK, "east")
    assert await seen(clerk) == {east["id"]}
    await alter(
        "UPDATE role_grants SET valid_to = now() WHERE person_id = $1 AND office_id = $2",
        city.persons["west_clerk"],
        city.offices["east"],
    )
    assert await seen(clerk) == set()


async def test_a_right_begins_and_ends_by_the_clock(city: City) -> None:
    case, clerk = await city.case_in("DISPATCHED"), city.as_("west_clerk")
    begins, ends = (datetime.now(UTC) + timedelta(seconds=seconds) for seconds in (1.5, 3))
    await grant(city, "west_clerk", Role.CLERK, "east")
    await alter(
        "UPDATE role_grants SET valid_from = $3, valid_to = $4 WHERE person_id = $1 AND office_id = $2",
        city.persons["west_clerk"], city.offices["east"], begins, ends,
    )  # fmt: skip
    found = []
    while (now := datetime.now(UTC)) < ends + timedelta(seconds=0.3):
        answer, after = await seen(clerk), datetime.now(UTC)
        if after < begins or now >= ends:
            assert answer == set()
        elif begins <= now and after < ends:
            assert answer == {case["id"]}
            found.append(answer)
        await asyncio.sleep(0.05)
    assert found


async def test_what_changes_about_others_empties_nobodys_list(city: City) -> None:
    cases = {(await city.receive())["id"] for _ in range(3)}
    leader, over = city.as_("leader"), asyncio.Event()
    assert await seen(leader) == cases

    async def read() -> None:
        while not over.is_set():
            assert await seen(leader) == cases

    async def change() -> None:
        for n in range(4 * ROUNDS):
            await alter("UPDATE persons SET active = $2 WHERE id = $1", city.persons["agent"], bool(n % 2))
        over.set()

    await asyncio.gather(change(), *(read() for _ in range(4)))


async def test_after_every_change_the_next_answer_knows_it_whoever_asks_meanwhile(city: City) -> None:
    east = {(await city.case_in("DISPATCHED"))["id"]}
    clerk, over, chance = city.as_("clerk"), asyncio.Event(), random.Random(12_315)
    assert await seen(clerk) == east

    async def read() -> None:
        while not over.is_set():
            assert await seen(clerk) in (east, set())
            await asyncio.sleep(chance.uniform(0, 0.005))

    async def move() -> None:
        for n in range(2 * ROUNDS):
            office, expected = ("west", set()) if n % 2 == 0 else ("east", east)
            moved = "UPDATE role_grants SET office_id = $2 WHERE person_id = $1"
            await alter(moved, city.persons["clerk"], city.offices[office])
            assert await seen(clerk) == expected
        over.set()

    await asyncio.gather(move(), *(read() for _ in range(4)))
