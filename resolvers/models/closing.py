"""Closed at the centre without being handled: not accepted, or passed to a body outside the hotline."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import NonAcceptanceGround


class NonAcceptance(Table):
    """不予受理: a statutory ground and the notice the citizen was given (Order 20 art. 15)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="non_acceptances", on_delete=CASCADE_NEVER, db_index=True
    )
    ground = fields.CharEnumField(NonAcceptanceGround, max_length=24)
    notice = fields.TextField()
    decided_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="non_acceptances", on_delete=CASCADE_NEVER, db_index=True
    )
    decided_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "non_acceptances"


class TransferOut(Table):
    """移送: which body outside the hotline has the matter now, and what the citizen was told of the way there."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="transfers", on_delete=CASCADE_NEVER, db_index=True
    )
    receiving_body = fields.CharField(max_length=200)
    notice = fields.TextField()
    transferred_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="transfers", on_delete=CASCADE_NEVER, db_index=True
    )
    transferred_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "transfers_out"
