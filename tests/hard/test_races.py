"""Two approvers cannot both decide, and a key takes effect once: shown by racing for it, thousands of times."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from tests.client import Data, key
from tests.hard.process import Target
from tests.hard.town import flaws, hire, party, seeded
from tests.world import City, change

SIGN_OFFS, EXTENSIONS, REVIEWS = 1_000, 250, 250
KEYS, RETRIES = 200, 8
WORKERS = 4
SHAPE = "case { id number version status round }"
ERRORS = "__typename code ... on StaleVersionError { currentVersion current { version status } }"

SIGNERS = ("responsible", "responsible2", "responsible3", "responsible4")
SECTION = ("section", "section2", "section3", "section4")
REVIEWERS = ("reviewer", "reviewer2", "reviewer3", "reviewer4")

_numbers = itertools.count()


@pytest.fixture(scope="module")
async def bureau(town: City) -> City:
    """Four persons for each decision."""
    await hire(town, Role.RESPONSIBLE_PERSON, "east", *SIGNERS[1:])
    await hire(town, Role.SECTION_OFFICER, "top", *SECTION[1:])
    await hire(town, Role.CALLBACK_REVIEWER, "top", *REVIEWERS[1:])
    return town


class Season:
    """Many cases on their way, each raced for at every decision."""

    def __init__(self, city: City, chance: random.Random) -> None:
        self.city = city
        self.chance = chance
        self.cases = iter(range(SIGN_OFFS))
        self.reviews = iter(range(REVIEWS))
        self.won: dict[str, list[str]] = {"signOff": [], "decideExtension": [], "reviewCallback": []}

    async def work(self) -> None:
        for number in self.cases:
            case = await self.city.case_in("IN_PROGRESS", party=party(next(_numbers)))
            if number < EXTENSIONS:
                case = await self.extend(case)
            case = await self.city.submit(case)
            case = await self.race("signOff", SIGNERS, caseId=case["id"], expectedVersion=case["version"])
            if case["status"] == "CLOSED_AWAITING_CALLBACK" and next(self.reviews, None) is not None:
                await self.review(await self.city.call_back(case))

    async def extend(self, case: Data) -> Data:
        asked = await self.city.as_("clerk").done(
            "requestExtension", f"{SHAPE} extension {{ id }}", **change(case), workingDays=5, reason="等待检测结果"
        )
        version = asked["case"]["version"]
        return await self.race(
            "decideExtension", SECTION, extensionId=asked["extension"]["id"], expectedVersion=version
        )

    async def review(self, case: Data) -> Data:
        return await self.race(
            "reviewCallback", REVIEWERS, callbackId=case["callbackId"], expectedVersion=case["version"]
        )

    async def race(self, mutation: str, approvers: tuple[str, ...], **given: Any) -> Data:
        """Four persons decide at once, two for and two against; the case as the winner sees it."""
        verdicts = [{"decision": "APPROVE"}, {"decision": "REJECT", "reason": "答复过简"}] * 2
        runners = list(zip(approvers, verdicts, strict=True))
        self.chance.shuffle(runners)
        payloads = await asyncio.gather(
            *(self.city.as_(who).do(mutation, SHAPE, **given, **verdict) for who, verdict in runners)
        )
        winners = [at for at, payload in enumerate(payloads) if not payload["userErrors"]]
        assert len(winners) == 1, (mutation, payloads)
        case: Data = payloads[winners[0]]["case"]
        assert case["version"] == given["expectedVersion"] + 1
        for payload in payloads[: winners[0]] + payloads[winners[0] + 1 :]:
            assert payload["case"] is None
            (error,) = payload["userErrors"]
            assert (error["__typename"], error["currentVersion"]) == ("StaleVersionError", case["version"]), error
            assert error["current"] == {"version": case["version"], "status": case["status"]}
        self.won[mutation].append(runners[winners[0]][0])
        return case


async def test_of_four_who_decide_at_once_one_wins_and_three_are_shown_the_case_as_it_is(
    bureau: City, target: Target
) -> None:
    season = Season(bureau, seeded())

    await asyncio.gather(*(season.work() for _ in range(WORKERS)))

    counts = {mutation: len(won) for mutation, won in season.won.items()}
    assert counts == {"signOff": SIGN_OFFS, "decideExtension": EXTENSIONS, "reviewCallback": REVIEWS}
    for approvers, won in zip((SIGNERS, SECTION, REVIEWERS), season.won.values(), strict=False):
        print({who: won.count(who) for who in approvers})
    signed = await db.query("SELECT count(*) AS n, count(DISTINCT case_id) AS cases FROM sign_offs")
    assert signed == [{"n": SIGN_OFFS, "cases": SIGN_OFFS}]
    assert await flaws() == {}
    assert target.incidents == []


Ask = Callable[[str, str], Awaitable[Data]]


def asker(city: City, who: str, mutation: str, **given: Any) -> Ask:
    """The mutation under a key, in one variant of its content; the whole answer, extensions and all."""
    name = mutation[0].upper() + mutation[1:]
    document = f"mutation ($i: {name}Input!) {{ {mutation}(input: $i) {{ {SHAPE} userErrors {{ {ERRORS} }} }} }}"
    varied = "title" if mutation == "receiveCase" else "leadOfficeCode"

    async def ask(idempotency_key: str, variant: str) -> Data:
        content = {**given, varied: variant, "idempotencyKey": idempotency_key}
        response = await city.as_(who).post(document, i=content)
        answer: Data = response.json()
        assert "errors" not in answer, answer
        return {**answer["data"][mutation], "replayed": "extensions" in answer}

    return ask


async def askers(city: City) -> Iterator[tuple[Ask, str, str]]:
    """Alternately an intake and a dispatch, each with two contents it could have."""
    offices = city.codes["east"], city.codes["west"]
    cases = [await city.receive(party=party(next(_numbers))) for _ in range(KEYS // 2)]
    dispatches = ((asker(city, "dispatcher", "dispatchCase", **change(case)), *offices) for case in cases)
    intakes = (
        (asker(city, "agent", "receiveCase", kind="CONSULTATION", channel="WEB"), f"甲{number}", f"乙{number}")
        for number in itertools.count()
    )
    return itertools.chain.from_iterable(zip(dispatches, intakes, strict=False))


async def count_rows() -> tuple[int, int, int]:
    """Cases, entries and keys."""
    (row,) = await db.query(
        "SELECT (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM ledger) AS entries,"
        " (SELECT count(*) FROM idempotency_keys) AS keys"
    )
    return row["cases"], row["entries"], row["keys"]


async def test_of_eight_retries_at_once_one_takes_effect_and_all_answer_alike(bureau: City, target: Target) -> None:
    asked = await askers(bureau)
    cases, entries, keys = await count_rows()

    for ask, content, other in itertools.islice(asked, KEYS):
        one_key = key()
        answers = await asyncio.gather(*(ask(one_key, content) for _ in range(RETRIES)))

        assert sorted(answer.pop("replayed") for answer in answers) == [False] + [True] * (RETRIES - 1)
        assert answers[0]["userErrors"] == []
        assert answers == [answers[0]] * RETRIES
        (refusal,) = (await ask(one_key, other))["userErrors"]
        assert refusal["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"

    assert await count_rows() == (cases + KEYS // 2, entries + KEYS, keys + KEYS)
    assert await flaws() == {}
    assert target.incidents == []


async def test_of_two_contents_under_one_key_the_first_takes_effect_and_the_other_is_always_refused_by_name(
    bureau: City, target: Target
) -> None:
    chance = seeded()
    asked = await askers(bureau)
    cases, entries, keys = await count_rows()
    first = []

    for ask, *contents in itertools.islice(asked, KEYS):
        one_key, order = key(), contents * (RETRIES // 2)
        chance.shuffle(order)
        answers = await asyncio.gather(*(ask(one_key, content) for content in order))

        (made,) = (at for at, answer in enumerate(answers) if not answer["replayed"] and not answer["userErrors"])
        first.append(order[made])
        for content, answer in zip(order, answers, strict=True):
            if content == order[made]:
                assert (answer["case"], answer["userErrors"]) == (answers[made]["case"], [])
            else:
                assert [error["code"] for error in answer["userErrors"]] == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
                assert answer["case"] is None

    assert len(set(first)) > 2, "another content is first now and then"
    assert await count_rows() == (cases + KEYS // 2, entries + KEYS, keys + KEYS)
    assert await flaws() == {}
    assert target.incidents == []


async def test_a_refusal_leaves_its_key_free_for_another_content(bureau: City) -> None:
    case = await bureau.receive(party=party(next(_numbers)))
    one_key = str(uuid4())
    given = {"caseId": case["id"], "idempotencyKey": one_key, "leadOfficeCode": bureau.codes["east"]}

    refusals = [
        await bureau.as_("dispatcher").refused("dispatchCase", **given, expectedVersion=version) for version in (7, 8)
    ]
    dispatched = await bureau.as_("dispatcher").done("dispatchCase", **given, expectedVersion=case["version"])

    assert [refusal["code"] for refusal in refusals] == ["STALE_VERSION", "STALE_VERSION"]
    assert dispatched["case"]["status"] == "DISPATCHED"
