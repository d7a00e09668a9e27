"""What every table here shares: a UUID key, foreign keys that never cascade, and named SQL beside the columns."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

CASCADE_NEVER = fields.OnDelete.RESTRICT


class Table(Model):
    """A row of ours. Ids are random: a sequence would tell how many rows one may not see.

    `computed`: name -> SQL over the row's alias `{t}` and the bound names `:now :actor_id :unit_offices
    :own_units`.
    `beside`: a table, and our column that names its row; named expressions call that row `{c}`.
    `heavy`: of those, the ones too costly to read with every row; they are read where they are asked for.
    `personal`: columns that only ever leave through a mask.
    """

    computed: ClassVar[dict[str, str]] = {}
    beside: ClassVar[tuple[str, str] | None] = None
    heavy: ClassVar[frozenset[str]] = frozenset()
    personal: ClassVar[frozenset[str]] = frozenset()

    id = fields.UUIDField(primary_key=True, default=uuid4)

    class Meta:
        abstract = True

    @classmethod
    def table_name(cls) -> str:
        return str(cls._meta.db_table)

    @classmethod
    def join_beside(cls, alias: str) -> str:
        """What follows our table in `FROM` when named expressions are read."""
        if cls.beside is None:
            return ""
        table, column = cls.beside
        return f" LEFT JOIN {table} {alias}_c ON {alias}_c.id = {alias}.{column}"

    @classmethod
    def looks_beside(cls, name: str) -> bool:
        """Whether this is a named expression about the row beside ours."""
        return "{c}" in cls.computed.get(name, "")

    @classmethod
    def column_names(cls) -> list[str]:
        return list(cls._meta.fields_db_projection.values())

    @classmethod
    def listed(cls, alias: str) -> str:
        """Every column of a row, by name: `*` would be another answer after the next release has added one."""
        return ", ".join(f"{alias}.{name}" for name in cls.column_names())

    @classmethod
    def is_never_null(cls, column: str) -> bool:
        """Whether the table itself lets no null stand in this column; a named expression may be null."""
        owners = {db: own for own, db in cls._meta.fields_db_projection.items()}
        return column in owners and not cls._meta.fields_map[owners[column]].null

    @classmethod
    async def named(cls, column: str, name: str, **known: object) -> Self | None:
        """The row that bears this name; None too for a name longer than any row can bear, which the ORM balks at."""
        field = cls._meta.fields_map[column]
        if isinstance(field, fields.CharField) and len(name) > field.max_length:
            return None
        return await cls.filter(**{column: name}, **known).first()
