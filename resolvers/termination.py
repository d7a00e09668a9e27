"""终止: a case ends before it was handled to the end: withdrawn, or mediation is over (Order 20 art. 21)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Assignment, Case, Deadline, OdrRouting, Termination
from resolvers.rules import texts, transitions
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import (
    CaseEventKind,
    CaseKind,
    ClockKind,
    DeadlineKind,
    OdrStatus,
    TerminationGround,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus

_ENDED_BY = "终止"  # what ended a pause, where nothing else did


@atomic
@once
async def terminate_case(
    actor: Actor, *, case_id: UUID, expected_version: int, ground: TerminationGround, reason: str
) -> Outcome:
    """Ended on a ground of the law, from any open state (T20). Both sides of a complaint are to be told; a case that a unit
    had is called back. Whatever held it up, a pause or an enterprise, is over.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    why = texts.reasoned(reason, "reason")
    facts, expired = await status.facts(case), await _mediation_expired(case, now)
    dispatches = Role.DISPATCHER in actor.roles
    to = transitions.terminate(facts, actor.offices(Role.CLERK), ground, dispatches=dispatches, expired=expired)
    terminated = await Termination.create(
        case_id=case.id, round=case.round, ground=ground, reason=why, terminated_by_id=actor.id, terminated_at=now
    )
    if case.status is CaseStatus.SUSPENDED:
        # The paused days are taken out of the clocks before they are judged.
        await status.end_pause(case, now, ended_by_id=actor.id, end_evidence=_ENDED_BY)
    await _leave_enterprise(actor, case, why, now)
    await status.close_early(case, now)
    await status.refresh_due(case)
    await _start_duties(case, now)
    changed = ("closed_at", "due_at", "odr_office_id")
    said = {"ground": ground.value}
    await status.move(actor, case, to, CaseEventKind.TERMINATED, now, said=said, changed=changed)
    return Outcome({"case": case.id, "termination": terminated.id})


async def _mediation_expired(case: Case, now: datetime) -> bool:
    """Time that stands still does not expire."""
    open_ones = await Deadline.filter(case_id=case.id, kind=DeadlineKind.MEDIATION, met_at=None)
    return any(row.effective_due_at < (row.stopped_at or now) for row in open_ones)


async def _leave_enterprise(actor: Actor, case: Case, why: str, now: datetime) -> None:
    """The time with the enterprise is not the authority's: its clocks are judged as if they began now (DEC-1)."""
    routing = await OdrRouting.get_or_none(case_id=case.id, status=OdrStatus.SETTLING)
    case.odr_office_id = None
    if routing is None:
        return
    routing.status, routing.reason = OdrStatus.DECLINED, why
    routing.concluded_by_id, routing.concluded_at = actor.id, now
    await routing.save(update_fields=["status", "reason", "concluded_by_id", "concluded_at"])
    regime = await due.regime_of(case)
    await due.begin_anew(case, now, regime)


async def _start_duties(case: Case, now: datetime) -> None:
    """终止告知 of a complaint, and 回访 of what was dispatched (4.5)."""
    if case.kind is CaseKind.COMPLAINT:
        await due.start(case, ((DeadlineKind.TERMINATION_NOTICE, ClockKind.STATUTORY),), now, None)
    if await Assignment.filter(case_id=case.id).exists():
        await due.start(case, ((DeadlineKind.CALLBACK, ClockKind.SERVICE),), now, None)
