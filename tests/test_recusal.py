"""回避: whoever is off a case has nothing to do with it and does not see it, by whatever way he asks."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from resolvers.doors import db
from resolvers.terms.roles import Role
from schema.grammar import ids
from tests import planned, repeats
from tests.attempts import Attempt, attempts
from tests.client import Data
from tests.pictures import declaration, declared, get, picture, put, verified
from tests.world import City, alter, change, grant

RECUSAL = (
    "recusal { id reason declaredAt liftedAt liftReason person { login } declaredBy { login } liftedBy { login } }"
)
SHAPE = f"case {{ id number version status }} {RECUSAL}"
LOOK = "query ($n: String!) { case(number: $n) { id number version status } }"
LIST = "{ cases { totalCount nodes { id } } }"
ONE = "query ($i: ID!) { node(id: $i) { __typename ... on Case { number title } } }"
MANY = "query ($i: [ID!]!) { nodes(ids: $i) { __typename id } }"
TIMELINE = "query ($n: String!) { case(number: $n) { timeline { nodes { kind } } recusals { reason } } }"
APPROVALS = "{ approvals { totalCount nodes { case { number } } } }"
EVENTS = "subscription ($after: String) { caseEvents(after: $after) { kind caseId case { number } } }"
RECORDS = f"query ($i: ID!) {{ node(id: $i) {{ ... on Case {{ {RECUSAL.replace('recusal', 'recusals', 1)} }} }} }}"
ON_A_CASE = {
    "callbackId": ("Callback", "callbacks"),
    "extensionId": ("ExtensionRequest", "extension_requests"),
    "filingReportId": ("FilingReport", "filing_reports"),
    "recusalId": ("Recusal", "recusals"),
    "returnRequestId": ("ReturnRequest", "return_requests"),
    "supervisionId": ("SupervisionOrder", "supervision_orders"),
}


def person(city: City, who: str) -> str:
    return ids.encode("Person", city.persons[who])


def declaring(city: City, case: Data, whom: str | None = None, **given: object) -> Data:
    named = {"personId": person(city, whom)} if whom else {}
    return {**change(case), **named, "reason": "与被投诉人系近亲属", **given}


async def recuse(city: City, case: Data, whom: str | None, by: str = "dispatcher") -> Data:
    """The case as its dispatcher sees it now, and the record as `by` does."""
    payload = await city.as_(by).done("declareRecusal", SHAPE, **declaring(city, case, whom))
    seen = (await city.as_("dispatcher").ask(LOOK, n=case["number"]))["case"] if by != "dispatcher" else payload["case"]
    return {**(seen or case), "recusal": payload["recusal"]}


def lifting(recused: Data, **given: object) -> Data:
    return {
        "recusalId": recused["recusal"]["id"], "expectedVersion": recused["version"], "reason": "经查不属实", **given,
    }  # fmt: skip


async def lift(city: City, recused: Data) -> Data:
    payload = await city.as_("dispatcher").done("liftRecusal", SHAPE, **lifting(recused))
    return {**payload["case"], "recusal": payload["recusal"]}


async def sees(city: City, who: str, case: Data) -> bool:
    return (await city.as_(who).ask(LOOK, n=case["number"]))["case"] is not None


# --- who takes whom off


async def test_somebody_of_the_unit_is_taken_off_by_whoever_answers_for_it_and_it_is_on_record(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    payload = await city.as_("responsible").done("declareRecusal", SHAPE, **declaring(city, case, "inspector"))

    assert payload["case"] == {**payload["case"], "version": case["version"] + 1, "status": "IN_PROGRESS"}
    recusal = payload["recusal"]
    assert recusal == {
        "id": recusal["id"],
        "reason": "与被投诉人系近亲属",
        "declaredAt": recusal["declaredAt"],
        "liftedAt": None,
        "liftReason": None,
        "person": {"login": city.login("inspector")},
        "declaredBy": {"login": city.login("responsible")},
        "liftedBy": None,
    }
    told = await city.as_("clerk").ask(RECORDS, i=case["id"])
    assert told["node"]["recusals"] == [recusal]
    assert not await sees(city, "inspector", case)
    (entry,) = await db.query(
        "SELECT facts FROM ledger WHERE kind = 'RECUSED' AND jurisdiction_id = $1", city.offices["top"]
    )
    facts = json.loads(entry["facts"]) if isinstance(entry["facts"], str) else entry["facts"]
    assert facts == {
        "from": "IN_PROGRESS", "to": "IN_PROGRESS", "round": 1,
        "recusal": str(ids.wanted(recusal["id"], "Recusal", "")), "person": str(city.persons["inspector"]),
    }  # fmt: skip


@pytest.mark.parametrize("who", ["dispatcher", "clerk", "inspector", "responsible"])
@pytest.mark.parametrize("named", [False, True])
async def test_who_takes_himself_off_is_told_that_it_is_done_and_no_more_of_the_case(
    city: City, who: str, named: bool
) -> None:
    case = await city.case_in("IN_PROGRESS")

    given = declaring(city, case, who if named else None)
    payload = await city.as_(who).done("declareRecusal", SHAPE, **given)

    assert payload == {"case": None, "recusal": None, "userErrors": []}
    assert not await sees(city, who, case)
    (recusal,) = (await city.as_("leader").ask(RECORDS, i=case["id"]))["node"]["recusals"]
    assert recusal["person"] == recusal["declaredBy"] == {"login": city.login(who)}


@pytest.mark.parametrize(
    ("by", "whom"),
    [
        ("clerk", "inspector"),
        ("inspector", "clerk"),
        ("responsible", "west_clerk"),
        ("responsible", "caller"),
        ("responsible", "dispatcher"),
        ("responsible", "stall_clerk"),
    ],
)
async def test_nobody_takes_off_whom_he_does_not_answer_for(city: City, by: str, whom: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_(by).refused("declareRecusal", **declaring(city, case, whom))

    assert (refusal["code"], refusal["path"]) == ("NOT_PERMITTED", ["personId"])
    assert (await city.submit(case))["version"] == case["version"] + 1


async def test_a_unit_answers_for_its_own_people_on_its_own_cases_alone(city: City) -> None:
    case = await city.dispatch(await city.receive(), "east", ("west",))
    await grant(city, "responsible", Role.RESPONSIBLE_PERSON, "stall")

    elsewhere = await city.as_("responsible").refused("declareRecusal", **declaring(city, case, "stall_clerk"))
    beside = await recuse(city, case, "west_inspector", "west_responsible")

    assert elsewhere["code"] == "NOT_PERMITTED"
    assert beside["version"] == case["version"] + 1
    assert not await sees(city, "west_inspector", case)


@pytest.mark.parametrize("whom", ["leader", "caller", "reviewer", "section", "auditor", "west_clerk", "agent"])
async def test_the_centre_takes_anybody_off(city: City, whom: str) -> None:
    case = await city.dispatch(await city.receive(), "west")
    assert await sees(city, whom, case)

    await recuse(city, case, whom)

    assert not await sees(city, whom, case)


@pytest.mark.parametrize(
    "who", ["section", "leader", "caller", "agent", "auditor", "admin", "integrator", "enterprise"]
)
async def test_who_does_not_handle_cases_declares_nothing(city: City, who: str) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_(who).refused("declareRecusal", **declaring(city, case))

    assert (refusal["code"], refusal["path"]) == ("NOT_PERMITTED", [])


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"reason": " \n"}, "REASON_REQUIRED", ["reason"]),
        ({"reason": "长" * 2_001}, "INVALID_INPUT", ["reason"]),
        ({"personId": ids.encode("Person", uuid4())}, "NOT_FOUND", ["personId"]),
        ({"personId": ids.encode("Office", uuid4())}, "NOT_FOUND", ["personId"]),
        ({"personId": ""}, "NOT_FOUND", ["personId"]),
    ],
)
async def test_a_recusal_names_somebody_and_says_why(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("dispatcher").refused("declareRecusal", **declaring(city, case, "clerk", **given))

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await sees(city, "clerk", case)


async def test_nobody_is_taken_off_twice(city: City) -> None:
    recused = await recuse(city, await city.case_in("IN_PROGRESS"), "clerk")

    refusal = await city.as_("responsible").refused("declareRecusal", **declaring(city, recused, "clerk"))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["personId"])


@pytest.mark.parametrize("status", ["RECORDED", "PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "ARCHIVED"])
async def test_it_may_be_declared_in_every_state_and_changes_none(city: City, status: str) -> None:
    case = await city.case_in(status)

    recused = await recuse(city, case, "caller")

    assert (recused["status"], recused["version"]) == (status, case["version"] + 1)
    assert not await sees(city, "caller", case)


async def test_of_what_is_void_or_goes_on_as_another_nobody_is_taken_off(city: City) -> None:
    void, merged, target = await city.receive(), await city.receive(), await city.receive()
    void = (await city.as_("supervisor").done("voidCase", **change(void), ground="TEST", reason="测试"))["case"]
    merged = (await city.as_("dispatcher").done("mergeCase", **change(merged), targetCaseId=target["id"]))["case"]

    for case in (void, merged):
        refusal = await city.as_("dispatcher").refused("declareRecusal", **declaring(city, case, "clerk"))
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", case["status"])


# --- lifted


async def test_lifted_it_is_in_sight_again_and_both_decisions_stay_on_record(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")
    recused = await recuse(city, case, "responsible")
    blind = await city.as_("responsible").refused("signOff", **change(recused), decision="APPROVE")

    lifted = await lift(city, recused)

    assert blind["code"] == "NOT_FOUND"
    record = lifted["recusal"]
    assert (record["liftReason"], record["liftedBy"]) == ("经查不属实", {"login": city.login("dispatcher")})
    assert record["liftedAt"] is not None
    assert (await city.as_("responsible").ask(APPROVALS))["approvals"]["nodes"] == [
        {"case": {"number": case["number"]}}
    ]
    assert (await city.sign_off(lifted))["status"] == "CLOSED_AWAITING_CALLBACK"
    again = await city.as_("dispatcher").refused(
        "liftRecusal", SHAPE, **lifting({**lifted, "version": lifted["version"] + 1})
    )
    assert (again["code"], again["path"]) == ("INVALID_INPUT", ["recusalId"])
    told = (await city.as_("clerk").ask(TIMELINE, n=case["number"]))["case"]["timeline"]["nodes"]
    assert [each["kind"] for each in told][-3:] == ["RECUSED", "RECUSAL_LIFTED", "SIGNED_OFF"]


async def test_somebody_may_be_taken_off_again_after_it_was_lifted(city: City) -> None:
    lifted = await lift(city, await recuse(city, await city.case_in("IN_PROGRESS"), "clerk"))

    await recuse(city, lifted, "clerk")

    assert not await sees(city, "clerk", lifted)
    records = (await city.as_("leader").ask(RECORDS, i=lifted["id"]))["node"]["recusals"]
    assert [bool(each["liftedAt"]) for each in records] == [True, False]


@pytest.mark.parametrize("who", ["clerk", "responsible", "inspector", "leader", "integrator"])
async def test_no_unit_lifts_a_recusal(city: City, who: str) -> None:
    recused = await recuse(city, await city.case_in("IN_PROGRESS"), "inspector2")

    refusal = await city.as_(who).refused("liftRecusal", SHAPE, **lifting(recused))

    assert (refusal["code"], refusal["path"]) == ("NOT_PERMITTED", [])
    assert not await sees(city, "inspector2", recused)


async def test_nobody_lifts_his_own(city: City) -> None:
    await grant(city, "clerk", Role.DISPATCHER)
    recused = await recuse(city, await city.case_in("IN_PROGRESS"), "clerk")

    own = await city.as_("clerk").refused("liftRecusal", SHAPE, **lifting(recused))

    assert (own["code"], own["path"]) == ("NOT_FOUND", ["recusalId"])
    blank = await city.as_("dispatcher").refused("liftRecusal", SHAPE, **lifting(recused, reason=" "))
    assert (blank["code"], blank["path"]) == ("REASON_REQUIRED", ["reason"])
    assert not await sees(city, "clerk", recused)


# --- what it closes


async def test_no_query_tells_of_the_case_and_none_differs_from_one_about_nothing(city: City) -> None:
    case, kept = await city.case_in("PENDING_SIGN_OFF"), await city.case_in("PENDING_SIGN_OFF")
    for who in ("responsible", "leader"):
        assert {each["id"] for each in (await city.as_(who).ask(LIST))["cases"]["nodes"]} == {case["id"], kept["id"]}

    recused = await recuse(city, await recuse(city, case, "responsible"), "leader")

    assert [
        each["kind"] for each in (await city.as_("clerk").ask(TIMELINE, n=case["number"]))["case"]["timeline"]["nodes"]
    ].count("RECUSED") == 2
    nowhere = f"{int(case['number']) + 1:0{len(case['number'])}d}"
    for who in ("responsible", "leader"):
        caller = city.as_(who)
        only = {"totalCount": 1, "nodes": [{"id": kept["id"]}]}
        assert (await caller.ask(LIST))["cases"] == only
        for document in (LOOK, TIMELINE):
            assert (await caller.post(document, n=case["number"])).content == (
                await caller.post(document, n=nowhere)
            ).content
        for key in (case["id"], recused["recusal"]["id"]):
            absent = ids.encode("Case", uuid4())
            assert (await caller.post(ONE, i=key)).content == (await caller.post(ONE, i=absent)).content
            assert (await caller.post(MANY, i=[key])).content == (await caller.post(MANY, i=[absent])).content
    mine = await city.as_("responsible").ask(APPROVALS)
    assert mine["approvals"] == {"totalCount": 1, "nodes": [{"case": {"number": kept["number"]}}]}


async def test_compiled_reads_and_ordinary_ones_agree_about_it(city: City) -> None:
    case, kept = await city.case_in("IN_PROGRESS"), await city.case_in("IN_PROGRESS")
    asked: list[tuple[str, Data]] = [(LOOK, {"n": case["number"]}), (LIST, {}), (TIMELINE, {"n": case["number"]})]
    async with planned.ways(city) as ways:
        for document, given in asked:  # compiled while it could be seen
            assert case["id"].encode() in (await ways.both("clerk", LIST, {}))[0][1]
            await ways.both("clerk", document, given)

        await recuse(city, case, "clerk")

        for document, given in asked:
            compiled, ordinary = await ways.both("clerk", document, given)
            assert compiled == ordinary
            assert case["id"].encode() not in compiled[1]
            assert (kept["id"].encode() in compiled[1]) == (document == LIST)
        assert ways.plans.counts["planned"] >= len(asked)


async def test_neither_the_bytes_of_a_photo_come_nor_go(city: City) -> None:
    case, data = await city.case_in("IN_PROGRESS"), picture()
    photo = await verified(city, case=case)
    (late,) = await declared(city, declaration(data), case=case)
    seen = (await city.as_("dispatcher").ask(LOOK, n=case["number"]))["case"]
    assert (await get(city.as_("inspector"), photo["url"])).status_code == 200

    await recuse(city, seen, "inspector")

    inspector, nothing = city.as_("inspector"), f"{city.base_url}/photos/{uuid4()}"
    for mine, other in ((await get(inspector, photo["url"]), await get(inspector, nothing)),
                        (await put(inspector, late["uploadUrl"], data), await put(inspector, f"{nothing}/content", data))):  # fmt: skip
        assert (mine.status_code, mine.content) == (other.status_code, other.content) == (404, other.content)


async def test_a_running_subscription_is_told_of_its_removal_and_no_more(city: City) -> None:
    other = await city.case_in("DISPATCHED")
    case = await city.case_in("DISPATCHED")
    async with city.as_("clerk").subscribe(EVENTS) as stream, city.as_("leader").subscribe(EVENTS) as all_:
        await asyncio.sleep(0.3)  # both begin from now on
        case = await city.sign_for(case)
        assert (await stream.event())["case"] == {"number": case["number"]}

        recused = await recuse(city, case, "clerk")
        noted = await city.as_("leader").done("instructCase", **change(recused), text="速办")
        await city.sign_for(other)
        removed, next_ = await stream.event(), await stream.event()
        assert removed == {"kind": "REMOVED", "caseId": case["id"], "case": None}
        assert (next_["kind"], next_["caseId"]) == ("SIGNED_FOR", other["id"])

        await lift(city, {**noted["case"], "recusal": recused["recusal"]})
        assert await stream.event() == {
            "kind": "RECUSAL_LIFTED", "caseId": case["id"], "case": {"number": case["number"]},
        }  # fmt: skip
        kinds = [(await all_.event())["kind"] for _ in range(5)]
        assert kinds == ["SIGNED_FOR", "RECUSED", "INSTRUCTED", "SIGNED_FOR", "RECUSAL_LIFTED"]


async def test_every_mutation_answers_whoever_is_off_as_if_there_were_no_case(city: City) -> None:
    tried = 0
    for attempt in await attempts(city):
        place = next((name for name in attempt.input if name == "caseId" or name in ON_A_CASE), None)
        if place is None:
            continue
        await _take_off(city, attempt, place)
        kind = "Case" if place == "caseId" else ON_A_CASE[place][0]
        absent = {**attempt.input, place: ids.encode(kind, uuid4())}

        told, nothing = await _answer(attempt, attempt.input), await _answer(attempt, absent)

        assert told == nothing, attempt.mutation
        assert [error["code"] for error in told["userErrors"]] == ["NOT_FOUND"], attempt.mutation
        tried += 1
    assert tried >= 35


async def _take_off(city: City, attempt: Attempt, place: str) -> None:
    number = await _case_number(attempt.input[place], place)
    if attempt.who == "enterprise":  # nobody of the authority's, and of no unit
        held = "UPDATE cases SET recused_ids = ARRAY[$2::uuid] WHERE number = $1"
        return await alter(held, number, city.persons[attempt.who])
    case = (await city.as_("leader").ask(LOOK, n=number))["case"]
    await city.as_("dispatcher").done("declareRecusal", "__typename", **declaring(city, case, attempt.who))
    return None


async def _case_number(key: str, place: str) -> str:
    if place == "caseId":
        (row,) = await db.query("SELECT number FROM cases WHERE id = $1", ids.wanted(key, "Case", place))
    else:
        kind, table = ON_A_CASE[place]
        sql = f"SELECT c.number FROM cases c JOIN {table} x ON x.case_id = c.id WHERE x.id = $1"
        (row,) = await db.query(sql, ids.wanted(key, kind, place))
    return str(row["number"])


async def _answer(attempt: Attempt, given: Data) -> Any:
    response = await attempt.post({**given, "idempotencyKey": str(uuid4())})
    return response.json()["data"][attempt.mutation]


@pytest.mark.parametrize("place", ["caseId", "targetCaseId"])
async def test_two_cases_are_merged_by_whoever_sees_both(city: City, place: str) -> None:
    case, target = await city.receive(), await city.receive()
    hidden = await recuse(city, case if place == "caseId" else target, "west_dispatcher")
    await grant(city, "west_dispatcher", Role.DISPATCHER)

    given = {
        **change(case),
        "targetCaseId": target["id"],
        "expectedVersion": hidden["version"] if place == "caseId" else case["version"],
    }
    refusal = await city.as_("west_dispatcher").refused("mergeCase", **given)

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", [place])


# --- who is named


async def test_whoever_is_off_is_named_neither_as_inspector_nor_as_handler(city: City) -> None:
    case = await recuse(city, await city.case_in("IN_PROGRESS"), "inspector2")
    inspectors = [city.login("inspector"), city.login("inspector2")]
    note = {"caseId": case["id"], "capturedAt": "2026-11-20T10:00:00+08:00", "findings": "无异常"}
    result: Data = {"department": "科", "outcome": "MEDIATED", "reply": "已退款"}

    noted = await city.as_("inspector").refused(
        "addInspectionNote", "inspectionNote { id }", **note, inspectors=inspectors
    )
    named = await city.as_("clerk").refused(
        "submitResult", **change(case), **result, handlers=[person(city, "inspector2")]
    )

    assert (noted["code"], noted["path"]) == ("RECUSED", ["inspectors", "1"])
    assert (named["code"], named["path"]) == ("RECUSED", ["handlers", "0"])
    lifted = await lift(city, case)
    await city.inspect(lifted)
    assert (await city.submit(lifted, handlers=[city.login("inspector2")]))["status"] == "PENDING_SIGN_OFF"


# --- a unit with nobody left


@pytest.mark.parametrize("whom", ["clerk", "responsible"])
async def test_no_case_is_dispatched_to_a_unit_that_is_left_with_nobody(city: City, whom: str) -> None:
    case = await recuse(city, await city.receive(), whom)
    east, west = city.codes["east"], city.codes["west"]
    dispatcher = city.as_("dispatcher")

    lead = await dispatcher.refused("dispatchCase", **change(case), leadOfficeCode=east)
    beside = await dispatcher.refused(
        "dispatchCase", **change(case), leadOfficeCode=west, coOfficeCodes=[city.codes["stall"], east]
    )

    assert (lead["code"], lead["path"]) == ("RECUSAL_LEAVES_NOBODY", ["leadOfficeCode"])
    assert (beside["code"], beside["path"]) == ("RECUSAL_LEAVES_NOBODY", ["coOfficeCodes", "1"])
    assert (await city.dispatch(case, "west"))["status"] == "DISPATCHED"


async def test_one_of_two_left_is_enough_while_he_holds_the_role_and_works_here(city: City) -> None:
    await grant(city, "west_clerk", Role.CLERK, "east")
    case = await recuse(city, await city.receive(), "clerk")
    gone = "UPDATE persons SET active = $2 WHERE id = $1"
    await alter(gone, city.persons["west_clerk"], False)
    given = {**change(case), "leadOfficeCode": city.codes["east"]}
    assert (await city.as_("dispatcher").refused("dispatchCase", **given))["code"] == "RECUSAL_LEAVES_NOBODY"
    await alter(gone, city.persons["west_clerk"], True)
    ended = "UPDATE role_grants SET valid_to = $3 WHERE person_id = $1 AND office_id = $2"
    (row,) = await db.query("SELECT now() AS now")
    await alter(ended, city.persons["west_clerk"], city.offices["east"], row["now"])
    assert (await city.as_("dispatcher").refused("dispatchCase", **given))["code"] == "RECUSAL_LEAVES_NOBODY"
    await alter(ended, city.persons["west_clerk"], city.offices["east"], None)

    assert (await city.dispatch(case))["status"] == "DISPATCHED"


async def test_that_nobody_is_left_does_not_keep_the_last_one_on(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    await recuse(city, case, None, by="clerk")

    assert not await sees(city, "clerk", case)


# --- cases that go on in one


async def test_who_is_off_a_case_is_off_all_that_goes_on_in_one_with_it(city: City) -> None:
    first, second, target = await city.receive(), await city.receive(), await city.case_in("IN_PROGRESS")
    first, target = await recuse(city, first, "clerk"), await recuse(city, target, "inspector")
    merge = {**change(first), "targetCaseId": second["id"]}
    second = (await city.as_("dispatcher").done("mergeCase", "target { id number version }", **merge))["target"]
    merge = {**change(second), "targetCaseId": target["id"]}
    assert await sees(city, "clerk", target)

    joined = (await city.as_("dispatcher").done("mergeCase", "target { id number version }", **merge))["target"]

    for who in ("clerk", "inspector"):
        assert [await sees(city, who, case) for case in (first, second, target)] == [False] * 3, who
    later = await recuse(city, joined, "responsible")
    assert [await sees(city, "responsible", case) for case in (first, second, target)] == [False] * 3
    await lift(city, later)
    assert [await sees(city, "responsible", case) for case in (first, second, target)] == [True] * 3
    merged = (await city.as_("dispatcher").ask(LOOK, n=first["number"]))["case"]
    await lift(city, {**merged, "recusal": first["recusal"]})
    assert [await sees(city, "clerk", case) for case in (first, second, target)] == [True] * 3
    assert [await sees(city, "inspector", case) for case in (first, second, target)] == [False] * 3


async def test_who_is_off_a_case_is_off_what_is_split_from_it(city: City) -> None:
    case = await recuse(city, await recuse(city, await city.receive(), "leader"), "agent")
    lifted = await lift(city, case)
    told = {"kind": "REPORT", "newTitle": "出售过期口罩", "newDescription": "举报该店。"}

    done = await city.as_("agent").done("splitCase", "split { id number version }", **change(lifted), **told)

    split = done["split"]
    assert [await sees(city, who, split) for who in ("leader", "agent", "supervisor")] == [False, True, True]
    (own,) = (await city.as_("supervisor").ask(RECORDS, i=split["id"]))["node"]["recusals"]
    assert (own["person"], own["reason"]) == ({"login": city.login("leader")}, "与被投诉人系近亲属")
    assert own["declaredBy"] == {"login": city.login("dispatcher")}
    await lift(city, {**split, "recusal": own})
    assert [await sees(city, "leader", each) for each in (case, split)] == [False, True]


# --- at once, and again


async def test_of_two_who_declare_it_at_once_one_does(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    told = await asyncio.gather(
        city.as_("dispatcher").do("declareRecusal", **declaring(city, case, "clerk")),
        city.as_("responsible").do("declareRecusal", **declaring(city, case, "clerk")),
        city.as_("clerk").do("declareRecusal", **declaring(city, case)),
    )

    codes = sorted(error["code"] for each in told for error in each["userErrors"])
    assert codes in (["STALE_VERSION", "STALE_VERSION"], ["NOT_FOUND", "STALE_VERSION"])
    assert len((await city.as_("leader").ask(RECORDS, i=case["id"]))["node"]["recusals"]) == 1


async def test_a_result_and_a_recusal_at_once_are_one_before_the_other(city: City) -> None:
    for _ in range(4):
        case = await city.case_in("IN_PROGRESS")
        result: Data = {
            "department": "科",
            "handlers": [city.login("inspector")],
            "outcome": "MEDIATED",
            "reply": "已退款",
        }

        declared_, submitted = await asyncio.gather(
            city.as_("dispatcher").do("declareRecusal", **declaring(city, case, "clerk")),
            city.as_("clerk").do("submitResult", **change(case), **result),
        )

        codes = [[error["code"] for error in each["userErrors"]] for each in (declared_, submitted)]
        assert codes in ([[], ["NOT_FOUND"]], [["STALE_VERSION"], []])


async def test_a_third_party_is_not_told_that_anybody_is_off(city: City) -> None:
    recused = await recuse(city, await city.case_in("IN_PROGRESS"), "clerk")

    assert (await city.as_("integrator").ask(RECORDS, i=recused["id"]))["node"] == {"recusals": []}
    assert (await city.as_("integrator").ask(ONE, i=recused["recusal"]["id"]))["node"] is None


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, dispatcher = await city.case_in("IN_PROGRESS"), city.as_("dispatcher")
    given = declaring(city, case, "clerk")
    await repeats.shows_the_case_as_it_is(city, dispatcher, "declareRecusal", case, **given)
    await repeats.leaves_its_key_free(city, dispatcher, "declareRecusal", {**given, "reason": ""}, given)
    other = declaring(city, await city.case_in("IN_PROGRESS"))
    own = await repeats.takes_effect_once(city, city.as_("clerk"), "declareRecusal", other, {"reason": "另一内容"})
    assert own["case"] is None
    recused = await recuse(city, await city.case_in("IN_PROGRESS"), "clerk")
    await repeats.takes_effect_once(city, dispatcher, "liftRecusal", lifting(recused), {"reason": "另一内容"})
