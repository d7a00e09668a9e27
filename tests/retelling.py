"""A sample case done again by the verbs themselves, each at the instant the sample says, and its rows compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from fixtures import rows
from fixtures.pictures import picture, sealed
from fixtures.story import Told
from resolvers import (
    callback,
    dispatch,
    dispute,
    extension,
    filing,
    handling,
    inspection,
    instruction,
    intake,
    lab_test,
    meeting,
    merge,
    non_acceptance,
    notice,
    odr,
    patrol,
    pause,
    photo,
    recusal,
    reopening,
    return_request,
    sign_off,
    split,
    supervision,
    termination,
    transfer,
    voicemail,
    voiding,
)
from resolvers.doors import db
from resolvers.doors.ledger import Entry
from resolvers.doors.reference import CATEGORIES, category_id
from resolvers.models import Case, Photo
from resolvers.rules.days import local_date
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import (
    CallbackOutcome,
    CaseEventKind,
    CaseKind,
    CasePriority,
    DeadlineKind,
    Decision,
    HandlingOutcome,
    IntakeChannel,
    NonAcceptanceGround,
    NoticeKind,
    PauseReason,
    SatisfactionLevel,
    SupervisionKind,
    TerminationGround,
    VisitType,
    VoidGround,
)
from resolvers.terms.places import Position
from tests import visits
from tests.settling import expire

K = CaseEventKind
# Ids and numbers are drawn anew; what they point at is compared by the other columns.
_DRAWN = {
    "id",
    "case_id",
    "complainant_id",
    "respondent_id",
    "deadline_id",
    "note_id",
    "return_request_id",
    "result_id",
    "subject_id",
    "number",
    "merged_into_id",
    "split_from_id",
    "follower_id",
    "rechecks_id",
    "patrol_id",
    "rapid_test_id",
    "sample_id",
}
_OF_CASE = {
    "cases": "id = $1",
    "note_inspectors": "note_id IN (SELECT id FROM inspection_notes WHERE case_id = $1)",
    "photos": "note_id IN (SELECT id FROM inspection_notes WHERE case_id = $1)",
    **dict.fromkeys(
        ("check_items", "samples", "rapid_tests", "lab_tests", "measures"),
        "note_id IN (SELECT id FROM inspection_notes WHERE case_id = $1)",
    ),
    "result_handlers": "result_id IN (SELECT id FROM handling_results WHERE case_id = $1)",
    "deadline_changes": "deadline_id IN (SELECT id FROM deadlines WHERE case_id = $1)",
}
_CODES = {category_id(code): code for code in CATEGORIES}


@dataclass
class Retelling:
    """One case, said to the verbs. `set_clock`: what time it is from now on."""

    told: Told
    actors: Mapping[UUID, Actor]
    set_clock: Callable[[datetime], None]
    case_id: UUID = field(default_factory=uuid4)
    made: dict[str, UUID] = field(default_factory=dict)
    follower_id: UUID | None = None

    def __post_init__(self) -> None:
        kinds = {type(row) for row in self.told.rows}
        self._rows: dict[type[Any], Iterator[Any]] = {
            kind: iter([row for row in self.told.rows if type(row) is kind]) for kind in kinds
        }

    async def retell(self, until: CaseEventKind | None = None) -> UUID:
        """The id of the case the verbs made: all that happened to it, or what did before the first of a kind."""
        for entry in self.told.entries:
            if entry.kind is until:
                break
            self.set_clock(entry.occurred_at)
            if entry.actor_id is None:
                await _run_out(self, entry)
                continue
            await _SAID[entry.kind](self, self.actors[entry.actor_id], entry)
        return self.case_id

    def next(self, kind: type[Any]) -> Any:
        return next(self._rows[kind])

    def beside(self, kind: type[Any], column: str, key: object) -> list[Any]:
        return [row for row in self.told.rows if isinstance(row, kind) and getattr(row, column) == key]

    async def partner(self, until: CaseEventKind, at: datetime) -> Retelling:
        """The case that met this one, as far as it had come by then; and it is then."""
        assert self.told.partner is not None
        found = Retelling(self.told.partner, self.actors, self.set_clock)
        await found.retell(until)
        self.set_clock(at)
        return found

    async def facts(self) -> dict[str, Any]:
        return {"case_id": self.case_id, "expected_version": (await Case.get(id=self.case_id)).version}


async def _receive(it: Retelling, actor: Actor, entry: Entry) -> None:
    if it.told.case.split_from_id:
        whole = await it.partner(K.SPLIT, entry.occurred_at)
        it.case_id = await _split_off(whole, actor, it.told)
        await _forget(whole.case_id)
        return
    case, party = it.told.case, it.next(rows.PartyRow)
    shops = [row for row in it.told.rows if isinstance(row, rows.RespondentRow)]
    became = any(entry.kind is K.FOLLOWER_JOINED and entry.urgent for entry in it.told.entries)
    emergency = case.priority == CasePriority.EMERGENCY and not became
    matter = intake.Matter(
        kind=it.told.kind,
        channel=IntakeChannel.of(case.channel),
        title=case.title,
        description=case.description,
        priority=CasePriority.EMERGENCY if emergency else CasePriority.NORMAL,
        tags=case.tags,
        category_code=_CODES[case.category_id] if case.category_id else None,
        received_at=case.received_at,
        party=intake.Caller(party.name, party.phone, party.address, party.wants_confidentiality),
        respondent=intake.Accused(shops[0].name, shops[0].uscc, shops[0].address) if shops else None,
        place=intake.Spot(case.place_text, case.latitude, case.longitude),
    )
    it.case_id = (await intake.receive_case(actor, uuid4(), matter=matter)).ids["case"]


async def _answer(it: Retelling, actor: Actor, _: Entry) -> None:
    asked = it.told.kind is CaseKind.CONSULTATION
    answer = it.told.case.answer or ""
    await intake.answer_case(actor, uuid4(), **await it.facts(), answer=answer, out_of_remit=not asked)


async def _refuse(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.NonAcceptanceRow)
    given = {"ground": NonAcceptanceGround.of(row.ground), "notice": row.notice}
    await non_acceptance.refuse_case(actor, uuid4(), **await it.facts(), **given)


async def _transfer_out(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.TransferRow)
    given = {"receiving_body": row.receiving_body, "notice": row.notice}
    await transfer.transfer_case(actor, uuid4(), **await it.facts(), **given)


async def _dispatch(it: Retelling, actor: Actor, entry: Entry) -> None:
    lead, others = entry.facts["lead"], entry.facts["co"]
    await dispatch.dispatch_case(actor, uuid4(), **await it.facts(), lead_office_code=lead, co_office_codes=others)


async def _sign_for(it: Retelling, actor: Actor, _: Entry) -> None:
    await dispatch.sign_for_case(actor, uuid4(), **await it.facts())


async def _inspect(it: Retelling, actor: Actor, entry: Entry) -> None:
    note = next(row for row in it.told.rows if isinstance(row, rows.NoteRow) and str(row.id) == entry.facts["note"])
    visit = inspection.Visit(
        VisitType.of(note.visit_type),
        note.captured_at,
        [row.person_id for row in it.beside(rows.NoteInspectorRow, "note_id", note.id)],
        note.findings,
        _place(note),
        [_declared(row) for row in it.beside(rows.PhotoRow, "note_id", note.id)],
        **visits.told(it.told, note),
        **await visits.followed(it.told, it.case_id, note),
    )
    await inspection.add_inspection_note(actor, uuid4(), case_id=it.case_id, visit=visit)


def _place(note: rows.NoteRow) -> Position | None:
    return Position(note.latitude, note.longitude, accuracy=note.accuracy) if note.latitude and note.longitude else None


def _declared(row: rows.PhotoRow) -> inspection.Declared:
    place = Position(row.latitude, row.longitude) if row.latitude and row.longitude else None
    return inspection.Declared(row.sha256, row.byte_size, row.content_type, row.captured_at, place)


async def _upload(it: Retelling, actor: Actor, entry: Entry) -> None:
    found = await Photo.filter(sha256=entry.facts["sha256"], note__case_id=it.case_id).first()
    assert found is not None

    async def content() -> AsyncIterator[bytes]:
        yield picture(UUID(entry.facts["photo"]))

    assert await photo.receive(photo.PHOTO, actor, found.id, content()) is photo.Verdict.VERIFIED


async def _submit(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.ResultRow)
    handlers = [each.person_id for each in it.beside(rows.ResultHandlerRow, "result_id", row.id)]
    told = handling.Told(row.department, handlers, HandlingOutcome.of(row.outcome), row.reply, row.recovered_loss)
    await handling.submit_result(actor, uuid4(), **await it.facts(), told=told)


async def _sign_off(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.SignOffRow)
    decision = Decision.of(row.decision)
    await sign_off.sign_off(actor, uuid4(), **await it.facts(), decision=decision, reason=row.reason)


async def _ask_extension(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.ExtensionRow)
    given = {"about": DeadlineKind.CLOSE, "working_days": row.working_days, "reason": row.reason}
    it.made = (await extension.request_extension(actor, uuid4(), **await it.facts(), **given)).ids


async def _decide_extension(it: Retelling, actor: Actor, _: Entry) -> None:
    (row,) = [row for row in it.told.rows if isinstance(row, rows.ExtensionRow)]
    version = (await it.facts())["expected_version"]
    decision = Decision.APPROVE if row.new_due_at else Decision.REJECT
    facts = {"extension_id": it.made["extension"], "expected_version": version}
    await extension.decide_extension(actor, uuid4(), **facts, decision=decision, reason=row.decision_reason)


async def _withdraw_extension(it: Retelling, actor: Actor, _: Entry) -> None:
    version = (await it.facts())["expected_version"]
    facts = {"extension_id": it.made["extension"], "expected_version": version}
    await extension.withdraw_extension(actor, uuid4(), **facts)


async def _suspend(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.PauseRow)
    given = {"reason": PauseReason.of(row.reason), "evidence": row.evidence}
    await pause.suspend_case(actor, uuid4(), **await it.facts(), **given)


async def _resume(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.PauseRow, "ended_at", entry.occurred_at)
    await pause.resume_case(actor, uuid4(), **await it.facts(), evidence=row.end_evidence)


async def _report(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.FilingRow)
    document = filing.Document(row.sha256, row.byte_size, row.content_type)
    told = filing.Told(row.cause, row.process, row.recommendation, document)
    it.made = (await filing.submit_filing_report(actor, uuid4(), **await it.facts(), told=told)).ids


async def _send_document(it: Retelling, actor: Actor, entry: Entry) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield sealed(UUID(entry.facts["document"]))

    sent = await photo.receive(photo.DOCUMENT, actor, it.made["filing_report"], content())
    assert sent is photo.Verdict.VERIFIED


async def _decide_filing(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.FilingRow, "decided_at", entry.occurred_at)
    version = (await it.facts())["expected_version"]
    decision = Decision.APPROVE if entry.kind is K.FILED else Decision.REJECT
    facts = {"filing_report_id": it.made["filing_report"], "expected_version": version}
    await filing.decide_filing_report(actor, uuid4(), **facts, decision=decision, reason=row.decision_reason)


async def _ask_return(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.ReturnRow)
    given = {"reason": row.reason, "legal_basis": row.legal_basis, "suggested_office_code": None}
    it.made = (await return_request.request_return(actor, uuid4(), **await it.facts(), **given)).ids


async def _decide_return(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.ReturnRow, "decided_at", entry.occurred_at)
    version = (await it.facts())["expected_version"]
    decision = Decision.APPROVE if entry.kind is K.RETURN_APPROVED else Decision.REJECT
    facts = {"return_request_id": it.made["return_request"], "expected_version": version}
    await return_request.decide_return(actor, uuid4(), **facts, decision=decision, reason=row.decision_reason)


async def _recuse(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.RecusalRow)
    given = {"person_id": row.person_id, "reason": row.reason}
    it.made = (await recusal.declare_recusal(actor, uuid4(), **await it.facts(), **given)).ids


async def _lift(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.RecusalRow, "lifted_at", entry.occurred_at)
    facts = {"recusal_id": it.made["recusal"], "expected_version": (await it.facts())["expected_version"]}
    await recusal.lift_recusal(actor, uuid4(), **facts, reason=row.lift_reason)


async def _dispute(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.DisputeRow)
    facts = {"return_request_id": it.made["return_request"], "expected_version": (await it.facts())["expected_version"]}
    it.made = (
        await dispute.dispute_return(actor, uuid4(), **facts, reason=row.reason, legal_basis=row.legal_basis)
    ).ids


async def _decide_dispute(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.DisputeRow, "decided_at", entry.occurred_at)
    designated = entry.facts.get("lead")
    given = {"decision": Decision.APPROVE if designated else Decision.REJECT, "reason": row.decision_reason}
    facts = {"dispute_id": it.made["dispute"], "expected_version": (await it.facts())["expected_version"]}
    await dispute.decide_dispute(actor, uuid4(), **facts, **given, designated_office_code=designated)


async def _split_off(it: Retelling, actor: Actor, part: Told) -> UUID:
    given: dict[str, Any] = {"kind": part.kind, "new_title": part.case.title, "new_description": part.case.description}
    given |= {"kept_title": None, "kept_description": None}
    return (await split.split_case(actor, uuid4(), **await it.facts(), **given)).ids["split"]


async def _split(it: Retelling, actor: Actor, _: Entry) -> None:
    assert it.told.partner is not None
    await _forget(await _split_off(it, actor, it.told.partner))


async def _merge(it: Retelling, actor: Actor, entry: Entry) -> None:
    target = await it.partner(K.FOLLOWER_JOINED, entry.occurred_at)
    await merge.merge_case(actor, uuid4(), **await it.facts(), target_case_id=target.case_id)
    await _forget(target.case_id)


async def _join(it: Retelling, actor: Actor, entry: Entry) -> None:
    follower = await it.partner(K.MERGED, entry.occurred_at)
    await merge.merge_case(actor, uuid4(), **await follower.facts(), target_case_id=it.case_id)
    it.follower_id = follower.case_id
    await _forget(follower.case_id)


async def _forget(case_id: UUID) -> None:
    """Who is told of once more, for the other's sake, must not be known again by the number."""
    await db.atomic(db.execute)("UPDATE parties SET contact_digest = NULL WHERE case_id = $1", case_id)


async def _call(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.CallbackRow)
    level = SatisfactionLevel.of(row.level) if row.level else None
    facts = await it.facts() | {"outcome": CallbackOutcome.of(row.outcome), "level": level}
    facts |= {"follower_case_id": it.follower_id if row.follower_id else None}
    outcome = await callback.record_callback(actor, uuid4(), **facts, resolved=row.resolved, remark=row.remark)
    it.made = outcome.ids


async def _review(it: Retelling, actor: Actor, entry: Entry) -> None:
    version = (await it.facts())["expected_version"]
    (row,) = it.beside(rows.CallbackRow, "reviewed_at", entry.occurred_at)
    facts = {"callback_id": it.made["callback"], "expected_version": version}
    decision = Decision.of(row.review_decision)
    given = {"decision": decision, "reason": row.review_reason, "exempt_reason": None}
    await callback.review_callback(actor, uuid4(), **facts, **given)


async def _supervise(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.SupervisionRow)
    given = {"kind": SupervisionKind.of(row.kind), "reason": row.reason, "answer_by": None}
    outcome = await supervision.supervise_case(actor, uuid4(), **await it.facts(), **given)
    it.made = {**it.made, "supervision": outcome.ids["supervision"]}


async def _answer_supervision(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.SupervisionRow, "answered_at", entry.occurred_at)
    facts = {"supervision_id": it.made["supervision"], "expected_version": (await it.facts())["expected_version"]}
    await supervision.answer_supervision(actor, uuid4(), **facts, answer=row.answer)


async def _instruct(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.InstructionRow)
    await instruction.instruct_case(actor, uuid4(), **await it.facts(), text=row.text)


async def _meet(it: Retelling, actor: Actor, entry: Entry) -> None:
    row = it.next(rows.MeetingRow)
    given = {"held_at": row.held_at, "office_codes": entry.facts["offices"], "minutes": row.minutes}
    await meeting.record_meeting(actor, uuid4(), **await it.facts(), **given)


async def _terminate(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.TerminationRow)
    given = {"ground": TerminationGround.of(row.ground), "reason": row.reason}
    await termination.terminate_case(actor, uuid4(), **await it.facts(), **given)


async def _tell(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.NoticeRow)
    given = {"kind": NoticeKind.of(row.kind), "text": row.text}
    await notice.give_notice(actor, uuid4(), **await it.facts(), **given)


async def _reopen(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.ReopeningRow)
    given = {"new_facts": row.new_facts, "reason": row.reason}
    await reopening.reopen_case(actor, uuid4(), **await it.facts(), **given)


async def _void(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.VoidingRow)
    given = {"ground": VoidGround.of(row.ground), "reason": row.reason}
    await voiding.void_case(actor, uuid4(), **await it.facts(), **given)


async def _route(it: Retelling, actor: Actor, _: Entry) -> None:
    await odr.route_to_odr(actor, uuid4(), **await it.facts(), complainant_consents=True)


async def _settle(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.OdrRoutingRow)
    given = {"settlement": row.settlement, "amount": row.amount}
    await odr.settle_odr(actor, uuid4(), **await it.facts(), **given)


async def _decline(it: Retelling, actor: Actor, _: Entry) -> None:
    await odr.decline_odr(actor, uuid4(), **await it.facts(), reason=it.next(rows.OdrRoutingRow).reason)


async def _run_out(it: Retelling, entry: Entry) -> None:
    """What a timer does."""
    assert entry.kind is K.ODR_EXPIRED
    await expire({"number": (await Case.get(id=it.case_id)).number}, entry.occurred_at)


async def _call_recording(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.VoicemailCallRow)
    given = {"reached": row.reached, "remark": row.remark}
    await voicemail.call_voicemail(actor, uuid4(), **await it.facts(), **given)


async def _register_recording(it: Retelling, actor: Actor, _: Entry) -> None:
    case = it.told.case
    given: dict[str, Any] = {"title": case.title, "description": case.description, "category_code": None}
    await voicemail.register_voicemail(actor, uuid4(), **await it.facts(), **given)


async def _with_its_note(_it: Retelling, _actor: Actor, _entry: Entry) -> None:
    """Said when the recheck was told."""


async def _test(it: Retelling, actor: Actor, _: Entry) -> None:
    await lab_test.add_lab_result(actor, uuid4(), **await visits.answer(it.case_id, it.next(rows.LabTestRow)))


async def _plan(it: Retelling, actor: Actor, entry: Entry) -> None:
    planned = it.beside(rows.PatrolRow, "planned_at", entry.occurred_at)
    given = {"due_on": [local_date(row.due_at) for row in planned], "reason": planned[0].reason}
    await patrol.plan_patrols(actor, uuid4(), **await it.facts(), **given)


async def _cancel_patrol(it: Retelling, actor: Actor, entry: Entry) -> None:
    (row,) = it.beside(rows.PatrolRow, "id", UUID(entry.facts["patrol"]))
    version, made = (await it.facts())["expected_version"], await visits.patrol_like(it.case_id, row)
    given = {"expected_version": version, "reason": row.cancel_reason}
    await patrol.cancel_patrol(actor, uuid4(), patrol_id=made, **given)


_SAID: dict[CaseEventKind, Callable[[Retelling, Actor, Entry], Any]] = {
    K.RECEIVED: _receive,
    K.ANSWERED: _answer,
    K.NOT_ACCEPTED: _refuse,
    K.TRANSFERRED_OUT: _transfer_out,
    K.DISPATCHED: _dispatch,
    K.SIGNED_FOR: _sign_for,
    K.INSPECTION_NOTE_ADDED: _inspect,
    K.PHOTO_VERIFIED: _upload,
    K.RESULT_SUBMITTED: _submit,
    K.CO_RESULT_SUBMITTED: _submit,
    K.SIGNED_OFF: _sign_off,
    K.SENT_BACK: _sign_off,
    K.EXTENSION_REQUESTED: _ask_extension,
    K.EXTENSION_APPROVED: _decide_extension,
    K.EXTENSION_REJECTED: _decide_extension,
    K.EXTENSION_WITHDRAWN: _withdraw_extension,
    K.SUSPENDED: _suspend,
    K.RESUMED: _resume,
    K.FILING_SUBMITTED: _report,
    K.DOCUMENT_VERIFIED: _send_document,
    K.FILED: _decide_filing,
    K.FILING_REJECTED: _decide_filing,
    K.RETURN_REQUESTED: _ask_return,
    K.RETURN_APPROVED: _decide_return,
    K.RETURN_REJECTED: _decide_return,
    K.DISPUTE_RAISED: _dispute,
    K.DISPUTE_UPHELD: _decide_dispute,
    K.UNIT_DESIGNATED: _decide_dispute,
    K.CALLBACK_ATTEMPTED: _call,
    K.CALLBACK_RECORDED: _call,
    K.ARCHIVED: _review,
    K.REHANDLING_OPENED: _review,
    K.CALLBACK_RETURNED: _review,
    K.SUPERVISED: _supervise,
    K.TERMINATED: _terminate,
    K.NOTICE_GIVEN: _tell,
    K.REOPENED: _reopen,
    K.VOIDED: _void,
    K.SUPERVISION_ANSWERED: _answer_supervision,
    K.INSTRUCTED: _instruct,
    K.MEETING_HELD: _meet,
    K.ODR_ROUTED: _route,
    K.ODR_SETTLED: _settle,
    K.ODR_DECLINED: _decline,
    K.VOICEMAIL_CALLED: _call_recording,
    K.VOICEMAIL_REGISTERED: _register_recording,
    K.CALLBACK_SIGNED: _review,
    K.MERGED: _merge,
    K.FOLLOWER_JOINED: _join,
    K.SPLIT: _split,
    K.RECUSED: _recuse,
    K.RECUSAL_LIFTED: _lift,
    K.RECTIFICATION_CLOSED: _with_its_note,
    K.LAB_RESULT_ADDED: _test,
    K.PATROL_PLANNED: _plan,
    K.PATROL_CANCELLED: _cancel_patrol,
}

Facts = dict[str, Counter[tuple[Any, ...]]]


def sample_rows(told: Told) -> Facts:
    """The sample's rows by table, without what is drawn."""
    found: Facts = {table: Counter() for table in rows.TABLES.values()}
    for row in told.rows:
        kind = type(row)
        found[rows.TABLES[kind]][_plain(dict(zip(rows.COLUMNS[kind], rows.VALUES[kind](row), strict=True)))] += 1
    return found | {"ledger": Counter(_entry(asdict(entry)) for entry in told.entries)}


async def made_rows(case_id: UUID) -> Facts:
    """The same of what the verbs have written."""
    found: Facts = {}
    for kind, table in rows.TABLES.items():
        where = _OF_CASE.get(table, "case_id = $1")
        read = await db.query(f"SELECT {', '.join(rows.COLUMNS[kind])} FROM {table} WHERE {where}", case_id)
        found[table] = Counter(_plain(row) for row in read)
    entries = await db.query("SELECT * FROM ledger WHERE case_id = $1", case_id)
    return found | {"ledger": Counter(_entry(row | {"facts": orjson.loads(row["facts"])}) for row in entries)}


def _plain(row: Mapping[str, Any]) -> tuple[Any, ...]:
    told = {name: list(map(str, value)) if isinstance(value, list) else value for name, value in row.items()}
    return tuple(sorted((name, str(value)) for name, value in told.items() if name not in _DRAWN))


def _entry(row: Mapping[str, Any]) -> tuple[Any, ...]:
    drawn = (
        "note",
        "photo",
        "document",
        "into",
        "follower",
        "split",
        "recusal",
        "patrol",
        "patrols",
        "rectification",
        "test",
    )
    facts = {name: value for name, value in row["facts"].items() if name not in drawn}
    plain = {name: row[name] for name in ("kind", "occurred_at", "actor_id", "case_version", "urgent", "audit_only")}
    return (*map(str, plain.values()), orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))
