"""What people do to a case in the field, one entry a mutation: a laboratory's answer, and patrols after closure."""

from __future__ import annotations

from datetime import timedelta

from resolvers.rules.days import local_date
from resolvers.terms.statuses import CaseStatus
from tests.client import Data
from tests.matter import CLERKS, HANDLED
from tests.model import Rule, Try, of_lead, states, why

EVERY = frozenset(status.value for status in CaseStatus)
PATROLS = "planned: case { patrols { id status office { code } } }"


def rapid_tests(t: Try) -> Data:
    """As a rule one that finds nothing; now and then one that suspects, or none."""
    result = t.pick("NOT_DETECTED", "NOT_DETECTED", "SUSPECTED", None)
    test = {"item": "甲醛", "method": "试纸法", "kitBatch": "F-1", "result": result}
    return {"rapidTests": [test]} if result else {}


def tested(t: Try, payload: Data) -> None:
    for test in payload["inspectionNote"]["rapidTests"]:
        t.matter.subjects["rapidTest"] = test["id"]
        t.matter.untested |= {test["id"]} if test["result"] == "SUSPECTED" else set()


def answer(t: Try) -> Data:
    report = {"reportNumber": "SP-1", "result": t.pick("CONFORMING", "NON_CONFORMING"), "reportedAt": t.now.isoformat()}
    return {"laboratory": t.pick("市检验所", "市检验所", " "), **report}


def answered(t: Try, _payload: Data) -> None:
    """The next one to be answered, if there is one."""
    m = t.matter
    m.untested -= {m.subjects["rapidTest"]}
    m.subjects["rapidTest"] = min(m.untested, default=m.subjects["rapidTest"])


def days(t: Try) -> Data:
    today = local_date(t.now)
    chosen = t.pick([30], [0, 90], [30, 30], [-1], [])
    return {"dueOn": [str(today + timedelta(days=after)) for after in chosen], "reason": why(t.pick)}


def are_no_days(t: Try) -> bool:
    given = t.given["dueOn"]
    return not given or len(set(given)) < len(given) or min(given) < str(local_date(t.now))


def planned(t: Try, payload: Data) -> None:
    names = {code: name for name, code in t.city.codes.items()}
    last = [each for each in payload["planned"]["patrols"] if each["status"] == "PLANNED"][-1]
    t.matter.subjects["patrol"], t.matter.patrolled_by = last["id"], names[last["office"]["code"]]
    t.matter.is_patrol_planned = True


def cancelled(t: Try, _payload: Data) -> None:
    t.matter.is_patrol_planned = False


FIELD: dict[str, Rule] = {
    "addLabResult": Rule(
        roles="CLERK INSPECTOR",
        by=of_lead(CLERKS),
        often=8,
        given=answer,
        sources=states(EVERY),
        guards={
            "NOT_YOUR_OFFICE": lambda t: t.office not in t.matter.units,
            "INVALID_INPUT": lambda t: t.blank("laboratory"),
        },
        learn=answered,
        subject=("rapidTest", "RapidTest"),
        still=True,
    ),
    "planPatrols": Rule(
        roles="CLERK INSPECTOR RESPONSIBLE_PERSON",
        by=of_lead(CLERKS),
        often=8,
        given=days,
        sources=states(HANDLED),
        guards={
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "REASON_REQUIRED": lambda t: t.blank("reason"),
            "INVALID_INPUT": are_no_days,
        },
        learn=planned,
        shape=PATROLS,
    ),
    "cancelPatrol": Rule(
        roles="CLERK INSPECTOR RESPONSIBLE_PERSON",
        by=of_lead(CLERKS),
        often=30,
        given=lambda t: {"reason": why(t.pick)},
        sources=states(EVERY),
        guards={
            "NOT_YOUR_OFFICE": lambda t: t.office != t.matter.patrolled_by,
            "PATROL_NOT_PLANNED": lambda t: not t.matter.is_patrol_planned,
            "REASON_REQUIRED": lambda t: t.blank("reason"),
        },
        learn=cancelled,
        subject=("patrol", "Patrol"),
    ),
}
