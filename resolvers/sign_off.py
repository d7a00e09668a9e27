"""签字: the responsible person answers for the result (ZZ-10)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Approval, Case, HandlingResult, Round, SignOff
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import ApprovalKind, CaseEventKind, Decision
from resolvers.terms.roles import Role
from resolvers.terms.statuses import Action


@atomic
@once
async def sign_off(
    actor: Actor, *, case_id: UUID, expected_version: int, decision: Decision, reason: str | None
) -> Outcome:
    """Approved, the round closes and the citizen is to be called back (T14); rejected, it goes back (T15)."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    action = Action.SIGN_OFF if decision is Decision.APPROVE else Action.SEND_BACK
    why = texts.optional(reason, limits.REASON_CHARACTERS, "reason")
    facts = await status.facts(case)
    to = transitions.sign_off(facts, actor, actor.offices(Role.RESPONSIBLE_PERSON), action, why)
    waiting = await Approval.get(case_id=case.id, kind=ApprovalKind.SIGN_OFF, decided_at=None)
    transitions.decide(actor, *waiting.barred_ids)
    result = await HandlingResult.get(id=waiting.subject_id)
    signed = await SignOff.create(
        case_id=case.id,
        result_id=result.id,
        round=case.round,
        decision=decision,
        reason=why,
        decided_by_id=actor.id,
        decided_at=now,
    )
    await status.settle(actor, case, ApprovalKind.SIGN_OFF, now)
    changed = await _close(case, result, now) if decision is Decision.APPROVE else await _send_back(case)
    event = CaseEventKind.SIGNED_OFF if decision is Decision.APPROVE else CaseEventKind.SENT_BACK
    await status.move(actor, case, to, event, now, changed=changed)
    return Outcome({"case": case.id, "sign_off": signed.id})


async def _close(case: Case, result: HandlingResult, now: datetime) -> tuple[str, ...]:
    """Closure is sign-off (DEC-7): on time or not is judged now, and the callback is due."""
    await status.close_handled(case, now)
    case.recovered_loss = result.recovered_loss
    return ("closed_at", "recovered_loss")


async def _send_back(case: Case) -> tuple[str, ...]:
    """退回重新处理: same round, and its clock was never stopped."""
    round_ = await Round.get(case_id=case.id, number=case.round)
    round_.sent_back_count += 1
    round_.result_submitted_at = None
    await round_.save(update_fields=["sent_back_count", "result_submitted_at"])
    return ()
