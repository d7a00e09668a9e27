"""责令改正: what a visit orders to be put right, and the recheck that finds it so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from resolvers.doors import access, status
from resolvers.models import Case, InspectionNote, Rectification
from resolvers.rules import evidence, texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, RectificationKind


@dataclass(frozen=True, slots=True)
class Required:
    """What is to be put right: at once, or until the end of a day."""

    kind: RectificationKind
    requirement: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """An order that is looked after, and whether it was obeyed."""

    rectification_id: UUID
    done: bool


async def keep(note: InspectionNote, told: Sequence[Required]) -> None:
    """The orders of a note. What was put right on the spot is over, an order runs until a recheck says so."""
    texts.whole(len(told), 0, limits.RECTIFICATIONS, "rectifications")
    await Rectification.bulk_create([_rectification(note, ordinal, each) for ordinal, each in enumerate(told)])


def _rectification(note: InspectionNote, ordinal: int, told: Required) -> Rectification:
    path = ("rectifications", str(ordinal))
    seen_at = evidence.seen_at(note.captured_at, note.received_at)
    on_spot = told.kind is RectificationKind.ON_SPOT
    if on_spot != (told.due_on is None):
        raise texts.invalid("责令限期改正须有期限, 当场改正没有期限。", *path, "dueOn")
    return Rectification(
        note_id=note.id,
        case_id=note.case_id,
        office_id=note.office_id,
        ordinal=ordinal,
        kind=told.kind,
        requirement=texts.required(told.requirement, limits.TEXT_CHARACTERS, *path, "requirement"),
        due_at=evidence.due_on(told.due_on, seen_at, *path, "dueOn") if told.due_on else None,
        closed_at=seen_at if on_spot else None,
    )


async def looked_after(actor: Actor, case: Case, recheck: Recheck, now: datetime) -> Rectification:
    """The order a recheck names: of this case and in sight; `NOT_FOUND` otherwise."""
    seen = await access.Reader(actor, now).see(Rectification, recheck.rectification_id)
    if seen is None or seen["case_id"] != case.id:
        raise Refused(Code.NOT_FOUND, "rechecks", "rectificationId")
    return await Rectification.get(id=recheck.rectification_id)


async def close(actor: Actor, case: Case, found: Rectification, note: InspectionNote, now: datetime) -> None:
    """Put right, as a recheck found; whoever finds it so again changes nothing."""
    if found.closed_at is not None:
        return
    found.closed_at = evidence.seen_at(note.captured_at, note.received_at)
    await found.save(update_fields=["closed_at"])
    said = {"rectification": str(found.id), "note": str(note.id)}
    status.note(actor, case, CaseEventKind.RECTIFICATION_CLOSED, now, said)
