"""工单: one matter raised by one citizen, its rounds and to whom it was dispatched."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.office import Office
from resolvers.models.party import Party, Respondent
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import AssignmentRole, AssignmentStatus, CaseKind, CasePriority, IntakeChannel
from resolvers.terms.statuses import OPEN, STILL, CaseStatus

OPEN_LIST = ", ".join(f"'{status}'" for status in sorted(OPEN - STILL))


class Category(Table):
    """诉求类别: six digits in pairs (GB/T 39666) and a name."""

    code = fields.CharField(max_length=6, unique=True)
    name = fields.CharField(max_length=60)

    class Meta:
        table = "categories"


class Case(Table):
    """The row behind a case. `office_ids`: every office with a part in it, with its ancestors;
    `handling_ids`: the dispatched ones, with ancestors; `assigned_ids`: the dispatched ones alone.
    `due_at` is the effective closing date of the current round, null while its clock stands still. The redacted
    texts have the complainant's identity taken out, once, at intake. `odr_office_id`: the enterprise it was routed to,
    while the enterprise may see it. `recused_ids`: persons who have nothing to do with it and do not see it (2.8).
    """

    number = fields.CharField(max_length=32, unique=True)
    version = fields.IntField(default=1)
    jurisdiction_id = fields.UUIDField()
    kind = fields.CharEnumField(CaseKind, max_length=20)
    channel = fields.CharEnumField(IntakeChannel, max_length=20)
    status = fields.CharEnumField(CaseStatus, max_length=30)
    priority = fields.CharEnumField(CasePriority, max_length=12)
    title = fields.CharField(max_length=200)
    description = fields.TextField()
    title_redacted = fields.CharField(max_length=400)
    description_redacted = fields.TextField()
    tags = ArrayField(element_type="text")
    category: ForeignKeyNullableRelation[Category] = fields.ForeignKeyField(
        "jiesu.Category", related_name="cases", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    division_code = fields.CharField(max_length=12)
    place_text = fields.CharField(max_length=300, null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    received_at = fields.DatetimeField()
    registered_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    round = fields.IntField(default=1)
    lead_office: ForeignKeyNullableRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="led_cases", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    intake_office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="received_cases", on_delete=CASCADE_NEVER, db_index=True
    )
    registered_by = fields.UUIDField(null=True)
    complainant: ForeignKeyNullableRelation[Party] = fields.ForeignKeyField(
        "jiesu.Party", related_name="cases", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    respondent: ForeignKeyNullableRelation[Respondent] = fields.ForeignKeyField(
        "jiesu.Respondent", related_name="cases", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    recovered_loss = fields.DecimalField(max_digits=14, decimal_places=2, null=True)
    regime_id = fields.UUIDField(null=True)
    repeat_of_id = fields.UUIDField(null=True)
    merged_into_id = fields.UUIDField(null=True)
    merged_at = fields.DatetimeField(null=True)
    split_from_id = fields.UUIDField(null=True)
    odr_office_id = fields.UUIDField(null=True)
    recused_ids = ArrayField(element_type="uuid", default=list, db_default=[])
    answer = fields.TextField(null=True)
    office_ids = ArrayField(element_type="uuid")
    handling_ids = ArrayField(element_type="uuid")
    assigned_ids = ArrayField(element_type="uuid")
    lead_office_id: UUID | None
    intake_office_id: UUID
    category_id: UUID | None
    complainant_id: UUID | None
    respondent_id: UUID | None

    class Meta:
        table = "cases"

    personal: ClassVar[frozenset[str]] = frozenset({"title", "description", "answer", "place_text"})
    computed: ClassVar[dict[str, str]] = {
        "is_urgent": "({t}.priority <> 'NORMAL')",
        "is_overdue": f"({{t}}.status IN ({OPEN_LIST}) AND {{t}}.due_at IS NOT NULL AND {{t}}.due_at < :now)",
        # A recording is as much the intake of whoever calls back as of whoever keyed it in.
        "own_intake": "(coalesce({t}.registered_by = :actor_id, false) OR {t}.status = 'VOICEMAIL_PENDING')",
        "routed_to_own": "coalesce({t}.odr_office_id = ANY(:enterprise_offices), false)",
        "in_own_unit": "({t}.handling_ids && :unit_offices)",
        "in_assigned_unit": "({t}.assigned_ids && :unit_offices)",
        "category_name": "(SELECT x.name FROM categories x WHERE x.id = {t}.category_id)",
        "wants_confidentiality": (
            "coalesce((SELECT x.wants_confidentiality FROM parties x WHERE x.id = {t}.complainant_id), false)"
        ),
        # What a complaint must name and does not (Order 20 art. 9); nothing of any other kind.
        "missing_particulars": (
            "(CASE WHEN {t}.kind <> 'COMPLAINT' THEN ARRAY[]::text[] ELSE (SELECT array_remove(ARRAY["
            "CASE WHEN x.name IS NULL THEN 'COMPLAINANT_NAME' END,"
            " CASE WHEN x.phone IS NULL THEN 'COMPLAINANT_PHONE' END,"
            " CASE WHEN x.address IS NULL THEN 'COMPLAINANT_ADDRESS' END,"
            " CASE WHEN y.name IS NULL THEN 'RESPONDENT_NAME' END,"
            " CASE WHEN y.address IS NULL THEN 'RESPONDENT_ADDRESS' END], NULL)"
            " FROM (SELECT 1) one LEFT JOIN parties x ON x.id = {t}.complainant_id"
            " LEFT JOIN respondents y ON y.id = {t}.respondent_id) END)"
        ),
        # Pages need an order without nulls: a case without a closing limit comes after all that have one.
        "due_sort": "coalesce({t}.due_at, timestamptz '9999-12-31 00:00:00+00')",
    }
    heavy: ClassVar[frozenset[str]] = frozenset({"missing_particulars"})


class Round(Table):
    """One run of a case through handling. Round n stays as it was when round n+1 begins (DEC-8)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="rounds", on_delete=CASCADE_NEVER, db_index=True
    )
    number = fields.IntField()
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    result_submitted_at = fields.DatetimeField(null=True)
    sent_back_count = fields.IntField(default=0)

    class Meta:
        table = "rounds"


class Assignment(Table):
    """派单: the case as dispatched to one office."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="assignments", on_delete=CASCADE_NEVER, db_index=True
    )
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="assignments", on_delete=CASCADE_NEVER, db_index=True
    )
    role = fields.CharEnumField(AssignmentRole, max_length=8)
    status = fields.CharEnumField(AssignmentStatus, max_length=12)
    is_repeat = fields.BooleanField(default=False)
    dispatched_at = fields.DatetimeField()
    dispatched_by = fields.UUIDField(null=True)
    signed_for_at = fields.DatetimeField(null=True)
    signed_for_by = fields.UUIDField(null=True)
    office_id: UUID
    case_id: UUID

    class Meta:
        table = "assignments"
