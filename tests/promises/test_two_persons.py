"""Nobody decides on own work, whatever other role is held: every role × every relation × every stage that waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from resolvers.doors import db
from resolvers.models import RoleGrant
from resolvers.terms.roles import Role
from tests.client import Data
from tests.disputes import designating, raised
from tests.world import LONG_AGO, City, alter, change

SHAPE = "case { id number version status }"
DOCUMENT = {"sha256": "0" * 64, "byteSize": 10, "contentType": "application/pdf"}

Decision = tuple[str, Data]  # a mutation and what it is asked, approving
Stage = Callable[[City], Awaitable[Decision]]


def approving(case: Data, **named: Any) -> Data:
    return {**named, "expectedVersion": case["version"], "decision": "APPROVE"}


async def sign_off(city: City) -> Decision:
    """The clerk submits; the inspector is the handler named."""
    case = await city.case_in("PENDING_SIGN_OFF")
    return "signOff", approving(case, caseId=case["id"])


async def extension(city: City) -> Decision:
    given = {**change(await city.case_in("IN_PROGRESS")), "workingDays": 2, "reason": "须等检测结果"}
    asked = await city.as_("clerk").done("requestExtension", f"{SHAPE} extension {{ id }}", **given)
    return "decideExtension", approving(asked["case"], extensionId=asked["extension"]["id"])


async def returned(city: City) -> Decision:
    given = {**change(await city.case_in("DISPATCHED")), "reason": "不属本辖区"}
    asked = await city.as_("clerk").done("requestReturn", f"{SHAPE} returnRequest {{ id }}", **given)
    return "decideReturn", approving(asked["case"], returnRequestId=asked["returnRequest"]["id"])


async def disputed(city: City) -> Decision:
    return "decideDispute", designating(city, await raised(city))


async def filing(city: City) -> Decision:
    parts = {"cause": "政策所限", "process": "多次协调", "recommendation": "建议列入下年计划", "document": DOCUMENT}
    given = {**change(await city.case_in("IN_PROGRESS")), **parts}
    asked = await city.as_("clerk").done("submitFilingReport", f"{SHAPE} filingReport {{ id }}", **given)
    await alter("UPDATE filing_reports SET document_status = 'VERIFIED' WHERE sha256 = $1", DOCUMENT["sha256"])
    return "decideFilingReport", approving(asked["case"], filingReportId=asked["filingReport"]["id"])


async def callback(city: City) -> Decision:
    case = await city.case_in("CALLBACK_REVIEW")
    return "reviewCallback", approving(case, callbackId=case["callbackId"])


# Who stands to the matter how: asked for it, did it, or is of the unit that did.
STAGES: dict[str, tuple[Stage, dict[str, str]]] = {
    "SIGN_OFF": (sign_off, {"submitted it": "clerk", "is a handler": "inspector"}),
    "EXTENSION": (extension, {"asked for it": "clerk", "is of the unit": "inspector2"}),
    "RETURN": (returned, {"asked for it": "clerk", "is of the unit": "inspector2"}),
    "DISPUTE": (disputed, {"raised it": "clerk", "is of the unit": "inspector2"}),
    "FILING": (filing, {"submitted it": "clerk", "is of the unit": "inspector2"}),
    "CALLBACK_REVIEW": (callback, {"made the call": "caller"}),
}
REFUSALS = {"SELF_APPROVAL_FORBIDDEN", "NOT_PERMITTED", "NOT_YOUR_OFFICE", "NOT_FOUND"}


async def holding(city: City, who: str, role: Role, office: str) -> UUID:
    key = uuid4()
    await db.atomic(RoleGrant.create)(
        id=key, person_id=city.persons[who], role=role, office_id=city.offices[office], valid_from=LONG_AGO
    )
    return key


async def drop(key: UUID) -> None:
    await alter("UPDATE role_grants SET valid_to = $2 WHERE id = $1", key, datetime.now(UTC))


@pytest.mark.parametrize(
    ("stage", "relation"), [(stage, relation) for stage, (_, relations) in STAGES.items() for relation in relations]
)
async def test_with_whatever_role_beside_it_own_work_is_decided_by_somebody_else(
    city: City, stage: str, relation: str
) -> None:
    bring, relations = STAGES[stage]
    who = relations[relation]
    mutation, asked = await bring(city)
    await alter("UPDATE approvals SET escalated_at = now() WHERE jurisdiction_id = $1", city.jurisdiction_id)
    waiting = "SELECT count(*) AS n FROM approvals WHERE jurisdiction_id = $1 AND decided_at IS NULL"
    answers: dict[str, str] = {}
    for role in Role:
        for office in ("top", "east"):
            key = await holding(city, who, role, office)
            payload = await city.as_(who).do(mutation, "case { id }", **asked)
            answers[f"{role}@{office}"] = payload["userErrors"][0]["code"] if payload["userErrors"] else "done"
            listed = (await city.as_(who).ask("{ approvals { nodes { kind } } }"))["approvals"]["nodes"]
            assert {"kind": stage} not in listed, f"{role}@{office} is offered it"
            await drop(key)

    assert set(answers.values()) <= REFUSALS, answers
    assert "SELF_APPROVAL_FORBIDDEN" in answers.values(), "no role came as far as the rule itself"
    (left,) = await db.query(waiting, city.jurisdiction_id)
    assert left["n"] == 1


@pytest.mark.parametrize("stage", STAGES)
async def test_somebody_else_of_the_same_role_does_decide(city: City, stage: str) -> None:
    others = {
        "SIGN_OFF": "responsible",
        "EXTENSION": "section",
        "RETURN": "dispatcher",
        "DISPUTE": "leader",
        "FILING": "section",
        "CALLBACK_REVIEW": "reviewer",
    }
    mutation, asked = await STAGES[stage][0](city)

    await city.as_(others[stage]).done(mutation, "case { id }", **asked)
