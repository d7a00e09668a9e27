"""在线和解: a complaint goes straight to an enrolled enterprise, if the complainant agrees (T5, T6, FT-11)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from resolvers.doors import access, clock, due, ledger, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Deadline, OdrEnterprise, OdrRouting, Office, Respondent
from resolvers.rules import codes, sight, texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, ClockKind, DeadlineKind, OdrStatus
from resolvers.terms.roles import Role
from resolvers.terms.statuses import Action


@atomic
@once
async def enrol_odr_enterprise(actor: Actor, *, name: str, uscc: str, office_code: str) -> Outcome:
    """An enterprise is enrolled, once, with an office of its own: whoever is ODR_ENTERPRISE there settles for it."""
    now = clock.now()
    if actor.jurisdiction_id not in actor.offices(Role.ADMIN):
        raise Refused(Code.NOT_PERMITTED)  # it settles for the whole jurisdiction
    called = texts.required(name, 200, "name")
    if not codes.is_uscc(uscc):
        raise texts.invalid("统一社会信用代码校验不通过 (GB 32100)。", "uscc")
    office = await status.office(actor, office_code, "officeCode")
    # Of two that enrol at once the later waits, and finds the earlier.
    await access.take(actor, Office, actor.jurisdiction_id, now)
    enrolled = OdrEnterprise.filter(jurisdiction_id=actor.jurisdiction_id)
    if await enrolled.filter(uscc=uscc).exists():
        raise Refused(Code.ODR_ALREADY_ENROLLED, "uscc")
    if await enrolled.filter(office_id=office.id).exists():
        raise Refused(Code.ODR_ALREADY_ENROLLED, "officeCode")
    enterprise = await OdrEnterprise.create(
        jurisdiction_id=actor.jurisdiction_id, office_id=office.id, name=called, uscc=uscc, enrolled_at=now
    )
    said = {"enterprise": str(enterprise.id), "office": office.code}
    event = CaseEventKind.ODR_ENROLLED
    ledger.append(ledger.Entry(actor.jurisdiction_id, event, now, actor_id=actor.id, facts=said))
    return Outcome({"enterprise": enterprise.id})


@atomic
@once
async def route_to_odr(actor: Actor, *, case_id: UUID, expected_version: int, complainant_consents: bool) -> Outcome:
    """The authority's clocks stand still; the enterprise has ten working days, and sees the case (T5).

    `ODR_NOT_ALLOWED_FOR_REPORT`, `ODR_ENTERPRISE_NOT_ENROLLED`, `ODR_CONSENT_REQUIRED`.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    named = await Respondent.get_or_none(id=case.respondent_id) if case.respondent_id else None
    enrolled = OdrEnterprise.filter(jurisdiction_id=case.jurisdiction_id, uscc=named.uscc if named else None)
    to = transitions.route_to_odr(
        await status.facts(case), enrolled=await enrolled.exists(), consents=complainant_consents
    )
    enterprise = await enrolled.get()
    routing = await OdrRouting.create(
        case_id=case.id, enterprise_id=enterprise.id, status=OdrStatus.SETTLING, routed_by_id=actor.id, routed_at=now
    )
    await due.meet(case, DeadlineKind.TRIAGE, now)
    await due.stop(case, now)
    (settling,) = await due.start(case, ((DeadlineKind.ODR_SETTLEMENT, ClockKind.SERVICE),), now, None)
    case.due_at, case.odr_office_id = settling.effective_due_at, enterprise.office_id
    said = {"enterprise": str(enterprise.id)}
    changed = ("due_at", "odr_office_id")
    await status.move(actor, case, to, CaseEventKind.ODR_ROUTED, now, said=said, changed=changed)
    return Outcome({"case": case.id, "odr_routing": routing.id})


@atomic
@once
async def settle_odr(
    actor: Actor, *, case_id: UUID, expected_version: int, settlement: str, amount: Decimal | None
) -> Outcome:
    """Settled by the enterprise, the case is closed and the citizen is to be called back (T6, DEC-7)."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.conclude_odr(Action.SETTLE_ODR, case.status, case.odr_office_id, _enterprises(actor))
    agreed = texts.required(settlement, limits.TEXT_CHARACTERS, "settlement")
    case.recovered_loss = texts.yuan(amount, "amount")
    routing = await OdrRouting.get(case_id=case.id, status=OdrStatus.SETTLING)
    routing.status, routing.concluded_by_id, routing.concluded_at = OdrStatus.SETTLED, actor.id, now
    routing.settlement, routing.amount = agreed, case.recovered_loss
    await routing.save(update_fields=["status", "concluded_by_id", "concluded_at", "settlement", "amount"])
    await due.meet(case, DeadlineKind.ODR_SETTLEMENT, now)
    await due.start(case, ((DeadlineKind.CALLBACK, ClockKind.SERVICE),), now, None)
    await status.close_round(case, now)
    changed = ("closed_at", "recovered_loss")
    await status.move(actor, case, to, CaseEventKind.ODR_SETTLED, now, changed=changed)
    return Outcome({"case": case.id, "odr_routing": routing.id})


@atomic
@once
async def decline_odr(actor: Actor, *, case_id: UUID, expected_version: int, reason: str) -> Outcome:
    """Declined by the enterprise, the case is the authority's again (T6)."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    transitions.conclude_odr(Action.RETURN_FROM_ODR, case.status, case.odr_office_id, _enterprises(actor))
    why = texts.reasoned(reason, "reason")
    routing = await _come_back(actor, case, OdrStatus.DECLINED, now, why)
    return Outcome({"case": case.id, "odr_routing": routing.id})


async def expire_routing(case: Case, now: datetime) -> None:
    """The enterprise's time is over (T6): of a case that its caller has locked, within the caller's transaction."""
    transitions.follow(Action.RETURN_FROM_ODR, case.status)
    await _come_back(None, case, OdrStatus.EXPIRED, now)


def _enterprises(actor: Actor) -> list[UUID]:
    return actor.offices(Role.ODR_ENTERPRISE)


async def _come_back(
    actor: Actor | None, case: Case, how: OdrStatus, now: datetime, reason: str | None = None
) -> OdrRouting:
    """Out of the enterprise's sight, and the authority's clocks begin at this instant (DEC-1)."""
    routing = await OdrRouting.get(case_id=case.id, status=OdrStatus.SETTLING)
    routing.status, routing.concluded_by_id, routing.concluded_at = how, actor.id if actor else None, now
    if reason is not None:
        routing.reason = reason
    await routing.save(update_fields=["status", "concluded_by_id", "concluded_at", "reason"])
    settling = await Deadline.get(case_id=case.id, round=case.round, kind=DeadlineKind.ODR_SETTLEMENT)
    # It ends with its last moment at the latest: that nothing was settled is no breach of anybody's.
    await due.meet(case, DeadlineKind.ODR_SETTLEMENT, min(now, settling.effective_due_at))
    regime = await due.regime_of(case)
    await due.begin_anew(case, now, regime)
    await status.refresh_due(case)
    case.odr_office_id = None
    to = transitions.follow(Action.RETURN_FROM_ODR, case.status)
    event = CaseEventKind.ODR_DECLINED if how is OdrStatus.DECLINED else CaseEventKind.ODR_EXPIRED
    await status.move(actor, case, to, event, now, changed=("due_at", "odr_office_id"))
    return routing


def words(actor: Actor, text: str | None) -> str | None:
    """What an enterprise wrote: whoever is of one sees none but its own routings, and reads them."""
    return text if Role.ODR_ENTERPRISE in actor.roles else sight.withheld(actor.roles, text)
