"""办理: results with their department and handlers, sign-offs, returns, extensions and filing reports."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.office import Office
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import (
    Decision,
    DisputeStatus,
    ExtensionStatus,
    FilingStatus,
    HandlingOutcome,
    PhotoStatus,
    ReturnStatus,
)


class HandlingResult(Table):
    """What a unit says it did: the handling department and the handlers are mandatory (ZZ-10)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="results", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="results", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    is_co_result = fields.BooleanField(default=False)
    department = fields.CharField(max_length=100)
    outcome = fields.CharEnumField(HandlingOutcome, max_length=20)
    reply = fields.TextField()
    recovered_loss = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    override_reason = fields.CharField(max_length=2_000, null=True)
    submitted_by = fields.UUIDField(null=True)
    submitted_at = fields.DatetimeField()
    case_id: UUID
    office_id: UUID

    class Meta:
        table = "handling_results"


class ResultHandler(Table):
    """One named handler of a result."""

    result: ForeignKeyRelation[HandlingResult] = fields.ForeignKeyField(
        "jiesu.HandlingResult", related_name="handlers", on_delete=CASCADE_NEVER, db_index=True
    )
    person: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="handled", on_delete=CASCADE_NEVER, db_index=True
    )
    ordinal = fields.IntField()
    person_id: UUID

    class Meta:
        table = "result_handlers"


class SignOff(Table):
    """签字: the responsible person's answer to one result."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="sign_offs", on_delete=CASCADE_NEVER, db_index=True
    )
    result: ForeignKeyRelation[HandlingResult] = fields.ForeignKeyField(
        "jiesu.HandlingResult", related_name="sign_offs", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    decision = fields.CharEnumField(Decision, max_length=8)
    reason = fields.TextField(null=True)
    decided_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="sign_offs", on_delete=CASCADE_NEVER, db_index=True
    )
    decided_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "sign_offs"


class ReturnRequest(Table):
    """退单申请: the unit that leads says it is not competent; the centre decides (T9–T11). Never forwarded by the unit."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="returns", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="returns", on_delete=CASCADE_NEVER, db_index=True
    )
    status = fields.CharEnumField(ReturnStatus, max_length=12)
    reason = fields.TextField()
    legal_basis = fields.CharField(max_length=2_000, null=True)
    suggested_office: ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="suggested_returns", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    requested_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="requested_returns", on_delete=CASCADE_NEVER, db_index=True
    )
    requested_at = fields.DatetimeField()
    decided_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="decided_returns", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=2_000, null=True)
    case_id: UUID
    office_id: UUID
    requested_by_id: UUID
    decided_by_id: UUID | None

    class Meta:
        table = "return_requests"


class Dispute(Table):
    """管辖争议: a unit whose return was refused brings it before the leader, who says which unit handles it (T10, Order
    20 art. 30). Once a unit; no clock stops.
    """

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="disputes", on_delete=CASCADE_NEVER, db_index=True
    )
    return_request: ForeignKeyRelation[ReturnRequest] = fields.ForeignKeyField(
        "jiesu.ReturnRequest", related_name="disputes", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="disputes", on_delete=CASCADE_NEVER, db_index=True
    )
    status = fields.CharEnumField(DisputeStatus, max_length=12)
    reason = fields.TextField()
    legal_basis = fields.CharField(max_length=2_000, null=True)
    raised_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="raised_disputes", on_delete=CASCADE_NEVER, db_index=True
    )
    raised_at = fields.DatetimeField()
    decided_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="decided_disputes", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=2_000, null=True)
    designated_office: ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="designations", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    case_id: UUID
    office_id: UUID
    raised_by_id: UUID
    decided_by_id: UUID | None
    designated_office_id: UUID | None

    class Meta:
        table = "disputes"


class ExtensionRequest(Table):
    """延期申请: asked for before the due date, decided by the 12315 section alone (ZZ-9)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="extensions", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="extensions", on_delete=CASCADE_NEVER, db_index=True
    )
    deadline_id = fields.UUIDField()
    round = fields.IntField()
    status = fields.CharEnumField(ExtensionStatus, max_length=12)
    working_days = fields.IntField()
    reason = fields.TextField()
    requested_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="requested_extensions", on_delete=CASCADE_NEVER, db_index=True
    )
    requested_at = fields.DatetimeField()
    old_due_at = fields.DatetimeField()
    new_due_at = fields.DatetimeField(null=True)
    decided_by_id = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=2_000, null=True)
    case_id: UUID
    office_id: UUID
    requested_by_id: UUID

    class Meta:
        table = "extension_requests"

    computed: ClassVar[dict[str, str]] = {
        "deadline_kind": "(SELECT x.kind FROM deadlines x WHERE x.id = {t}.deadline_id)",
    }


class FilingReport(Table):
    """书面报告: why a matter cannot be solved for now, what was done, what is proposed; sealed (ZZ-17). The sealed file is
    declared with the report and uploaded like a photo.
    """

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="filings", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="filings", on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    status = fields.CharEnumField(FilingStatus, max_length=12)
    cause = fields.TextField()
    process = fields.TextField()
    recommendation = fields.TextField()
    sha256 = fields.CharField(max_length=64)
    byte_size = fields.IntField()
    content_type = fields.CharField(max_length=20)
    document_status = fields.CharEnumField(PhotoStatus, max_length=10)
    document_received_at = fields.DatetimeField(null=True)
    submitted_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="filings", on_delete=CASCADE_NEVER, db_index=True
    )
    submitted_at = fields.DatetimeField()
    decided_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="decided_filings", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    decided_at = fields.DatetimeField(null=True)
    decision_reason = fields.CharField(max_length=2_000, null=True)
    case_id: UUID
    office_id: UUID
    submitted_by_id: UUID
    decided_by_id: UUID | None

    class Meta:
        table = "filing_reports"

    computed: ClassVar[dict[str, str]] = {
        "own_declaration": "coalesce({t}.submitted_by_id = :actor_id, false)",
    }
