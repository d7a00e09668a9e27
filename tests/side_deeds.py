"""What people do to a case beside the main line, one entry a mutation: what takes two cases, an enterprise or a recording,
and what is said about one.
"""

from __future__ import annotations

from datetime import timedelta

from resolvers.terms.statuses import Action, CaseStatus
from schema.grammar import ids
from tests.client import Data
from tests.matter import CLERKS, FACTS, OPEN, SUPERVISORS, UNIT, Matter, after, received
from tests.model import NO_REASON, REASON, Rule, Try, always, of_lead, states, to, where, why
from tests.world import PEOPLE

EVERY = frozenset(status.value for status in CaseStatus)
SPOKEN_OF = EVERY - {"VOID", "MERGED"}
OF_INTEREST = timedelta(days=90)  # how long a closed case may still be merged into


# --- two cases


def is_a_target(t: Try, into: Matter) -> bool:
    """Another of the same kind, open, to be called back, or closed lately."""
    if into is t.matter or into.kind != t.matter.kind or into.status in ("VOID", "MERGED"):
        return False
    fresh = into.status in OPEN | {"CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW"}
    return fresh or (into.closed_at is not None and t.now - into.closed_at <= OF_INTEREST)


def merged_with(t: Try) -> Data:
    good = [other for other in t.others if is_a_target(t, other)]
    found = t.pick(*good, *good, *t.others, t.matter, None)
    return {"targetCaseId": found and found.id}


def target(t: Try) -> Matter | None:
    return next((each for each in (*t.others, t.matter) if each.id == t.given["targetCaseId"]), None)


def merges_into_nothing(t: Try) -> bool:
    into = target(t)
    return into is None or not is_a_target(t, into)


def merges_in_a_circle(t: Try) -> bool:
    into = target(t)
    return into is not None and into is not t.matter and t.matter in into.chain


def target_is_out_of_sight(t: Try) -> bool:
    into = target(t)
    return into is not None and not t.sees(into)


def merged(t: Try, _payload: Data) -> None:
    m, into = t.matter, target(t)
    assert into
    m.into, m.lead, m.co, m.acknowledged = into, None, (), frozenset()
    m.end_early()
    into.version += 1
    into.off += m.off
    t.touched.append(into)


def split_off(t: Try) -> Data:
    other = "COMPLAINT" if t.matter.kind == "REPORT" else "REPORT"
    told = {"newTitle": t.pick("出售过期口罩", " "), "newDescription": FACTS}
    return {"kind": t.pick(other, other, t.matter.kind), **told}


def split(t: Try, payload: Data) -> None:
    m = t.matter
    known = {"registrar": m.registrar, "is_enrolled": m.is_enrolled, "tags": m.tags}
    off = sorted({*m.off})  # each is told of again
    known |= {"off": off, "version": 1 + len(off)}
    t.touched.append(received(payload["split"], t.given["kind"], m.received_at, **known))


# --- with an enterprise


def routed(t: Try, _payload: Data) -> None:
    t.matter.enterprise, t.matter.odr_due = True, after(t.now, 10)


def declined(t: Try, _payload: Data) -> None:
    t.matter.come_back(t.now)


# --- a recording


def called_up(t: Try, _payload: Data) -> None:
    t.matter.called_up = True


def registered(t: Try, _payload: Data) -> None:
    t.matter.registrar = t.who


# --- who is off it


def taken_off(t: Try) -> Data:
    mine = "caller" if t.role == "DISPATCHER" else None  # without one a case is stuck
    who = t.pick("stall_clerk", "stall_clerk", "inspector2", "clerk", "west_responsible", mine)
    return {"personId": who and ids.encode("Person", t.city.persons[who]), "reason": why(t.pick)}


def whom(t: Try) -> str:
    names = {ids.encode("Person", key): name for name, key in t.city.persons.items()}
    return names.get(t.given["personId"], t.who)


def does_not_answer_for_him(t: Try) -> bool:
    """A dispatcher answers for anybody, a responsible person for whoever is of his unit that has the case."""
    role, office = PEOPLE[whom(t)]
    own = (
        t.role == "RESPONSIBLE_PERSON"
        and t.office in t.matter.units
        and (role.value in UNIT, office) == (True, t.office)
    )
    return whom(t) != t.who and t.role != "DISPATCHER" and not own


def recused(t: Try, payload: Data) -> None:
    t.matter.off.append(whom(t))
    if payload["recusal"]:  # of his own he is not shown any
        t.matter.subjects["recusal"], t.matter.more["off"] = payload["recusal"]["id"], whom(t)


def unrecused(t: Try, _payload: Data) -> None:
    t.matter.chain[-1].off.remove(t.matter.more.pop("off"))


# --- said about it


def supervised(t: Try, payload: Data) -> None:
    t.matter.subjects["supervision"], t.matter.ordered = payload["supervision"]["id"], True


def sat_together(t: Try) -> Data:
    both = [t.city.codes["east"], t.city.codes["west"]]
    return {"heldAt": t.now.isoformat(), "officeCodes": t.pick(both, both, both[:1]), "minutes": "由东县牵头。"}


def answered(t: Try, _payload: Data) -> None:
    t.matter.ordered = False


def tagged(t: Try, _payload: Data) -> None:
    t.matter.tags |= {*t.given["tags"]}


def more_tags(t: Try) -> Data:
    return {"tags": t.pick([f"第{t.matter.version}批"], [f"第{t.matter.version}批", "口罩"], [*sorted(t.matter.tags)])}


SIDE: dict[str, Rule] = {
    "mergeCase": Rule(
        roles="DISPATCHER",
        by=always("dispatcher"),
        often=3,
        given=merged_with,
        sources=where(Action.MERGE),
        to=to(Action.MERGE),
        guards={
            "NOT_FOUND": target_is_out_of_sight,
            "DUPLICATE_TARGET_REQUIRED": merges_into_nothing,
            "DUPLICATE_CYCLE": merges_in_a_circle,
        },
        learn=merged,
    ),
    "splitCase": Rule(
        roles="AGENT DISPATCHER",
        by=lambda matter: matter.registrar,
        often=3,
        given=split_off,
        sources=states(["RECORDED", "PENDING_DISPATCH"]),
        guards={
            "NOT_PERMITTED": lambda t: t.role == "AGENT" and t.who != t.matter.registrar,
            "SPLIT_KIND_REQUIRED": lambda t: {t.given["kind"], t.matter.kind} != {"COMPLAINT", "REPORT"},
            "INVALID_INPUT": lambda t: t.blank("newTitle"),
        },
        learn=split,
        shape="split { id number }",
    ),
    "routeToOdr": Rule(
        roles="DISPATCHER",
        by=always("dispatcher"),
        often=20,
        given=lambda t: {"complainantConsents": t.pick(True, True, False)},
        sources=where(Action.ROUTE_TO_ODR),
        to=to(Action.ROUTE_TO_ODR),
        guards={
            "ODR_NOT_ALLOWED_FOR_REPORT": lambda t: t.matter.kind != "COMPLAINT",
            "ODR_ENTERPRISE_NOT_ENROLLED": lambda t: not t.matter.is_enrolled,
            "ODR_CONSENT_REQUIRED": lambda t: not t.given["complainantConsents"],
        },
        learn=routed,
    ),
    "settleOdr": Rule(
        roles="ODR_ENTERPRISE",
        by=always("enterprise"),
        often=2,  # now and then its time runs out
        given=lambda t: {"settlement": t.pick("已退款。", " "), "amount": t.pick("100.00", None, "-1")},
        sources=where(Action.SETTLE_ODR),
        to=to(Action.SETTLE_ODR),
        guards={"INVALID_INPUT": lambda t: t.blank("settlement") or t.given["amount"] == "-1"},
    ),
    "declineOdr": Rule(
        roles="ODR_ENTERPRISE",
        by=always("enterprise"),
        often=2,
        given=lambda t: {"reason": why(t.pick)},
        sources=where(Action.RETURN_FROM_ODR),
        to=to(Action.RETURN_FROM_ODR),
        guards={"REASON_REQUIRED": lambda t: t.blank("reason")},
        learn=declined,
    ),
    "callVoicemail": Rule(
        roles="AGENT",
        by=always("agent"),
        given=lambda t: {"reached": t.pick(True, False)},
        sources=states(["VOICEMAIL_PENDING"]),
        learn=called_up,
    ),
    "registerVoicemail": Rule(
        roles="AGENT",
        by=always("agent"),
        given=lambda t: {"title": t.pick("口罩涨价", "口罩涨价", " "), "description": FACTS},
        sources=where(Action.REGISTER_VOICEMAIL),
        to=to(Action.REGISTER_VOICEMAIL),
        guards={
            "VOICEMAIL_NOT_CALLED": lambda t: not t.matter.called_up,
            "INVALID_INPUT": lambda t: t.blank("title"),
        },
        learn=registered,
    ),
    "superviseCase": Rule(
        roles=SUPERVISORS,
        by=always("supervisor"),
        often=1,
        given=lambda t: {"reason": t.pick(REASON, REASON, NO_REASON), "kind": t.pick("NORMAL", "LISTED", "INTERVIEW")},
        sources=states(SPOKEN_OF),
        guards={"REASON_REQUIRED": lambda t: t.blank("reason")},
        learn=supervised,
        shape="supervision { id }",
    ),
    "declareRecusal": Rule(
        roles="DISPATCHER ADVISER CLERK INSPECTOR RESPONSIBLE_PERSON",
        by=always("dispatcher"),
        often=1,
        given=taken_off,
        sources=states(SPOKEN_OF),
        guards={
            "NOT_PERMITTED": does_not_answer_for_him,
            "INVALID_INPUT": lambda t: whom(t) in t.matter.off,
            "REASON_REQUIRED": lambda t: t.blank("reason"),
        },
        learn=recused,
        shape="recusal { id }",
    ),
    "liftRecusal": Rule(
        roles="DISPATCHER",
        by=always("dispatcher"),
        often=3,
        given=lambda t: {"reason": why(t.pick)},
        sources=states(EVERY),
        guards={
            "INVALID_INPUT": lambda t: "off" not in t.matter.more,
            "REASON_REQUIRED": lambda t: t.blank("reason"),
        },
        learn=unrecused,
        subject=("recusal", "Recusal"),
    ),
    "instructCase": Rule(
        roles="LEADER",
        by=always("leader"),
        often=1,
        given=lambda t: {"text": t.pick("请尽快办结。", " ")},
        sources=states(SPOKEN_OF),
        guards={"INVALID_INPUT": lambda t: t.blank("text")},
    ),
    "recordMeeting": Rule(
        roles=SUPERVISORS,
        by=always("supervisor"),
        often=1,
        given=sat_together,
        sources=states(SPOKEN_OF),
        guards={"INVALID_INPUT": lambda t: len(t.given["officeCodes"]) == 1},
    ),
    "answerSupervision": Rule(
        roles="CLERK RESPONSIBLE_PERSON",
        by=of_lead(CLERKS),
        often=3,
        given=lambda t: {"answer": t.pick("已约谈商家。", " ")},
        sources=states(EVERY),
        guards={
            "NOT_YOUR_OFFICE": lambda t: not t.leads,
            "SUPERVISION_ALREADY_ANSWERED": lambda t: not t.matter.ordered,
            "INVALID_INPUT": lambda t: t.blank("answer"),
        },
        learn=answered,
        subject=("supervision", "SupervisionOrder"),
    ),
    "tagCase": Rule(
        roles="AGENT DISPATCHER",
        by=always("dispatcher"),
        often=1,
        given=more_tags,
        sources=states(OPEN),
        guards={"INVALID_INPUT": lambda t: {*t.given["tags"]} <= t.matter.tags},
        learn=tagged,
    ),
}
