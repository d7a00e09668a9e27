"""检查记录: facts from the field, added and never changed; each declares its photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from resolvers import finding, patrol, person, rectification
from resolvers.doors import access, clock, quota, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Aside, Outcome, once
from resolvers.models import Assignment, Case, InspectionNote, NoteInspector, Patrol, Photo, Rectification
from resolvers.rules import evidence, geo, texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import AssignmentStatus, CaseEventKind, PhotoStatus, SignatureKind, VisitType
from resolvers.terms.places import Position
from resolvers.terms.roles import Role
from resolvers.terms.term import LATER

NOT_TOLD = Aside()


def sent_at(device_time: datetime | None) -> Aside:
    """The phone's clock as it sends a note."""
    return Aside(device_time)


@dataclass(frozen=True, slots=True)
class Declared:
    """A photo announced before its bytes come."""

    sha256: str
    byte_size: int
    content_type: str
    captured_at: datetime | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Whether the inspected party signed; a refusal has a reason and a witness."""

    kind: SignatureKind
    refusal_reason: str | None = None
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class PhoneReply:
    """What the complainant was told by phone, and when (FT-14)."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What was done and found. `window`: from when until when, of a night or joint visit (FT-7)."""

    visit_type: VisitType
    captured_at: datetime
    inspectors: Sequence[UUID | str]
    findings: str
    position: Position | None = None
    photos: Sequence[Declared] = ()
    credentials_shown: bool = field(default=True, metadata=LATER)
    task_order: str | None = field(default=None, metadata=LATER)
    window: tuple[datetime, datetime] | None = field(default=None, metadata=LATER)
    participants: Sequence[str] = field(default=(), metadata=LATER)
    found: finding.Findings = field(default_factory=finding.Findings, metadata=LATER)
    rectifications: Sequence[rectification.Required] = field(default=(), metadata=LATER)
    signature: Signature | None = field(default=None, metadata=LATER)
    phone_reply: PhoneReply | None = field(default=None, metadata=LATER)
    rechecks: rectification.Recheck | None = field(default=None, metadata=LATER)
    patrol: UUID | None = field(default=None, metadata=LATER)


@dataclass(frozen=True, slots=True)
class _Follows:
    """What a visit looks after or carries out."""

    order: Rectification | None
    patrol: Patrol | None


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Ours, and by how many seconds the phone's was behind it; None when the phone did not say."""

    now: datetime
    skew: int | None


@atomic
@once
async def add_inspection_note(actor: Actor, *, case_id: UUID, visit: Visit, device_time: Aside = NOT_TOLD) -> Outcome:
    """A note by two inspectors or more. It is a new fact and needs no version; a late one is kept and marked, also when
    the case is another unit's by now (4.8). `device_time`: the phone's clock as it sends.

    A recheck closes the order it finds obeyed; a visit that carries out a patrol ends it.
    """
    now = clock.now()
    case = await _case(actor, case_id, now)
    assignment = await _own(actor, case)
    follows = await _follows(actor, case, assignment.office_id, visit, now)
    note = await _note(actor, case, assignment, visit, follows, _told_by(device_time.value, now))
    await finding.keep(note, visit.found)
    await rectification.keep(note, visit.rectifications)
    for ordinal, declared in enumerate(visit.photos):
        await _declare(actor, note, ordinal, declared)
    await quota.take(actor, case.id, now)
    case.updated_at = now
    await case.save(update_fields=["updated_at"])
    said: dict[str, Any] = {"note": str(note.id), "photos": len(visit.photos), "late": note.late_arrival}
    if follows.patrol:
        await patrol.carry_out(follows.patrol, note)
        said["patrol"] = str(follows.patrol.id)
    status.note(actor, case, CaseEventKind.INSPECTION_NOTE_ADDED, now, said)
    if follows.order and visit.rechecks and visit.rechecks.done:
        await rectification.close(actor, case, follows.order, note, now)
    return Outcome({"inspection_note": note.id})


async def _case(actor: Actor, case_id: UUID, now: datetime) -> Case:
    """In sight; or, of a visit made before the case became another unit's, out of sight since."""
    try:
        return await access.take(actor, Case, case_id, now, "caseId")
    except Refused:
        return await access.take_once_held(actor, case_id, actor.offices(Role.INSPECTOR), now, "caseId")


async def _own(actor: Actor, case: Case) -> Assignment:
    """What was dispatched to the caller's office: what still stands before what was taken back."""
    own = Assignment.filter(case_id=case.id, office_id__in=actor.offices(Role.INSPECTOR))
    found = await own.filter(status=AssignmentStatus.ACTIVE).order_by("-role").first()
    found = found or await own.order_by("-dispatched_at").first()
    if found is None:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return found


async def _follows(actor: Actor, case: Case, office_id: UUID, visit: Visit, now: datetime) -> _Follows:
    order = await rectification.looked_after(actor, case, visit.rechecks, now) if visit.rechecks else None
    plan = await patrol.planned(actor, case, office_id, visit.patrol, now) if visit.patrol else None
    if (order or plan) and visit.visit_type is VisitType.FIRST:
        raise texts.invalid("复查或回头看不是首次检查。", "visitType")
    return _Follows(order, plan)


def _told_by(device_time: datetime | None, now: datetime) -> _Clocks:
    return _Clocks(now, evidence.skew(device_time, now) if device_time else None)


async def _note(
    actor: Actor, case: Case, assignment: Assignment, visit: Visit, follows: _Follows, clocks: _Clocks
) -> InspectionNote:
    texts.whole(len(visit.photos), 0, limits.PHOTOS_PER_NOTE, "photos")
    captured_at = texts.since(visit.captured_at, "capturedAt")
    inspectors = await person.named(actor, visit.inspectors, "inspectors", recused=case.recused_ids)
    if len(inspectors) < limits.INSPECTORS_MINIMUM:
        raise Refused(Code.INSPECTORS_REQUIRED, "inspectors")
    note = await InspectionNote.create(
        case_id=case.id,
        office_id=assignment.office_id,
        round=case.round,
        visit_type=visit.visit_type,
        findings=texts.required(visit.findings, limits.TEXT_CHARACTERS, "findings"),
        captured_at=captured_at,
        received_at=clocks.now,
        late_arrival=assignment.status is not AssignmentStatus.ACTIVE
        or evidence.is_late(case.status, follows_up=bool(follows.order or follows.patrol)),
        clock_skew=clocks.skew,
        clock_skewed=evidence.is_skewed(captured_at, clocks.now, clocks.skew),
        rechecks_id=follows.order.id if follows.order else None,
        patrol_id=follows.patrol.id if follows.patrol else None,
        recorded_by=actor.id,
        **_place(case, visit.position),
        **_occasion(visit),
        **_signature(visit.signature),
        **_reply(visit.phone_reply),
    )
    for ordinal, inspector in enumerate(inspectors):
        await NoteInspector.create(note_id=note.id, person_id=inspector.id, ordinal=ordinal)
    return note


def _place(case: Case, position: Position | None) -> dict[str, Any]:
    """Where it was, and how far from the respondent's place as it is on record now."""
    point = evidence.placed(position, "place")
    if position is None or point is None:
        return {}
    return {
        "latitude": point.latitude,
        "longitude": point.longitude,
        "accuracy": position.accuracy,
        "mocked": position.mocked,
        "distance": _from_case(case, point),
    }


def _from_case(case: Case, point: geo.Point) -> float | None:
    if case.latitude is None or case.longitude is None:
        return None
    return geo.distance(point, geo.Point(case.latitude, case.longitude))


def _occasion(visit: Visit) -> dict[str, Any]:
    """On whose order, from when until when, together with whom."""
    texts.whole(len(visit.participants), 0, limits.PARTICIPANTS, "participants")
    begin, end = visit.window or (None, None)
    if begin and end:
        texts.since(begin, "window", "from")
        texts.since(end, "window", "through")
        if end < begin:
            raise texts.invalid("结束时间不能早于开始时间。", "window", "through")
    return {
        "credentials_shown": visit.credentials_shown,
        "task_order": texts.optional(visit.task_order, limits.TASK_ORDER_CHARACTERS, "taskOrder"),
        "window_from": begin,
        "window_through": end,
        "participants": [
            texts.required(body, limits.NAME_CHARACTERS, "participants", str(at))
            for at, body in enumerate(visit.participants)
        ],
    }


def _signature(signature: Signature | None) -> dict[str, Any]:
    if signature is None:
        return {}
    if signature.kind is not SignatureKind.REFUSED:
        for name, text in (("refusalReason", signature.refusal_reason), ("witness", signature.witness)):
            if text is not None:
                raise texts.invalid("只有拒绝签字才填写。", "signature", name)
        return {"signature": signature.kind}
    return {
        "signature": signature.kind,
        "refusal_reason": texts.reasoned(signature.refusal_reason, "signature", "refusalReason"),
        "witness": texts.required(signature.witness or "", limits.NAME_CHARACTERS, "signature", "witness"),
    }


def _reply(reply: PhoneReply | None) -> dict[str, Any]:
    if reply is None:
        return {}
    return {
        "phone_replied_at": texts.since(reply.at, "phoneReply", "at"),
        "phone_reply": texts.required(reply.text, limits.TEXT_CHARACTERS, "phoneReply", "text"),
    }


def is_far(row: access.Row) -> bool:
    """Whether a visit of known distance was for certain not where the case is."""
    return evidence.is_far(row["distance"], row["accuracy"])


async def _declare(actor: Actor, note: InspectionNote, ordinal: int, declared: Declared) -> None:
    path = ("photos", str(ordinal))
    if declared.content_type not in evidence.CONTENT_TYPES:
        raise texts.invalid("照片须为 JPEG、PNG、WebP 或 HEIC。", *path, "contentType")
    point = evidence.placed(declared.position, *path, "place")
    await Photo.create(
        note_id=note.id,
        ordinal=ordinal,
        sha256=texts.digest(declared.sha256, *path, "sha256"),
        byte_size=texts.whole(declared.byte_size, 1, limits.PHOTO_BYTES, *path, "byteSize"),
        content_type=declared.content_type,
        status=PhotoStatus.DECLARED,
        captured_at=texts.since(declared.captured_at, *path, "capturedAt") if declared.captured_at else None,
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        declared_by=actor.id,
    )
