"""检查证据: what a photo's bytes say it is, and when a note comes late."""

from __future__ import annotations

from datetime import datetime

from resolvers.terms import limits
from resolvers.terms.statuses import CaseStatus

CONTENT_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic")
DOCUMENT_TYPES = ("application/pdf", "image/jpeg", "image/png")  # a sealed report (ZZ-17)
HEAD_BYTES = 16
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HANDLING = frozenset({CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS, CaseStatus.SUSPENDED})


def content_type(head: bytes) -> str | None:
    """The type of an image or a PDF by its first 16 bytes; None for anything else. Names and headers are not asked."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return None


def is_late(status: CaseStatus) -> bool:
    """A note that arrives when the case has left handling is kept and marked (4.8)."""
    return status not in _HANDLING


def is_skewed(captured_at: datetime, received_at: datetime) -> bool:
    """The phone's clock runs more than five minutes ahead of ours. Behind proves nothing: it may have been offline."""
    return captured_at > received_at + limits.CLOCK_SKEW
