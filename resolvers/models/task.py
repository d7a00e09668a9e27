"""外勤任务: no table but a view over what is still to be visited (migration 0009_in_the_field)."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from resolvers.models.table import Table
from resolvers.terms.kinds import TaskKind


class Task(Table):
    """One visit that an office has before it; its id is that of the assignment, the order or the patrol it follows from.
    Latitude and longitude are those of the case's place. Not among the ORM's tables: it is only ever read, as `access` reads.
    """

    kind = fields.CharEnumField(TaskKind, max_length=10)
    case_id = fields.UUIDField()
    office_id = fields.UUIDField()
    rectification_id = fields.UUIDField(null=True)
    patrol_id = fields.UUIDField(null=True)
    due_at = fields.DatetimeField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)

    class Meta:
        table = "tasks"

    computed: ClassVar[dict[str, str]] = {
        "is_overdue": "coalesce({t}.due_at < :now, false)",
        # Pages need an order without nulls: what has no date comes after all that have one.
        "due_sort": "coalesce({t}.due_at, timestamptz '9999-12-31 00:00:00+00')",
    }
