"""离线同步: what a phone wrote down without a network, each answered on its own and in order (domain 4.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from resolvers import inspection
from resolvers.doors import once
from resolvers.inspection import Visit
from resolvers.rules import advice as rules
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import SyncOutcome


@dataclass(frozen=True, slots=True)
class Draft:
    """One note as the phone keeps it. `read` gives its case and what is in it, or refuses what cannot be read.
    `client_id` is its idempotency key; `depends_on` the client's id of another note, without which this is none.
    """

    client_id: UUID
    read: Callable[[], tuple[UUID, Visit]]
    depends_on: UUID | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one draft. `note_id`: the note that is stored, now or before."""

    client_id: UUID
    outcome: SyncOutcome
    note_id: UUID | None = None
    refusal: Refused | None = None
    advice: str | None = None

    @property
    def is_worth_retrying(self) -> bool:
        """Whether the very same item may be stored the next time."""
        return self.outcome is SyncOutcome.SKIPPED_DEPENDENCY or bool(
            self.refusal and rules.is_worth_retrying(self.refusal.code)
        )

    @property
    def is_stored(self) -> bool:
        return self.outcome in (SyncOutcome.APPLIED, SyncOutcome.REPLAYED)


async def sync_inspections(actor: Actor, drafts: Sequence[Draft], device_time: datetime | None) -> list[Result]:
    """One result a draft, in their order; each note is a transaction of its own, so that a refused one, or an end in the
    middle, takes nothing of the others away. Sending the batch again, whole or in part, doubles nothing.
    """
    texts.whole(len(drafts), 1, limits.SYNC_ITEMS, "items")
    results: list[Result] = []
    for draft in drafts:
        results.append(await _sync(actor, draft, results, device_time))
    return results


async def _sync(actor: Actor, draft: Draft, before: list[Result], device_time: datetime | None) -> Result:
    key = draft.client_id
    if draft.depends_on and not await _is_stored(actor, draft.depends_on, before):
        return Result(key, SyncOutcome.SKIPPED_DEPENDENCY, advice=rules.BASIS_MISSING)
    told_at = inspection.sent_at(device_time)
    try:
        case_id, visit = draft.read()
        done = await inspection.add_inspection_note(actor, key, case_id=case_id, visit=visit, device_time=told_at)
    except Refused as refusal:
        return await _refused(actor, key, refusal)
    outcome = SyncOutcome.REPLAYED if done.replayed else SyncOutcome.APPLIED
    return Result(key, outcome, done.ids["inspection_note"])


async def _is_stored(actor: Actor, key: UUID, before: list[Result]) -> bool:
    """In this batch, or by an earlier one."""
    known = [result for result in before if result.client_id == key]
    if known:
        return known[-1].is_stored
    stored = await once.done_before(actor, key)
    return stored is not None and "inspection_note" in stored.ids


async def _refused(actor: Actor, key: UUID, refusal: Refused) -> Result:
    """Another note under the same id is a conflict, told with the one that is stored: the last to come never wins."""
    if refusal.code is Code.IDEMPOTENCY_KEY_PARAMETER_MISMATCH:
        stored = await once.done_before(actor, key)
        if stored and "inspection_note" in stored.ids:
            note_id = stored.ids["inspection_note"]
            return Result(key, SyncOutcome.CONFLICT, note_id, refusal, rules.STORED_OTHERWISE)
    return Result(key, SyncOutcome.REJECTED, refusal=refusal, advice=rules.advise(refusal.code))
