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
from fixtures.pictures import picture
from fixtures.story import Told
from resolvers import (
    callback,
    dispatch,
    extension,
    handling,
    inspection,
    intake,
    non_acceptance,
    photo,
    return_request,
    sign_off,
    supervision,
    transfer,
)
from resolvers.doors import db
from resolvers.doors.ledger import Entry
from resolvers.doors.reference import CATEGORIES, category_id
from resolvers.models import Case, Photo
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import (
    CallbackOutcome,
    CaseEventKind,
    CaseKind,
    CasePriority,
    Decision,
    HandlingOutcome,
    IntakeChannel,
    NonAcceptanceGround,
    SatisfactionLevel,
    SupervisionKind,
    VisitType,
)

K = CaseEventKind
# Ids and numbers are drawn anew; what they point at is compared by the other columns.
_DRAWN = {
    "id",
    "case_id",
    "complainant_id",
    "respondent_id",
    "deadline_id",
    "note_id",
    "result_id",
    "subject_id",
    "number",
}
_OF_CASE = {
    "cases": "id = $1",
    "note_inspectors": "note_id IN (SELECT id FROM inspection_notes WHERE case_id = $1)",
    "photos": "note_id IN (SELECT id FROM inspection_notes WHERE case_id = $1)",
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

    def __post_init__(self) -> None:
        kinds = {type(row) for row in self.told.rows}
        self._rows: dict[type[Any], Iterator[Any]] = {
            kind: iter([row for row in self.told.rows if type(row) is kind]) for kind in kinds
        }

    async def retell(self) -> UUID:
        """The id of the case the verbs made."""
        for entry in self.told.entries:
            assert entry.actor_id is not None
            self.set_clock(entry.occurred_at)
            await _SAID[entry.kind](self, self.actors[entry.actor_id], entry)
        return self.case_id

    def next(self, kind: type[Any]) -> Any:
        return next(self._rows[kind])

    def beside(self, kind: type[Any], column: str, key: object) -> list[Any]:
        return [row for row in self.told.rows if isinstance(row, kind) and getattr(row, column) == key]

    async def facts(self) -> dict[str, Any]:
        return {"case_id": self.case_id, "expected_version": (await Case.get(id=self.case_id)).version}


async def _receive(it: Retelling, actor: Actor, _: Entry) -> None:
    case, party = it.told.case, it.next(rows.PartyRow)
    shops = [row for row in it.told.rows if isinstance(row, rows.RespondentRow)]
    emergency = case.priority == CasePriority.EMERGENCY
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


async def _inspect(it: Retelling, actor: Actor, _: Entry) -> None:
    note = it.next(rows.NoteRow)
    at = inspection.Position(note.latitude, note.longitude, accuracy=note.accuracy) if note.latitude else None
    photos = [
        inspection.Declared(
            row.sha256,
            row.byte_size,
            row.content_type,
            row.captured_at,
            inspection.Position(row.latitude, row.longitude) if row.latitude else None,
        )
        for row in it.beside(rows.PhotoRow, "note_id", note.id)
    ]
    inspectors = [row.person_id for row in it.beside(rows.NoteInspectorRow, "note_id", note.id)]
    visit = inspection.Visit(VisitType.of(note.visit_type), note.captured_at, inspectors, note.findings, at, photos)
    await inspection.add_inspection_note(actor, uuid4(), case_id=it.case_id, visit=visit)


async def _upload(it: Retelling, actor: Actor, entry: Entry) -> None:
    found = await Photo.filter(sha256=entry.facts["sha256"], note__case_id=it.case_id).first()
    assert found is not None

    async def content() -> AsyncIterator[bytes]:
        yield picture(UUID(entry.facts["photo"]))

    assert await photo.receive(actor, found.id, content()) is photo.Verdict.VERIFIED


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
    given = {"working_days": row.working_days, "reason": row.reason}
    it.made = (await extension.request_extension(actor, uuid4(), **await it.facts(), **given)).ids


async def _decide_extension(it: Retelling, actor: Actor, _: Entry) -> None:
    (row,) = [row for row in it.told.rows if isinstance(row, rows.ExtensionRow)]
    version = (await it.facts())["expected_version"]
    decision = Decision.APPROVE if row.new_due_at else Decision.REJECT
    facts = {"extension_id": it.made["extension"], "expected_version": version}
    await extension.decide_extension(actor, uuid4(), **facts, decision=decision, reason=row.decision_reason)


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


async def _call(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.CallbackRow)
    level = SatisfactionLevel.of(row.level) if row.level else None
    facts = await it.facts() | {"outcome": CallbackOutcome.of(row.outcome), "level": level}
    outcome = await callback.record_callback(actor, uuid4(), **facts, resolved=row.resolved, remark=row.remark)
    it.made = outcome.ids


async def _review(it: Retelling, actor: Actor, entry: Entry) -> None:
    version = (await it.facts())["expected_version"]
    (row,) = it.beside(rows.CallbackRow, "reviewed_at", entry.occurred_at)
    facts = {"callback_id": it.made["callback"], "expected_version": version}
    decision = Decision.of(row.review_decision)
    await callback.review_callback(actor, uuid4(), **facts, decision=decision, reason=row.review_reason)


async def _supervise(it: Retelling, actor: Actor, _: Entry) -> None:
    row = it.next(rows.SupervisionRow)
    given = {"kind": SupervisionKind.of(row.kind), "reason": row.reason, "answer_by": None}
    await supervision.supervise_case(actor, uuid4(), **await it.facts(), **given)


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
    K.RETURN_REQUESTED: _ask_return,
    K.RETURN_APPROVED: _decide_return,
    K.RETURN_REJECTED: _decide_return,
    K.CALLBACK_ATTEMPTED: _call,
    K.CALLBACK_RECORDED: _call,
    K.ARCHIVED: _review,
    K.REHANDLING_OPENED: _review,
    K.CALLBACK_RETURNED: _review,
    K.SUPERVISED: _supervise,
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
    facts = {name: value for name, value in row["facts"].items() if name not in ("note", "photo")}
    plain = {name: row[name] for name in ("kind", "occurred_at", "actor_id", "case_version", "urgent", "audit_only")}
    return (*map(str, plain.values()), orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))
