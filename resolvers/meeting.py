"""协调会: a matter that needs several offices is settled in one room (ZZ-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Meeting, Office
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.statuses import BEYOND


@atomic
@once
async def record_meeting(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    held_at: datetime,
    office_codes: Sequence[str],
    minutes: str,
) -> Outcome:
    """Who sat together and what was agreed: two offices at the least. The case changes by nothing but the record."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status in BEYOND:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    meeting = await Meeting.create(
        case_id=case.id,
        held_at=texts.past(held_at, now, "heldAt"),
        office_ids=[office.id for office in await _attending(actor, office_codes)],
        minutes=texts.required(minutes, limits.TEXT_CHARACTERS, "minutes"),
        recorded_by_id=actor.id,
        recorded_at=now,
    )
    said = {"offices": list(dict.fromkeys(office_codes))}
    await status.move(actor, case, case.status, CaseEventKind.MEETING_HELD, now, said=said)
    return Outcome({"case": case.id, "meeting": meeting.id})


async def _attending(actor: Actor, codes: Sequence[str]) -> list[Office]:
    """Each once, in the order given; `NOT_FOUND` for one that is not of this jurisdiction."""
    distinct = list(dict.fromkeys(codes))
    if not limits.MEETING_OFFICES_MINIMUM <= len(distinct) <= limits.MEETING_OFFICES_MAXIMUM:
        least, most = limits.MEETING_OFFICES_MINIMUM, limits.MEETING_OFFICES_MAXIMUM
        raise texts.invalid(f"参会单位须为 {least} 至 {most} 个。", "officeCodes")
    return [await status.office(actor, code, "officeCodes") for code in distinct]
