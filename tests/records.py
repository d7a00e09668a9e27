"""All that is on record of one case, and what must hold of it whatever was done, by whom and beside whom."""

from __future__ import annotations

from datetime import datetime

import orjson

from resolvers.doors import db
from tests.client import Data
from tests.matter import OPEN
from tests.promises.test_ledger import fold

_LOOK = """
SELECT to_jsonb(c) AS "case",
  (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.seq) FROM ledger l WHERE l.case_id = c.id) AS ledger,
  (SELECT jsonb_agg(to_jsonb(d) ORDER BY d.id) FROM deadlines d WHERE d.case_id = c.id) AS deadlines,
  (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.number) FROM rounds r WHERE r.case_id = c.id) AS rounds,
  (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.id), '[]') FROM assignments a
    WHERE a.case_id = c.id AND a.status = 'ACTIVE') AS active,
  (SELECT coalesce(jsonb_agg(p.kind), '[]') FROM approvals p WHERE p.case_id = c.id AND p.decided_at IS NULL
    AND p.escalated_at IS NOT NULL AND p.kind IN ('EXTENSION', 'RETURN', 'FILING')) AS escalated,
  (SELECT count(*) FROM approvals p WHERE p.case_id = c.id AND p.decided_at IS NULL) AS waiting
FROM cases c WHERE c.number = $1
"""


async def look(number: str) -> Data:
    """The case's row, its ledger, clocks, rounds and active assignments, and how many decisions it waits for."""
    (row,) = await db.query(_LOOK, number)
    return {name: orjson.loads(value) if isinstance(value, str) else value for name, value in row.items()}


def is_sound(found: Data) -> bool:
    """The row is what its ledger tells; one lead at the most; open, it has one open round, its last, and closed none;
    what was met late, and nothing else that was met, was missed at its due date.
    """
    case = found["case"]
    assert told(found) == (case["status"], case["version"], case["round"])
    leads = [each["office_id"] for each in found["active"] if each["role"] == "LEAD"]
    assert leads == ([case["lead_office_id"]] if case["lead_office_id"] else [])
    is_open = case["status"] in OPEN
    assert (case["closed_at"] is None) == is_open
    running = [each["number"] for each in found["rounds"] if each["closed_at"] is None]
    assert running == ([case["round"]] if is_open else [])
    for limit in found["deadlines"]:
        due = instant(limit["effective_due_at"])
        if limit["met_at"]:
            assert bool(limit["breached_at"]) == (instant(limit["met_at"]) > due)
        if limit["breached_at"]:
            assert instant(limit["breached_at"]) == due
    return True


def has_missed_what_ran_out(found: Data, now: datetime) -> bool:
    """Whatever runs beyond its date is a breach on record."""
    running = [limit for limit in found["deadlines"] if limit["met_at"] is None and limit["stopped_at"] is None]
    return all(limit["breached_at"] for limit in running if instant(limit["effective_due_at"]) < now)


def told(found: Data) -> tuple[str, int, int]:
    """Status, version and round by the ledger alone."""
    return fold([{**entry, "facts": orjson.dumps(entry["facts"])} for entry in found["ledger"]])


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
