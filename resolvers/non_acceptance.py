"""不予受理: refused on one of six grounds, with a notice that says so (Order 20 art. 14, 15)."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import NonAcceptance
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind, NonAcceptanceGround


@atomic
@once
async def refuse_case(
    actor: Actor, *, case_id: UUID, expected_version: int, ground: NonAcceptanceGround | None, notice: str | None
) -> Outcome:
    """Refused and closed, and the citizen told why (T2). Decided after the acceptance limit, the breach is a fact.

    `GROUND_REQUIRED` without a ground or a notice; a report is examined first (JMS-7). No callback is due.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    told = texts.optional(notice, limits.TEXT_CHARACTERS, "notice")
    to = transitions.refuse(await status.facts(case), ground, told)
    refused = await NonAcceptance.create(
        case_id=case.id, ground=ground, notice=told, decided_by_id=actor.id, decided_at=now
    )
    await status.close_unhandled(case, now)
    said = {"ground": refused.ground.value}
    await status.move(actor, case, to, CaseEventKind.NOT_ACCEPTED, now, said=said, changed=("closed_at",))
    return Outcome({"case": case.id, "non_acceptance": refused.id})
