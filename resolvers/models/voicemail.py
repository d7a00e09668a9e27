"""录音诉求: attempts to call a recorded appeal back."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table


class VoicemailCall(Table):
    """录音回拨: one attempt to reach whoever left the recording (SY-6)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="voicemail_calls", on_delete=CASCADE_NEVER, db_index=True
    )
    reached = fields.BooleanField()
    remark = fields.TextField(null=True)
    called_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="voicemail_calls", on_delete=CASCADE_NEVER, db_index=True
    )
    called_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "voicemail_calls"
