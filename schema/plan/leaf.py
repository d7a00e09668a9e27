"""How values become what JSON says, equal to what ordinary execution makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLScalarType
from graphql.type import GraphQLOutputType

from schema.plan.tree import Lack, Unplannable

# What the driver gives is what is written: text, numbers, and instants in UTC, which the JSON writer spells as we do.
AS_READ = frozenset({"String", "Int", "Boolean", "ID", "Float", "DateTime", "Date"})
AS_TEXT = frozenset({"Decimal", "UUID"})


def bare(kind: GraphQLOutputType) -> Any:
    """The type without its own not-null."""
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def named(kind: GraphQLOutputType) -> Any:
    """The type of the objects or leaves at the bottom of lists and not-nulls."""
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def is_plain(kind: GraphQLOutputType) -> bool:
    """Whether what a function of ours gives for it, text or a truth, is written as it is."""
    inner = bare(kind)
    return isinstance(inner, GraphQLScalarType) and inner.name in {"String", "Boolean", "ID"}


def of_column(kind: GraphQLOutputType, value: str) -> str:
    """Python that writes a column's value, given the name it stands under."""
    inner = bare(kind)
    if isinstance(inner, GraphQLList):
        if named(inner).name not in AS_READ or isinstance(bare(inner.of_type), GraphQLList):
            raise Unplannable("list")
        return value
    if isinstance(inner, GraphQLScalarType) and inner.name in AS_READ:
        return value
    if isinstance(inner, GraphQLScalarType) and inner.name in AS_TEXT:
        return f"(None if {value} is None else str({value}))"
    if isinstance(inner, GraphQLEnumType) and all(name == of.value for name, of in inner.values.items()):
        return value
    raise Unplannable("leaf")


def writer(kind: GraphQLOutputType, of_object: Callable[[Any], Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """A function that writes a value made by Python; `of_object` makes the one for an object type."""
    if isinstance(kind, GraphQLNonNull):
        return _required(writer(kind.of_type, of_object))
    if isinstance(kind, GraphQLList):
        return _each(writer(kind.of_type, of_object))
    write = kind.serialize if isinstance(kind, GraphQLScalarType | GraphQLEnumType) else of_object(kind)
    return lambda value: None if value is None else write(value)


def _required(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def required(value: Any) -> Any:
        written = write(value)
        return must(written)

    return required


def _each(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: None if values is None else [write(value) for value in values]


def must(value: Any) -> Any:
    if value is None:
        raise Lack
    return value
