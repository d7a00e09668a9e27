"""登记: the first entry of a case, and the answer given at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Category, Office, Party, Regime, Respondent, Round
from resolvers.rules import codes, geo, masks, regimes, texts, transitions
from resolvers.rules.days import local_date
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import (
    CaseEventKind,
    CaseKind,
    CasePriority,
    CoordinateSystem,
    DeadlineKind,
    IntakeChannel,
)
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus


@dataclass(frozen=True, slots=True)
class Caller:
    """诉求人 as told at intake. Everything may be missing: an informant may be anonymous."""

    name: str | None = None
    phone: str | None = None
    address: str | None = None
    wants_confidentiality: bool = False


@dataclass(frozen=True, slots=True)
class Accused:
    """被投诉(举报)人 as told at intake."""

    name: str
    uscc: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in words, and in degrees of a declared system."""

    text: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    system: CoordinateSystem = CoordinateSystem.WGS84


@dataclass(frozen=True, slots=True)
class Matter:
    """What was told, before anything is checked."""

    kind: CaseKind
    channel: IntakeChannel
    title: str
    description: str
    priority: CasePriority = CasePriority.NORMAL
    tags: Sequence[str] = ()
    category_code: str | None = None
    received_at: datetime | None = None
    party: Caller | None = None
    respondent: Accused | None = None
    place: Spot | None = None


_REDACTED_TITLE_CHARACTERS = 2 * limits.TITLE_CHARACTERS  # a mark may be longer than what it hides


@atomic
@once
async def receive_case(actor: Actor, *, matter: Matter) -> Outcome:
    """A case is on record with its clocks running from the instant it was received (DEC-1).

    A tag of a regime in force makes it urgent and shortens its limits (ZZ-19, ZZ-20); where those are graded by priority
    it stays in the grade it is told in.
    """
    now = clock.now()
    matter = replace(matter, party=_bounded(matter.party)) if matter.party else matter
    case = await _draft(actor, matter, now)
    if case.tags:
        await due.settle_regimes(case.jurisdiction_id, changing=False)
    regime = await due.regime_for(case.jurisdiction_id, case.tags, case.received_at)
    if regime:
        case.regime_id = regime.id
        case.priority = regimes.urgency(case.priority, regime.policy, await due.policies())
    await keep(actor, case, matter.party, matter.respondent, regime)
    tell(actor, case, now)
    return Outcome({"case": case.id})


def tell(actor: Actor, case: Case, now: datetime) -> None:
    """A new case is on record: urgent from the start, or not."""
    urgent = case.priority is not CasePriority.NORMAL
    said = {"to": case.status.value, "round": 1, "kind": case.kind.value, "channel": case.channel.value}
    status.note(actor, case, CaseEventKind.RECEIVED, now, said, urgent=urgent)


def _bounded(told: Caller) -> Caller:
    """Within their lengths before anything is made of them: the words are searched for each."""
    return replace(
        told,
        name=texts.optional(told.name, limits.NAME_CHARACTERS, "party", "name"),
        phone=texts.optional(told.phone, 40, "party", "phone"),
        address=texts.optional(told.address, 300, "party", "address"),
    )


async def _draft(actor: Actor, matter: Matter, now: datetime) -> Case:
    """The checked case, not yet saved."""
    office_id = actor.offices(Role.AGENT, Role.INTEGRATOR)[0]
    office = await Office.get(id=office_id)
    received = texts.past(matter.received_at or now, now, "receivedAt")
    party = matter.party or Caller()
    latitude, longitude = _coordinates(matter.place)
    return Case(
        id=uuid4(),
        number=numbered(actor.jurisdiction_code, received),
        jurisdiction_id=actor.jurisdiction_id,
        kind=matter.kind,
        channel=matter.channel,
        # What is on a recording is registered when somebody was called back about it (T0).
        status=CaseStatus.VOICEMAIL_PENDING if matter.channel is IntakeChannel.VOICEMAIL else CaseStatus.RECORDED,
        priority=matter.priority,
        **worded(matter.title, matter.description, party),
        tags=texts.tagged(matter.tags, "tags"),
        category=await category(matter.category_code),
        division_code=office.division_code,
        place_text=texts.optional(matter.place.text, 300, "place", "text") if matter.place else None,
        latitude=latitude,
        longitude=longitude,
        received_at=received,
        registered_at=now,
        updated_at=now,
        intake_office=office,
        registered_by=actor.id,
        office_ids=await status.lineage([office]),
        handling_ids=[],
        assigned_ids=[],
    )


def redacted(title: str, description: str, told: Caller) -> tuple[str, str]:
    """The words without the identity of whoever said them."""
    secrets_told = [secret for secret in (told.name, told.phone, told.address) if secret]
    return masks.redact(title, secrets_told)[:_REDACTED_TITLE_CHARACTERS], masks.redact(description, secrets_told)


def numbered(code: str, received: datetime) -> str:
    """工单编号: division, local day, six digits."""
    # The last six digits are random: consecutive numbers would tell how many cases one may not see.
    return f"{code[:6]}{local_date(received):%Y%m%d}{secrets.randbelow(1_000_000):06d}"


def worded(title: str, description: str, told: Caller) -> dict[str, str]:
    """The words of a case and their redacted twins, by column. `told`: what the citizen told of himself."""
    heading = texts.required(title, limits.TITLE_CHARACTERS, "title")
    body = texts.bounded(description, limits.TEXT_CHARACTERS, "description")
    title_redacted, description_redacted = redacted(heading, body, told)
    return {
        "title": heading,
        "description": body,
        "title_redacted": title_redacted,
        "description_redacted": description_redacted,
    }


def _coordinates(place: Spot | None) -> tuple[float | None, float | None]:
    if place is None or (place.latitude is None and place.longitude is None):
        return None, None
    if place.latitude is None or place.longitude is None:
        raise texts.invalid("经纬度须同时填写。", "place")
    try:
        point = geo.to_wgs84(geo.Point(place.latitude, place.longitude), place.system)
    except ValueError:
        raise texts.invalid("经纬度超出范围。", "place") from None
    return point.latitude, point.longitude


async def category(code: str | None) -> Category | None:
    """The category of a code; none for none, `NOT_FOUND` when there is none of that code."""
    if code is None:
        return None
    found = await Category.named("code", code)
    if found is None:
        raise Refused(Code.NOT_FOUND, "categoryCode")
    return found


async def keep(actor: Actor, case: Case, party: Caller | None, accused: Accused | None, regime: Regime | None) -> None:
    """Save the case with its people, its first round and its clocks."""
    case.complainant = await _party(actor, case, party) if party else None
    case.respondent = await _respondent(actor, case, accused) if accused else None
    case.repeat_of_id = await _repeated(case)
    await case.save(force_create=True)
    await Round.create(case_id=case.id, number=1, opened_at=case.received_at)
    await due.start(case, due.clocks_at_intake(case.kind), case.received_at, regime)
    await status.refresh_due(case)
    await case.save(update_fields=["due_at"])


async def _party(actor: Actor, case: Case, told: Caller) -> Party:
    return await Party.create(
        case_id=case.id,
        jurisdiction_id=actor.jurisdiction_id,
        name=told.name,
        phone=told.phone,
        address=told.address,
        wants_confidentiality=told.wants_confidentiality,
        contact_digest=contact_digest(actor.jurisdiction_id, told.phone) if told.phone else None,
    )


def contact_digest(jurisdiction_id: UUID, phone: str) -> str | None:
    """Recognises the same caller within one jurisdiction, without the phone; None where no number was told."""
    digits = "".join(filter(str.isdigit, phone))
    return hashlib.sha256(f"{jurisdiction_id}:{digits}".encode()).hexdigest() if digits else None


async def _respondent(actor: Actor, case: Case, told: Accused) -> Respondent:
    if told.uscc is not None and not codes.is_uscc(told.uscc):
        raise texts.invalid("统一社会信用代码校验不通过 (GB 32100)。", "respondent", "uscc")
    return await Respondent.create(
        case_id=case.id,
        jurisdiction_id=actor.jurisdiction_id,
        name=texts.required(told.name, 200, "respondent", "name"),
        uscc=told.uscc,
        address=texts.optional(told.address, 300, "respondent", "address"),
    )


async def _repeated(case: Case) -> UUID | None:
    """The first case of the same caller about the same respondent (or, with none named, the same category)."""
    if case.complainant is None or case.complainant.contact_digest is None:
        return None
    earlier = Case.filter(
        jurisdiction_id=case.jurisdiction_id,
        kind=case.kind,  # another kind's existence must not show in this one
        complainant__contact_digest=case.complainant.contact_digest,
        # Figures count repeats: one more would tell a unit that who confides is who complained openly before.
        complainant__wants_confidentiality=case.complainant.wants_confidentiality,
        received_at__gte=case.received_at - limits.REPEAT_LIFE,
    )
    if case.respondent is not None:
        earlier = earlier.filter(respondent__name=case.respondent.name)
    elif case.category_id is not None:
        earlier = earlier.filter(category_id=case.category_id)
    else:
        return None
    found = await earlier.exclude(id=case.id).exclude(status=CaseStatus.VOID).order_by("received_at").first()
    return found.id if found else None


@atomic
@once
async def answer_case(
    actor: Actor, *, case_id: UUID, expected_version: int, answer: str, out_of_remit: bool
) -> Outcome:
    """Answered at intake and closed: a consultation, or a matter outside the remit with its explanation (T1)."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.answer(await status.facts(case), out_of_remit=out_of_remit)
    case.answer = texts.required(answer, limits.TEXT_CHARACTERS, "answer")
    await status.close_round(case, now)
    # The complainant was told, so that the time to accept is met as well.
    await due.meet_all(case, now, DeadlineKind.TRIAGE, DeadlineKind.CLOSE, DeadlineKind.ACCEPTANCE)
    await status.move(actor, case, to, CaseEventKind.ANSWERED, now, changed=("answer", "closed_at"))
    return Outcome({"case": case.id})
