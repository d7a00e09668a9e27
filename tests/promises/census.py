"""What occurs in a document: coordinates of the schema, and the styles in which things are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from graphql import (
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    InlineFragmentNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_non_null_type,
    parse,
    visit,
)
from graphql.utilities import value_from_ast_untyped

import schema
from resolvers.terms import limits
from tests.answers import ELSEWHERE
from tests.documents import Document

CORE = schema.schema._schema
WINDOW = ("first", "last", "after", "before")
WINDOWS = (
    "", "first", "last", "after", "before", "first after", "last before", "first before", "last after", "after before",
)  # fmt: skip
STYLES = {
    *(f"window: {names or 'none'}" for names in WINDOWS),
    *(f"refused: {what}" for what in ("0", "above 100", "both ends", "forged", "another connection", "another city")),
    *(
        f"@{name} on {place} by {by}"
        for name in ("skip", "include")
        for place in ("field", "inline fragment", "spread")
        for by in ("literal", "variable")
    ),
    "fragment: nested", "fragment: spread twice", "fragment: on Node", "fragment: on Query", "fragment: on a connection",
    "fragment: of an interface on an object", "fragment: of an object on an interface",
    "inline: without condition", "inline: on the same type", "inline: on Node", "inline: from Node to an object",
    "merged: leaf", "merged: other selections below", "merged: through two fragments", "merged: through one fragment",
    "alias", "alias: another field's name", "alias: other arguments",
    "only: __typename", "only: totalCount", "only: pageInfo", "only: nodes", "only: edges", "several root fields",
    *(f"__typename of {kind}" for kind in ("Query", "Case", "Node", "CaseConnection", "CaseEdge", "PageInfo")),
    "literal: null", "literal: enum", "literal: object", "literal: list", "literal: one value for a list",
    "literal: text", "literal: block text", "literal: empty object",
    "variable: in an object", "variable: in a list", "variable: used twice", "variable: whole object", "variable: enum",
    "variable: list", "variable: one value for a list", "variable: nullable", "variable: required",
    "variable: not given", "variable: null", "variable: null over a default", "variable: default, not given",
    "variable: default, given", "variable: required with default", "variable: nullable where a default stands in",
    "variable: wrong text", "variable: wrong enum", "variable: missing", "variable: null for required",
    "operation: bare", "operation: anonymous", "operation: named", "operation: named and asked for by name",
    "operation: one of several",
}  # fmt: skip


class Census(Visitor):
    """Everything that occurs in one document: coordinates of the schema, and styles of writing."""

    def __init__(self, made: Document) -> None:
        super().__init__()
        self.made, self.tree, self.types = made, parse(made.text, max_tokens=limits.DOCUMENT_TOKENS), TypeInfo(CORE)
        self.seen: set[str] = set()
        self.fragments = {
            node.name.value: node for node in self.tree.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.defaults: dict[str, Any] = {}
        self.nullable: set[str] = set()  # without a default
        for each in (
            each for node in self.tree.definitions for each in getattr(node, "variable_definitions", None) or ()
        ):
            default, name = each.default_value, each.variable.name.value
            self.defaults[name] = value_from_ast_untyped(default) if default else None
            self.nullable |= set() if default or self.text(each.type).endswith("!") else {name}
        visit(self.tree, TypeInfoVisitor(self.types, self))
        self.operations()

    def see(self, *what: str) -> None:
        self.seen.update(what)

    def text(self, node: Node | None) -> str:
        """As it is written."""
        return self.made.text[node.loc.start : node.loc.end] if node and node.loc else ""

    def said(self, node: ValueNode) -> Any:
        """What a literal or a variable comes to, roughly: lists of one item may be bare."""
        given = {**self.defaults, **self.made.variables}
        return given.get(node.name.value) if isinstance(node, VariableNode) else value_from_ast_untyped(node, given)

    def operations(self) -> None:
        operations = [node for node in self.tree.definitions if isinstance(node, OperationDefinitionNode)]
        name = self.made.operation_name
        if len(operations) > 1:
            self.see("operation: one of several")
        elif operations[0].name:
            self.see("operation: named and asked for by name" if name else "operation: named")
        else:
            self.see("operation: anonymous" if self.text(operations[0]).startswith("query") else "operation: bare")
        if any(len(node.selection_set.selections) > 1 for node in operations):
            self.see("several root fields")
        spreads = Counter(node for node in self.made.text.split() if node.startswith("...F"))
        self.see(*("fragment: spread twice" for count in spreads.values() if count > 1))

    # --- selections

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent, of = self.types.get_parent_type(), self.types.get_field_def()
        assert parent
        assert of
        name = node.name.value
        self.see(f"{parent.name}.{name}" if name != "__typename" else f"__typename of {parent.name}")
        self.directives(node, "field")
        if node.alias:
            named = node.alias.value in getattr(parent, "fields", ())
            self.see("alias", *(["alias: another field's name"] if named else []))
        self.see(*(f"{parent.name}.{name}({argument.name.value})" for argument in node.arguments or ()))
        if (
            "asOf" in of.args
            and "first" not in of.args
            and not any(each.name.value == "asOf" and self.said(each.value) for each in node.arguments or ())
        ):
            self.see("figures of no instant")
        if "first" in of.args:
            self.window(
                f"{parent.name}.{name}", {each.name.value: self.said(each.value) for each in node.arguments or ()}
            )
            match node.selection_set and node.selection_set.selections:
                case (FieldNode(name=alone),):
                    self.see(f"only: {alone.value}")

    def window(self, coordinate: str, said: dict[str, Any]) -> None:
        given = {name: said[name] for name in WINDOW if said.get(name) is not None}
        sizes = [given[name] for name in ("first", "last") if name in given]
        cursors = [str(given[name]) for name in ("after", "before") if name in given]
        wrong = [f"refused: {what}" for what in self.refusals(coordinate, sizes, cursors)]
        self.see(*(wrong or [f"window: {' '.join(given) or 'none'}"]))

    def refusals(self, coordinate: str, sizes: list[Any], cursors: list[str]) -> Iterator[str]:
        if len(sizes) == 2:
            yield "both ends"
        for size in sizes:
            if isinstance(size, int) and not 1 <= size <= limits.PAGE_MAXIMUM:
                yield "above 100" if size > 0 else "0"
        for cursor in cursors:
            if cursor.endswith(ELSEWHERE):
                yield "another city"
            elif f" of {coordinate}" not in cursor:
                yield "another connection" if cursor.startswith("cursor") and "!" not in cursor else "forged"

    def directives(self, node: FieldNode | InlineFragmentNode | FragmentSpreadNode, place: str) -> None:
        for each in node.directives or ():
            by = "variable" if "$" in self.text(each) else "literal"
            self.see(f"@{each.name.value} on {place} by {by}")

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        on = node.type_condition.name.value
        self.see(f"fragment: on {'a connection' if on.endswith('Connection') else on}")
        if "...F" in self.text(node.selection_set):
            self.see("fragment: nested")

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.directives(node, "spread")
        on, here = self.fragments[node.name.value].type_condition.name.value, self.types.get_parent_type()
        if here and on == "Node" != here.name:
            self.see("fragment: of an interface on an object")
        elif here and here.name == "Node" != on:
            self.see("fragment: of an object on an interface")

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self.directives(node, "inline fragment")
        parent = self.types.get_parent_type()
        here = parent.name if parent else ""
        on = node.type_condition.name.value if node.type_condition else None
        kinds = {None: "without condition", here: "on the same type", "Node": "on Node"}
        self.see(f"inline: {kinds.get(on, 'from Node to an object')}")

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        by_key: dict[str, list[tuple[FieldNode, str]]] = {}
        for field, through in self.flattened(node, ""):
            by_key.setdefault((field.alias or field.name).value, []).append((field, through))
        for same in by_key.values():
            below = {self.text(field.selection_set) for field, _through in same if field.selection_set}
            sources = {through for field, through in same if field.selection_set}
            if len(same) > 1:
                self.see("merged: other selections below" if len(below) > 1 else "merged: leaf")
            if len(below) > 1 and len(sources) > 1:
                self.see("merged: through one fragment" if "" in sources else "merged: through two fragments")
        told: dict[str, set[str]] = {}
        for field in (field for same in by_key.values() for field, _through in same):
            told.setdefault(field.name.value, set()).add(" ".join(map(self.text, field.arguments or ())))
        self.see(*("alias: other arguments" for ways in told.values() if len(ways) > 1))

    def flattened(self, node: SelectionSetNode, through: str) -> Iterator[tuple[FieldNode, str]]:
        for each in node.selections:
            if isinstance(each, FieldNode):
                yield each, through
            elif isinstance(each, InlineFragmentNode):
                yield from self.flattened(each.selection_set, through)
            elif isinstance(each, FragmentSpreadNode):
                yield from self.flattened(self.fragments[each.name.value].selection_set, each.name.value)

    # --- values

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        name, declared, given = node.variable.name.value, self.text(node.type), self.made.variables
        value, kind = given.get(name), self.types.get_input_type()
        required, default = declared.endswith("!"), node.default_value
        if default:
            self.see(f"variable: default, {'given' if name in given else 'not given'}")
            self.see(*(["variable: required with default"] if required else []))
        else:
            self.see(f"variable: {'required' if required else 'nullable'}")
        if name not in given and not default:
            self.see("variable: missing" if required else "variable: not given")
        if name in given and value is None:
            what = "null for required" if required else "null over a default" if default else "null"
            self.see(f"variable: {what}")
        if kind and value is not None:
            self.shapes(get_nullable_type(kind), value)
        if self.made.text.count(f"${name}") - self.made.text.count(f"${name}: ") > 1:
            self.see("variable: used twice")

    def shapes(self, kind: Any, value: Any) -> None:
        """How a request writes the value of a variable."""
        named = get_named_type(kind)
        if isinstance(kind, GraphQLList):
            self.see("variable: list" if isinstance(value, list) else "variable: one value for a list")
        if isinstance(named, GraphQLEnumType):
            each = value[0] if isinstance(value, list) and value else value
            self.see("variable: enum" if each in list(named.values) else "variable: wrong enum")
        if isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
            self.see("variable: whole object")
        if named.name == "Int" and isinstance(value, str):
            self.see("variable: wrong text")
        self.inside(named, value)

    def inside(self, named: GraphQLNamedType, value: Any) -> None:
        """The coordinates of a value in a variable."""
        for each in value if isinstance(value, list) else [value]:
            if isinstance(named, GraphQLEnumType) and each in list(named.values):
                self.see(f"{named.name}.{each}")
            elif isinstance(named, GraphQLInputObjectType) and isinstance(each, dict):
                for name in each.keys() & named.fields.keys():
                    self.see(f"{named.name}.{name}")
                    self.inside(get_named_type(named.fields[name].type), each[name])

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> None:
        kind = get_named_type(self.types.get_input_type())
        self.see("literal: object" if node.fields else "literal: empty object")
        self.see(*(f"{kind.name}.{field.name.value}" for field in node.fields if kind))
        self.see(*("variable: in an object" for field in node.fields if isinstance(field.value, VariableNode)))

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        self.see("literal: list", *("variable: in a list" for each in node.values if isinstance(each, VariableNode)))

    def enter(self, node: Any, *_: Any) -> None:
        kind = self.types.get_input_type()
        if isinstance(node, EnumValueNode) and (named := get_named_type(kind)):
            self.see("literal: enum", f"{named.name}.{node.value}")
        if isinstance(node, NullValueNode):
            self.see("literal: null")
        if isinstance(node, StringValueNode):
            self.see("literal: block text" if node.block else "literal: text")
        if isinstance(node, VariableNode) and is_non_null_type(kind) and node.name.value in self.nullable:
            self.see("variable: nullable where a default stands in")
        leaf = isinstance(node, EnumValueNode | StringValueNode)
        if leaf and isinstance(get_nullable_type(kind) if kind else None, GraphQLList):
            self.see("literal: one value for a list")
