"""What an input may contain: lengths, blanks, numbers on the globe. One refusal, naming field and reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from resolvers.terms import limits
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import Decision

_SHA256 = re.compile(r"[0-9a-f]{64}")


def invalid(reason: str, *path: str) -> Refused:
    """`INVALID_INPUT` with a Chinese reason beside the path."""
    return Refused(Code.INVALID_INPUT, *path, message=f"{Code.INVALID_INPUT.label} {reason}")


def required(text: str, maximum: int, *path: str) -> str:
    """The trimmed text; blank or longer than `maximum` characters is refused."""
    trimmed = bounded(text, maximum, *path)
    if not trimmed:
        raise invalid("不能为空。", *path)
    return trimmed


def optional(text: str | None, maximum: int, *path: str) -> str | None:
    """The trimmed text, or None for a blank one."""
    return bounded(text, maximum, *path) or None if text is not None else None


def bounded(text: str, maximum: int, *path: str) -> str:
    trimmed = text.strip()
    if len(trimmed) > maximum:
        raise invalid(f"最多 {maximum} 个字符。", *path)
    return trimmed


def search_words(text: str | None, *path: str) -> list[str]:
    """The words of a search, each once, some at the most; none for a blank one."""
    found = list(dict.fromkeys((optional(text, limits.SEARCH_CHARACTERS, *path) or "").split()))
    if len(found) > limits.SEARCH_WORDS:
        raise invalid(f"最多 {limits.SEARCH_WORDS} 个词。", *path)
    return found


def same_words(text: str, *others: str) -> bool:
    """Whether a text says nothing that one of the others does not say word for word: width, case, spaces and
    punctuation aside. A text without words says nothing.
    """
    return _words(text) in ("", *map(_words, others))


def _words(text: str) -> str:
    """Letters (with their marks) and digits alone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN")


def reasoned(text: str | None, *path: str) -> str:
    """A mandatory reason: `REASON_REQUIRED` when blank."""
    reason = bounded(text or "", limits.REASON_CHARACTERS, *path)
    if not reason:
        raise Refused(Code.REASON_REQUIRED, *path)
    return reason


def reason_for(decision: Decision, text: str | None, *path: str) -> str | None:
    """Why it was decided so: mandatory for a rejection, `REASON_REQUIRED` when blank."""
    if decision is Decision.REJECT:
        return reasoned(text, *path)
    return optional(text, limits.REASON_CHARACTERS, *path)


def tagged(tags: Sequence[str], *path: str) -> list[str]:
    """标注: trimmed, each once, in the order given."""
    if len(tags) > limits.TAGS_MAXIMUM:
        raise invalid(f"最多 {limits.TAGS_MAXIMUM} 个标注。", *path)
    return list(dict.fromkeys(required(tag, limits.TAG_CHARACTERS, *path, str(n)) for n, tag in enumerate(tags)))


def yuan(amount: Decimal | None, *path: str) -> Decimal | None:
    """An amount in yuan, of two decimals at most, from 0 up to a billion."""
    if amount is None:
        return None
    if not amount.is_finite() or not 0 <= amount <= limits.RECOVERED_LOSS_YUAN:
        raise invalid(f"金额须在 0 至 {limits.RECOVERED_LOSS_YUAN} 元之间。", *path)
    cents = amount.quantize(Decimal("0.01"))
    if cents != amount:
        raise invalid("金额最多两位小数。", *path)
    return cents


def past(instant: datetime, now: datetime, *path: str) -> datetime:
    """An instant that has been, give or take the skew of an honest clock; not before the calendar begins."""
    if instant > now + limits.CLOCK_SKEW:
        raise invalid("时间不能晚于现在。", *path)
    return min(since(instant, *path), now)


def since(instant: datetime, *path: str) -> datetime:
    """An instant within the years we count in, as a phone tells it: perhaps in the future."""
    if not limits.FIRST_YEAR <= instant.year <= limits.LAST_YEAR:
        raise invalid(f"时间不能早于 {limits.FIRST_YEAR} 年, 也不能晚于 {limits.LAST_YEAR} 年。", *path)
    return instant


def whole(number: int, low: int, high: int, *path: str) -> int:
    if not low <= number <= high:
        raise invalid(f"须在 {low} 至 {high} 之间。", *path)
    return number


def digest(text: str, *path: str) -> str:
    """A SHA-256 in lower-case hexadecimal digits."""
    if not _SHA256.fullmatch(text):
        raise invalid("须为 64 位小写十六进制 SHA-256。", *path)
    return text
