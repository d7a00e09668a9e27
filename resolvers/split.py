"""分立: a complaint and a report told in one become two cases, and neither tells of the other (Order 20 art. 7)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from resolvers import intake, recusal
from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Office, Party, Respondent
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, CaseKind
from resolvers.terms.roles import Role
from resolvers.terms.statuses import CaseStatus


@atomic
@once
async def split_case(
    actor: Actor,
    *,
    case_id: UUID,
    expected_version: int,
    kind: CaseKind,
    new_title: str,
    new_description: str,
    kept_title: str | None,
    kept_description: str | None,
) -> Outcome:
    """A second case of the other kind, as if told at the same instant by the same citizen: its clocks run from then. What
    is kept in the first may be put into other words. By who took the call, or by a dispatcher.

    The first case's timeline does not tell of it: a unit must not learn there that a report exists (DEC-15).
    """
    now = clock.now()
    await due.settle_regimes(actor.jurisdiction_id, changing=False)  # before any case is locked, as a regime does
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.registered_by != actor.id and not actor.offices(Role.DISPATCHER):
        raise Refused(Code.NOT_PERMITTED, "caseId")
    transitions.split(await status.facts(case), kind)
    told = await _told(case)
    title = texts.required(new_title, limits.TITLE_CHARACTERS, "newTitle")
    description = texts.required(new_description, limits.TEXT_CHARACTERS, "newDescription")
    _reword(case, told or intake.Caller(), kept_title, kept_description)
    split = await _second(actor, case, kind, now)
    split.title, split.description = title, description
    split.title_redacted, split.description_redacted = intake.redacted(title, description, told or intake.Caller())
    await _keep(actor, split, case, told, now)
    intake.tell(actor, split, now)
    await recusal.carry_over(actor, case, split, now)
    said, changed = {"split": str(split.id)}, ("title", "description", "title_redacted", "description_redacted")
    event = CaseEventKind.SPLIT
    await status.move(actor, case, case.status, event, now, said=said, changed=changed, audit_only=True)
    return Outcome({"case": case.id, "split": split.id})


async def _told(case: Case) -> intake.Caller | None:
    party = await Party.get_or_none(case_id=case.id)
    return intake.Caller(party.name, party.phone, party.address, party.wants_confidentiality) if party else None


def _reword(case: Case, told: intake.Caller, title: str | None, description: str | None) -> None:
    if title is not None:
        case.title = texts.required(title, limits.TITLE_CHARACTERS, "keptTitle")
    if description is not None:
        case.description = texts.bounded(description, limits.TEXT_CHARACTERS, "keptDescription")
    case.title_redacted, case.description_redacted = intake.redacted(case.title, case.description, told)


async def _second(actor: Actor, case: Case, kind: CaseKind, now: datetime) -> Case:
    """The other case, without its words, not yet saved. Who took the call took both."""
    return Case(
        id=uuid4(),
        number=intake.numbered(actor.jurisdiction_code, case.received_at),
        jurisdiction_id=case.jurisdiction_id,
        kind=kind,
        channel=case.channel,
        status=CaseStatus.RECORDED,
        priority=case.priority,
        tags=case.tags,
        category_id=case.category_id,
        division_code=case.division_code,
        place_text=case.place_text,
        latitude=case.latitude,
        longitude=case.longitude,
        received_at=case.received_at,
        registered_at=now,
        updated_at=now,
        intake_office_id=case.intake_office_id,
        registered_by=case.registered_by,
        regime_id=case.regime_id,
        split_from_id=case.id,
        office_ids=await status.lineage([await Office.get(id=case.intake_office_id)]),
        handling_ids=[],
        assigned_ids=[],
    )


async def _keep(actor: Actor, split: Case, case: Case, told: intake.Caller | None, now: datetime) -> None:
    """Saved with the same people; under the same regime, from the beginning or since it began."""
    row = await Respondent.get_or_none(case_id=case.id)
    accused = intake.Accused(row.name, row.uscc, row.address) if row else None
    regime = await due.regime_of(case)
    began_before = regime is not None and regime.started_at <= case.received_at
    await intake.keep(actor, split, told, accused, regime if began_before else None)
    if regime and not began_before:
        await due.shorten(split, regime, now, await due.policies(), await due.calendar(now))
        await status.refresh_due(split)
        await split.save(update_fields=["due_at"])
