"""The public schema: every noun's part of Query, Mutation and Subscription, merged; and the check that none is bare."""

from importlib import import_module

from graphql import (
    GraphQLObjectType,
    is_object_type,
    is_specified_scalar_type,
    lexicographic_sort_schema,
    print_schema,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.grammar import errors, node, vocabulary
from schema.grammar.execution import TidyExecutor
from schema.grammar.faults import QuietSchema
from schema.grammar.guards import EXTENSIONS
from schema.grammar.scalars import scalar_map
from schema.grammar.source import Source

NOUNS = tuple(
    import_module(f"schema.{noun}")
    for noun in (
        "approval",
        "calendar",
        "callback",
        "case",
        "check_list",
        "copy",
        "deadline",
        "dispatch",
        "dispute",
        "event",
        "extension",
        "filing",
        "finding",
        "handling",
        "inspection",
        "instruction",
        "intake",
        "knowledge",
        "kpi",
        "lab_test",
        "login",
        "meeting",
        "merge",
        "non_acceptance",
        "notice",
        "odr",
        "offline",
        "office",
        "party",
        "patrol",
        "pause",
        "person",
        "photo",
        "recusal",
        "rectification",
        "regime",
        "reopening",
        "return_request",
        "sign_off",
        "split",
        "supervision",
        "sync",
        "task",
        "termination",
        "transfer",
        "voiding",
        "voicemail",
    )
)


def _merged(name: str, description: str) -> type:
    parts = tuple(vars(noun)[name] for noun in (node, *NOUNS) if name in vars(noun))
    merged = merge_types(name, parts)
    merged.__strawberry_definition__.description = description  # type: ignore[attr-defined]
    return merged


schema = QuietSchema(
    query=_merged("Query", "查询: everything here is limited to what the caller may see."),
    mutation=_merged("Mutation", "变更: each takes one input with an idempotency key; refusals are data."),
    subscription=_merged("Subscription", "订阅: over graphql-transport-ws; `after` resumes without gap or repeat."),
    types=errors.MEMBERS,
    extensions=EXTENSIONS,
    execution_context_class=TidyExecutor,
    config=StrawberryConfig(disable_field_suggestions=True, scalar_map=scalar_map()),
)


def export() -> str:
    """The public schema as text, in a stable order.

    Sorted here and not by the library's `sort_schema`: that one rebuilds the types, and enums then arrive as bare text.
    """
    core = schema._schema  # noqa: SLF001  (strawberry keeps the built schema there and nowhere else)
    return print_schema(lexicographic_sort_schema(core)) + "\n"


def bare() -> list[str]:
    """What may not be built: a root field nobody is asked for, a row's field nothing feeds, a word unexplained."""
    core = schema._schema  # noqa: SLF001  (strawberry keeps the built schema there and nowhere else)
    found = []
    for name, kind in core.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        found += [name] if not kind.description else []
        found += [f"{name}.{value}" for value, of in getattr(kind, "values", {}).items() if not of.description]
        for field, of in getattr(kind, "fields", {}).items():
            found += [f"{name}.{field}"] if not of.description else []
            found += [
                f"{name}.{field}({argument})"
                for argument, arg in getattr(of, "args", {}).items()
                if not arg.description
            ]
        if is_object_type(kind):
            found += _unfed(name, kind)
    return sorted(found)


def _unfed(name: str, kind: GraphQLObjectType) -> list[str]:
    roots = {"Query", "Mutation", "Subscription"}
    fed = "Node" in {interface.name for interface in kind.interfaces}
    found = []
    for field, of in kind.fields.items():
        metadata = of.extensions["strawberry-definition"].metadata
        if name in roots and "permission" not in metadata:
            found.append(f"{name}.{field}: no permission")
        if fed and field != "id" and not isinstance(metadata.get("source"), Source):
            found.append(f"{name}.{field}: no source")
    return found


if missing := bare():
    raise TypeError(f"the schema is not whole: {missing}")

__all__ = ["NOUNS", "bare", "export", "schema", "vocabulary"]
