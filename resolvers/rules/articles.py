"""知识: from when to when a version holds, and when it is to be looked at again. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from resolvers.rules import texts
from resolvers.rules.days import local_date
from resolvers.terms import limits

REVIEW_AFTER = timedelta(days=365)


def times(
    effective_from: datetime | None, effective_until: datetime | None, review_on: date | None, now: datetime
) -> tuple[datetime, datetime | None, date]:
    """From (now, unless told), until (open, unless told) and the day of review (a year after, unless told), as a version
    may have them: in the years we count in, in order, and not over before they begin to be read.
    """
    begin = texts.since(effective_from or now, "effectiveFrom")
    if effective_until is not None and texts.since(effective_until, "effectiveUntil") <= max(begin, now):
        raise texts.invalid("失效时间须晚于生效时间和现在。", "effectiveUntil")
    latest = date(limits.LAST_YEAR + 1, 12, 31)
    review = review_on or min(max(local_date(begin), local_date(now)) + REVIEW_AFTER, latest)
    if not local_date(now) < review <= latest:
        raise texts.invalid(f"复核日期须晚于今天, 不能晚于 {limits.LAST_YEAR + 1} 年。", "reviewOn")
    return begin, effective_until, review
