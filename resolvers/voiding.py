"""作废: a silent call, a test or abuse was registered; it leaves every figure and stays for the audit (T22)."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Voiding
from resolvers.rules import texts, transitions
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind, VoidGround
from resolvers.terms.statuses import Action


@atomic
@once
async def void_case(actor: Actor, *, case_id: UUID, expected_version: int, ground: VoidGround, reason: str) -> Outcome:
    """Out of every figure, as of whatever instant, and out of the urgent events; its clocks stand still. Only before
    anything was done with it.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    why = texts.reasoned(reason, "reason")
    to = transitions.follow(Action.VOID, case.status)
    voided = await Voiding.create(case_id=case.id, ground=ground, reason=why, voided_by_id=actor.id, voided_at=now)
    await status.close_round(case, now)
    await due.stop(case, now)
    await status.drop_approvals(case, now)
    await status.refresh_due(case)
    said = {"ground": ground.value}
    await status.move(actor, case, to, CaseEventKind.VOIDED, now, said=said, changed=("closed_at", "due_at"))
    return Outcome({"case": case.id, "voiding": voided.id})
