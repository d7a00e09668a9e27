"""One shape of errors: every code is said somewhere, stands in the schema with its sentence, and is tested."""

from __future__ import annotations

import ast
import re
from enum import StrEnum

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType

import schema
from resolvers.photo import Verdict
from resolvers.terms.codes import Code
from schema.grammar.faults import Fault
from tests.promises.test_shape import TOP, modules

TYPES = schema.schema._schema.type_map


def said(of: str) -> set[str]:
    """The members of an enum that the source names."""
    return {
        node.attr
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of
    }


def words_of_the_tests() -> set[str]:
    """Every word in capitals that stands in a text of the tests, or is compared with as a member."""
    found = set()
    for path in (TOP / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= set(re.findall(r"[A-Z_]{3,}", node.value))
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


@pytest.mark.parametrize("codes", [Code, Fault, Verdict])
def test_every_code_is_said_somewhere(codes: type[StrEnum]) -> None:
    assert set(codes.__members__) - said(codes.__name__) == set()


@pytest.mark.parametrize("codes", [Code, Fault, Verdict])
def test_every_code_is_tested(codes: type[StrEnum]) -> None:
    assert set(codes.__members__) - words_of_the_tests() == set()


def test_every_refusal_code_is_in_the_schema_with_its_sentence() -> None:
    told = TYPES["UserErrorCode"]
    assert isinstance(told, GraphQLEnumType)
    assert {code: value.description for code, value in told.values.items()} == {code.value: code.label for code in Code}


@pytest.mark.parametrize("codes", [Code, Fault])
def test_every_sentence_is_chinese_and_says_something_of_its_own(codes: type[Code | Fault]) -> None:
    sentences = [code.label for code in codes]
    assert all(re.search("[一-鿿]{3}", sentence) for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


def test_every_refusal_points_into_the_input() -> None:
    fields = {field for kind in TYPES.values() if isinstance(kind, GraphQLInputObjectType) for field in kind.fields}
    arguments = {
        argument
        for kind in TYPES.values()
        for field in getattr(kind, "fields", {}).values()
        for argument in getattr(field, "args", {})
    }
    paths = {
        (f"{module.name}:{node.lineno}", part.value)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and re.match(r"(Refused|texts\.\w+)$", ast.unparse(node.func))
        for part in node.args
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isascii()
    }
    assert len(paths) > 50
    assert {path for path in paths if path[1] not in fields | arguments} == set()
