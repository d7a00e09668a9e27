"""工单: seeing one, finding many, and what is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from resolvers import party
from resolvers.doors.access import Row
from resolvers.doors.bind import Bind, Condition
from resolvers.models.case import OPEN_LIST
from resolvers.rules import sight, texts
from resolvers.rules.sight import Sight
from resolvers.terms import limits
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseKind, CasePriority, Particular
from resolvers.terms.roles import CENTRE, UNIT
from resolvers.terms.statuses import CaseStatus
from resolvers.terms.term import Term


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to filter by; None leaves it open. An office means its whole subtree. Instants: from inclusive, to exclusive."""

    office_code: str | None = None
    status: Sequence[CaseStatus] | None = None
    kind: Sequence[CaseKind] | None = None
    priority: Sequence[CasePriority] | None = None
    category_code: str | None = None
    tag: str | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    overdue: bool | None = None
    suggested: bool | None = None
    text: str | None = None


def numbered(number: str) -> Condition:
    return lambda t, bind: f"{t}.number = {bind(number)}"


def matching(actor: Actor, wanted: Wanted) -> Condition:
    """SQL for a filter. Words the caller may not read are not searched either: no filter is an oracle."""
    text = texts.optional(wanted.text, limits.SEARCH_CHARACTERS, "filter", "text")

    def condition(t: str, bind: Bind) -> str:
        parts = [*_of_lists(wanted, t), *_of_ranges(wanted, t, bind)]
        if wanted.office_code is not None:
            parts.append(in_subtree(wanted.office_code, t, bind))
        if wanted.category_code is not None:
            parts.append(
                f"{t}.category_id = (SELECT y.id FROM categories y WHERE y.code = {bind(wanted.category_code)})"
            )
        if wanted.tag is not None:
            parts.append(f"{t}.tags @> {bind([wanted.tag], '::text[]')}")
        if wanted.overdue is not None:
            late = bind.fill(f"({{t}}.status IN ({OPEN_LIST}) AND coalesce({{t}}.due_at < :now, false))", t)
            parts.append(late if wanted.overdue else f"NOT {late}")
        if wanted.suggested is not None:
            parts.append(f"{'' if wanted.suggested else 'NOT '}{_suggested(actor, t)}")
        if text is not None:
            parts.append(_worded(actor, text, t, bind))
        return " AND ".join(parts) or "true"

    return condition


def _suggested(actor: Actor, t: str) -> str:
    """A trigger was seen in this round and nobody ordered supervision since. Told to the centre, as suggestions are."""
    if not actor.roles & CENTRE:
        return "false"
    return (
        f"EXISTS (SELECT 1 FROM supervision_suggestions y WHERE y.case_id = {t}.id AND y.round = {t}.round"
        f" AND NOT EXISTS (SELECT 1 FROM supervision_orders z WHERE z.case_id = {t}.id"
        " AND z.ordered_at >= y.suggested_at))"
    )


def against_the_same(case_id: object, respondent_id: object) -> Condition:
    """Other cases against the respondent of a case: the same credit code, or the same name."""

    def condition(t: str, bind: Bind) -> str:
        this, among = bind(respondent_id, "::uuid"), "SELECT y.case_id FROM respondents x JOIN respondents y"
        each = (
            f"{among} ON y.jurisdiction_id = x.jurisdiction_id AND y.{column} = x.{column} WHERE x.id = {this}"
            for column in ("uscc", "name")
        )
        return f"{t}.id <> {bind(case_id, '::uuid')} AND {t}.id IN ({' UNION '.join(each)})"

    return condition


def both(one: Condition, other: Condition) -> Condition:
    return lambda t, bind: f"{one(t, bind)} AND {other(t, bind)}"


def held_by(office_code: str) -> Condition:
    return lambda t, bind: in_subtree(office_code, t, bind)


def in_subtree(office_code: str, t: str, bind: Bind) -> str:
    """Cases held by an office or any office below it: by their lead, or where they were taken in until dispatched."""
    # The path of a code unknown in this jurisdiction is null, and nothing begins with null.
    return (
        f"coalesce({t}.lead_office_id, {t}.intake_office_id) = ANY(ARRAY(SELECT y.id FROM offices z JOIN offices y"
        f" ON y.path ^@ z.path WHERE z.code = {bind(office_code)}"
        f" AND z.jurisdiction_id = {bind.named('jurisdiction_id')}))"
    )


def _of_lists(wanted: Wanted, t: str) -> list[str]:
    """Words of a closed vocabulary are written, not bound: what they select, and so which index serves, the planner
    must know. Those asked for more than once are written once, in one order.
    """
    lists = (("status", wanted.status), ("kind", wanted.kind), ("priority", wanted.priority))
    return [_one_of(f"{t}.{column}", values) for column, values in lists if values is not None]


def _one_of(column: str, values: Sequence[Term]) -> str:
    words = ", ".join(f"'{word}'" for word in sorted(set(values)))
    return f"{column} IN ({words})" if words else "false"


def _of_ranges(wanted: Wanted, t: str, bind: Bind) -> list[str]:
    ranges = (
        ("received_at", ">=", wanted.received_from),
        ("received_at", "<", wanted.received_to),
        ("due_at", ">=", wanted.due_from),
        ("due_at", "<", wanted.due_to),
    )
    return [f"{t}.{column} {sign} {bind(value)}" for column, sign, value in ranges if value is not None]


def _worded(actor: Actor, text: str, t: str, bind: Bind) -> str:
    exact = bind(text)
    if sight.is_outside(actor.roles):
        return f"{t}.number = {exact}"  # what is bound but not used has no type, and the statement fails
    pattern = bind.containing(text)
    full = f"({t}.title ILIKE {pattern} OR {t}.description ILIKE {pattern})"
    if not actor.roles & UNIT:
        return f"({t}.number = {exact} OR {full})"
    redacted = f"({t}.title_redacted ILIKE {pattern} OR {t}.description_redacted ILIKE {pattern})"
    # Everything a unit is told is in the redacted words; the rest may be searched where it is told in full.
    confidential = f"coalesce((SELECT y.wants_confidentiality FROM parties y WHERE y.id = {t}.complainant_id), false)"
    open_words = f"({t}.kind <> '{CaseKind.REPORT}' AND NOT {confidential})"
    return f"({t}.number = {exact} OR {redacted} OR ({open_words} AND {full}))"


def title(actor: Actor, row: Row) -> str:
    told = party.words(actor, row)
    if told is Sight.HIDDEN:
        return str(row["category_name"] or sight.WITHHELD)
    return str(row["title"] if told is Sight.FULL else row["title_redacted"])


def description(actor: Actor, row: Row) -> str:
    told = party.words(actor, row)
    if told is Sight.HIDDEN:
        return sight.WITHHELD
    return str(row["description"] if told is Sight.FULL else row["description_redacted"])


def answer(actor: Actor, row: Row) -> str | None:
    return row["answer"] if party.words(actor, row) is Sight.FULL else None


def place_text(actor: Actor, row: Row) -> str | None:
    return row["place_text"] if party.words(actor, row) is Sight.FULL else None


def missing_particulars(actor: Actor, row: Row) -> list[Particular]:
    """必要信息: what a complaint must name and does not (Order 20 art. 9). Whoever is not shown a particular of the citizen,
    not even masked, is not told whether it is there; third parties are told nothing.
    """
    if sight.is_outside(actor.roles):
        return []
    hidden = _hidden(actor, row)
    return [each for each in map(Particular.of, row["missing_particulars"]) if each not in hidden]


def _hidden(actor: Actor, row: Row) -> set[Particular]:
    # Whoever makes the calls is shown the same two of the three before and after.
    view = party.view(actor, {**row, "case_kind": row["kind"], "callback_open": False})
    shown = {
        Particular.COMPLAINANT_NAME: view.name,
        Particular.COMPLAINANT_PHONE: view.phone,
        Particular.COMPLAINANT_ADDRESS: view.address,
    }
    return {each for each, told in shown.items() if told < Sight.MASKED}
