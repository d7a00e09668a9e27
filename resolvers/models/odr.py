"""在线消费纠纷和解: the enrolled enterprises, and the complaints routed to them (FT-11)."""

from __future__ import annotations

from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.office import Office
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import OdrStatus


class OdrEnterprise(Table):
    """在线和解企业: a trader enrolled by its USCC (GB 32100). `office`: where its users hold their role."""

    jurisdiction_id = fields.UUIDField()
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="odr_enterprises", on_delete=CASCADE_NEVER, db_index=True
    )
    name = fields.CharField(max_length=200)
    uscc = fields.CharField(max_length=18)
    enrolled_at = fields.DatetimeField()
    office_id: UUID

    class Meta:
        table = "odr_enterprises"


class OdrRouting(Table):
    """分流和解: one complaint with one enterprise. Concluded by the enterprise, or by the end of its time."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="odr_routings", on_delete=CASCADE_NEVER, db_index=True
    )
    enterprise: ForeignKeyRelation[OdrEnterprise] = fields.ForeignKeyField(
        "jiesu.OdrEnterprise", related_name="routings", on_delete=CASCADE_NEVER, db_index=True
    )
    status = fields.CharEnumField(OdrStatus, max_length=12)
    routed_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="odr_routings", on_delete=CASCADE_NEVER, db_index=True
    )
    routed_at = fields.DatetimeField()
    concluded_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="concluded_routings", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    concluded_at = fields.DatetimeField(null=True)
    settlement = fields.TextField(null=True)
    amount = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    reason = fields.TextField(null=True)
    case_id: UUID
    enterprise_id: UUID

    class Meta:
        table = "odr_routings"
