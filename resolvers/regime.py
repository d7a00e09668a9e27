"""应急机制: an emergency regime with its tag; a tag makes urgent and may only shorten (JMS-6, ZZ-19, ZZ-20)."""

from __future__ import annotations

from datetime import datetime

from resolvers.doors import clock, due, ledger, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Regime
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CalendarMode, CaseEventKind, CasePriority
from resolvers.terms.roles import Role
from resolvers.terms.statuses import OPEN


@atomic
@once
async def activate_regime(
    actor: Actor, *, name: str, tag: str, basis: str, started_at: datetime | None, calendar_mode: CalendarMode
) -> Outcome:
    """In force from `started_at`. Open cases that already carry the tag come under it, with the shorter limits."""
    now = clock.now()
    if actor.jurisdiction_id not in actor.offices(Role.LEADER):
        raise Refused(Code.NOT_PERMITTED)  # a regime is the whole jurisdiction's
    await due.settle_regimes(actor.jurisdiction_id, changing=True)
    regime = Regime(
        jurisdiction_id=actor.jurisdiction_id,
        name=texts.required(name, limits.NAME_CHARACTERS, "name"),
        tag=texts.required(tag, limits.TAG_CHARACTERS, "tag"),
        policy="EPIDEMIC",
        basis=texts.required(basis, 300, "basis"),
        calendar_mode=calendar_mode,
        started_at=texts.past(started_at or now, now, "startedAt"),
        activated_by=actor.id,
    )
    if await Regime.filter(jurisdiction_id=actor.jurisdiction_id, tag=regime.tag, ended_at=None).exists():
        raise Refused(Code.REGIME_ALREADY_ACTIVE, "tag")
    await regime.save(force_create=True)
    said = {"regime": str(regime.id), "tag": regime.tag}
    event = CaseEventKind.REGIME_ACTIVATED
    ledger.append(ledger.Entry(actor.jurisdiction_id, event, now, actor_id=actor.id, facts=said))
    await _bring_under(actor, regime, now)
    return Outcome({"regime": regime.id})


async def _bring_under(actor: Actor, regime: Regime, now: datetime) -> None:
    tagged = Case.filter(jurisdiction_id=regime.jurisdiction_id, tags__contains=[regime.tag], status__in=list(OPEN))
    # Locked in the order of ids, as every verb that takes several.
    known, days = await due.policies(), await due.calendar(now)
    for case in await tagged.order_by("id").select_for_update():
        await due.shorten(case, regime, now, known, days)
        await status.refresh_due(case)
        promoted = case.priority is CasePriority.NORMAL
        case.priority = CasePriority.URGENT if promoted else case.priority
        case.regime_id = regime.id
        said = {"tag": regime.tag}
        changed = ("due_at", "priority", "regime_id")
        event = CaseEventKind.TAGGED
        await status.move(actor, case, case.status, event, now, said=said, changed=changed, urgent=promoted)
