"""What is not there and what one may not see are answered alike, byte for byte, wherever an id or a name is taken."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from graphql import GraphQLInputObjectType

import schema
from resolvers.copy import Examiner
from resolvers.doors import db, pixels
from schema.grammar import ids
from tests import articles, disputes, world
from tests.client import Caller, Data
from tests.pictures import declaration, picture, put, reporting, sealed
from tests.promises.expected import FIELDS
from tests.promises.matrix import OF_CASE, OF_NOTE, closed_at_the_centre, come_to_the_centre
from tests.promises.staff import MATTERS, called_back, in_progress
from tests.world import City

PERIOD = 'period: {from: "2026-11-01", through: "2026-11-30"}'
KEY = "6f1c1f0e-0b5b-4b5e-9a53-5f6f0e1c9c01"


@dataclass(frozen=True)
class Foreign:
    """Things that are there, and those who may not know: of another city, and a report of the own one."""

    city: City
    other: City
    ids: dict[str, list[str]]  # type -> global ids of the other city's things
    report: Data
    photo: str


@pytest.fixture(scope="module")
async def foreign(http: httpx.AsyncClient, base_url: str) -> Foreign:
    city, other = await world.found(http, base_url), await world.found(http, base_url)
    there = await called_back(other, await in_progress(other, MATTERS["complaint"]))
    await closed_at_the_centre(other)
    await come_to_the_centre(other)
    regime = {"name": "疫情防控", "tag": "新冠疫情", "basis": "一级响应"}
    await other.as_("leader").done("activateRegime", "regime { id }", **regime)
    await articles.approved(other)
    report = await in_progress(city, MATTERS["report"])
    row = (await db.query("SELECT id, jurisdiction_id AS j FROM cases WHERE number = $1", there["number"]))[0]
    found = {"Case": [there["id"]]}
    for kind, table in OF_CASE.items():
        of_city = "case_id IN (SELECT id FROM cases WHERE jurisdiction_id = $1)"
        rows = await db.query(f"SELECT id FROM {table} WHERE {of_city}", row["j"])
        found[kind] = [ids.encode(kind, each["id"]) for each in rows]
    tables = {"Office": "offices", "Person": "persons", "Regime": "regimes", "OdrEnterprise": "odr_enterprises"}
    tables["KnowledgeArticle"] = "knowledge_articles"
    for kind, table in tables.items():
        rows = await db.query(f"SELECT id FROM {table} WHERE jurisdiction_id = $1 LIMIT 5", row["j"])
        found[kind] = [ids.encode(kind, each["id"]) for each in rows]
    for kind, table in OF_NOTE.items():
        rows = await db.query(
            f"SELECT p.id FROM {table} p JOIN inspection_notes n ON n.id = p.note_id WHERE n.case_id = $1", row["id"]
        )
        found[kind] = [ids.encode(kind, each["id"]) for each in rows]
    photos = await db.query(
        "SELECT p.id FROM photos p JOIN inspection_notes n ON n.id = p.note_id WHERE n.case_id = $1", row["id"]
    )
    found["PhotoLikeness"] = await _look_alikes(other)
    return Foreign(city, other, found, report, str(photos[0]["id"]))


async def _look_alikes(city: City) -> list[str]:
    """Of a photo, with one of another case that shows the same."""
    await in_progress(city, MATTERS["confidential"])
    await Examiner().catch_up()
    await pixels.close()
    of_city = "photos p JOIN inspection_notes n ON n.id = p.note_id JOIN cases c ON c.id = n.case_id"
    sql = f"SELECT l.id FROM photo_likenesses l, {of_city} WHERE p.id = l.photo_id AND c.jurisdiction_id = $1"
    rows = await db.query(sql, city.jurisdiction_id)
    return [ids.encode("PhotoLikeness", each["id"]) for each in rows]


def absent(kind: str) -> str:
    return ids.encode(kind, uuid4())


def number_like(number: str) -> str:
    return f"{int(number) + 1:0{len(number)}d}"


async def bare(caller: Caller, document: str, variables: Data) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All there is of an answer: status, body, headers but the date."""
    response = await caller.post(document, **variables)
    headers = sorted(
        (name, value) for name, value in response.headers.items() if name not in ("date", "content-length")
    )
    return response.status_code, response.content, headers


async def alike(caller: Caller, document: str, there: Data, nowhere: Data) -> str:
    """The answer to both, equal but for the words that were asked about; as text."""
    first, second = await bare(caller, document, there), await bare(caller, document, nowhere)
    forbidden, missing = first[1].decode(), second[1].decode()
    for mine in _words(there):
        forbidden = forbidden.replace(mine, "…")
    for other in _words(nowhere):
        missing = missing.replace(other, "…")
    assert forbidden == missing
    assert (first[0], first[2]) == (second[0], second[2])
    return missing


def _words(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for each in value.values() for word in _words(each)]
    if isinstance(value, list):
        return [word for each in value for word in _words(each)]
    return [value] if isinstance(value, str) and len(value) > 3 else []


@pytest.mark.parametrize("kind", sorted(set(FIELDS) - {"Category", "CheckList", "DeadlinePolicy"}))
async def test_by_its_id(kind: str, foreign: Foreign) -> None:
    assert foreign.ids[kind], "nothing to be hidden"
    one = "query ($i: ID!) { node(id: $i) { __typename id } }"
    many = "query ($i: [ID!]!) { nodes(ids: $i) { __typename id } }"
    for who in ("leader", "clerk", "agent", "auditor", "integrator", "enterprise"):
        caller = foreign.city.as_(who)
        for key in foreign.ids[kind]:
            assert await alike(caller, one, {"i": key}, {"i": absent(kind)}) == '{"data":{"node":null}}'
        nowhere = [absent(kind) for _ in foreign.ids[kind]]
        assert set(
            json.loads(await alike(caller, many, {"i": foreign.ids[kind]}, {"i": nowhere}))["data"]["nodes"]
        ) == {None}


async def test_an_id_that_cannot_be_one_is_no_other_answer(foreign: Foreign) -> None:
    one = "query ($i: ID!) { node(id: $i) { __typename } }"
    case = foreign.ids["Case"][0]
    crooked = [case[:-1], case + "A", case.lower(), ids.encode("Case", uuid4()).replace("Q", "q"), "", "1", "Case:1", "接诉",
               "A" * 10_000, case + "=", "Q2FzZTo=", "../../etc/passwd", "' OR 1=1 --", "\u202e" + case]  # fmt: skip
    for text in crooked:
        assert await alike(foreign.city.as_("leader"), one, {"i": case}, {"i": text}) == '{"data":{"node":null}}'


QUERIES = {
    "case by number": ("query ($n: String!) { case(number: $n) { id } }", "number"),
    "cases by text": ("query ($n: String!) { cases(filter: {text: $n}) { totalCount nodes { id } } }", "number"),
    "approvals of a case": (
        "query ($n: String!) { approvals(filter: {caseNumber: $n}) { totalCount nodes { id } } }",
        "number",
    ),
    "office by code": ("query ($n: String!) { office(code: $n) { id } }", "office"),
    "supervisions of an office": (
        "query ($n: String!) { supervisions(filter: {officeCode: $n}) { totalCount nodes { id } } }",
        "office",
    ),
    "cases of an office": (
        "query ($n: String!) { cases(filter: {officeCode: $n}) { totalCount nodes { id } } }",
        "office",
    ),
    "offices below one": (
        "query ($n: String!) { offices(filter: {underCode: $n}) { totalCount nodes { id } } }",
        "office",
    ),
    "figures of an office": (f"query ($n: String!) {{ kpis(officeCode: $n, {PERIOD}) {{ asOf }} }}", "office"),
    "ranking below an office": (
        f"query ($n: String!) {{ kpiRanking(kpi: CLOSURE_RATE, officeCode: $n, {PERIOD}) {{ rank }} }}",
        "office",
    ),
}


@pytest.mark.parametrize("what", QUERIES)
async def test_by_its_name(what: str, foreign: Foreign) -> None:
    document, by = QUERIES[what]
    number = (await db.query("SELECT number FROM cases WHERE jurisdiction_id = $1", foreign.other.jurisdiction_id))[0]
    there, nowhere = foreign.other.codes["east"], foreign.other.codes["east"].replace("east", "none")
    if by == "number":
        there, nowhere = number["number"], number_like(number["number"])
    for who in ("leader", "clerk", "section", "integrator", "admin", "enterprise"):
        await alike(foreign.city.as_(who), document, {"n": there}, {"n": nowhere})


async def test_a_report_of_the_own_city_is_as_absent_for_whom_it_does_not_concern(foreign: Foreign) -> None:
    number = foreign.report["number"]
    by_number = "query ($n: String!) { case(number: $n) { id } cases(filter: {text: $n}) { totalCount } }"
    by_id = "query ($i: ID!) { node(id: $i) { __typename } }"
    for who in (
        "other_agent",
        "west_clerk",
        "stall_clerk",
        "top_clerk",
        "west_inspector",
        "caller",
        "integrator",
        "admin",
        "enterprise",
    ):
        caller = foreign.city.as_(who)
        told = await alike(caller, by_number, {"n": number}, {"n": number_like(number)})
        assert told == '{"data":{"case":null,"cases":{"totalCount":0}}}'
        await alike(caller, by_id, {"i": foreign.report["id"]}, {"i": absent("Case")})


# mutation -> who may send it, the rest of a good input, and each place in it that names something
PLACES: dict[str, tuple[str, Data, list[tuple[str, str]]]] = {
    "answerCase": ("agent", {"expectedVersion": 1, "answer": "好"}, [("caseId", "Case")]),
    "dispatchCase": (
        "dispatcher", {"expectedVersion": 1, "leadOfficeCode": "x"},
        [("caseId", "Case"), ("leadOfficeCode", "code"), ("coOfficeCodes", "codes")],
    ),
    "signForCase": ("clerk", {"expectedVersion": 1}, [("caseId", "Case")]),
    "addInspectionNote": (
        "inspector", {"capturedAt": "2026-11-20T10:00:00+08:00", "inspectors": [], "findings": "无异常"},
        [("caseId", "Case"), ("inspectors", "Persons"), ("inspectors", "logins")],
    ),
    "submitResult": (
        "clerk",
        {"expectedVersion": 1, "department": "科", "handlers": ["x"], "outcome": "MEDIATED", "reply": "好"},
        [("caseId", "Case"), ("handlers", "Persons"), ("handlers", "logins")],
    ),
    "signOff": ("responsible", {"expectedVersion": 1, "decision": "APPROVE"}, [("caseId", "Case")]),
    "addLabResult": (
        "clerk", {"laboratory": "检验所", "reportNumber": "1", "result": "CONFORMING", "reportedAt": "2026-11-20T10:00:00+08:00"},
        [("rapidTestId", "RapidTest"), ("sampleId", "Sample")],
    ),
    "planPatrols": ("clerk", {"expectedVersion": 1, "dueOn": ["2099-01-01"], "reason": "回头看"}, [("caseId", "Case")]),
    "cancelPatrol": ("clerk", {"expectedVersion": 1, "reason": "已搬走"}, [("patrolId", "Patrol")]),
    "requestExtension": ("clerk", {"expectedVersion": 1, "workingDays": 1, "reason": "检测"}, [("caseId", "Case")]),
    "decideExtension": ("section", {"expectedVersion": 1, "decision": "APPROVE"}, [("extensionId", "ExtensionRequest")]),
    "withdrawExtension": ("clerk", {"expectedVersion": 1}, [("extensionId", "ExtensionRequest")]),
    "suspendCase": ("clerk", {"expectedVersion": 1, "reason": "TESTING", "evidence": "委托书"}, [("caseId", "Case")]),
    "resumeCase": ("clerk", {"expectedVersion": 1, "evidence": "报告"}, [("caseId", "Case")]),
    "submitFilingReport": ("clerk", {"expectedVersion": 1, **reporting(sealed())}, [("caseId", "Case")]),
    "decideFilingReport": (
        "section", {"expectedVersion": 1, "decision": "APPROVE"}, [("filingReportId", "FilingReport")],
    ),
    "refuseCase": ("dispatcher", {"expectedVersion": 1, "ground": "OTHER", "notice": "不予受理"}, [("caseId", "Case")]),
    "transferCase": (
        "dispatcher", {"expectedVersion": 1, "receivingBody": "市交通运输局", "notice": "请拨打12328。"}, [("caseId", "Case")],
    ),
    "terminateCase": ("clerk", {"expectedVersion": 1, "ground": "OTHER", "reason": "撤回"}, [("caseId", "Case")]),
    "giveNotice": ("clerk", {"expectedVersion": 1, "kind": "ACCEPTANCE", "text": "已受理"}, [("caseId", "Case")]),
    "reopenCase": ("leader", {"expectedVersion": 1, "newFacts": "新票据", "reason": "影响结果"}, [("caseId", "Case")]),
    "voidCase": ("leader", {"expectedVersion": 1, "ground": "TEST", "reason": "测试"}, [("caseId", "Case")]),
    "requestReturn": (
        "clerk", {"expectedVersion": 1, "reason": "不属本辖区", "suggestedOfficeCode": "x"},
        [("caseId", "Case"), ("suggestedOfficeCode", "code")],
    ),
    "decideReturn": (
        "dispatcher", {"expectedVersion": 1, "decision": "APPROVE"}, [("returnRequestId", "ReturnRequest")],
    ),
    "declareRecusal": (
        "dispatcher", {"expectedVersion": 1, "reason": "系近亲属"}, [("caseId", "Case"), ("personId", "Person")],
    ),
    "liftRecusal": ("dispatcher", {"expectedVersion": 1, "reason": "不属实"}, [("recusalId", "Recusal")]),
    "disputeReturn": (
        "clerk", {"expectedVersion": 1, "reason": "不属本辖区"}, [("returnRequestId", "ReturnRequest")],
    ),
    "decideDispute": (
        "leader", {"expectedVersion": 1, "decision": "APPROVE", "designatedOfficeCode": "x"},
        [("disputeId", "Dispute"), ("designatedOfficeCode", "code")],
    ),
    "recordCallback": (
        "caller", {"expectedVersion": 1, "level": "SATISFIED"}, [("caseId", "Case"), ("followerCaseId", "Case")],
    ),
    "mergeCase": ("dispatcher", {"expectedVersion": 1}, [("caseId", "Case"), ("targetCaseId", "Case")]),
    "splitCase": (
        "agent", {"expectedVersion": 1, "kind": "REPORT", "newTitle": "举报", "newDescription": "举报"}, [("caseId", "Case")],
    ),
    "reviewCallback": ("reviewer", {"expectedVersion": 1}, [("callbackId", "Callback")]),
    "superviseCase": ("leader", {"expectedVersion": 1, "reason": "尽快"}, [("caseId", "Case")]),
    "answerSupervision": ("clerk", {"expectedVersion": 1, "answer": "已办"}, [("supervisionId", "SupervisionOrder")]),
    "instructCase": ("leader", {"expectedVersion": 1, "text": "速办"}, [("caseId", "Case")]),
    "recordMeeting": (
        "leader", {"expectedVersion": 1, "heldAt": "2026-11-20T10:00:00+08:00", "officeCodes": ["x", "y"], "minutes": "好"},
        [("caseId", "Case"), ("officeCodes", "two codes")],
    ),
    "tagCase": ("agent", {"expectedVersion": 1, "tags": ["春节"]}, [("caseId", "Case")]),
    "endRegime": ("leader", {"reason": "响应终止"}, [("regimeId", "Regime")]),
    "saveArticle": (
        "clerk", {"kind": "ANSWER", "title": "退费", "body": "退余额。"},
        [("revises", "KnowledgeArticle"), ("officeCode", "code")],
    ),
    "approveArticle": ("responsible", {"decision": "APPROVE"}, [("articleId", "KnowledgeArticle")]),
    "routeToOdr": ("dispatcher", {"expectedVersion": 1, "complainantConsents": True}, [("caseId", "Case")]),
    "settleOdr": ("enterprise", {"expectedVersion": 1, "settlement": "已退款"}, [("caseId", "Case")]),
    "declineOdr": ("enterprise", {"expectedVersion": 1, "reason": "已过退货期"}, [("caseId", "Case")]),
    "callVoicemail": ("agent", {"expectedVersion": 1, "reached": True}, [("caseId", "Case")]),
    "registerVoicemail": ("agent", {"expectedVersion": 1, "title": "退款", "description": ""}, [("caseId", "Case")]),
}  # fmt: skip
BESIDE_THE_CASE = ("followerCaseId", "personId", "targetCaseId")
NAMING = [(mutation, place, kind) for mutation, (_, _, places) in PLACES.items() for place, kind in places]


@pytest.mark.parametrize(("mutation", "place", "kind"), NAMING)
async def test_in_a_mutation(mutation: str, place: str, kind: str, foreign: Foreign) -> None:
    who, rest, _ = PLACES[mutation]
    own = await foreign.city.case_in("RECORDED" if mutation == "dispatchCase" else "IN_PROGRESS")
    given = {**rest, "idempotencyKey": KEY}
    if mutation != "saveArticle" and (place in BESIDE_THE_CASE or not place.endswith("Id")):
        given |= {"caseId": own["id"]} | ({"expectedVersion": own["version"]} if "expectedVersion" in rest else {})
    if place == "designatedOfficeCode":
        given = {**disputes.designating(foreign.city, await disputes.raised(foreign.city)), "idempotencyKey": KEY}
    if place == "coOfficeCodes":
        given["leadOfficeCode"] = foreign.city.codes["east"]
    there, nowhere = _named(kind, foreign)
    name = mutation[0].upper() + mutation[1:]
    errors = "__typename code message path ... on StaleVersionError { current { id } }"
    document = f"mutation ($i: {name}Input!) {{ {mutation}(input: $i) {{ __typename userErrors {{ {errors} }} }} }}"

    told = await alike(
        foreign.city.as_(who), document, {"i": {**given, place: there}}, {"i": {**given, place: nowhere}}
    )

    (error,) = json.loads(told)["data"][mutation]["userErrors"]
    assert error["code"] == "NOT_FOUND"
    assert error["path"][0] == place


def _named(kind: str, foreign: Foreign) -> tuple[Any, Any]:
    """Something of the other city, and nothing at all, as this place of an input names it."""
    office = foreign.other.codes["east"]
    login = foreign.other.login("inspector")
    return {
        "code": (office, office.replace("east", "none")),
        "codes": ([office], [office.replace("east", "none")]),
        "two codes": ([office, "x"], [office.replace("east", "none"), "x"]),
        "logins": ([login], [login.replace("inspector", "nobody-at")]),
        "Persons": ([foreign.ids["Person"][0]], [absent("Person")]),
    }.get(kind) or (foreign.ids.get(kind, [""])[0], absent(kind))


def test_every_place_of_every_mutation_that_names_something_is_tried() -> None:
    names = re.compile(r"\w+(Id|OfficeCode|OfficeCodes)$|officeCodes?$|revises$|inspectors$|handlers$")
    inputs = {
        mutation: schema.schema._schema.type_map[f"{mutation[0].upper()}{mutation[1:]}Input"] for mutation in PLACES
    }
    named = {
        (mutation, field)
        for mutation, kind in inputs.items()
        if isinstance(kind, GraphQLInputObjectType)
        for field in kind.fields
        if names.match(field)
    }
    assert named == {(mutation, place) for mutation, place, _ in NAMING}


async def test_in_a_subscription_both_are_silent(foreign: Foreign) -> None:
    number = (await db.query("SELECT number FROM cases WHERE jurisdiction_id = $1", foreign.other.jurisdiction_id))[0][
        "number"
    ]
    office = foreign.other.codes["east"]
    about = 'subscription ($o: String, $n: String) { caseEvents(after: "0", officeCode: $o, caseNumber: $n) { kind } }'
    urgent = 'subscription ($o: String) { urgentCases(after: "0", officeCode: $o) { kind } }'
    asked: list[tuple[str, str, Data]] = [
        ("leader", about, {"n": number}), ("leader", about, {"n": number_like(number)}),
        ("leader", about, {"o": office}), ("leader", about, {"o": office + "x"}),
        ("leader", urgent, {"o": office}), ("leader", urgent, {"o": office + "x"}),
        ("other_agent", about, {"n": foreign.report["number"]}), ("west_clerk", about, {"n": foreign.report["number"]}),
        ("top_clerk", about, {"n": foreign.report["number"]}), ("integrator", about, {"n": foreign.report["number"]}),
    ]  # fmt: skip

    async def silent(who: str, document: str, variables: Data) -> None:
        async with foreign.city.as_(who).subscribe(document, **variables) as stream:
            await stream.silence(0.7)

    await asyncio.gather(*(silent(*each) for each in asked))


async def test_at_the_address_of_a_photo(foreign: Foreign) -> None:
    async def send(who: str, method: str, photo: str, address: str = "/photos/{}") -> tuple[int, bytes, str | None]:
        caller = foreign.city.as_(who)
        headers = {**caller.headers, "Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        content = b"x" if method in {"PUT", "PATCH"} else None
        url = caller.base_url + address.format(photo)
        response = await caller.http.request(method, url, headers={**headers, "Upload-Offset": "0"}, content=content)
        return response.status_code, response.content, response.headers.get("content-type")

    mine = await foreign.city.inspect(foreign.report, photos=[declaration(data := picture())])
    assert (await put(foreign.city.as_("inspector"), mine["photos"][0]["uploadUrl"], data)).status_code == 200
    of_report = mine["photos"][0]["uploadUrl"].rpartition("/")[2]
    hidden = {
        foreign.photo: ("leader", "clerk", "agent", "integrator"),
        of_report: ("west_clerk", "other_agent", "top_clerk", "integrator"),
    }
    for photo, people in hidden.items():
        for who in people:
            for nowhere in (str(uuid4()), "no-uuid"):
                assert await send(who, "GET", photo) == await send(who, "GET", nowhere)
                for content in ("/photos/{}/content", "/uploads/{}"):
                    assert await send(who, "PUT", photo, content) == await send(who, "PUT", nowhere, content)
                for method in ("HEAD", "PATCH", "DELETE"):
                    found = await send(who, method, photo, "/uploads/{}")
                    assert found == await send(who, method, nowhere, "/uploads/{}")
                    assert found[0] == 404
            assert (await send(who, "GET", photo))[0] == 404
    # Beside a refusal stands what is there: the right people are served at the very same addresses.
    assert (await send("clerk", "GET", of_report))[0] == 200
    assert (await send("inspector2", "PUT", of_report, "/uploads/{}"))[0] == 404, "declared by somebody else"
