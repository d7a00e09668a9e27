"""A newcomer follows the README: what is there to be pasted works, and its tables say what is so."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from api.__main__ import parse
from api.settings import VARIABLES
from fixtures.pictures import picture
from resolvers.rules.transitions import TABLE
from tests.cluster import TOP
from tests.serving import Jiesu, room, serving

README = (TOP / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def jiesu() -> Iterator[Jiesu]:
    with room() as folder, serving(folder, JIESU_SAMPLE="yunxi") as server:
        yield server


def pasted(server: Jiesu, first_word: str) -> Any:
    """What the README's block with this word in it prints, run by a shell where only address and folder differ."""
    (block,) = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if first_word in block]
    script = block.replace("http://127.0.0.1:8000", server.url).replace(".jiesu/", f"{server.folder}/")
    done = subprocess.run(
        ["sh", "-euc", script], cwd=server.folder.parent, capture_output=True, text=True, timeout=60, check=True
    )
    answer = json.loads(done.stdout)
    assert "errors" not in answer, answer
    return answer["data"]


def test_the_first_query_pasted_lists_the_overdue_cases(jiesu: Jiesu) -> None:
    cases = pasted(jiesu, "yunxi-supervision-officer")["cases"]

    assert cases["totalCount"] > 0
    assert all(re.fullmatch(r".\*\*", case["complainant"]["name"]) for case in cases["nodes"] if case["complainant"])


def test_the_first_mutation_pasted_receives_an_urgent_case(jiesu: Jiesu) -> None:
    payload = pasted(jiesu, "receiveCase")["receiveCase"]

    assert payload["userErrors"] == []
    assert (payload["case"]["status"], payload["case"]["isUrgent"]) == ("RECORDED", True)


def test_the_upload_pasted_ends_with_a_verified_photo(jiesu: Jiesu) -> None:
    (jiesu.folder.parent / "photo.png").write_bytes(picture(uuid4()))

    notes = pasted(jiesu, "photo.png")["node"]["inspectionNotes"]["nodes"]

    assert notes[0]["photos"] == [{"status": "VERIFIED", "uploadUrl": None}]


def test_the_picture_of_a_cases_states_is_the_table_of_transitions() -> None:
    moves = [(source, target, action) for action, (sources, target) in TABLE.items() for source in sorted(sources)]
    ends = sorted({target for _, target, _ in moves} - {source for source, _, _ in moves})
    lines = ["stateDiagram-v2", "    direction LR", "    [*] --> RECORDED: 登记", "    [*] --> VOICEMAIL_PENDING: 录音"]
    lines += [f"    {source.value} --> {target.value}: {action.label}" for source, target, action in moves]
    lines += [f"    {end.value} --> [*]" for end in ends]
    (drawn,) = re.findall(r"```mermaid\n(.*?)\n```", README, re.DOTALL)

    assert drawn.splitlines() == lines


def test_the_table_of_settings_is_the_settings() -> None:
    rows = re.findall(r"^\| `((?:JIESU_|DATABASE_)\w+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", README, re.MULTILINE)

    assert [tuple(row) for row in rows] == [tuple(variable) for variable in VARIABLES]


@pytest.mark.parametrize(
    "command", ["serve", "migrate", "load", "verify-figures", "export-schema", "verify-ledger", "amend-calendar"]
)
def test_every_command_of_the_readme_is_one(command: str) -> None:
    assert re.search(rf"^\| `{command}\b", README, re.MULTILINE)
    more = {"load": ["demo"], "amend-calendar": ["days.csv", "--reason", "通知"]}
    assert parse([command, *more.get(command, [])]).command == command
