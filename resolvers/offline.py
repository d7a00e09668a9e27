"""离线工作包: what an inspector takes along for a day without a network, and how large it is (domain 4.8)."""

from __future__ import annotations

from dataclasses import dataclass

from resolvers.doors.access import Reader
from resolvers.doors.bind import Bind
from resolvers.knowledge import in_force
from resolvers.models import Case, KnowledgeArticle
from resolvers.terms.statuses import CaseStatus

_S = CaseStatus
_AT_WORK = ", ".join(
    f"'{status}'" for status in (_S.DISPATCHED, _S.IN_PROGRESS, _S.PENDING_SIGN_OFF, _S.RETURN_REQUESTED, _S.SUSPENDED)
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many cases and articles there are to take along, and how many bytes the answer will have."""

    cases: int
    articles: int
    bytes: int


def needed(t: str, bind: Bind) -> str:
    """SQL for the cases of the caller's units that somebody has to go out for, or may have to: at work, with an order
    whose recheck is still to come, or with a patrol planned.
    """
    own = bind.named("unit_offices")
    return (
        f"(({t}.status IN ({_AT_WORK}) AND {t}.assigned_ids && {own})"
        f" OR {t}.id = ANY(ARRAY(SELECT y.case_id FROM rectifications y WHERE y.office_id = ANY({own})"
        " AND y.closed_at IS NULL AND y.due_at IS NOT NULL"
        f" UNION SELECT y.case_id FROM patrols y WHERE y.office_id = ANY({own}) AND y.status = 'PLANNED')))"
    )


# Bytes of the app's own document: so many for names and codes of each object, and its free text as it is.
_BYTES = """1900 + octet_length({t}.title) + octet_length({t}.description) + coalesce(octet_length({t}.answer), 0)
 + (SELECT 130 * count(*) FROM assignments y WHERE y.case_id = {t}.id)
 + (SELECT 190 * count(*) FROM deadlines y WHERE y.case_id = {t}.id)
 + coalesce((SELECT sum(480 + octet_length(y.findings)) FROM inspection_notes y WHERE y.case_id = {t}.id), 0)
 + coalesce((SELECT sum(220 + octet_length(y.reply)) FROM handling_results y WHERE y.case_id = {t}.id), 0)
 + (SELECT 330 * count(*) FROM photos y JOIN inspection_notes z ON z.id = y.note_id WHERE z.case_id = {t}.id)"""

_ARTICLE_BYTES = "340 + octet_length({t}.title) + octet_length({t}.body) + coalesce(octet_length({t}.source), 0)"


async def measure(reader: Reader) -> Size:
    """About what the app's own document will bring, cases and knowledge: before it is fetched."""
    cases, size = await reader.measure(Case, _BYTES, needed)
    articles, text = await reader.measure(KnowledgeArticle, _ARTICLE_BYTES, in_force())
    return Size(cases, articles, size + text)
