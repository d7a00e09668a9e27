"""Nobody decides on his own work, and nobody of the handling unit calls its citizens back (A8)."""

from __future__ import annotations

from tests.world import City, change


async def test_a_case_the_top_bureau_handles_itself_is_called_back_by_its_centre(city: City) -> None:
    case = await city.dispatch(await city.receive(), lead="top")
    case = await city.sign_for(case, "top_clerk")
    case = await city.submit(case, "top_clerk", handlers=[city.login("top_clerk")])
    case = await city.sign_off(case, "top_responsible")

    case = await city.call_back(case)
    case = await city.review(case)

    assert case["status"] == "ARCHIVED"


async def test_the_top_bureaus_section_decides_an_extension_its_own_clerk_asked_for(city: City) -> None:
    case = await city.dispatch(await city.receive(), lead="top")
    case = await city.sign_for(case, "top_clerk")
    shape = "case { id version } extension { id status }"
    asked = await city.as_("top_clerk").done("requestExtension", shape, **change(case), workingDays=3, reason="待检测")

    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    decided = await city.as_("section").done("decideExtension", shape, **given, decision="APPROVE")

    assert decided["extension"]["status"] == "APPROVED"


async def test_a_countys_own_section_does_not_decide_on_its_clerks_request(city: City) -> None:
    case = await city.case_in("IN_PROGRESS")
    shape = "case { id version } extension { id }"
    asked = await city.as_("clerk").done("requestExtension", shape, **change(case), workingDays=3, reason="待检测")

    given = {"extensionId": asked["extension"]["id"], "expectedVersion": asked["case"]["version"]}
    refusal = await city.as_("east_section").refused("decideExtension", "case { id }", **given, decision="APPROVE")

    assert refusal["code"] == "NOT_PERMITTED"


async def test_a_callback_officer_of_the_handling_county_is_refused(city: City) -> None:
    case = await city.case_in("CLOSED_AWAITING_CALLBACK")

    refusal = await city.as_("east_caller").refused("recordCallback", **change(case), level="SATISFIED")

    assert refusal["code"] == "CALLBACK_BY_HANDLING_UNIT"
