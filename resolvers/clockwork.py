"""时钟: what happens because time passes: limits run out, reminders open, decisions escalate and lapse,
complaints come back from enterprises, supervision is suggested.

One process of any number does it, by a lease. Each act is one row that can be written once and its entry in the ledger,
in one transaction: killed anywhere, the next round goes on where this one stopped, and nothing happens twice. Many acts
share a transaction, because the chain takes some hundred of those a second. A case somebody is working on is passed
over until the next round. No act but a return from an enterprise changes a case's version: nobody's work becomes stale because a
day is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from resolvers import odr
from resolvers.doors import clock, db, due, ledger, suggestions
from resolvers.doors.lease import Lease
from resolvers.models import Case
from resolvers.models.case import OPEN_LIST
from resolvers.models.deadline import MISSED
from resolvers.rules import deadlines, ladder
from resolvers.rules.days import Calendar
from resolvers.rules.ladder import Rungs
from resolvers.terms.actor import Unavailable
from resolvers.terms.kinds import (
    ApprovalKind,
    CalendarMode,
    CaseEventKind,
    CaseKind,
    ClockKind,
    DeadlineKind,
    ExtensionStatus,
)
from resolvers.terms.statuses import CaseStatus

BATCH = 1_000
_FEW = 50  # of acts that take a verb's statements each
_LOOK_BACK = timedelta(days=60)  # the last rung and the longest festival fit
_LOOK_AHEAD = timedelta(days=90)

log = logging.getLogger("jiesu.clockwork")


class Lost(Exception):  # noqa: N818
    """Another process has the work now."""


@dataclass(frozen=True, slots=True)
class Hands:
    """The instant a round works at, and the working calendar around it."""

    now: datetime
    calendar: Calendar


Act = Callable[[Hands], Awaitable[int]]


async def run(seconds: float) -> None:
    """For ever: a round every so many seconds, when the work is this process's. What fails is tried in the next."""
    lease = Lease("clockwork")
    try:
        while True:
            try:
                if await lease.take():
                    await catch_up(lease, clock.now())
            except (Lost, Unavailable):
                pass
            except Exception as error:  # noqa: BLE001  (a round that fails must not be the last)
                log.warning("a round of the clockwork failed: %s", type(error).__qualname__)  # its text may quote a row
            await asyncio.sleep(seconds)
    finally:
        await asyncio.shield(_leave(lease))


async def _leave(lease: Lease) -> None:
    with contextlib.suppress(Unavailable):
        await lease.leave()


async def catch_up(lease: Lease, now: datetime) -> dict[str, int]:
    """Everything that is due by now, however long ago; says how many acts of each kind. `Lost` when the lease is."""
    hands = Hands(now, await due.calendar(now - _LOOK_BACK, _LOOK_BACK + _LOOK_AHEAD))
    done = {}
    for name, act in ACTS.items():
        batch = _held(lease, act)
        done[name] = 0
        while found := await batch(hands):
            done[name] += found
    return done


def _held(lease: Lease, act: Act) -> Act:
    @db.atomic
    async def batch(hands: Hands) -> int:
        if not await lease.hold():
            raise Lost
        return await act(hands)

    return batch


async def _breach(hands: Hands) -> int:
    """Limits that ran out: a fact from now on, whatever becomes of the case."""
    late = await db.query(
        "WITH late AS (SELECT d.id, c.jurisdiction_id, c.version FROM deadlines d JOIN cases c ON c.id = d.case_id"
        " WHERE d.met_at IS NULL AND d.stopped_at IS NULL AND d.breached_at IS NULL AND d.effective_due_at < $1"
        f" AND {MISSED.format(t='d')} < $1 ORDER BY d.effective_due_at, d.id LIMIT {BATCH} FOR UPDATE OF c, d SKIP LOCKED)"
        " UPDATE deadlines d SET breached_at = d.effective_due_at FROM late WHERE d.id = late.id"
        " RETURNING d.id, d.case_id, d.kind, d.clock, d.round, d.effective_due_at, late.jurisdiction_id, late.version",
        hands.now,
    )
    event = CaseEventKind.DEADLINE_BREACHED
    return _note(
        late, "effective_due_at", event, hands.now, deadline="id", kind="kind", clock="clock", due_at="effective_due_at"
    )


_REMIND = f"""
WITH near AS (
  SELECT d.id, d.case_id, d.effective_due_at, c.jurisdiction_id, c.version,
    CASE WHEN d.effective_due_at <= $5 THEN 'CRITICISM' WHEN d.effective_due_at <= $4 THEN 'FORMAL_NOTICE'
      WHEN d.effective_due_at <= $3 THEN 'DUE' ELSE 'BEFORE_DUE' END AS stage
  FROM deadlines d JOIN cases c ON c.id = d.case_id AND c.round = d.round
  WHERE d.kind IN ('CLOSE', 'REHANDLE') AND d.clock = 'SERVICE' AND d.met_at IS NULL AND d.stopped_at IS NULL
    AND d.effective_due_at <= $2 AND d.calendar_mode = $6 AND (c.priority = 'EMERGENCY') = $7
    AND c.status IN ({OPEN_LIST})
    AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.deadline_id = d.id AND r.due_at = d.effective_due_at
      AND r.stage = CASE WHEN d.effective_due_at <= $5 THEN 'CRITICISM' WHEN d.effective_due_at <= $4
        THEN 'FORMAL_NOTICE' WHEN d.effective_due_at <= $3 THEN 'DUE' ELSE 'BEFORE_DUE' END)
  ORDER BY d.effective_due_at, d.id LIMIT {BATCH} FOR UPDATE OF c SKIP LOCKED),
opened AS (
  INSERT INTO reminders (id, case_id, deadline_id, stage, due_at, opened_at)
  SELECT gen_random_uuid(), case_id, id, stage, effective_due_at, $1 FROM near
  ON CONFLICT DO NOTHING RETURNING deadline_id)
SELECT near.* FROM near JOIN opened ON opened.deadline_id = near.id ORDER BY near.effective_due_at, near.id"""


async def _remind(hands: Hands) -> int:
    """The rung each open case has come to. What an outage skipped is not made up: the present rung says more."""
    opened = []
    for mode in CalendarMode:
        for is_emergency in (True, False):
            steps = ladder.rungs(hands.calendar, hands.now, mode, at_once=is_emergency)
            opened += await db.query(_REMIND, hands.now, *_bounds(steps), mode.value, is_emergency)
    event = CaseEventKind.REMINDED
    return _note(opened, "effective_due_at", event, hands.now, stage="stage", due_at="effective_due_at")


def _bounds(steps: Rungs) -> tuple[datetime, datetime, datetime, datetime]:
    return steps.before_due, steps.due, steps.formal_notice, steps.criticism


async def _escalate(hands: Hands) -> int:
    """What nobody decided in time: an extension one working day after the old due date, all else after its own limit. Not a
    dispute: it waits for the leader, over whom nobody is, and its limit is a clock of the law that is breached like others.
    """
    kinds, limits = await _decision_limits(hands)
    late = await db.query(
        "WITH late AS (SELECT a.id, c.version FROM approvals a JOIN cases c ON c.id = a.case_id"
        " LEFT JOIN extension_requests e ON e.id = a.subject_id AND a.kind = $2"
        " WHERE a.decided_at IS NULL AND a.escalated_at IS NULL AND a.kind <> $6"
        " AND CASE WHEN a.kind = $2 THEN e.old_due_at <= $3"
        " ELSE a.requested_at <= (SELECT x.bound FROM unnest($4::text[], $5::timestamptz[]) AS x(kind, bound)"
        " WHERE x.kind = c.kind) END"
        f" ORDER BY a.requested_at, a.id LIMIT {BATCH} FOR UPDATE OF c, a SKIP LOCKED)"
        " UPDATE approvals a SET escalated_at = $1 FROM late WHERE a.id = late.id"
        " RETURNING a.id, a.case_id, a.kind, a.requested_at, a.jurisdiction_id, late.version",
        hands.now,
        ApprovalKind.EXTENSION.value,
        ladder.passed(hands.calendar, hands.now, ladder.ESCALATES_AFTER),
        kinds,
        limits,
        ApprovalKind.DISPUTE.value,
    )
    return _note(late, "requested_at", CaseEventKind.ESCALATED, hands.now, approval="kind")


async def _decision_limits(hands: Hands) -> tuple[list[str], list[datetime]]:
    """Of each kind of case, the latest instant at which what was asked then is undecided for too long by now."""
    known = await due.policies()
    found = {}
    for kind in CaseKind:
        bound = deadlines.choose(
            known,
            deadline_kind=DeadlineKind.DECISION,
            case_kind=kind,
            channel="",
            regime=None,
            clock=ClockKind.SERVICE,
            received_at=hands.now,
        )
        if bound:
            amount = min(policy.amount for policy in bound)
            found[kind.value] = ladder.passed(hands.calendar, hands.now, amount)
    return list(found), list(found.values())


async def _lapse(hands: Hands) -> int:
    """Extensions nobody decided at all: the unit is free to submit its result, and the case stands as overdue as it is."""
    late = await db.query(
        "WITH late AS (SELECT e.id, c.version, c.jurisdiction_id FROM extension_requests e"
        " JOIN cases c ON c.id = e.case_id WHERE e.status = $2 AND e.old_due_at <= $3"
        f" ORDER BY e.old_due_at, e.id LIMIT {BATCH} FOR UPDATE OF c, e SKIP LOCKED)"
        " UPDATE extension_requests e SET status = $4, decided_at = $1 FROM late WHERE e.id = late.id"
        " RETURNING e.id, e.case_id, e.old_due_at, late.version, late.jurisdiction_id",
        hands.now,
        ExtensionStatus.REQUESTED.value,
        ladder.passed(hands.calendar, hands.now, ladder.LAPSES_AFTER),
        ExtensionStatus.LAPSED.value,
    )
    ids = [row["id"] for row in late]
    await db.execute(
        "UPDATE approvals SET decided_at = $1 WHERE subject_id = ANY($2) AND decided_at IS NULL", hands.now, ids
    )
    return _note(late, "old_due_at", CaseEventKind.EXTENSION_LAPSED, hands.now, extension="id")


async def _expire(hands: Hands) -> int:
    """Complaints an enterprise did not settle in its time come back to the authority (T6)."""
    late = await db.query(
        "SELECT c.id FROM cases c JOIN deadlines d ON d.case_id = c.id AND d.round = c.round AND d.kind = $3"
        " WHERE c.status = $2 AND d.met_at IS NULL AND d.stopped_at IS NULL AND d.effective_due_at < $1"
        f" ORDER BY c.id LIMIT {_FEW} FOR UPDATE OF c SKIP LOCKED",
        hands.now,
        CaseStatus.ODR_SETTLING.value,
        DeadlineKind.ODR_SETTLEMENT.value,
    )
    for row in late:
        await odr.expire_routing(await Case.get(id=row["id"]), hands.now)
    return len(late)


async def _suggest(hands: Hands) -> int:
    """Cases that somebody should supervise (4.5)."""
    return await suggestions.open_suggestions(hands.now)


def _note(rows: list[dict[str, Any]], order: str, event: CaseEventKind, now: datetime, **said: str) -> int:
    """One entry a row, in order; `said` names the columns that are its facts."""
    entries = [
        ledger.Entry(
            jurisdiction_id=row["jurisdiction_id"],
            kind=event,
            occurred_at=now,
            case_id=row["case_id"],
            case_version=row["version"],
            facts={name: _plain(row[column]) for name, column in said.items()},
        )
        for row in sorted(rows, key=lambda row: (row[order], row["case_id"], row["id"]))
    ]
    if entries:
        ledger.append(*entries)
    return len(entries)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


# An enterprise's time ends first: what comes back to the authority is late with nothing.
ACTS: dict[str, Act] = {
    "expired": _expire,
    "breached": _breach,
    "reminded": _remind,
    "escalated": _escalate,
    "lapsed": _lapse,
    "suggested": _suggest,
}
