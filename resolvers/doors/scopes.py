"""Which rows of a table a caller sees: one condition a table, in SQL over an alias, shared by every way to read.

A condition is shaped by the caller's stance alone and takes ids as bound values, so that callers who stand alike share
statements. A table without a scope has no rows.
"""

from __future__ import annotations

from collections.abc import Callable

from resolvers import models
from resolvers.doors.bind import Bind
from resolvers.models import Table
from resolvers.terms.actor import Stance
from resolvers.terms.kinds import ApprovalKind, CaseKind
from resolvers.terms.roles import CENTRE, PHOTO_VIEWERS, UNIT, Permission, Role
from resolvers.terms.statuses import HANDLED

NOTHING = "false"
Scope = Callable[[Stance, str, Bind], str]


def _any(conditions: list[str]) -> str:
    return "(" + " OR ".join(conditions) + ")" if conditions else NOTHING


def _case(stance: Stance, t: str, bind: Bind) -> str:
    if not stance.may(Permission.READ_CASES):
        return NOTHING
    grants = [_case_of_grant(place, role, at_top, t, bind) for place, (role, at_top) in enumerate(stance.grants)]
    mine = bind.named("jurisdiction_id")
    return f"({t}.jurisdiction_id = {mine} AND {_any([grant for grant in grants if grant != NOTHING])})"


def _case_of_grant(place: int, role: Role, at_top: bool, t: str, bind: Bind) -> str:
    """What one role at one office sees: its subtree; of reports only what it has a part in (DEC-15)."""
    if role not in CENTRE | UNIT | {Role.CALLBACK_OFFICER, Role.AGENT, Role.INTEGRATOR}:
        return NOTHING  # before anything is bound: what is bound and not used has no type, and the statement fails
    whole = at_top and role not in UNIT
    own = "" if whole else bind.granted(place)
    within = "true" if whole else f"{t}.office_ids && {own}"
    no_report = f"{t}.kind <> '{CaseKind.REPORT}'"
    if role in CENTRE:
        return f"({within})"
    if role in UNIT:
        return f"({t}.handling_ids && {own} AND ({no_report} OR {t}.assigned_ids && {own}))"
    if role is Role.CALLBACK_OFFICER:
        called = ", ".join(f"'{status}'" for status in sorted(HANDLED))
        return f"({within} AND ({no_report} OR {t}.status IN ({called}) OR {t}.round > 1))"
    return f"({within} AND ({no_report} OR {t}.registered_by = {bind.named('actor_id')}))"


def _as_case(column: str = "case_id") -> Scope:
    """Whoever sees the case."""

    def scope(stance: Stance, t: str, bind: Bind) -> str:
        return f"EXISTS (SELECT 1 FROM cases sc WHERE sc.id = {t}.{column} AND {_case(stance, 'sc', bind)})"

    return scope


def _jurisdiction(_stance: Stance, t: str, bind: Bind) -> str:
    return f"{t}.jurisdiction_id = {bind.named('jurisdiction_id')}"


def _office(stance: Stance, t: str, bind: Bind) -> str:
    """The tree for those who may read it; without that, where one's own roles are held."""
    if stance.may(Permission.READ_OFFICES):
        return _jurisdiction(stance, t, bind)
    return f"{t}.id = ANY({bind.named('own_offices')})"


def _everybody(_stance: Stance, _t: str, _bind: Bind) -> str:
    return "true"


def _staff(stance: Stance, t: str, bind: Bind) -> str:
    return NOTHING if stance.is_third_party else _jurisdiction(stance, t, bind)


def _note(stance: Stance, t: str, bind: Bind) -> str:
    return _as_case()(stance, t, bind)


def _photo(stance: Stance, t: str, bind: Bind) -> str:
    if not stance.roles & PHOTO_VIEWERS:
        return NOTHING
    return f"EXISTS (SELECT 1 FROM inspection_notes sn WHERE sn.id = {t}.note_id AND {_note(stance, 'sn', bind)})"


def _link(table: str, column: str) -> Scope:
    """A row that joins a person to a result or a note: as the case of that, and for staff only."""

    def scope(stance: Stance, t: str, bind: Bind) -> str:
        if stance.is_third_party:
            return NOTHING
        return f"EXISTS (SELECT 1 FROM {table} sl WHERE sl.id = {t}.{column} AND {_as_case()(stance, 'sl', bind)})"

    return scope


def _entry(stance: Stance, t: str, bind: Bind) -> str:
    audit = "" if Role.AUDITOR in stance.roles else f" AND NOT {t}.audit_only"
    return f"({_jurisdiction(stance, t, bind)}{audit} AND {_as_case()(stance, t, bind)})"


def _approval(stance: Stance, t: str, bind: Bind) -> str:
    """What waits for this person: pending, of a kind this role decides, at an office where it may, not own work."""
    if not stance.may(Permission.READ_APPROVALS):
        return NOTHING
    every = []
    if Role.RESPONSIBLE_PERSON in stance.roles:
        mine = bind.named("responsible_offices")
        every.append(f"({t}.kind = '{ApprovalKind.SIGN_OFF}' AND {t}.office_id = ANY({mine}))")
    if (Role.SECTION_OFFICER, True) in stance.grants:
        own = bind.named("own_units")
        every.append(f"({t}.kind = '{ApprovalKind.EXTENSION}' AND NOT {t}.office_id = ANY({own}))")
    if Role.CALLBACK_REVIEWER in stance.roles:
        every.append(f"({t}.kind = '{ApprovalKind.CALLBACK_REVIEW}')")
    barred = f"NOT {bind.named('actor_id')} = ANY({t}.barred_ids)"
    return f"({t}.decided_at IS NULL AND {barred} AND {_any(every)} AND {_as_case()(stance, t, bind)})"


SCOPES: dict[type[Table], Scope] = {
    models.Approval: _approval,
    models.Assignment: _as_case(),
    models.Callback: _as_case(),
    models.Case: _case,
    models.Category: _everybody,
    models.Deadline: _as_case(),
    models.DeadlinePolicy: _everybody,
    models.ExtensionRequest: _as_case(),
    models.HandlingResult: _as_case(),
    models.InspectionNote: _note,
    models.LedgerEntry: _entry,
    models.NoteInspector: _link("inspection_notes", "note_id"),
    models.Office: _office,
    models.Party: _as_case(),
    models.Person: _staff,
    models.Photo: _photo,
    models.Regime: _jurisdiction,
    models.Respondent: _as_case(),
    models.Round: _as_case(),
    models.ResultHandler: _link("handling_results", "result_id"),
    models.SignOff: _as_case(),
    models.SupervisionOrder: _as_case(),
}


def scope(model: type[Table], alias: str, bind: Bind) -> str:
    """SQL that is true of the rows the caller of this statement may see. No scope, no row."""
    return SCOPES[model](bind.stance, alias, bind) if model in SCOPES else NOTHING
