"""Counting cases as of an instant: the cohorts of domain 4.7 in SQL, each by unit. Formulas are `rules.kpi`'s.

The state at `asOf` is rebuilt from facts that never change (rounds, dispatches, due-date changes, calls), so a
figure of the past comes out the same whenever it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from resolvers.doors import db

# $1 jurisdiction, $2 codes and $3 paths of the units, $4 from, $5 to (exclusive), $6 as of.
_HELD = """
  LEFT JOIN LATERAL (SELECT a.office_id, a.dispatched_at FROM assignments a
    WHERE a.case_id = c.id AND a.role = 'LEAD' AND a.dispatched_at <= $6
    ORDER BY a.dispatched_at DESC LIMIT 1) lead ON true
  JOIN offices o ON o.id = coalesce(lead.office_id, c.intake_office_id)
  JOIN unnest($2::text[], $3::text[]) AS u(code, path) ON o.path LIKE u.path || '%'
"""
_ROUND = """
  LEFT JOIN LATERAL (SELECT r.closed_at FROM rounds r WHERE r.case_id = c.id AND r.opened_at <= $6
    ORDER BY r.number DESC LIMIT 1) round ON true
"""
_FIRST = "LEFT JOIN rounds first ON first.case_id = c.id AND first.number = 1"
_LIMIT = """
  LEFT JOIN LATERAL (SELECT coalesce((SELECT x.new_due_at FROM deadline_changes x
      WHERE x.deadline_id = d.id AND x.at <= $6 ORDER BY x.at DESC, x.id LIMIT 1), d.due_at) AS due_at
    FROM deadlines d WHERE d.case_id = c.id AND d.kind = 'CLOSE' AND d.clock = 'SERVICE' AND d.round = 1) due ON true
"""
_MINE = "c.jurisdiction_id = $1 AND c.status NOT IN ('VOID', 'MERGED')"
_RECEIVED = "c.received_at >= $4 AND c.received_at < $5 AND c.received_at <= $6"
_CLOSED = "round.closed_at <= $6"
_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"

_COHORTS = {
    "intake": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator, 0 AS numerator FROM cases c {_HELD}
WHERE c.jurisdiction_id = $1 AND c.status <> 'VOID' AND {_RECEIVED} GROUP BY 1, 2""",
    "closure": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator, count(*) FILTER (WHERE {_CLOSED}) AS numerator
FROM cases c {_HELD} {_ROUND} WHERE {_MINE} AND {_RECEIVED} GROUP BY 1, 2""",
    "on_time": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator,
  count(*) FILTER (WHERE first.closed_at <= due.due_at AND first.closed_at <= $6) AS numerator
FROM cases c {_HELD} {_FIRST} {_LIMIT}
WHERE {_MINE} AND c.received_at <= $6 AND due.due_at >= $4 AND due.due_at < $5
  AND (due.due_at <= $6 OR first.closed_at <= $6) GROUP BY 1, 2""",
    "dispatch": f"""
SELECT u.code AS unit, c.kind, count(*) FILTER (WHERE lead.dispatched_at IS NOT NULL) AS numerator,
  count(*) FILTER (WHERE lead.dispatched_at IS NOT NULL OR NOT coalesce({_CLOSED}, false)) AS denominator
FROM cases c {_HELD} {_ROUND} WHERE {_MINE} AND {_RECEIVED} GROUP BY 1, 2""",
    "duplicate": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator, count(*) FILTER (WHERE s.is_repeat) AS numerator
FROM assignments s JOIN cases c ON c.id = s.case_id {_HELD}
WHERE {_MINE} AND s.role = 'LEAD' AND s.dispatched_at >= $4 AND s.dispatched_at < $5 AND s.dispatched_at <= $6
GROUP BY 1, 2""",
    "satisfaction": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator,
  count(*) FILTER (WHERE s.level IN ('VERY_SATISFIED', 'SATISFIED')) AS numerator
FROM (SELECT DISTINCT ON (case_id) case_id, level FROM callbacks
  WHERE level IS NOT NULL AND called_at >= $4 AND called_at < $5 AND called_at <= $6
  ORDER BY case_id, called_at DESC) s JOIN cases c ON c.id = s.case_id {_HELD}
WHERE {_MINE} GROUP BY 1, 2""",
    "callback": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator, count(*) FILTER (WHERE done.yes) AS numerator
FROM deadlines s JOIN cases c ON c.id = s.case_id {_HELD}
CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM callbacks k WHERE k.case_id = c.id AND k.round = s.round
  AND k.completes AND k.called_at <= $6) AS yes) done
WHERE {_MINE} AND s.kind = 'CALLBACK' AND s.start_at <= $6 AND s.due_at >= $4 AND s.due_at < $5
  AND (s.due_at <= $6 OR done.yes) GROUP BY 1, 2""",
    "supervision": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator,
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM supervision_orders k WHERE k.case_id = c.id AND k.ordered_at <= $6))
  AS numerator
FROM cases c {_HELD} {_FIRST} {_LIMIT}
WHERE {_MINE} AND {_RECEIVED} AND (c.repeat_of_id IS NOT NULL
  OR (due.due_at < $6 AND coalesce(first.closed_at > due.due_at, true))
  OR EXISTS (SELECT 1 FROM callbacks k WHERE k.case_id = c.id AND k.level = 'DISSATISFIED' AND k.called_at <= $6))
GROUP BY 1, 2""",
    "inspection": f"""
SELECT u.code AS unit, c.kind, count(*) AS denominator,
  count(*) FILTER (WHERE EXISTS (SELECT 1 FROM inspection_notes k WHERE k.case_id = c.id AND k.received_at <= $6))
  AS numerator
FROM cases c {_HELD} {_FIRST} WHERE {_MINE} AND c.kind = 'REPORT'
  AND first.closed_at >= $4 AND first.closed_at < $5 AND first.closed_at <= $6 GROUP BY 1, 2""",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Which cases to count: of which units, received, due or closed in which window, as known when."""

    jurisdiction_id: UUID
    units: tuple[tuple[str, str], ...]  # code and path of each
    start: datetime
    end: datetime
    as_of: datetime

    def values(self) -> list[object]:
        codes, paths = [code for code, _ in self.units], [path for _, path in self.units]
        return [self.jurisdiction_id, codes, paths, self.start, self.end, self.as_of]


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
    sql = f"""
SELECT count(*) FILTER (WHERE c.tags @> ARRAY[$7::text]) AS numerator, count(*) AS denominator FROM cases c {_HELD}
WHERE c.jurisdiction_id = $1 AND c.status <> 'VOID' AND {_RECEIVED}"""
    row = (await db.query(sql, *question.values(), tag))[0]
    return row["numerator"], row["denominator"]


async def recovered(question: Question) -> tuple[Decimal, int]:
    """挽回经济损失: signed-off amounts in yuan, by closing date, and of how many results."""
    sql = f"""
SELECT coalesce(sum(s.recovered_loss), 0) AS yuan, count(s.recovered_loss) AS results FROM sign_offs k
JOIN handling_results s ON s.id = k.result_id JOIN cases c ON c.id = k.case_id {_HELD}
WHERE {_MINE} AND k.decision = 'APPROVE' AND k.decided_at >= $4 AND k.decided_at < $5 AND k.decided_at <= $6"""
    row = (await db.query(sql, *question.values()))[0]
    return Decimal(row["yuan"]), row["results"]


async def by_day(question: Question) -> list[dict[str, Any]]:
    """Received and closed on each local day of the window."""
    sql = f"""
SELECT day, sum(received)::int AS received, sum(closed)::int AS closed FROM (
  SELECT (c.received_at {_DAY} AS day, 1 AS received, 0 AS closed FROM cases c {_HELD}
    WHERE c.jurisdiction_id = $1 AND c.status <> 'VOID' AND {_RECEIVED}
  UNION ALL
  SELECT (first.closed_at {_DAY}, 0, 1 FROM cases c {_HELD} {_FIRST}
    WHERE {_MINE} AND first.closed_at >= $4 AND first.closed_at < $5 AND first.closed_at <= $6) x
GROUP BY day ORDER BY day"""
    return await db.query(sql, *question.values())
