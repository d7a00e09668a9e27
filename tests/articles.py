"""Articles of the knowledge base, written and approved as people do it."""

from __future__ import annotations

from typing import Any

from tests.client import Data
from tests.world import City

SHAPE = "article { id articleId version status }"
WHOLE: Data = {
    "kind": "ANSWER",
    "title": "口罩怎样选",
    "body": "看注册证号和标准号。",
    "source": "稽查支队解答",
    "categoryCodes": ["0101"],
    "effectiveFrom": "2026-01-01T00:00:00+08:00",
    "effectiveUntil": "2099-01-01T00:00:00+08:00",
    "reviewOn": "2099-01-01",
}


async def written(city: City, **given: Any) -> Data:
    """A version of the eastern unit that waits for approval."""
    said = {**WHOLE, "officeCode": city.codes["east"], **given}
    article: Data = (await city.as_("clerk").done("saveArticle", SHAPE, **said))["article"]
    return article


async def approved(city: City, **given: Any) -> Data:
    """A version in force."""
    waiting = await written(city, **given)
    decided = {"articleId": waiting["id"], "decision": "APPROVE", "reason": "与法规一致"}
    article: Data = (await city.as_("responsible").done("approveArticle", SHAPE, **decided))["article"]
    return article
