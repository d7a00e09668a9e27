"""派单与签收: exactly one lead, any co-handlers, and each acknowledges."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from resolvers.rules.calendars import build_year, calendar_of
from resolvers.rules.days import ZONE, end_of, nth_working_day
from tests import repeats
from tests.client import Data
from tests.world import City, change, let_pass

CLOCKS = "deadlines { kind dueAt startAt metAt breachedAt }"
SHAPE = (
    "case { id number version status leadOffice { code } assignments { role status signedForAt office { code } }"
    f" {CLOCKS} timeline {{ nodes {{ kind caseVersion }} }} }}"
)


def clock(case: Data, kind: str) -> Data:
    (found,) = (each for each in case["deadlines"] if each["kind"] == kind)
    return dict(found)


async def status_of(city: City, case: Data) -> Data:
    shape = "query ($n: String!) { case(number: $n) { version status assignments { role signedForAt } } }"
    found: Data = (await city.as_("dispatcher").ask(shape, n=case["number"]))["case"]
    return found


async def test_a_dispatch_names_one_lead_and_co_handlers_and_the_time_to_acknowledge_begins(city: City) -> None:
    case = await city.receive()
    given = {"leadOfficeCode": city.codes["east"], "coOfficeCodes": [city.codes["west"], city.codes["stall"]]}

    payload = await city.as_("dispatcher").done("dispatchCase", SHAPE, **change(case), **given)

    found = payload["case"]
    assert (found["status"], found["version"], found["leadOffice"]) == (
        "DISPATCHED",
        2,
        {"code": city.codes["east"]},
    )
    roles = {(each["role"], each["office"]["code"]) for each in found["assignments"]}
    assert roles == {("LEAD", city.codes["east"]), ("CO", city.codes["west"]), ("CO", city.codes["stall"])}
    assert found["assignments"][0]["role"] == "LEAD"
    assert {(each["status"], each["signedForAt"]) for each in found["assignments"]} == {("ACTIVE", None)}
    assert clock(found, "TRIAGE")["metAt"] == clock(found, "SIGN_FOR")["startAt"]
    assert clock(found, "TRIAGE")["breachedAt"] is None
    today = datetime.fromisoformat(clock(found, "SIGN_FOR")["startAt"]).astimezone(ZONE).date()
    calendar = calendar_of(1, (build_year(year) for year in (today.year, today.year + 1)))
    due = datetime.fromisoformat(clock(found, "SIGN_FOR")["dueAt"])
    assert due == end_of(nth_working_day(calendar, today, 1))
    assert clock(found, "SIGN_FOR")["metAt"] is None
    assert found["timeline"]["nodes"][-1] == {"kind": "DISPATCHED", "caseVersion": 2}


async def test_triage_after_the_twenty_four_hours_is_a_breach_for_good(city: City) -> None:
    case = await city.receive()
    await let_pass(case, 2)

    payload = await city.as_("dispatcher").done(
        "dispatchCase", SHAPE, **change(case), leadOfficeCode=city.codes["east"]
    )

    triage = clock(payload["case"], "TRIAGE")
    assert triage["metAt"] > triage["dueAt"] == triage["breachedAt"]


@pytest.mark.parametrize(
    ("lead", "co", "code", "path"),
    [
        (None, [], "LEAD_REQUIRED", ["leadOfficeCode"]),
        ("", [], "LEAD_REQUIRED", ["leadOfficeCode"]),
        ("不存在", [], "NOT_FOUND", ["leadOfficeCode"]),
        pytest.param("9" * 5_000, [], "NOT_FOUND", ["leadOfficeCode"], id="a novel"),
        ("foreign", [], "NOT_FOUND", ["leadOfficeCode"]),
        ("east", ["west", "不存在"], "NOT_FOUND", ["coOfficeCodes", "1"]),
        ("east", ["foreign"], "NOT_FOUND", ["coOfficeCodes", "0"]),
        ("east", ["east"], "INVALID_INPUT", ["coOfficeCodes", "0"]),
        ("east", ["west", "west"], "INVALID_INPUT", ["coOfficeCodes", "1"]),
        ("east", ["west"] * 11, "INVALID_INPUT", ["coOfficeCodes"]),
    ],
)
async def test_a_dispatch_without_one_known_lead_or_with_doubtful_others_is_refused(
    city: City, other_city: City, lead: str | None, co: list[str], code: str, path: list[str]
) -> None:
    case = await city.receive()
    codes = {**city.codes, "foreign": other_city.codes["east"]}
    given: Data = {
        "leadOfficeCode": codes.get(lead, lead) if lead else lead,
        "coOfficeCodes": [codes.get(each, each) for each in co],
    }

    refusal = await city.as_("dispatcher").refused("dispatchCase", **change(case), **given)

    assert (refusal["code"], refusal["path"]) == (code, path)
    assert await status_of(city, case) == {"version": 1, "status": "RECORDED", "assignments": []}


async def test_a_dispatched_case_is_not_dispatched_again(city: City) -> None:
    case = await city.case_in("DISPATCHED")

    refusal = await city.as_("dispatcher").refused("dispatchCase", **change(case), leadOfficeCode=city.codes["west"])

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "DISPATCHED")
    assert len((await status_of(city, case))["assignments"]) == 1


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("agent", "NOT_PERMITTED"),
        ("clerk", "NOT_PERMITTED"),
        ("leader", "NOT_PERMITTED"),
        ("west_dispatcher", "NOT_FOUND"),
    ],
)
async def test_only_a_dispatcher_who_sees_the_case_dispatches_it(city: City, who: str, code: str) -> None:
    case = await city.receive()

    refusal = await city.as_(who).refused("dispatchCase", **change(case), leadOfficeCode=city.codes["west"])

    assert refusal["code"] == code


async def test_another_citys_case_does_not_exist(city: City, other_city: City) -> None:
    case = await other_city.receive()

    refusal = await city.as_("dispatcher").refused("dispatchCase", **change(case), leadOfficeCode=city.codes["west"])

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["caseId"])


@pytest.mark.parametrize("case_id", ["", "x", "Q2FzZTo", "长", pytest.param("x" * 10_000, id="a novel")])
async def test_an_id_of_nothing_is_not_found(city: City, case_id: str) -> None:
    given: Data = {"caseId": case_id, "expectedVersion": 1, "leadOfficeCode": city.codes["west"]}

    refusal = await city.as_("dispatcher").refused("dispatchCase", **given)

    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["caseId"])


async def test_the_leads_acknowledgement_begins_the_handling(city: City) -> None:
    case = await city.case_in("DISPATCHED")

    payload = await city.as_("clerk").done("signForCase", SHAPE, **change(case))

    found = payload["case"]
    (assignment,) = found["assignments"]
    assert (found["status"], found["version"]) == ("IN_PROGRESS", case["version"] + 1)
    assert clock(found, "SIGN_FOR")["metAt"] == assignment["signedForAt"]
    assert clock(found, "SIGN_FOR")["breachedAt"] is None
    again = await city.as_("clerk").refused("signForCase", **change(found))
    assert (again["code"], again["status"]) == ("INVALID_TRANSITION", "IN_PROGRESS")


async def test_an_acknowledgement_too_late_is_a_breach_and_still_begins_the_handling(city: City) -> None:
    case = await city.case_in("DISPATCHED")
    await let_pass(case, 15)

    payload = await city.as_("clerk").done("signForCase", SHAPE, **change(case))

    late = clock(payload["case"], "SIGN_FOR")
    assert payload["case"]["status"] == "IN_PROGRESS"
    assert late["metAt"] > late["dueAt"] == late["breachedAt"]


async def test_a_co_handlers_acknowledgement_is_kept_beside_the_leads(city: City) -> None:
    case = await city.dispatch(await city.receive(), co=("west",))

    payload = await city.as_("west_clerk").done("signForCase", SHAPE, **change(case))

    found = payload["case"]
    assert (found["status"], clock(found, "SIGN_FOR")["metAt"]) == ("DISPATCHED", None)
    assert {each["role"]: bool(each["signedForAt"]) for each in found["assignments"]} == {"LEAD": False, "CO": True}
    again = await city.as_("west_clerk").refused("signForCase", **change(found))
    assert (again["code"], again["status"]) == ("INVALID_TRANSITION", "DISPATCHED")
    assert (await city.sign_for(found))["status"] == "IN_PROGRESS"


async def test_a_co_handler_may_acknowledge_while_the_lead_is_at_work_and_not_after(city: City) -> None:
    case = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))

    case = await city.sign_for(case, "west_clerk")

    assert case["status"] == "IN_PROGRESS"
    done = await city.sign_for(await city.dispatch(await city.receive(), co=("west",)))
    done = await city.submit(done, coHandlerOverrideReason="协办单位无需到场")
    refusal = await city.as_("west_clerk").refused("signForCase", **change(done))
    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "PENDING_SIGN_OFF")


@pytest.mark.parametrize(
    ("who", "lead", "code"),
    [
        ("clerk", "stall", "NOT_YOUR_OFFICE"),  # the county sees its institute's case and does not acknowledge for it
        ("stall_clerk", "east", "NOT_FOUND"),
        ("west_clerk", "east", "NOT_FOUND"),
        ("inspector", "east", "NOT_PERMITTED"),
        ("responsible", "east", "NOT_PERMITTED"),
    ],
)
async def test_only_the_office_it_was_dispatched_to_acknowledges(city: City, who: str, lead: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), lead)

    refusal = await city.as_(who).refused("signForCase", **change(case))

    assert refusal["code"] == code
    assert (await status_of(city, case))["status"] == "DISPATCHED"


async def test_a_report_is_hidden_from_the_county_above_the_institute_that_handles_it(city: City) -> None:
    case = await city.dispatch(await city.receive(kind="REPORT"), "stall")

    refusal = await city.as_("clerk").refused("signForCase", **change(case))

    assert refusal["code"] == "NOT_FOUND"
    assert (await city.sign_for(case, "stall_clerk"))["status"] == "IN_PROGRESS"


async def test_a_repeat_counts_once_as_such_on_its_lead_and_only_when_the_first_was_dispatched(city: City) -> None:
    shape = "case { id version assignments { role isRepeat } }"
    first, second = await city.receive(), await city.receive()
    given = {"leadOfficeCode": city.codes["east"], "coOfficeCodes": [city.codes["west"]]}
    dispatcher = city.as_("dispatcher")

    early = await dispatcher.done("dispatchCase", shape, **change(second), **given)
    await dispatcher.done("dispatchCase", shape, **change(first), **given)
    late = await dispatcher.done("dispatchCase", shape, **change(await city.receive()), **given)

    assert [each["isRepeat"] for each in early["case"]["assignments"]] == [False, False]
    assert late["case"]["assignments"] == [{"role": "LEAD", "isRepeat": True}, {"role": "CO", "isRepeat": False}]


async def test_dispatch_and_acknowledgement_take_effect_once(city: City) -> None:
    dispatcher, clerk = city.as_("dispatcher"), city.as_("clerk")
    case = await city.receive()
    good = {**change(case), "leadOfficeCode": city.codes["east"]}

    await repeats.shows_the_case_as_it_is(city, dispatcher, "dispatchCase", case, **good)
    await repeats.leaves_its_key_free(city, dispatcher, "dispatchCase", {**good, "leadOfficeCode": None}, good)
    good = {**change(await city.receive()), "leadOfficeCode": city.codes["east"]}
    payload = await repeats.takes_effect_once(
        city, dispatcher, "dispatchCase", good, {"leadOfficeCode": city.codes["west"]}
    )

    case = payload["case"]
    await repeats.shows_the_case_as_it_is(city, clerk, "signForCase", case, **change(case))
    stale = {**change(case), "expectedVersion": 1}
    other = await city.case_in("DISPATCHED")
    await repeats.takes_effect_once(city, clerk, "signForCase", change(case), change(other))
    await repeats.leaves_its_key_free(city, clerk, "signForCase", stale, change(other))


async def test_of_four_dispatchers_at_once_one_wins(city: City) -> None:
    case = await city.receive()
    offices = ["east", "west", "stall", "top"]

    payloads = await asyncio.gather(
        *(
            city.as_("dispatcher").do("dispatchCase", **change(case), leadOfficeCode=city.codes[office])
            for office in offices
        )
    )

    stale = [error["__typename"] for payload in payloads for error in payload["userErrors"]]
    assert stale == ["StaleVersionError"] * 3
    assert [each["role"] for each in (await status_of(city, case))["assignments"]] == ["LEAD"]
