"""Everybody: somebody in every role at every office of a city, and cases with everything that can hang on a case."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from resolvers import login as logins
from resolvers.doors import db, suggestions
from resolvers.models import Application, Deadline, Person, Reminder, RoleGrant, Token
from resolvers.terms.roles import HOLDINGS, Role
from schema.grammar import ids
from tests import disputes, field
from tests.client import Data
from tests.photographs import phone
from tests.pictures import declaration, picture, put, submit_report
from tests.world import LONG_AGO, City, change

PLACES = (
    "top",
    "east",
    "west",
    "stall",
)  # the city bureau, the unit that handles, another unit, an office below the first
PEOPLE = [role for role in Role if role is not Role.INTEGRATOR]
NAME, PHONE, ADDRESS = "欧阳小明", "14012345678", "云溪市东县某路1号"
TITLE, WORDS = f"{NAME}反映口罩涨价", f"我是{NAME}, 电话 {PHONE}, 药店的口罩一天涨了三次价。"
MATTER: Data = {
    "title": TITLE,
    "description": WORDS,
    "categoryCode": "010101",
    "tags": ["口罩"],
    "place": {"text": "人民路药店", "latitude": 46.8, "longitude": 130.3},
    "party": {"name": NAME, "phone": PHONE, "address": ADDRESS},
    "respondent": {"name": "某大药房", "uscc": "91110000600037341L", "address": "人民路2号"},
}
MATTERS: dict[str, Data] = {
    "complaint": {"kind": "COMPLAINT", **MATTER},
    "confidential": {"kind": "COMPLAINT", **MATTER, "party": {**MATTER["party"], "wantsConfidentiality": True}},
    "report": {"kind": "REPORT", **MATTER},
}


def named(role: Role, place: str) -> str:
    """How `city.as_` knows whoever has this role there."""
    return f"{role.value}@{place}"


@db.atomic
async def hire(city: City) -> None:
    """Somebody in every role at every office, and one application more, at `east`."""
    posts = [(role, place) for role in PEOPLE for place in PLACES]
    people = [_person(city, role, place) for role, place in posts]
    await Person.bulk_create(people)
    application = await Application.create(
        login=city.login(named(Role.INTEGRATOR, "east")),
        name="第三方",
        jurisdiction_id=city.jurisdiction_id,
        scopes=sorted(HOLDINGS[Role.INTEGRATOR]),
    )
    grants = [
        _grant(city, role, place, person_id=person.id) for (role, place), person in zip(posts, people, strict=True)
    ]
    await RoleGrant.bulk_create([*grants, _grant(city, Role.INTEGRATOR, "east", application_id=application.id)])
    tokens = [_token(city, named(*post), person_id=person.id) for post, person in zip(posts, people, strict=True)]
    tokens.append(_token(city, named(Role.INTEGRATOR, "east"), application_id=application.id))
    await Token.bulk_create(tokens)


def _person(city: City, role: Role, place: str) -> Person:
    who = named(role, place)
    person = Person(
        login=city.login(who), name=who, jurisdiction_id=city.jurisdiction_id, office_id=city.offices[place]
    )
    city.persons[who] = person.id
    return person


def _grant(city: City, role: Role, place: str, **holder: Any) -> RoleGrant:
    return RoleGrant(role=role, office_id=city.offices[place], valid_from=LONG_AGO, **holder)


def _token(city: City, who: str, **holder: Any) -> Token:
    city.tokens[who] = secrets.token_urlsafe(32)
    return Token(digest=logins.digest(city.tokens[who]), issued_at=LONG_AGO, **holder)


async def in_progress(city: City, matter: Data, *, working_days: int = 2) -> Data:
    """Led by `east` after a return was refused, extended once, supervised, inspected with one photo that came and one that did not,
    suspended and resumed, and reported under seal in vain; two of another unit have nothing to do with it.
    """
    case = await adjudicated(city, await city.sign_for(await city.dispatch(await city.receive(**matter))))
    shape = "case { id version } extension { id }"
    asked = await city.as_("clerk").done(
        "requestExtension", shape, **change(case), workingDays=working_days, reason="待检测结果"
    )
    decision = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    decided = await city.as_("section").done("decideExtension", **decision, decision="APPROVE", reason="情况属实")
    supervised = await pressed(city, decided["case"])
    data, taken = phone(), "2026-11-20T09:58:00+08:00"
    place = {"latitude": 46.8, "longitude": 130.3, "accuracy": 12.0}
    photos = [declaration(data, capturedAt=taken, place=place), declaration(picture(), capturedAt=taken)]
    note = await city.inspect(case, place=place, deviceTime="2001-01-01T00:00:00Z", photos=photos, **field.whole())
    await field.answer(city, note)
    obeyed = {"rectificationId": note["rectifications"][0]["id"], "done": True}
    spot = {"rectifications": [{"kind": "ORDER", "requirement": "亮证经营。", "dueOn": field.day(31)}]}
    await city.inspect(case, capturedAt="2026-11-20T11:00:00+08:00", visitType="RECHECK", rechecks=obeyed, **spot)
    sent = await put(city.as_("inspector"), note["photos"][0]["uploadUrl"], data)
    assert sent.status_code == 200, sent.text
    await remind(supervised)
    return await excused(city, await reported(city, await paused(city, supervised)))


async def remind(case: Data) -> None:
    """As the clockwork would, had the closing date come near."""
    (row,) = await Deadline.filter(case_id=ids.wanted(case["id"], "Case", "caseId"), kind="CLOSE")
    await db.atomic(Reminder.create)(
        case_id=row.case_id, deadline_id=row.id, stage="BEFORE_DUE", due_at=row.effective_due_at, opened_at=row.start_at
    )


async def paused(city: City, case: Data) -> Data:
    """Suspended for a test, and resumed."""
    for mutation, given in (
        ("suspendCase", {"reason": "TESTING", "evidence": "检验委托书"}),
        ("resumeCase", {"evidence": "检验报告"}),
    ):
        case = (await city.as_("clerk").done(mutation, **change(case), **given))["case"]
    return case


async def reported(city: City, case: Data) -> Data:
    """A written report under seal was not filed: the unit is to go on."""
    case, report = await submit_report(city, case)
    decision = {"filingReportId": report["id"], "expectedVersion": case["version"], "decision": "REJECT"}
    decided = await city.as_("section").done("decideFilingReport", **decision, reason="可先行调解")
    found: Data = decided["case"]
    return found


async def excused(city: City, case: Data) -> Data:
    """Two are taken off, one of whom by mistake."""
    dispatcher, shape = city.as_("dispatcher"), "case { id number version status } recusal { id }"
    for who in ("west_inspector2", "west_responsible"):
        given = {"personId": ids.encode("Person", city.persons[who]), "reason": "与被投诉人系近亲属"}
        done = await dispatcher.done("declareRecusal", shape, **change(case), **given)
        case = done["case"]
    lifted = {"recusalId": done["recusal"]["id"], "expectedVersion": case["version"], "reason": "经查不属实"}
    found: Data = (await dispatcher.done("liftRecusal", **lifted))["case"]
    return found


async def pressed(city: City, case: Data) -> Data:
    """The leader wants it done and orders supervision, which the unit answers; two offices met about it."""
    leader, held = city.as_("leader"), {"heldAt": "2026-11-20T09:00:00+08:00", "minutes": "由东县主办。"}
    case = (await leader.done("instructCase", **change(case), text="限三日内办结"))["case"]
    await db.atomic(suggestions.watch)(city.jurisdiction_id, datetime.now(UTC), suggestions.BATCH)
    codes = [city.codes["east"], city.codes["west"]]
    case = (await leader.done("recordMeeting", **change(case), **held, officeCodes=codes))["case"]
    shape = "case { id version } supervision { id }"
    ordered = await leader.done("superviseCase", shape, **change(case), reason="尽快办结", trigger="INSTRUCTION")
    answer = {"supervisionId": ordered["supervision"]["id"], "expectedVersion": ordered["case"]["version"]}
    answered = await city.as_("clerk").done("answerSupervision", **answer, answer="已约谈商家。")
    found: Data = answered["case"]
    return found


async def adjudicated(city: City, case: Data) -> Data:
    """The unit asked to return it, and was told to handle it by the centre and by the leader."""
    raised = await disputes.raised(city, await disputes.return_refused(city, case))
    return await disputes.decided(city, disputes.upholding(raised))


async def called_back(city: City, case: Data) -> Data:
    """Signed off and called back once; the record was sent back, and the citizen waits for another call."""
    signed = await city.sign_off(
        await city.submit(case, recoveredLoss="88.50", coHandlerOverrideReason="协办单位已电话反馈"), reason="同意"
    )
    called = await city.call_back(signed, remark="来电人表示满意", resolved=True)
    return await patrolled(city, await city.review(called, decision="REJECT", reason="记录不完整"))


async def patrolled(city: City, case: Data) -> Data:
    """One patrol done, one cancelled, one still to come."""
    planned = await field.plan(city, case, field.day(10), field.day(20), field.day(30))
    first, second, _ = planned["patrols"]
    await city.inspect(case, capturedAt="2026-11-20T20:00:00+08:00", visitType="NIGHT", patrol=first["id"])
    given = {"patrolId": second["id"], "expectedVersion": planned["version"], "reason": "已搬走"}
    cancelled = await city.as_("clerk").done("cancelPatrol", **given)
    return {**case, **cancelled["case"]}
