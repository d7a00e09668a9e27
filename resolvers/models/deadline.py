"""时限: the calendar, the versioned limits, the emergency regimes, and each case's clocks."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.kinds import CalendarMode, ClockKind, DeadlineKind, LimitUnit


class CalendarDay(Table):
    """One day of one version of the working calendar. The highest version of a year counts."""

    date = fields.DateField()
    version = fields.IntField()
    day_type = fields.CharField(max_length=20)
    name = fields.CharField(max_length=100)
    provisional = fields.BooleanField()

    class Meta:
        table = "calendar_days"
        unique_together = (("date", "version"),)


class DeadlinePolicy(Table):
    """A limit in force from a day to a day, with its legal basis. Null scope columns mean: any."""

    version = fields.IntField()
    regime = fields.CharField(max_length=20, null=True)
    case_kind = fields.CharField(max_length=20, null=True)
    channel = fields.CharField(max_length=20, null=True)
    deadline_kind = fields.CharEnumField(DeadlineKind, max_length=20)
    clock = fields.CharEnumField(ClockKind, max_length=12)
    amount = fields.IntField()
    unit = fields.CharEnumField(LimitUnit, max_length=12)
    legal_basis = fields.CharField(max_length=200)
    confirmed = fields.BooleanField()
    effective_from = fields.DateField()
    effective_to = fields.DateField(null=True)

    class Meta:
        table = "deadline_policies"


class Regime(Table):
    """应急机制: an emergency regime of one jurisdiction, with its tag and administrative basis (JMS-6, ZZ-19)."""

    jurisdiction_id = fields.UUIDField()
    name = fields.CharField(max_length=100)
    tag = fields.CharField(max_length=40)
    policy = fields.CharField(max_length=20)
    basis = fields.CharField(max_length=300)
    calendar_mode = fields.CharEnumField(CalendarMode, max_length=12)
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    activated_by = fields.UUIDField(null=True)

    class Meta:
        table = "regimes"


class Deadline(Table):
    """One clock of one case. `due_at` is what was set first; `effective_due_at` what binds now."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="deadlines", on_delete=CASCADE_NEVER, db_index=True
    )
    policy: ForeignKeyNullableRelation[DeadlinePolicy] = fields.ForeignKeyField(
        "jiesu.DeadlinePolicy", related_name="deadlines", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    round = fields.IntField()
    # Of SIGN_FOR: a case that was returned is dispatched again in the same round.
    dispatch = fields.IntField(default=1, db_default=1)
    kind = fields.CharEnumField(DeadlineKind, max_length=20)
    clock = fields.CharEnumField(ClockKind, max_length=12)
    amount = fields.IntField()
    unit = fields.CharEnumField(LimitUnit, max_length=12)
    calendar_version = fields.IntField()
    calendar_mode = fields.CharEnumField(CalendarMode, max_length=12)
    start_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    effective_due_at = fields.DatetimeField()
    met_at = fields.DatetimeField(null=True)
    breached_at = fields.DatetimeField(null=True)
    provisional = fields.BooleanField()
    basis_unconfirmed = fields.BooleanField()
    case_id: UUID
    policy_id: UUID | None

    class Meta:
        table = "deadlines"

    computed: ClassVar[dict[str, str]] = {
        # A fact once it is written; until then the clock itself says it.
        "breach": (
            "coalesce({t}.breached_at, CASE WHEN {t}.met_at IS NULL AND {t}.effective_due_at < :now"
            " THEN {t}.effective_due_at END)"
        ),
        # Every day of the working calendar that a clock from here on can reach: 60 working days and the longest festival.
        # Of a day with several versions the highest counts.
        "calendar": (
            "ARRAY(SELECT (x.date, x.day_type) FROM (SELECT DISTINCT ON (y.date) y.date, y.day_type FROM calendar_days y"
            " WHERE y.date BETWEEN ({t}.start_at AT TIME ZONE 'Asia/Shanghai')::date"
            " AND ({t}.start_at AT TIME ZONE 'Asia/Shanghai')::date + 150 ORDER BY y.date, y.version DESC) x)"
        ),
    }
    heavy: ClassVar[frozenset[str]] = frozenset({"calendar"})


class DeadlineChange(Table):
    """Why a due date moved: an approved extension or a regime's tag. The past keeps its old date."""

    deadline: ForeignKeyRelation[Deadline] = fields.ForeignKeyField(
        "jiesu.Deadline", related_name="changes", on_delete=CASCADE_NEVER, db_index=True
    )
    at = fields.DatetimeField()
    cause = fields.CharField(max_length=12)
    old_due_at = fields.DatetimeField()
    new_due_at = fields.DatetimeField()
    calendar_version = fields.IntField()

    class Meta:
        table = "deadline_changes"
