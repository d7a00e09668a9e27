"""并单: a duplicate goes on as part of another case; who raised it is called back with that one (T4)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, followers, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Assignment, Case
from resolvers.rules import transitions
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import AssignmentStatus, CaseEventKind, CasePriority

BY_URGENCY = (CasePriority.NORMAL, CasePriority.URGENT, CasePriority.EMERGENCY)


@atomic
@once
async def merge_case(actor: Actor, *, case_id: UUID, expected_version: int, target_case_id: UUID | None) -> Outcome:
    """Merged and closed, its clocks stopped for good, and with it whatever was merged into it before. The target's units
    see it from now on; the more urgent of the two makes the target as urgent.

    `DUPLICATE_TARGET_REQUIRED` without another case of the same kind that is open or was closed lately,
    `DUPLICATE_CYCLE` where the target was itself merged into this one.
    """
    now = clock.now()
    case, target = await _take_both(actor, case_id, expected_version, target_case_id, now)
    to = transitions.merge(await status.facts(case), case.id, await _target(target), now)
    assert target is not None  # noqa: S101  (the rule refuses a merge into nothing)
    active = Assignment.filter(case_id=case.id, status=AssignmentStatus.ACTIVE)
    await active.update(status=AssignmentStatus.MERGED)
    await status.close_round(case, now)
    await due.stop(case, now)
    await status.drop_approvals(case, now)
    case.merged_into_id, case.merged_at, case.lead_office_id, case.due_at = target.id, now, None, None
    changed = ("merged_into_id", "merged_at", "lead_office_id", "due_at", "closed_at")
    said = {"into": str(target.id)}
    await status.move(actor, case, to, CaseEventKind.MERGED, now, said=said, changed=changed)
    await _join(actor, case, target, now)
    return Outcome({"case": case.id, "target": target.id})


async def _take_both(
    actor: Actor, case_id: UUID, expected_version: int, target_id: UUID | None, now: datetime
) -> tuple[Case, Case | None]:
    """Both in sight and locked, in the order of ids: of two merges that cross each other one waits for the other."""
    if await access.Reader(actor, now).see(Case, case_id) is None:
        raise Refused(Code.NOT_FOUND, "caseId")  # whatever the order of ids
    taken: dict[UUID, Case] = {}
    for key in sorted({case_id, target_id or case_id}):
        if key == case_id:
            taken[key] = await access.take_case(actor, key, expected_version, now)
        else:
            taken[key] = await access.take(actor, Case, key, now, "targetCaseId")
    return taken[case_id], taken[target_id] if target_id else None


async def _target(target: Case | None) -> transitions.Target | None:
    if target is None:
        return None
    leads_to = await followers.path(target)
    return transitions.Target(target.id, target.status, target.kind, leads_to, target.closed_at)


async def _join(actor: Actor, case: Case, target: Case, now: datetime) -> None:
    promoted = BY_URGENCY.index(case.priority) > BY_URGENCY.index(target.priority)
    target.priority = case.priority if promoted else target.priority
    await followers.share(target)
    await followers.recuse(target)
    said = {"follower": str(case.id)}
    await status.move(
        actor,
        target,
        target.status,
        CaseEventKind.FOLLOWER_JOINED,
        now,
        said=said,
        changed=("priority",),
        urgent=promoted,
    )
