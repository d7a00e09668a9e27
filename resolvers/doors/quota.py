"""How much may be declared: of one person on one day, of one case ever. Counted over what was declared, not what came."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from resolvers.doors import db
from resolvers.rules.days import ZONE
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code

_OF_PERSON = """
SELECT coalesce(sum(p.byte_size), 0)::bigint AS bytes FROM photos p JOIN inspection_notes n ON n.id = p.note_id
WHERE n.recorded_by = $1 AND n.received_at >= $2
"""
_OF_CASE = """
SELECT coalesce(sum(p.byte_size), 0)::bigint AS bytes, count(*) AS photos
FROM photos p JOIN inspection_notes n ON n.id = p.note_id WHERE n.case_id = $1
"""


async def take(actor: Actor, case_id: UUID, now: datetime) -> None:
    """Refuse what this transaction has declared, if it is too much with what was there (`QUOTA_EXCEEDED`).

    The case is locked already; a person declares one note at a time. The lock is one that rows naming him do not wait for.
    """
    await db.query("SELECT id FROM persons WHERE id = $1 FOR NO KEY UPDATE", actor.id)
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    (mine,) = await db.query(_OF_PERSON, actor.id, midnight)
    (of_case,) = await db.query(_OF_CASE, case_id)
    if (
        mine["bytes"] > limits.DECLARED_BYTES_A_DAY
        or of_case["bytes"] > limits.DECLARED_BYTES_A_CASE
        or of_case["photos"] > limits.DECLARED_PHOTOS_A_CASE
    ):
        raise Refused(Code.QUOTA_EXCEEDED, "photos")
