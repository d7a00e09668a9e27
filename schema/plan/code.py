"""Python written for a document: one function a source of rows, without a call or a look-up it could do without."""

from __future__ import annotations

from typing import Any

from resolvers.doors.access import Row
from schema.grammar import cursor, ids
from schema.plan.leaf import must
from schema.plan.tree import Pages, Rows, Sort

GLOBALS: dict[str, Any] = {"encode": ids.encode, "spell": cursor.spell, "must": must, "row": Row}


class Code:
    """Collects functions and the constants they use. Names in it are ours; of the document it holds response keys
    alone, as literals.
    """

    def __init__(self) -> None:
        self._constants: dict[str, Any] = dict(GLOBALS)
        self._functions: list[tuple[str, Rows | Pages, str]] = []
        self._spelt: set[int] = set()

    def name(self, value: Any) -> str:
        """A constant's name."""
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name

    def function(self, rows: Rows, written: str) -> str:
        """A function of a row and the request."""
        return self._add(rows, written)

    def page(self, pages: Pages, written: str) -> str:
        """A function of a page's rows, its total, its parent's id and the request."""
        return self._add(pages, written)

    def _add(self, of: Rows | Pages, written: str) -> str:
        name = f"f{len(self._functions)}"
        self._functions.append((name, of, written))
        return name

    def cursor(self, pages: Pages, row: str) -> str:
        """Python that spells the cursor of a row of this page."""
        self._spelt.add(id(pages))
        sort, key = (name.removeprefix("r") for name in (pages.rows.cell(Sort(pages)), pages.rows.column("id")))
        return f"spell(listed, {row}[{sort}], {row}[{key}])"

    def run(self) -> dict[str, Any]:
        """Every function by name, once all cells of all rows are known."""
        text = "\n".join([self._text(*function) for function in self._functions])
        found = dict(self._constants)
        exec(compile(text, "<plan>", "exec"), found)  # noqa: S102  (our own words about our own names)
        return found

    def _text(self, name: str, of: Rows | Pages, written: str) -> str:
        if isinstance(of, Rows):
            cells = "".join(f"r{place}, " for place in range(len(of.cells)))
            unpacked = f"    {cells}= r\n" if cells else ""
            return f"def {name}(r, e):\n{unpacked}    return {written}\n"
        lines = [f"def {name}(rows, total, parent, e):", f"    w = e.pages[{self.name(of)}]"]
        if of.with_rows:
            lines += ["    more = len(rows) > w.size", "    if more: rows = rows[:w.size]"]
            lines += ["    if w.backward: rows = rows[::-1]"]
        named = f"w.digest(e.actor, {of.coordinate!r}, parent)"
        if id(of) in self._spelt:
            lines.append(f"    listed = {named}")
        else:
            lines.append(f"    if w.after or w.before: {named}")
        return "\n".join([*lines, f"    return {written}", ""])
