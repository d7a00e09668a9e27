"""回访: every dispatched case is called back (ZZ-11); a dissatisfied citizen's case is done again (ZZ-14)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Callback, Case, Regime
from resolvers.rules import texts, transitions
from resolvers.rules.days import local_date
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    ApprovalKind,
    CallbackOutcome,
    CaseEventKind,
    ClockKind,
    DeadlineKind,
    Decision,
    SatisfactionLevel,
)
from resolvers.terms.statuses import Action, CaseStatus


@atomic
@once
async def record_callback(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    outcome: CallbackOutcome,
    level: SatisfactionLevel | None,
    resolved: bool | None,
    remark: str | None,
) -> Outcome:
    """One attempt (T17). Reached or declined, it goes to review; unreachable, only after attempts on three days."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.record_callback(await status.facts(case), actor, outcome, level)
    before = await Callback.filter(case_id=case.id, round=case.round)
    call = await Callback.create(
        case_id=case.id,
        round=case.round,
        attempt=len(before) + 1,
        outcome=outcome,
        level=level,
        resolved=resolved,
        remark=texts.optional(remark, limits.REASON_CHARACTERS, "remark"),
        completes=_completes(before, outcome, now),
        caller_id=actor.id,
        called_at=now,
    )
    await due.meet(case, DeadlineKind.CALLBACK, now)
    await _wait(actor, case, call, to, now)
    return Outcome({"case": case.id, "callback": call.id})


def _completes(before: list[Callback], outcome: CallbackOutcome, now: datetime) -> bool:
    if outcome is not CallbackOutcome.UNREACHABLE:
        return True
    days = {local_date(now), *(local_date(call.called_at) for call in before)}
    return len(days) >= limits.CALLBACK_ATTEMPTS


async def _wait(actor: Actor, case: Case, call: Callback, to: CaseStatus, now: datetime) -> None:
    said = {"attempt": call.attempt, "outcome": call.outcome.value, "level": call.level.value if call.level else None}
    if not call.completes:
        await status.touch(actor, case, CaseEventKind.CALLBACK_ATTEMPTED, now, said)
        return
    assert case.lead_office_id is not None  # noqa: S101  (only a dispatched case comes to a callback)
    who = {"requester": actor.id, "barred": [actor.id]}
    await status.ask(case, ApprovalKind.CALLBACK_REVIEW, call.id, case.lead_office_id, now, **who)
    await status.move(actor, case, to, CaseEventKind.CALLBACK_RECORDED, now, said=said)


@atomic
@once
async def review_callback(
    actor: Actor, *, callback_id: UUID, expected_version: int, decision: Decision, reason: str | None
) -> Outcome:
    """The record is reviewed by another person (ZZ-13): archived (T18), done again (T19), or to be called anew."""
    now = clock.now()
    taken = access.take_of_case(actor, Callback, callback_id, expected_version, now, "callbackId")
    case, call = await taken
    if not call.completes or call.reviewed_at is not None:
        raise Refused(Code.INVALID_TRANSITION, "callbackId", status=case.status)
    transitions.decide(actor, call.caller_id)
    why = texts.reason_for(decision, reason, "reason")
    call.reviewer_id, call.reviewed_at, call.review_decision, call.review_reason = actor.id, now, decision, why
    await call.save(update_fields=["reviewer_id", "reviewed_at", "review_decision", "review_reason"])
    await status.settle(actor, case, ApprovalKind.CALLBACK_REVIEW, now)
    await _conclude(actor, case, call, decision, now)
    return Outcome({"case": case.id, "callback": call.id})


async def _conclude(actor: Actor, case: Case, call: Callback, decision: Decision, now: datetime) -> None:
    if decision is Decision.REJECT:
        back = CaseStatus.CLOSED_AWAITING_CALLBACK
        await status.move(actor, case, back, CaseEventKind.CALLBACK_RETURNED, now)
    elif call.level is SatisfactionLevel.DISSATISFIED:
        await _rehandle(actor, case, now)
    else:
        to = transitions.follow(Action.ARCHIVE, case.status)
        await status.move(actor, case, to, CaseEventKind.ARCHIVED, now)


async def _rehandle(actor: Actor, case: Case, now: datetime) -> None:
    """重办: round n+1 with the closing limit again, from now (DEC-4)."""
    to = transitions.follow(Action.REHANDLE, case.status)
    await status.open_round(case, now)
    regime = await Regime.get_or_none(id=case.regime_id) if case.regime_id else None
    await due.start(case, ((DeadlineKind.REHANDLE, ClockKind.SERVICE),), now, regime)
    await status.refresh_due(case)
    changed = ("round", "closed_at", "due_at")
    await status.move(actor, case, to, CaseEventKind.REHANDLING_OPENED, now, changed=changed)
