"""待办审批: one list of what waits for my decision, and never my own work."""

from __future__ import annotations

import pytest

from resolvers.terms.roles import Role
from tests.client import Data
from tests.world import City, alter, change, grant

LISTED = """query ($filter: ApprovalFilter, $first: Int, $after: String) {
  approvals(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
    kind case { number } requestedAt requestedBy { login } extension { id } callback { id } result { department } } } }"""


async def waiting(city: City, who: str, **given: object) -> list[Data]:
    found = (await city.as_(who).ask(LISTED, **given))["approvals"]
    nodes: list[Data] = found["nodes"]
    assert found["totalCount"] == len(nodes)
    return nodes


async def a_request_for_more_time(city: City) -> Data:
    case = await city.case_in("IN_PROGRESS")
    shape = "case { id number version } extension { id }"
    return await city.as_("clerk").done("requestExtension", shape, **change(case), workingDays=3, reason="等待检测")


async def test_a_result_waits_for_the_responsible_person_of_the_unit_alone(city: City) -> None:
    case = await city.case_in("PENDING_SIGN_OFF")

    (listed,) = await waiting(city, "responsible")

    assert (listed["kind"], listed["case"]) == ("SIGN_OFF", {"number": case["number"]})
    assert listed["requestedBy"] == {"login": city.login("clerk")}
    assert listed["result"] == {"department": "价格监督科"}
    assert (listed["extension"], listed["callback"]) == (None, None)
    for who in ("west_responsible", "top_responsible", "section", "reviewer", "leader", "clerk", "agent", "integrator"):
        assert await waiting(city, who) == [], who
    await city.sign_off(case)
    assert await waiting(city, "responsible") == []


async def test_a_request_for_more_time_waits_for_the_section_and_not_for_the_unit_s_own(city: City) -> None:
    asked = await a_request_for_more_time(city)

    (listed,) = await waiting(city, "section")

    assert (listed["kind"], listed["case"]) == ("EXTENSION", {"number": asked["case"]["number"]})
    assert listed["extension"] == {"id": asked["extension"]["id"]}
    assert (listed["result"], listed["callback"]) == (None, None)
    for who in ("east_section", "responsible", "reviewer", "clerk", "leader", "integrator"):
        assert await waiting(city, who) == [], who
    decided = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    await city.as_("section").done("decideExtension", **decided, decision="REJECT", reason="时间充足")
    assert await waiting(city, "section") == []


async def test_a_callback_record_waits_for_the_reviewers(city: City) -> None:
    case = await city.case_in("CALLBACK_REVIEW")

    (listed,) = await waiting(city, "reviewer")

    assert (listed["kind"], listed["callback"]) == ("CALLBACK_REVIEW", {"id": case["callbackId"]})
    assert (listed["result"], listed["extension"]) == (None, None)
    for who in ("caller", "section", "responsible", "leader", "integrator"):
        assert await waiting(city, who) == [], who
    await city.review(case)
    assert await waiting(city, "reviewer") == []


async def test_own_work_never_waits_for_oneself(city: City) -> None:
    for who, role, office in (
        ("clerk", Role.RESPONSIBLE_PERSON, "east"),
        ("inspector", Role.RESPONSIBLE_PERSON, "east"),
        ("clerk", Role.SECTION_OFFICER, "top"),
        ("caller", Role.CALLBACK_REVIEWER, "top"),
    ):
        await grant(city, who, role, office)

    await city.case_in("PENDING_SIGN_OFF")  # submitted by the clerk, handled by the inspector
    await a_request_for_more_time(city)
    await city.case_in("CALLBACK_REVIEW")

    found = {who: [listed["kind"] for listed in await waiting(city, who)] for who in ("clerk", "inspector", "caller")}
    assert found == {"clerk": [], "inspector": [], "caller": []}
    for who, kind in (("responsible", "SIGN_OFF"), ("section", "EXTENSION"), ("reviewer", "CALLBACK_REVIEW")):
        assert [listed["kind"] for listed in await waiting(city, who)] == [kind]


async def test_a_role_that_has_ended_decides_nothing_more(city: City) -> None:
    await grant(city, "leader", Role.CALLBACK_REVIEWER)
    await city.case_in("CALLBACK_REVIEW")

    assert len(await waiting(city, "leader")) == 1
    await _end(city, "leader", Role.CALLBACK_REVIEWER)
    assert await waiting(city, "leader") == []


async def _end(city: City, who: str, role: Role) -> None:
    ended = "UPDATE role_grants SET valid_to = now() WHERE person_id = $1 AND role = $2"
    await alter(ended, city.persons[who], role.value)


async def test_who_decides_everything_sees_everything_longest_waiting_first_page_by_page(city: City) -> None:
    await grant(city, "section", Role.CALLBACK_REVIEWER)
    await grant(city, "section", Role.RESPONSIBLE_PERSON, "east")
    asked = await a_request_for_more_time(city)
    signing = await city.case_in("PENDING_SIGN_OFF")
    calling = await city.case_in("CALLBACK_REVIEW")

    every = await waiting(city, "section")
    assert [listed["kind"] for listed in every] == ["SIGN_OFF", "CALLBACK_REVIEW"]  # of an own unit, no extension
    assert [listed["requestedAt"] for listed in every] == sorted(listed["requestedAt"] for listed in every)

    first = (await city.as_("section").ask(LISTED, first=1))["approvals"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (2, True)
    rest = (await city.as_("section").ask(LISTED, first=1, after=first["pageInfo"]["endCursor"]))["approvals"]
    assert [listed["kind"] for listed in first["nodes"] + rest["nodes"]] == ["SIGN_OFF", "CALLBACK_REVIEW"]
    assert rest["pageInfo"]["hasNextPage"] is False

    for wanted, expected in (
        ({"kind": ["SIGN_OFF"]}, ["SIGN_OFF"]),
        ({"kind": ["EXTENSION"]}, []),
        ({"kind": []}, []),
        ({"caseNumber": calling["number"]}, ["CALLBACK_REVIEW"]),
        ({"caseNumber": signing["number"], "kind": ["CALLBACK_REVIEW"]}, []),
        ({"caseNumber": asked["case"]["number"]}, []),
    ):
        found = await waiting(city, "section", filter=wanted)
        assert [listed["kind"] for listed in found] == expected, wanted


@pytest.mark.parametrize("who", ["responsible", "reviewer"])
async def test_what_waits_in_another_city_is_nobody_s_here(city: City, other_city: City, who: str) -> None:
    cases = [await city.case_in(status) for status in ("PENDING_SIGN_OFF", "CALLBACK_REVIEW")]

    assert len(await waiting(city, who)) == 1
    assert await waiting(other_city, who) == []
    for case in cases:
        assert await waiting(other_city, who, filter={"caseNumber": case["number"]}) == []
