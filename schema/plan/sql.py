"""One SELECT for one root field. Names come from the models and from us; whatever a request brings is bound."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from resolvers.doors.access import Link
from resolvers.doors.bind import Bind
from resolvers.doors.scopes import alongside, beneath, scope
from resolvers.models import Table
from schema.grammar.connection import Listing
from schema.plan.tree import Cell, Column, Members, Pages, Rows, Sort, Total

_ALIAS = re.compile(r"\b([tl])\.")


class Texts(NamedTuple):
    """What a request makes of a connection: which rows, by which column of its parent, between which, in what order, how
    many.
    """

    belongs: str
    by: str | None
    bounds: str
    ordering: str
    sort: str
    limit: int


def texts(pages: Pages, listing: Listing, bind: Bind) -> Texts:
    """Nothing is bound that is not read. The size is one of a hundred numbers of ours: written, for the planner to know."""
    alias = pages.rows.alias
    return Texts(
        listing.belongs(alias, bind) if pages.with_rows or pages.with_total else "",
        listing.by,
        listing.bounds(alias, bind) if pages.with_rows else "",
        listing.ordering(alias),
        listing.order.sql(listing.model, alias),
        listing.size + pages.with_more,
    )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes a statement. What requests decide has been turned into texts before, its values bound first."""

    bind: Bind
    asked: dict[Pages, Texts]

    def one(self, rows: Rows, where: str) -> str:
        """The row that a condition is true of."""
        return f"SELECT {self._cells(rows)} FROM {self._from(rows)} WHERE {where} AND {self._scope(rows)}"

    def page(self, pages: Pages) -> str:
        """The rows of a page; with a total, one row of an array and a number."""
        if not pages.with_total:
            return self._page(pages, self._cells(pages.rows))
        array = f"ARRAY({self._page(pages, self._record(pages.rows))})" if pages.with_rows else "NULL"
        return f"SELECT {array}, ({self._total(pages)})"

    def each(self, rows: list[Rows], keys: list[str]) -> str:
        """One row of arrays: the rows of each table with these ids."""
        arrays = []
        for of, key in zip(rows, keys, strict=True):
            where = f"{of.alias}.id = ANY({key}) AND {self._scope(of)}"
            arrays.append(f"ARRAY(SELECT {self._record(of)} FROM {self._from(of)} WHERE {where})")
        return f"SELECT {', '.join(arrays)}"

    def _cells(self, rows: Rows) -> str:
        # A name for each: a driver that meets a name twice is none the wiser, but a plan in a log is.
        return ", ".join(f"{self._cell(cell)} AS r{at}" for at, cell in enumerate(rows.cells)) or "1"

    def _record(self, rows: Rows) -> str:
        return f"ROW({', '.join(map(self._cell, rows.cells)) or '1'})"

    def _cell(self, cell: Cell) -> str:
        match cell:
            case Column():
                named = cell.model.computed.get(cell.name)
                return self.bind.fill(named, cell.alias) if named else f"{cell.alias}.{cell.name}"
            case Members():
                return f"ARRAY({self._members(cell)})"
            case Pages():
                return f"ARRAY({self._page(cell, self._record(cell.rows))})"
            case Total():
                return f"({self._total(cell.pages)})"
            case Sort():
                return self.asked[cell.pages].sort

    def _members(self, members: Members) -> str:
        rows, source = members.rows, members.source
        link = f"l{rows.alias}"
        joined = _linked(source.link, link, rows.alias) if source.link else ""
        where = source.members(rows.alias, members.parent, link)
        order = _ALIAS.sub(lambda found: f"{rows.alias if found[1] == 't' else link}.", source.order)
        return (
            f"SELECT {self._record(rows)} FROM {self._from(rows)}{joined}"
            f" WHERE {where} AND {self._beneath(rows, members.of, None if source.link else source.name)} ORDER BY {order}"
        )

    def _page(self, pages: Pages, picked: str) -> str:
        """What hangs on a row is read for the rows of the page alone: the page is cut first."""
        rows, asked = pages.rows, self.asked[pages]
        table, alias = rows.model.table_name(), rows.alias
        where = f"{asked.belongs} AND {asked.bounds} AND {self._beneath(rows, pages.of, asked.by)}"
        cut = f"FROM {table} {alias} WHERE {where} ORDER BY {asked.ordering} LIMIT {asked.limit}"
        joins = self._joins(rows)
        if not joins and all(isinstance(cell, Column | Sort) for cell in rows.cells):
            return f"SELECT {picked} {cut}"
        return f"SELECT {picked} FROM (SELECT {alias}.* {cut}) {alias}{joins} ORDER BY {asked.ordering}"

    def _total(self, pages: Pages) -> str:
        rows, asked = pages.rows, self.asked[pages]
        where = f"{asked.belongs} AND {self._beneath(rows, pages.of, asked.by)}"
        return f"SELECT count(*) FROM {rows.model.table_name()} {rows.alias} WHERE {where}"

    def _from(self, rows: Rows) -> str:
        return f"{rows.model.table_name()} {rows.alias}{self._joins(rows)}"

    def _joins(self, rows: Rows) -> str:
        named = "".join(
            f" LEFT JOIN {join.model.table_name()} {join.alias} ON {join.alias}.id = {join.of}.{join.key}"
            f" AND {alongside(join.model, join.alias, join.from_, join.of, self.bind)}"
            for join in rows.joins
        )
        looked_at = {
            cell.alias: cell.model
            for cell in rows.cells
            if isinstance(cell, Column) and cell.model.looks_beside(cell.name)
        }
        return named + "".join(model.join_beside(alias) for alias, model in looked_at.items())

    def _scope(self, rows: Rows) -> str:
        return scope(rows.model, rows.alias, self.bind)

    def _beneath(self, rows: Rows, parent: type[Table] | None, column: str | None) -> str:
        """The scope of rows found by a column beneath a row in sight."""
        return beneath(rows.model, rows.alias, parent, column, self.bind) if parent else self._scope(rows)


def _linked(link: Link, alias: str, target: str) -> str:
    return f" JOIN {link.model.table_name()} {alias} ON {alias}.{link.target_column} = {target}.id"
