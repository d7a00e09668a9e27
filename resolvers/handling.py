"""办理: the result of a unit, complete or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from resolvers import person
from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, HandlingResult, Person, ResultHandler, Round
from resolvers.rules import texts, transitions
from resolvers.rules.transitions import Facts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import ApprovalKind, CaseEventKind, HandlingOutcome
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus


@dataclass(frozen=True, slots=True)
class Told:
    """A result as told. The first four are mandatory (ZZ-10), and refused together when one is missing."""

    department: str | None
    handlers: Sequence[UUID | str] | None
    outcome: HandlingOutcome | None
    reply: str | None
    recovered_loss: Decimal | None = None
    co_handler_override_reason: str | None = None


@atomic
@once
async def submit_result(actor: Actor, *, case_id: UUID, expected_version: int, told: Told) -> Outcome:
    """The lead's result goes to the responsible person (T13); a co-handler's is reported to the lead."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    facts, offices = await status.facts(case), actor.offices(Role.CLERK, Role.INSPECTOR)
    if case.lead_office_id in offices:
        return await _submit(actor, case, facts, told, now)
    beside = sorted(set(offices) & facts.handling_office_ids)
    if not beside:
        raise Refused(Code.NOT_YOUR_OFFICE, "caseId")
    return await _report_beside(actor, case, beside[0], told, now)


async def _submit(actor: Actor, case: Case, facts: Facts, told: Told, now: datetime) -> Outcome:
    override = texts.optional(told.co_handler_override_reason, limits.REASON_CHARACTERS, "coHandlerOverrideReason")
    to = transitions.submit_result(facts, override_reason=override)
    assert case.lead_office_id is not None  # noqa: S101  (the lead's office was found among the caller's)
    result, handlers = await _keep(actor, case, case.lead_office_id, told, now, is_co=False, override=override)
    await Round.filter(case_id=case.id, number=case.round).update(result_submitted_at=now)
    barred = [actor.id, *(handler.id for handler in handlers)]
    await status.ask(
        case, ApprovalKind.SIGN_OFF, result.id, case.lead_office_id, now, requester=actor.id, barred=barred
    )
    said = {"outcome": result.outcome.value, "overridden": override is not None}
    await status.move(actor, case, to, CaseEventKind.RESULT_SUBMITTED, now, said=said)
    return Outcome({"case": case.id, "result": result.id})


async def _report_beside(actor: Actor, case: Case, office_id: UUID, told: Told, now: datetime) -> Outcome:
    if case.status is not CaseStatus.IN_PROGRESS:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    result, _ = await _keep(actor, case, office_id, told, now, is_co=True)
    await status.touch(actor, case, CaseEventKind.CO_RESULT_SUBMITTED, now, {"outcome": result.outcome.value})
    return Outcome({"case": case.id, "result": result.id})


async def _keep(
    actor: Actor, case: Case, office_id: UUID, told: Told, now: datetime, *, is_co: bool, override: str | None = None
) -> tuple[HandlingResult, list[Person]]:
    department = texts.optional(told.department, limits.NAME_CHARACTERS, "department")
    reply = texts.optional(told.reply, limits.TEXT_CHARACTERS, "reply")
    for value, path in ((department, "department"), (told.handlers, "handlers"), (told.outcome, "outcome")):
        if not value:
            raise Refused(Code.SIGN_OFF_FIELDS_MISSING, path)
    if not reply or not department or not told.outcome or not told.handlers:
        raise Refused(Code.SIGN_OFF_FIELDS_MISSING, "reply")
    handlers = await person.named(actor, told.handlers, "handlers", recused=case.recused_ids)
    result = await HandlingResult.create(
        case_id=case.id,
        office_id=office_id,
        round=case.round,
        is_co_result=is_co,
        department=department,
        outcome=told.outcome,
        reply=reply,
        recovered_loss=texts.yuan(told.recovered_loss, "recoveredLoss"),
        override_reason=override,
        submitted_by=actor.id,
        submitted_at=now,
    )
    for ordinal, handler in enumerate(handlers):
        await ResultHandler.create(result_id=result.id, person_id=handler.id, ordinal=ordinal)
    return result, handlers
