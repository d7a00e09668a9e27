"""告知: what the law wants told is told once its limit runs, in time or late, and to nobody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from resolvers.doors import db
from tests import repeats
from tests.client import Data
from tests.world import City, change, let_pass

CASE = "case { id number version status deadlines { kind clock round startAt dueAt metAt breachedAt } }"
NOTICE = "notice { id round kind text givenAt givenBy { login } }"
TOLD = {"ACCEPTANCE": "您的投诉已受理。", "TERMINATION": "调解已终止。", "INFORMANT": "您举报的事项已立案。"}


def telling(case: Data, kind: str, **given: Any) -> Data:
    return {**change(case), "kind": kind, "text": TOLD[kind], **given}


async def tell(city: City, case: Data, kind: str, who: str = "clerk", **given: Any) -> Data:
    payload = await city.as_(who).done("giveNotice", f"{CASE} {NOTICE}", **telling(case, kind, **given))
    return {**payload["case"], "notice": payload["notice"]}


async def owed(city: City, kind: str) -> Data:
    """A case of which such a notice is due."""
    match kind:
        case "ACCEPTANCE":
            return await city.case_in("IN_PROGRESS")
        case "TERMINATION":
            case = await city.case_in("IN_PROGRESS")
            given = {"ground": "WITHDRAWN_OR_SETTLED", "reason": "投诉人撤回"}
            return dict((await city.as_("clerk").done("terminateCase", **change(case), **given))["case"])
        case _:
            return await city.case_in("CLOSED_AWAITING_CALLBACK", kind="REPORT")


def clocks(case: Data, kind: str) -> list[Data]:
    return [each for each in case["deadlines"] if each["kind"] == kind]


LIMITS = {"ACCEPTANCE": "ACCEPTANCE", "TERMINATION": "TERMINATION_NOTICE", "INFORMANT": "NOTIFY_INFORMANT"}


@pytest.mark.parametrize("who", ["clerk", "dispatcher"])
@pytest.mark.parametrize("kind", list(LIMITS))
async def test_told_its_limit_is_met_and_it_is_not_due_again(city: City, kind: str, who: str) -> None:
    case = await owed(city, kind)

    told = await tell(city, case, kind, who, text=f"  {TOLD[kind]} ")

    assert (told["status"], told["version"]) == (case["status"], case["version"] + 1)
    assert told["notice"] == {
        "id": told["notice"]["id"],
        "round": 1,
        "kind": kind,
        "text": TOLD[kind],
        "givenAt": told["notice"]["givenAt"],
        "givenBy": {"login": city.login(who)},
    }
    (limit,) = clocks(told, LIMITS[kind])
    assert (limit["clock"], limit["metAt"], limit["breachedAt"]) == ("STATUTORY", told["notice"]["givenAt"], None)
    again = await city.as_(who).refused("giveNotice", **telling(told, kind))
    assert (again["code"], again["path"]) == ("NOTICE_NOT_DUE", ["kind"])


@pytest.mark.parametrize("kind", list(LIMITS))
async def test_told_late_the_breach_is_a_fact(city: City, kind: str) -> None:
    case = await owed(city, kind)
    await let_pass(case, 30)

    told = await tell(city, case, kind)

    (limit,) = clocks(told, LIMITS[kind])
    assert limit["breachedAt"] == limit["dueAt"] < limit["metAt"]


async def test_accepted_a_complaint_is_mediated_from_then_on_and_no_longer_once_it_is_closed(city: City) -> None:
    told = await tell(city, await city.case_in("IN_PROGRESS"), "ACCEPTANCE")

    (mediation,) = clocks(told, "MEDIATION")
    assert (mediation["clock"], mediation["startAt"]) == ("STATUTORY", told["notice"]["givenAt"])
    assert mediation["metAt"] is None
    closed = await city.sign_off(await city.submit(told))
    document = f"query ($n: String!) {{ {CASE.replace('case', 'case(number: $n)', 1)} }}"
    seen = (await city.as_("clerk").ask(document, n=told["number"]))["case"]
    assert [each["metAt"] for each in clocks(seen, "MEDIATION")] == [closed["closedAt"]]


@pytest.mark.parametrize("status", ["RECORDED", "DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF", "ARCHIVED"])
async def test_a_complaint_is_accepted_once_a_unit_has_it_and_while_it_is_open(city: City, status: str) -> None:
    case = await city.case_in(status)

    payload = await city.as_("dispatcher").do("giveNotice", **telling(case, "ACCEPTANCE"))

    expected = {"RECORDED": ["INVALID_TRANSITION"], "ARCHIVED": ["NOTICE_NOT_DUE"]}
    assert [error["code"] for error in payload["userErrors"]] == expected.get(status, [])


async def test_while_the_unit_says_it_is_not_its_own_nothing_is_accepted(city: City) -> None:
    case = await city.case_in("DISPATCHED")
    asked = await city.as_("clerk").done("requestReturn", **change(case), reason="不属本辖区")

    refusal = await city.as_("clerk").refused("giveNotice", **telling(asked["case"], "ACCEPTANCE"))

    assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "RETURN_REQUESTED")


@pytest.mark.parametrize(
    ("kind", "matter"),
    [
        ("ACCEPTANCE", {"kind": "REPORT"}),
        ("ACCEPTANCE", {"kind": "HELP_REQUEST"}),
        ("TERMINATION", {}),
        ("INFORMANT", {"kind": "REPORT"}),  # no decision has been taken
        ("INFORMANT", {}),
    ],
)
async def test_what_no_limit_asks_for_is_not_due(city: City, kind: str, matter: Data) -> None:
    case = await city.case_in("IN_PROGRESS", **matter)

    refusal = await city.as_("clerk").refused("giveNotice", **telling(case, kind))

    assert (refusal["code"], refusal["path"]) == ("NOTICE_NOT_DUE", ["kind"])


@pytest.mark.parametrize(
    ("party", "is_due"),
    [
        ({"name": "张三丰", "phone": "14012345678"}, True),
        ({"name": "张三丰", "phone": "14012345678", "wantsConfidentiality": True}, True),
        ({"name": "张三丰"}, False),
        ({"phone": "14012345678"}, False),
        (None, False),
    ],
)
async def test_whoever_informed_under_a_name_and_number_is_told_within_five_working_days(
    city: City, party: Data | None, is_due: bool
) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK", kind="REPORT", party=party)

    found = await db.query(
        "SELECT d.amount, d.unit, d.start_at FROM deadlines d JOIN cases c ON c.id = d.case_id"
        " WHERE c.number = $1 AND d.kind = 'NOTIFY_INFORMANT'",
        case["number"],
    )

    assert [(row["amount"], row["unit"]) for row in found] == ([(5, "WORKING_DAY")] if is_due else [])
    began = [datetime.fromisoformat(case["closedAt"])] if is_due else []
    assert [row["start_at"] for row in found] == began


async def test_an_informant_not_told_before_the_case_was_done_again_is_still_to_be_told(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK", kind="REPORT")
    again = await city.review(await city.call_back(case, level="DISSATISFIED"))

    told = await tell(city, again, "INFORMANT")

    assert [(each["round"], bool(each["metAt"])) for each in clocks(told, "NOTIFY_INFORMANT")] == [(1, True)]
    assert told["notice"]["round"] == again["round"] == 2
    closed = await city.sign_off(await city.submit(told))
    once_more = await tell(city, closed, "INFORMANT")
    assert [bool(each["metAt"]) for each in clocks(once_more, "NOTIFY_INFORMANT")] == [True, True]


@pytest.mark.parametrize(
    ("text", "code"), [(" \n", "INVALID_INPUT"), ("", "INVALID_INPUT"), ("长" * 10_001, "INVALID_INPUT")]
)
async def test_a_notice_says_something(city: City, text: str, code: str) -> None:
    case = await owed(city, "ACCEPTANCE")

    refusal = await city.as_("clerk").refused("giveNotice", **telling(case, "ACCEPTANCE", text=text))

    assert (refusal["code"], refusal["path"]) == (code, ["text"])


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("west_clerk", "NOT_YOUR_OFFICE"),
        ("stall_clerk", "NOT_FOUND"),
        ("inspector", "NOT_PERMITTED"),
        ("responsible", "NOT_PERMITTED"),
        ("leader", "NOT_PERMITTED"),
    ],
)
async def test_the_leads_clerk_or_a_dispatcher_tells(city: City, who: str, code: str) -> None:
    case = await city.dispatch(await city.receive(), "east", co=("west",))

    refusal = await city.as_(who).refused("giveNotice", **telling(case, "ACCEPTANCE"))

    assert refusal["code"] == code


async def test_an_informants_notice_is_hidden_with_the_report_and_every_notice_from_third_parties(city: City) -> None:
    report = await tell(city, await owed(city, "INFORMANT"), "INFORMANT")
    complaint = await tell(city, await owed(city, "ACCEPTANCE"), "ACCEPTANCE")
    look = "query ($n: String!) { case(number: $n) { notices { kind text } } }"
    node = "query ($i: ID!) { node(id: $i) { id } }"

    for who, number, seen in (
        ("clerk", report, [{"kind": "INFORMANT", "text": TOLD["INFORMANT"]}]),
        ("west_clerk", report, None),
        ("agent", complaint, [{"kind": "ACCEPTANCE", "text": TOLD["ACCEPTANCE"]}]),
        ("integrator", complaint, []),
    ):
        found = (await city.as_(who).ask(look, n=number["number"]))["case"]
        assert (found and found["notices"]) == seen, who
        hidden = (await city.as_(who).ask(node, i=number["notice"]["id"]))["node"] is None
        assert hidden is not bool(seen), who


async def test_sent_again_with_its_key_it_takes_effect_once(city: City) -> None:
    case, clerk = await owed(city, "ACCEPTANCE"), city.as_("clerk")
    good = telling(case, "ACCEPTANCE")
    await repeats.shows_the_case_as_it_is(city, clerk, "giveNotice", case, **good)
    await repeats.leaves_its_key_free(city, clerk, "giveNotice", telling(case, "TERMINATION"), good)
    other = telling(await owed(city, "ACCEPTANCE"), "ACCEPTANCE")
    await repeats.takes_effect_once(city, clerk, "giveNotice", other, {"text": "另一内容"})
