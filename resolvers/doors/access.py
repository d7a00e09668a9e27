"""The only way to rows. A model without a scope has no rows; what is out of sight does not exist.

A scope is stated once, as SQL over an alias and bound values, so that every read route shares it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from resolvers import models
from resolvers.doors import db
from resolvers.doors.bind import Bind, Condition
from resolvers.doors.budget import Budget
from resolvers.doors.scopes import scope
from resolvers.models import Table
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code

M = TypeVar("M", bound=Table)


class Row(dict[str, Any]):
    """One row as read, and of which table. A plain dict, since instances cost seven times as much."""

    __slots__ = ("model",)

    def __init__(self, model: type[Table], columns: dict[str, Any]) -> None:
        super().__init__(columns)
        self.model = model


def columns(model: type[Table], alias: str, bind: Bind) -> str:
    """Every column and named expression of a model, each under its own name; heavy ones are read by `Reader.heavy`."""
    light = [(name, sql) for name, sql in model.computed.items() if name not in model.heavy]
    return ", ".join(
        [model.listed(alias), *(f"{bind.fill(expression, alias)} AS {name}" for name, expression in light)]
    )


def _from(model: type[Table]) -> str:
    return f"{model.table_name()} t{model.join_beside('t')}"


@dataclass(frozen=True, slots=True)
class Link:
    """A table between two: its rows (alias `l`) name the target's id in one column and the parent's in another."""

    model: type[Table]
    target_column: str

    def join(self) -> str:
        return f" JOIN {self.model.table_name()} l ON l.{self.target_column} = t.id"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads of one caller at one instant, within one budget."""

    actor: Actor
    now: datetime
    budget: Budget = field(default_factory=Budget)

    async def rows(
        self, model: type[Table], where: Condition | None = None, *, order: str = "t.id", limit: int | None = None
    ) -> list[Row]:
        """Rows in sight, filtered and ordered by SQL over the alias `t`."""
        bind = Bind(self.actor, self.now)
        picked = columns(model, "t", bind)
        condition = f"{scope(model, 't', bind)} AND {where('t', bind) if where else 'true'}"
        bound = f" LIMIT {bind(limit)}" if limit is not None else ""
        sql = f"SELECT {picked} FROM {_from(model)} WHERE {condition} ORDER BY {order}{bound}"
        return [Row(model, found) for found in await self.budget.query(sql, *bind.values)]

    async def rows_of_each(
        self,
        model: type[Table],
        parent: type[Table],
        keys: list[UUID],
        where: Condition,
        *,
        order: str,
        limit: int | None = None,
        link: Link | None = None,
    ) -> dict[UUID, list[Row]]:
        """The rows of many parents at once, so many of each at the most, in one statement.

        `where` says what makes a row (alias `t`, joined with `link` as `l`) one of a parent's (alias `p`).
        """
        bind = Bind(self.actor, self.now)
        picked = columns(model, "t", bind)
        condition = f"{where('t', bind)} AND {scope(model, 't', bind)}"
        bound = f" LIMIT {bind(limit)}" if limit is not None else ""
        sql = (
            f"SELECT p.id AS parent_key, x.* FROM {parent.table_name()} p CROSS JOIN LATERAL"
            f" (SELECT {picked} FROM {_from(model)}{link.join() if link else ''}"
            f" WHERE {condition} ORDER BY {order}{bound}) x WHERE p.id = ANY({bind(keys, '::uuid[]')})"
        )
        found: dict[UUID, list[Row]] = {key: [] for key in keys}
        for columns_of_row in await self.budget.query(sql, *bind.values):
            found[columns_of_row.pop("parent_key")].append(Row(model, columns_of_row))
        return found

    async def count(self, model: type[Table], where: Condition | None = None) -> int:
        """How many rows in sight fulfil the condition."""
        bind = Bind(self.actor, self.now)
        condition = f"{scope(model, 't', bind)} AND {where('t', bind) if where else 'true'}"
        return int(
            (
                await self.budget.query(
                    f"SELECT count(*) AS n FROM {model.table_name()} t WHERE {condition}", *bind.values
                )
            )[0]["n"]
        )

    async def measure(self, model: type[Table], expression: str, where: Condition) -> tuple[int, int]:
        """How many rows in sight fulfil the condition, and the sum of an expression over them."""
        bind = Bind(self.actor, self.now)
        condition = f"{scope(model, 't', bind)} AND {where('t', bind)}"
        sql = (
            f"SELECT count(*) AS n, coalesce(sum({bind.fill(expression, 't')}), 0)::bigint AS total"
            f" FROM {model.table_name()} t WHERE {condition}"
        )
        (found,) = await self.budget.query(sql, *bind.values)
        return int(found["n"]), int(found["total"])

    async def counts(
        self, model: type[Table], parent: type[Table], keys: list[UUID], where: Condition
    ) -> dict[UUID, int]:
        """How many rows in sight each of many parents (alias `p`) has, in one statement."""
        bind = Bind(self.actor, self.now)
        counted = f"SELECT count(*) FROM {model.table_name()} t WHERE {where('t', bind)} AND {scope(model, 't', bind)}"
        sql = f"SELECT p.id, ({counted}) AS n FROM {parent.table_name()} p WHERE p.id = ANY({bind(keys, '::uuid[]')})"
        return dict.fromkeys(keys, 0) | {row["id"]: row["n"] for row in await self.budget.query(sql, *bind.values)}

    async def heavy(self, model: type[Table], name: str, keys: list[UUID]) -> dict[UUID, Any]:
        """One heavy expression of rows that are in sight."""
        bind = Bind(self.actor, self.now)
        value = bind.fill(model.computed[name], "t")
        condition = f"t.id = ANY({bind(keys, '::uuid[]')}) AND {scope(model, 't', bind)}"
        sql = f"SELECT t.id, {value} AS value FROM {_from(model)} WHERE {condition}"
        return {row["id"]: row["value"] for row in await self.budget.query(sql, *bind.values)}

    async def see(self, model: type[Table], key: UUID) -> Row | None:
        """One row by id, or None: absent and forbidden alike."""
        found = await self.rows(model, lambda t, bind: f"{t}.id = {bind(key)}")
        return found[0] if found else None

    async def see_many(self, model: type[Table], keys: list[UUID]) -> dict[UUID, Row]:
        found = await self.rows(model, lambda t, bind: f"{t}.id = ANY({bind(keys, '::uuid[]')})")
        return {row["id"]: row for row in found}


async def take(actor: Actor, model: type[M], key: UUID, now: datetime, *path: str) -> M:
    """A row to change: in sight, and locked until the end of the transaction. `NOT_FOUND` otherwise."""
    bind = Bind(actor, now)
    return await _lock(model, key, scope(model, "t", bind), bind, path)


async def take_once_held(actor: Actor, key: UUID, offices: list[UUID], now: datetime, *path: str) -> models.Case:
    """A case to add to that was dispatched to one of these offices at some time, though it may be another's by now."""
    bind = Bind(actor, now)
    condition = (
        f"t.jurisdiction_id = {bind.named('jurisdiction_id')} AND NOT {bind.named('actor_id')} = ANY(t.recused_ids)"
        " AND EXISTS (SELECT 1 FROM assignments a"
        f" WHERE a.case_id = t.id AND a.office_id = ANY({bind(offices, '::uuid[]')}))"
    )
    return await _lock(models.Case, key, condition, bind, path)


async def _lock(model: type[M], key: UUID, condition: str, bind: Bind, path: tuple[str, ...]) -> M:
    whole = f"SELECT {model.listed('t')} FROM {model.table_name()} t WHERE t.id = {bind(key)}"
    found = await db.instances(model, f"{whole} AND {condition} FOR UPDATE OF t", *bind.values)
    if not found:
        raise Refused(Code.NOT_FOUND, *path)
    return found[0]


async def take_case(actor: Actor, key: UUID, expected_version: int, now: datetime) -> models.Case:
    """A case to change: in sight, locked, and as fresh as the caller believes; else `STALE_VERSION` with what is."""
    db.transaction()
    case = await take(actor, models.Case, key, now, "caseId")
    if case.version != expected_version:
        raise Refused(Code.STALE_VERSION, "expectedVersion", case_id=case.id, current_version=case.version)
    return case


async def take_of_case(
    actor: Actor, model: type[M], key: UUID, expected_version: int, now: datetime, path: str
) -> tuple[models.Case, M]:
    """A row that belongs to a case, with the case locked as `take_case` does: the case guards all that hangs on it."""
    seen = await Reader(actor, now).see(model, key)
    if seen is None:
        raise Refused(Code.NOT_FOUND, path)
    case = await take_case(actor, seen["case_id"], expected_version, now)
    return case, await model.get(id=key)
