"""检查记录: facts from the field, added and never changed; each declares its photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from resolvers import person
from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Assignment, Case, InspectionNote, NoteInspector, Photo
from resolvers.rules import evidence, geo, texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import AssignmentStatus, CaseEventKind, CoordinateSystem, PhotoStatus, VisitType
from resolvers.terms.roles import Role


@dataclass(frozen=True, slots=True)
class Position:
    """Where a phone says it is: degrees in a declared system, accuracy in metres."""

    latitude: float
    longitude: float
    system: CoordinateSystem = CoordinateSystem.WGS84
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """A photo announced before its bytes come."""

    sha256: str
    byte_size: int
    content_type: str
    captured_at: datetime | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What was done and found."""

    visit_type: VisitType
    captured_at: datetime
    inspectors: Sequence[UUID | str]
    findings: str
    position: Position | None = None
    photos: Sequence[Declared] = ()


@atomic
@once
async def add_inspection_note(actor: Actor, *, case_id: UUID, visit: Visit) -> Outcome:
    """A note by two inspectors or more. It is a new fact and needs no version; a late one is kept and marked."""
    now = clock.now()
    case = await access.take(actor, Case, case_id, now, "caseId")
    office_id = await _own_office(actor, case)
    note = await _note(actor, case, office_id, visit, now)
    for ordinal, declared in enumerate(visit.photos):
        await _declare(actor, note, ordinal, declared)
    case.updated_at = now
    await case.save(update_fields=["updated_at"])
    said = {"note": str(note.id), "photos": len(visit.photos), "late": note.late_arrival}
    status.note(actor, case, CaseEventKind.INSPECTION_NOTE_ADDED, now, said)
    return Outcome({"inspection_note": note.id})


async def _own_office(actor: Actor, case: Case) -> UUID:
    mine = actor.offices(Role.INSPECTOR)
    assigned = Assignment.filter(case_id=case.id, office_id__in=mine, status=AssignmentStatus.ACTIVE)
    found = await assigned.order_by("-role").first()
    if found is None:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return found.office_id


async def _note(actor: Actor, case: Case, office_id: UUID, visit: Visit, now: datetime) -> InspectionNote:
    texts.whole(len(visit.photos), 0, limits.PHOTOS_PER_NOTE, "photos")
    captured_at = texts.since(visit.captured_at, "capturedAt")
    inspectors = await person.named(actor, visit.inspectors, "inspectors")
    if len(inspectors) < limits.INSPECTORS_MINIMUM:
        raise Refused(Code.INSPECTORS_REQUIRED, "inspectors")
    point = _point(visit.position, "place")
    note = await InspectionNote.create(
        case_id=case.id,
        office_id=office_id,
        round=case.round,
        visit_type=visit.visit_type,
        findings=texts.required(visit.findings, limits.TEXT_CHARACTERS, "findings"),
        captured_at=captured_at,
        received_at=now,
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        accuracy=visit.position.accuracy if visit.position else None,
        late_arrival=evidence.is_late(case.status),
        clock_skewed=evidence.is_skewed(captured_at, now),
        recorded_by=actor.id,
    )
    for ordinal, inspector in enumerate(inspectors):
        await NoteInspector.create(note_id=note.id, person_id=inspector.id, ordinal=ordinal)
    return note


def _point(position: Position | None, *path: str) -> geo.Point | None:
    if position is None:
        return None
    if position.accuracy is not None and not 0 <= position.accuracy <= limits.ACCURACY_METRES:
        raise texts.invalid("定位精度超出范围。", *path, "accuracy")
    try:
        return geo.to_wgs84(geo.Point(position.latitude, position.longitude), position.system)
    except ValueError:
        raise texts.invalid("经纬度超出范围。", *path) from None


async def _declare(actor: Actor, note: InspectionNote, ordinal: int, declared: Declared) -> None:
    path = ("photos", str(ordinal))
    if declared.content_type not in evidence.CONTENT_TYPES:
        raise texts.invalid("照片须为 JPEG、PNG、WebP 或 HEIC。", *path, "contentType")
    point = _point(declared.position, *path, "place")
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
