"""回避: who has nothing to do with a case any more, and why (domain 2.8, Order 20 art. 18)."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table


class Recusal(Table):
    """One person off one case, until it is lifted."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="recusals", on_delete=CASCADE_NEVER, db_index=True
    )
    person: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="recusals", on_delete=CASCADE_NEVER, db_index=True
    )
    reason = fields.TextField()
    declared_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="declared_recusals", on_delete=CASCADE_NEVER, db_index=True
    )
    declared_at = fields.DatetimeField()
    lifted_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="lifted_recusals", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    lifted_at = fields.DatetimeField(null=True)
    lift_reason = fields.CharField(max_length=2_000, null=True)
    case_id: UUID
    person_id: UUID
    declared_by_id: UUID

    class Meta:
        table = "recusals"
