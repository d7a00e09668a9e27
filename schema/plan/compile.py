"""From selections to rows that are needed and Python that writes them: one walk over the types and their sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLNonNull, GraphQLObjectType, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments

from resolvers.models import Table
from resolvers.terms.actor import Actor
from schema.grammar.source import PLAIN, Kind, Source
from schema.plan import leaf
from schema.plan.code import Code
from schema.plan.env import Env
from schema.plan.resolve import Resolving
from schema.plan.selection import Selections
from schema.plan.tree import Join, Members, Pages, Rows, Total, Unplannable

NONE = VariableValues({}, {})
Write = Callable[[str, list[FieldNode]], str]


def definition(field: GraphQLField) -> Any:
    """Strawberry's own description of a field, where our source stands."""
    return field.extensions["strawberry-definition"]


@dataclass(slots=True)
class Compiler:
    """Compiles what hangs on one root field. It reads roles where a list is told to some alone: nothing else of a caller."""

    strawberry: Any
    selections: Selections
    actor: Actor
    code: Code
    aliases: int = 0

    def rows(self, model: type[Table]) -> Rows:
        return Rows(self.alias(), model)

    def alias(self) -> str:
        self.aliases += 1
        return f"t{self.aliases}"

    # --- objects of a row

    def written(
        self, rows: Rows, alias: str, model: type[Table], kind: GraphQLObjectType, nodes: list[FieldNode]
    ) -> str:
        """Python that writes the row under an alias as an object."""
        return self._written(kind, nodes, lambda _, asked: self._field(rows, alias, model, kind, asked))

    def _written(self, kind: GraphQLObjectType, nodes: list[FieldNode], write: Write) -> str:
        """Python that writes an object: its name where that is asked, and what `write` gives for every other field."""
        parts = []
        for key, asked in self.selections.under(kind, nodes).items():
            name = asked[0].name.value
            parts.append(f"{key!r}: {repr(kind.name) if name == '__typename' else write(name, asked)}")
        return f"{{{', '.join(parts)}}}"

    def _field(
        self, rows: Rows, alias: str, model: type[Table], kind: GraphQLObjectType, nodes: list[FieldNode]
    ) -> str:
        name = nodes[0].name.value
        field = kind.fields[name]
        source = definition(field).metadata.get("source")
        if name == "id" and source is None:
            return f"encode({kind.name!r}, {rows.column('id', alias, model)})"
        if not isinstance(source, Source):
            raise Unplannable("source")
        at = _At(rows, alias, model, kind, field, source, nodes)
        return _WRITERS[source.kind](self, at)

    def column(self, at: _At) -> str:
        name = at.source.name or definition(at.field).python_name
        value = at.rows.column(name, at.alias, at.model)
        written = leaf.of_column(at.field.type, value)
        if not isinstance(at.field.type, GraphQLNonNull) or at.model.is_never_null(name):
            return written
        return f"({written} if {value} is not None else must(None))"

    def derived(self, at: _At) -> str:
        """A call of the function that the declaration names, over columns by name."""
        needs = ", ".join(f"{name!r}: {at.rows.column(name, at.alias, at.model)}" for name in at.source.needs)
        address = ", e.base_url" if at.source.addressed else ""
        made = f"{self.code.name(at.source.function)}(e.actor, {{{needs}}}{address})"
        if leaf.is_plain(at.field.type):
            return f"must({made})" if isinstance(at.field.type, GraphQLNonNull) else made
        return f"{self.code.name(leaf.writer(at.field.type, lambda kind: self._plain(kind, at.nodes)))}({made})"

    def reckoned(self, at: _At) -> str:
        """A call of the function that the declaration names, over columns by name and the arguments of this request."""
        needs = ", ".join(f"{name!r}: {at.rows.column(name, at.alias, at.model)}" for name in at.source.needs)
        given = self.code.name(self.arguments(at.field, at.nodes[0]))
        made = f"{self.code.name(at.source.function)}({{{needs}}}, **{given}(e))"
        return f"{self.code.name(leaf.writer(at.field.type, lambda kind: self._plain(kind, at.nodes)))}({made})"

    def _plain(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Callable[[Any], Any]:
        """Writes an object that a derived field made: plain attributes and nothing else."""
        parts: list[tuple[str, str | None, Callable[[Any], Any]]] = []
        for key, asked in self.selections.under(kind, nodes).items():
            if asked[0].name.value == "__typename":
                parts.append((key, None, _constant(kind.name)))
                continue
            field = kind.fields[asked[0].name.value]
            if definition(field).base_resolver is not None:
                raise Unplannable("resolver")
            write = leaf.writer(field.type, lambda inner, asked=asked: self._plain(inner, asked))  # type: ignore[misc]
            parts.append((key, definition(field).python_name, write))
        return lambda value: {key: write(getattr(value, name) if name else value) for key, name, write in parts}

    def relation(self, at: _At) -> str:
        if not at.source.told(self.actor):
            return "None"
        target = _model(at.source)
        join = next(
            (join for join in at.rows.joins if (join.of, join.key, join.model) == (at.alias, at.source.name, target)),
            None,
        )
        if join is None:
            join = Join(self.alias(), target, at.alias, at.source.name or "", at.model)
            at.rows.joins.append(join)
        present = at.rows.column("id", join.alias, target)
        written = self.written(at.rows, join.alias, target, leaf.named(at.field.type), at.nodes)
        absent = "must(None)" if isinstance(at.field.type, GraphQLNonNull) else "None"
        return f"({absent} if {present} is None else {written})"

    def many(self, at: _At) -> str:
        if not at.source.told(self.actor):
            return "[]"
        members = Members(self.rows(_model(at.source)), at.source, at.alias, at.model)
        cell = at.rows.cell(members)
        kind = leaf.named(at.field.type)
        inner = members.rows
        written = self.code.function(inner, self.written(inner, inner.alias, inner.model, kind, at.nodes))
        return f"[{written}(x, e) for x in {cell}]"

    def asked(self, at: _At) -> str:
        """An object that resolvers of its own fill, after the rows have been read."""
        if not isinstance(at.field.type, GraphQLNonNull) or not isinstance(at.field.type.of_type, GraphQLObjectType):
            raise Unplannable("asked")
        needs = [f"{name!r}: {at.rows.column(name, at.alias, at.model)}" for name in ("id", *at.source.needs)]
        resolve = Resolving(self.selections).field(at.kind, at.field, at.nodes)
        row = f"row({self.code.name(at.model)}, {{{', '.join(dict.fromkeys(needs))}}})"
        return f"e.later({self.code.name(resolve)}, {row})"

    # --- connections

    def pages(self, at: _At) -> str:
        if at.source.ask is None:
            raise Unplannable("listing")
        coordinate = f"{at.kind.name}.{at.nodes[0].name.value}"
        pages = self.listing(_model(at.source), coordinate, at.source.ask, at.field, at.nodes[0], (at.alias, at.model))
        at.rows.pages.append(pages)
        written = self.connection(pages, leaf.named(at.field.type), at.nodes)
        cell = at.rows.cell(pages) if pages.with_rows else "()"
        total = at.rows.cell(Total(pages)) if pages.with_total else "0"
        return f"{written}({cell}, {total}, {at.rows.column('id', at.alias, at.model)}, e)"

    def listing(
        self,
        model: type[Table],
        coordinate: str,
        ask: Callable[..., Any],
        field: GraphQLField,
        node: FieldNode,
        parent: tuple[str, type[Table]] | None,
    ) -> Pages:
        pages = Pages(self.rows(model), coordinate, ask, self.arguments(field, node), *(parent or (None, None)))
        pages.is_constant = ask in PLAIN and not uses_variables(node)
        return pages

    def connection(self, pages: Pages, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """The name of a function that writes a page: of rows, a total, the parent's id and the request."""

        def write(name: str, asked: list[FieldNode]) -> str:
            field = kind.fields[name]
            return _PARTS[definition(field).python_name](self, pages, leaf.named(field.type), asked)

        return self.code.page(pages, self._written(kind, nodes, write))

    def nodes(self, pages: Pages, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        pages.with_rows = True
        written = self.written(pages.rows, pages.rows.alias, pages.rows.model, kind, nodes)
        return f"[{self.code.function(pages.rows, written)}(x, e) for x in rows]"

    def edges(self, pages: Pages, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        pages.with_rows = True

        def write(name: str, asked: list[FieldNode]) -> str:
            if name == "cursor":
                return self.code.cursor(pages, "x")
            inner = leaf.named(kind.fields[name].type)
            written = self.written(pages.rows, pages.rows.alias, pages.rows.model, inner, asked)
            return f"{self.code.function(pages.rows, written)}(x, e)"

        return f"[{self._written(kind, nodes, write)} for x in rows]"

    def page_info(self, pages: Pages, kind: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        def write(name: str, _asked: list[FieldNode]) -> str:
            pages.with_rows = True
            told = definition(kind.fields[name]).python_name
            pages.with_more = pages.with_more or told.startswith("has_")
            return self._page_fact(pages, told)

        return self._written(kind, nodes, write)

    def _page_fact(self, pages: Pages, name: str) -> str:
        if name == "has_next_page":
            return "w.has_next(more)"
        if name == "has_previous_page":
            return "w.has_previous(more)"
        end = "rows[0]" if name == "start_cursor" else "rows[-1]"
        return f"({self.code.cursor(pages, end)} if rows else None)"

    def total(self, pages: Pages, _kind: object, _nodes: list[FieldNode]) -> str:
        pages.with_total = True
        return "total"

    # --- arguments

    def arguments(self, field: GraphQLField, node: FieldNode) -> Callable[[Env], dict[str, Any]]:
        """How a request's variables become a field's arguments; computed once when it has none."""
        described, schema = definition(field), self.strawberry
        registry = schema.schema_converter.scalar_registry

        def convert(variables: VariableValues) -> dict[str, Any]:
            raw = get_argument_values(field, node, variables)
            return convert_arguments(raw, described.arguments, registry, schema.config)

        if not uses_variables(node):
            constant = convert(NONE)
            return lambda _env: constant

        def remembered(env: Env) -> dict[str, Any]:
            known = env.given.arguments
            if remembered not in known:
                known[remembered] = convert(env.given.variables)
            return known[remembered]

        return remembered


@dataclass(frozen=True, slots=True)
class _At:
    """Where a field stands: of which row, fed by which source, asked by which nodes."""

    rows: Rows
    alias: str
    model: type[Table]
    kind: GraphQLObjectType
    field: GraphQLField
    source: Source
    nodes: list[FieldNode]


_WRITERS: dict[Kind, Callable[[Compiler, _At], str]] = {
    Kind.COLUMN: Compiler.column,
    Kind.COMPUTED: Compiler.column,
    Kind.DERIVED: Compiler.derived,
    Kind.RELATION: Compiler.relation,
    Kind.MANY: Compiler.many,
    Kind.PAGES: Compiler.pages,
    Kind.ASKED: Compiler.asked,
    Kind.RECKONED: Compiler.reckoned,
}
_PARTS: dict[str, Callable[[Compiler, Pages, Any, list[FieldNode]], str]] = {
    "nodes": Compiler.nodes,
    "edges": Compiler.edges,
    "page_info": Compiler.page_info,
    "total_count": Compiler.total,
}


def _constant(value: object) -> Callable[[Any], Any]:
    return lambda _value: value


def _model(source: Source) -> type[Table]:
    if source.target is None:
        raise Unplannable("target")
    return source.target


def uses_variables(node: FieldNode) -> bool:
    found = _Variables()
    for argument in node.arguments or ():
        visit(argument, found)
    return found.used


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.used = False

    def enter_variable(self, _node: VariableNode, *_: Any) -> None:
        self.used = True
