"""The public contract: the names clients are written against are there, and what was there stays."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    BreakingChange,
    BreakingChangeType,
    DangerousChange,
    DangerousChangeType,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    InputValueDefinitionNode,
    TypeDefinitionNode,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_specified_scalar_type,
    parse,
    print_ast,
)

import schema
from resolvers.terms.roles import Role

TOP = Path(__file__).resolve().parents[2]
SNAPSHOT = TOP / "schema" / "schema.graphql"
CORE: GraphQLSchema = schema.schema._schema
CONTRACT: DocumentNode = parse((Path(__file__).parent / "contract.graphql").read_text())
DEFINITIONS = [node for node in CONTRACT.definitions if isinstance(node, TypeDefinitionNode)]

# Parts of the contract that no release offers yet.
NOT_OFFERED_YET = {
    "Query.changes",  # delta sync comes with offline work
}  # fmt: skip
CONNECTIONS = (
    "Approval",
    "Case",
    "CaseEvent",
    "InspectionNote",
    "KnowledgeArticle",
    "OdrEnterprise",
    "Office",
    "Regime",
    "SupervisionOrder",
    "Task",
)


def promised() -> dict[str, str]:
    """Every field, argument and value of the contract by its coordinate, and the type it must have."""
    found: dict[str, str] = {}
    for node in DEFINITIONS:
        owner = node.name.value
        if isinstance(node, EnumTypeDefinitionNode):
            found |= {f"{owner}.{value.name.value}": "" for value in node.values or ()}
            continue
        for field in getattr(node, "fields", None) or ():
            found[f"{owner}.{field.name.value}"] = print_ast(field.type)
            for argument in getattr(field, "arguments", None) or ():
                found[f"{owner}.{field.name.value}({argument.name.value})"] = _typed(argument)
    return {place: kind for place, kind in found.items() if place.split("(")[0] not in NOT_OFFERED_YET}


def _typed(argument: InputValueDefinitionNode) -> str:
    default = f" = {print_ast(argument.default_value)}" if argument.default_value else ""
    return print_ast(argument.type) + default


def offered() -> dict[str, str]:
    """The same of the schema as it is."""
    found: dict[str, str] = {}
    for node in parse(schema.export()).definitions:
        owner = node.name.value  # type: ignore[attr-defined]
        if isinstance(node, EnumTypeDefinitionNode):
            found |= {f"{owner}.{value.name.value}": "" for value in node.values or ()}
            continue
        for field in getattr(node, "fields", None) or ():
            found[f"{owner}.{field.name.value}"] = print_ast(field.type)
            for argument in getattr(field, "arguments", None) or ():
                found[f"{owner}.{field.name.value}({argument.name.value})"] = _typed(argument).removesuffix(" = null")
    return found


def test_every_name_of_the_contract_is_offered_with_its_type() -> None:
    have = offered()
    assert len(promised()) > 180
    assert {place: have.get(place, "missing") for place in promised()} == promised()


def test_every_type_implements_what_the_contract_says() -> None:
    for node in DEFINITIONS:
        wanted = {name.name.value for name in getattr(node, "interfaces", None) or ()}
        kind = CORE.type_map[node.name.value]
        assert wanted <= {interface.name for interface in getattr(kind, "interfaces", ())}, node.name.value


def test_what_is_not_offered_yet_is_in_the_contract_and_nowhere_else() -> None:
    names = {f"{node.name.value}.{field.name.value}" for node in DEFINITIONS for field in getattr(node, "fields", ())}
    assert names >= NOT_OFFERED_YET
    assert NOT_OFFERED_YET & set(offered()) == set()


@pytest.mark.parametrize("of", CONNECTIONS)
def test_a_connection_has_nodes_edges_page_info_and_a_count(of: str) -> None:
    have = offered()
    wanted = {"nodes": f"[{of}!]!", "edges": f"[{of}Edge!]!", "pageInfo": "PageInfo!", "totalCount": "Int!"}
    assert {field: have[f"{of}Connection.{field}"] for field in wanted} == wanted
    assert (have[f"{of}Edge.cursor"], have[f"{of}Edge.node"]) == ("String!", f"{of}!")


def mutations() -> dict[str, tuple[GraphQLInputObjectType, GraphQLObjectType]]:
    roots = CORE.mutation_type
    assert roots is not None
    found = {}
    for name, field in roots.fields.items():
        own = name[0].upper() + name[1:]
        asked, told = CORE.type_map[f"{own}Input"], CORE.type_map[f"{own}Payload"]
        assert isinstance(asked, GraphQLInputObjectType)
        assert isinstance(told, GraphQLObjectType)
        assert {argument: str(of.type) for argument, of in field.args.items()} == {"input": f"{own}Input!"}
        assert str(field.type) == f"{own}Payload!"
        found[name] = asked, told
    return found


def test_every_mutation_but_sign_in_asks_for_a_key() -> None:
    """Of a batch each item brings its own."""
    keys = {
        name: str(asked.fields["idempotencyKey"].type)
        for name, (asked, _) in mutations().items()
        if name not in ("signIn", "syncInspections")
    }
    item = CORE.type_map["InspectionDraftInput"]
    assert isinstance(item, GraphQLInputObjectType)
    assert str(item.fields["clientId"].type) == "UUID!"
    assert set(keys.values()) == {"UUID!"}
    assert len(keys) == 48


def test_every_mutation_that_changes_a_case_asks_for_the_version_seen() -> None:
    """What makes a new fact asks for none: a case, a note, a laboratory's answer, a regime and its end, an enterprise, an article and its approval; nor does signing in."""
    asks = {name for name, (asked, _) in mutations().items() if "expectedVersion" in asked.fields}
    assert set(mutations()) - asks == {
        "signIn",
        "receiveCase",
        "addInspectionNote",
        "syncInspections",
        "addLabResult",
        "activateRegime",
        "endRegime",
        "enrolOdrEnterprise",
        "saveArticle",
        "approveArticle",
    }
    assert {str(mutations()[name][0].fields["expectedVersion"].type) for name in asks} == {"Int!"}


def test_every_payload_has_nullable_results_and_its_user_errors() -> None:
    for name, (_, told) in mutations().items():
        types = {field: str(of.type) for field, of in told.fields.items()}
        assert types.pop("userErrors") == "[UserError!]!", name
        assert types, name
        assert not any(kind.endswith("!") for kind in types.values()), name


def test_the_roles_are_those_of_the_trade() -> None:
    told = CORE.type_map["Role"]
    assert isinstance(told, GraphQLEnumType)
    assert set(told.values) == {role.value for role in Role}
    assert len(told.values) == 17


def test_every_definition_says_what_it_is_and_every_type_in_chinese_first() -> None:
    bare = []
    for name, kind in CORE.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        parts = {name: kind}
        parts |= {f"{name}.{value}": of for value, of in getattr(kind, "values", {}).items()}
        for field, of in getattr(kind, "fields", {}).items():
            parts[f"{name}.{field}"] = of
            parts |= {f"{name}.{field}({argument})": arg for argument, arg in getattr(of, "args", {}).items()}
        bare += [place for place, of in parts.items() if not of.description]
        bare += [name] if name != "UUID" and not re.match("[一-鿿]", str(kind.description)) else []
    assert bare == []


# --- what was there stays


def test_the_snapshot_is_the_schema() -> None:
    assert SNAPSHOT.read_text() == schema.export(), "run `make schema` and read the difference"


GROWTH = {
    DangerousChangeType.VALUE_ADDED_TO_ENUM,
    DangerousChangeType.TYPE_ADDED_TO_UNION,
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
    DangerousChangeType.OPTIONAL_ARG_ADDED,
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED,
}
REMOVALS = {
    BreakingChangeType.FIELD_REMOVED,
    BreakingChangeType.ARG_REMOVED,
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
}


def broken(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """What would break a client that was written against the old one."""
    dangers = [danger for danger in find_dangerous_changes(old, new) if danger.type not in GROWTH]
    changes: list[BreakingChange | DangerousChange] = [*find_breaking_changes(old, new), *dangers]
    return [change.description for change in changes if not _was_announced(old, change)]


def _was_announced(old: GraphQLSchema, change: BreakingChange | DangerousChange) -> bool:
    """Removed after it was deprecated, with the day of its removal."""
    place = re.search(r"(\w+)\.(\w+)(?:\((\w+):\))?", change.description)
    if change.type not in REMOVALS or place is None:
        return False
    kind: Any = old.type_map[place[1]]
    member = (kind.values if isinstance(kind, GraphQLEnumType) else kind.fields)[place[2]]
    reason = (member.args[place[3]] if place[3] else member).deprecation_reason
    return bool(re.search(r"\d{4}-\d{2}-\d{2}", reason or ""))


def committed() -> str:
    """The schema as last committed; where there is no history to ask, as it lies here."""
    shown = subprocess.run(
        ["git", "show", "HEAD:schema/schema.graphql"], cwd=TOP, capture_output=True, text=True, check=False
    )
    return shown.stdout if shown.returncode == 0 and (TOP / ".git").exists() else SNAPSHOT.read_text()


def test_nothing_breaks_a_client_of_the_last_release() -> None:
    assert broken(build_schema(committed()), build_schema(schema.export())) == []


OLD = """
type Query { a(x: Int, y: Int = 1): Int  b: Int!  old: Int @deprecated(reason: "用 a。2026-12-31 移除。")
             soon: Int @deprecated(reason: "用 a。")  c: E }
enum E { ONE TWO  GONE @deprecated(reason: "2026-12-31 移除。") }
input I { p: Int }
type T { f(i: I, z: Int @deprecated(reason: "2026-12-31 移除。")): Int }
"""


@pytest.mark.parametrize(
    ("was", "becomes", "breaks"),
    [
        ("b: Int!", "b: Int", True),
        ("b: Int!", "", True),
        ("a(x: Int,", "a(", True),
        ("a(x: Int,", "a(x: Int!,", True),
        ("y: Int = 1", "y: Int = 2", True),
        ("ONE TWO", "ONE", True),
        ("input I { p: Int }", "input I { p: Int q: Int! }", True),
        ('soon: Int @deprecated(reason: "用 a。")', "", True),
        ('old: Int @deprecated(reason: "用 a。2026-12-31 移除。")', "", False),
        ('GONE @deprecated(reason: "2026-12-31 移除。")', "", False),
        (', z: Int @deprecated(reason: "2026-12-31 移除。")', "", False),
        ("ONE TWO", "ONE TWO THREE", False),
        ("a(x: Int,", "a(w: Int, x: Int,", False),
        ("b: Int!", "b: Int! more: Int", False),
        ("b: Int!", 'b: Int! @deprecated(reason: "2027-01-01 移除。")', False),
    ],
)
def test_only_what_was_announced_may_go(was: str, becomes: str, breaks: bool) -> None:
    assert was in OLD
    assert bool(broken(build_schema(OLD), build_schema(OLD.replace(was, becomes)))) is breaks
