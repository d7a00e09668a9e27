"""照片副本: verified photos are looked at, copies without metadata are made of them, and photos that look alike are told.

Copies first, row second: a row never points at a copy that is not there. One process of any number does it, by a lease
that every row is written under: so of two photos that look alike the second to be written finds the first. Killed
anywhere, what has no row yet is done again, over the same names, by whoever takes the lease next, half a minute later at
the most. An original that is not to be found stays as it is until the next start; the others do not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from resolvers.doors import access, clock, db, pixels, store
from resolvers.doors.lease import Lease
from resolvers.doors.pixels import Examined, Unreadable
from resolvers.models import Photo
from resolvers.rules import exif, geo
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Unavailable
from resolvers.terms.kinds import CopyStatus, PhotoDiscrepancy
from resolvers.terms.roles import Permission

SIZES = {"thumbnail": limits.THUMBNAIL_PIXELS, "screen": limits.SCREEN_PIXELS}  # what each is called in addresses
_POLL_SECONDS = 1.0
_AT_ONCE = 20  # photos between two looks at who came first
_BAND = 0xFFFF

log = logging.getLogger("jiesu.copies")


class Lost(Exception):  # noqa: N818
    """Another process has the work now."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """Who looks at the photos of this process. `absent`: whose originals were not to be found."""

    lease: Lease = field(default_factory=lambda: Lease("copies"))
    absent: set[UUID] = field(default_factory=set)

    async def catch_up(self) -> int:
        """Every photo that waits, those that came first before the others; how many were looked at."""
        done, is_ours = 0, False
        try:
            while found := await self._waiting():
                is_ours = await self.lease.take()
                if not is_ours:
                    break
                results = await asyncio.gather(*map(self._examine, found), return_exceptions=True)
                for failed in results:
                    if isinstance(failed, BaseException):
                        raise failed
                done += len(found)
        finally:
            if is_ours:
                await asyncio.shield(self.leave())
        return done

    async def leave(self) -> None:
        """Another process may begin at once."""
        with contextlib.suppress(Unavailable):
            await self.lease.leave()

    async def _waiting(self) -> list[dict[str, object]]:
        return await db.query(
            "SELECT id, sha256 FROM photos WHERE copies = 'PENDING' AND status = 'VERIFIED' AND NOT id = ANY($1::uuid[])"
            f" ORDER BY received_at LIMIT {_AT_ONCE}",
            list(self.absent),
        )

    async def _examine(self, photo: dict[str, object]) -> None:
        key, sha256 = UUID(str(photo["id"])), str(photo["sha256"])
        try:
            async with store.local_copy(store.original_of(sha256)) as path:
                found = await pixels.examine(path)
        except FileNotFoundError:
            log.warning("the original of photo %s is not to be found", key)
            self.absent.add(key)
            return
        if isinstance(found, Examined):
            await store.put(store.copy_of(sha256, SIZES["thumbnail"]), found.thumbnail)
            await store.put(store.copy_of(sha256, SIZES["screen"]), found.screen)
        else:
            log.info("photo %s has no copies: %s", key, found.reason)
        await self._record(key, found)

    @db.atomic
    async def _record(self, key: UUID, found: Examined | Unreadable) -> None:
        if not await self.lease.hold():
            raise Lost
        known = _known(found) if isinstance(found, Examined) else {"copies": CopyStatus.FAILED}
        await Photo.filter(id=key, copies=CopyStatus.PENDING).update(copied_at=clock.now(), **known)
        if isinstance(found, Examined) and found.likeness is not None:
            await _compare(key, found.likeness)


def _known(found: Examined) -> dict[str, object]:
    return {
        "copies": CopyStatus.MADE,
        "width": found.width,
        "height": found.height,
        "likeness": found.likeness,
        "exif_taken_at": found.taken_at,
        "exif_latitude": found.latitude,
        "exif_longitude": found.longitude,
        "exif_device": found.device,
    }


# Sixteen bits each: of four bands, three different bits leave one alike, and by that its index finds the photo.
_NEAR = " UNION ".join(
    "SELECT id, note_id, received_at, bit_count((likeness # $2::bigint)::bit(64)) AS distance FROM photos"
    f" WHERE likeness IS NOT NULL AND ((likeness >> {shift}) & 65535) = ${number}"
    for number, shift in enumerate((0, 16, 32, 48), 3)
)
ALIKE = f"""
WITH own AS (
  SELECT p.id, p.received_at, c.id AS case_id, c.jurisdiction_id FROM photos p
  JOIN inspection_notes n ON n.id = p.note_id JOIN cases c ON c.id = n.case_id WHERE p.id = $1),
near AS MATERIALIZED ({_NEAR}),
alike AS (
  SELECT o.id, o.distance, (o.received_at, o.id) < (own.received_at, own.id) AS first
  FROM own CROSS JOIN near o JOIN inspection_notes n ON n.id = o.note_id JOIN cases c ON c.id = n.case_id
  WHERE o.distance <= {limits.LIKE_BITS} AND c.jurisdiction_id = own.jurisdiction_id AND c.id <> own.case_id
  ORDER BY o.distance, o.received_at, o.id LIMIT {limits.LIKE_PHOTOS})
INSERT INTO photo_likenesses (id, photo_id, earlier_id, distance)
SELECT gen_random_uuid(), CASE WHEN first THEN $1 ELSE id END, CASE WHEN first THEN id ELSE $1 END, distance FROM alike
ON CONFLICT DO NOTHING"""


async def _compare(key: UUID, likeness: int) -> None:
    """With the photos of other cases of the same jurisdiction; kept with the later of two."""
    await db.query(ALIKE, key, likeness, *(likeness >> shift & _BAND for shift in (0, 16, 32, 48)))


async def run() -> None:
    """For ever: whatever has come, as soon as it has; what fails is tried again in a second."""
    examiner = Examiner()
    while True:
        try:
            await examiner.catch_up()
        except (Lost, Unavailable):
            pass
        except Exception as error:  # noqa: BLE001  (a photo that fails must not be the last)
            log.warning("photos could not be looked at: %s", type(error).__qualname__)  # its text may quote a row
        await pixels.arrival(_POLL_SECONDS)


# --- what is told


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy, ready to be sent. `tag`: other bytes have another."""

    name: str
    tag: str


async def copy(actor: Actor, key: UUID, size: str) -> Copy | None:
    """One copy of a photo in sight; None alike for absent, forbidden, and not made."""
    row = await access.Reader(actor, clock.now()).see(Photo, key)
    if row is None or row["copies"] != CopyStatus.MADE or size not in SIZES:
        return None
    return Copy(store.copy_of(row["sha256"], SIZES[size]), f"{row['sha256']}-{size}")


async def read(found: Copy) -> AsyncIterator[bytes] | None:
    """Its bytes, in pieces; None when the store has lost them."""
    return await store.chunks(found.name)


def address(row: access.Row, base_url: str, size: str) -> str | None:
    """Where a copy is read."""
    return f"{base_url}/photos/{row['id']}/{size}" if row["copies"] == CopyStatus.MADE else None


def tells_of_itself(row: access.Row, actor: Actor) -> bool:
    """Whether this caller is told what the file says of itself: whoever may read the original can read it there."""
    return row["copies"] == CopyStatus.MADE and actor.may(Permission.READ_ORIGINALS)


def place(row: access.Row) -> geo.Point | None:
    """Where the file says it was taken, in WGS-84 degrees."""
    return _point(row["exif_latitude"], row["exif_longitude"])


def discrepancies(row: access.Row) -> list[PhotoDiscrepancy]:
    """In what the file contradicts what was declared."""
    declared = _point(row["latitude"], row["longitude"])
    return exif.discrepancies(row["captured_at"], declared, row["exif_taken_at"], place(row))


def _point(latitude: float | None, longitude: float | None) -> geo.Point | None:
    return None if latitude is None or longitude is None else geo.Point(latitude, longitude)
