"""One shape of errors: every code is said somewhere, stands in the schema with its sentence, and is tested."""

from __future__ import annotations

import ast
import re

import pytest
from graphql import GraphQLInputObjectType

import schema
from api.photos import Verdict
from resolvers.terms.codes import Code
from schema.grammar.faults import Fault
from tests.promises.test_shape import TOP, modules

def texts_of(folder: Path, *, but: str = "") -> set[str]:
    """Every string that stands in the code below a folder."""
    return {
        node.value
        for path in folder.rglob("*.py")
        if path.name != but
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def members_used(of: str) -> set[str]:
    return {
        node.attr
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of
    }


@pytest.mark.parametrize(("of", "codes"), [("Code", Code), ("Fault", Fault), ("Verdict", Verdict)])
def test_every_code_is_used_and_tested(of: str, codes: type[Code | Fault | Verdict]) -> None:
    assert set(codes.__members__) - members_used(of) == set(), "said nowhere"
    words = {word for text in texts_of(TOP / "tests", but="test_shape.py") for word in re.findall(r"[A-Z_]+", text)}
    named = {attribute for attribute in words if attribute in codes.__members__}
    assert set(codes.__members__) - named == set(), "tested nowhere"


def test_every_refusal_code_is_in_the_schema_with_its_sentence() -> None:
    told = schema.schema._schema.type_map["UserErrorCode"].values  # type: ignore[attr-defined]
    assert {code: value.description for code, value in told.items()} == {code.value: code.label for code in Code}
    assert all(re.search("[一-鿿]", code.label) for code in Code)


def test_every_refusal_points_into_the_input() -> None:
    core = schema.schema._schema
    inputs = {field for kind in core.type_map.values() if "InputField" in str(getattr(kind, "fields", "")) for field in kind.fields}  # type: ignore[attr-defined]
    arguments = {name for kind in core.type_map.values() for of in getattr(kind, "fields", {}).values() for name in getattr(of, "args", {})}
    paths = {
        (f"{module.name}:{node.lineno}", part.value)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused"
        for part in node.args[1:]
        if isinstance(part, ast.Constant)
    }
    assert paths
    assert {path for path in paths if path[1] not in inputs | arguments} == set()
