"""检查记录: append-only facts from the field, and the photos that prove them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.office import Office
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import PhotoStatus, VisitType


class InspectionNote(Table):
    """One visit. `captured_at` is the phone's clock, `received_at` ours; a late one is kept and marked (4.8)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="inspection_notes", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="inspection_notes", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    visit_type = fields.CharEnumField(VisitType, max_length=10)
    findings = fields.TextField()
    captured_at = fields.DatetimeField()
    received_at = fields.DatetimeField()
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    accuracy = fields.FloatField(null=True)
    late_arrival = fields.BooleanField()
    clock_skewed = fields.BooleanField()
    recorded_by = fields.UUIDField(null=True)
    case_id: UUID
    office_id: UUID

    class Meta:
        table = "inspection_notes"

    personal: ClassVar[frozenset[str]] = frozenset({"latitude", "longitude", "accuracy"})
    computed: ClassVar[dict[str, str]] = {"in_own_office": "({t}.office_id = ANY(:unit_offices))"}


class NoteInspector(Table):
    """One inspector of a visit; two at least (Penalty Law art. 42)."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="inspectors", on_delete=CASCADE_NEVER, db_index=True
    )
    person: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="inspected", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()

    class Meta:
        table = "note_inspectors"


class Photo(Table):
    """照片: declared with its SHA-256, then uploaded and verified. The original stays as it came."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="photos", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    sha256 = fields.CharField(max_length=64)
    byte_size = fields.IntField()
    content_type = fields.CharField(max_length=20)
    status = fields.CharEnumField(PhotoStatus, max_length=10)
    captured_at = fields.DatetimeField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    declared_by = fields.UUIDField(null=True)
    received_at = fields.DatetimeField(null=True)
    rejection = fields.CharField(max_length=40, null=True)
    note_id: UUID

    class Meta:
        table = "photos"

    personal: ClassVar[frozenset[str]] = frozenset({"latitude", "longitude"})
    computed: ClassVar[dict[str, str]] = {
        "own_declaration": "coalesce({t}.declared_by = :actor_id, false)",
    }
