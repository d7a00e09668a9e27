"""What a document needs of the database: sources of rows, their cells, and what hangs on a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from resolvers.models import Table
from schema.grammar.connection import Listing
from schema.grammar.source import Correlated, Source

if TYPE_CHECKING:
    from schema.plan.env import Env
    from schema.plan.sql import Texts


class Unplannable(Exception):  # noqa: N818  (no error: ordinary execution answers)
    """Not for a plan, be it a document or one request of it. Says why, in a word for the counter."""


class Lack(Unplannable):
    """A null where the schema has none: ordinary execution knows how far up it reaches."""

    def __init__(self) -> None:
        super().__init__("null")


@dataclass(frozen=True, slots=True)
class Column:
    """A column or named expression of the row under an alias."""

    alias: str
    model: type[Table]
    name: str


@dataclass(frozen=True, slots=True)
class Join:
    """The one row that a row under another alias names; absent when out of sight."""

    alias: str
    model: type[Table]
    of: str
    key: str
    from_: type[Table]


@dataclass(eq=False, slots=True)
class Rows:
    """Rows of one table, under an alias, with the cells that are read of each and of what it names; and the connections
    that hang on it, be it that nothing but their names is asked.
    """

    alias: str
    model: type[Table]
    cells: list[Cell] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    pages: list[Pages] = field(default_factory=list)

    def cell(self, cell: Cell) -> str:
        """The name under which a serializer finds it."""
        if cell not in self.cells:
            self.cells.append(cell)
        return f"r{self.cells.index(cell)}"

    def column(self, name: str, alias: str | None = None, model: type[Table] | None = None) -> str:
        return self.cell(Column(alias or self.alias, model or self.model, name))


@dataclass(eq=False, slots=True)
class Members:
    """All rows of a list that hangs on a row: an array of records in its cell."""

    rows: Rows
    source: Source
    parent: str
    of: type[Table]


@dataclass(eq=False, slots=True)
class Pages:
    """A connection: as the root, or an array of records in a cell of the row it hangs on.

    `with_rows`, `with_more`, `with_total`: what the document makes necessary. `is_constant`: every request asks the same
    of it, and what that is stands in `settled` once it has been asked.
    """

    rows: Rows
    coordinate: str
    ask: Callable[..., Any]
    arguments: Callable[[Env], dict[str, Any]]
    parent: str | None
    of: type[Table] | None
    is_constant: bool = False
    settled: tuple[Listing, Texts] | None = None
    with_rows: bool = False
    with_more: bool = False
    with_total: bool = False

    def listing(self, env: Env) -> Listing:
        """What this request asks for; `Refused` for a window or filter that makes no sense."""
        root = None if self.parent is None else Correlated(self.parent)
        listing: Listing = self.ask(root, env.info, **self.arguments(env))
        return listing


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a connection has in all."""

    pages: Pages


@dataclass(frozen=True, slots=True)
class Sort:
    """What a connection is sorted by, as this request asks."""

    pages: Pages


Cell: TypeAlias = Column | Members | Pages | Total | Sort
