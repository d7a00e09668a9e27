"""告知: what the law wants told to whom, and that it was told (Order 20 art. 14, 21, 31)."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import access, clock, due, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Notice
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind, ClockKind, DeadlineKind, NoticeKind
from resolvers.terms.roles import Role

_ASKED_BY = {
    NoticeKind.ACCEPTANCE: DeadlineKind.ACCEPTANCE,
    NoticeKind.TERMINATION: DeadlineKind.TERMINATION_NOTICE,
    NoticeKind.INFORMANT: DeadlineKind.NOTIFY_INFORMANT,
}


@atomic
@once
async def give_notice(actor: Actor, *, case_id: UUID, expected_version: int, kind: NoticeKind, text: str) -> Outcome:
    """Recorded, and the limit for it is met, on time or late. A complaint accepted is mediated from now on.

    `NOTICE_NOT_DUE` when no limit for such a notice runs.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    told, asked_by = texts.required(text, limits.TEXT_CHARACTERS, "text"), _ASKED_BY[kind]
    facts, is_due = await status.facts(case), await due.runs(case, asked_by)
    dispatches = Role.DISPATCHER in actor.roles
    to = transitions.notify(facts, actor.offices(Role.CLERK), kind, dispatches=dispatches, is_due=is_due)
    notice = await Notice.create(
        case_id=case.id, round=case.round, kind=kind, text=told, given_by_id=actor.id, given_at=now
    )
    await due.meet(case, asked_by, now, any_round=True)
    if kind is NoticeKind.ACCEPTANCE:
        await due.start(case, ((DeadlineKind.MEDIATION, ClockKind.STATUTORY),), now, None)
    await status.move(actor, case, to, CaseEventKind.NOTICE_GIVEN, now, said={"kind": kind.value})
    return Outcome({"case": case.id, "notice": notice.id})
