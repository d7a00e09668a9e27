"""移送: a matter for a body outside the hotline is passed to it, and the citizen is told the way (Order 20 art. 37)."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import TransferOut
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.statuses import Action


@atomic
@once
async def transfer_case(
    actor: Actor, *, case_id: UUID, expected_version: int, receiving_body: str, notice: str
) -> Outcome:
    """Passed on and closed here (T3): the receiving body is named, and the citizen is told the way. No callback is due."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    body = texts.required(receiving_body, limits.RECEIVER_CHARACTERS, "receivingBody")
    told = texts.required(notice, limits.TEXT_CHARACTERS, "notice")
    to = transitions.follow(Action.TRANSFER_OUT, case.status)
    passed = await TransferOut.create(
        case_id=case.id, receiving_body=body, notice=told, transferred_by_id=actor.id, transferred_at=now
    )
    await status.close_unhandled(case, now)
    await status.move(actor, case, to, CaseEventKind.TRANSFERRED_OUT, now, changed=("closed_at",))
    return Outcome({"case": case.id, "transfer": passed.id})
