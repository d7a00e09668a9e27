"""Nothing in the tree that does not belong to the product."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]

# Each pattern is written so that it does not match itself.
FOREIGN = {
    "a package registry": r"py[p]i[.]org|python[h]osted[.]org|npm[j]s[.](?:org|com)|conda\.anaconda\.org|tuna\.tsinghua",
    "somebody's machine": r"/(?:root|home|Users)[/][\w.]|/work[/](?:main|shared)|/tmp[/]\w/|C:\\Users",
    "the way it was made": r"(?i)\bissues? (?:#|no\. ?)?\d|\bissues show\b|[a-z]-?work issue|(?:this|last|next|my) session\b"
    r"|\bhelper session|(?:house|promises|stack-facts|read-plans|api-conventions|domain)\.md\b",
}


def tracked() -> list[Path]:
    """What belongs to the product: as git has it; outside a checkout, all but what tools leave behind."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0 and (TOP / ".git").exists():
        return [TOP / line for line in listed.stdout.splitlines() if (TOP / line).is_file()]
    left = re.compile(r"/(?:\.venv|\.jiesu|__pycache__|node_modules|\.\w+_cache|\.hypothesis)/")
    return [path for path in TOP.rglob("*") if path.is_file() and not left.search(f"/{path.relative_to(TOP)}")]


@pytest.mark.parametrize("what", FOREIGN)
def test_nothing_in_the_tree_tells_of(what: str) -> None:
    told = [
        f"{path.relative_to(TOP)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if re.search(FOREIGN[what], line)
    ]
    assert told == []
