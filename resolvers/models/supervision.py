"""督办: orders to get on with a case, what suggests one, leaders' instructions and coordination meetings (ZZ-16)."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import SupervisionKind, SupervisionTrigger

# Of a case `{t}`, as known at `{at}`; its columns id, repeat_of_id and received_at are read.
# The second repeat of a matter, or a later one: intake points each repeat at the first case it still knows of.
REPEATED = """(
  (SELECT count(*) FROM cases q WHERE q.repeat_of_id = {t}.id AND q.status <> 'VOID' AND q.registered_at <= {at}) >= 2
  OR EXISTS (SELECT 1 FROM cases p WHERE p.id = {t}.repeat_of_id AND (p.repeat_of_id IS NOT NULL OR EXISTS (
    SELECT 1 FROM cases q WHERE q.repeat_of_id = p.id AND q.status <> 'VOID' AND q.registered_at <= {at}
      AND (q.received_at, q.id) < ({t}.received_at, {t}.id)))))"""
# Given back by a unit that had not signed for it.
GIVEN_BACK = """EXISTS (SELECT 1 FROM return_requests q JOIN assignments a
    ON a.case_id = q.case_id AND a.office_id = q.office_id AND a.dispatched_at <= q.requested_at
  WHERE q.case_id = {t}.id AND q.requested_at <= {at} AND coalesce(a.signed_for_at >= q.requested_at, true))"""


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
    trigger = fields.CharEnumField(SupervisionTrigger, max_length=20, null=True)
    answer = fields.TextField(null=True)
    answered_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="answered_supervisions", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    answered_at = fields.DatetimeField(null=True)
    case_id: UUID

    class Meta:
        table = "supervision_orders"

    computed: ClassVar[dict[str, str]] = {"is_late": "(coalesce({t}.answered_at, :now) > {t}.answer_by)"}


class SupervisionSuggestion(Table):
    """建议督办: a trigger of domain 4.5 was seen, once a round. Whoever supervises decides."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="suggestions", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    trigger = fields.CharEnumField(SupervisionTrigger, max_length=20)
    suggested_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "supervision_suggestions"


class Instruction(Table):
    """批示: what a leader wants done about a case."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="instructions", on_delete=CASCADE_NEVER, db_index=True
    )
    text = fields.TextField()
    instructed_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="instructions", on_delete=CASCADE_NEVER, db_index=True
    )
    instructed_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "instructions"


class Meeting(Table):
    """协调会: who sat together about a case, and what was agreed."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="meetings", on_delete=CASCADE_NEVER, db_index=True
    )
    held_at = fields.DatetimeField()
    office_ids = ArrayField(element_type="uuid")
    minutes = fields.TextField()
    recorded_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="meetings", on_delete=CASCADE_NEVER, db_index=True
    )
    recorded_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "meetings"

    computed: ClassVar[dict[str, str]] = {
        "office_codes": (
            "ARRAY(SELECT x.code::text FROM unnest({t}.office_ids) WITH ORDINALITY AS y(id, n)"
            " JOIN offices x ON x.id = y.id ORDER BY y.n)"
        )
    }
