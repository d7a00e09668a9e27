"""Counting cases as of an instant: the cohorts of domain 4.7 in SQL, each by unit. Formulas are `rules.kpi`'s.

The state at `asOf` is rebuilt from facts that never change (registrations, rounds, dispatches, due-date changes,
calls), so a figure of the past comes out the same whenever it is asked for.

Each step is materialised: the planner takes a prefix of a path for one office and would loop over everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from resolvers.doors import db

# $1 jurisdiction, $2 codes and $3 paths of the units, $4 from, $5 to (exclusive), $6 as of, $7 kinds left out.
_UNITS = """
WITH unit AS MATERIALIZED (
  SELECT o.id AS office_id, u.code FROM offices o
  JOIN unnest($2::text[], $3::text[]) AS u(code, path) ON o.path LIKE u.path || '%' WHERE o.jurisdiction_id = $1),"""
_RECEIVED = "c.received_at >= $4 AND c.received_at < $5"
_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"


def _held(which: str, *, merged: bool = False) -> str:
    """The cases known at `asOf` that fulfil a condition, each with the unit that held its lead then."""
    beside = "" if merged else " AND c.status <> 'MERGED'"
    return f"""{_UNITS}
held AS MATERIALIZED (
  SELECT c.id, c.kind, c.tags, c.received_at, c.repeat_of_id, lead.dispatched_at, unit.code AS unit FROM cases c
  LEFT JOIN LATERAL (SELECT a.office_id, a.dispatched_at FROM assignments a
    WHERE a.case_id = c.id AND a.role = 'LEAD' AND a.dispatched_at <= $6
    ORDER BY a.dispatched_at DESC LIMIT 1) lead ON true
  JOIN unit ON unit.office_id = coalesce(lead.office_id, c.intake_office_id)
  WHERE c.jurisdiction_id = $1 AND c.status <> 'VOID'{beside} AND c.kind <> ALL($7::text[])
    AND c.registered_at <= $6 AND {which})"""


_ROUNDS = """,
closing AS MATERIALIZED (
  SELECT h.id, (SELECT r.closed_at FROM rounds r WHERE r.case_id = h.id AND r.opened_at <= $6
    ORDER BY r.number DESC LIMIT 1) AS closed_at FROM held h)"""
_LIMITS = """,
due AS MATERIALIZED (
  SELECT h.id, first.closed_at, coalesce((SELECT x.new_due_at FROM deadline_changes x
    WHERE x.deadline_id = d.id AND x.at <= $6 ORDER BY x.at DESC, x.id LIMIT 1), d.due_at) AS due_at
  FROM held h JOIN rounds first ON first.case_id = h.id AND first.number = 1
  LEFT JOIN deadlines d ON d.case_id = h.id AND d.kind = 'CLOSE' AND d.clock = 'SERVICE' AND d.round = 1)"""
_CLOSED = "coalesce(k.closed_at <= $6, false)"
_BY = "GROUP BY h.unit, h.kind"


def _count(numerator: str, denominator: str = "true") -> str:
    return (
        f"SELECT h.unit, h.kind, count(*) FILTER (WHERE {numerator}) AS numerator,"
        f" count(*) FILTER (WHERE {denominator}) AS denominator FROM held h"
    )


_COHORTS = {
    "intake": f"{_held(_RECEIVED, merged=True)} {_count('false')} {_BY}",
    "closure": f"{_held(_RECEIVED)}{_ROUNDS} {_count(_CLOSED)} JOIN closing k ON k.id = h.id {_BY}",
    "on_time": f"""{_held("c.received_at < $5")}{_LIMITS}
      {_count("k.closed_at <= k.due_at AND k.closed_at <= $6")} JOIN due k ON k.id = h.id
      WHERE k.due_at >= $4 AND k.due_at < $5 AND (k.due_at <= $6 OR k.closed_at <= $6) {_BY}""",
    "dispatch": f"""{_held(_RECEIVED)}{_ROUNDS}
      {_count("h.dispatched_at IS NOT NULL", f"h.dispatched_at IS NOT NULL OR NOT {_CLOSED}")}
      JOIN closing k ON k.id = h.id {_BY}""",
    "duplicate": f"""{
        _held(
            "EXISTS (SELECT 1 FROM assignments s WHERE s.case_id = c.id"
            " AND s.role = 'LEAD' AND s.dispatched_at >= $4 AND s.dispatched_at < $5 AND s.dispatched_at <= $6)"
        )
    }
      {_count("s.is_repeat")} JOIN assignments s ON s.case_id = h.id AND s.role = 'LEAD'
      WHERE s.dispatched_at >= $4 AND s.dispatched_at < $5 AND s.dispatched_at <= $6 {_BY}""",
    "satisfaction": f"""{
        _held(
            "EXISTS (SELECT 1 FROM callbacks s WHERE s.case_id = c.id"
            " AND s.level IS NOT NULL AND s.called_at >= $4 AND s.called_at < $5 AND s.called_at <= $6)"
        )
    }
      {_count("s.level IN ('VERY_SATISFIED', 'SATISFIED')")}
      CROSS JOIN LATERAL (SELECT x.level FROM callbacks x WHERE x.case_id = h.id AND x.level IS NOT NULL
        AND x.called_at >= $4 AND x.called_at < $5 AND x.called_at <= $6 ORDER BY x.called_at DESC LIMIT 1) s {_BY}""",
    "callback": f"""{_held("c.received_at < $5")}, called AS MATERIALIZED (
      SELECT h.id, s.due_at, EXISTS (SELECT 1 FROM callbacks x WHERE x.case_id = h.id AND x.round = s.round
        AND x.completes AND x.called_at <= $6) AS done FROM held h JOIN deadlines s ON s.case_id = h.id
      WHERE s.kind = 'CALLBACK' AND s.start_at <= $6 AND s.due_at >= $4 AND s.due_at < $5)
      {_count("k.done")} JOIN called k ON k.id = h.id WHERE k.due_at <= $6 OR k.done {_BY}""",
    "supervision": f"""{_held(_RECEIVED)}{_LIMITS}
      {_count("EXISTS (SELECT 1 FROM supervision_orders x WHERE x.case_id = h.id AND x.ordered_at <= $6)")}
      JOIN due k ON k.id = h.id WHERE h.repeat_of_id IS NOT NULL
      OR (k.due_at < $6 AND coalesce(k.closed_at > k.due_at, true))
      OR EXISTS (SELECT 1 FROM callbacks x WHERE x.case_id = h.id AND x.level = 'DISSATISFIED' AND x.called_at <= $6)
      {_BY}""",
    "inspection": f"""{_held("c.kind = 'REPORT' AND c.received_at < $5")}
      {_count("EXISTS (SELECT 1 FROM inspection_notes x WHERE x.case_id = h.id AND x.received_at <= $6)")}
      JOIN rounds k ON k.case_id = h.id AND k.number = 1
      WHERE k.closed_at >= $4 AND k.closed_at < $5 AND k.closed_at <= $6 {_BY}""",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Which cases to count: of which units, received, due or closed in which window, as known when."""

    jurisdiction_id: UUID
    units: tuple[tuple[str, str], ...]  # code and path of each
    start: datetime
    end: datetime
    as_of: datetime
    without: tuple[str, ...] = ()  # kinds of case that are not counted

    def values(self) -> list[object]:
        codes, paths = [code for code, _ in self.units], [path for _, path in self.units]
        return [self.jurisdiction_id, codes, paths, self.start, self.end, self.as_of, list(self.without)]


@dataclass(frozen=True, slots=True)
class Count:
    unit: str
    kind: str
    numerator: int
    denominator: int


async def cohort(name: str, question: Question) -> list[Count]:
    """Numerators and denominators of one cohort, by unit and kind of case."""
    return [Count(**row) for row in await db.query(_COHORTS[name], *question.values())]


async def tagged(tag: str, question: Question) -> tuple[int, int]:
    """占比: how many of those received carry a tag, and how many were received."""
    sql = f"""{_held(_RECEIVED, merged=True)} SELECT count(*) FILTER (WHERE h.tags @> ARRAY[$8::text]) AS numerator,
      count(*) AS denominator FROM held h"""
    row = (await db.query(sql, *question.values(), tag))[0]
    return row["numerator"], row["denominator"]


async def recovered(question: Question) -> tuple[Decimal, int]:
    """挽回经济损失: signed-off amounts in yuan, by closing date, and of how many results.

    A later round that signs another amount books the difference, so a case is never counted twice.
    """
    sql = f"""{_held("c.received_at < $5")}, booked AS MATERIALIZED (
      SELECT k.decided_at, s.recovered_loss AS yuan, lag(s.recovered_loss) OVER (PARTITION BY h.id ORDER BY k.decided_at)
        AS before FROM held h JOIN sign_offs k ON k.case_id = h.id AND k.decision = 'APPROVE' AND k.decided_at <= $6
        JOIN handling_results s ON s.id = k.result_id)
      SELECT coalesce(sum(coalesce(yuan, 0) - coalesce(before, 0)), 0) AS yuan, count(yuan) AS results FROM booked
      WHERE decided_at >= $4 AND decided_at < $5"""
    row = (await db.query(sql, *question.values()))[0]
    return Decimal(row["yuan"]), row["results"]


async def by_day(question: Question) -> list[dict[str, Any]]:
    """Received and closed on each local day of the window."""
    sql = f"""{_held("c.received_at < $5", merged=True)}
      SELECT day, sum(received)::int AS received, sum(closed)::int AS closed FROM (
        SELECT (h.received_at {_DAY} AS day, 1 AS received, 0 AS closed FROM held h WHERE h.received_at >= $4
        UNION ALL
        SELECT (k.closed_at {_DAY}, 0, 1 FROM held h JOIN rounds k ON k.case_id = h.id AND k.number = 1
          WHERE k.closed_at >= $4 AND k.closed_at < $5 AND k.closed_at <= $6) x
      GROUP BY day ORDER BY day"""
    return await db.query(sql, *question.values())
