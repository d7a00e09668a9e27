"""知识库: articles that owner offices write, somebody else approves, and everybody goes by from an instant on (YT-7).

A version in force is never changed: what was told yesterday can be read tomorrow. What is new is a new version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from resolvers.check_list import fitting
from resolvers.doors import access, clock, db, ledger, status
from resolvers.doors.bind import Bind, Condition
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import KnowledgeArticle, Office
from resolvers.models.knowledge import IN_FORCE
from resolvers.rules import articles, texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import ArticleKind, ArticleStatus, CaseEventKind, Decision
from resolvers.terms.roles import ARTICLE_WRITERS, Role


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version is to say. `effective_from`: now if not told; `review_on`: a year after that."""

    kind: ArticleKind
    title: str
    body: str
    source: str | None = None
    category_codes: Sequence[str] = ()
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    review_on: date | None = None


@atomic
@once
async def save_article(actor: Actor, *, draft: Draft, office_code: str | None, revises: UUID | None) -> Outcome:
    """A version that waits for approval: of a new article, or the next of one, for which its newest is to be named.

    The owner is an office at which the caller writes; it stays the same for all versions.
    `ARTICLE_NOT_NEWEST`, `ARTICLE_PENDING`.
    """
    now = clock.now()
    before = await _newest(actor, revises, now) if revises is not None else None
    office_id = await _owner(actor, office_code, before)
    key = uuid4()
    article = KnowledgeArticle(
        id=key,
        jurisdiction_id=actor.jurisdiction_id,
        article_id=before.article_id if before else key,
        version=before.version + 1 if before else 1,
        office_id=office_id,
        kind=draft.kind,
        title=texts.required(draft.title, limits.TITLE_CHARACTERS, "title"),
        body=texts.required(draft.body, limits.TEXT_CHARACTERS, "body"),
        source=texts.optional(draft.source, limits.SOURCE_CHARACTERS, "source"),
        category_codes=await _categories(draft.category_codes),
        status=ArticleStatus.PENDING,
        written_by_id=actor.id,
        written_at=now,
    )
    times = articles.times(draft.effective_from, draft.effective_until, draft.review_on, now)
    article.effective_from, article.effective_until, article.review_on = times
    await article.save(force_create=True)
    _note(actor, article, CaseEventKind.ARTICLE_SAVED, now)
    return Outcome({"article": article.id})


async def _newest(actor: Actor, key: UUID, now: datetime) -> KnowledgeArticle:
    """Locked: of two who revise it at once, the second finds that it is the newest no more."""
    before = await access.take(actor, KnowledgeArticle, key, now, "revises")
    if await KnowledgeArticle.filter(article_id=before.article_id, version__gt=before.version).exists():
        raise Refused(Code.ARTICLE_NOT_NEWEST, "revises")
    if before.status is ArticleStatus.PENDING:
        raise Refused(Code.ARTICLE_PENDING, "revises")
    if before.office_id not in actor.offices(*ARTICLE_WRITERS):
        raise Refused(Code.NOT_PERMITTED, "revises")
    return before


async def _owner(actor: Actor, code: str | None, before: KnowledgeArticle | None) -> UUID:
    if code is None:
        if before is None:
            raise texts.invalid("新的知识须写明所属单位。", "officeCode")
        return before.office_id
    office: Office = await status.office(actor, code, "officeCode")
    if before is not None and office.id != before.office_id:
        raise texts.invalid("修订不改变所属单位。", "officeCode")
    if office.id not in actor.offices(*ARTICLE_WRITERS):
        raise Refused(Code.NOT_PERMITTED, "officeCode")
    return office.id


async def _categories(codes: Sequence[str]) -> list[str]:
    """Codes of categories, or their first digits, each once; `NOT_FOUND` for what no category begins with."""
    if len(codes) > limits.ARTICLE_CATEGORIES:
        raise texts.invalid(f"最多 {limits.ARTICLE_CATEGORIES} 个类别。", "categoryCodes")
    every = list(dict.fromkeys(codes))
    known = await db.query(
        "SELECT y.code FROM unnest($1::text[]) y(code) WHERE y.code <> ''"
        " AND EXISTS (SELECT 1 FROM categories c WHERE c.code ^@ y.code)",
        every,
    )
    found = {row["code"] for row in known}
    for number, code in enumerate(every):
        if code not in found:
            raise Refused(Code.NOT_FOUND, "categoryCodes", str(number))
    return every


@atomic
@once
async def approve_article(actor: Actor, *, article_id: UUID, decision: Decision, reason: str | None) -> Outcome:
    """Approved, a version is in force from its instant on, not before now; rejected, the last approved one stays.

    By a responsible person of its office or a leader of the whole jurisdiction, who has not written it.
    `ARTICLE_DECIDED`, `SELF_APPROVAL_FORBIDDEN`.
    """
    now = clock.now()
    article = await access.take(actor, KnowledgeArticle, article_id, now, "articleId")
    answers_for_it = article.office_id in actor.offices(Role.RESPONSIBLE_PERSON)
    if not answers_for_it and actor.jurisdiction_id not in actor.offices(Role.LEADER):
        raise Refused(Code.NOT_PERMITTED, "articleId")
    if article.status is not ArticleStatus.PENDING:
        raise Refused(Code.ARTICLE_DECIDED, "articleId")
    if article.written_by_id == actor.id:
        raise Refused(Code.SELF_APPROVAL_FORBIDDEN, "articleId")
    article.decision_reason = texts.reason_for(decision, reason, "reason")
    approved = decision is Decision.APPROVE
    article.status = ArticleStatus.APPROVED if approved else ArticleStatus.REJECTED
    article.decided_by_id, article.decided_at = actor.id, now
    await article.save(update_fields=["status", "decided_by_id", "decided_at", "decision_reason"])
    _note(actor, article, CaseEventKind.ARTICLE_APPROVED if approved else CaseEventKind.ARTICLE_REJECTED, now)
    return Outcome({"article": article.id})


def _note(actor: Actor, article: KnowledgeArticle, event: CaseEventKind, now: datetime) -> None:
    said = {"article": str(article.article_id), "version": article.version}
    ledger.append(ledger.Entry(actor.jurisdiction_id, event, now, actor_id=actor.id, facts=said))


# --- which are listed


def in_force(
    as_of: datetime | None = None,
    *,
    search: str | None = None,
    kind: ArticleKind | None = None,
    category_code: str | None = None,
) -> Condition:
    """SQL for the versions in force at an instant (now, if not told) that have each word of the search in title, text or
    source, are of the kind, and are meant for the category or for any.
    """
    words = texts.search_words(search, "search")

    def condition(t: str, bind: Bind) -> str:
        instant = bind.named("now") if as_of is None else bind(as_of, "::timestamptz")
        asked = [IN_FORCE.replace("{t}", t).replace("{at}", instant)]
        asked += [_mentions(t, bind.containing(word)) for word in words]
        asked += [f"{t}.kind = '{kind}'"] if kind else []
        asked += [fitting(category_code)(t, bind)] if category_code is not None else []
        return " AND ".join(asked)

    return condition


def _mentions(t: str, pattern: str) -> str:
    return f"({t}.title ILIKE {pattern} OR {t}.body ILIKE {pattern} OR coalesce({t}.source, '') ILIKE {pattern})"


def versions(
    article_id: UUID | None = None, *, status: ArticleStatus | None = None, review_due: bool | None = None
) -> Condition:
    """SQL for every version in sight, narrowed to one article, to what became of it, and to what is in force and due to be
    looked at again (or is not).
    """

    def condition(t: str, bind: Bind) -> str:
        asked = ["true"]
        asked += [f"{t}.article_id = {bind(article_id)}"] if article_id else []
        asked += [f"{t}.status = '{status}'"] if status else []
        if review_due is not None:
            named = KnowledgeArticle.computed
            due = bind.fill(f"({named['is_in_force']} AND {named['is_review_due']})", t)
            asked.append(due if review_due else f"NOT {due}")
        return " AND ".join(asked)

    return condition
