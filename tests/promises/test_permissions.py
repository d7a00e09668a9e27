"""Every mutation, for everybody in every role and place: done, or refused by name with nothing changed at all."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx
import pytest

import schema
from fixtures.callers import uscc
from resolvers.doors import db
from resolvers.terms.roles import Role
from schema.grammar import ids
from tests import articles, disputes, field, settling, world
from tests.client import Caller, Data, key
from tests.pictures import reporting, sealed, submit_report
from tests.promises.staff import MATTERS, PEOPLE, PLACES, hire, named
from tests.world import City, change

EVERYBODY = [*(named(role, place) for role in PEOPLE for place in PLACES), "integrator", named(Role.INTEGRATOR, "east")]

# Who may try, and what becomes of it at the bureau that received the case, at the unit that leads it, at another unit,
# and at an office below the leading one. Whoever is not listed is NOT_PERMITTED.
TABLE = """
mutation           role                 top               east                       west           stall
receiveCase        AGENT                done              done                       done           done
receiveCase        INTEGRATOR           done              done                       -              -
answerCase         AGENT                done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
dispatchCase       DISPATCHER           done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
refuseCase         DISPATCHER           done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
transferCase       DISPATCHER           done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
mergeCase          DISPATCHER           done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
splitCase          AGENT                NOT_PERMITTED     NOT_FOUND                  NOT_FOUND      NOT_FOUND
splitCase          DISPATCHER           done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
signForCase        CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
addInspectionNote  INSPECTOR            NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
addLabResult       CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
addLabResult       INSPECTOR            NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
planPatrols        CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
planPatrols        INSPECTOR            NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
planPatrols        RESPONSIBLE_PERSON   NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
cancelPatrol       CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
cancelPatrol       INSPECTOR            NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
cancelPatrol       RESPONSIBLE_PERSON   NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
requestReturn      CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
decideReturn       DISPATCHER           done              SELF_APPROVAL_FORBIDDEN    NOT_FOUND      NOT_FOUND
disputeReturn      CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
disputeReturn      RESPONSIBLE_PERSON   NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
decideDispute      LEADER               done              NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
submitResult       CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
submitResult       INSPECTOR            NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
signOff            RESPONSIBLE_PERSON   NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
requestExtension   CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
decideExtension    SECTION_OFFICER      done              NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
withdrawExtension  CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
suspendCase        CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
resumeCase         CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
submitFilingReport CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
decideFilingReport SECTION_OFFICER      done              NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
recordCallback     CALLBACK_OFFICER     done              CALLBACK_BY_HANDLING_UNIT  NOT_FOUND      NOT_FOUND
reviewCallback     SECTION_OFFICER      NOT_PERMITTED     NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
reviewCallback     CALLBACK_REVIEWER    done              done                       NOT_FOUND      NOT_FOUND
terminateCase      CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
terminateCase      DISPATCHER           done              done                       NOT_FOUND      NOT_FOUND
giveNotice         CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
giveNotice         DISPATCHER           done              done                       NOT_FOUND      NOT_FOUND
reopenCase         SUPERVISION_OFFICER  done              done                       NOT_FOUND      NOT_FOUND
reopenCase         DUTY_LEADER          done              done                       NOT_FOUND      NOT_FOUND
reopenCase         LEADER               done              done                       NOT_FOUND      NOT_FOUND
declareRecusal     DISPATCHER           done              done                       NOT_FOUND      NOT_FOUND
declareRecusal     ADVISER              done              done                       NOT_FOUND      NOT_FOUND
declareRecusal     CLERK                done              done                       NOT_FOUND      NOT_FOUND
declareRecusal     INSPECTOR            done              done                       NOT_FOUND      NOT_FOUND
declareRecusal     RESPONSIBLE_PERSON   done              done                       NOT_FOUND      NOT_FOUND
liftRecusal        DISPATCHER           done              done                       NOT_FOUND      NOT_FOUND
voidCase           SUPERVISION_OFFICER  done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
voidCase           DUTY_LEADER          done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
voidCase           LEADER               done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
superviseCase      SUPERVISION_OFFICER  done              done                       NOT_FOUND      NOT_FOUND
superviseCase      DUTY_LEADER          done              done                       NOT_FOUND      NOT_FOUND
superviseCase      LEADER               done              done                       NOT_FOUND      NOT_FOUND
activateRegime     LEADER               done              NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
saveArticle        ADVISER              NOT_PERMITTED     done                       NOT_PERMITTED  NOT_PERMITTED
saveArticle        CLERK                NOT_PERMITTED     done                       NOT_PERMITTED  NOT_PERMITTED
saveArticle        SECTION_OFFICER      NOT_PERMITTED     done                       NOT_PERMITTED  NOT_PERMITTED
approveArticle     RESPONSIBLE_PERSON   NOT_FOUND         done                       NOT_FOUND      NOT_FOUND
approveArticle     LEADER               done              NOT_PERMITTED              NOT_FOUND      NOT_FOUND
endRegime          LEADER               done              NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
tagCase            AGENT                done              done                       NOT_FOUND      NOT_FOUND
tagCase            DISPATCHER           done              done                       NOT_FOUND      NOT_FOUND
answerSupervision  CLERK                NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
answerSupervision  RESPONSIBLE_PERSON   NOT_YOUR_OFFICE   done                       NOT_FOUND      NOT_FOUND
instructCase       LEADER               done              done                       NOT_FOUND      NOT_FOUND
recordMeeting      SUPERVISION_OFFICER  done              done                       NOT_FOUND      NOT_FOUND
recordMeeting      DUTY_LEADER          done              done                       NOT_FOUND      NOT_FOUND
recordMeeting      LEADER               done              done                       NOT_FOUND      NOT_FOUND
enrolOdrEnterprise ADMIN                done              NOT_PERMITTED              NOT_PERMITTED  NOT_PERMITTED
routeToOdr         DISPATCHER           done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
settleOdr          ODR_ENTERPRISE       NOT_FOUND         done                       NOT_FOUND      NOT_FOUND
declineOdr         ODR_ENTERPRISE       NOT_FOUND         done                       NOT_FOUND      NOT_FOUND
callVoicemail      AGENT                done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
registerVoicemail  AGENT                done              NOT_FOUND                  NOT_FOUND      NOT_FOUND
"""


def _read() -> dict[str, dict[str, str]]:
    """mutation -> post -> what becomes of it."""
    found: dict[str, dict[str, str]] = {}
    for line in TABLE.strip().splitlines()[1:]:
        mutation, role, *fates = line.split()
        posts = {f"{role}@{place}": fate for place, fate in zip(PLACES, fates, strict=True)}
        found.setdefault(mutation, {}).update(posts)
    return found


FATES = _read()
Make: TypeAlias = Callable[[City], Awaitable[Data]]


# --- an input for each, good as soon as the right person sends it


def on_case(status: str, **more: object) -> Make:
    async def make(city: City) -> Data:
        return {**change(await city.case_in(status)), **more}

    return make


async def received(_city: City) -> Data:
    return {**MATTERS["complaint"], "channel": "PHONE"}


async def answered(city: City) -> Data:
    return {**change(await city.receive(kind="CONSULTATION")), "answer": "请拨打电力热线。"}


async def dispatched(city: City) -> Data:
    return {**change(await city.receive()), "leadOfficeCode": city.codes["east"]}


async def inspected(city: City) -> Data:
    case = await city.case_in("IN_PROGRESS")
    people = [city.login("inspector"), city.login("inspector2")]
    return {"caseId": case["id"], "capturedAt": "2026-11-20T10:00:00+08:00", "inspectors": people, "findings": "无异常"}


async def suspected(city: City) -> Data:
    note = await city.inspect(await city.case_in("IN_PROGRESS"), rapidTests=[field.SUSPECTED])
    return {"rapidTestId": note["rapidTests"][0]["id"], **field.ANSWER}


async def patrolled(city: City) -> Data:
    planned = await field.plan(city, await city.case_in("ARCHIVED"))
    wanted = {"patrolId": planned["patrols"][0]["id"], "expectedVersion": planned["version"]}
    return {**wanted, "reason": "已搬走"}


async def submitted(city: City) -> Data:
    handled = {"department": "价格科", "handlers": [city.login("inspector2")], "outcome": "MEDIATED", "reply": "已退款"}
    return {**change(await city.case_in("IN_PROGRESS")), **handled}


async def extended(city: City) -> Data:
    shape, asked = "case { version } extension { id }", {"workingDays": 1, "reason": "待检测结果"}
    done = await city.as_("clerk").done("requestExtension", shape, **change(await city.case_in("IN_PROGRESS")), **asked)
    return {"extensionId": done["extension"]["id"], "expectedVersion": done["case"]["version"], "decision": "APPROVE"}


async def withdrawn(city: City) -> Data:
    return {name: value for name, value in (await extended(city)).items() if name != "decision"}


async def suspended(city: City) -> Data:
    given = {"reason": "TESTING", "evidence": "检验委托书"}
    done = await city.as_("clerk").done("suspendCase", **change(await city.case_in("IN_PROGRESS")), **given)
    return {**change(done["case"]), "evidence": "检验报告"}


async def filed(city: City) -> Data:
    case, report = await submit_report(city, await city.case_in("IN_PROGRESS"))
    return {"filingReportId": report["id"], "expectedVersion": case["version"], "decision": "APPROVE"}


async def returned(city: City) -> Data:
    shape, case = "case { version } returnRequest { id }", await city.case_in("IN_PROGRESS")
    done = await city.as_("clerk").done("requestReturn", shape, **change(case), reason="不属本辖区")
    asked = {"returnRequestId": done["returnRequest"]["id"], "expectedVersion": done["case"]["version"]}
    return {**asked, "decision": "APPROVE"}


async def recused(city: City) -> Data:
    shape = "case { version } recusal { id }"
    given = {"personId": ids.encode("Person", city.persons["inspector2"]), "reason": "系近亲属"}
    case = await city.case_in("IN_PROGRESS")
    done = await city.as_("dispatcher").done("declareRecusal", shape, **change(case), **given)
    return {"recusalId": done["recusal"]["id"], "expectedVersion": done["case"]["version"], "reason": "经查不属实"}


async def not_taken_back(city: City) -> Data:
    return disputes.disputing(await disputes.refused(city))


async def disputed(city: City) -> Data:
    return disputes.designating(city, await disputes.raised(city))


async def reviewed(city: City) -> Data:
    case = await city.case_in("CALLBACK_REVIEW")
    return {"callbackId": case["callbackId"], "expectedVersion": case["version"]}


async def ordered(city: City) -> Data:
    shape, case = "case { version } supervision { id }", await city.case_in("IN_PROGRESS")
    done = await city.as_("leader").done("superviseCase", shape, **change(case), reason="尽快办结")
    asked = {"supervisionId": done["supervision"]["id"], "expectedVersion": done["case"]["version"]}
    return {**asked, "answer": "已约谈商家。"}


async def met(city: City) -> Data:
    told = {"heldAt": "2026-11-20T09:00:00+08:00", "minutes": "由东县主办。"}
    codes = [city.codes["east"], city.codes["west"]]
    return {**change(await city.case_in("IN_PROGRESS")), **told, "officeCodes": codes}


async def running(city: City) -> Data:
    done = await city.as_("leader").done("activateRegime", "regime { id }", **await activated(city))
    return {"regimeId": done["regime"]["id"], "reason": "响应终止"}


async def drafted(city: City) -> Data:
    return {**articles.WHOLE, "officeCode": city.codes["east"]}


async def submitted_article(city: City) -> Data:
    return {"articleId": (await articles.written(city))["id"], "decision": "APPROVE"}


async def merged(city: City) -> Data:
    return {**change(await city.receive()), "targetCaseId": (await city.receive())["id"]}


async def activated(_city: City) -> Data:
    return {"name": "疫情防控", "tag": key()[:20], "basis": "一级响应"}


async def enrolled(city: City) -> Data:
    name = key()[:8]
    await world.add_office(city, name)
    return {"name": "某大药房", "uscc": uscc(random.Random(name), "990100"), "officeCode": city.codes[name]}


async def consented(city: City) -> Data:
    await settling.routed(city, "east")  # its enterprise is enrolled from now on
    return {**change(await city.receive(respondent=settling.SHOP)), "complainantConsents": True}


async def settled(city: City) -> Data:
    return {**change(await settling.routed(city, "east")), "settlement": "已退款"}


async def declined(city: City) -> Data:
    return {**change(await settling.routed(city, "east")), "reason": "已过退货期"}


async def recorded(city: City) -> Data:
    return {**change(await settling.recording(city)), "reached": True}


async def verified(city: City) -> Data:
    case = await settling.called(city, await settling.recording(city))
    return {**change(case), "title": "会员卡不退", "description": "余额300元。"}


INPUTS: dict[str, Make] = {
    "enrolOdrEnterprise": enrolled,
    "routeToOdr": consented,
    "settleOdr": settled,
    "declineOdr": declined,
    "callVoicemail": recorded,
    "registerVoicemail": verified,
    "receiveCase": received,
    "answerCase": answered,
    "dispatchCase": dispatched,
    "signForCase": on_case("DISPATCHED"),
    "addInspectionNote": inspected,
    "addLabResult": suspected,
    "planPatrols": on_case("ARCHIVED", dueOn=[field.day()], reason="防止反弹"),
    "cancelPatrol": patrolled,
    "submitResult": submitted,
    "signOff": on_case("PENDING_SIGN_OFF", decision="APPROVE"),
    "requestExtension": on_case("IN_PROGRESS", workingDays=1, reason="待检测结果"),
    "decideExtension": extended,
    "withdrawExtension": withdrawn,
    "suspendCase": on_case("IN_PROGRESS", reason="TESTING", evidence="检验委托书"),
    "resumeCase": suspended,
    "submitFilingReport": on_case("IN_PROGRESS", **reporting(sealed())),
    "decideFilingReport": filed,
    "refuseCase": on_case("RECORDED", ground="NOT_COMPETENT", notice="请向主管部门反映。"),
    "transferCase": on_case("RECORDED", receivingBody="市交通运输局", notice="请拨打12328。"),
    "requestReturn": on_case("IN_PROGRESS", reason="不属本辖区"),
    "decideReturn": returned,
    "declareRecusal": on_case("IN_PROGRESS", reason="系近亲属"),
    "liftRecusal": recused,
    "disputeReturn": not_taken_back,
    "decideDispute": disputed,
    "recordCallback": on_case("CLOSED_AWAITING_CALLBACK", level="SATISFIED"),
    "reviewCallback": reviewed,
    "terminateCase": on_case("IN_PROGRESS", ground="OTHER", reason="投诉人撤回"),
    "giveNotice": on_case("IN_PROGRESS", kind="ACCEPTANCE", text="已受理。"),
    "reopenCase": on_case("ARCHIVED", newFacts="又有新的票据", reason="足以影响处理结果"),
    "voidCase": on_case("RECORDED", ground="TEST", reason="系统测试"),
    "mergeCase": merged,
    "splitCase": on_case("RECORDED", kind="REPORT", newTitle="出售过期口罩", newDescription="举报该店。"),
    "superviseCase": on_case("IN_PROGRESS", reason="尽快办结"),
    "activateRegime": activated,
    "endRegime": running,
    "saveArticle": drafted,
    "approveArticle": submitted_article,
    "tagCase": on_case("IN_PROGRESS", tags=["春节"]),
    "answerSupervision": ordered,
    "instructCase": on_case("IN_PROGRESS", text="限三日内办结"),
    "recordMeeting": met,
}


@pytest.fixture(scope="module")
async def staffed(http: httpx.AsyncClient, base_url: str) -> City:
    city = await world.found(http, base_url)
    await hire(city)
    return city


async def everything() -> dict[str, str]:
    """A digest of every table there is."""
    tables = await db.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    rows = "md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), ''))"
    return {of["name"]: (await db.query(f"SELECT {rows} AS d FROM {of['name']} t"))[0]["d"] for of in tables}


async def fate(caller: Caller, mutation: str, given: Data) -> str:
    payload = await caller.do(mutation, "__typename", **given)
    assert len(payload["userErrors"]) <= 1
    return payload["userErrors"][0]["code"] if payload["userErrors"] else "done"


def test_the_table_knows_every_mutation_and_no_other() -> None:
    root = schema.schema._schema.mutation_type
    assert root is not None
    assert set(FATES) == set(INPUTS) == set(root.fields) - {"signIn", "syncInspections"}


@pytest.mark.parametrize("mutation", FATES)
async def test_who_may_not_is_told_so_and_nothing_changes(mutation: str, staffed: City) -> None:
    given = await INPUTS[mutation](staffed)
    refused = [who for who in EVERYBODY if FATES[mutation].get(_post(who), "NOT_PERMITTED") != "done"]
    before = await everything()

    fates = await asyncio.gather(*(fate(staffed.as_(who), mutation, given) for who in refused))
    nobody = await staffed.anonymous.post("mutation { __typename " + mutation + " { __typename } }")

    assert dict(zip(refused, fates, strict=True)) == {
        who: FATES[mutation].get(_post(who), "NOT_PERMITTED") for who in refused
    }
    assert [error["extensions"]["code"] for error in nobody.json()["errors"]] == ["UNAUTHENTICATED"]
    assert await everything() == before
    # The same input is good: it was refused for who sent it, not for what it says.
    someone = next(who for who in EVERYBODY if FATES[mutation].get(_post(who)) == "done")
    assert await fate(staffed.as_(someone), mutation, given) == "done"
    assert await everything() != before


@pytest.mark.parametrize("mutation", FATES)
async def test_who_may_does_it(mutation: str, staffed: City) -> None:
    for who in EVERYBODY:
        if FATES[mutation].get(_post(who)) == "done":
            assert await fate(staffed.as_(who), mutation, await INPUTS[mutation](staffed)) == "done", who


def _post(who: str) -> str:
    return who if "@" in who else "INTEGRATOR@top"


async def test_whoever_holds_every_role_everywhere_still_takes_no_case_to_the_archive_alone(city: City) -> None:
    for role in PEOPLE:
        for place in city.offices:
            await world.grant(city, "leader", role, place)
    alone, me = city.as_("leader"), city.login("leader")
    case = (await alone.done("receiveCase", **MATTERS["complaint"], channel="PHONE"))["case"]
    case = (await alone.done("dispatchCase", **change(case), leadOfficeCode=city.codes["east"]))["case"]
    case = (await alone.done("signForCase", **change(case)))["case"]
    result = {"department": "价格科", "outcome": "MEDIATED", "reply": "已退款"}
    case = (await alone.done("submitResult", **change(case), **result, handlers=[city.login("inspector")]))["case"]
    before = await everything()

    own_result = await alone.refused("signOff", **change(case), decision="APPROVE")
    assert own_result["code"] == "SELF_APPROVAL_FORBIDDEN"
    assert await everything() == before
    case = await city.sign_off(case)
    own_unit = await alone.refused("recordCallback", **change(case), level="SATISFIED")
    assert own_unit["code"] == "CALLBACK_BY_HANDLING_UNIT"
    case = await city.call_back(case)
    assert (await alone.do("reviewCallback", callbackId=case["callbackId"], expectedVersion=case["version"]))[
        "userErrors"
    ] == []

    mine = await city.case_in("IN_PROGRESS")
    refused = await city.as_("leader").do(
        "submitResult", **change(mine), **result, handlers=[me, city.login("inspector")]
    )
    assert refused["userErrors"] == []
    handled = await alone.refused("signOff", **change(refused["case"]), decision="REJECT", reason="自己办的")
    assert handled["code"] == "SELF_APPROVAL_FORBIDDEN"
