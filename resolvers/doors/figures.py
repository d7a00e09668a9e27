"""Counting cases as of an instant: the cohorts of domain 4.7 in SQL, each by unit. Formulas are `rules.kpi`'s.

The state at `asOf` is rebuilt from facts that never change (registrations, rounds, dispatches, due-date changes,
calls), so a figure of the past comes out the same whenever it is asked for. One thing is not: what turns out to be void
was never a case, and is counted as of no instant, not even of one before it was voided.

Each step is materialised and carries on all that the next needs, so that none is joined to another: once a statement
is prepared for good the planner knows neither how many cases nor how many units there are, and would pair them all.

Units overlap: a city holds what its counties hold. So every step knows a case once, with the one office that held it,
and only what is counted of an office is added to each unit the office belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from resolvers.doors import db
from resolvers.models.supervision import GIVEN_BACK, REPEATED

Unit = tuple[str, str]  # code and path of an office, which stand for it and all below it

# $1 jurisdiction, $2 codes and $3 paths of the units, $4 from, $5 to (exclusive), $6 as of, $7 kinds left out.
_UNITS = """
WITH unit AS MATERIALIZED (
  SELECT o.id AS office_id, u.code FROM offices o
  JOIN unnest($2::text[], $3::text[]) AS u(code, path) ON o.path ^@ u.path WHERE o.jurisdiction_id = $1),"""
_RECEIVED = "c.received_at >= $4 AND c.received_at < $5"
_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"


# A lead is held until it is taken back, as the unit asked or by designation of another, or its case merged: what became
# of it since, was still held at `asOf`.
_HELD = """(a.status = 'ACTIVE' OR coalesce(a.status = 'MERGED' AND c.merged_at > $6, false)
    OR coalesce((SELECT q.decided_at FROM return_requests q
      WHERE q.case_id = a.case_id AND q.office_id = a.office_id AND q.status = 'APPROVED'
        AND q.requested_at >= a.dispatched_at ORDER BY q.requested_at LIMIT 1) > $6, false)
    OR coalesce((SELECT q.decided_at FROM disputes q
      WHERE q.case_id = a.case_id AND q.office_id = a.office_id AND q.status = 'DESIGNATED'
        AND q.raised_at >= a.dispatched_at ORDER BY q.raised_at LIMIT 1) > $6, false))"""


# A recording is known from when it was keyed in, though it is registered only after a call.
_KNOWN = """(c.registered_at <= $6 OR c.channel = 'VOICEMAIL' AND EXISTS (SELECT 1 FROM ledger l
      WHERE l.case_id = c.id AND l.kind = 'RECEIVED' AND l.occurred_at <= $6))"""


# `IS TRUE` makes of the units a table to look into, and no join.
def _held(which: str, *, merged: bool = False) -> str:
    """The cases known at `asOf` that fulfil a condition, each once, with the office that held its lead then; of those
    merged by then only when asked to.
    """
    beside = "" if merged else " AND coalesce(c.merged_at > $6, true)"
    return f"""{_UNITS}
held AS MATERIALIZED (
  SELECT c.id, c.kind, c.tags, c.received_at, c.repeat_of_id, c.merged_at, lead.dispatched_at,
    coalesce(lead.office_id, c.intake_office_id) AS office_id FROM cases c
  LEFT JOIN LATERAL (SELECT a.office_id, a.dispatched_at FROM assignments a
    WHERE a.case_id = c.id AND a.role = 'LEAD' AND a.dispatched_at <= $6 AND {_HELD}
    ORDER BY a.dispatched_at DESC LIMIT 1) lead ON true
  WHERE c.jurisdiction_id = $1 AND c.status <> 'VOID'{beside} AND c.kind <> ALL($7::text[])
    AND {_KNOWN} AND {which}
    AND (coalesce(lead.office_id, c.intake_office_id) IN (SELECT unit.office_id FROM unit)) IS TRUE)"""


_ROUNDS = """,
closing AS MATERIALIZED (
  SELECT h.*, (SELECT r.closed_at FROM rounds r WHERE r.case_id = h.id AND r.opened_at <= $6
    ORDER BY r.number DESC LIMIT 1) AS closed_at FROM held h)"""
# With an ODR enterprise at `asOf`, or settled by it: no clock of the authority runs (DEC-1).
_WITH_ENTERPRISE = """EXISTS (SELECT 1 FROM odr_routings o WHERE o.case_id = h.id AND o.routed_at <= $6
    AND NOT coalesce(o.status IN ('DECLINED', 'EXPIRED') AND o.concluded_at <= $6, false))"""
_SUSPENDED = """EXISTS (SELECT 1 FROM pauses p WHERE p.case_id = h.id AND p.started_at <= $6
    AND coalesce(p.ended_at > $6, true))"""
# Of a case whose clocks stand still at `asOf` nothing is due; of one closed by then, what was due when it was closed.
_LIMITS = f""",
due AS MATERIALIZED (
  SELECT h.*, first.closed_at, CASE WHEN NOT {_WITH_ENTERPRISE}
    AND (coalesce(first.closed_at <= $6, false) OR NOT {_SUSPENDED}) THEN coalesce(
    (SELECT x.new_due_at FROM deadline_changes x
      WHERE x.deadline_id = d.id AND x.at <= $6 ORDER BY x.at DESC, x.id LIMIT 1),
    (SELECT x.old_due_at FROM deadline_changes x
      WHERE x.deadline_id = d.id AND x.at > $6 AND x.cause = 'RESTART' LIMIT 1), d.due_at) END AS due_at
  FROM held h JOIN rounds first ON first.case_id = h.id AND first.number = 1
  LEFT JOIN deadlines d ON d.case_id = h.id AND d.kind = 'CLOSE' AND d.clock = 'SERVICE' AND d.round = 1)"""
# A case begun anew before its callback was due is called back after the next closure.
_STILL_DUE = "(s.stopped_at IS NULL OR s.stopped_at > $6 OR s.stopped_at > s.due_at)"
_CLOSED = "coalesce(h.closed_at <= $6, false)"

# What suggests supervision (4.5) beside being overdue, as far as it is on record for good: a repeat of a repeat,
# dissatisfaction, several sections at once, a unit that would not sign, an instruction. Once met it stays met. That
# nothing was done by the last working day is not: it depends on the date that was the closing date then.
_MET_A_TRIGGER = f"""{REPEATED.format(t="h", at="$6")} OR {GIVEN_BACK.format(t="h", at="$6")}
      OR EXISTS (SELECT 1 FROM callbacks x WHERE x.case_id = h.id AND x.level = 'DISSATISFIED' AND x.called_at <= $6)
      OR EXISTS (SELECT 1 FROM assignments x WHERE x.case_id = h.id AND x.role = 'CO' AND x.dispatched_at <= $6)
      OR EXISTS (SELECT 1 FROM deadlines x WHERE x.case_id = h.id AND x.kind = 'SIGN_FOR'
        AND x.effective_due_at < least($6, x.met_at, x.stopped_at))
      OR EXISTS (SELECT 1 FROM instructions x WHERE x.case_id = h.id AND x.instructed_at <= $6)"""


def _count(numerator: str, denominator: str = "true", *, of: str = "held") -> str:
    return (
        f"SELECT h.office_id, h.kind, count(*) FILTER (WHERE {numerator}) AS numerator,"
        f" count(*) FILTER (WHERE {denominator}) AS denominator FROM {of} h"
    )


def _by_unit(steps: str, counted: str, *keys: str, **sums: str) -> str:
    """What is counted by office, added up for each unit and key; `sums` are the columns and their types."""
    added = [f"sum({name})::{kind} AS {name}" for name, kind in sums.items()]
    return f"""{steps},
counted AS ({counted})
SELECT {", ".join(("unit.code AS unit", *keys, *added))}
FROM counted JOIN unit ON unit.office_id = counted.office_id GROUP BY {", ".join(("unit.code", *keys))}"""


def _cohort(steps: str, counted: str) -> str:
    by_office = f"{counted} GROUP BY h.office_id, h.kind"
    return _by_unit(steps, by_office, "kind", numerator="bigint", denominator="bigint")


_COHORTS = {
    "intake": _cohort(_held(_RECEIVED, merged=True), _count("false")),
    "closure": _cohort(_held(_RECEIVED) + _ROUNDS, _count(_CLOSED, of="closing")),
    "on_time": _cohort(
        _held("c.received_at < $5") + _LIMITS,
        f"""{_count("h.closed_at <= h.due_at AND h.closed_at <= $6", of="due")}
      WHERE h.due_at >= $4 AND h.due_at < $5 AND (h.due_at <= $6 OR h.closed_at <= $6)""",
    ),
    "dispatch": _cohort(
        _held(_RECEIVED) + _ROUNDS,
        _count(
            "h.dispatched_at IS NOT NULL",
            f"h.dispatched_at IS NOT NULL OR NOT ({_CLOSED} OR {_WITH_ENTERPRISE})",
            of="closing",
        ),
    ),
    "duplicate": _cohort(
        _held(
            "EXISTS (SELECT 1 FROM assignments s WHERE s.case_id = c.id"
            " AND s.role = 'LEAD' AND s.dispatched_at >= $4 AND s.dispatched_at < $5 AND s.dispatched_at <= $6)"
        ),
        f"""{_count("s.is_repeat")} JOIN assignments s ON s.case_id = h.id AND s.role = 'LEAD'
      WHERE NOT EXISTS (SELECT 1 FROM assignments e
        WHERE e.case_id = s.case_id AND e.role = 'LEAD' AND e.dispatched_at < s.dispatched_at)
      AND s.dispatched_at >= $4 AND s.dispatched_at < $5 AND s.dispatched_at <= $6""",
    ),
    "satisfaction": _cohort(
        _held(
            "EXISTS (SELECT 1 FROM callbacks s WHERE s.case_id = c.id"
            " AND s.level IS NOT NULL AND s.called_at >= $4 AND s.called_at < $5 AND s.called_at <= $6)"
        ),
        f"""{_count("s.level IN ('VERY_SATISFIED', 'SATISFIED')")}
      CROSS JOIN LATERAL (SELECT x.level FROM callbacks x WHERE x.case_id = h.id AND x.level IS NOT NULL
        AND x.called_at >= $4 AND x.called_at < $5 AND x.called_at <= $6 ORDER BY x.called_at DESC LIMIT 1) s""",
    ),
    "callback": _cohort(
        f"""{_held("c.received_at < $5")},
called AS MATERIALIZED (
  SELECT h.*, s.due_at, EXISTS (SELECT 1 FROM callbacks x WHERE x.case_id = h.id AND x.round = s.round
    AND x.completes AND x.called_at <= $6) AS done FROM held h JOIN deadlines s ON s.case_id = h.id
  WHERE s.kind = 'CALLBACK' AND s.start_at <= $6 AND s.due_at >= $4 AND s.due_at < $5 AND {_STILL_DUE})""",
        f"{_count('h.done', of='called')} WHERE h.due_at <= $6 OR h.done",
    ),
    "supervision": _cohort(
        _held(_RECEIVED) + _LIMITS,
        f"""{_count("EXISTS (SELECT 1 FROM supervision_orders x WHERE x.case_id = h.id AND x.ordered_at <= $6)", of="due")}
      WHERE (h.due_at < $6 AND coalesce(h.closed_at > h.due_at, true)) OR {_MET_A_TRIGGER}""",
    ),
    "inspection": _cohort(
        _held("c.kind = 'REPORT' AND c.received_at < $5"),
        f"""{_count("EXISTS (SELECT 1 FROM inspection_notes x WHERE x.case_id = h.id AND x.received_at <= $6)")}
      JOIN rounds k ON k.case_id = h.id AND k.number = 1
      WHERE k.closed_at >= $4 AND k.closed_at < $5 AND k.closed_at <= $6""",
    ),
    # Held where it was taken in: who led a case that came back did not have it while it was with the enterprise.
    "odr": _cohort(
        f"""{_UNITS}
held AS MATERIALIZED (
  SELECT c.kind, c.intake_office_id AS office_id, s.status FROM odr_routings s JOIN cases c ON c.id = s.case_id
  WHERE c.jurisdiction_id = $1 AND coalesce(c.merged_at > $6, true) AND c.kind <> ALL($7::text[])
    AND s.concluded_at >= $4 AND s.concluded_at < $5 AND s.concluded_at <= $6
    AND (c.intake_office_id IN (SELECT unit.office_id FROM unit)) IS TRUE)""",
        _count("h.status = 'SETTLED'"),
    ),
}
_TAGGED = _cohort(_held(_RECEIVED, merged=True), _count("h.tags @> ARRAY[$8::text]"))
# A later round that signs another amount books the difference, so a case is never counted twice.
_RECOVERED = _by_unit(
    f"""{_held("c.received_at < $5")},
booked AS MATERIALIZED (
  SELECT h.office_id, k.decided_at, s.recovered_loss AS yuan,
    lag(s.recovered_loss) OVER (PARTITION BY h.id ORDER BY k.decided_at) AS before
  FROM held h JOIN sign_offs k ON k.case_id = h.id AND k.decision = 'APPROVE' AND k.decided_at <= $6
  JOIN handling_results s ON s.id = k.result_id)""",
    """SELECT office_id, sum(coalesce(yuan, 0) - coalesce(before, 0)) AS yuan, count(yuan) AS results FROM booked
  WHERE decided_at >= $4 AND decided_at < $5 GROUP BY office_id""",
    yuan="numeric",
    results="bigint",
)
_DAILY = _by_unit(
    _held("c.received_at < $5", merged=True),
    f"""SELECT office_id, day, sum(received) AS received, sum(closed) AS closed FROM (
    SELECT h.office_id, (h.received_at {_DAY} AS day, 1 AS received, 0 AS closed FROM held h WHERE h.received_at >= $4
    UNION ALL
    SELECT h.office_id, (k.closed_at {_DAY}, 0, 1 FROM held h JOIN rounds k ON k.case_id = h.id AND k.number = 1
      WHERE k.closed_at >= $4 AND k.closed_at < $5 AND k.closed_at <= $6 AND coalesce(h.merged_at > $6, true)) x
  GROUP BY office_id, day""",
    "day",
    received="int",
    closed="int",
)


@dataclass(frozen=True, slots=True)
class Question:
    """Which cases to count: received, due or closed in which window, as known when, and of which units."""

    jurisdiction_id: UUID
    start: datetime
    end: datetime
    as_of: datetime
    without: tuple[str, ...] = ()  # kinds of case that are not counted
    units: tuple[Unit, ...] = ()  # no unit twice, but one may lie within another

    def values(self) -> list[object]:
        codes, paths = [code for code, _ in self.units], [path for _, path in self.units]
        return [self.jurisdiction_id, codes, paths, self.start, self.end, self.as_of, list(self.without)]


@dataclass(frozen=True, slots=True)
class Count:
    kind: str
    numerator: int
    denominator: int


async def cohort(question: Question, name: str) -> dict[str, list[Count]]:
    """Numerators and denominators of one cohort: of each unit, by kind of case."""
    return _counts(await _ask(question, _COHORTS[name]))


async def tagged(question: Question, tag: str) -> dict[str, list[Count]]:
    """占比: how many of those received carry a tag, and how many were received: of each unit, by kind of case."""
    return _counts(await _ask(question, _TAGGED, tag))


async def recovered(question: Question) -> dict[str, tuple[Decimal, int]]:
    """挽回经济损失: signed-off amounts in yuan, by closing date, and of how many results: of each unit."""
    found = await _ask(question, _RECOVERED)
    return {code: (rows[0]["yuan"], rows[0]["results"]) if rows else (Decimal(0), 0) for code, rows in found.items()}


async def by_day(question: Question) -> dict[str, dict[date, tuple[int, int]]]:
    """Received and closed on each local day of the window on which there was one: of each unit."""
    found = await _ask(question, _DAILY)
    return {code: {row["day"]: (row["received"], row["closed"]) for row in rows} for code, rows in found.items()}


async def _ask(question: Question, sql: str, *more: object) -> dict[str, list[dict[str, Any]]]:
    """The rows of each unit, in one statement; none for a unit without cases."""
    found: dict[str, list[dict[str, Any]]] = {code: [] for code, _ in question.units}
    for row in await db.query(sql, *question.values(), *more):
        found[row.pop("unit")].append(row)
    return found


def _counts(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[Count]]:
    return {code: [Count(**row) for row in rows] for code, rows in found.items()}
