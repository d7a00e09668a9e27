"""Everything that people do to a case, one entry a mutation: what a random walk through the API may try.

A new mutation is one entry more (and, where it leads to a state of its own, a road more in `hard/test_any_two.py`): who
may, whose work it is, its input, the states it starts from and leads to, each reason to refuse it by its code, and what
the model has to remember in `Matter`; `Try.others` are more cases for what takes two. The main line stands here, the
rest in `turns.py`, `side_deeds.py` and `field_deeds.py`; the first option that `pick` has is always a good one.
"""

from __future__ import annotations

from resolvers.rules.days import local_date
from resolvers.rules.transitions import TABLE
from resolvers.terms.statuses import Action, CaseStatus
from tests.client import Data
from tests.field_deeds import FIELD, rapid_tests, tested
from tests.matter import BESIDE, CLERKS, INSPECTORS, RESPONSIBLE, Matter, after
from tests.model import NO_REASON, REASON, Rule, Try, always, decision, of_lead, states, to, where
from tests.side_deeds import SIDE
from tests.turns import TURNS

ATTEMPTS = 3  # days on which nobody answered, before the record goes on without a level
CO_WORKS = frozenset({"DISPATCHED", "IN_PROGRESS"})


# --- at the centre


def dispatch(t: Try) -> Data:
    lead = t.pick("east", "east", "west", None)
    other = "west" if lead == "east" else "east"
    co = t.pick((), (), (other,))
    return {"leadOfficeCode": lead and t.city.codes[lead], "coOfficeCodes": [t.city.codes[name] for name in co]}


def leaves_nobody(t: Try) -> bool:
    """Each unit has one clerk and one to sign for it."""
    named = {t.given["leadOfficeCode"], *t.given["coOfficeCodes"]}
    units = [unit for unit in ("east", "west") if t.city.codes[unit] in named]
    return any(who in t.matter.off for unit in units for who in (CLERKS[unit], RESPONSIBLE[unit]))


def dispatched(t: Try, _payload: Data) -> None:
    names = {code: name for name, code in t.city.codes.items()}
    m = t.matter
    m.lead = names[t.given["leadOfficeCode"]]
    m.co = tuple(names[code] for code in t.given["coOfficeCodes"])
    m.ever |= {*m.units}
    m.acknowledged = frozenset()
    m.dispatched_at = t.now


def back_or_left(t: Try) -> Data:
    """As often one as the other."""
    first, then = ("REJECT", "APPROVE") if t.matter.version % 2 else ("APPROVE", "REJECT")
    return {"decision": t.pick(first, first, then), "reason": t.pick(REASON, REASON, NO_REASON, None)}


def taken_back_or_left(t: Try, _payload: Data) -> None:
    m = t.matter
    m.settle("returnRequest")
    if t.approves():
        m.lead, m.co, m.acknowledged, m.refused = None, (), frozenset(), None
        return
    assert m.lead
    m.refused = m.lead
    m.adjudicated |= {m.lead}
    m.acknowledged |= {m.lead}


# --- in the unit


def is_acknowledged(t: Try) -> bool:
    return t.office in t.matter.acknowledged


def acknowledged(t: Try, _payload: Data) -> None:
    t.matter.acknowledged |= {t.office}


def sign_for_sources(t: Try) -> frozenset[str]:
    if is_acknowledged(t):
        return frozenset()
    return CO_WORKS if t.is_co else frozenset({"DISPATCHED"})


def inspect(t: Try) -> Data:
    unit = "west" if t.office == "west" else "east"
    both = [t.city.login(INSPECTORS[unit]), t.city.login(f"{INSPECTORS[unit]}2")]
    seen = {"capturedAt": t.now.isoformat(), "findings": t.pick("合同与收据已核实。", " ")}
    return {**seen, "inspectors": t.pick(both, both, both, both[:1]), **rapid_tests(t)}


def inspected(t: Try, payload: Data) -> None:
    t.matter.inspected = True
    tested(t, payload)


def result(t: Try) -> Data:
    unit = t.office if t.office in ("east", "west") else "east"
    t.matter.more["handler"] = who = t.pick(INSPECTORS[unit], INSPECTORS[unit], INSPECTORS[unit], RESPONSIBLE[unit])
    told = {"department": t.pick("消保科", "消保科", "消保科", None), "outcome": "MEDIATED", "reply": "已退还余额。"}
    override = {"coHandlerOverrideReason": t.pick("不涉及协办事项", None, None)}
    return {**told, **override, "handlers": t.pick(*([[t.city.login(who)]] * 3), [])}


def names_one_who_is_off(t: Try, field: str) -> bool:
    return any(t.city.login(who) in t.given[field] for who in t.matter.chain[-1].off)


def handed_in(t: Try, _payload: Data) -> None:
    m = t.matter
    m.handlers |= {m.more["handler"]}
    if t.leads:
        m.submitted = True
    else:
        m.reported |= {t.office}


def more_time(t: Try) -> Data:
    return {"workingDays": t.pick(2, 5, 29, 31), "reason": t.pick(REASON, REASON, NO_REASON)}


def asked_for_time(t: Try, payload: Data) -> None:
    t.matter.subjects["extension"], t.matter.extending = payload["extension"]["id"], t.matter.lead
    t.matter.ask("extension", t.matter.due_at)
    t.matter.more["days"] = t.given["workingDays"]


def decided_on_time(t: Try, _payload: Data) -> None:
    m = t.matter
    m.settle("extension")
    if t.approves():
        m.extended = m.forgiven = True
        m.closing.due = m.closing.extended(m.more["days"], m.pauses)
        m.closing.granted = t.now, m.more["days"]


def passes_the_law(t: Try) -> bool:
    limit, days = t.matter.outer_limit, t.given["workingDays"]
    return limit is not None and t.matter.closing.extended(days, t.matter.pauses) > limit


def asked_to_return(t: Try, payload: Data) -> None:
    t.matter.subjects["returnRequest"] = payload["returnRequest"]["id"]
    t.matter.ask("returnRequest", t.now)
    t.matter.returning = t.matter.lead


def window_closed(t: Try) -> bool:
    since = t.matter.dispatched_at
    return t.matter.lead is None or since is None or t.now > after(since, 1)


# --- the callback


def called(t: Try) -> Data:
    outcome = t.pick("REACHED", "REACHED", "REACHED", "DECLINED", "UNREACHABLE", "UNREACHABLE")
    level = t.pick("SATISFIED", "NEUTRAL", "DISSATISFIED", "DISSATISFIED", None)
    return {"outcome": outcome, "level": level if outcome == "REACHED" or t.pick(False, False, True) else None}


def completes(t: Try) -> bool:
    """Reached or declined, or nobody there on the third day."""
    days = t.matter.called_on | {local_date(t.now)}
    return t.given["outcome"] != "UNREACHABLE" or len(days) >= ATTEMPTS


def called_back(t: Try, payload: Data) -> None:
    m = t.matter
    m.subjects["callback"] = payload["callback"]["id"]
    m.callback_waits = m.called = completes(t)
    m.level, m.called_on = t.given["level"], m.called_on | {local_date(t.now)}


def may_be_called(t: Try) -> frozenset[str]:
    beside = BESIDE if t.matter.is_to_be_called else frozenset()
    return where(Action.RECORD_CALLBACK)(t) | beside


def after_call(t: Try) -> str:
    moves = completes(t) and t.matter.status not in BESIDE
    return TABLE[Action.RECORD_CALLBACK][1].value if moves else t.matter.status


def after_review(t: Try) -> str:
    if t.matter.status in BESIDE:
        return t.matter.status
    if not t.approves():
        return TABLE[Action.CALL_AGAIN][1].value
    again = Action.REHANDLE if t.matter.lead else Action.REHANDLE_AT_CENTRE
    return TABLE[again if t.matter.level == "DISSATISFIED" else Action.ARCHIVE][1].value


def reviewed(t: Try, _payload: Data) -> None:
    t.matter.callback_waits = False
    t.matter.called = t.approves()
    if t.matter.status in ("IN_PROGRESS", "PENDING_DISPATCH"):
        t.matter.begin_round(t.now)


def on_a_callback(t: Try) -> frozenset[str]:
    return BESIDE | {"CALLBACK_REVIEW"} if t.matter.callback_waits else frozenset()


def lead_clerk(matter: Matter) -> str:
    waiting = [unit for unit in matter.units if unit not in matter.acknowledged]
    return CLERKS[waiting[0] if waiting else matter.lead]


def reporting(matter: Matter) -> str:
    """Now a co-handler that has not reported, now the lead, who may say why it does not wait."""
    silent = [unit for unit in matter.co if unit not in matter.reported]
    return CLERKS[silent[0] if silent and matter.version % 2 else matter.lead]


RULES: dict[str, Rule] = {
    "dispatchCase": Rule(
        roles="DISPATCHER",
        by=always("dispatcher"),
        given=dispatch,
        sources=where(Action.DISPATCH),
        to=to(Action.DISPATCH),
        guards={
            "LEAD_REQUIRED": lambda t: t.given["leadOfficeCode"] is None,
            "RECUSAL_LEAVES_NOBODY": leaves_nobody,
        },
        learn=dispatched,
    ),
    "signForCase": Rule(
        roles="CLERK",
        by=lead_clerk,
        given=lambda _try: {},
        sources=sign_for_sources,
        to=lambda t: t.matter.status if t.is_co else TABLE[Action.SIGN_FOR][1].value,
        guards={"NOT_YOUR_OFFICE": lambda t: t.office not in t.matter.units},
        learn=acknowledged,
    ),
    "submitResult": Rule(
        roles="CLERK INSPECTOR",
        by=reporting,
        given=result,
        sources=where(Action.SUBMIT_RESULT),
        to=lambda t: TABLE[Action.SUBMIT_RESULT][1].value if t.leads else t.matter.status,
        guards={
            "NOT_YOUR_OFFICE": lambda t: t.office not in t.matter.units,
            "REPORT_NOT_INSPECTED": lambda t: t.leads and t.uninspected(),
            "LAB_TEST_PENDING": lambda t: t.leads and bool(t.matter.untested),
            "APPROVAL_PENDING": lambda t: t.leads and t.matter.is_undecided,
            "CO_HANDLER_PENDING": lambda t: (
                t.leads and bool({*t.matter.co} - t.matter.reported) and t.blank("coHandlerOverrideReason")
            ),
            "RECUSED": lambda t: names_one_who_is_off(t, "handlers"),
            "SIGN_OFF_FIELDS_MISSING": lambda t: t.blank("department") or not t.given["handlers"],
        },
        learn=handed_in,
    ),
    "signOff": Rule(
        roles="RESPONSIBLE_PERSON",
        by=of_lead(RESPONSIBLE),
        given=decision,
        sources=where(Action.SIGN_OFF),
        to=lambda t: TABLE[Action.SIGN_OFF if t.approves() else Action.SEND_BACK][1].value,
        guards={
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "SELF_APPROVAL_FORBIDDEN": lambda t: t.who in t.matter.handlers,
            "REASON_REQUIRED": Try.rejects_silently,
        },
    ),
    "recordCallback": Rule(
        roles="CALLBACK_OFFICER",
        by=always("caller"),
        given=called,
        sources=may_be_called,
        to=after_call,
        guards={
            "CALLBACK_BY_HANDLING_UNIT": lambda t: t.office in t.matter.units,
            "LEVEL_REQUIRED": lambda t: (t.given["outcome"] == "REACHED") != (t.given["level"] is not None),
        },
        learn=called_back,
        shape="callback { id }",
    ),
    "reviewCallback": Rule(
        roles="CALLBACK_REVIEWER",
        by=always("reviewer"),
        given=decision,
        sources=on_a_callback,
        to=after_review,
        guards={"REASON_REQUIRED": Try.rejects_silently},
        learn=reviewed,
        subject=("callback", "Callback"),
    ),
    "requestReturn": Rule(
        roles="CLERK",
        by=of_lead(CLERKS),
        given=lambda t: {"reason": t.pick(REASON, REASON, NO_REASON)},
        sources=lambda t: frozenset() if t.matter.submitted else where(Action.REQUEST_RETURN)(t),
        to=to(Action.REQUEST_RETURN),
        guards={
            "REASON_REQUIRED": lambda t: t.blank("reason"),
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "RETURN_FORBIDDEN_AFTER_ADJUDICATION": lambda t: t.matter.lead in t.matter.adjudicated,
            "APPROVAL_PENDING": lambda t: t.matter.is_undecided,
            "RETURN_WINDOW_CLOSED": window_closed,
        },
        learn=asked_to_return,
        shape="returnRequest { id }",
    ),
    "decideReturn": Rule(
        roles="DISPATCHER DUTY_LEADER",
        by=always("dispatcher"),
        given=back_or_left,
        sources=lambda t: where(Action.TAKE_BACK)(t) if "returnRequest" in t.matter.asked else frozenset(),
        to=lambda t: TABLE[Action.TAKE_BACK if t.approves() else Action.LEAVE_WITH_UNIT][1].value,
        guards={
            "NOT_PERMITTED": lambda t: t.is_too_early("returnRequest"),
            "SELF_APPROVAL_FORBIDDEN": lambda t: t.office == t.matter.returning,
            "REASON_REQUIRED": Try.rejects_silently,
        },
        learn=taken_back_or_left,
        subject=("returnRequest", "ReturnRequest"),
    ),
    "requestExtension": Rule(
        roles="CLERK",
        by=of_lead(CLERKS),
        given=more_time,
        sources=states(CO_WORKS),
        guards={
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "REASON_REQUIRED": lambda t: t.blank("reason"),
            "INVALID_INPUT": lambda t: t.given["workingDays"] > 30,
            "EXTENSION_AFTER_DUE": lambda t: t.now >= t.matter.due_at,
            "APPROVAL_PENDING": lambda t: t.matter.is_undecided,
            "EXTENSION_LIMIT_REACHED": lambda t: t.matter.extended,
            "EXTENSION_EXCEEDS_STATUTORY": passes_the_law,
        },
        learn=asked_for_time,
        shape="extension { id }",
    ),
    "decideExtension": Rule(
        roles="SECTION_OFFICER DUTY_LEADER",
        by=always("section"),
        given=decision,
        sources=lambda t: frozenset({t.matter.status}) if "extension" in t.matter.asked else frozenset(),
        guards={
            "NOT_PERMITTED": lambda t: t.is_too_early("extension"),
            "REASON_REQUIRED": Try.rejects_silently,
        },
        learn=decided_on_time,
        subject=("extension", "ExtensionRequest"),
        only_at_the_top=True,
    ),
    "addInspectionNote": Rule(
        roles="INSPECTOR",
        by=of_lead(INSPECTORS),
        often=3,
        given=inspect,
        sources=states(status.value for status in CaseStatus),
        guards={
            "NOT_YOUR_OFFICE": lambda t: t.office not in t.matter.units,
            "INSPECTORS_REQUIRED": lambda t: len(t.given["inspectors"]) == 1,
            "RECUSED": lambda t: names_one_who_is_off(t, "inspectors"),
            "INVALID_INPUT": lambda t: t.blank("findings"),
        },
        learn=inspected,
        shape="inspectionNote { rapidTests { id result } }",
        still=True,
    ),
    **FIELD,
    **TURNS,
    **SIDE,
}
