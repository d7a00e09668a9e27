"""Which rows of a table a caller sees: one condition a table, in SQL over an alias, shared by every way to read.

A condition is shaped by the caller's stance alone and takes ids as bound values, so that callers who stand alike share
statements. A table without a scope has no rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from resolvers import models
from resolvers.doors.bind import Bind
from resolvers.models import Table
from resolvers.terms.actor import Stance
from resolvers.terms.kinds import ApprovalKind, ArticleStatus, CaseKind
from resolvers.terms.roles import CENTRE, PHOTO_VIEWERS, UNIT, Permission, Role
from resolvers.terms.statuses import HANDLED, CaseStatus

NOTHING = "false"
Rule = Callable[[Stance, str, Bind], str]


def _any(conditions: list[str]) -> str:
    return "(" + " OR ".join(conditions) + ")" if conditions else NOTHING


def _case(stance: Stance, t: str, bind: Bind) -> str:
    if not stance.may(Permission.READ_CASES):
        return NOTHING
    grants = [_case_of_grant(place, role, at_top, t, bind) for place, (role, at_top) in enumerate(stance.grants)]
    mine = bind.named("jurisdiction_id")
    # Whoever has an interest in a matter does not see it, whatever his roles (2.8).
    recused = f"{bind.named('actor_id')} = ANY({t}.recused_ids)"
    return (
        f"({t}.jurisdiction_id = {mine} AND NOT {recused} AND {_any([grant for grant in grants if grant != NOTHING])})"
    )


def _case_of_grant(place: int, role: Role, at_top: bool, t: str, bind: Bind) -> str:
    """What one role at one office sees: its subtree; of reports only what it has a part in (DEC-15)."""
    if role is Role.ODR_ENTERPRISE:
        # A complaint alone is ever routed; that no report is shown does not hang on it (DEC-15).
        return f"({t}.odr_office_id = ANY({bind.granted(place)}) AND {t}.kind = '{CaseKind.COMPLAINT}')"
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
        own_time = f"{t}.status IN ({called}) OR {t}.round > 1"
        return f"({within} AND ({no_report} OR {own_time} OR {_goes_on_in_one_called_back(t, called)}))"
    mine = f"{t}.registered_by = {bind.named('actor_id')}"
    if role is Role.AGENT:  # last night's recordings are called back by whoever is on duty (SY-6)
        mine = f"{mine} OR {t}.status = '{CaseStatus.VOICEMAIL_PENDING}'"
    return f"({within} AND ({no_report} OR {mine}))"


def _goes_on_in_one_called_back(t: str, called: str) -> str:
    """A merged case whose complainant is called with the case it goes on in."""
    return (
        f"{t}.status = 'MERGED' AND EXISTS (WITH RECURSIVE above AS ("
        f"SELECT y.id, y.merged_into_id, y.status, y.round FROM cases y WHERE y.id = {t}.merged_into_id"
        " UNION SELECT y.id, y.merged_into_id, y.status, y.round FROM cases y JOIN above ON y.id = above.merged_into_id)"
        f" SELECT 1 FROM above WHERE status IN ({called}) OR round > 1)"
    )


def _everybody(_stance: Stance, _t: str, _bind: Bind) -> str:
    return "true"


@dataclass(frozen=True, slots=True)
class Following:
    """In sight with the row that a column names, as far as a rule of its own allows."""

    parent: type[Table]
    column: str
    own: Rule = _everybody

    def __call__(self, stance: Stance, t: str, bind: Bind) -> str:
        own = self.own(stance, t, bind)
        if own == NOTHING:
            return NOTHING
        s = f"s{t}"
        seen = SCOPES[self.parent](stance, s, bind)
        return f"({own} AND EXISTS (SELECT 1 FROM {self.parent.table_name()} {s} WHERE {s}.id = {t}.{self.column} AND {seen}))"

    def beneath(self, stance: Stance, t: str, bind: Bind) -> str:
        """The same for rows found by this very column beneath a row in sight."""
        return self.own(stance, t, bind)


Scope: TypeAlias = Rule | Following


def _jurisdiction(_stance: Stance, t: str, bind: Bind) -> str:
    return f"{t}.jurisdiction_id = {bind.named('jurisdiction_id')}"


def _office(stance: Stance, t: str, bind: Bind) -> str:
    """The tree for those who may read it; without that, where one's own roles are held."""
    if stance.may(Permission.READ_OFFICES):
        return _jurisdiction(stance, t, bind)
    return f"{t}.id = ANY({bind.named('own_offices')})"


def _staff(stance: Stance, t: str, bind: Bind) -> str:
    return NOTHING if stance.is_third_party else _jurisdiction(stance, t, bind)


def _viewer(stance: Stance, _t: str, _bind: Bind) -> str:
    return "true" if stance.roles & PHOTO_VIEWERS else NOTHING


def _resembled(stance: Stance, t: str, bind: Bind) -> str:
    """Nothing is said of a photo's look-alike in a case out of sight."""
    e = f"e{t}"
    return (
        f"EXISTS (SELECT 1 FROM photos {e} WHERE {e}.id = {t}.earlier_id AND {SCOPES[models.Photo](stance, e, bind)})"
    )


def _insider(stance: Stance, _t: str, _bind: Bind) -> str:
    return NOTHING if stance.is_third_party else "true"


def _centre(stance: Stance, _t: str, _bind: Bind) -> str:
    """Whoever oversees: one of the triggers tells of another case, as a repeat does."""
    return "true" if stance.roles & CENTRE else NOTHING


def _entry(stance: Stance, t: str, bind: Bind) -> str:
    audit = "" if Role.AUDITOR in stance.roles else f" AND NOT {t}.audit_only"
    return f"{_jurisdiction(stance, t, bind)}{audit}"


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
        kinds = f"'{ApprovalKind.EXTENSION}', '{ApprovalKind.FILING}'"
        every.append(f"({t}.kind IN ({kinds}) AND NOT {t}.office_id = ANY({own}))")
    if Role.DISPATCHER in stance.roles:
        every.append(f"({t}.kind = '{ApprovalKind.RETURN}' AND NOT {t}.office_id = ANY({bind.named('own_units')}))")
    if (Role.LEADER, True) in stance.grants:
        every.append(f"({t}.kind = '{ApprovalKind.DISPUTE}' AND NOT {t}.office_id = ANY({bind.named('own_units')}))")
    if (Role.DUTY_LEADER, True) in stance.grants:
        kinds = f"'{ApprovalKind.EXTENSION}', '{ApprovalKind.FILING}', '{ApprovalKind.RETURN}'"
        own = bind.named("own_units")
        every.append(f"({t}.kind IN ({kinds}) AND {t}.escalated_at IS NOT NULL AND NOT {t}.office_id = ANY({own}))")
    if Role.CALLBACK_REVIEWER in stance.roles:
        every.append(f"({t}.kind = '{ApprovalKind.CALLBACK_REVIEW}')")
    barred = f"NOT {bind.named('actor_id')} = ANY({t}.barred_ids)"
    return f"{t}.decided_at IS NULL AND {barred} AND {_any(every)}"


def _task(stance: Stance, t: str, bind: Bind) -> str:
    """What the caller's own units have to visit."""
    return f"{t}.office_id = ANY({bind.named('field_offices')})" if stance.may(Permission.READ_TASKS) else NOTHING


def _odr(stance: Stance, t: str, bind: Bind) -> str:
    return _jurisdiction(stance, t, bind) if stance.may(Permission.READ_ODR_ENTERPRISES) else NOTHING


def _article(stance: Stance, t: str, bind: Bind) -> str:
    """What was approved for everybody who may search; besides, what else there is of the own office."""
    if not stance.may(Permission.READ_KNOWLEDGE):
        return NOTHING
    mine = _jurisdiction(stance, t, bind)
    if (Role.LEADER, True) in stance.grants:
        return mine
    if stance.is_third_party:
        return f"({mine} AND {t}.status = '{ArticleStatus.APPROVED}')"
    own = f"{t}.office_id = ANY({bind.named('own_offices')})"
    return f"({mine} AND ({t}.status = '{ArticleStatus.APPROVED}' OR {own}))"


def _calendar(stance: Stance, _t: str, _bind: Bind) -> str:
    return "true" if stance.may(Permission.READ_CALENDAR) else NOTHING


_AS_CASE = Following(models.Case, "case_id")
_OF_STAFF = Following(models.Case, "case_id", own=_insider)
_OF_NOTE = Following(models.InspectionNote, "note_id", own=_insider)
SCOPES: dict[type[Table], Scope] = {
    models.Approval: Following(models.Case, "case_id", own=_approval),
    models.Assignment: _AS_CASE,
    models.CalendarAmendment: _calendar,
    models.CalendarDay: _calendar,
    models.Callback: _AS_CASE,
    models.Case: _case,
    models.Category: _everybody,
    models.Deadline: _AS_CASE,
    models.DeadlinePolicy: _everybody,
    models.Dispute: _AS_CASE,
    models.ExtensionRequest: _AS_CASE,
    models.HandlingResult: _AS_CASE,
    models.InspectionNote: _AS_CASE,
    models.LedgerEntry: Following(models.Case, "case_id", own=_entry),
    models.FilingReport: _OF_STAFF,
    models.Instruction: _OF_STAFF,
    models.Meeting: _OF_STAFF,
    models.NonAcceptance: _AS_CASE,
    models.Notice: _OF_STAFF,
    models.OdrEnterprise: _odr,
    models.OdrRouting: _AS_CASE,
    models.Pause: _AS_CASE,
    models.Reminder: _OF_STAFF,
    models.Reopening: _OF_STAFF,
    models.NoteInspector: Following(models.InspectionNote, "note_id", own=_insider),
    models.Office: _office,
    models.Party: _AS_CASE,
    models.Person: _staff,
    models.CheckItem: _OF_NOTE,
    models.CheckList: _insider,
    models.KnowledgeArticle: _article,
    models.LabTest: _OF_NOTE,
    models.Measure: _OF_NOTE,
    models.Patrol: _OF_STAFF,
    models.Photo: Following(models.InspectionNote, "note_id", own=_viewer),
    models.PhotoLikeness: Following(models.Photo, "photo_id", own=_resembled),
    models.RapidTest: _OF_NOTE,
    models.Rectification: _OF_STAFF,
    models.Sample: _OF_NOTE,
    models.Recusal: _OF_STAFF,
    models.Regime: _jurisdiction,
    models.Respondent: _AS_CASE,
    models.ReturnRequest: _AS_CASE,
    models.Round: _AS_CASE,
    models.ResultHandler: Following(models.HandlingResult, "result_id", own=_insider),
    models.SignOff: _AS_CASE,
    models.SupervisionOrder: _AS_CASE,
    models.SupervisionSuggestion: Following(models.Case, "case_id", own=_centre),
    models.Task: Following(models.Case, "case_id", own=_task),
    models.Termination: _AS_CASE,
    models.TransferOut: _AS_CASE,
    models.VoicemailCall: _OF_STAFF,
    models.Voiding: _OF_STAFF,
}


def scope(model: type[Table], alias: str, bind: Bind) -> str:
    """SQL that is true of the rows the caller of this statement may see. No scope, no row."""
    return SCOPES[model](bind.stance, alias, bind) if model in SCOPES else NOTHING


def beneath(model: type[Table], alias: str, parent: type[Table], column: str | None, bind: Bind) -> str:
    """The same for rows that were found by a column beneath a row in sight: nothing is asked twice."""
    rule = SCOPES.get(model)
    if isinstance(rule, Following) and (rule.parent, rule.column) == (parent, column):
        return rule.beneath(bind.stance, alias, bind)
    return scope(model, alias, bind)


def alongside(model: type[Table], alias: str, parent: type[Table], parent_alias: str, bind: Bind) -> str:
    """The same for a row that a row in sight names: most often the two belong together, and then nothing more is asked."""
    rule = SCOPES.get(model)
    whole = scope(model, alias, bind)
    if not isinstance(rule, Following) or rule.parent is not parent or whole == NOTHING:
        return whole
    return f"({rule.beneath(bind.stance, alias, bind)} AND {alias}.{rule.column} = {parent_alias}.id OR {whole})"
