"""Which fields are asked of an object: fragments spread, directives decided, equal keys merged (specification 6.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.type import is_abstract_type

from schema.plan.tree import Unplannable


@dataclass(frozen=True, slots=True)
class Selections:
    """The selections of one document, with the variables that its directives ask decided."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    flags: dict[str, bool]

    def of(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode | None]) -> dict[str, list[FieldNode]]:
        """Response keys in the order of the answer, each with the nodes that ask for it."""
        found: dict[str, list[FieldNode]] = {}
        walk = _Walk(self, kind)
        for node in sets:
            for each in walk.fields(node):
                found.setdefault(each.alias.value if each.alias else each.name.value, []).append(each)
        return found

    def under(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> dict[str, list[FieldNode]]:
        return self.of(kind, [node.selection_set for node in nodes])

    def includes(self, directives: Iterable[DirectiveNode]) -> bool:
        told = {directive.name.value: self._condition(directive) for directive in directives}
        return not told.get("skip", False) and told.get("include", True)

    def _condition(self, directive: DirectiveNode) -> bool:
        if directive.name.value not in ("skip", "include"):
            raise Unplannable("directive")
        (value,) = (argument.value for argument in directive.arguments or ())
        if isinstance(value, VariableNode):
            return self.flags[value.name.value]
        return isinstance(value, BooleanValueNode) and value.value

    def applies(self, condition: NamedTypeNode | None, kind: GraphQLObjectType) -> bool:
        if condition is None or condition.name.value == kind.name:
            return True
        named = self.schema.get_type(condition.name.value)
        return is_abstract_type(named) and self.schema.is_sub_type(_abstract(named), kind)


def _abstract(named: object) -> GraphQLAbstractType:
    return named  # type: ignore[return-value]


@dataclass(slots=True)
class _Walk:
    selections: Selections
    kind: GraphQLObjectType
    spread: set[str] = field(default_factory=set)

    def fields(self, node: SelectionSetNode | None) -> Iterator[FieldNode]:
        for selection in node.selections if node else ():
            if not self.selections.includes(selection.directives or ()):
                continue
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                if self.selections.applies(selection.type_condition, self.kind):
                    yield from self.fields(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._fragment(selection.name.value)

    def _fragment(self, name: str) -> Iterator[FieldNode]:
        if name in self.spread:
            return
        self.spread.add(name)
        fragment = self.selections.fragments[name]
        if self.selections.applies(fragment.type_condition, self.kind):
            yield from self.fields(fragment.selection_set)


def fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
