"""知识库: what agents answer with and handlers go by, version by version (YT-7, ZZ-26, QTH-3)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.office import Office
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import ArticleKind, ArticleStatus

# Of an article `{t}` at `{at}`: approved by then, in its time, and no later version has taken its place.
IN_FORCE = """({t}.status = 'APPROVED' AND {t}.decided_at <= {at} AND {t}.effective_from <= {at}
  AND coalesce({t}.effective_until > {at}, true)
  AND NOT EXISTS (SELECT 1 FROM knowledge_articles k WHERE k.article_id = {t}.article_id AND k.version > {t}.version
    AND k.status = 'APPROVED' AND k.decided_at <= {at} AND k.effective_from <= {at}))"""


class KnowledgeArticle(Table):
    """One version of one article. What it says never changes; `article_id` is the id of the first version."""

    jurisdiction_id = fields.UUIDField()
    article_id = fields.UUIDField()
    version = fields.IntField()
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="knowledge_articles", on_delete=CASCADE_NEVER, db_index=True
    )
    kind = fields.CharEnumField(ArticleKind, max_length=12)
    title = fields.CharField(max_length=200)
    body = fields.TextField()
    source = fields.CharField(max_length=300, null=True)
    category_codes = ArrayField(element_type="text")
    effective_from = fields.DatetimeField()
    effective_until = fields.DatetimeField(null=True)
    review_on = fields.DateField()
    status = fields.CharEnumField(ArticleStatus, max_length=10)
    written_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="written_articles", on_delete=CASCADE_NEVER, db_index=True
    )
    written_at = fields.DatetimeField()
    decided_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="decided_articles", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=2_000, null=True)
    office_id: UUID
    written_by_id: UUID

    class Meta:
        table = "knowledge_articles"

    computed: ClassVar[dict[str, str]] = {
        "is_in_force": IN_FORCE.replace("{at}", ":now"),
        "is_review_due": "({t}.review_on <= (:now AT TIME ZONE 'Asia/Shanghai')::date)",
    }
