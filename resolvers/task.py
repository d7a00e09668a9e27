"""外勤任务: what the caller's units have to visit, and how far it is. Which are theirs is `access`'s to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from resolvers.doors.access import Row
from resolvers.doors.bind import Bind, Condition
from resolvers.rules import evidence, geo
from resolvers.terms.kinds import TaskKind
from resolvers.terms.places import Position


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to filter by; None leaves it open. What has no date is due before none."""

    kind: Sequence[TaskKind] | None = None
    due_before: datetime | None = None


def matching(wanted: Wanted) -> Condition:
    def condition(t: str, bind: Bind) -> str:
        parts = []
        if wanted.kind is not None:
            parts.append(f"{t}.kind = ANY({bind([kind.value for kind in wanted.kind], '::text[]')})")
        if wanted.due_before is not None:
            parts.append(f"{t}.due_at < {bind(wanted.due_before, '::timestamptz')}")
        return " AND ".join(parts) or "true"

    return condition


def distance(row: Row, position: Position) -> float | None:
    """Metres from a position to the place of the case; None when that is not known."""
    here = evidence.placed(position, "from")
    if here is None or row["latitude"] is None:
        return None
    return geo.distance(here, geo.Point(row["latitude"], row["longitude"]))
