"""并入的工单: the cases merged into a case, and into those, however deep. Whoever handles the one sees them all."""

from __future__ import annotations

from uuid import UUID

from resolvers.doors import db
from resolvers.models import Case

_BELOW = """WITH RECURSIVE below AS (
  SELECT c.id, c.complainant_id FROM cases c WHERE c.merged_into_id = $1
  UNION SELECT c.id, c.complainant_id FROM cases c JOIN below ON c.merged_into_id = below.id)"""
_ABOVE = """WITH RECURSIVE above AS (
  SELECT c.merged_into_id AS id FROM cases c WHERE c.id = $1
  UNION SELECT c.merged_into_id FROM cases c JOIN above ON c.id = above.id)"""


async def of(case: Case) -> set[UUID]:
    """The followers of a case."""
    return {row["id"] for row in await db.query(f"{_BELOW} SELECT id FROM below", case.id)}


async def within_reach(case: Case) -> set[UUID]:
    """Those of them whose complainant can be called: a number is on record."""
    reachable = "p.phone IS NOT NULL OR p.contact_digest IS NOT NULL"
    sql = f"{_BELOW} SELECT b.id FROM below b JOIN parties p ON p.id = b.complainant_id WHERE {reachable}"
    return {row["id"] for row in await db.query(sql, case.id)}


async def path(case: Case) -> frozenset[UUID]:
    """The cases a case was merged into, one after the other."""
    return frozenset(
        row["id"] for row in await db.query(f"{_ABOVE} SELECT id FROM above WHERE id IS NOT NULL", case.id)
    )


async def recuse(case: Case) -> None:
    """Who is off a case is off all that goes on in one with it: asked for whenever that changes."""
    await db.execute(
        """WITH RECURSIVE above AS (
          SELECT c.id, c.merged_into_id FROM cases c WHERE c.id = $1
          UNION SELECT c.id, c.merged_into_id FROM cases c JOIN above ON c.id = above.merged_into_id),
        whole AS (
          SELECT above.id FROM above UNION SELECT c.id FROM cases c JOIN whole ON c.merged_into_id = whole.id)
        UPDATE cases y SET recused_ids = ARRAY(
          SELECT DISTINCT r.person_id FROM recusals r JOIN whole ON whole.id = r.case_id
          WHERE r.lifted_at IS NULL ORDER BY r.person_id)
        FROM whole WHERE y.id = whole.id""",
        case.id,
    )


async def share(case: Case) -> None:
    """Who handles the case now sees its followers, and who no longer does, no longer: asked for whenever that changes."""
    await db.execute(
        f"""{_BELOW} UPDATE cases f SET handling_ids = $2::uuid[], assigned_ids = $3::uuid[],
          office_ids = ARRAY(SELECT DISTINCT x FROM unnest(f.office_ids || $4::uuid[]) x ORDER BY x)
        FROM below WHERE f.id = below.id""",
        case.id,
        case.handling_ids,
        case.assigned_ids,
        case.office_ids,
    )
