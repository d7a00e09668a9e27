"""派单: one lead and any co-handlers; each acknowledges."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from resolvers import person
from resolvers.doors import access, assignments, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Assignment, Case, Office
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import AssignmentRole, AssignmentStatus, CaseEventKind, DeadlineKind
from resolvers.terms.roles import Role
from resolvers.terms.statuses import Action, CaseStatus


@atomic
@once
async def dispatch_case(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    lead_office_code: str | None,
    co_office_codes: Sequence[str],
) -> Outcome:
    """Dispatched to exactly one lead (T7). The triage limit is met, the time to acknowledge begins."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.follow(Action.DISPATCH, case.status)
    if not lead_office_code:
        raise Refused(Code.LEAD_REQUIRED, "leadOfficeCode")
    lead = await status.office(actor, lead_office_code, "leadOfficeCode")
    others = await _co_handlers(actor, lead, co_office_codes)
    await _manned(case, lead, others)
    await assignments.give(actor, case, lead, others, now)
    await due.meet(case, DeadlineKind.TRIAGE, now)
    said = {"lead": lead.code, "co": [other.code for other in others]}
    await status.move(actor, case, to, CaseEventKind.DISPATCHED, now, said=said, changed=assignments.GIVEN)
    return Outcome({"case": case.id})


async def _co_handlers(actor: Actor, lead: Office, codes: Sequence[str]) -> list[Office]:
    texts.whole(len(codes), 0, limits.CO_HANDLERS_MAXIMUM, "coOfficeCodes")
    found: dict[UUID, Office] = {}
    for position, code in enumerate(codes):
        office = await status.office(actor, code, "coOfficeCodes", str(position))
        if office.id == lead.id or office.id in found:
            raise texts.invalid("协办单位不能重复, 也不能是主办单位。", "coOfficeCodes", str(position))
        found[office.id] = office
    return list(found.values())


async def _manned(case: Case, lead: Office, others: list[Office]) -> None:
    """Each unit has somebody left who may handle the case, and somebody to sign for it."""
    await person.manned(lead.id, case.recused_ids, "leadOfficeCode")
    for position, other in enumerate(others):
        await person.manned(other.id, case.recused_ids, "coOfficeCodes", str(position))


@atomic
@once
async def sign_for_case(actor: Actor, *, case_id: UUID, expected_version: int) -> Outcome:
    """签收: the lead's acknowledgement begins the handling (T8); a co-handler's is kept beside it."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    offices = actor.offices(Role.CLERK)
    own = Assignment.filter(case_id=case.id, office_id__in=offices, status=AssignmentStatus.ACTIVE)
    mine = await own.filter(signed_for_at=None).order_by("-role")
    if not mine and await own.exists():
        raise Refused(Code.INVALID_TRANSITION, status=case.status)  # signed for before
    facts = await status.facts(case)
    if mine and mine[0].role is AssignmentRole.CO:
        to = _acknowledge_beside(case)
    else:
        to = transitions.sign_for(facts, offices)
        await due.meet(case, DeadlineKind.SIGN_FOR, now)
    await Assignment.filter(id__in=[row.id for row in mine]).update(signed_for_at=now, signed_for_by=actor.id)
    await status.move(actor, case, to, CaseEventKind.SIGNED_FOR, now)
    return Outcome({"case": case.id})


def _acknowledge_beside(case: Case) -> CaseStatus:
    if case.status not in (CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS):
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    return case.status
