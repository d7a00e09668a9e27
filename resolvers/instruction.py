"""批示: what a leader wants done about a case (ZZ-16)."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Instruction
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, CasePriority
from resolvers.terms.statuses import BEYOND


@atomic
@once
async def instruct_case(actor: Actor, *, case_id: UUID, expected_version: int, text: str) -> Outcome:
    """An open case becomes urgent by it (4.5); a closed one stays closed, and the instruction stands."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status in BEYOND:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    instruction = await Instruction.create(
        case_id=case.id,
        text=texts.required(text, limits.TEXT_CHARACTERS, "text"),
        instructed_by_id=actor.id,
        instructed_at=now,
    )
    promoted = case.closed_at is None and case.priority is CasePriority.NORMAL
    if promoted:
        case.priority = CasePriority.URGENT
    event = CaseEventKind.INSTRUCTED
    await status.move(actor, case, case.status, event, now, changed=("priority",), urgent=promoted)
    return Outcome({"case": case.id, "instruction": instruction.id})
