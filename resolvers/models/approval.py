"""待办审批: what waits for whose decision."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import ApprovalKind


class Approval(Table):
    """One matter waiting for a decision. `barred_ids`: persons whose own work it is (two-person rule).
    `office_id`: the unit concerned. A decided one keeps who decided and when; nobody decided what
    lapsed with its case. `escalated_at`: since when the duty leader may decide it too.
    """

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="approvals", on_delete=CASCADE_NEVER, db_index=True
    )
    jurisdiction_id = fields.UUIDField()
    kind = fields.CharEnumField(ApprovalKind, max_length=20)
    subject_id = fields.UUIDField()
    office_id = fields.UUIDField()
    barred_ids = ArrayField(element_type="uuid")
    requested_by_id = fields.UUIDField(null=True)
    requested_at = fields.DatetimeField()
    decided_by_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    escalated_at = fields.DatetimeField(null=True)
    case_id: UUID

    class Meta:
        table = "approvals"
