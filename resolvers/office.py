"""机构: finding one by code, many by filter; the rhythm of its bulletins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.doors.access import Row
from resolvers.doors.bind import Bind, Condition
from resolvers.rules import regimes, texts
from resolvers.terms import limits
from resolvers.terms.kinds import BulletinPeriod, OfficeKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to filter by; None leaves it open."""

    kind: Sequence[OfficeKind] | None = None
    division_code: str | None = None
    under_code: str | None = None
    text: str | None = None


def coded(code: str) -> Condition:
    return lambda t, bind: f"{t}.code = {bind(code)}"


def matching(wanted: Wanted) -> Condition:
    """SQL for a filter; `under_code` means that office and all below it."""
    text = texts.optional(wanted.text, limits.SEARCH_CHARACTERS, "filter", "text")

    def condition(t: str, bind: Bind) -> str:
        parts = []
        if wanted.kind is not None:
            parts.append(f"{t}.kind = ANY({bind([kind.value for kind in wanted.kind], '::text[]')})")
        if wanted.division_code is not None:
            parts.append(f"{t}.division_code = {bind(wanted.division_code)}")
        if wanted.under_code is not None:
            top = f"(SELECT y.path FROM offices y WHERE y.code = {bind(wanted.under_code)})"
            parts.append(f"{t}.path ^@ {top}")
        if text is not None:
            parts.append(f"position({bind(text)} in {t}.name) > 0")
        return " AND ".join(parts) or "true"

    return condition


def bulletin_period(row: Row) -> BulletinPeriod:
    """The rhythm of the bulletins now (ZZ-21)."""
    return regimes.bulletin_period([BulletinPeriod.of(each) for each in row["bulletin_periods"]])
