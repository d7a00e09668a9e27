"""Fields of Query that read rows: each says what it wants, and both ways to read take it from there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

import strawberry

from resolvers.doors.access import Row
from resolvers.doors.bind import Condition
from resolvers.models import Table
from resolvers.terms.roles import Permission
from schema.grammar.connection import Listing, Page
from schema.grammar.context import Info
from schema.grammar.source import one


@dataclass(frozen=True, slots=True)
class One:
    """The one row of a table that a condition over a unique column is true of."""

    model: type[Table]
    where: Condition


@dataclass(frozen=True, slots=True)
class Each:
    """Rows by table and id, in this order; None stands for what names no row."""

    keys: tuple[tuple[type[Table], UUID] | None, ...]


Wanted = One | Each | Listing | None


def reads(permission: Permission | None, description: str) -> Callable[[Callable[..., Any]], Any]:
    """A root field that this permission opens, from a function that says what is wanted and reads nothing."""

    def declare(ask: Callable[..., Any]) -> Any:
        @wraps(ask)
        async def resolve(self: Any, info: Info, **arguments: Any) -> Any:
            return await _read(info, ask(self, info, **arguments))

        return strawberry.field(
            resolver=resolve, description=description, metadata={"permission": permission, "ask": ask}
        )

    return declare


async def _read(info: Info, wanted: Wanted) -> Any:
    match wanted:
        case Listing():
            return Page(info, wanted, f"Query.{info.field_name}")
        case One():
            rows = await info.context.reader.rows(wanted.model, wanted.where)
            return rows[0] if rows else None
        case Each():
            return await asyncio.gather(*(_one(info, key) for key in wanted.keys))  # side by side: a statement a type
        case None:
            return None


async def _one(info: Info, key: tuple[type[Table], UUID] | None) -> Row | None:
    return await one(info, *key) if key else None
