"""回访: attempts to reach the citizen, and the review of each record."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import CallbackOutcome, Decision, SatisfactionLevel


class Callback(Table):
    """One attempt. `completes` is true for the record that goes to review: reached, or attempts exhausted.
    `follower_id`: the merged case whose complainant was called; null for the case's own. `exempted`: dissatisfied
    without reason, so that the case is not done again.
    """

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="callbacks", on_delete=CASCADE_NEVER, db_index=True
    )
    follower_id = fields.UUIDField(null=True)
    round = fields.IntField()
    attempt = fields.IntField()
    outcome = fields.CharEnumField(CallbackOutcome, max_length=12)
    level = fields.CharEnumField(SatisfactionLevel, max_length=16, null=True)
    resolved = fields.BooleanField(null=True)
    remark = fields.TextField(null=True)
    completes = fields.BooleanField()
    caller: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="callbacks", on_delete=CASCADE_NEVER, db_index=True
    )
    called_at = fields.DatetimeField()
    reviewer_id = fields.UUIDField(null=True)
    review_decision = fields.CharEnumField(Decision, max_length=8, null=True)
    review_reason = fields.CharField(max_length=2_000, null=True)
    reviewed_at = fields.DatetimeField(null=True)
    exempted = fields.BooleanField(default=False, db_default=False)
    case_id: UUID
    caller_id: UUID

    class Meta:
        table = "callbacks"
