"""A retry takes effect once: of every mutation there is, whoever asks when, and for as long as keys are kept (D2)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from resolvers import inspection, login
from resolvers.doors import clock, db, once
from resolvers.doors.postgres import Logins
from resolvers.terms import limits
from resolvers.terms.kinds import CoordinateSystem, VisitType
from resolvers.terms.places import Position
from tests.client import Data, key
from tests.promises.staff import hire
from tests.promises.test_permissions import EVERYBODY, FATES, INPUTS
from tests.repeats import entries, is_replay, send
from tests.world import City, alter, change

CHANGED: dict[str, Data] = {"addInspectionNote": {"findings": "另一内容"}, "receiveCase": {"title": "另一内容"}, "answerCase": {"answer": "另一内容"},
           "dispatchCase": {"coOfficeCodes": ["x"]}, "submitResult": {"reply": "另一内容"}, "requestExtension": {"reason": "另一内容"},
           "recordCallback": {"remark": "另一内容"}, "superviseCase": {"reason": "另一内容"}, "activateRegime": {"basis": "另一内容"},
           "giveNotice": {"text": "另一内容"}, "refuseCase": {"notice": "另一内容"}, "transferCase": {"notice": "另一内容"}, "requestReturn": {"reason": "另一内容"}, "signForCase": {"expectedVersion": 99},
           "suspendCase": {"evidence": "另一内容"}, "resumeCase": {"evidence": "另一内容"}, "submitFilingReport": {"cause": "另一内容"}, "withdrawExtension": {"expectedVersion": 99},
           "tagCase": {"tags": ["另一内容"]}, "answerSupervision": {"answer": "另一内容"}, "instructCase": {"text": "另一内容"},
           "recordMeeting": {"minutes": "另一内容"}, "mergeCase": {"expectedVersion": 99}, "splitCase": {"newTitle": "另一内容"},
           "enrolOdrEnterprise": {"name": "另一内容"}, "saveArticle": {"title": "另一内容"}, "routeToOdr": {"complainantConsents": False}, "settleOdr": {"settlement": "另一内容"},
           "addLabResult": {"laboratory": "另一内容"},
           "callVoicemail": {"remark": "另一内容"}, "registerVoicemail": {"title": "另一内容"}}  # fmt: skip


@pytest.mark.parametrize("mutation", FATES)
async def test_every_mutation_answers_a_replay_from_what_it_did(mutation: str, city: City) -> None:
    await hire(city)
    who = city.as_(next(each for each in EVERYBODY if FATES[mutation].get(each) == "done"))
    given = {**await INPUTS[mutation](city), "idempotencyKey": key()}
    other = {**given, **CHANGED.get(mutation, {"reason": "另一内容"})}

    first = await send(who, mutation, "__typename", given)
    after = await entries(city)
    again, changed = await send(who, mutation, "__typename", given), await send(who, mutation, "__typename", other)

    assert first["data"][mutation]["userErrors"] == []
    assert (again["data"], is_replay(first), is_replay(again)) == (first["data"], False, True)
    assert changed["data"][mutation]["userErrors"] == [
        {"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "path": ["idempotencyKey"]}
    ]
    assert await entries(city) == after


async def test_a_key_is_its_callers_own_and_of_one_mutation(city: City) -> None:
    case, chosen = await city.case_in("IN_PROGRESS"), key()
    note = {**change(case), "reason": "尽快办结", "idempotencyKey": chosen}

    done = await city.as_("leader").done("superviseCase", **note)
    stranger = await city.as_("duty_leader").done(
        "superviseCase", **{**note, "expectedVersion": done["case"]["version"]}
    )
    elsewhere = await city.as_("leader").refused(
        "activateRegime", "regime { id }", name="x", tag="y", basis="z", idempotencyKey=chosen
    )

    assert stranger["case"]["version"] == done["case"]["version"] + 1
    assert elsewhere["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"


async def test_a_replay_shows_what_the_caller_may_see_now(city: City) -> None:
    given = {"kind": "REPORT", "channel": "PHONE", "title": "举报", "idempotencyKey": key()}
    first = await city.as_("agent").done("receiveCase", **given)
    await alter(
        "UPDATE cases SET registered_by = $2 WHERE number = $1", first["case"]["number"], city.persons["other_agent"]
    )

    replayed = await city.as_("agent").done("receiveCase", **given)

    assert first["case"]
    assert replayed["case"] is None


async def test_a_second_request_waits_for_the_first_and_is_told_to_retry_when_that_takes_too_long(
    city: City, database: Logins
) -> None:
    actor = await login.identify(city.tokens["agent"])
    assert actor
    chosen, matter = key(), {"kind": "COMPLAINT", "channel": "PHONE", "title": "涨价"}
    first = await asyncpg.connect(**database.app.credentials())
    begun = first.transaction()
    await begun.start()
    await first.execute(
        "INSERT INTO idempotency_keys (id, key, actor_id, operation, fingerprint, created_at)"
        " VALUES (gen_random_uuid(), $1, $2, 'receive_case', '', now())", chosen, actor.id,
    )  # fmt: skip
    try:
        late = await city.as_("agent").refused("receiveCase", **matter, idempotencyKey=chosen)
    finally:
        await begun.rollback()
        await first.close()
    assert (late["code"], late["path"]) == ("IDEMPOTENCY_CONCURRENT_REQUEST", ["idempotencyKey"])
    done = await city.as_("agent").done("receiveCase", **matter, idempotencyKey=chosen)
    assert done["case"]["status"] == "RECORDED"


async def test_forty_keys_sent_five_times_at_once_have_forty_effects(city: City) -> None:
    agent, matter = city.as_("agent"), {"kind": "COMPLAINT", "channel": "PHONE", "title": "涨价"}
    numbers = []

    for _ in range(8):
        keys = [key() for _ in range(5)]
        told = await asyncio.gather(*(agent.do("receiveCase", **matter, idempotencyKey=each) for each in keys * 5))
        numbers += [{told[at]["case"]["number"] for at in range(n, 25, 5)} for n in range(5)]

    assert all(len(of_key) == 1 for of_key in numbers)
    assert len(set().union(*numbers)) == await entries(city) == 40


async def test_keys_are_kept_thirty_days_and_then_forgotten(city: City) -> None:
    given = {"kind": "COMPLAINT", "channel": "PHONE", "title": "涨价", "idempotencyKey": key()}
    first = await city.as_("agent").done("receiveCase", **given)
    age = "UPDATE idempotency_keys SET created_at = $2 WHERE key = $1"

    await alter(age, given["idempotencyKey"], clock.now() - limits.KEY_LIFE + timedelta(minutes=1))
    await once.purge(clock.now())
    kept = await city.as_("agent").done("receiveCase", **given)
    await alter(age, given["idempotencyKey"], clock.now() - limits.KEY_LIFE - timedelta(seconds=1))
    await once.purge(clock.now())
    forgotten = await db.query("SELECT 1 FROM idempotency_keys WHERE key = $1", given["idempotencyKey"])

    assert limits.KEY_LIFE.days == 30
    assert kept["case"] == first["case"]
    assert forgotten == []


def test_a_note_sent_to_the_last_release_is_the_same_when_it_is_sent_again() -> None:
    """Phones are offline for days: what a release adds to a request, and an older phone does not say, changes nothing."""
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    place = Position(46.5, 125.1, CoordinateSystem.GCJ02, 12.5)
    photos = (inspection.Declared("a" * 64, 4_000, "image/jpeg"),)
    visit = inspection.Visit(VisitType.FIRST, at, ("a", UUID(int=7)), "价签齐全。", place, photos)

    fingerprint = once._fingerprint("add_inspection_note", {"case_id": UUID(int=9), "visit": visit})

    assert fingerprint == "6cfdb51aae295fa2a3ca099653c828e8b9a5c003289c8fc25b77f9b4db49bfc1"
    other = replace(visit, task_order="1号")
    assert once._fingerprint("add_inspection_note", {"case_id": UUID(int=9), "visit": other}) != fingerprint
