"""重新办理: new facts open another round of a case that was closed (T21)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Approval, Case, Party, Reopening
from resolvers.rules import masks, texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind, ClockKind, DeadlineKind


@atomic
@once
async def reopen_case(actor: Actor, *, case_id: UUID, expected_version: int, new_facts: str, reason: str) -> Outcome:
    """Round n+1 with the closing limit again, from now; round n stays as it was. The unit that led goes on; where there
    was none, the centre dispatches it, and an enterprise that settled it sees it no more. What the old round still had to
    do after its end is overtaken.

    `SAME_FACTS_NO_REOPEN` when the case, or an earlier reopening, already says so.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    told = texts.bounded(new_facts, limits.TEXT_CHARACTERS, "newFacts")
    why = texts.reasoned(reason, "reason")
    waiting = await Approval.filter(case_id=case.id, decided_at=None).exists()
    facts = replace(await status.facts(case), pending_approval=waiting)
    kept = masks.redact(told, await _secrets(case))
    is_new = not texts.same_words(told, case.description, case.title)
    is_new = is_new and not texts.same_words(kept, *await _told_before(case))
    to = transitions.reopen(facts, facts_are_new=is_new)
    case.odr_office_id = None
    await due.stop(case, now, DeadlineKind.CALLBACK, DeadlineKind.TERMINATION_NOTICE)
    await status.open_round(case, now)
    regime = await due.regime_of(case)
    await due.start(case, ((DeadlineKind.REHANDLE, ClockKind.SERVICE),), now, regime)
    await status.refresh_due(case)
    reopened = await Reopening.create(
        case_id=case.id, round=case.round, new_facts=kept, reason=why, reopened_by_id=actor.id, reopened_at=now
    )
    changed = ("round", "closed_at", "due_at", "odr_office_id")
    await status.move(actor, case, to, CaseEventKind.REOPENED, now, changed=changed)
    return Outcome({"case": case.id, "reopening": reopened.id})


async def _secrets(case: Case) -> list[str]:
    """Who the citizen is: taken out of what is told anew, as out of the case's own words at intake."""
    party = await Party.get_or_none(id=case.complainant_id) if case.complainant_id else None
    return [told for told in (party.name, party.phone, party.address) if told] if party else []


async def _told_before(case: Case) -> list[str]:
    return [earlier.new_facts for earlier in await Reopening.filter(case_id=case.id)]
