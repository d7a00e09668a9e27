"""Answers a query from its plan, or says that it has none: then ordinary execution answers, with the same bytes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

import orjson
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    parse,
    visit,
)
from graphql.execution.values import get_variable_values

from resolvers.models import Table
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Stance
from schema.grammar import ids
from schema.grammar.connection import Connection
from schema.grammar.context import Context
from schema.grammar.guards import CHARACTERS, mistakes
from schema.grammar.shelf import Shelf
from schema.plan import leaf
from schema.plan.code import Code
from schema.plan.compile import NONE, Compiler, definition
from schema.plan.env import Env, Given, Stale
from schema.plan.resolve import Resolving
from schema.plan.root import Branch, Constant, Found, Listed, Resolved, Root, connections
from schema.plan.selection import Selections, fragments
from schema.plan.tree import Unplannable

Plan: TypeAlias = dict[str, Root]
PLANNED = "planned"
NOTHING_GIVEN = Given(NONE)
REMEMBERED_BYTES = 2_048  # of variables, as JSON


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One query of a document. `flags`: the variables that its directives ask."""

    node: OperationDefinitionNode
    flags: tuple[str, ...]
    document: Any
    size: int  # characters of the document


class Plans:
    """Every plan of a process. `counts`: requests planned, and those left to ordinary execution, by why."""

    def __init__(self, schema: Any, documents: int) -> None:
        room = documents * CHARACTERS
        self.schema, self.core = schema, schema._schema  # noqa: SLF001  (strawberry keeps the built schema nowhere else)
        self.counts: Counter[str] = Counter()
        self._operations: Shelf[tuple[bytes, str | None], Operation | Unplannable] = Shelf(room)
        self._plans: Shelf[tuple[Operation, tuple[bool, ...], Stance], Plan | Unplannable] = Shelf(room)
        self._givens: Shelf[tuple[Operation, bytes], Given] = Shelf(documents)

    async def answer(
        self, context: Context, text: str, variables: Mapping[str, Any] | None, name: str | None
    ) -> bytes | None:
        """The body of the answer; None when ordinary execution is to answer, be it with an error. `TimeoutError` when
        an operation's time is over, `Stale` when the caller is not who he was.
        """
        if context.actor is None:
            return None
        try:
            async with asyncio.timeout(limits.OPERATION_SECONDS):
                data = await self.data(context, text, variables, name)
            body = orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z)
        except (TimeoutError, Stale):
            raise
        except Unplannable as why:
            self.counts[str(why)] += 1
            return None
        except Exception as error:  # noqa: BLE001  (whatever went wrong goes wrong again in the one place that tells it)
            self.counts[type(error).__name__] += 1
            return None
        self.counts[PLANNED] += 1
        return body

    async def data(
        self, context: Context, text: str, variables: Mapping[str, Any] | None, name: str | None
    ) -> dict[str, Any]:
        """What a query's answer holds."""
        operation = self._operation(text, name)
        given = self._given(operation, variables or {})
        env = Env(context, given)
        plan = self._plan(operation, tuple(given.variables.coerced[flag] for flag in operation.flags), env.actor)
        found = {key: await root.read(env) for key, root in plan.items()}
        await env.make_sure()
        if env.waiting:
            await env.fill()
        return found

    # --- what is worked out once

    def _operation(self, text: str, name: str | None) -> Operation:
        key = (sha256(text.encode()).digest(), name)
        known = self._operations.get(key)
        if known is None:
            known = self._read(text, name)
            self._operations.keep(key, known, len(text))
        if isinstance(known, Unplannable):
            raise known
        return known

    def _read(self, text: str, name: str | None) -> Operation | Unplannable:
        if mistakes(self.core, text):
            return Unplannable("invalid")
        document = parse(text, no_location=True, max_tokens=limits.DOCUMENT_TOKENS)
        asked = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        named = [node for node in asked if name is None or (node.name and node.name.value == name)]
        if len(named) != 1 or named[0].operation is not OperationType.QUERY:
            return Unplannable("operation")
        found = _Flags()
        visit(document, found)
        declared = {variable.variable.name.value for variable in named[0].variable_definitions or ()}
        return Operation(named[0], tuple(sorted(found.names & declared)), document, len(text))

    def _given(self, operation: Operation, variables: Mapping[str, Any]) -> Given:
        if not operation.node.variable_definitions:
            return NOTHING_GIVEN
        said = orjson.dumps(variables)
        key = (operation, said) if len(said) <= REMEMBERED_BYTES else None
        known = self._givens.get(key) if key else None
        if known is None:
            known = self._coerce(operation, variables)
            if key:
                self._givens.keep(key, known)
        return known

    def _coerce(self, operation: Operation, variables: Mapping[str, Any]) -> Given:
        declared = operation.node.variable_definitions or ()
        values = get_variable_values(self.core, declared, dict(variables))
        if isinstance(values, list):
            raise Unplannable("variables")
        return Given(values)

    def _plan(self, operation: Operation, flags: tuple[bool, ...], actor: Actor) -> Plan:
        key = (operation, flags, actor.stance)
        known = self._plans.get(key)
        if known is None:
            known = self._compile(operation, dict(zip(operation.flags, flags, strict=True)), actor)
            self._plans.keep(key, known, operation.size)
        if isinstance(known, Unplannable):
            raise known
        return known

    def _compile(self, operation: Operation, flags: dict[str, bool], actor: Actor) -> Plan | Unplannable:
        selections = Selections(self.core, fragments(operation.document), flags)
        try:
            asked = selections.of(self.core.query_type, [operation.node.selection_set])
            return {key: Planner(self.schema, selections, actor).root(nodes) for key, nodes in asked.items()}
        except Unplannable as why:
            return why


class _Flags(Visitor):
    """Variables that decide what is asked at all."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: Any, *_: Any) -> None:
        self.names |= {
            argument.value.name.value for argument in node.arguments if isinstance(argument.value, VariableNode)
        }


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes the plan of one root field."""

    schema: Any
    selections: Selections
    actor: Actor

    def root(self, nodes: list[FieldNode]) -> Root:
        name, query = nodes[0].name.value, self.selections.schema.query_type
        if name == "__typename":
            return Constant(query.name if query else "")
        if query is None or name not in query.fields:
            raise Unplannable("introspection")
        field = query.fields[name]
        ask = definition(field).metadata.get("ask")
        if ask is None:
            return Resolved(Resolving(self.selections).field(query, field, nodes))
        kind = leaf.named(field.type)
        if isinstance(kind, GraphQLObjectType) and _is_connection(kind):
            return self._listed(ask, field, kind, nodes)
        return self._found(ask, field, kind, nodes)

    def _compiler(self) -> Compiler:
        return Compiler(self.schema, self.selections, self.actor, Code())

    def _listed(self, ask: Any, field: GraphQLField, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Root:
        compiler = self._compiler()
        model = ids.model(leaf.named(kind.fields["nodes"].type).name)
        pages = compiler.listing(model, f"Query.{nodes[0].name.value}", ask, field, nodes[0], None)
        name = compiler.connection(pages, kind, nodes)
        return Listed(pages, connections(pages.rows), compiler.code.run()[name])

    def _found(
        self, ask: Any, field: GraphQLField, kind: GraphQLObjectType | GraphQLInterfaceType, nodes: list[FieldNode]
    ) -> Root:
        def branch(model: type[Table]) -> Branch:
            compiler = self._compiler()
            rows = compiler.rows(model)
            rows.column("id")
            found = kind if isinstance(kind, GraphQLObjectType) else self._type(model)
            name = compiler.code.function(rows, compiler.written(rows, rows.alias, model, found, nodes))
            return Branch(rows, connections(rows), compiler.code.run()[name])

        if isinstance(kind, GraphQLObjectType):
            branch(ids.model(kind.name))  # what can't be planned is told now
        return Found(ask, self._compiler().arguments(field, nodes[0]), branch)

    def _type(self, model: type[Table]) -> GraphQLObjectType:
        return self.selections.schema.type_map[ids.name(model)]  # type: ignore[return-value]


def _is_connection(kind: GraphQLObjectType) -> bool:
    made_of = kind.extensions["strawberry-definition"].concrete_of
    return made_of is not None and made_of.origin is Connection
