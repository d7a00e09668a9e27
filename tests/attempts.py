"""One request for every mutation, each good as it stands: whatever is spoilt in it is the reason it is refused."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from resolvers.doors import db
from resolvers.login import HASHER
from schema.grammar import ids
from tests import articles, disputes, field, settling
from tests.client import Caller, Data, key
from tests.pictures import reporting, sealed, submit_report
from tests.world import City, add_office, alter, change

Place = tuple[str | int, ...]

# Nobody's words but ours may leave the process: no driver, no library, no statement, no row, no stack.
LEAK = re.compile(
    r"traceback|asyncpg|tortoise|postgres|starlette|strawberry|graphql-core|site-packages|\.py\b|exception|errno"
    r"|\bselect\b|\binsert\b|violates|constraint|duplicate key|invalid byte|relation \"|codec|\bint4\b|timestamptz",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Attempt:
    """A mutation, who may run it, and an input that would pass."""

    mutation: str
    who: str
    caller: Caller
    input: Data

    @property
    def document(self) -> str:
        name = self.mutation[0].upper() + self.mutation[1:]
        return (
            f"mutation ($i: {name}Input!) {{ {self.mutation}(input: $i)"
            " { __typename userErrors { __typename code message path } } }"
        )

    async def post(self, given: object, caller: Caller | None = None) -> httpx.Response:
        return await asked(caller or self.caller, self.document, {"i": given})

    def fresh(self) -> Data:
        """Its input, under a key of its own."""
        keyed = {"idempotencyKey": key()} if self.mutation != "signIn" else {}
        return {**copy.deepcopy(self.input), **keyed}

    def places(self, fits: Callable[[Any], bool] = lambda _: True) -> list[Place]:
        """Where a value stands that fits, lists and objects included."""
        return [place for place, value in _walk(self.fresh(), ()) if fits(value)]

    def spoilt(self, place: Place, value: object) -> Data:
        """Its input with another value in one place."""
        given = self.fresh()
        holder: Any = given
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = value
        return given


def _walk(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if place:
        yield place, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in parts:
        yield from _walk(item, (*place, part))


async def attempts(city: City) -> list[Attempt]:
    """All of them over cases of this city, each brought to where its mutation may be run."""
    asked = await city.case_in("IN_PROGRESS")
    shape = "case { id version } extension { id }"
    extension = await city.as_("clerk").done("requestExtension", shape, **change(asked), workingDays=2, reason="待检验")
    shape, unfit = "case { id version } returnRequest { id }", await city.case_in("IN_PROGRESS")
    given_back = await city.as_("clerk").done("requestReturn", shape, **change(unfit), reason="不属本辖区")
    shape, off = "case { id version } recusal { id }", {"personId": ids.encode("Person", city.persons["inspector2"])}
    near = await city.case_in("IN_PROGRESS")
    excused = await city.as_("dispatcher").done("declareRecusal", shape, **change(near), **off, reason="系近亲属")
    bare, brought = await disputes.refused(city), await disputes.raised(city)
    shape, slow = "case { id version } supervision { id }", await city.case_in("IN_PROGRESS")
    ordered = await city.as_("leader").done("superviseCase", shape, **change(slow), reason="久拖不决")
    regime = {"name": "防汛", "tag": "防汛", "basis": "市局通知"}
    flood = (await city.as_("leader").done("activateRegime", "regime { id }", **regime))["regime"]
    called = await city.case_in("CALLBACK_REVIEW")
    shape = "case { id version } extension { id }"
    waiting = await city.as_("clerk").done(
        "requestExtension", shape, **change(await city.case_in("IN_PROGRESS")), workingDays=2, reason="待检验"
    )
    pause = {"reason": "TESTING", "evidence": "检验委托书"}
    suspended = await city.as_("clerk").done("suspendCase", **change(await city.case_in("IN_PROGRESS")), **pause)
    filing, report = await submit_report(city, await city.case_in("IN_PROGRESS"))
    await settling.enrol(city, "top")
    await add_office(city, "rival")
    rival = {"name": "另一药房", "uscc": settling.RIVAL, "officeCode": city.codes["rival"]}
    verified = {"title": "会员卡不退", "description": "余额300元不退。", "categoryCode": "010205"}
    closed, follower = await city.case_in("CLOSED_AWAITING_CALLBACK"), await city.receive()
    joined = await city.as_("dispatcher").done(
        "mergeCase", "target { id version }", **change(follower), targetCaseId=closed["id"]
    )
    closed = joined["target"]
    tested = await city.inspect(await city.case_in("IN_PROGRESS"), rapidTests=[field.SUSPECTED])
    planned = await field.plan(city, await city.case_in("ARCHIVED"))
    hashed = HASHER.hash("sesame")
    await alter("UPDATE persons SET password_hash = $1 WHERE id = $2", hashed, city.persons["agent"])
    ours = [
        ("signIn", "agent", {"login": city.login("agent"), "password": "sesame"}),
        ("receiveCase", "agent", MATTER),
        ("answerCase", "agent", {**change(await city.receive(kind="CONSULTATION")), "answer": "请拨打12333。", "outOfRemit": False}),
        ("dispatchCase", "dispatcher", {**change(await city.receive()), "leadOfficeCode": city.codes["east"], "coOfficeCodes": [city.codes["west"]]}),
        ("signForCase", "clerk", change(await city.case_in("DISPATCHED"))),
        ("addInspectionNote", "inspector", await _note(city)),
        ("addLabResult", "clerk", {"rapidTestId": tested["rapidTests"][0]["id"], **field.ANSWER}),
        ("planPatrols", "clerk", {**change(await city.case_in("ARCHIVED")), "dueOn": [field.day()], "reason": "防止反弹"}),
        ("cancelPatrol", "clerk", {"patrolId": planned["patrols"][0]["id"], "expectedVersion": planned["version"], "reason": "已搬走"}),
        ("submitResult", "clerk", {**change(await city.case_in("IN_PROGRESS")), **_result(city)}),
        ("signOff", "responsible", {**change(await city.case_in("PENDING_SIGN_OFF")), "decision": "APPROVE", "reason": "同意"}),
        ("requestExtension", "clerk", {**change(await city.case_in("IN_PROGRESS")), "workingDays": 3, "reason": "待检验"}),
        ("decideExtension", "section", {"extensionId": extension["extension"]["id"], "expectedVersion": extension["case"]["version"], "decision": "APPROVE", "reason": "同意"}),
        ("withdrawExtension", "clerk", {"extensionId": waiting["extension"]["id"], "expectedVersion": waiting["case"]["version"]}),
        ("suspendCase", "clerk", {**change(await city.case_in("IN_PROGRESS")), **pause}),
        ("resumeCase", "clerk", {**change(suspended["case"]), "evidence": "检验报告"}),
        ("submitFilingReport", "clerk", {**change(await city.case_in("IN_PROGRESS")), **reporting(sealed())}),
        ("decideFilingReport", "section", {"filingReportId": report["id"], "expectedVersion": filing["version"], "decision": "APPROVE", "reason": "同意"}),
        ("refuseCase", "dispatcher", {**change(await city.receive()), "ground": "NOT_COMPETENT", "notice": "请向主管部门反映。"}),
        ("transferCase", "dispatcher", {**change(await city.receive()), "receivingBody": "市交通运输局", "notice": "请拨打12328。"}),
        ("terminateCase", "clerk", {**change(await city.case_in("IN_PROGRESS")), "ground": "OTHER", "reason": "投诉人撤回"}),
        ("giveNotice", "clerk", {**change(await city.case_in("IN_PROGRESS")), "kind": "ACCEPTANCE", "text": "已受理。"}),
        ("reopenCase", "supervisor", {**change(await city.case_in("ARCHIVED")), "newFacts": "又有新的票据", "reason": "足以影响处理结果"}),
        ("voidCase", "supervisor", {**change(await city.receive()), "ground": "TEST", "reason": "系统测试"}),
        ("requestReturn", "clerk", {**change(await city.case_in("IN_PROGRESS")), "reason": "不属本辖区", "legalBasis": "第37条", "suggestedOfficeCode": city.codes["west"]}),
        ("decideReturn", "dispatcher", {"returnRequestId": given_back["returnRequest"]["id"], "expectedVersion": given_back["case"]["version"], "decision": "APPROVE", "reason": "同意"}),
        ("declareRecusal", "responsible", {**change(await city.case_in("IN_PROGRESS")), "personId": ids.encode("Person", city.persons["inspector"]), "reason": "系近亲属"}),
        ("liftRecusal", "dispatcher", {"recusalId": excused["recusal"]["id"], "expectedVersion": excused["case"]["version"], "reason": "经查不属实"}),
        ("disputeReturn", "clerk", disputes.disputing(bare, legalBasis="第30条")),
        ("decideDispute", "leader", disputes.designating(city, brought, reason="注册地在西县")),
        ("mergeCase", "dispatcher", {**change(await city.receive()), "targetCaseId": (await city.receive())["id"]}),
        ("splitCase", "agent", {**change(await city.receive()), "kind": "REPORT", "newTitle": "过期口罩", "newDescription": "出售过期口罩。", "keptTitle": "涨价", "keptDescription": "涨价。"}),
        ("recordCallback", "caller", {**change(closed), "followerCaseId": follower["id"], "outcome": "REACHED", "level": "SATISFIED", "resolved": True, "remark": "满意"}),
        ("reviewCallback", "reviewer", {"callbackId": called["callbackId"], "expectedVersion": called["version"], "decision": "APPROVE", "reason": "属实"}),
        ("superviseCase", "supervisor", {**change(await city.case_in("IN_PROGRESS")), "kind": "LISTED", "reason": "久拖不决", "answerBy": "2099-01-01T00:00:00Z"}),
        ("answerSupervision", "clerk", {"supervisionId": ordered["supervision"]["id"], "expectedVersion": ordered["case"]["version"], "answer": "已约谈商家。"}),
        ("instructCase", "leader", {**change(await city.case_in("IN_PROGRESS")), "text": "限三日内办结"}),
        ("recordMeeting", "leader", {**change(await city.case_in("IN_PROGRESS")), "heldAt": "2026-11-20T09:00:00+08:00", "officeCodes": [city.codes["east"], city.codes["west"]], "minutes": "由东县主办。"}),
        ("tagCase", "dispatcher", {**change(await city.case_in("IN_PROGRESS")), "tags": ["春节"]}),
        ("endRegime", "leader", {"regimeId": flood["id"], "reason": "响应终止"}),
        ("saveArticle", "clerk", {**articles.WHOLE, "officeCode": city.codes["east"], "revises": (await articles.approved(city))["id"]}),
        ("approveArticle", "responsible", {"articleId": (await articles.written(city))["id"], "decision": "APPROVE", "reason": "与法规一致"}),
        ("enrolOdrEnterprise", "admin", rival),
        ("routeToOdr", "dispatcher", {**change(await city.receive(respondent=settling.SHOP)), "complainantConsents": True}),
        ("settleOdr", "enterprise", {**change(await settling.routed(city)), "settlement": "已退会员费", "amount": "27.00"}),
        ("declineOdr", "enterprise", {**change(await settling.routed(city)), "reason": "已过退货期"}),
        ("callVoicemail", "agent", {**change(await settling.recording(city)), "reached": True, "remark": "核对金额"}),
        ("registerVoicemail", "agent", {**change(await settling.called(city, await settling.recording(city))), **verified}),
        ("activateRegime", "leader", {"name": "疫情防控", "tag": "新冠疫情", "basis": "市局通知", "startedAt": "2020-01-24T00:00:00+08:00", "calendarMode": "DUTY"}),
    ]  # fmt: skip
    anonymous = {"signIn": city.anonymous}
    return [Attempt(name, who, anonymous.get(name) or city.as_(who), given) for name, who, given in ours]


@dataclass(frozen=True)
class Raw:
    """JSON, or something like it, to be sent as it is."""

    text: str


_MARK = re.compile('"raw:([0-9a-f]*)"')


async def asked(caller: Caller, document: str, variables: object) -> httpx.Response:
    """In ASCII, so that what no UTF-8 can hold arrives as well."""
    body = json.dumps({"query": document, "variables": variables}, default=_mark)
    return await send(caller, _MARK.sub(lambda found: bytes.fromhex(found[1]).decode(), body))


def _mark(value: Raw) -> str:
    return f"raw:{value.text.encode().hex()}"


async def send(caller: Caller, body: str | bytes, **headers: str) -> httpx.Response:
    """Any bytes as the body of a POST."""
    media = {"Content-Type": "application/json"}
    return await caller.http.post(
        f"{caller.base_url}/graphql", content=body, headers={**caller.headers, **media, **headers}
    )


MATTER: Data = {
    "kind": "COMPLAINT",
    "channel": "PHONE",
    "priority": "NORMAL",
    "title": "口罩涨价",
    "description": "药店的口罩一天涨了三次价。",
    "tags": ["口罩"],
    "categoryCode": "010205",
    "receivedAt": "2026-01-05T08:30:00+08:00",
    "party": {"name": "张三丰", "phone": "14012345678", "address": "云溪市东县某路1号", "wantsConfidentiality": False},
    "respondent": {"name": "某大药房", "uscc": "91110000600037341L", "address": "某路2号"},
    "place": {"text": "某路2号门口", "latitude": 27.3, "longitude": 118.1, "system": "GCJ02"},
}


PRIVATE = ("张三丰", "14012345678", "某路1号", "sesame")  # nothing of it belongs into a refusal


async def _note(city: City) -> Data:
    """Another visit of a closed case: it carries out a patrol, and looks after what an earlier one ordered."""
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")
    (order,) = (await city.inspect(case, rectifications=field.whole()["rectifications"]))["rectifications"]
    (plan,) = (await field.plan(city, case))["patrols"]
    here = {"latitude": 27.3, "longitude": 118.1, "accuracy": 12.5, "system": "WGS84", "mocked": False}
    photo = {
        "sha256": hashlib.sha256(b"photo").hexdigest(),
        "byteSize": 5,
        "contentType": "image/jpeg",
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "place": dict(here),
    }
    return {
        "caseId": case["id"],
        **field.whole(),
        "visitType": "NIGHT",
        "rechecks": {"rectificationId": order["id"], "done": True},
        "patrol": plan["id"],
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "inspectors": [city.login("inspector"), city.login("inspector2")],
        "findings": "价签与进货单据齐全。",
        "place": here,
        "photos": [photo],
    }


def _result(city: City) -> Data:
    return {
        "department": "价格监督科",
        "handlers": [city.login("inspector")],
        "outcome": "MEDIATED",
        "reply": "商家已退还差价。",
        "recoveredLoss": "12.50",
        "coHandlerOverrideReason": "不涉及",
    }


async def content() -> dict[str, tuple[int, str]]:
    """What the database holds: of each table the number of its rows and a digest of them all."""
    tables = await db.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    parts = [
        f"SELECT '{row['name']}' AS name, count(*) AS rows, coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')"
        f' AS digest FROM "{row["name"]}" t'
        for row in tables
    ]
    return {row["name"]: (row["rows"], row["digest"]) for row in await db.query(" UNION ALL ".join(parts))}


@asynccontextmanager
async def nothing_changed() -> AsyncIterator[None]:
    """No row of any table, so no entry of the ledger either."""
    before = await content()
    yield
    after = await content()
    assert after == before, sorted(name for name in after if after[name] != before.get(name))


def refusals(response: httpx.Response) -> list[Data]:
    """The refusals of an answer that is one: told in Chinese with a code, never the server's fault, giving nothing away."""
    assert 200 <= response.status_code < 500, response.text
    body = response.json()
    errors: list[Data] = body.get("errors") or _of_payload(body)
    assert errors, response.text
    for error in errors:
        code = error.get("code") or error["extensions"]["code"]
        assert code != "INTERNAL_SERVER_ERROR", error
        assert re.search("[一-鿿]", error["message"]), error
    assert not LEAK.search(response.text), response.text
    assert not any(word in response.text for word in PRIVATE), response.text
    return errors


def codes(response: httpx.Response) -> list[str]:
    return [error.get("code") or error["extensions"]["code"] for error in refusals(response)]


def _of_payload(body: Data) -> list[Data]:
    (payload,) = body["data"].values()
    found: list[Data] = payload["userErrors"]
    return found
