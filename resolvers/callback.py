"""回访: every dispatched case is called back (ZZ-11); a dissatisfied citizen's case is done again (ZZ-14).

So is everybody whose case was merged into it: each complainant has attempts, a record and a review of their own, and
the case goes on when the last of them is done (4.5).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, followers, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Callback, Case, Deadline
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
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CALLED_BESIDE, Action, CaseStatus

_UNDER_CALL = frozenset({CaseStatus.CLOSED_AWAITING_CALLBACK, CaseStatus.CALLBACK_REVIEW, *CALLED_BESIDE})


@atomic
@once
async def record_callback(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    follower_case_id: UUID | None,
    outcome: CallbackOutcome,
    level: SatisfactionLevel | None,
    resolved: bool | None,
    remark: str | None,
) -> Outcome:
    """One attempt (T17) to reach the complainant, or with a follower that case's. Reached or declined, the record goes to
    review; unreachable, only after attempts on three days.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if follower_case_id is not None and follower_case_id not in await followers.of(case):
        raise Refused(Code.NOT_FOUND, "followerCaseId")
    to = transitions.record_callback(await status.facts(case), actor, outcome, level)
    made = await Callback.filter(case_id=case.id, round=case.round)
    if not await _is_due(case) or follower_case_id in _done(made):
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    before = [call for call in made if call.follower_id == follower_case_id]
    call = await Callback.create(
        case_id=case.id,
        follower_id=follower_case_id,
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
    waiting = call.completes and await _are_waiting(case, [*made, call])
    await _wait(actor, case, call, case.status if waiting else to, now)
    return Outcome({"case": case.id, "callback": call.id})


async def _is_due(case: Case) -> bool:
    """Filed or terminated, a case is called back if that was ever begun: not when no unit had had it."""
    begun = Deadline.filter(case_id=case.id, round=case.round, kind=DeadlineKind.CALLBACK)
    return case.status not in CALLED_BESIDE or await begun.exists()


def _done(made: list[Callback]) -> set[UUID | None]:
    """Whose record is complete, and was not sent back."""
    return {call.follower_id for call in made if call.completes and call.review_decision is not Decision.REJECT}


async def _are_waiting(case: Case, made: list[Callback]) -> bool:
    """Whether somebody is still to be called: the complainant, or a follower of whom a number is on record."""
    return bool({None, *await followers.within_reach(case)} - _done(made))


def _completes(before: list[Callback], outcome: CallbackOutcome, now: datetime) -> bool:
    if outcome is not CallbackOutcome.UNREACHABLE:
        return True
    days = {local_date(now), *(local_date(call.called_at) for call in before)}
    return len(days) >= limits.CALLBACK_ATTEMPTS


async def _wait(actor: Actor, case: Case, call: Callback, to: CaseStatus, now: datetime) -> None:
    said = {"attempt": call.attempt, "outcome": call.outcome.value, "level": call.level.value if call.level else None}
    said |= {"follower": str(call.follower_id)} if call.follower_id else {}
    if not call.completes:
        await status.touch(actor, case, CaseEventKind.CALLBACK_ATTEMPTED, now, said)
        return
    who = {"requester": actor.id, "barred": [actor.id]}
    office_id = case.lead_office_id or case.intake_office_id  # no unit had it
    await status.ask(case, ApprovalKind.CALLBACK_REVIEW, call.id, office_id, now, **who)
    await status.move(actor, case, to, CaseEventKind.CALLBACK_RECORDED, now, said=said)


@atomic
@once
async def review_callback(
    actor: Actor,
    *,
    callback_id: UUID,
    expected_version: int,
    decision: Decision,
    reason: str | None,
    exempt_reason: str | None,
) -> Outcome:
    """The record is reviewed by another person (ZZ-13): archived (T18), done again (T19), or to be called anew. With a
    reason to exempt it, an unreasonable appeal is archived though dissatisfied: by the city's 12315 section alone.

    Where several were called, the last of their records to be signed decides for all.
    """
    now = clock.now()
    _may_review(actor, exempting=exempt_reason is not None)
    taken = access.take_of_case(actor, Callback, callback_id, expected_version, now, "callbackId")
    case, call = await taken
    is_open = call.completes and call.reviewed_at is None and call.round == case.round
    if not is_open or case.status not in _UNDER_CALL:
        raise Refused(Code.INVALID_TRANSITION, "callbackId", status=case.status)
    transitions.decide(actor, call.caller_id)
    why = texts.reason_for(decision, reason, "reason")
    if exempt_reason is not None:
        why = _exemption(actor, case, call, decision, exempt_reason)
    call.reviewer_id, call.reviewed_at, call.review_decision, call.review_reason = actor.id, now, decision, why
    call.exempted = exempt_reason is not None
    await call.save(update_fields=["reviewer_id", "reviewed_at", "review_decision", "review_reason", "exempted"])
    await status.settle(actor, case, ApprovalKind.CALLBACK_REVIEW, now, call.id)
    await _conclude(actor, case, call, now)
    return Outcome({"case": case.id, "callback": call.id})


def _may_review(actor: Actor, *, exempting: bool) -> None:
    exempts = actor.jurisdiction_id in actor.offices(Role.SECTION_OFFICER)
    if not (exempts if exempting else actor.offices(Role.CALLBACK_REVIEWER)):
        raise Refused(Code.NOT_PERMITTED)


def _exemption(actor: Actor, case: Case, call: Callback, decision: Decision, reason: str) -> str:
    """Why a dissatisfied citizen's case is not done again (T19): said by nobody of the unit that handled it."""
    if case.lead_office_id is not None and actor.works_in(case.lead_office_id):
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN, "callbackId")
    if decision is not Decision.APPROVE or call.level is not SatisfactionLevel.DISSATISFIED:
        raise texts.invalid("只有签字同意的不满意记录可以免于重办。", "exemptReason")
    return texts.reasoned(reason, "exemptReason")


async def _conclude(actor: Actor, case: Case, call: Callback, now: datetime) -> None:
    made = await Callback.filter(case_id=case.id, round=case.round)
    if call.review_decision is Decision.REJECT:
        await status.move(actor, case, _back(case), CaseEventKind.CALLBACK_RETURNED, now)
    elif case.status in CALLED_BESIDE or any(each.completes and each.reviewed_at is None for each in made):
        await status.touch(actor, case, CaseEventKind.CALLBACK_SIGNED, now, _signed(call))
    elif await _are_waiting(case, made):
        await status.move(actor, case, _back(case), CaseEventKind.CALLBACK_SIGNED, now, said=_signed(call))
    elif any(each.level is SatisfactionLevel.DISSATISFIED and _counts(each) for each in made):
        await _rehandle(actor, case, now)
    else:
        to = transitions.follow(Action.ARCHIVE, case.status)
        await status.move(actor, case, to, CaseEventKind.ARCHIVED, now, said=_signed(call))


def _back(case: Case) -> CaseStatus:
    """To be called again, or one who joined meanwhile for the first time."""
    if case.status is CaseStatus.CALLBACK_REVIEW:
        return transitions.follow(Action.CALL_AGAIN, case.status)
    return case.status


def _signed(call: Callback) -> dict[str, bool]:
    return {"exempted": True} if call.exempted else {}


def _counts(call: Callback) -> bool:
    return call.review_decision is Decision.APPROVE and not call.exempted


async def _rehandle(actor: Actor, case: Case, now: datetime) -> None:
    """重办: round n+1 with the closing limit again, from now (DEC-4). A case no unit had is dispatched by the centre, and
    what an enterprise settled is out of its sight.
    """
    to = transitions.follow(Action.REHANDLE if case.lead_office_id else Action.REHANDLE_AT_CENTRE, case.status)
    case.odr_office_id = None
    await status.open_round(case, now)
    regime = await due.regime_of(case)
    await due.start(case, ((DeadlineKind.REHANDLE, ClockKind.SERVICE),), now, regime)
    await status.refresh_due(case)
    changed = ("round", "closed_at", "due_at", "odr_office_id")
    await status.move(actor, case, to, CaseEventKind.REHANDLING_OPENED, now, changed=changed)
