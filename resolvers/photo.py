"""照片证据: bytes arrive for a declared photo, are verified, and are kept as they came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from resolvers.doors import access, clock, status, store
from resolvers.doors.db import atomic
from resolvers.models import Case, InspectionNote, Photo
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.kinds import CaseEventKind, PhotoStatus
from resolvers.terms.roles import Permission


class Verdict(StrEnum):
    """What became of an upload."""

    VERIFIED = "VERIFIED"
    NOT_FOUND = "NOT_FOUND"
    WRONG_SIZE = "WRONG_SIZE"
    WRONG_DIGEST = "WRONG_DIGEST"
    WRONG_TYPE = "WRONG_TYPE"


@dataclass(frozen=True, slots=True)
class Original:
    """A sealed original, ready to be sent."""

    path: Path
    content_type: str
    sha256: str


async def declared(actor: Actor, photo_id: UUID) -> access.Row | None:
    """A photo this caller declared and still has in sight; None alike for absent and forbidden."""
    row = await access.Reader(actor, clock.now()).see(Photo, photo_id)
    return row if row and row["own_declaration"] else None


async def receive(actor: Actor, photo_id: UUID, chunks: AsyncIterator[bytes]) -> Verdict:
    """Take the bytes of a declared photo. Anything but exactly what was declared changes nothing.

    File first, row second: a row never points at missing bytes. Sending a verified photo again does no harm.
    """
    row = await declared(actor, photo_id)
    if row is None:
        return Verdict.NOT_FOUND
    try:
        arrived = await store.receive(chunks, row["byte_size"])
    except store.TooLarge:
        return Verdict.WRONG_SIZE
    verdict = _judge(row, arrived)
    if verdict is not Verdict.VERIFIED:
        store.discard(arrived.path)
        return verdict
    await store.keep(arrived, photo_id)
    try:
        await _mark(actor, photo_id)
    except Refused:  # it left the caller's sight while the bytes came
        return Verdict.NOT_FOUND
    return Verdict.VERIFIED


def _judge(row: access.Row, arrived: store.Arrived) -> Verdict:
    if arrived.byte_size != row["byte_size"]:
        return Verdict.WRONG_SIZE
    if arrived.sha256 != row["sha256"]:
        return Verdict.WRONG_DIGEST
    return Verdict.VERIFIED if arrived.content_type == row["content_type"] else Verdict.WRONG_TYPE


@atomic
async def _mark(actor: Actor, photo_id: UUID) -> None:
    now = clock.now()
    photo = await access.take(actor, Photo, photo_id, now)
    if photo.status is PhotoStatus.VERIFIED:
        return
    photo.status, photo.received_at = PhotoStatus.VERIFIED, now
    await photo.save(update_fields=["status", "received_at"])
    said = {"photo": str(photo.id), "sha256": photo.sha256}
    status.note(actor, await _case(photo), CaseEventKind.PHOTO_VERIFIED, now, said)


async def _case(photo: Photo) -> Case:
    note = await InspectionNote.get(id=photo.note_id)
    return await Case.get(id=note.case_id)


async def original(actor: Actor, photo_id: UUID) -> Original | None:
    """The sealed original, for those with the right to it; each reading is kept in the ledger (U3)."""
    row = await access.Reader(actor, clock.now()).see(Photo, photo_id)
    if row is None or row["status"] != PhotoStatus.VERIFIED or not actor.may(Permission.READ_ORIGINALS):
        return None
    await _remember(actor, photo_id, clock.now())
    return Original(store.place(photo_id), row["content_type"], row["sha256"])


@atomic
async def _remember(actor: Actor, photo_id: UUID, now: datetime) -> None:
    photo = await Photo.get(id=photo_id)
    said = {"photo": str(photo_id)}
    status.note(actor, await _case(photo), CaseEventKind.ORIGINAL_READ, now, said, audit_only=True)


def addresses(row: access.Row, actor: Actor, base_url: str) -> tuple[str | None, str | None]:
    """Where this caller may send the bytes, and where it may read the original."""
    here = f"{base_url}/photos/{row['id']}"
    upload = f"{here}/content" if row["own_declaration"] and row["status"] == PhotoStatus.DECLARED else None
    readable = row["status"] == PhotoStatus.VERIFIED and actor.may(Permission.READ_ORIGINALS)
    return upload, here if readable else None
