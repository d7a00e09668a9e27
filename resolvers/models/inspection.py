"""检查记录: append-only facts from the field, and the photos that prove them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.office import Office
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import (
    CheckResult,
    CopyStatus,
    LabResult,
    MeasureKind,
    PatrolStatus,
    PhotoStatus,
    RapidResult,
    RectificationKind,
    SignatureKind,
    VisitType,
)


class InspectionNote(Table):
    """One visit. `captured_at` is the phone's clock, `received_at` ours; a late one is kept and marked (4.8).
    `clock_skew`: seconds by which the phone's clock was behind ours when it sent the note. `distance`: metres from the respondent's place; null when one of the two is not known. `participants`: names of the
    bodies that took part, of a joint visit. `rechecks`: the order it looks after; `patrol`: the plan it carries out.
    """

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
    mocked = fields.BooleanField(default=False, db_default=False)
    distance = fields.FloatField(null=True)
    late_arrival = fields.BooleanField()
    clock_skewed = fields.BooleanField()
    clock_skew = fields.IntField(null=True)
    credentials_shown = fields.BooleanField(default=True, db_default=True)
    task_order = fields.CharField(max_length=60, null=True)
    window_from = fields.DatetimeField(null=True)
    window_through = fields.DatetimeField(null=True)
    participants = ArrayField(element_type="text", default=list, db_default=[])
    signature = fields.CharEnumField(SignatureKind, max_length=10, null=True)
    refusal_reason = fields.CharField(max_length=2_000, null=True)
    witness = fields.CharField(max_length=100, null=True)
    phone_reply = fields.TextField(null=True)
    phone_replied_at = fields.DatetimeField(null=True)
    rechecks: ForeignKeyNullableRelation[Rectification] = fields.ForeignKeyField(
        "jiesu.Rectification", related_name="rechecked_by", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    patrol: ForeignKeyNullableRelation[Patrol] = fields.ForeignKeyField(
        "jiesu.Patrol", related_name="notes", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    recorded_by = fields.UUIDField(null=True)
    case_id: UUID
    office_id: UUID

    class Meta:
        table = "inspection_notes"

    personal: ClassVar[frozenset[str]] = frozenset({"latitude", "longitude", "accuracy", "witness"})
    computed: ClassVar[dict[str, str]] = {"in_own_office": "({t}.office_id = ANY(:unit_offices))"}


class CheckItem(Table):
    """检查项: one line of the check list."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="check_items", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    item = fields.CharField(max_length=200)
    result = fields.CharEnumField(CheckResult, max_length=16)
    remark = fields.CharField(max_length=2_000, null=True)
    note_id: UUID

    class Meta:
        table = "check_items"


class Sample(Table):
    """抽样: goods taken along to be tested."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="samples", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    product = fields.CharField(max_length=200)
    batch = fields.CharField(max_length=100, null=True)
    quantity = fields.CharField(max_length=60)
    note_id: UUID

    class Meta:
        table = "samples"


class RapidTest(Table):
    """快检: a quick test on the spot; a suspected failure goes to a laboratory (Food Safety Law art. 87, 112).
    `retest_until`: until when the inspected party may ask for another test (art. 88), null where it may not.
    """

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="rapid_tests", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    item = fields.CharField(max_length=200)
    method = fields.CharField(max_length=200)
    kit_batch = fields.CharField(max_length=100)
    result = fields.CharEnumField(RapidResult, max_length=14)
    retest_until = fields.DatetimeField(null=True)
    note_id: UUID

    class Meta:
        table = "rapid_tests"

    computed: ClassVar[dict[str, str]] = {
        "is_final": (
            "({t}.result = 'NOT_DETECTED' OR EXISTS (SELECT 1 FROM lab_tests x WHERE x.rapid_test_id = {t}.id))"
        ),
    }


class LabTest(Table):
    """检验: a statutory laboratory's answer about a rapid test, or about a sample."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="lab_tests", on_delete=CASCADE_NEVER, db_index=True
    )
    rapid_test: ForeignKeyNullableRelation[RapidTest] = fields.ForeignKeyField(
        "jiesu.RapidTest", related_name="lab_tests", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    sample: ForeignKeyNullableRelation[Sample] = fields.ForeignKeyField(
        "jiesu.Sample", related_name="lab_tests", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    laboratory = fields.CharField(max_length=200)
    report_number = fields.CharField(max_length=100)
    result = fields.CharEnumField(LabResult, max_length=16)
    reported_at = fields.DatetimeField()
    recorded_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="lab_tests", on_delete=CASCADE_NEVER, db_index=True
    )
    recorded_at = fields.DatetimeField()
    note_id: UUID

    class Meta:
        table = "lab_tests"


class Measure(Table):
    """现场措施: an interview, a seizure, a clearance; `subject` says of whom or what."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="measures", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    kind = fields.CharEnumField(MeasureKind, max_length=12)
    subject = fields.CharField(max_length=200)
    record = fields.TextField()
    note_id: UUID

    class Meta:
        table = "measures"


class Rectification(Table):
    """责令改正: what has to be put right, on the spot or by a day; `closed_at` when a recheck found it so."""

    note: ForeignKeyRelation[InspectionNote] = fields.ForeignKeyField(
        "jiesu.InspectionNote", related_name="rectifications", on_delete=CASCADE_NEVER, db_index=True
    )
    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="rectifications", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="rectifications", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    kind = fields.CharEnumField(RectificationKind, max_length=8)
    requirement = fields.TextField()
    due_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    note_id: UUID
    case_id: UUID
    office_id: UUID

    class Meta:
        table = "rectifications"

    computed: ClassVar[dict[str, str]] = {
        "is_overdue": "({t}.closed_at IS NULL AND {t}.due_at IS NOT NULL AND {t}.due_at < :now)",
    }


class Patrol(Table):
    """回头看: an unscheduled visit that is planned after closure, lest it begin again (FT-9)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="patrols", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="patrols", on_delete=CASCADE_NEVER, db_index=True
    )
    status = fields.CharEnumField(PatrolStatus, max_length=10)
    due_at = fields.DatetimeField()
    reason = fields.TextField()
    planned_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="patrols", on_delete=CASCADE_NEVER, db_index=True
    )
    planned_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    cancel_reason = fields.CharField(max_length=2_000, null=True)
    case_id: UUID
    office_id: UUID

    class Meta:
        table = "patrols"


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
    """照片: declared with its SHA-256, then uploaded and verified. The original stays as it came.

    `copies`: whether the small ones it is shown by are made; with them come the size in pixels, what the file says of
    itself (EXIF) and `likeness`, 64 bits that differ in few places between photos that look alike.
    """

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
    copies = fields.CharEnumField(CopyStatus, max_length=8, default=CopyStatus.PENDING, db_default=CopyStatus.PENDING)
    copied_at = fields.DatetimeField(null=True)
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    exif_taken_at = fields.DatetimeField(null=True)
    exif_latitude = fields.FloatField(null=True)
    exif_longitude = fields.FloatField(null=True)
    exif_device = fields.CharField(max_length=120, null=True)
    likeness = fields.BigIntField(null=True)
    note_id: UUID

    class Meta:
        table = "photos"

    personal: ClassVar[frozenset[str]] = frozenset(
        {"latitude", "longitude", "exif_taken_at", "exif_latitude", "exif_longitude", "exif_device"}
    )
    computed: ClassVar[dict[str, str]] = {
        "own_declaration": "coalesce({t}.declared_by = :actor_id, false)",
        "declared_at": "(SELECT n.received_at FROM inspection_notes n WHERE n.id = {t}.note_id)",
    }


class PhotoLikeness(Table):
    """近似照片: two photos that look alike, kept with the later of the two; in how many of 64 bits they differ."""

    photo: ForeignKeyRelation[Photo] = fields.ForeignKeyField(
        "jiesu.Photo", related_name="likenesses", on_delete=CASCADE_NEVER, db_index=True
    )
    earlier: ForeignKeyRelation[Photo] = fields.ForeignKeyField(
        "jiesu.Photo", related_name="resembled_by", on_delete=CASCADE_NEVER, db_index=True
    )
    distance = fields.IntField()
    photo_id: UUID
    earlier_id: UUID

    class Meta:
        table = "photo_likenesses"


class UploadLease(Table):
    """Who writes to an unfinished upload just now: one at a time (tus)."""

    upload_id = fields.UUIDField(unique=True)
    holder = fields.UUIDField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "upload_leases"
