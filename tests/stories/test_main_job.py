"""主线: one case from the call to the archive, over plain HTTP and a WebSocket, against jiesu as people start it.

Read it as a story. The town, 云溪, is invented and comes with the sample data.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.client import Data, Stream
from tests.serving import Jiesu, room, serving
from tests.stories.town import CLOCKS, UNIT, Town, call_back, figures, moved, on, result, review, step

CITIZEN = {"name": "欧阳晓岚", "phone": "14012349876", "address": "云溪市云东区云山路7号"}
INFORMANT = {"name": "司徒广平", "phone": "14098761234"}

EVENT = "kind occurredAt caseVersion caseId cursor"
EVENTS = f"subscription ($after: String) {{ caseEvents(after: $after) {{ {EVENT} }} }}"
EVENTS_OF_ONE = f'subscription ($number: String!) {{ caseEvents(caseNumber: $number, after: "0") {{ {EVENT} }} }}'
URGENT = "subscription { urgentCases { kind case { number title priority isUrgent complainant { name } } } }"
SIGHT = """
query ($number: String!, $id: ID!) {
  case(number: $number) { title description complainant { name phone } }
  cases(filter: { text: $number }) { totalCount }
  node(id: $id) { __typename }
}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Jiesu]:
    with room() as folder, serving(folder, JIESU_SAMPLE="yunxi") as started:
        yield started


@pytest.fixture
async def town(server: Jiesu) -> AsyncIterator[Town]:
    async with httpx.AsyncClient(timeout=30) as http:
        yield Town(http, server)


async def test_a_complaint_travels_from_the_call_to_the_archive_while_a_report_stays_hidden(town: Town) -> None:
    before = await figures(town)
    async with town["dispatcher"].subscribe(EVENTS) as desk, town["duty-leader"].subscribe(URGENT) as wall:
        case = await the_call(town, wall)
        report = await the_tip_off(town)
        case = await the_dispatch(town, case)
        await the_inspection(town, case)
        case = await the_result(town, case)
        case = await the_signature(town, case)
        case = await the_dissatisfied_citizen(town, case)
        open_again = await figures(town)
        case = await the_extension(town, case)
        case = await the_second_round(town, case)
        await the_report_is_nobody_elses_business(town, report, case)
        await the_report_is_inspected_before_it_is_answered(town, report)
        assert await the_timeline(town, case) == STORY
        await the_replay_equals_what_came_live(town, desk, case)
    the_figures_have_moved(before, open_again, await figures(town))


# --- the chapters


async def the_call(town: Town, wall: Stream) -> Data:
    """接诉: an agent signs in and takes an urgent complaint; another terminal shows it at once."""
    agent = await town.signed_in("agent")
    payload = await agent.done(
        "receiveCase",
        f"case {{ id number version status isUrgent complainant {{ name phone }} {CLOCKS} }}",
        kind="COMPLAINT",
        channel="PHONE",
        priority="EMERGENCY",
        title="退烧药涨价三倍",
        description=f"欧阳晓岚反映: 药店的退烧药一夜涨价三倍, 请回电{CITIZEN['phone']}。",
        party=CITIZEN,
        respondent={"name": "云溪某大药房"},
    )
    case: Data = payload["case"]
    assert (case["status"], case["isUrgent"]) == ("RECORDED", True)
    assert case["complainant"] == {"name": CITIZEN["name"], "phone": CITIZEN["phone"]}
    assert {clock["kind"] for clock in case["deadlines"]} == {"TRIAGE", "CLOSE", "ACCEPTANCE"}

    ticket = await wall.event()
    assert ticket["kind"] == "RECEIVED"
    assert (ticket["case"]["number"], ticket["case"]["priority"]) == (case["number"], "EMERGENCY")
    assert ticket["case"]["complainant"]["name"] != CITIZEN["name"], "the wall is told a masked name"
    return case


async def the_tip_off(town: Town) -> Data:
    """举报: the same agent takes a report. It is dispatched and acknowledged."""
    payload = await town["agent"].done(
        "receiveCase",
        kind="REPORT",
        channel="PHONE",
        title="药店销售假口罩",
        description="司徒广平举报: 店内口罩没有生产日期。",
        party=INFORMANT,
        respondent={"name": "云溪某药店"},
    )
    return await the_dispatch(town, payload["case"])


async def the_dispatch(town: Town, case: Data) -> Data:
    """派单、签收: one lead, who acknowledges."""
    case = await step(town, "dispatcher", "dispatchCase", case, leadOfficeCode=UNIT)
    assert case["status"] == "DISPATCHED"
    case = await step(town, f"clerk-{UNIT}", "signForCase", case)
    assert case["status"] == "IN_PROGRESS"
    return case


async def the_inspection(town: Town, case: Data) -> None:
    """现场检查: a note by two inspectors with two photos; wrong bytes are refused, the right ones are verified."""
    inspector = town[f"inspector-{UNIT}"]
    pictures = [b"\xff\xd8\xff\xe0" + os.urandom(200_000), b"\x89PNG\r\n\x1a\n" + os.urandom(50_000)]
    declared = [
        {"sha256": hashlib.sha256(picture).hexdigest(), "byteSize": len(picture), "contentType": media}
        for picture, media in zip(pictures, ("image/jpeg", "image/png"), strict=True)
    ]
    payload = await inspector.done(
        "addInspectionNote",
        "inspectionNote { inspectors { login } photos { id status uploadUrl url } lateArrival }",
        caseId=case["id"],
        capturedAt=datetime.now(UTC).isoformat(),
        inspectors=[f"yunxi-inspector-{UNIT}", f"yunxi-inspector-2-{UNIT}"],
        findings="价签与进货单据不符。",
        photos=declared,
    )
    note = payload["inspectionNote"]
    assert note["lateArrival"] is False
    first, second = note["photos"]
    assert first["status"] == second["status"] == "DECLARED"

    tampered = pictures[0][:-1] + bytes([pictures[0][-1] ^ 1])
    wrong = await town.http.put(first["uploadUrl"], content=tampered, headers=inspector.headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["extensions"]["code"]) == (422, "WRONG_DIGEST")
    for photo, picture in zip((first, second), pictures, strict=True):
        right = await town.http.put(photo["uploadUrl"], content=picture, headers=inspector.headers)
        assert (right.status_code, right.json()["status"]) == (200, "VERIFIED")

    document = "query ($id: ID!) { node(id: $id) { ... on Photo { status url } } }"
    kept = (await inspector.ask(document, id=first["id"]))["node"]
    assert kept["status"] == "VERIFIED"
    original = await town.http.get(kept["url"], headers=inspector.headers)
    assert original.content == pictures[0]
    stranger = await town.http.get(kept["url"], headers=town["agent"].headers)
    assert stranger.status_code == 404


async def the_result(town: Town, case: Data) -> Data:
    """提交结果: without saying who handled it, it is refused; then it waits for the signature."""
    clerk = town[f"clerk-{UNIT}"]
    refusal = await clerk.refused("submitResult", **on(case), **result(handlers=[]))
    assert (refusal["code"], refusal["path"]) == ("SIGN_OFF_FIELDS_MISSING", ["handlers"])
    case = await step(town, f"clerk-{UNIT}", "submitResult", case, **result())
    assert case["status"] == "PENDING_SIGN_OFF"
    return case


async def the_signature(town: Town, case: Data) -> Data:
    """签字: the unit's responsible person answers for the result. Whoever holds an old version is told so."""
    responsible = town[f"responsible-person-{UNIT}"]
    stale = await responsible.refused("signOff", **{**on(case), "expectedVersion": 1}, decision="APPROVE")
    assert (stale["code"], stale["currentVersion"]) == ("STALE_VERSION", case["version"])
    case = await step(town, f"responsible-person-{UNIT}", "signOff", case, decision="APPROVE")
    assert case["status"] == "CLOSED_AWAITING_CALLBACK"
    return case


async def the_dissatisfied_citizen(town: Town, case: Data) -> Data:
    """回访: never by the unit itself. The citizen is dissatisfied, so a second round opens, with a clock of its own."""
    own_unit = await town[f"callback-officer-{UNIT}"].refused("recordCallback", **on(case), level="SATISFIED")
    assert own_unit["code"] == "CALLBACK_BY_HANDLING_UNIT"
    case = await call_back(town, case, "DISSATISFIED")

    first_round_due = case["dueAt"]
    case = await review(town, case)
    assert (case["status"], case["round"], case["closedAt"]) == ("IN_PROGRESS", 2, None)
    clocks = {(clock["kind"], clock["round"]): clock for clock in case["deadlines"]}
    again, closing = clocks["REHANDLE", 2], clocks["CLOSE", 1]
    assert case["dueAt"] == again["dueAt"] >= first_round_due == closing["dueAt"]
    assert again["startAt"] > closing["metAt"] > closing["startAt"]
    assert again["metAt"] is closing["breachedAt"] is None
    return case


async def the_extension(town: Town, case: Data) -> Data:
    """延期: asked for by the clerk, decided by the 12315 section alone, counted from the old due date."""
    clerk, section = town[f"clerk-{UNIT}"], town["section-officer"]
    shape = "case { id number version status round dueAt } extension { id status oldDueAt newDueAt workingDays }"
    asked = await clerk.done("requestExtension", shape, **on(case), workingDays=3, reason="等待检验报告。")
    waiting = await section.ask("{ approvals(filter: { kind: [EXTENSION] }) { nodes { extension { id } } } }")
    request = asked["extension"]
    assert request["id"] in [each["extension"]["id"] for each in waiting["approvals"]["nodes"]]

    early = await clerk.refused("submitResult", **on(asked["case"]), **result())
    assert early["code"] == "APPROVAL_PENDING"
    decision = {"extensionId": request["id"], "expectedVersion": asked["case"]["version"], "decision": "APPROVE"}
    assert (await clerk.refused("decideExtension", **decision))["code"] == "NOT_PERMITTED"
    decided = await section.done("decideExtension", shape, **decision)
    assert decided["extension"]["oldDueAt"] == case["dueAt"] < decided["extension"]["newDueAt"]
    assert decided["case"]["dueAt"] == decided["extension"]["newDueAt"]
    found: Data = decided["case"]
    return found


async def the_second_round(town: Town, case: Data) -> Data:
    """重办: handled, signed, called back and reviewed again; this time the citizen is satisfied."""
    case = await step(town, f"clerk-{UNIT}", "submitResult", case, **result(reply="已退还全部差价并道歉。"))
    case = await step(town, f"responsible-person-{UNIT}", "signOff", case, decision="APPROVE")
    case = await review(town, await call_back(town, case, "SATISFIED"))
    assert (case["status"], case["round"]) == ("ARCHIVED", 2)
    return case


async def the_report_is_nobody_elses_business(town: Town, report: Data, case: Data) -> None:
    """A third party and agents who did not take the call learn nothing of the report, not even that there is one."""
    async with town["dispatcher"].subscribe(EVENTS_OF_ONE, number=report["number"]) as stream:
        assert (await stream.event())["kind"] == "RECEIVED", "who routes it is told"
    nothing = {"case": None, "cases": {"totalCount": 0}, "node": None}
    for outsider in (town["integrator"], town["agent-2"], town["agent-990103"]):
        assert await outsider.ask(SIGHT, number=report["number"], id=report["id"]) == nothing
        async with outsider.subscribe(EVENTS_OF_ONE, number=report["number"]) as stream:
            await stream.silence(0.2)
    seen = await town["integrator"].ask(SIGHT, number=case["number"], id=case["id"])
    assert seen["case"]["complainant"] in (None, {"name": None, "phone": None})
    assert not any(word in str(seen) for word in (*CITIZEN.values(), "退烧药"))


async def the_report_is_inspected_before_it_is_answered(town: Town, report: Data) -> None:
    """有报必查. The unit knows the informant by no name, and nobody signs off what he took part in."""
    clerk, responsible = town[f"clerk-{UNIT}"], town[f"responsible-person-{UNIT}"]
    seen = (await clerk.ask(SIGHT, number=report["number"], id=report["id"]))["case"]
    assert seen["complainant"] == {"name": "举报人", "phone": None}
    assert INFORMANT["name"] not in seen["description"]

    handlers = [f"yunxi-inspector-{UNIT}", responsible.login]
    unseen = await clerk.refused("submitResult", **on(report), **result(handlers=handlers))
    assert unseen["code"] == "REPORT_NOT_INSPECTED"
    await the_inspection(town, report)
    report = await step(town, f"clerk-{UNIT}", "submitResult", report, **result(handlers=handlers))
    own_work = await responsible.refused("signOff", **on(report), decision="APPROVE")
    assert own_work["code"] == "SELF_APPROVAL_FORBIDDEN"


STORY = [
    "RECEIVED", "DISPATCHED", "SIGNED_FOR", "INSPECTION_NOTE_ADDED", "PHOTO_VERIFIED", "PHOTO_VERIFIED",
    "RESULT_SUBMITTED", "SIGNED_OFF", "CALLBACK_RECORDED", "REHANDLING_OPENED", "EXTENSION_REQUESTED",
    "EXTENSION_APPROVED", "RESULT_SUBMITTED", "SIGNED_OFF", "CALLBACK_RECORDED", "ARCHIVED",
]  # fmt: skip


async def the_timeline(town: Town, case: Data) -> list[str]:
    """时间线: what happened, in order."""
    document = "query ($n: String!) { case(number: $n) { timeline(first: 100) { nodes { kind occurredAt } } } }"
    nodes = (await town["duty-leader"].ask(document, n=case["number"]))["case"]["timeline"]["nodes"]
    assert [node["occurredAt"] for node in nodes] == sorted(node["occurredAt"] for node in nodes)
    return [node["kind"] for node in nodes]


async def the_replay_equals_what_came_live(town: Town, desk: Stream, case: Data) -> None:
    """`after`: a terminal that comes back is told exactly what it missed, once and in order."""
    live = await until_archived(desk, case)
    live += [await desk.event() for _ in range(4)]  # the report goes on: a note, two photos, a result
    assert [event["kind"] for event in live if event["caseId"] == case["id"]] == STORY
    assert len({event["cursor"] for event in live}) == len(live)
    for missed in (0, len(live) // 2, len(live) - 2):
        async with town["dispatcher"].subscribe(EVENTS, after=live[missed]["cursor"]) as returned:
            again = [await returned.event() for _ in live[missed + 1 :]]
            await returned.silence(0.2)
        assert again == live[missed + 1 :]


def the_figures_have_moved(before: Data, open_again: Data, after: Data) -> None:
    """指标: closed in between, open again in the second round, closed at last; the report stays open."""
    assert moved(before, after, "intake") == {"total": 2, "complaint": 1, "report": 1}
    assert moved(before, after, "dispatchRate") == {"numerator": 2, "denominator": 2}
    assert moved(before, open_again, "closureRate") == {"numerator": 0, "denominator": 2}
    assert moved(before, after, "closureRate") == {"numerator": 1, "denominator": 2}
    assert moved(before, open_again, "satisfactionRate") == {"numerator": 0, "denominator": 1}
    assert moved(before, after, "satisfactionRate") == {"numerator": 1, "denominator": 1}


async def until_archived(desk: Stream, case: Data) -> list[Data]:
    events = [await desk.event()]
    while (events[-1]["kind"], events[-1]["caseId"]) != ("ARCHIVED", case["id"]):
        events.append(await desk.event())
    return events
