"""What every mutation promises about its key and its version; the nouns' tests say it of their own."""

from __future__ import annotations

import asyncio
from typing import Any

from resolvers.doors import db
from tests.client import Caller, Data, key
from tests.world import City

CONFLICT = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


async def entries(city: City) -> int:
    """How many facts the city's ledger holds: every effect is one, whatever it did."""
    rows = await db.query("SELECT count(*) AS n FROM ledger WHERE jurisdiction_id = $1", city.jurisdiction_id)
    return int(rows[0]["n"])


async def send(caller: Caller, mutation: str, shape: str, given: Data) -> Data:
    """The whole answer, extensions included."""
    name = mutation[0].upper() + mutation[1:]
    document = f"mutation ($i: {name}Input!) {{ {mutation}(input: $i) {{ {shape} userErrors {{ code path }} }} }}"
    response = await caller.post(document, i=given)
    answer: Data = response.json()
    assert "errors" not in answer, answer
    return answer


def is_replay(answer: Data) -> bool:
    return bool(answer.get("extensions", {}).get("idempotency", {}).get("replayed", False))


async def takes_effect_once(
    city: City,
    caller: Caller,
    mutation: str,
    given: Data,
    other: Data,
    shape: str = "case { id version status }",
    facts: int = 1,
) -> Data:
    """Eight at once with one key have one effect (so many facts) and one answer; a replay later has neither another
    effect nor another answer; the key with other content is refused by name. The payload.
    """
    before, given = await entries(city), {**given, "idempotencyKey": key()}

    answers = await asyncio.gather(*(send(caller, mutation, shape, given) for _ in range(8)))
    later = await send(caller, mutation, shape, given)

    payload: Data = answers[0]["data"][mutation]
    assert payload["userErrors"] == [], payload
    assert all(answer["data"] == answers[0]["data"] for answer in [*answers, later])
    assert sorted(map(is_replay, answers)) == [False] + [True] * 7
    assert is_replay(later)
    refusal = await caller.refused(mutation, shape, **{**given, **other})
    assert (refusal["code"], refusal["path"]) == (CONFLICT, ["idempotencyKey"])
    assert await entries(city) == before + facts
    return payload


async def leaves_its_key_free(
    city: City, caller: Caller, mutation: str, bad: Data, good: Data, shape: str = "case { id }", facts: int = 1
) -> None:
    """A refusal changes nothing, and the same key serves for the corrected request."""
    before, chosen = await entries(city), key()

    for _ in range(2):
        payload = await caller.do(mutation, shape, **bad, idempotencyKey=chosen)
        assert [error["code"] for error in payload["userErrors"]] not in ([], [CONFLICT])
    assert await entries(city) == before

    await caller.done(mutation, shape, **good, idempotencyKey=chosen)
    assert await entries(city) == before + facts


async def shows_the_case_as_it_is(city: City, caller: Caller, mutation: str, case: Data, **given: Any) -> None:
    """A version that is behind, ahead or absurd is refused with the case as it is now, and nothing changes."""
    before = await entries(city)
    for version in (case["version"] - 1, case["version"] + 1, -1, 2**31 - 1):
        refusal = await caller.refused(mutation, **{**given, "expectedVersion": version})
        assert (refusal["code"], refusal["path"]) == ("STALE_VERSION", ["expectedVersion"])
        assert refusal["currentVersion"] == case["version"]
        assert refusal["current"] == {"version": case["version"], "status": case["status"]}
    assert await entries(city) == before
