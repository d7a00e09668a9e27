"""应急机制: an emergency regime with its tag; a tag makes urgent and may only shorten (JMS-6, ZZ-19, ZZ-20).

What was tagged stays tagged: no tag is taken off, and the end of a regime lengthens nothing (4.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, due, ledger, status
from resolvers.doors.bind import Bind, Condition
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, Regime
from resolvers.rules import regimes, texts
from resolvers.rules.days import Calendar
from resolvers.rules.deadlines import Policy
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import BulletinPeriod, CalendarMode, CaseEventKind
from resolvers.terms.roles import Role
from resolvers.terms.statuses import OPEN


@atomic
@once
async def activate_regime(
    actor: Actor,
    *,
    name: str,
    tag: str,
    basis: str,
    started_at: datetime | None,
    calendar_mode: CalendarMode,
    policy: str,
    bulletin_period: BulletinPeriod,
) -> Outcome:
    """In force from `started_at`. Open cases that already carry the tag come under it, with the shorter limits of the
    policy set. Bulletins of the jurisdiction keep at least its rhythm meanwhile (ZZ-21).
    """
    now = clock.now()
    _of_the_whole(actor)
    await due.settle_regimes(actor.jurisdiction_id, changing=True)
    regime = Regime(
        jurisdiction_id=actor.jurisdiction_id,
        name=texts.required(name, limits.NAME_CHARACTERS, "name"),
        tag=texts.required(tag, limits.TAG_CHARACTERS, "tag"),
        policy=await _known(policy),
        basis=texts.required(basis, 300, "basis"),
        calendar_mode=calendar_mode,
        bulletin_period=bulletin_period,
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


def _of_the_whole(actor: Actor) -> None:
    if actor.jurisdiction_id not in actor.offices(Role.LEADER):
        raise Refused(Code.NOT_PERMITTED)  # a regime is the whole jurisdiction's


async def _known(policy: str) -> str:
    """A set of limits on record."""
    if policy not in {row.regime for row in await due.policies() if row.regime is not None}:
        raise texts.invalid("没有这一组时限政策。", "policy")
    return policy


async def _bring_under(actor: Actor, regime: Regime, now: datetime) -> None:
    tagged = Case.filter(jurisdiction_id=regime.jurisdiction_id, tags__contains=[regime.tag], status__in=list(OPEN))
    # Locked in the order of ids, as every verb that takes several.
    known, days = await due.policies(), await due.calendar(now)
    for case in await tagged.order_by("id").select_for_update():
        promoted = await _under(case, regime, now, known, days)
        said, event = {"tag": regime.tag}, CaseEventKind.TAGGED
        await status.move(actor, case, case.status, event, now, said=said, changed=_CHANGED, urgent=promoted)


_CHANGED = ("due_at", "priority", "regime_id")


async def _under(case: Case, regime: Regime, now: datetime, known: Sequence[Policy], days: Calendar) -> bool:
    """One open case comes under a regime: no later due than before, and as urgent as that makes it. Whether it became so
    now. Limits graded by priority go by the one it has when it comes.
    """
    await due.shorten(case, regime, now, known, days)
    await status.refresh_due(case)
    before, case.priority = case.priority, regimes.urgency(case.priority, regime.policy, known)
    case.regime_id = regime.id
    return case.priority is not before


@atomic
@once
async def end_regime(actor: Actor, *, regime_id: UUID, reason: str) -> Outcome:
    """In force no longer: cases received from now on are as ever. Those under it keep their tag, urgency and dates."""
    _of_the_whole(actor)
    await due.settle_regimes(actor.jurisdiction_id, changing=True)
    now = clock.now()  # after whatever an intake beside this one was received at
    regime = await access.take(actor, Regime, regime_id, now, "regimeId")
    if regime.ended_at is not None:
        raise Refused(Code.REGIME_NOT_ACTIVE, "regimeId")
    regime.end_reason = texts.reasoned(reason, "reason")
    regime.ended_at, regime.ended_by = now, actor.id
    await regime.save(update_fields=["ended_at", "ended_by", "end_reason"])
    said, event = {"regime": str(regime.id), "tag": regime.tag}, CaseEventKind.REGIME_ENDED
    ledger.append(ledger.Entry(actor.jurisdiction_id, event, now, actor_id=actor.id, facts=said))
    return Outcome({"regime": regime.id})


@atomic
@once
async def tag_case(actor: Actor, *, case_id: UUID, expected_version: int, tags: Sequence[str]) -> Outcome:
    """Further tags on an open case. That of a regime in force brings it under the regime, from now on (4.6)."""
    # Before the case is locked, as whoever begins or ends a regime does; and the time is asked after that.
    await due.settle_regimes(actor.jurisdiction_id, changing=False)
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    if case.status not in OPEN:
        raise Refused(Code.INVALID_TRANSITION, status=case.status)
    added = [tag for tag in texts.tagged(tags, "tags") if tag not in case.tags]
    if not added:
        raise texts.invalid("没有新的标注。", "tags")
    case.tags = texts.tagged([*case.tags, *added], "tags")
    regime = await due.regime_for(case.jurisdiction_id, added, now)
    promoted = regime is not None and await _under(case, regime, now, await due.policies(), await due.calendar(now))
    said = {"tag": regime.tag if regime else None, "added": len(added)}
    event = CaseEventKind.TAGGED
    changed = ("tags", *(_CHANGED if regime else ()))
    await status.move(actor, case, case.status, event, now, said=said, changed=changed, urgent=promoted)
    return Outcome({"case": case.id})


def matching(*, active: bool | None) -> Condition:
    """SQL for a list of regimes: those in force, those ended, or all."""

    def condition(t: str, _bind: Bind) -> str:
        return "true" if active is None else f"{t}.ended_at IS {'' if active else 'NOT '}NULL"

    return condition
