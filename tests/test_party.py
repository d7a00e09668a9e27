"""诉求人: every role's view of a citizen, over the API (domain 2.8)."""

from __future__ import annotations

from resolvers.rules.masks import HIDDEN
from tests.client import Data
from tests.world import APPLICATION, PEOPLE, City

NAME, PHONE, ADDRESS = "张三丰", "14012345678", "云溪市东县某路1号"
WORDS = f"我是{NAME}, 电话 {PHONE}, 家住{ADDRESS}。药店的口罩一天涨了三次价。"
REDACTED = f"我是{HIDDEN}, 电话 {HIDDEN}, 家住{HIDDEN}。药店的口罩一天涨了三次价。"
PARTY = {"name": NAME, "phone": PHONE, "address": ADDRESS}
ASKED = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Case {
  description place complainant { id name phone address } } } }"""

# F full, M masked, P pseudonym, R redacted, H hidden: name, phone, address, and the citizen's own words.
NAMES = {NAME: "F", "张**": "M", "投诉人": "P", "举报人": "P", None: "H"}
PHONES = {PHONE: "F", "140****5678": "M", None: "H"}
ADDRESSES = {ADDRESS: "F", "云溪市东县**": "M", None: "H"}
TEXTS = {WORDS: "F", REDACTED: "R", "〔按隐私规定不公开〕": "H"}
CENTRE = dict.fromkeys(
    ("section", "east_section", "reviewer", "supervisor", "duty_leader", "leader", "analyst", "auditor"), "MMHF"
)
COMPLAINT = {
    "agent": "FFFF",
    "other_agent": "MMMF",
    "dispatcher": "MMMF",
    "adviser": "MMMF",
    "clerk": "FFMF",
    "inspector": "FFMF",
    "inspector2": "FFMF",
    "responsible": "FFMF",
    "caller": "MMHF",
    "east_caller": "MMHF",
    "top_clerk": "MMHF",
    "top_responsible": "MMHF",
    "integrator": "HHHH",
    **CENTRE,
}
UNIT_ON_REPORT = dict.fromkeys(("clerk", "inspector", "inspector2", "responsible"), "PHHR")
ABOVE = (
    "adviser",
    "top_clerk",
    "top_responsible",
)  # of the bureau above the unit: a protected citizen's name is no more theirs
CONFIDENTIAL = {**COMPLAINT, **UNIT_ON_REPORT, **dict.fromkeys(ABOVE, "PHHR")}
REPORT = {"agent": "FFFF", "dispatcher": "MMMF", **UNIT_ON_REPORT, **CENTRE}


async def views(city: City, who: str, *cases: Data) -> list[str | None]:
    """What one caller is told of each case's citizen, as four letters; None for a case out of sight."""
    found = await city.as_(who).ask(ASKED, ids=[case["id"] for case in cases])
    return [_letters(case) for case in found["nodes"]]


def _letters(case: Data | None) -> str | None:
    if case is None:
        return None
    told, words = case["complainant"], TEXTS[case["description"]]
    assert (case["place"] is None) == (words != "F")
    return NAMES[told["name"]] + PHONES[told["phone"]] + ADDRESSES[told["address"]] + words


async def everybody_s_views(city: City, *cases: Data) -> list[dict[str, str]]:
    """Of each case who sees it, and how."""
    everybody = (*PEOPLE, APPLICATION)
    found = {who: await views(city, who, *cases) for who in everybody}
    return [{who: told for who in everybody if (told := found[who][n]) is not None} for n in range(len(cases))]


def matter(kind: str = "COMPLAINT", *, confidential: bool = False) -> Data:
    place = {"text": ADDRESS}
    party = {**PARTY, "wantsConfidentiality": confidential}
    return {"kind": kind, "title": "口罩涨价", "description": WORDS, "party": party, "place": place}


async def three_cases(city: City, status: str) -> list[Data]:
    """A complaint, a complaint of somebody who asked for confidentiality, and a report."""
    matters = (matter(), matter(confidential=True), matter("REPORT"))
    return [await city.case_in(status, **given) for given in matters]


async def test_before_dispatch_no_unit_sees_anything(city: City) -> None:
    below = {"clerk", "inspector", "inspector2", "responsible", *ABOVE, "east_section", "east_caller"}

    found = await everybody_s_views(city, *await three_cases(city, "RECORDED"))

    complaint = {who: told for who, told in COMPLAINT.items() if who not in below}
    assert found == [complaint, complaint, {who: told for who, told in REPORT.items() if who not in below}]


async def test_the_unit_knows_whom_it_mediates_for_and_a_protected_citizen_by_a_pseudonym(city: City) -> None:
    found = await everybody_s_views(city, *await three_cases(city, "IN_PROGRESS"))

    assert found == [COMPLAINT, CONFIDENTIAL, REPORT]


async def test_who_may_make_the_call_is_told_whom_to_call_and_a_callback_officer_of_the_unit_is_not(city: City) -> None:
    found = await everybody_s_views(city, *await three_cases(city, "CLOSED_AWAITING_CALLBACK"))

    report = {**REPORT, "east_caller": "MMHF"}
    assert found == [{**of, "caller": "FFHF"} for of in (COMPLAINT, CONFIDENTIAL, report)]


async def test_once_the_call_is_made_nobody_is_told_whom_to_call(city: City) -> None:
    found = await everybody_s_views(city, *await three_cases(city, "CALLBACK_REVIEW"))

    assert found == [COMPLAINT, CONFIDENTIAL, {**REPORT, "caller": "MMHF", "east_caller": "MMHF"}]


async def test_an_application_is_not_even_told_whom_it_named_itself(city: City) -> None:
    given = {**matter("REPORT"), "channel": "WEB"}
    case = (await city.as_("integrator").done("receiveCase", **given))["case"]

    found = {who: (await views(city, who, case))[0] for who in ("integrator", "agent", "dispatcher")}
    assert found == {"integrator": "HHHH", "agent": None, "dispatcher": "MMMF"}


async def test_a_title_that_names_the_citizen_is_redacted_or_replaced_by_the_category(city: City) -> None:
    given = {**matter("REPORT"), "title": f"{NAME}举报", "categoryCode": "010101"}
    report = await city.case_in("IN_PROGRESS", **given)
    complaint = await city.receive(**{**given, "kind": "COMPLAINT"})
    asked = "query ($i: ID!) { node(id: $i) { ... on Case { title } } }"

    found = {who: (await city.as_(who).ask(asked, i=report["id"]))["node"] for who in ("clerk", "leader", "agent")}

    assert found["clerk"] == {"title": f"{HIDDEN}举报"}
    assert found["leader"] == found["agent"] == {"title": f"{NAME}举报"}
    assert (await city.as_("integrator").ask(asked, i=complaint["id"]))["node"] == {"title": "口罩等防疫用品价格"}


async def test_a_party_fetched_by_its_id_wears_the_same_mask(city: City, other_city: City) -> None:
    case = await city.case_in("IN_PROGRESS", **matter("REPORT"))
    party = (await city.as_("agent").ask(ASKED, ids=[case["id"]]))["nodes"][0]["complainant"]["id"]
    asked = "query ($i: ID!) { node(id: $i) { ... on Party { name phone address } } }"

    assert (await city.as_("clerk").ask(asked, i=party))["node"] == {"name": "举报人", "phone": None, "address": None}
    for stranger in (city.as_("other_agent"), city.as_("west_clerk"), city.as_("integrator"), other_city.as_("leader")):
        assert (await stranger.ask(asked, i=party))["node"] is None


async def test_the_case_shown_to_a_latecomer_is_masked_for_the_latecomer(city: City) -> None:
    case = await city.case_in("IN_PROGRESS", **matter("REPORT"))
    document = """mutation ($i: SubmitResultInput!) { submitResult(input: $i) { userErrors {
      ... on StaleVersionError { current { description complainant { name phone } } } } } }"""
    given = {"caseId": case["id"], "expectedVersion": 1, "idempotencyKey": "5f0c9f86-1c4b-4a53-9c5e-0d6d3f0a7c11"}

    (error,) = (await city.as_("clerk").ask(document, i=given))["submitResult"]["userErrors"]

    assert error["current"] == {"description": REDACTED, "complainant": {"name": "举报人", "phone": None}}


async def test_who_gave_nothing_is_nobody_to_anybody(city: City) -> None:
    nameless = await city.receive(kind="REPORT", party={"name": None, "phone": None, "address": None})
    partyless = await city.receive(party=None)
    asked = "query ($i: ID!) { node(id: $i) { ... on Case { complainant { name phone address } } } }"

    for who in ("agent", "dispatcher", "leader"):
        found = (await city.as_(who).ask(asked, i=nameless["id"]))["node"]["complainant"]
        assert found == {"name": None, "phone": None, "address": None}, who
        assert (await city.as_(who).ask(asked, i=partyless["id"]))["node"] == {"complainant": None}, who
    dispatched = await city.dispatch(nameless)
    found = (await city.as_("clerk").ask(asked, i=dispatched["id"]))["node"]["complainant"]
    assert found == {"name": "举报人", "phone": None, "address": None}


async def test_the_trader_is_told_as_named(city: City) -> None:
    trader = {"name": "某大药房", "uscc": "91110000600037341L", "address": "某路2号"}
    case = await city.case_in("DISPATCHED", **matter(), respondent=trader)
    asked = "query ($i: ID!) { node(id: $i) { ... on Case { respondent { name uscc address } } } }"

    for who in ("agent", "clerk", "leader"):
        assert (await city.as_(who).ask(asked, i=case["id"]))["node"] == {"respondent": trader}, who
