"""The only way to rows. A model without a scope has no rows; what is out of sight does not exist.

A scope is stated once, as SQL over an alias and bound values, so that every read route shares it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from resolvers import models
from resolvers.doors import db
from resolvers.models import Table
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused, TooMuch
from resolvers.terms.codes import Code
from resolvers.terms.kinds import ApprovalKind, CaseKind
from resolvers.terms.roles import CENTRE, PHOTO_VIEWERS, UNIT, Permission, Role
from resolvers.terms.statuses import HANDLED

M = TypeVar("M", bound=Table)
NOTHING = "false"


class Bind:
    """The values of one statement. `bind(value)` is its `$n`; `$n` of a name is made once and shared."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.values: list[object] = []
        self._named: dict[str, str] = {}
        self._known: dict[str, Callable[[], object]] = {
            "now": lambda: now,
            "actor_id": lambda: actor.id,
            "unit_offices": lambda: actor.offices(*UNIT),
            "own_units": lambda: actor.own_units,
        }

    def __call__(self, value: object, cast: str = "") -> str:
        self.values.append(value)
        return f"${len(self.values)}{cast}"

    def named(self, name: str) -> str:
        """`$n` of one of the values every statement may use."""
        if name not in self._named:
            cast = {"actor_id": "::uuid", "now": "::timestamptz"}.get(name, "::uuid[]")
            self._named[name] = self(self._known[name](), cast)
        return self._named[name]

    def fill(self, expression: str, alias: str) -> str:
        """A named SQL expression of a model, over this alias, with its values bound."""
        return _NAME.sub(lambda found: self.named(found[1]), expression.replace("{t}", alias))


_NAME = re.compile(r"(?<![:\w]):([a-z_]+)")
Condition = Callable[[str, Bind], str]
Scope = Callable[[Actor, str, Bind], str]


class Row(dict[str, Any]):
    """One row as read, and of which table. A plain dict, since instances cost seven times as much."""

    __slots__ = ("model",)

    def __init__(self, model: type[Table], columns: dict[str, Any]) -> None:
        super().__init__(columns)
        self.model = model


def _any(conditions: list[str]) -> str:
    return "(" + " OR ".join(conditions) + ")" if conditions else NOTHING


def _case(actor: Actor, t: str, bind: Bind) -> str:
    if not actor.may(Permission.READ_CASES):
        return NOTHING
    grants = [_case_of_grant(actor, grant.role, grant.office_id, t, bind) for grant in actor.grants]
    return f"({t}.jurisdiction_id = {bind(actor.jurisdiction_id)} AND {_any([g for g in grants if g != NOTHING])})"


def _case_of_grant(actor: Actor, role: Role, office_id: UUID, t: str, bind: Bind) -> str:
    """What one role at one office sees: its subtree; of reports only what it has a part in (DEC-15)."""
    if role not in CENTRE | UNIT | {Role.CALLBACK_OFFICER, Role.AGENT, Role.INTEGRATOR}:
        return NOTHING  # before anything is bound: what is bound and not used has no type, and the statement fails
    whole = office_id == actor.jurisdiction_id and role not in UNIT
    own = "" if whole else bind([office_id], "::uuid[]")
    within = "true" if whole else f"{t}.office_ids && {own}"
    no_report = f"{t}.kind <> '{CaseKind.REPORT}'"
    if role in CENTRE:
        return f"({within})"
    if role in UNIT:
        return f"({t}.handling_ids && {own} AND ({no_report} OR {t}.assigned_ids && {own}))"
    if role is Role.CALLBACK_OFFICER:
        called = ", ".join(f"'{status}'" for status in sorted(HANDLED))
        return f"({within} AND ({no_report} OR {t}.status IN ({called}) OR {t}.round > 1))"
    return f"({within} AND ({no_report} OR {t}.registered_by = {bind.named('actor_id')}))"


def _as_case(column: str = "case_id") -> Scope:
    """Whoever sees the case."""

    def scope(actor: Actor, t: str, bind: Bind) -> str:
        return f"EXISTS (SELECT 1 FROM cases sc WHERE sc.id = {t}.{column} AND {_case(actor, 'sc', bind)})"

    return scope


def _jurisdiction(actor: Actor, t: str, bind: Bind) -> str:
    return f"{t}.jurisdiction_id = {bind(actor.jurisdiction_id)}"


def _office(actor: Actor, t: str, bind: Bind) -> str:
    """The tree for those who may read it; without that, where one's own roles are held."""
    if actor.may(Permission.READ_OFFICES):
        return _jurisdiction(actor, t, bind)
    return f"{t}.id = ANY({bind(actor.offices(*actor.roles), '::uuid[]')})"


def _everybody(_actor: Actor, _t: str, _bind: Bind) -> str:
    return "true"


def _staff(actor: Actor, t: str, bind: Bind) -> str:
    return NOTHING if actor.is_third_party else _jurisdiction(actor, t, bind)


def _note(actor: Actor, t: str, bind: Bind) -> str:
    return _as_case()(actor, t, bind)


def _photo(actor: Actor, t: str, bind: Bind) -> str:
    if not actor.roles & PHOTO_VIEWERS:
        return NOTHING
    return f"EXISTS (SELECT 1 FROM inspection_notes sn WHERE sn.id = {t}.note_id AND {_note(actor, 'sn', bind)})"


def _link(table: str, column: str) -> Scope:
    """A row that joins a person to a result or a note: as the case of that, and for staff only."""

    def scope(actor: Actor, t: str, bind: Bind) -> str:
        if actor.is_third_party:
            return NOTHING
        return f"EXISTS (SELECT 1 FROM {table} sl WHERE sl.id = {t}.{column} AND {_as_case()(actor, 'sl', bind)})"

    return scope


def _entry(actor: Actor, t: str, bind: Bind) -> str:
    audit = "" if Role.AUDITOR in actor.roles else f" AND NOT {t}.audit_only"
    return f"({_jurisdiction(actor, t, bind)}{audit} AND {_as_case()(actor, t, bind)})"


def _approval(actor: Actor, t: str, bind: Bind) -> str:
    """What waits for this person: pending, of a kind this role decides, at an office where it may, not own work."""
    if not actor.may(Permission.READ_APPROVALS):
        return NOTHING
    every = []
    if Role.RESPONSIBLE_PERSON in actor.roles:
        mine = bind(actor.offices(Role.RESPONSIBLE_PERSON), "::uuid[]")
        every.append(f"({t}.kind = '{ApprovalKind.SIGN_OFF}' AND {t}.office_id = ANY({mine}))")
    if actor.jurisdiction_id in actor.offices(Role.SECTION_OFFICER):
        own = bind([office for office in actor.offices(*actor.roles) if actor.works_in(office)], "::uuid[]")
        every.append(f"({t}.kind = '{ApprovalKind.EXTENSION}' AND NOT {t}.office_id = ANY({own}))")
    if Role.CALLBACK_REVIEWER in actor.roles:
        every.append(f"({t}.kind = '{ApprovalKind.CALLBACK_REVIEW}')")
    barred = f"NOT {bind.named('actor_id')} = ANY({t}.barred_ids)"
    return f"({t}.decided_at IS NULL AND {barred} AND {_any(every)} AND {_as_case()(actor, t, bind)})"


SCOPES: dict[type[Table], Scope] = {
    models.Approval: _approval,
    models.Assignment: _as_case(),
    models.Callback: _as_case(),
    models.Case: _case,
    models.Category: _everybody,
    models.Deadline: _as_case(),
    models.DeadlinePolicy: _everybody,
    models.ExtensionRequest: _as_case(),
    models.HandlingResult: _as_case(),
    models.InspectionNote: _note,
    models.LedgerEntry: _entry,
    models.NoteInspector: _link("inspection_notes", "note_id"),
    models.Office: _office,
    models.Party: _as_case(),
    models.Person: _staff,
    models.Photo: _photo,
    models.Regime: _jurisdiction,
    models.Respondent: _as_case(),
    models.Round: _as_case(),
    models.ResultHandler: _link("handling_results", "result_id"),
    models.SignOff: _as_case(),
    models.SupervisionOrder: _as_case(),
}


def scope(actor: Actor, model: type[Table], alias: str, bind: Bind) -> str:
    """SQL that is true of the rows this caller may see. No scope, no row."""
    return SCOPES[model](actor, alias, bind) if model in SCOPES else NOTHING


def columns(model: type[Table], alias: str, bind: Bind) -> str:
    """Every column and named expression of a model, each under its own name."""
    plain = [f"{alias}.{name}" for name in model.column_names()]
    named = [f"{bind.fill(expression, alias)} AS {name}" for name, expression in model.computed.items()]
    return ", ".join(plain + named)


@dataclass(frozen=True, slots=True)
class Link:
    """A table between two: its rows (alias `l`) name the target's id in one column and the parent's in another."""

    model: type[Table]
    target_column: str

    def join(self) -> str:
        return f" JOIN {self.model.table_name()} l ON l.{self.target_column} = t.id"


class Budget:
    """What one operation may ask of the database: so many statements in all, so many at once.

    `TooMuch` beyond it. A document of a few words can ask for a page of every office of every case.
    """

    def __init__(self) -> None:
        self._left = limits.OPERATION_STATEMENTS
        self._turns = asyncio.Semaphore(limits.OPERATION_STATEMENTS_AT_ONCE)

    async def query(self, sql: str, *values: object) -> list[dict[str, Any]]:
        async with self.turn():
            return await db.query(sql, *values)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One statement's time."""
        self._left -= 1
        if self._left < 0:
            raise TooMuch("statements", limits.OPERATION_STATEMENTS)
        async with self._turns:
            yield


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
        condition = f"{scope(self.actor, model, 't', bind)} AND {where('t', bind) if where else 'true'}"
        bound = f" LIMIT {bind(limit)}" if limit is not None else ""
        sql = f"SELECT {picked} FROM {model.table_name()} t WHERE {condition} ORDER BY {order}{bound}"
        return [Row(model, found) for found in await self.budget.query(sql, *bind.values)]

    async def rows_of_each(
        self,
        model: type[Table],
        column: str,
        parents: list[UUID],
        where: Condition | None = None,
        *,
        order: str,
        limit: int | None = None,
        link: Link | None = None,
    ) -> dict[UUID, list[Row]]:
        """The rows of many parents at once, so many of each at the most, in one statement.

        `column` holds the parent's id: in the rows themselves, or in the `link` (alias `l`) that leads to them.
        """
        bind = Bind(self.actor, self.now)
        each = bind(parents, "::uuid[]")
        picked = columns(model, "t", bind)
        condition = f"{scope(self.actor, model, 't', bind)} AND {where('t', bind) if where else 'true'}"
        bound = f" LIMIT {bind(limit)}" if limit is not None else ""
        sql = (
            f"SELECT p.id AS parent_key, x.* FROM unnest({each}) p(id) CROSS JOIN LATERAL"
            f" (SELECT {picked} FROM {model.table_name()} t{link.join() if link else ''}"
            f" WHERE {'l' if link else 't'}.{column} = p.id AND {condition} ORDER BY {order}{bound}) x"
        )
        found: dict[UUID, list[Row]] = {parent: [] for parent in parents}
        for columns_of_row in await self.budget.query(sql, *bind.values):
            found[columns_of_row.pop("parent_key")].append(Row(model, columns_of_row))
        return found

    async def count(self, model: type[Table], where: Condition | None = None) -> int:
        """How many rows in sight fulfil the condition."""
        bind = Bind(self.actor, self.now)
        condition = f"{scope(self.actor, model, 't', bind)} AND {where('t', bind) if where else 'true'}"
        return int(
            (
                await self.budget.query(
                    f"SELECT count(*) AS n FROM {model.table_name()} t WHERE {condition}", *bind.values
                )
            )[0]["n"]
        )

    async def counts(
        self, model: type[Table], column: str, parents: list[UUID], where: Condition | None = None
    ) -> dict[UUID, int]:
        """How many rows in sight each of many parents has, in one statement."""
        bind = Bind(self.actor, self.now)
        each = bind(parents, "::uuid[]")
        condition = f"{scope(self.actor, model, 't', bind)} AND {where('t', bind) if where else 'true'}"
        sql = (
            f"SELECT t.{column} AS parent_key, count(*) AS n FROM {model.table_name()} t"
            f" WHERE t.{column} = ANY({each}) AND {condition} GROUP BY 1"
        )
        return dict.fromkeys(parents, 0) | {
            row["parent_key"]: row["n"] for row in await self.budget.query(sql, *bind.values)
        }

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
    sql = f"SELECT t.id FROM {model.table_name()} t WHERE t.id = {bind(key)} AND {scope(actor, model, 't', bind)} FOR UPDATE OF t"
    if not await db.query(sql, *bind.values):
        raise Refused(Code.NOT_FOUND, *path)
    return await model.get(id=key)


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
