"""照片证据: bytes arrive for what was declared, a photo or a sealed document, are verified, and are kept as they came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from resolvers.doors import access, clock, db, pixels, status, store
from resolvers.doors.db import atomic
from resolvers.models import Case, FilingReport, Photo, Table
from resolvers.rules import evidence
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.kinds import CaseEventKind, PhotoStatus
from resolvers.terms.roles import Permission

_ADOPTED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that is declared first and sent after: where its row says how far it has come, and what is told."""

    model: type[Table]
    status: str
    received_at: str
    declared_at: str
    verified: CaseEventKind
    word: str  # what it is called in the ledger, and, with an s, in addresses


PHOTO = Kind(Photo, "status", "received_at", "declared_at", CaseEventKind.PHOTO_VERIFIED, "photo")
DOCUMENT = Kind(
    FilingReport,
    "document_status",
    "document_received_at",
    "submitted_at",
    CaseEventKind.DOCUMENT_VERIFIED,
    "document",
)


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

    name: str  # of the object in the store
    byte_size: int
    content_type: str
    sha256: str


async def declared(kind: Kind, actor: Actor, key: UUID) -> access.Row | None:
    """What this caller declared and still has in sight; None alike for absent and forbidden."""
    row = await access.Reader(actor, clock.now()).see(kind.model, key)
    return row if row and row["own_declaration"] else None


async def receive(kind: Kind, actor: Actor, key: UUID, chunks: AsyncIterator[bytes]) -> Verdict:
    """Take the bytes of what was declared. Anything but exactly what was declared changes nothing.

    File first, row second: a row never points at missing bytes. Sending what is verified again does no harm.
    """
    row = await declared(kind, actor, key)
    return await take_in(kind, actor, row, chunks) if row else Verdict.NOT_FOUND


async def take_in(kind: Kind, actor: Actor, row: access.Row, chunks: AsyncIterator[bytes]) -> Verdict:
    """The same of what was found declared."""
    try:
        arrived = await store.receive(chunks, row["byte_size"])
    except store.TooLarge:
        return Verdict.WRONG_SIZE
    try:
        return await settle(kind, actor, row, arrived)
    finally:
        store.discard(arrived.path)


async def settle(kind: Kind, actor: Actor, row: access.Row, arrived: store.Arrived) -> Verdict:
    """What is wholly here becomes the sealed original, if it is what was declared; the file is left to the caller."""
    verdict = _judge(row, arrived)
    if verdict is not Verdict.VERIFIED:
        return verdict
    await store.keep(arrived, store.original_of(arrived.sha256))
    try:
        await _mark(kind, actor, row["id"])
    except Refused:  # it left the caller's sight while the bytes came
        return Verdict.NOT_FOUND
    pixels.announce()
    return Verdict.VERIFIED


def _judge(row: access.Row, arrived: store.Arrived) -> Verdict:
    if arrived.byte_size != row["byte_size"]:
        return Verdict.WRONG_SIZE
    if arrived.sha256 != row["sha256"]:
        return Verdict.WRONG_DIGEST
    return Verdict.VERIFIED if arrived.content_type == row["content_type"] else Verdict.WRONG_TYPE


@atomic
async def _mark(kind: Kind, actor: Actor, key: UUID) -> None:
    now = clock.now()
    file = await access.take(actor, kind.model, key, now)
    if getattr(file, kind.status) is PhotoStatus.VERIFIED:
        return
    known = {kind.status: PhotoStatus.VERIFIED, kind.received_at: now}
    await file.update_from_dict(known).save(update_fields=[*known])
    said = {kind.word: str(key), "sha256": getattr(file, "sha256", None)}
    status.note(actor, await _case(file), kind.verified, now, said)


async def _case(file: Table) -> Case:
    if isinstance(file, FilingReport):
        return await Case.get(id=file.case_id)
    found = "cases c JOIN inspection_notes n ON n.case_id = c.id JOIN photos p ON p.note_id = n.id WHERE p.id = $1"
    (case,) = await db.instances(Case, f"SELECT {Case.listed('c')} FROM {found}", file.id)
    return case


async def original(kind: Kind, actor: Actor, key: UUID) -> Original | None:
    """The sealed original, for those with the right to it; each reading is kept in the ledger (U3)."""
    row = await access.Reader(actor, clock.now()).see(kind.model, key)
    if row is None or row[kind.status] != PhotoStatus.VERIFIED or not actor.may(Permission.READ_ORIGINALS):
        return None
    await _remember(kind, actor, key, clock.now())
    return Original(store.original_of(row["sha256"]), row["byte_size"], row["content_type"], row["sha256"])


async def read(found: Original) -> AsyncIterator[bytes] | None:
    """Its bytes, in pieces; None when the store has lost them."""
    return await store.chunks(found.name)


async def adopt() -> None:
    """What an earlier release kept under the ids of photos and documents is kept under its digest from now on."""
    keys = store.former()
    for start in range(0, len(keys), _ADOPTED_AT_ONCE):
        for kind in (PHOTO, DOCUMENT):
            sql = f"SELECT id, sha256 FROM {kind.model.table_name()} WHERE id = ANY($1::uuid[])"
            for file in await db.query(sql, keys[start : start + _ADOPTED_AT_ONCE]):
                await store.adopt(file["id"], file["sha256"])


@atomic
async def _remember(kind: Kind, actor: Actor, key: UUID, now: datetime) -> None:
    case = await _case(await kind.model.get(id=key))
    status.note(actor, case, CaseEventKind.ORIGINAL_READ, now, {kind.word: str(key)}, audit_only=True)


def addresses(kind: Kind, row: access.Row, actor: Actor, base_url: str) -> tuple[str | None, str | None]:
    """Where this caller may send the bytes, and where it may read the original."""
    upload = None
    if row["own_declaration"] and row[kind.status] == PhotoStatus.DECLARED:
        upload = f"{base_url}/uploads/{upload_name(kind, row, clock.now())}"
    readable = row[kind.status] == PhotoStatus.VERIFIED and actor.may(Permission.READ_ORIGINALS)
    return upload, f"{base_url}/{kind.word}s/{row['id']}" if readable else None


def upload_name(kind: Kind, row: access.Row, now: datetime) -> str:
    """What the address that takes the bytes now ends with: another after every 14 days."""
    period = evidence.upload_period(row[kind.declared_at], now)
    return f"{row['id']}.{period}" if period else str(row["id"])
