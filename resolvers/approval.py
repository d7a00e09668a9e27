"""待办审批: which of the waiting decisions to list. Which wait for whom is `access`'s to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.doors.bind import Bind, Condition
from resolvers.terms.kinds import ApprovalKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to filter by; None leaves it open."""

    kind: Sequence[ApprovalKind] | None = None
    case_number: str | None = None


def matching(wanted: Wanted) -> Condition:
    def condition(t: str, bind: Bind) -> str:
        parts = []
        if wanted.kind is not None:
            parts.append(f"{t}.kind = ANY({bind([kind.value for kind in wanted.kind], '::text[]')})")
        if wanted.case_number is not None:
            number = bind(wanted.case_number)
            parts.append(f"{t}.case_id = (SELECT y.id FROM cases y WHERE y.number = {number})")
        return " AND ".join(parts) or "true"

    return condition
