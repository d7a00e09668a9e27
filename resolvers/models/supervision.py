"""督办: an order to get on with a case, to be answered by a date."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import SupervisionKind


class SupervisionOrder(Table):
    """Closing the case does not close the order (4.5)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="supervisions", on_delete=CASCADE_NEVER, db_index=True
    )
    kind = fields.CharEnumField(SupervisionKind, max_length=12)
    reason = fields.TextField()
    ordered_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="supervisions", on_delete=CASCADE_NEVER, db_index=True
    )
    ordered_at = fields.DatetimeField()
    answer_by = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "supervision_orders"
