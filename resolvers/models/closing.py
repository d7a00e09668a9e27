"""Ended otherwise than by a result: not accepted, passed on, terminated, void; and begun anew on new facts."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import NonAcceptanceGround, NoticeKind, TerminationGround, VoidGround


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


class Termination(Table):
    """终止: a case ended before it was handled to the end, on one of seven grounds (Order 20 art. 21)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="terminations", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    ground = fields.CharEnumField(TerminationGround, max_length=24)
    reason = fields.TextField()
    terminated_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="terminations", on_delete=CASCADE_NEVER, db_index=True
    )
    terminated_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "terminations"


class Notice(Table):
    """告知: what the law wants told to whom, and that it was."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="notices", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    kind = fields.CharEnumField(NoticeKind, max_length=12)
    text = fields.TextField()
    given_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="notices", on_delete=CASCADE_NEVER, db_index=True
    )
    given_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "notices"


class Reopening(Table):
    """重新办理: the new facts that opened another round of an archived case (T21). `round` is the one they opened."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="reopenings", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    new_facts = fields.TextField()
    reason = fields.TextField()
    reopened_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="reopenings", on_delete=CASCADE_NEVER, db_index=True
    )
    reopened_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "reopenings"


class Voiding(Table):
    """作废: why a registration is none: out of every figure, kept for the audit (T22)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="voidings", on_delete=CASCADE_NEVER, db_index=True
    )
    ground = fields.CharEnumField(VoidGround, max_length=12)
    reason = fields.TextField()
    voided_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="voidings", on_delete=CASCADE_NEVER, db_index=True
    )
    voided_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "voidings"
