"""The table of promises in `tests/README.md` is true: what it names exists, holds tests, and leaves none out."""

from __future__ import annotations

import re

from tests.cluster import TOP

TESTS = TOP / "tests"
TABLE = (TESTS / "README.md").read_text("utf-8")
NAMED = set(re.findall(r"`((?:\w+/)?test_\w+\.py)`", TABLE)) - {"test_<noun>.py"}


def test_every_file_the_table_names_holds_tests() -> None:
    for name in sorted(NAMED):
        assert re.search(r"^(?:async )?def test_", (TESTS / name).read_text("utf-8"), re.MULTILINE), name


def test_every_promise_and_every_rough_test_is_in_the_table() -> None:
    found = {
        f"{room}/{path.name}" for room in ("promises", "hard", "stories") for path in (TESTS / room).glob("test_*.py")
    }

    assert found - NAMED == {"promises/test_table.py"}
