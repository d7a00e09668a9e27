"""上传: the bytes of what was declared, piece by piece, whatever happens in between (tus 1.0).

An address names what was declared and the period of 14 days in which it takes bytes. Who may send is asked anew by every
request; who may send is who declared it, as long as it is in sight.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from resolvers import photo
from resolvers.doors import access, clock, db, partials, store
from resolvers.doors.partials import Checksum, Partial
from resolvers.photo import DOCUMENT, PHOTO, Kind, Verdict
from resolvers.rules import evidence
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import PhotoStatus

_NAME = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.([1-9][0-9]{0,5}))?")
_KINDS = (PHOTO, DOCUMENT)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_AT_ONCE = 500


class Reason(StrEnum):
    """Why nothing more was taken."""

    NOT_FOUND = "NOT_FOUND"
    EXPIRED = "UPLOAD_EXPIRED"
    WRONG_OFFSET = "UPLOAD_OFFSET_MISMATCH"
    BUSY = "UPLOAD_BUSY"
    WRONG_CHECKSUM = "CHECKSUM_MISMATCH"
    TOO_LONG = "WRONG_SIZE"
    WRONG_DIGEST = "WRONG_DIGEST"
    WRONG_TYPE = "WRONG_TYPE"
    DONE = "UPLOAD_DONE"


class Halted(Exception):  # noqa: N818
    """Nothing more was taken, and why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Upload:
    """What one caller declared and may send now."""

    kind: Kind
    row: access.Row
    period: int

    @property
    def key(self) -> UUID:
        found: UUID = self.row["id"]
        return found

    @property
    def length(self) -> int:
        return int(self.row["byte_size"])

    @property
    def is_done(self) -> bool:
        return bool(self.row[self.kind.status] != PhotoStatus.DECLARED)

    @property
    def ends_at(self) -> datetime:
        """When this address stops taking bytes."""
        return evidence.upload_ends(self.row[self.kind.declared_at], self.period)

    @property
    def name(self) -> str:
        """What its address ends with."""
        return f"{self.key}.{self.period}" if self.period else str(self.key)

    @property
    def partial(self) -> Partial:
        return Partial(self.key, self.period)


async def find(actor: Actor, key: UUID) -> Upload:
    """The upload of what this caller declared, in the present period. `NOT_FOUND` alike for absent and forbidden."""
    for kind in _KINDS:
        if row := await photo.declared(kind, actor, key):
            return Upload(kind, row, evidence.upload_period(row[kind.declared_at], clock.now()))
    raise Halted(Reason.NOT_FOUND)


async def named(actor: Actor, name: str) -> Upload:
    """The upload an address names; `EXPIRED` when there is a newer address. What is done has no more periods."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        raise Halted(Reason.NOT_FOUND)
    found, period = await find(actor, UUID(parts[1])), int(parts[2] or 0)
    if period > found.period:
        raise Halted(Reason.NOT_FOUND)
    if period < found.period and not found.is_done:
        raise Halted(Reason.EXPIRED)
    return found


async def offset(actor: Actor, upload: Upload) -> int:
    """How many bytes are here. An upload whose last byte came just before a process died is finished now."""
    if upload.is_done:
        return upload.length
    size = upload.partial.size()
    if size < upload.length:
        return size
    try:
        async with partials.turn(upload.key):
            await _finish(actor, upload)
    except partials.Busy:
        raise Halted(Reason.BUSY) from None
    except Halted as halted:
        if halted.reason in {Reason.NOT_FOUND, Reason.EXPIRED}:
            raise
        return 0
    return upload.length


async def append(
    actor: Actor,
    upload: Upload,
    at: int,
    chunks: AsyncIterator[bytes],
    announced: int,
    checksum: tuple[str, bytes] | None,
) -> int:
    """Take bytes from an offset on; how many there are then. The last one makes it a sealed original, if it is what was
    declared; if not, all of it is thrown away. What came before a line dropped is kept.
    """
    if upload.is_done:
        raise Halted(Reason.DONE if at == upload.length else Reason.WRONG_OFFSET)
    try:
        async with partials.turn(upload.key) as turn:
            if at != upload.partial.size():
                raise Halted(Reason.WRONG_OFFSET)
            if at + announced > upload.length:
                raise Halted(Reason.TOO_LONG)
            check = Checksum(*checksum) if checksum else None
            grown = await upload.partial.append(chunks, at, upload.length, turn, check)
            if grown.size == upload.length:
                await _finish(actor, upload, grown.arrived)
            return grown.size
    except partials.Busy:
        raise Halted(Reason.BUSY) from None
    except partials.Mismatch:
        raise Halted(Reason.WRONG_CHECKSUM) from None
    except store.TooLarge:
        raise Halted(Reason.TOO_LONG) from None


async def _finish(actor: Actor, upload: Upload, arrived: store.Arrived | None = None) -> None:
    try:
        arrived = arrived or await upload.partial.examine()
        verdict = await photo.settle(upload.kind, actor, upload.row, arrived)
    except FileNotFoundError:  # somebody else finished it, or its time was over
        if not (await find(actor, upload.key)).is_done:
            raise Halted(Reason.EXPIRED) from None
        return
    upload.partial.discard()
    if verdict is not Verdict.VERIFIED:
        raise Halted(Reason.TOO_LONG if verdict is Verdict.WRONG_SIZE else Reason(verdict.value))


async def receive(actor: Actor, upload: Upload, chunks: AsyncIterator[bytes]) -> Verdict:
    """Take all bytes at once, whatever came of them before."""
    verdict = await photo.take_in(upload.kind, actor, upload.row, chunks)
    if verdict is Verdict.VERIFIED:
        upload.partial.discard()
    return verdict


async def terminate(upload: Upload) -> None:
    """Throw away what has come. What was declared stays declared and may be sent from the beginning."""
    if upload.is_done:
        raise Halted(Reason.DONE)
    try:
        async with partials.turn(upload.key):
            upload.partial.discard()
    except partials.Busy:
        raise Halted(Reason.BUSY) from None


# --- what was left behind


async def sweep(now: datetime) -> None:
    """Remove what broken uploads left: temporary files of an hour ago, and bytes for addresses that take no more."""
    await asyncio.to_thread(store.sweep, (now - _HOUR).timestamp())
    await db.atomic(db.execute)("DELETE FROM upload_leases WHERE expires_at < $1", now - _HOUR)
    found = list(partials.names())
    for some in (found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE)):
        wanted = await _wanted([partial.key for partial in some], now)
        for partial in some:
            if wanted.get(partial.key) != partial.period:
                partial.discard()


async def _wanted(keys: Iterable[UUID], now: datetime) -> dict[UUID, int]:
    """What is still to come, and in which period we are with it."""
    rows = await db.query(
        "SELECT p.id, n.received_at AS declared_at FROM photos p JOIN inspection_notes n ON n.id = p.note_id"
        " WHERE p.id = ANY($1::uuid[]) AND p.status = 'DECLARED'"
        " UNION ALL SELECT id, submitted_at FROM filing_reports"
        " WHERE id = ANY($1::uuid[]) AND document_status = 'DECLARED'",
        list(keys),
    )
    return {UUID(str(row["id"])): evidence.upload_period(row["declared_at"], now) for row in rows}


async def sweep_objects(now: datetime) -> int:
    """Remove originals and copies of a day ago that nothing was ever declared for; says how many."""
    removed = 0
    for prefix in (store.ORIGINALS, store.COPIES):
        async for names in store.listed(prefix, (now - _DAY).timestamp()):
            known = await _declared({store.digest_of(name) for name in names})
            for name in names:
                # Asked again just before: bytes that were nobody's may have been declared a moment ago.
                if (digest := store.digest_of(name)) not in known and not await _declared({digest}):
                    await store.remove(name)
                    removed += 1
    return removed


async def _declared(digests: set[str]) -> set[str]:
    rows = await db.query(
        "SELECT sha256 FROM photos WHERE sha256 = ANY($1::text[])"
        " UNION SELECT sha256 FROM filing_reports WHERE sha256 = ANY($1::text[])",
        list(digests),
    )
    return {row["sha256"] for row in rows}
