"""Closed by omission: what was not declared is not built. Each case spoils a copy of the schema and imports it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
OFFICE = "Annotated['Office', strawberry.lazy('schema.office')]"
ROOT = "@strawberry.type\nclass {root}:\n    @strawberry.{kind}(description='x'{more})\n    def open(self{argument}) -> int:\n        return 1\n\n\n"


@dataclass(frozen=True)
class Spoilt:
    """Lines put into a file of the schema before a place in it, and what the import must say."""

    lines: str
    says: str
    file: str = "person.py"
    before: str = "    login: str = column("


def beside(lines: str, says: str) -> Spoilt:
    """Put before the type of `person.py`, not into it."""
    return Spoilt(lines, says, before="@fed_by(models.Person")


MASK = "leaves only through a mask"
CASES = {
    "a field without a source": Spoilt("    nickname: str\n", "Person.nickname: no source"),
    "a field with a plain default": Spoilt("    nickname: str = ''\n", "Person.nickname: no source"),
    "a resolver beside the declarations": Spoilt(
        "    @strawberry.field(description='x')\n    def hash(root) -> str:\n        return root['password_hash']\n",
        "Person.hash: no source",
    ),
    "a column that the table does not have": Spoilt("    nick: str = column('昵称.')\n", "Person.nick: no such column"),
    "a personal column shown plainly": Spoilt("    password_hash: str = column('x')\n", MASK),
    "a personal column under another name": Spoilt("    hash: str = column('x', name='password_hash')\n", MASK),
    "a citizen's phone through a function that is no mask": Spoilt(
        "    digits: str = source.derived('x', 'phone', by=lambda actor, row: row['phone'])\n",
        MASK,
        "party.py",
        "    name: str | None = personal(",
    ),
    "a citizen's words under their other name": Spoilt(
        "    words: str = column('x', name='description')\n", MASK, "case.py", "    version: int = column("
    ),
    "a type whose model has no scope": beside(
        "@fed_by(models.Token, description='x')\nclass Token(Node):\n    issued_at: str = column('x')\n\n\n",
        "Token: Token has no scope",
    ),
    "a relation to a model that has no scope": Spoilt(
        f"    grant: {OFFICE} | None = relation('x', models.RoleGrant, key='office_id')\n",
        "Person.grant: its target has no scope",
    ),
    "a list of a model that has no scope": Spoilt(
        f"    tokens: list[{OFFICE}] = source.many('x', models.Token, key='person_id', order='t.id')\n",
        "Person.tokens: its target has no scope",
    ),
    "a second type over the same rows": beside(
        "@fed_by(models.Office, description='x')\nclass Bureau(Node):\n    code: str = column('x')\n\n\n",
        "already registered",
    ),
    "a query without a permission": beside(
        ROOT.format(root="Query", kind="field", more="", argument=""), "Query.open: no permission"
    ),
    "a mutation without a permission": beside(
        ROOT.format(root="Mutation", kind="mutation", more="", argument=""), "Mutation.open: no permission"
    ),
    "a subscription without a permission": Spoilt(
        "    @strawberry.subscription(description='x')\n    async def open(self) -> AsyncGenerator[int, None]:\n        yield 1\n\n",
        "Subscription.open: no permission",
        "event.py",
        "    @strawberry.subscription(",
    ),
    "a field that nobody explains": Spoilt("    active: bool = column('')\n", "'Person.active'"),
    "an argument that nobody explains": beside(
        ROOT.format(root="Query", kind="field", more=", metadata={'permission': None}", argument=", bare: int"),
        "'Query.open(bare)'",
    ),
}

# Imports what all copies share, then each copy in a process of its own.
IMPORTER = """
import json, os, sys
import strawberry, resolvers.models, resolvers.photo, resolvers.kpi, resolvers.event
def say(folder):
    sys.path.insert(0, folder)
    try:
        import schema
        return "whole" if schema.__file__.startswith(folder) else schema.__file__
    except TypeError as error:
        return str(error)
    except BaseException as error:
        return f"not a TypeError: {error!r}"
ends = []
for folder in sys.argv[1:]:
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, json.dumps(say(folder)).encode())
        os._exit(0)
    os.close(write)
    ends.append(read)
for read in ends:
    print(os.read(read, 100_000).decode(), flush=True)
"""


def spoil(folder: Path, case: Spoilt) -> str:
    shutil.copytree(TOP / "schema", folder / "schema", ignore=shutil.ignore_patterns("__pycache__"))
    path = folder / "schema" / case.file
    text = path.read_text()
    assert case.before in text
    spoilt = text.replace(case.before, case.lines + case.before, 1)
    path.write_text(
        spoilt.replace("from schema.grammar.node", "from schema.grammar import source\nfrom schema.grammar.node", 1)
    )
    return str(folder)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the import of each spoilt copy says."""
    cases = {**CASES, "nothing": Spoilt("", "whole")}
    folders = [spoil(tmp_path_factory.mktemp("spoilt"), case) for case in cases.values()]
    command = [sys.executable, "-c", IMPORTER, *folders]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True)
    return dict(zip(cases, map(json.loads, done.stdout.splitlines()), strict=True))


def test_the_schema_as_it_is_can_be_imported(said: dict[str, str]) -> None:
    assert said["nothing"] == "whole"


@pytest.mark.parametrize("what", CASES)
def test_the_import_refuses(what: str, said: dict[str, str]) -> None:
    assert CASES[what].says in said[what]
