"""The ledger: numbered without a gap whoever writes beside whom, true to the rows, and telling of every change."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
import pytest

from resolvers.doors import clock, db, ledger
from resolvers.doors.ledger import Entry, Flaw
from resolvers.doors.postgres import Logins
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind
from tests import articles, disputes, field, settling
from tests.pictures import submit_report
from tests.promises import staff
from tests.promises.staff import paused, reported
from tests.world import City, change

LENGTH = 60
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def flaws(*jurisdictions: UUID) -> list[Flaw]:
    return [step for each in jurisdictions async for step in ledger.verify(each) if isinstance(step, Flaw)]


def entry(city: City, number: int = 0, kind: CaseEventKind = CaseEventKind.TAGGED) -> Entry:
    facts = {"number": number, "half": number / 2, "said": ["甲", None, {"deep": True}]}
    actor = city.persons["agent"]
    return Entry(city.jurisdiction_id, kind, clock.now(), actor, case_id=actor, case_version=number, facts=facts)


@db.atomic
async def remember(*entries: Entry, refuse: bool = False) -> None:
    ledger.append(*entries)
    if refuse:
        raise Refused(Code.NOT_FOUND)


# --- numbers


async def numbers(city: City) -> list[int]:
    sql = "SELECT seq FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq"
    return [row["seq"] for row in await db.query(sql, city.jurisdiction_id)]


async def test_eight_writers_beside_each_other_leave_no_gap_in_either_chain(city: City, other_city: City) -> None:
    dice = random.Random(7)
    written = {city.code: 0, other_city.code: 0}

    async def write() -> None:
        for number in range(30):
            here, there = dice.choice([(city, other_city), (other_city, city)])
            entries = [entry(here, number)] * dice.randint(1, 3) + [entry(there, number)] * dice.randint(0, 1)
            if dice.random() < 0.2:
                with pytest.raises(Refused):
                    await remember(*entries, refuse=True)
                continue
            await remember(*entries)
            for each in entries:
                written[here.code if each.jurisdiction_id == here.jurisdiction_id else there.code] += 1

    async def read() -> None:
        """Who has seen number n has seen everything before it, at any moment."""
        while min(written.values()) < 150:
            for each in (city, other_city):
                seen = await numbers(each)
                assert seen == list(range(1, len(seen) + 1))
            await asyncio.sleep(0)

    await asyncio.gather(*(write() for _ in range(8)), read())

    for each in (city, other_city):
        assert await numbers(each) == list(range(1, written[each.code] + 1))
    assert await flaws(city.jurisdiction_id, other_city.jurisdiction_id) == []


# --- the rows


async def played(city: City) -> None:
    """Cases on every way that the mutations offer, some of them twice."""
    for status in ("RECORDED", "DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF", "ARCHIVED"):
        await city.case_in(status)
    await city.case_in("ARCHIVED", kind="REPORT")
    again = await city.case_in("CLOSED_AWAITING_CALLBACK")
    again = await city.review(await city.call_back(again, level="DISSATISFIED"))
    again = await city.sign_off(await city.submit(again), decision="REJECT", reason="答复过简")
    await city.sign_off(await city.submit(again))
    returned = await city.call_back(await city.case_in("CLOSED_AWAITING_CALLBACK"), level="NEUTRAL")
    await city.review(returned, decision="REJECT", reason="记录不清")
    await city.as_("caller").done(
        "recordCallback", **change(await city.case_in("CLOSED_AWAITING_CALLBACK")), outcome="UNREACHABLE"
    )
    answered = await city.receive(kind="CONSULTATION")
    await city.as_("agent").done("answerCase", **change(answered), answer="请拨打电力热线。")
    shared = await city.dispatch(await city.receive(), co=("west",))
    shared = await city.submit(await city.sign_for(shared), "west_clerk", handlers=[city.login("west_inspector")])
    await city.submit(shared)
    extended = await city.case_in("IN_PROGRESS")
    asked = await city.as_("clerk").done(
        "requestExtension", "case { version } extension { id }", **change(extended), workingDays=3, reason="待检验"
    )
    decided = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    await city.as_("section").done("decideExtension", **decided, decision="APPROVE")
    asked = await city.as_("clerk").done(
        "requestExtension", "case { version } extension { id }", **change(await city.case_in("IN_PROGRESS")),
        workingDays=3, reason="待检验",
    )  # fmt: skip
    withdrawn = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    await city.as_("clerk").done("withdrawExtension", **withdrawn)
    paused_and_reported = await reported(city, await paused(city, await city.case_in("IN_PROGRESS")))
    filed, report = await submit_report(city, paused_and_reported)
    decided = {"filingReportId": report["id"], "expectedVersion": filed["version"], "decision": "APPROVE"}
    await city.as_("section").done("decideFilingReport", **decided)
    refused, passed = await city.receive(), await city.receive()
    dispatcher = city.as_("dispatcher")
    await dispatcher.done("refuseCase", **change(refused), ground="NOT_COMPETENT", notice="请向主管部门反映。")
    await dispatcher.done("transferCase", **change(passed), receivingBody="市交通运输局", notice="请拨打12328。")
    ended = await city.case_in("IN_PROGRESS")
    ended = (await dispatcher.done("terminateCase", **change(ended), ground="OTHER", reason="投诉人撤回"))["case"]
    ended = (await dispatcher.done("giveNotice", **change(ended), kind="TERMINATION", text="已终止。"))["case"]
    supervisor, void = city.as_("supervisor"), await city.receive()
    await supervisor.done("reopenCase", **change(ended), newFacts="又有新的票据", reason="足以影响处理结果")
    await supervisor.done("voidCase", **change(void), ground="TEST", reason="系统测试")
    for decision in ("APPROVE", "REJECT"):
        unfit = await city.case_in("DISPATCHED")
        asked = await city.as_("clerk").done(
            "requestReturn", "case { version } returnRequest { id }", **change(unfit), reason="不属本辖区"
        )
        decided = {"returnRequestId": asked["returnRequest"]["id"], "expectedVersion": asked["case"]["version"]}
        done = await city.as_("dispatcher").done("decideReturn", **decided, decision=decision, reason="已核实")
        if decision == "APPROVE":
            await city.dispatch(done["case"], "west")
    await disputes.decided(city, disputes.upholding(await disputes.raised(city)))
    await disputes.decided(city, disputes.designating(city, await disputes.raised(city)))
    await played_on(city)


async def played_on(city: City) -> None:
    """The rest of them: with an enterprise, recorded, split, merged, pressed."""
    enterprise = city.as_("enterprise")
    await enterprise.done("settleOdr", **change(await settling.routed(city)), settlement="已退款")
    declined, expired = await settling.routed(city), await settling.routed(city)
    await enterprise.done("declineOdr", "__typename", **change(declined), reason="已过退货期")
    await settling.expire(expired, clock.now())
    recorded = await settling.called(city, await settling.recording(city))
    await city.as_("agent").done("registerVoicemail", **change(recorded), title="会员卡", description="余额不退。")
    joined = await city.case_in("CLOSED_AWAITING_CALLBACK")
    told = {"kind": "REPORT", "newTitle": "出售过期口罩", "newDescription": "举报该店。"}
    split = await city.as_("agent").done("splitCase", **change(await city.receive()), **told)
    merged = await city.as_("dispatcher").done(
        "mergeCase", "target { id version }", **change(split["case"]), targetCaseId=joined["id"]
    )
    signed = await city.review(await city.call_back(merged["target"], followerCaseId=split["case"]["id"]))
    await city.review(await city.call_back(signed))
    pressed = await city.case_in("IN_PROGRESS", tags=["新冠疫情"])
    await city.as_("leader").done("superviseCase", **change(pressed), reason="群众反映强烈")
    regime = {"name": "疫情防控", "tag": "新冠疫情", "basis": "一级响应"}
    regime = (await city.as_("leader").done("activateRegime", "regime { id }", **regime))["regime"]
    seen = await city.case_in("IN_PROGRESS")
    note = await city.inspect(seen, **field.whole())
    await field.answer(city, note)
    obeyed = {"rectificationId": note["rectifications"][0]["id"], "done": True}
    await city.inspect(seen, visitType="RECHECK", rechecks=obeyed)
    await staff.patrolled(city, await city.sign_off(await city.submit(seen)))
    slow = await staff.pressed(city, await city.case_in("IN_PROGRESS"))
    await city.as_("dispatcher").done("tagCase", **change(await staff.excused(city, slow)), tags=["新冠疫情"])
    await city.as_("leader").done("endRegime", "regime { id }", regimeId=regime["id"], reason="响应终止")
    article = await articles.approved(city)
    rejected = await articles.written(city, revises=article["id"])
    await city.as_("leader").done(
        "approveArticle", "article { id }", articleId=rejected["id"], decision="REJECT", reason="口径不准"
    )


def fold(entries: list[dict[str, Any]]) -> tuple[str, int, int]:
    """Status, version and round of a case, told by nothing but what happened to it."""
    status, version, round_ = "", 0, 0
    for told in entries:
        facts = orjson.loads(told["facts"])
        if "to" not in facts:
            assert told["case_version"] == version, "a fact beside the case leaves its version"
            continue
        assert facts.get("from", "") == status
        assert told["case_version"] == version + 1
        status, version, round_ = facts["to"], told["case_version"], facts["round"]
    return status, version, round_


async def test_what_happened_tells_where_every_case_of_a_city_stands(city: City) -> None:
    await played(city)

    cases = await db.query("SELECT * FROM cases WHERE jurisdiction_id = $1", city.jurisdiction_id)
    entries = await db.query("SELECT * FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq", city.jurisdiction_id)
    of_case = {case["id"]: [told for told in entries if told["case_id"] == case["id"]] for case in cases}

    assert len(cases) == 32
    assert {case["id"]: fold(of_case[case["id"]]) for case in cases} == {
        case["id"]: (case["status"], case["version"], case["round"]) for case in cases
    }
    assert {told["case_id"] for told in entries} == {*of_case, None}
    kinds = {CaseEventKind.of(told["kind"]) for told in entries}
    told_elsewhere = {"PHOTO_VERIFIED", "ORIGINAL_READ", "EXTENSION_REJECTED"}
    told_elsewhere |= {"CALENDAR_AMENDED", "DEADLINE_RECOMPUTED"}
    told_elsewhere |= {"DEADLINE_BREACHED", "REMINDED", "ESCALATED", "EXTENSION_LAPSED"}  # by the clockwork
    of_the_stream = {"SYNC_RESET", "REMOVED", "HEARTBEAT"}
    assert {kind.value for kind in CaseEventKind} - kinds == told_elsewhere | of_the_stream
    assert await flaws(city.jurisdiction_id) == []


# --- tampering

Tampering = Callable[[Connection, UUID, UUID, int], Awaitable[object]]
ROW = "WHERE jurisdiction_id = $1 AND seq = $2"
SHIFT = "UPDATE ledger SET seq = seq {by} WHERE jurisdiction_id = $1 AND seq >= $2"


def edit(change: str) -> Tampering:
    async def tamper(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
        assert await owner.execute(f"UPDATE ledger SET {change} {ROW}", here, seq) == "UPDATE 1"

    return tamper


async def delete(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
    await owner.execute(f"DELETE FROM ledger {ROW}", here, seq)


async def delete_and_close_the_gap(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
    await owner.execute(f"DELETE FROM ledger {ROW}", here, seq)
    await shift(owner, here, seq + 1, "- 1")


async def shift(owner: Connection, here: UUID, seq: int, by: str) -> None:
    """Beyond all numbers and back, for none may stand twice on the way."""
    await owner.execute(SHIFT.format(by="+ 10000"), here, seq)
    await owner.execute(SHIFT.format(by=f"- 10000 {by}"), here, seq + 10_000)


async def insert(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
    """A forged entry, sealed as the chain would seal it; the ones after it move up."""
    await shift(owner, here, seq, "+ 1")
    before = await owner.fetchval(f"SELECT hash FROM ledger {ROW}", here, seq - 1) or ledger.GENESIS
    forged = Entry(here, CaseEventKind.SIGNED_OFF, datetime(2026, 1, 2, tzinfo=UTC), facts={"to": "ARCHIVED"})
    await owner.execute(ledger.INSERT, *ledger.chain([forged], seq - 1, before)[0])


async def swap(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
    other = 1 + seq % LENGTH
    for was, becomes in ((seq, 99_999), (other, seq), (99_999, other)):
        await owner.execute(f"UPDATE ledger SET seq = $3 {ROW}", here, was, becomes)


async def swap_facts(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
    other = 1 + seq % LENGTH
    facts = [await owner.fetchval(f"SELECT facts FROM ledger {ROW}", here, each) for each in (seq, other)]
    for each, told in zip((other, seq), facts, strict=True):
        await owner.execute(f"UPDATE ledger SET facts = $3 {ROW}", here, each, told)


async def cut(owner: Connection, here: UUID, _there: UUID, seq: int) -> None:
    """A piece out of the middle, or the beginning; of the end see `verify`'s own docstring."""
    await owner.execute(
        "DELETE FROM ledger WHERE jurisdiction_id = $1 AND seq BETWEEN $2 AND $3", here, seq, min(seq + 9, LENGTH - 1)
    )


async def move(owner: Connection, here: UUID, there: UUID, seq: int) -> None:
    """To the end of another chain."""
    await owner.execute(f"UPDATE ledger SET jurisdiction_id = $3, seq = $4 {ROW}", here, seq, there, LENGTH + 1)


async def replay(owner: Connection, here: UUID, there: UUID, seq: int) -> None:
    """What stands in another chain, at the same place in this one."""
    await owner.execute(f"DELETE FROM ledger {ROW}", here, seq)
    await owner.execute(f"UPDATE ledger SET jurisdiction_id = $3 {ROW}", there, seq, here)


TAMPERINGS: dict[str, Tampering] = {
    "kind": edit("kind = 'SIGNED_OFF'"),
    "instant": edit("occurred_at = occurred_at + interval '1 microsecond'"),
    "actor": edit("actor_id = gen_random_uuid()"),
    "no actor": edit("actor_id = NULL"),
    "case": edit("case_id = gen_random_uuid()"),
    "no case": edit("case_id = NULL"),
    "version": edit("case_version = case_version + 1"),
    "no version": edit("case_version = NULL"),
    "urgent": edit("urgent = NOT urgent"),
    "audit only": edit("audit_only = NOT audit_only"),
    "a fact more": edit('facts = facts || \'{"to": "ARCHIVED"}\''),
    "a fact less": edit("facts = facts - 'number'"),
    "a number as text": edit("facts = facts || jsonb_build_object('number', facts->>'number')"),
    "deep inside": edit("facts = jsonb_set(facts, '{said,2,deep}', 'false')"),
    "no facts": edit("facts = '{}'"),
    "hash": edit("hash = sha256(hash)"),
    "previous hash": edit("previous_hash = sha256(previous_hash)"),
    "id": edit("id = gen_random_uuid()"),
    "number": edit("seq = 100000"),
    "delete": delete,
    "delete and close the gap": delete_and_close_the_gap,
    "insert": insert,
    "swap": swap,
    "swap facts": swap_facts,
    "cut": cut,
    "move": move,
    "replay": replay,
}


@asynccontextmanager
async def unguarded(database: Logins) -> AsyncIterator[Connection]:
    """Somebody who owns the table and has switched its triggers off."""
    owner = await asyncpg.connect(**database.owner.credentials())
    try:
        await owner.execute("ALTER TABLE ledger DISABLE TRIGGER USER")
        yield owner
    finally:
        await owner.execute("ALTER TABLE ledger ENABLE TRIGGER USER")
        await owner.close()


async def test_every_change_anywhere_shows(city: City, other_city: City, database: Logins) -> None:
    dice = random.Random(1206)
    here, there = city.jurisdiction_id, other_city.jurisdiction_id
    for number in range(LENGTH):
        await remember(entry(city, number), entry(other_city, number))
    assert await flaws(here, there) == []
    unnoticed = []
    async with unguarded(database) as owner:
        await owner.execute(
            "CREATE TEMP TABLE kept AS SELECT * FROM ledger WHERE jurisdiction_id = ANY($1)", [here, there]
        )
        for what, tamper in TAMPERINGS.items():
            # The last entry is no middle: what is cut off or taken away there needs a head lodged elsewhere.
            for seq in {1, 2, LENGTH - 1, *dice.sample(range(2, LENGTH), 6)}:
                await tamper(owner, here, there, seq)
                unnoticed += [] if await flaws(here, there) else [(what, seq)]
                await owner.execute("DELETE FROM ledger WHERE jurisdiction_id = ANY($1)", [here, there])
                await owner.execute("INSERT INTO ledger SELECT * FROM kept")
    assert unnoticed == []
    assert await flaws(here, there) == []


async def test_the_last_entry_cannot_be_edited_unnoticed_either(city: City, database: Logins) -> None:
    await remember(*(entry(city, number) for number in range(3)))
    edits = [what for what in TAMPERINGS if TAMPERINGS[what].__qualname__.startswith("edit.")]
    assert len(edits) == 19
    for what in edits:
        async with unguarded(database) as owner:
            await TAMPERINGS[what](owner, city.jurisdiction_id, city.jurisdiction_id, 3)
            assert await flaws(city.jurisdiction_id), what
            await owner.execute("DELETE FROM ledger WHERE jurisdiction_id = $1", city.jurisdiction_id)
        await remember(*(entry(city, number) for number in range(3)))


async def test_what_the_application_itself_forges_shows(city: City, database: Logins) -> None:
    """It may add rows, and nothing else: a row that it did not seal is no entry."""
    await remember(entry(city, 1), entry(city, 2))
    seq, previous = await ledger.head(city.jurisdiction_id)
    good = ledger.chain([entry(city, 3)], seq, previous)[0]
    forged = {
        "after a gap": ledger.chain([entry(city, 3)], seq + 1, previous)[0],
        "not linked": ledger.chain([entry(city, 3)], seq, bytes(32))[0],
        "not sealed": (*good[:-1], bytes(32)),
        "with other facts": (*good[:10], '{"to": "ARCHIVED"}', *good[11:]),
    }
    for how, row in forged.items():
        connection = await asyncpg.connect(**database.app.credentials())
        try:
            async with connection.transaction():
                await connection.execute(ledger.INSERT, *row)
        finally:
            await connection.close()
        assert await flaws(city.jurisdiction_id), how
        async with unguarded(database) as owner:
            await owner.execute("DELETE FROM ledger WHERE jurisdiction_id = $1 AND seq > 2", city.jurisdiction_id)
    assert await flaws(city.jurisdiction_id) == []
    connection = await asyncpg.connect(**database.app.credentials())
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(ledger.INSERT, *ledger.chain([entry(city, 3)], seq - 1, previous)[0])
    await connection.close()
