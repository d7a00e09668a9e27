"""人员: staff are named by id or login, within their own city, and third parties are not told of them."""

from __future__ import annotations

from tests.client import Data
from tests.world import City, alter, change

RESULT = "result { handlers { id login name office { code } } }"


async def person_id(city: City, who: str) -> str:
    found: str = (await city.as_(who).ask("{ viewer { person { id } } }"))["viewer"]["person"]["id"]
    return found


def a_result(handlers: list[str]) -> Data:
    return {"department": "价格监督科", "handlers": handlers, "outcome": "EXPLAINED", "reply": "已解释。"}


async def test_staff_know_their_colleagues_and_nobody_else_does(city: City, other_city: City) -> None:
    key = await person_id(city, "inspector")
    asked = "query ($i: ID!) { node(id: $i) { ... on Person { login name office { code name } } } }"

    found = (await city.as_("clerk").ask(asked, i=key))["node"]

    office = {"code": city.codes["east"], "name": "east局"}
    assert found == {"login": city.login("inspector"), "name": "员工inspector", "office": office}
    assert (await city.as_("admin").ask(asked, i=key))["node"] == found
    for stranger in (city.as_("integrator"), other_city.as_("leader")):
        assert (await stranger.ask(asked, i=key))["node"] is None


async def test_of_a_person_the_schema_tells_name_login_and_office_alone(city: City) -> None:
    found = await city.as_("admin").ask('{ __type(name: "Person") { fields { name } } }')

    assert {field["name"] for field in found["__type"]["fields"]} == {"id", "login", "name", "office"}


async def test_handlers_are_named_by_id_or_login_each_once_in_the_order_given(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    named = [city.login("inspector2"), await person_id(city, "inspector"), await person_id(city, "inspector2")]

    payload = await city.as_("clerk").done("submitResult", RESULT, **change(case), **a_result(named))

    assert [each["login"] for each in payload["result"]["handlers"]] == [
        city.login("inspector2"),
        city.login("inspector"),
    ]
    asked = "query ($i: ID!) { node(id: $i) { ... on Case { results { handlers { login } } } } }"
    assert (await city.as_("integrator").ask(asked, i=case["id"]))["node"] == {"results": [{"handlers": []}]}


async def test_whoever_is_not_at_work_here_cannot_be_named(city: City, other_city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await alter("UPDATE persons SET active = false WHERE id = $1", city.persons["inspector2"])
    strangers = (
        city.login("inspector2"),
        await person_id(other_city, "inspector"),
        other_city.login("inspector"),
        city.login("integrator"),
        case["id"],  # an id, but of no person
        "nobody",
        "",
    )

    refusals = []
    for stranger in strangers:
        given = a_result([city.login("inspector"), stranger])
        refusals.append(await city.as_("clerk").refused("submitResult", **change(case), **given))

    assert {(error["code"], *error["path"]) for error in refusals} == {("NOT_FOUND", "handlers", "1")}
    assert len({error["message"] for error in refusals}) == 1
    assert (await city.submit(case))["status"] == "PENDING_SIGN_OFF"


async def test_nor_can_a_colleague_who_handles_no_cases_or_no_more(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    await alter("UPDATE role_grants SET valid_to = now() WHERE person_id = $1", city.persons["inspector2"])

    for who in ("agent", "leader", "caller", "inspector2"):
        given = a_result([city.login("inspector"), city.login(who)])
        refusal = await city.as_("clerk").refused("submitResult", **change(case), **given)
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["handlers", "1"]), who
    given = a_result([city.login("inspector"), city.login("adviser"), city.login("west_clerk")])
    payload = await city.as_("clerk").done("submitResult", RESULT, **change(case), **given)
    assert len(payload["result"]["handlers"]) == 3


async def test_more_than_twenty_are_not_looked_up(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")

    refusal = await city.as_("clerk").refused("submitResult", **change(case), **a_result([city.login("clerk")] * 21))

    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["handlers"])
    case = await city.submit(case, handlers=[city.login("clerk")] * 20)
    assert case["status"] == "PENDING_SIGN_OFF"


async def test_the_same_inspector_named_twice_is_one(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    visit: Data = {"caseId": case["id"], "capturedAt": "2026-11-20T10:00:00+08:00", "findings": "现场检查。"}
    twice = [await person_id(city, "inspector"), city.login("inspector")]

    refusal = await city.as_("inspector").refused(
        "addInspectionNote", "inspectionNote { id }", **visit, inspectors=twice
    )

    assert (refusal["code"], refusal["path"]) == ("INSPECTORS_REQUIRED", ["inspectors"])
    note = await city.inspect(case, inspectors=[*twice, city.login("west_inspector")])
    assert note["id"]
