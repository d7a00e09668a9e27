"""建议督办: which cases meet a trigger of domain 4.5 now, found in one statement, each trigger once a round.

Five triggers are about open cases. Dissatisfaction and an instruction stand whatever has become of the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from resolvers.doors import db, due, ledger
from resolvers.models.case import OPEN_LIST
from resolvers.models.supervision import GIVEN_BACK, REPEATED
from resolvers.rules import days
from resolvers.terms.kinds import CaseEventKind, LimitUnit, SupervisionTrigger
from resolvers.terms.statuses import BEYOND, OPEN

Suggested: TypeAlias = tuple[UUID, int, SupervisionTrigger]

BATCH = 4_000
_LEFT_WORKING_DAYS = 1
_ANY_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
_NOT_BEYOND = "c.status NOT IN ({})".format(", ".join(f"'{status}'" for status in sorted(BEYOND)))

# Asked early where the past is searched, so that what was seen long ago costs next to nothing.
_SEEN = """EXISTS (SELECT 1 FROM supervision_suggestions y
    WHERE y.case_id = {t}.{case} AND y.round = {t}.round AND y.trigger = '{trigger}')"""

# $1 jurisdiction, $2 now, $3 end of the last working day that counts as "one left", $4 how many at the most.
_SUGGEST = f"""
WITH live AS MATERIALIZED (
  SELECT c.id, c.status, c.round, c.due_at, c.repeat_of_id, c.received_at FROM cases c
  WHERE c.jurisdiction_id = $1 AND c.status IN ({_ANY_OPEN})),
heard AS MATERIALIZED (
  SELECT k.case_id, k.round, k.called_at, k.follower_id FROM callbacks k
  WHERE k.level = 'DISSATISFIED' AND NOT {_SEEN.format(t="k", case="case_id", trigger="DISSATISFIED")}),
told AS MATERIALIZED (SELECT x.case_id, max(x.instructed_at) AS instructed_at FROM instructions x GROUP BY x.case_id),
met AS (
  SELECT c.id, c.round, 'OVERDUE' AS trigger FROM live c WHERE c.status IN ({OPEN_LIST}) AND c.due_at < $2
  UNION ALL
  SELECT c.id, c.round, 'NO_PROGRESS' FROM live c
    JOIN assignments a ON a.case_id = c.id AND a.role = 'LEAD' AND a.status = 'ACTIVE'
  WHERE c.status = 'IN_PROGRESS' AND c.due_at <= $3 AND a.signed_for_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM inspection_notes x
      WHERE x.case_id = c.id AND x.round = c.round AND x.received_at >= a.signed_for_at)
    AND NOT EXISTS (SELECT 1 FROM handling_results x
      WHERE x.case_id = c.id AND x.round = c.round AND x.submitted_at >= a.signed_for_at)
    AND NOT EXISTS (SELECT 1 FROM extension_requests x
      WHERE x.case_id = c.id AND x.round = c.round AND x.requested_at >= a.signed_for_at)
  UNION ALL
  SELECT c.id, c.round, 'REPEATED' FROM live c WHERE {REPEATED.format(t="c", at="$2")}
  UNION ALL
  SELECT c.id, c.round, 'SEVERAL_SECTIONS' FROM live c
  WHERE (SELECT count(*) FROM assignments a WHERE a.case_id = c.id AND a.status = 'ACTIVE') >= 2
  UNION ALL
  SELECT c.id, c.round, 'REFUSED_SIGN_FOR' FROM live c WHERE {GIVEN_BACK.format(t="c", at="$2")}
  UNION ALL
  SELECT c.id, c.round, 'REFUSED_SIGN_FOR' FROM live c JOIN deadlines d ON d.case_id = c.id AND d.kind = 'SIGN_FOR'
  WHERE c.status = 'DISPATCHED' AND d.met_at IS NULL AND d.stopped_at IS NULL AND d.effective_due_at < $2
  UNION ALL
  SELECT c.id, c.round, 'DISSATISFIED' FROM heard k JOIN cases c ON c.id = k.case_id AND c.round = k.round
  WHERE c.jurisdiction_id = $1 AND {_NOT_BEYOND}
    AND NOT EXISTS (SELECT 1 FROM callbacks x WHERE x.case_id = k.case_id AND x.round = k.round
      AND x.level IS NOT NULL AND x.called_at > k.called_at AND x.follower_id IS NOT DISTINCT FROM k.follower_id)
  UNION ALL
  SELECT c.id, c.round, 'INSTRUCTION' FROM told x JOIN cases c ON c.id = x.case_id
  WHERE c.jurisdiction_id = $1 AND {_NOT_BEYOND} AND NOT {_SEEN.format(t="c", case="id", trigger="INSTRUCTION")}
    AND x.instructed_at >= (SELECT r.opened_at FROM rounds r WHERE r.case_id = c.id AND r.number = c.round)),
new AS MATERIALIZED (
  SELECT m.id, m.round, m.trigger FROM (SELECT DISTINCT met.* FROM met) m
  WHERE NOT EXISTS (SELECT 1 FROM supervision_suggestions x
    WHERE x.case_id = m.id AND x.round = m.round AND x.trigger = m.trigger)
  ORDER BY m.id, m.trigger LIMIT $4),
free AS MATERIALIZED (
  SELECT c.id FROM cases c WHERE c.id IN (SELECT new.id FROM new) ORDER BY c.id FOR KEY SHARE SKIP LOCKED)
INSERT INTO supervision_suggestions (id, case_id, round, trigger, suggested_at)
SELECT gen_random_uuid(), new.id, new.round, new.trigger, $2 FROM new JOIN free ON free.id = new.id
ON CONFLICT (case_id, round, trigger) DO NOTHING RETURNING case_id, round, trigger"""


async def suggest(jurisdiction_id: UUID, now: datetime, limit: int) -> list[Suggested]:
    """Put on record which triggers are met now and were not yet seen in their round: so many at the most. What is new."""
    left = days.due(await due.calendar(now), now, _LEFT_WORKING_DAYS, LimitUnit.WORKING_DAY).at
    rows = await db.query(_SUGGEST, jurisdiction_id, now, left, limit)
    return sorted((row["case_id"], row["round"], SupervisionTrigger.of(row["trigger"])) for row in rows)


async def open_suggestions(now: datetime) -> int:
    """A batch of new suggestions over all jurisdictions, each in its ledger. How many; fewer than `BATCH`: no more wait."""
    found = 0
    for row in await db.query("SELECT id FROM offices WHERE parent_id IS NULL ORDER BY id"):
        if found < BATCH:
            found += await watch(row["id"], now, BATCH - found)
    return found


async def watch(jurisdiction_id: UUID, now: datetime, limit: int) -> int:
    """What is new in one jurisdiction, with its ledger. Within the caller's transaction."""
    new = await suggest(jurisdiction_id, now, limit)
    await _note(jurisdiction_id, new, now)
    return len(new)


async def _note(jurisdiction_id: UUID, new: Sequence[Suggested], now: datetime) -> None:
    """Nobody did it, and the case is as it was: its version stays. A repeat tells of another case: for the audit."""
    keys = sorted({case_id for case_id, _, _ in new})
    versions = {
        row["id"]: row["version"]
        for row in await db.query("SELECT id, version FROM cases WHERE id = ANY($1::uuid[])", keys)
    }
    event = CaseEventKind.SUPERVISION_SUGGESTED
    entries = [
        ledger.Entry(
            jurisdiction_id, event, now, case_id=case_id, case_version=versions[case_id],
            audit_only=trigger is SupervisionTrigger.REPEATED,
            facts={"round": number, "trigger": trigger.value},
        )
        for case_id, number, trigger in new
    ]  # fmt: skip
    if entries:
        ledger.append(*entries)
