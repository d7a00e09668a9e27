"""知识库."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import knowledge as verbs
from resolvers import models
from resolvers.doors.access import Row
from resolvers.knowledge import Draft
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import ArticleKind, ArticleStatus, Decision
from resolvers.terms.roles import Permission
from schema.grammar import connection, ids
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, Payload, done, mutation
from schema.grammar.root import reads
from schema.grammar.source import column, computed, derived, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.office import Office
    from schema.person import Person

_NEWEST_FIRST = Order("effective_from", descending=True)
_LAST_WRITTEN_FIRST = Order("written_at", descending=True)


def _article_id(_actor: Actor, row: Row) -> strawberry.ID:
    return strawberry.ID(ids.encode("KnowledgeArticle", row["article_id"]))


@fed_by(
    models.KnowledgeArticle,
    description="知识: one version of an article of the knowledge base (YT-7). What it says never changes; what is new is a"
    " new version.",
)
class KnowledgeArticle(Node):
    article_id: strawberry.ID = derived("知识编号: the same for all its versions.", "article_id", by=_article_id)
    version: int = column("版本: from 1 on.")
    kind: ArticleKind = column("知识种类.")
    title: str = column("标题.")
    body: str = column("内容.")
    source: str | None = column("依据或来源.")
    category_codes: list[str] = column("适用类别: category codes, or their first digits; empty: any.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "所属单位: answers for what it says (QTH-5).", models.Office, key="office_id"
    )
    effective_from: datetime = column("生效时间 (QTH-3).")
    effective_until: datetime | None = column("失效时间: null while open.")
    is_in_force: bool = computed("是否有效: approved, in its time, and no later version in its place.")
    review_on: date = column("复核日期: when its office is to look at it again.")
    is_review_due: bool = computed("是否该复核.")
    status: ArticleStatus = column("审核状态.")
    written_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "撰写人.", models.Person, key="written_by_id"
    )
    written_at: datetime = column("撰写时间.")
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "审核人: never who wrote it.", models.Person, key="decided_by_id"
    )
    decided_at: datetime | None = column("审核时间: null while it waits.")
    decision_reason: str | None = withheld("审核理由", "decision_reason")


@strawberry.input(description="撰写知识: a new article, or the next version of one.")
class SaveArticleInput(Keyed):
    revises: strawberry.ID | None = strawberry.field(
        default=None, description="修订的版本: id of the newest version of the article; nothing for a new one."
    )
    office_code: str | None = strawberry.field(
        default=None,
        description="所属单位代码: where you are a writer; mandatory for a new article, and the same for all its versions.",
    )
    kind: ArticleKind = strawberry.field(description="知识种类.")
    title: str = strawberry.field(description="标题.")
    body: str = strawberry.field(description="内容: the wording itself.")
    source: str | None = strawberry.field(default=None, description="依据或来源: law, notice, or who was asked.")
    category_codes: list[str] = strawberry.field(
        default_factory=list, description="适用类别: category codes, or their first digits, 20 at most; none: any."
    )
    effective_from: datetime | None = strawberry.field(
        default=None, description="生效时间: now unless told; never before it is approved."
    )
    effective_until: datetime | None = strawberry.field(default=None, description="失效时间: open unless told.")
    review_on: date | None = strawberry.field(default=None, description="复核日期: a year on unless told.")


@strawberry.type(description="撰写知识的答复.")
class SaveArticlePayload(Payload):
    article: KnowledgeArticle | None = strawberry.field(description="待审核的版本.")


@strawberry.input(description="审核知识.")
class ApproveArticleInput(Keyed):
    article_id: strawberry.ID = strawberry.field(description="知识: id of the version that waits.")
    decision: Decision = strawberry.field(description="决定.")
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")


@strawberry.type(description="审核知识的答复.")
class ApproveArticlePayload(Payload):
    article: KnowledgeArticle | None = strawberry.field(description="审核后的版本.")


@strawberry.type
class Query:
    @reads(
        Permission.READ_KNOWLEDGE,
        "知识库: what is in force, begun last first (SH-4, YT-2).",
    )
    def knowledge(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        search: Annotated[
            str | None,
            strawberry.argument(description="检索词: five words at most; each stands in title, content or source."),
        ] = None,
        kind: Annotated[ArticleKind | None, strawberry.argument(description="知识种类.")] = None,
        category_code: Annotated[
            str | None, strawberry.argument(description="类别代码: only what is meant for such a case.")
        ] = None,
        as_of: Annotated[
            datetime | None, strawberry.argument(description="截至时间: what was in force then; now if not given.")
        ] = None,
    ) -> Connection[KnowledgeArticle]:
        window = Window(first=first, after=after, last=last, before=before)
        where = verbs.in_force(as_of, search=search, kind=kind, category_code=category_code)
        asked = (search, kind, category_code, as_of and as_of.isoformat())
        return Listing(models.KnowledgeArticle, _NEWEST_FIRST, window, where, tag=asked)  # type: ignore[return-value]

    @reads(
        Permission.READ_KNOWLEDGE,
        "知识版本: every version in sight, written last first: past ones, what waits for approval, what is to be reviewed."
        " What was not approved is shown to its office and to leaders of the whole jurisdiction.",
    )
    def knowledge_versions(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        article_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="知识编号: `articleId` of one article.")
        ] = None,
        status: Annotated[ArticleStatus | None, strawberry.argument(description="审核状态.")] = None,
        review_due: Annotated[
            bool | None, strawberry.argument(description="是否该复核: in force and due to be looked at again.")
        ] = None,
    ) -> Connection[KnowledgeArticle]:
        window = Window(first=first, after=after, last=last, before=before)
        key = ids.wanted(article_id, "KnowledgeArticle", "articleId") if article_id is not None else None
        where = verbs.versions(key, status=status, review_due=review_due)
        asked = (str(key), status, review_due)
        return Listing(models.KnowledgeArticle, _LAST_WRITTEN_FIRST, window, where, tag=asked)  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @mutation(
        Permission.SAVE_ARTICLE,
        "撰写知识: waits for approval; what is in force stays meanwhile. Requires ADVISER, CLERK or SECTION_OFFICER of the"
        " office.",
    )
    async def save_article(self, info: Info, input: SaveArticleInput) -> SaveArticlePayload:  # noqa: A002
        draft = Draft(
            kind=input.kind,
            title=input.title,
            body=input.body,
            source=input.source,
            category_codes=tuple(input.category_codes),
            effective_from=input.effective_from,
            effective_until=input.effective_until,
            review_on=input.review_on,
        )
        outcome = await verbs.save_article(
            info.context.caller,
            input.idempotency_key,
            draft=draft,
            office_code=input.office_code,
            revises=ids.wanted(input.revises, "KnowledgeArticle", "revises") if input.revises is not None else None,
        )
        return await done(SaveArticlePayload, info, outcome, article=models.KnowledgeArticle)

    @mutation(
        Permission.APPROVE_ARTICLE,
        "审核知识: approved, it takes the place of the version before, from its instant on. Requires RESPONSIBLE_PERSON of"
        " its office or LEADER of the whole jurisdiction, never who wrote it.",
    )
    async def approve_article(self, info: Info, input: ApproveArticleInput) -> ApproveArticlePayload:  # noqa: A002
        outcome = await verbs.approve_article(
            info.context.caller,
            input.idempotency_key,
            article_id=ids.wanted(input.article_id, "KnowledgeArticle", "articleId"),
            decision=input.decision,
            reason=input.reason,
        )
        return await done(ApproveArticlePayload, info, outcome, article=models.KnowledgeArticle)
