"""录音诉求: a recorded appeal is called back, verified and only then registered (T0, SY-6)."""

from __future__ import annotations

from uuid import UUID

from resolvers import intake
from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Party, VoicemailCall
from resolvers.rules import texts, transitions
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.statuses import Action


@atomic
@once
async def call_voicemail(
    actor: Actor, *, case_id: UUID, expected_version: int, reached: bool, remark: str | None
) -> Outcome:
    """One attempt to reach whoever left the recording."""
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    transitions.follow(Action.REGISTER_VOICEMAIL, case.status)
    call = await VoicemailCall.create(
        case_id=case.id,
        reached=reached,
        remark=texts.optional(remark, limits.REASON_CHARACTERS, "remark"),
        called_by_id=actor.id,
        called_at=now,
    )
    await status.touch(actor, case, CaseEventKind.VOICEMAIL_CALLED, now, {"reached": reached})
    return Outcome({"case": case.id, "voicemail_call": call.id})


@atomic
@once
async def register_voicemail(
    actor: Actor, *, case_id: UUID, expected_version: int, title: str, description: str, category_code: str | None
) -> Outcome:
    """What the call verified takes the place of what was heard on the recording; whoever verified it registered it.

    The clocks run on from the recording. `VOICEMAIL_NOT_CALLED` before any attempt.
    """
    now = clock.now()
    case = await access.take_case(actor, case_id, expected_version, now)
    to = transitions.register_voicemail(await status.facts(case))
    party = await Party.get_or_none(id=case.complainant_id) if case.complainant_id else None
    told = intake.Caller(party.name, party.phone, party.address) if party else intake.Caller()
    words = intake.worded(title, description, told)
    for name, text in words.items():
        setattr(case, name, text)
    if category_code is not None:
        case.category = await intake.category(category_code)
    case.registered_at, case.registered_by = now, actor.id
    changed = (*words, "category_id", "registered_at", "registered_by")
    await status.move(actor, case, to, CaseEventKind.VOICEMAIL_REGISTERED, now, changed=changed)
    return Outcome({"case": case.id})
