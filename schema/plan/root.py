"""A root field as a plan: what it asks of the database, how it is run, how its answer is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from resolvers.doors.bind import Bind
from resolvers.doors.identity import sealed
from resolvers.models import Table
from schema.grammar.connection import Listing
from schema.grammar.root import Each, One
from schema.grammar.shelf import Shelf
from schema.plan.env import Env, Statement
from schema.plan.sql import Texts, Writer, texts
from schema.plan.tree import Column, Members, Pages, Rows


class Root(Protocol):
    """A root field that can be read."""

    async def read(self, env: Env) -> Any: ...


STATEMENTS: Shelf[tuple[object, ...], Statement] = Shelf(1_024)


def connections(rows: Rows) -> list[Pages]:
    """The connections that hang on rows, in an order that never changes: the order in which their values are bound."""
    below = [cell.rows for cell in rows.cells if isinstance(cell, Members)] + [pages.rows for pages in rows.pages]
    return rows.pages + [pages for each in below for pages in connections(each)]


@dataclass(slots=True)
class Ask:
    """One request's statement in the making: what it brings is bound first, so that equal texts have equal places."""

    env: Env
    bind: Bind = field(init=False)
    asked: dict[Pages, Texts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bind = self.env.bind()

    def prepare(self, pages: list[Pages]) -> None:
        for each in pages:
            self.env.pages[each], self.asked[each] = each.settled or self._asked(each)

    def _asked(self, pages: Pages) -> tuple[Listing, Texts]:
        bound, listing = len(self.bind.values), pages.listing(self.env)
        found = listing, texts(pages, listing, self.bind)
        if pages.is_constant and len(self.bind.values) == bound:
            pages.settled = found
        return found

    async def fetch(self, owner: object, key: object, write: Callable[[Writer], str]) -> list[Any]:
        """Rows of the statement of this owner for these texts and this stance, written once."""
        return await self.env.fetch(*self.statement(owner, key, write))

    def statement(self, owner: object, key: object, write: Callable[[Writer], str]) -> tuple[Statement, list[object]]:
        name = (owner, key, self.bind.stance, *self.asked.values())
        known = STATEMENTS.get(name)
        if known is None:
            bound = len(self.bind.names)
            sql = write(Writer(self.bind, self.asked))
            known = Statement(sql, tuple(self.bind.names[bound:]), sealed(sql, len(self.bind.values)))
            STATEMENTS.keep(name, known)
            return known, self.bind.values
        for each in known.names:
            self.bind.again(each)
        return known, self.bind.values


@dataclass(eq=False, slots=True)
class Listed:
    """A connection at the root."""

    pages: Pages
    inner: list[Pages]
    write: Callable[..., Any]

    async def read(self, env: Env) -> Any:
        ask = Ask(env)
        ask.prepare([self.pages, *self.inner])
        env.pages[self.pages].digest(env.actor, self.pages.coordinate, None)  # a foreign cursor reads nothing
        if not (self.pages.with_rows or self.pages.with_total):
            return self.write((), 0, None, env)
        rows = await ask.fetch(self, None, lambda writer: writer.page(self.pages))
        if self.pages.with_total:
            return self.write(rows[0][0] or (), rows[0][1], None, env)
        return self.write(rows, 0, None, env)


@dataclass(eq=False, slots=True)
class Branch:
    """The objects of one table that a root field may give."""

    rows: Rows
    inner: list[Pages]
    write: Callable[..., Any]


@dataclass(eq=False, slots=True)
class Found:
    """One row, of whatever table the request names; or several, of several."""

    ask: Callable[..., Any]
    arguments: Callable[[Env], dict[str, Any]]
    compile: Callable[[type[Table]], Branch]
    branches: dict[type[Table], Branch] = field(default_factory=dict)

    async def read(self, env: Env) -> Any:
        wanted = self.ask(None, env.info, **self.arguments(env))
        match wanted:
            case One():
                return await self._one(env, wanted)
            case Each():
                return await self._each(env, wanted)
            case _:
                return None

    def branch(self, model: type[Table]) -> Branch:
        if model not in self.branches:
            self.branches[model] = self.compile(model)
        return self.branches[model]

    async def _one(self, env: Env, wanted: One) -> Any:
        branch, ask = self.branch(wanted.model), Ask(env)
        where = wanted.where(branch.rows.alias, ask.bind)
        ask.prepare(branch.inner)
        rows = await ask.fetch(branch, where, lambda writer: writer.one(branch.rows, where))
        return branch.write(rows[0], env) if rows else None

    async def _each(self, env: Env, wanted: Each) -> Any:
        keys: dict[type[Table], list[UUID]] = {}
        for key in filter(None, wanted.keys):
            keys.setdefault(key[0], []).append(key[1])
        if not keys:
            return [None for _ in wanted.keys]
        branches, ask = [self.branch(model) for model in keys], Ask(env)
        bound = [ask.bind(ids, "::uuid[]") for ids in keys.values()]
        for branch in branches:
            ask.prepare(branch.inner)
        found = await ask.fetch(
            self, tuple(keys), lambda writer: writer.each([branch.rows for branch in branches], bound)
        )
        objects: dict[tuple[type[Table], UUID], Any] = {}
        for model, branch, rows in zip(keys, branches, found[0], strict=True):
            at = branch.rows.cells.index(Column(branch.rows.alias, model, "id"))
            objects |= {(model, row[at]): branch.write(row, env) for row in rows}
        return [objects.get(key) if key else None for key in wanted.keys]


@dataclass(eq=False, slots=True)
class Resolved:
    """A root field that no row feeds."""

    resolve: Callable[[Any, Env], Any]

    async def read(self, env: Env) -> Any:
        await env.make_sure()  # whatever it asks, it asks for a caller who has been looked up
        return await self.resolve(None, env)


@dataclass(eq=False, slots=True)
class Constant:
    value: object

    async def read(self, _env: Env) -> Any:
        return self.value
