"""检查清单: which to take along."""

from __future__ import annotations

from resolvers.doors.bind import Condition


def fitting(category_code: str | None) -> Condition:
    """SQL for the lists meant for cases of a category, or for any case; all of them without a category."""
    if category_code is None:
        return lambda _t, _bind: "true"
    return lambda t, bind: (
        f"({t}.category_codes = '{{}}' OR EXISTS"
        f" (SELECT 1 FROM unnest({t}.category_codes) y WHERE {bind(category_code)}::text ^@ y))"
    )
