"""中止与恢复: testing, appraisal, recusal and legal proceedings stop the clocks; working time in between does not count (T12)."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Pause
from resolvers.rules import texts, transitions
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind, PauseReason
from resolvers.terms.roles import Role


@atomic
@once
async def suspend_case(
    actor: Actor, *, case_id: UUID, expected_version: int, reason: PauseReason, evidence: str
) -> Outcome:
    """By the lead's clerk, for a reason the law knows (DEC-12), with what proves it. Every clock of the case stands still."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.suspend(await status.facts(case), actor.offices(Role.CLERK), reason)
    proof = texts.reasoned(evidence, "evidence")
    pause = await Pause.create(case_id=case.id, reason=reason, evidence=proof, started_by_id=actor.id, started_at=now)
    await due.stop(case, now)
    await status.refresh_due(case)
    said = {"reason": reason.value}
    await status.move(actor, case, to, CaseEventKind.SUSPENDED, now, said=said, changed=("due_at",))
    return Outcome({"case": case.id, "pause": pause.id})


@atomic
@once
async def resume_case(actor: Actor, *, case_id: UUID, expected_version: int, evidence: str) -> Outcome:
    """By the lead's clerk, with what proves the end. Each clock runs on, later by the working time of the pause."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.resume(await status.facts(case), actor.offices(Role.CLERK))
    proof = texts.reasoned(evidence, "evidence")
    pause = await status.end_pause(case, now, ended_by_id=actor.id, end_evidence=proof)
    said = {"reason": pause.reason.value}
    await status.move(actor, case, to, CaseEventKind.RESUMED, now, said=said, changed=("due_at",))
    return Outcome({"case": case.id, "pause": pause.id})
