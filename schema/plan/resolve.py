"""Fields that no row feeds (figures, the caller), by their ordinary resolvers and without the general executor."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from types import SimpleNamespace
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from graphql.type import GraphQLOutputType

from schema.plan.env import Env
from schema.plan.leaf import must
from schema.plan.selection import Selections
from schema.plan.tree import Unplannable

Complete: TypeAlias = Callable[[Any, Env], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Resolving:
    """Compiles selections into a walk over resolvers: same resolvers, same values, side by side as in the executor."""

    selections: Selections

    def field(self, kind: GraphQLObjectType, field: GraphQLField, nodes: list[FieldNode]) -> Complete:
        """A field of a value: resolved with a request's variables, and completed."""
        node, resolve = nodes[0], field.resolve
        complete = self._complete(field.type, nodes)
        if resolve is None:
            raise Unplannable("resolver")

        async def read(source: Any, env: Env) -> Any:
            info = SimpleNamespace(
                context=env.context,
                field_name=node.name.value,
                parent_type=kind,
                path=Path(None, node.name.value, kind.name),
            )
            value = resolve(source, info, **get_argument_values(field, node, env.given.variables))
            return await complete(await value if isawaitable(value) else value, env)

        return read

    def _complete(self, kind: GraphQLOutputType, nodes: list[FieldNode]) -> Complete:
        if isinstance(kind, GraphQLNonNull):
            return _required(self._complete(kind.of_type, nodes))
        if isinstance(kind, GraphQLList):
            return _each(self._complete(kind.of_type, nodes))
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            return _leaf(kind.serialize)
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, nodes)
        raise Unplannable("abstract")

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Complete:
        asked = self.selections.under(kind, nodes)
        parts = {key: self._part(kind, inner) for key, inner in asked.items()}

        async def write(value: Any, env: Env) -> Any:
            if value is None:
                return None
            read = await asyncio.gather(*(part(value, env) for part in parts.values()))
            return dict(zip(parts, read, strict=True))

        return write

    def _part(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Complete:
        name = nodes[0].name.value
        return _leaf(lambda _value: kind.name) if name == "__typename" else self.field(kind, kind.fields[name], nodes)


def _required(complete: Complete) -> Complete:
    async def required(value: Any, env: Env) -> Any:
        return must(await complete(value, env))

    return required


def _each(complete: Complete) -> Complete:
    async def each(values: Any, env: Env) -> Any:
        return None if values is None else list(await asyncio.gather(*(complete(value, env) for value in values)))

    return each


def _leaf(serialize: Callable[[Any], Any]) -> Complete:
    async def leaf(value: Any, _env: Env) -> Any:
        return None if value is None else serialize(value)

    return leaf
