"""时限: the calendar, the versioned limits, the emergency regimes, and each case's clocks."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.case import Case
from resolvers.models.person import Person
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms import limits
from resolvers.terms.kinds import (
    BulletinPeriod,
    CalendarMode,
    ClockKind,
    DeadlineKind,
    LimitUnit,
    PauseReason,
    ReminderStage,
)

# From when on a limit is missed: after its due date, and where it says "at once", when that has taken too long.
MISSED = f"({{t}}.effective_due_at + CASE WHEN {{t}}.amount = 0 THEN interval '{round(limits.AT_ONCE.total_seconds())} seconds' ELSE interval '0' END)"


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
    priority = fields.CharField(max_length=12, null=True)
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
    bulletin_period = fields.CharEnumField(
        BulletinPeriod, max_length=8, default=BulletinPeriod.DAILY, db_default=BulletinPeriod.DAILY
    )
    started_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    activated_by = fields.UUIDField(null=True)
    ended_by = fields.UUIDField(null=True)
    end_reason = fields.TextField(null=True)

    class Meta:
        table = "regimes"

    computed: ClassVar[dict[str, str]] = {"is_active": "({t}.ended_at IS NULL)"}


class Deadline(Table):
    """One clock of one case. `due_at` is what was set first; `effective_due_at` what binds now. `stopped_at`: since when it
    stands still, neither met nor running out: suspended, with an enterprise, merged, void.
    """

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
    stopped_at = fields.DatetimeField(null=True)
    provisional = fields.BooleanField()
    basis_unconfirmed = fields.BooleanField()
    case_id: UUID
    policy_id: UUID | None

    class Meta:
        table = "deadlines"

    computed: ClassVar[dict[str, str]] = {
        # A fact once it is written; until then the clock itself says it.
        "breach": (
            "coalesce({t}.breached_at, CASE WHEN {t}.met_at IS NULL AND {t}.stopped_at IS NULL"
            f" AND {MISSED} < :now THEN {{t}}.effective_due_at END)"
        ),
        # All that made the date what it is, in one statement. By two, every day of the working calendar that a clock from
        # here on can reach: 60 working days and the longest festival, or its date and a festival; of a day with several
        # versions the highest counts, of those the clock was counted by. By three, the pauses it stood through. By five,
        # its extensions and regime's limits.
        "course": (
            "ARRAY(SELECT (x.date, x.day_type) FROM (SELECT DISTINCT ON (y.date) y.date, y.day_type FROM calendar_days y"
            " WHERE y.date BETWEEN ({t}.start_at AT TIME ZONE 'Asia/Shanghai')::date"
            " AND greatest(({t}.start_at AT TIME ZONE 'Asia/Shanghai')::date + 150,"
            " ({t}.effective_due_at AT TIME ZONE 'Asia/Shanghai')::date + 30)"
            " AND y.version <= {t}.calendar_version ORDER BY y.date, y.version DESC) x"
            " UNION ALL SELECT (y.reason, y.started_at, y.ended_at) FROM pauses y WHERE y.case_id = {t}.case_id"
            " AND y.started_at < coalesce({t}.met_at, y.ended_at)"
            " UNION ALL SELECT (y.cause, y.at, y.amount, y.unit, coalesce(y.calendar_mode, {t}.calendar_mode))"
            " FROM deadline_changes y WHERE y.deadline_id = {t}.id AND y.at >= {t}.start_at AND y.amount IS NOT NULL)"
        ),
    }
    heavy: ClassVar[frozenset[str]] = frozenset({"course"})


class DeadlineChange(Table):
    """Why a due date moved (`cause`: EXTENSION, REGIME, PAUSE, RESTART or CALENDAR). The past keeps its old date.
    `amount` and `unit`: what an extension added, or the limit a regime set from `at` on, counted in `calendar_mode`; so
    that it can be counted anew. Of an amendment of the calendar: a row of an older version says that it could not.
    """

    deadline: ForeignKeyRelation[Deadline] = fields.ForeignKeyField(
        "jiesu.Deadline", related_name="changes", on_delete=CASCADE_NEVER, db_index=True
    )
    at = fields.DatetimeField()
    cause = fields.CharField(max_length=12)
    old_due_at = fields.DatetimeField()
    new_due_at = fields.DatetimeField()
    calendar_version = fields.IntField()
    amount = fields.IntField(null=True)
    unit = fields.CharEnumField(LimitUnit, max_length=12, null=True)
    calendar_mode = fields.CharEnumField(CalendarMode, max_length=12, null=True)
    amendment_id = fields.UUIDField(null=True)

    class Meta:
        table = "deadline_changes"


class Pause(Table):
    """中止: the clocks of a case stand still from `started_at` to `ended_at`, for a reason the law knows (T12, DEC-12)."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="pauses", on_delete=CASCADE_NEVER, db_index=True
    )
    reason = fields.CharEnumField(PauseReason, max_length=20)
    evidence = fields.TextField()
    started_by: ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="started_pauses", on_delete=CASCADE_NEVER, db_index=True
    )
    started_at = fields.DatetimeField()
    end_evidence = fields.TextField(null=True)
    ended_by: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="ended_pauses", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    ended_at = fields.DatetimeField(null=True)
    case_id: UUID

    class Meta:
        table = "pauses"


class Reminder(Table):
    """催办: one rung of the ladder before and after a closing date (4.5). A date that moves has a ladder of its own."""

    case: ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "jiesu.Case", related_name="reminders", on_delete=CASCADE_NEVER, db_index=True
    )
    deadline: ForeignKeyRelation[Deadline] = fields.ForeignKeyField(
        "jiesu.Deadline", related_name="reminders", on_delete=CASCADE_NEVER, db_index=True
    )
    stage = fields.CharEnumField(ReminderStage, max_length=14)
    due_at = fields.DatetimeField()
    opened_at = fields.DatetimeField()
    case_id: UUID

    class Meta:
        table = "reminders"


class CalendarAmendment(Table):
    """工作日历修订: which version replaced some days, why, and when the open limits were counted anew (DEC-13).
    `looked_at`: how many of them so far.
    """

    version = fields.IntField(unique=True)
    reason = fields.CharField(max_length=300)
    amended_at = fields.DatetimeField()
    recomputed_at = fields.DatetimeField(null=True)
    looked_at = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "calendar_amendments"
