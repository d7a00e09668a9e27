"""What the running API has told, to ask for again: real numbers, codes, ids and cursors, and some that nobody has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from schema.grammar import ids
from tests.client import Caller, Data

ELSEWHERE = "elsewhere"  # where `Known.cursors` keeps those of another city
NOBODY = UUID(int=0)
OF_CASE = """respondent complainant assignments rounds results deadlines extensions callbacks signOffs supervisions
  suggestions instructions meetings
  category leadOffice intakeOffice"""
CASES = f"""query ($filter: CaseFilter, $orderBy: CaseOrder) {{
  cases(first: 100, filter: $filter, orderBy: $orderBy) {{ edges {{ cursor node {{
    id number title description status kind priority tags receivedAt dueAt category {{ code }}
    {" ".join(f"{name} {{ id }}" for name in OF_CASE.split())} deadlines {{ policy {{ id }} }}
    againstSameRespondent(first: 10) {{ edges {{ cursor }} }}
    timeline(first: 100) {{ edges {{ cursor node {{ id }} }} }}
    inspectionNotes(first: 100) {{ edges {{ cursor node {{ id photos {{ id }} inspectors {{ id }} }} }} }} }} }} }} }}"""
OFFICES = """{ offices(first: 100) { edges { cursor node { id code name kind divisionCode staff { id }
  cases(first: 10) { edges { cursor } } } } } }"""
APPROVALS = """{ approvals(first: 100) { edges { cursor node { id kind } } } viewer { person { id } }
  myTasks(first: 100) { edges { cursor node { id } } } checkLists(first: 100) { edges { cursor node { id } } }
  offlineCases(first: 100) { edges { cursor node { id } } }
  knowledge(first: 100) { edges { cursor node { id } } } knowledgeVersions(first: 100) { edges { cursor node { id } } }
  supervisions(first: 100) { edges { cursor node { id } } } regimes(first: 100) { edges { cursor node { id } } } }"""
LISTED = ("supervisions", "regimes", "myTasks", "checkLists", "offlineCases", "knowledge", "knowledgeVersions")
# Lists that have cursors of their own: a cursor goes on in the very list it came from, and in no other.
LISTS: list[Data] = [
    {},
    *({"orderBy": order} for order in ("DUE_AT", "DUE_AT_DESC", "RECEIVED_AT", "UPDATED_AT_DESC")),
    {"filter": {"kind": ["COMPLAINT", "REPORT"]}},
    {"filter": {"overdue": False}, "orderBy": "UPDATED_AT"},
]


def listing(coordinate: str, subject: str = "", **arguments: Any) -> str:
    """A list's name in `Known.cursors`: `Query.cases`, `Case.timeline(<number>)`, `Query.cases {"orderBy": …}`."""
    return coordinate + (f"({subject})" if subject else "") + (f" {json.dumps(arguments)}" if arguments else "")


@dataclass
class Known:
    """Real values to ask for. `words`, `told` and the like are what an argument of that meaning is chosen from."""

    numbers: list[str]
    office_codes: list[str]
    ids: list[str]
    cursors: dict[str, list[str]]
    categories: list[str]
    divisions: list[str]
    tags: list[str]
    words: list[str]
    instants: list[str]
    told: dict[str, list[str]]  # values met, by the enum's name
    as_of: datetime  # figures are asked for as of this instant

    def lists(self, coordinate: str, subject: str) -> list[tuple[Data, list[str]]]:
        """The lists of a connection whose cursors are known: their other arguments, and the cursors."""
        name = listing(coordinate, subject)
        found = ((key.removeprefix(name), cursors) for key, cursors in self.cursors.items() if key.startswith(name))
        return [(json.loads(rest or "{}"), cursors) for rest, cursors in found if cursors and rest[:2] in ("", " {")]

    @cached_property
    def ids_by_kind(self) -> dict[str, list[str]]:
        """Under no name: those that are no ids."""
        found: dict[str, list[str]] = {}
        for each in self.ids:
            found.setdefault((ids.read(each) or ("",))[0], []).append(each)
        return found

    def strange(self, coordinate: str) -> list[str]:
        """Cursors that no list of this connection has printed."""
        others = [cursors for key, cursors in self.cursors.items() if not key.startswith(coordinate)]
        return [cursor for cursors in others for cursor in cursors] or ["0"]


# --- asking


async def harvest(
    caller: Caller, *colleagues: Caller, strangers: Sequence[Caller] = (), more_ids: Sequence[str] = ()
) -> Known:
    """Asks the running API as people of one city, and as strangers of others, whose things are out of sight.

    `more_ids`: of what no list leads to (a regime).
    """
    known, elsewhere = _nothing(), _nothing()
    known.ids += more_ids
    for each in (caller, *colleagues):
        for key, cursors in (await _look_around(each, known, LISTS)).items():
            known.cursors[key] = list(dict.fromkeys([*known.cursors.get(key, []), *cursors]))
    for stranger in strangers:
        seen = await _look_around(stranger, elsewhere, LISTS[:1])
        known.cursors[ELSEWHERE] += [cursor for cursors in seen.values() for cursor in cursors]
    _mix(known, elsewhere)
    return known


def _nothing() -> Known:
    now = datetime.now(UTC).replace(microsecond=0)
    return Known([], [], [], {ELSEWHERE: []}, [], [], [], [], [], {}, now)


def _mix(known: Known, elsewhere: Known) -> None:
    """Each value once, and among them a few that are out of sight, and a few that nobody has."""
    known.numbers += [*elsewhere.numbers[:2], "20260101000000000000"]
    known.office_codes += [*elsewhere.office_codes[:1], "nowhere"]
    known.ids += {(ids.read(each) or ("",))[0]: each for each in elsewhere.ids}.values()
    known.ids += [*(ids.encode(kind, NOBODY) for kind in ("Case", "Office", "Nothing")), "garbage", ""]
    known.tags.append("没有这个标注")
    known.categories.append("999999")
    known.instants.append(known.as_of.isoformat())
    known.words += ["没有这样的话", "%", "_", "\\", '"', known.numbers[0]]
    for told in (known.numbers, known.office_codes, known.ids, known.categories, known.divisions, known.tags,
                 known.words, known.instants, *known.told.values()):  # fmt: skip
        told[:] = dict.fromkeys(told)


async def _look_around(caller: Caller, known: Known, lists: list[Data]) -> dict[str, list[str]]:
    """Adds what one caller sees; the cursors met, by their list."""
    cursors: dict[str, list[str]] = {}
    for given in lists:
        edges = (await caller.ask(CASES, **given))["cases"]["edges"]
        cursors[listing("Query.cases", **given)] = _cursors(edges)
        for case in _nodes(edges) if not given else ():
            _note_case(case, known)
            for name in ("timeline", "inspectionNotes", "againstSameRespondent"):
                cursors[listing(f"Case.{name}", case["number"])] = _cursors(case[name]["edges"])
    offices = (await caller.ask(OFFICES))["offices"]["edges"]
    said = await caller.ask(APPROVALS)
    approvals = said["approvals"]["edges"]
    cursors |= {"Query.offices": _cursors(offices), "Query.approvals": _cursors(approvals)}
    cursors |= {f"Query.{name}": _cursors(said[name]["edges"]) for name in LISTED}
    for office in _nodes(offices):
        _note_office(office, known)
        cursors[listing("Office.cases", office["code"])] = _cursors(office["cases"]["edges"])
    known.ids += _ids(said)
    known.told.setdefault("ApprovalKind", []).extend(each["kind"] for each in _nodes(approvals))
    return cursors


def _note_case(case: Data, known: Known) -> None:
    known.ids += _ids(case)
    known.numbers.append(case["number"])
    known.tags += case["tags"]
    known.words += [case["title"][:2], case["title"][-3:], case["description"][:4]]
    known.instants += [instant for instant in (case["receivedAt"], case["dueAt"]) if instant]
    known.categories += [case["category"]["code"]] if case["category"] else []
    for name, value in (("CaseStatus", "status"), ("CaseKind", "kind"), ("CasePriority", "priority")):
        known.told.setdefault(name, []).append(case[value])


def _note_office(office: Data, known: Known) -> None:
    known.ids += _ids(office)
    known.office_codes.append(office["code"])
    known.divisions.append(office["divisionCode"])
    known.words.append(office["name"][:2])
    known.told.setdefault("OfficeKind", []).append(office["kind"])


def _nodes(edges: list[Data]) -> list[Data]:
    return [edge["node"] for edge in edges]


def _cursors(edges: list[Data]) -> list[str]:
    return [edge["cursor"] for edge in edges]


def _ids(value: Any) -> Iterator[str]:
    """Every id inside an answer."""
    for each in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from _ids(each)
    if isinstance(value, dict) and "id" in value:
        yield value["id"]
