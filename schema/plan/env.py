"""What one planned request carries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from graphql.execution.values import VariableValues

from resolvers.doors import db, identity
from resolvers.doors.bind import Bind
from resolvers.terms.actor import Actor
from schema.grammar.connection import Listing
from schema.grammar.context import Context

if TYPE_CHECKING:
    from schema.plan.tree import Pages


@dataclass(eq=False, slots=True)
class Given:
    """What a request brings besides its document. Equal variables are the same: `arguments` of fields are made once."""

    variables: VariableValues
    arguments: dict[object, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, the names of the facts it binds after what the request brings, and the text that makes sure of its caller."""

    sql: str
    names: tuple[str, ...]
    sealed: str


class Stale(Exception):  # noqa: N818
    """The caller is not who he was: all that was read is for nothing."""


@dataclass(slots=True)
class Env:
    """`pages`: what each connection was asked for. `waiting`: objects still to be filled by resolvers."""

    context: Context
    given: Given
    pages: dict[Pages, Listing] = field(default_factory=dict)
    waiting: list[tuple[dict[str, Any], Callable[[Any, Env], Awaitable[dict[str, Any]]], Any]] = field(
        default_factory=list
    )
    made_sure: bool = False  # a statement has told something
    doubted: bool = False  # a statement has told nothing: there was nothing, or the caller has changed
    actor: Actor = field(init=False)
    base_url: str = field(init=False)
    info: Any = field(init=False)

    def __post_init__(self) -> None:
        self.actor, self.base_url = self.context.caller, self.context.base_url
        self.info = SimpleNamespace(context=self.context)

    def bind(self) -> Bind:
        return Bind(self.actor, self.context.now)

    def later(self, resolve: Callable[[Any, Env], Awaitable[dict[str, Any]]], row: Any) -> dict[str, Any]:
        """An object that is filled when the rows have been read."""
        empty: dict[str, Any] = {}
        self.waiting.append((empty, resolve, row))
        return empty

    async def fetch(self, statement: Statement, values: list[object]) -> list[Any]:
        """Rows of one statement, within this operation's budget."""
        witness, sql = self.context.witness, statement.sql
        if witness is not None:
            sql, values = statement.sealed, [*values, witness.mark]
        async with self.context.budget.turn():
            rows = await db.fetch(sql, values)
        self.made_sure, self.doubted = True, self.doubted or not rows
        return rows

    async def make_sure(self) -> None:
        """Look a caller up of whom no row has told that he still is who he was. `Stale` when he is not."""
        witness = self.context.witness
        if witness is not None and (self.doubted or not self.made_sure):
            if await identity.look_up(witness.digest) != witness:
                raise Stale  # he may be the same: but of what was asked before, no row was told
            self.made_sure, self.doubted = True, False

    async def fill(self) -> None:
        """Fill what waits, side by side, so that siblings are read together."""
        found = await asyncio.gather(*(resolve(row, self) for _, resolve, row in self.waiting))
        for (empty, _, _), value in zip(self.waiting, found, strict=True):
            empty.update(value)
