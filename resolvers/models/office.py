"""机构: the tree of bureaus, sections, institutes and teams; its root is the jurisdiction."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation

from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import OfficeKind


class Office(Table):
    """`path` is `/code/code/` from the root down, so a subtree is a prefix. The root's jurisdiction is itself."""

    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=100)
    kind = fields.CharEnumField(OfficeKind, max_length=20)
    division_code = fields.CharField(max_length=12)
    path = fields.CharField(max_length=400)
    jurisdiction_id = fields.UUIDField(db_index=True)
    parent: ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="children", null=True, on_delete=CASCADE_NEVER, db_index=True
    )

    class Meta:
        table = "offices"

    computed: ClassVar[dict[str, str]] = {
        "bulletin_periods": (
            "ARRAY(SELECT DISTINCT x.bulletin_period::text FROM regimes x WHERE x.jurisdiction_id = {t}.jurisdiction_id"
            " AND x.started_at <= :now AND coalesce(x.ended_at > :now, true) ORDER BY 1)"
        ),
    }
    heavy: ClassVar[frozenset[str]] = frozenset({"bulletin_periods"})
