"""知识库: written by one, approved by another, in force from an instant on, and never changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from resolvers.doors import clock, db, ledger
from resolvers.terms.roles import Role
from schema.grammar import ids
from tests import repeats
from tests.client import Data
from tests.world import APPLICATION, City, grant

PARTS = (
    "id articleId version kind title body source categoryCodes office { code } effectiveFrom effectiveUntil isInForce"
    " reviewOn isReviewDue status writtenBy { login } writtenAt decidedBy { login } decidedAt decisionReason"
)
ARTICLE = f"article {{ {PARTS} }}"
IN_FORCE = f"""query ($first: Int, $after: String, $search: String, $kind: ArticleKind, $category: String, $asOf: DateTime) {{
  knowledge(first: $first, after: $after, search: $search, kind: $kind, categoryCode: $category, asOf: $asOf) {{
    totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {PARTS} }} }} }}"""
VERSIONS = f"""query ($article: ID, $status: ArticleStatus, $due: Boolean) {{
  knowledgeVersions(first: 50, articleId: $article, status: $status, reviewDue: $due) {{
    totalCount nodes {{ {PARTS} }} }} }}"""
NODE = f"query ($i: ID!) {{ node(id: $i) {{ ... on KnowledgeArticle {{ {PARTS} }} }} }}"
WITHHELD = "〔按隐私规定不公开〕"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (f"2026-03-{day:02}T09:00:00+08:00" for day in (2, 3, 4, 5))

instant = datetime.fromisoformat


@pytest.fixture
def monday() -> Iterator[None]:
    """The clock stands, until a test moves it on."""
    with clock.standing_at(instant(MONDAY)):
        yield


def draft(city: City, office: str | None = "east", **given: Any) -> Data:
    said = {"kind": "ANSWER", "title": "口罩退款", "body": "七日内凭小票退。"}
    return {"officeCode": city.codes.get(office, office) if office else None, **said, **given}


async def save(city: City, who: str = "clerk", **given: Any) -> Data:
    """A new article of `east`, or the next version of one."""
    said = draft(city, **{"office": None if "revises" in given else "east", **given})
    article: Data = (await city.as_(who).done("saveArticle", ARTICLE, **said))["article"]
    return article


async def decide(city: City, article: Data, decision: str = "APPROVE", who: str = "responsible", **given: Any) -> Data:
    """The version as it is read after the decision."""
    await city.as_(who).done("approveArticle", ARTICLE, articleId=article["id"], decision=decision, **given)
    decided: Data = (await city.as_(who).ask(NODE, i=article["id"]))["node"]
    return decided


async def approved(city: City, **given: Any) -> Data:
    return await decide(city, await save(city, **given))


async def not_saved(city: City, who: str = "clerk", **given: Any) -> tuple[str, list[str]]:
    refusal = await city.as_(who).refused("saveArticle", ARTICLE, **draft(city, **given))
    return refusal["code"], refusal["path"]


async def not_decided(city: City, article: Data, who: str, decision: str = "APPROVE", **given: Any) -> tuple[str, Any]:
    told = {"articleId": article["id"], "decision": decision, **given}
    refusal = await city.as_(who).refused("approveArticle", ARTICLE, **told)
    return refusal["code"], refusal["path"]


async def in_force(city: City, who: str = "agent", **asked: Any) -> list[Data]:
    told = (await city.as_(who).ask(IN_FORCE, **{"first": 50, **asked}))["knowledge"]
    assert told["totalCount"] == len(told["nodes"])
    found: list[Data] = told["nodes"]
    return found


async def titles(city: City, **asked: Any) -> set[str]:
    return {article["title"] for article in await in_force(city, **asked)}


async def numbers(city: City, **asked: Any) -> list[int]:
    """The versions in force."""
    return [article["version"] for article in await in_force(city, **asked)]


async def versions(city: City, who: str = "responsible", **asked: Any) -> list[Data]:
    told = (await city.as_(who).ask(VERSIONS, **asked))["knowledgeVersions"]
    assert told["totalCount"] == len(told["nodes"])
    found: list[Data] = told["nodes"]
    return found


# --- written by one, approved by another


async def test_what_is_written_waits_and_is_found_once_somebody_responsible_approved_it(city: City) -> None:
    waiting = await save(city, title=" 口罩退款 ", source=" ", categoryCodes=["01", "010301", "01"])

    assert (waiting["articleId"], waiting["version"], waiting["status"]) == (waiting["id"], 1, "PENDING")
    assert (waiting["title"], waiting["source"], waiting["categoryCodes"]) == ("口罩退款", None, ["01", "010301"])
    assert (waiting["office"], waiting["writtenBy"]) == ({"code": city.codes["east"]}, {"login": city.login("clerk")})
    assert (waiting["decidedBy"], waiting["decidedAt"], waiting["isInForce"]) == (None, None, False)
    assert await in_force(city) == await in_force(city, "clerk") == await versions(city, "agent") == []
    done = await decide(city, waiting, reason=" 同意 ")

    decision = {"status": "APPROVED", "isInForce": True, "decisionReason": "同意", "decidedAt": done["decidedAt"]}
    assert done == {**waiting, **decision, "decidedBy": {"login": city.login("responsible")}}
    assert instant(done["writtenAt"]) < instant(done["decidedAt"]) < clock.now()
    assert await in_force(city) == [done]


async def test_the_answer_to_an_approval_says_that_it_is_in_force_by_now(city: City) -> None:
    told = {"articleId": (await save(city))["id"], "decision": "APPROVE"}

    payload = await city.as_("responsible").done("approveArticle", ARTICLE, **told)

    assert payload["article"] == (await in_force(city))[0]


async def test_the_author_approves_nothing_of_his_own_whatever_roles_he_holds(city: City) -> None:
    for who, role, office in (("clerk", Role.RESPONSIBLE_PERSON, "east"), ("east_section", Role.LEADER, "top")):
        await grant(city, who, role, office)
        own = await save(city, who)

        assert await not_decided(city, own, who) == ("SELF_APPROVAL_FORBIDDEN", ["articleId"])
        assert await not_decided(city, own, who, "REJECT", reason="不妥") == ("SELF_APPROVAL_FORBIDDEN", ["articleId"])
    assert await in_force(city) == []
    assert (await decide(city, own, who="clerk"))["status"] == "APPROVED"


async def test_only_its_office_and_a_leader_of_the_whole_jurisdiction_decide(city: City, other_city: City) -> None:
    await grant(city, "inspector", Role.LEADER, "east")
    await grant(city, "west_clerk", Role.LEADER, "west")
    waiting = await save(city)

    for who in ("west_responsible", "top_responsible", "west_clerk"):
        assert await not_decided(city, waiting, who) == ("NOT_FOUND", ["articleId"]), who
    assert await not_decided(other_city, waiting, "leader") == ("NOT_FOUND", ["articleId"])
    assert await not_decided(city, waiting, "inspector") == ("NOT_PERMITTED", ["articleId"])
    for who in ("agent", "duty_leader", "clerk", "admin", APPLICATION):
        assert (await not_decided(city, waiting, who))[0] == "NOT_PERMITTED", who
    assert (await decide(city, waiting, who="leader"))["decidedBy"] == {"login": city.login("leader")}
    assert await not_decided(city, waiting, "west_responsible") == ("NOT_PERMITTED", ["articleId"])


async def test_rejected_with_a_reason_it_leaves_what_is_in_force_and_may_be_written_anew(city: City) -> None:
    first = await approved(city)
    second = await save(city, revises=first["id"], body="十日内凭小票退。")

    for reason, code in ((None, "REASON_REQUIRED"), (" ", "REASON_REQUIRED"), ("长" * 2_001, "INVALID_INPUT")):
        assert await not_decided(city, second, "responsible", "REJECT", reason=reason) == (code, ["reason"])
    rejected = await decide(city, second, "REJECT", reason=" 期限不对 ")

    assert (rejected["status"], rejected["decisionReason"], rejected["isInForce"]) == ("REJECTED", "期限不对", False)
    assert await in_force(city) == [first]
    assert await versions(city, "agent") == [first]
    third = await save(city, "east_section", revises=second["id"])
    assert (third["version"], third["articleId"]) == (3, first["id"])
    assert await in_force(city) == [first]
    await decide(city, third)
    assert await numbers(city) == [3]


async def test_decided_once_it_is_not_decided_again(city: City) -> None:
    done, rejected = await approved(city), await decide(city, await save(city), "REJECT", reason="不妥")

    for article in (done, rejected):
        for decision in ("APPROVE", "REJECT"):
            refused = await not_decided(city, article, "leader", decision, reason="改")
            assert refused == ("ARTICLE_DECIDED", ["articleId"])
    assert await versions(city) == [rejected, done]


async def test_of_many_who_decide_at_once_one_does(city: City) -> None:
    waiting = await save(city)
    told = {"articleId": waiting["id"], "decision": "APPROVE"}

    every = [city.as_(who).do("approveArticle", ARTICLE, **told) for who in ("responsible", "leader") * 2]
    payloads = await asyncio.gather(*every)

    assert [error["code"] for payload in payloads for error in payload["userErrors"]] == ["ARTICLE_DECIDED"] * 3


# --- versions, each in its time


@pytest.mark.usefixtures("monday")
async def test_the_next_version_takes_the_place_of_the_first_from_its_instant_on(city: City) -> None:
    first = await approved(city)
    second = await save(city, revises=first["id"], effectiveFrom=WEDNESDAY, effectiveUntil=THURSDAY)
    assert (second["version"], second["articleId"], second["office"]) == (2, first["id"], first["office"])
    clock.set_to(instant(TUESDAY))
    await decide(city, second)

    foreseen = [await numbers(city, asOf=day) for day in (None, MONDAY, WEDNESDAY, THURSDAY)]
    seen = []
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        clock.set_to(instant(day) - timedelta(microseconds=1))
        seen.append(await numbers(city))
        clock.set_to(instant(day))
        seen.append(await numbers(city))
        assert [each["version"] for each in await versions(city) if each["isInForce"]] == seen[-1]

    assert foreseen == [[1], [1], [2], []]
    assert seen == [[1], [1], [1], [2], [2], []]
    assert await numbers(city, asOf=TUESDAY) == [1]


@pytest.mark.usefixtures("monday")
async def test_nothing_was_in_force_before_it_was_approved(city: City) -> None:
    first = await save(city, effectiveFrom="2025-01-01T00:00:00+08:00")
    clock.set_to(instant(TUESDAY))
    await decide(city, first)
    second = await save(city, revises=first["id"], effectiveFrom="2025-06-01T00:00:00+08:00")
    clock.set_to(instant(THURSDAY))
    await decide(city, second)

    told = [await numbers(city, asOf=day) for day in ("2025-07-01T00:00:00+08:00", MONDAY, TUESDAY, WEDNESDAY)]

    assert told == [[], [], [1], [1]]
    assert await numbers(city) == [2]


async def test_only_the_newest_is_revised_and_not_while_it_waits(city: City, other_city: City) -> None:
    first = await save(city)

    assert await not_saved(city, revises=first["id"]) == ("ARTICLE_PENDING", ["revises"])
    await decide(city, first)
    second = await save(city, revises=first["id"])
    assert await not_saved(city, revises=first["id"]) == ("ARTICLE_NOT_NEWEST", ["revises"])
    assert await not_saved(city, revises=second["id"]) == ("ARTICLE_PENDING", ["revises"])
    await decide(city, second)
    assert await not_saved(city, revises=first["id"]) == ("ARTICLE_NOT_NEWEST", ["revises"])
    assert await not_saved(city, "west_clerk", office=None, revises=second["id"]) == ("NOT_PERMITTED", ["revises"])
    for unknown in ("x", ids.encode("KnowledgeArticle", city.jurisdiction_id)):
        assert await not_saved(city, revises=unknown) == ("NOT_FOUND", ["revises"])
    assert await not_saved(other_city, revises=second["id"]) == ("NOT_FOUND", ["revises"])
    assert [each["version"] for each in await versions(city)] == [2, 1]


async def test_an_empty_id_names_no_article(city: City) -> None:
    assert await not_saved(city, revises="") == ("NOT_FOUND", ["revises"])
    (error,) = await city.as_("agent").fail(VERSIONS, article="")
    assert error["extensions"]["path"] == ["articleId"]


async def test_of_many_who_revise_the_same_version_at_once_one_does(city: City) -> None:
    first = await approved(city)
    writers = [city.as_(who) for who in ("clerk", "east_section") * 2]

    every = [writer.do("saveArticle", ARTICLE, **draft(city, revises=first["id"])) for writer in writers]
    payloads = await asyncio.gather(*every)

    refused = [error["code"] for payload in payloads for error in payload["userErrors"]]
    assert len(refused) == 3
    assert set(refused) <= {"ARTICLE_PENDING", "ARTICLE_NOT_NEWEST"}
    assert [each["version"] for each in await versions(city)] == [2, 1]


# --- what may be written


@pytest.mark.parametrize("who", ["agent", "inspector", "responsible", "leader", "admin", APPLICATION])
async def test_only_writers_write(city: City, who: str) -> None:
    assert (await not_saved(city, who))[0] == "NOT_PERMITTED"
    assert await versions(city, "leader") == []


async def test_an_article_stays_with_its_office_whoever_else_its_writer_writes_for(city: City) -> None:
    await grant(city, "clerk", Role.CLERK, "west")
    first = await approved(city)

    assert await not_saved(city, office="west", revises=first["id"]) == ("INVALID_INPUT", ["officeCode"])
    assert (await save(city, office="east", revises=first["id"]))["office"] == first["office"]


@pytest.mark.parametrize(("who", "office"), [("adviser", "top"), ("stall_clerk", "stall"), ("east_section", "east")])
async def test_a_writer_writes_for_his_own_office_alone(city: City, who: str, office: str) -> None:
    for other in {"top", "east", "west", "stall"} - {office}:
        assert await not_saved(city, who, office=other) == ("NOT_PERMITTED", ["officeCode"])
    assert (await save(city, who, office=office))["office"] == {"code": city.codes[office]}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"office": "nowhere"}, "NOT_FOUND", ["officeCode"]),
        ({"office": None}, "INVALID_INPUT", ["officeCode"]),
        ({"title": " \n"}, "INVALID_INPUT", ["title"]),
        ({"title": "长" * 201}, "INVALID_INPUT", ["title"]),
        ({"body": " \n"}, "INVALID_INPUT", ["body"]),
        ({"body": "长" * 10_001}, "INVALID_INPUT", ["body"]),
        ({"source": "长" * 301}, "INVALID_INPUT", ["source"]),
        ({"categoryCodes": ["01", "99"]}, "NOT_FOUND", ["categoryCodes", "1"]),
        ({"categoryCodes": ["0_"]}, "NOT_FOUND", ["categoryCodes", "0"]),
        ({"categoryCodes": [""]}, "NOT_FOUND", ["categoryCodes", "0"]),
        ({"categoryCodes": ["01"] * 21}, "INVALID_INPUT", ["categoryCodes"]),
        ({"effectiveFrom": "2017-12-31T00:00:00Z"}, "INVALID_INPUT", ["effectiveFrom"]),
        ({"effectiveFrom": "2101-01-01T00:00:00Z"}, "INVALID_INPUT", ["effectiveFrom"]),
        ({"effectiveFrom": TUESDAY, "effectiveUntil": TUESDAY}, "INVALID_INPUT", ["effectiveUntil"]),
        ({"effectiveFrom": "2026-01-01T00:00:00Z", "effectiveUntil": MONDAY}, "INVALID_INPUT", ["effectiveUntil"]),
        ({"effectiveUntil": "2101-01-01T00:00:00Z"}, "INVALID_INPUT", ["effectiveUntil"]),
        ({"reviewOn": "2026-03-02"}, "INVALID_INPUT", ["reviewOn"]),
        ({"reviewOn": "2102-01-01"}, "INVALID_INPUT", ["reviewOn"]),
    ],
)
@pytest.mark.usefixtures("monday")
async def test_what_cannot_be_is_refused_by_name_and_nothing_is_written(
    city: City, given: Data, code: str, path: list[str]
) -> None:
    assert await not_saved(city, **given) == (code, path)
    assert await versions(city) == []
    assert await repeats.entries(city) == 0


@pytest.mark.usefixtures("monday")
async def test_untold_it_is_in_force_from_now_on_and_reviewed_in_a_year_and_bounds_are_within(city: City) -> None:
    most: Data = {"title": "长" * 200, "body": "长" * 10_000, "source": "长" * 300}
    soon = "2026-03-02T09:00:01+08:00"

    plain, later = await save(city), await save(city, effectiveFrom="2026-05-04T00:00:00+08:00")
    narrow = await save(city, **most, categoryCodes=["01"] * 20, effectiveUntil=soon, reviewOn="2026-03-03")

    times = ("effectiveFrom", "effectiveUntil", "reviewOn")
    assert [plain[each] for each in times] == ["2026-03-02T01:00:00Z", None, "2027-03-02"]
    assert [later[each] for each in times] == ["2026-05-03T16:00:00Z", None, "2027-05-04"]
    assert [narrow[each] for each in times] == ["2026-03-02T01:00:00Z", "2026-03-02T01:00:01Z", "2026-03-03"]
    assert {name: narrow[name] for name in most} == most


# --- found by words, kind and category


async def test_every_word_of_a_search_stands_in_title_text_or_source(city: City) -> None:
    await approved(city, title="口罩退款", body="七日内凭小票退。", source="Order 20")
    await approved(city, title="口罩涨价", body="不予退款。")

    assert await titles(city, search=" 口罩 ") == await titles(city, search=" ") == {"口罩退款", "口罩涨价"}
    assert await titles(city, search="退款 口罩") == {"口罩退款", "口罩涨价"}
    assert await titles(city, search="口罩\n小票 order") == {"口罩退款"}
    assert await titles(city, search="小票 涨价") == set()
    assert await titles(city, search="退 退款 口 口罩 小票 小票") == {"口罩退款"}


@pytest.mark.parametrize("sign", ["%", "_", "\\"])
async def test_no_sign_of_a_search_stands_for_others(city: City, sign: str) -> None:
    await approved(city, title=f"涨价10{sign}元")
    await approved(city, title="涨价100元")

    assert await titles(city, search=f"10{sign}元") == await titles(city, search=sign) == {f"涨价10{sign}元"}


@pytest.mark.parametrize(("search", "within"), [("一 二 三 四 五 六", "一 二 三 四 五"), ("长" * 101, "长" * 100)])
async def test_a_search_has_bounds(city: City, search: str, within: str) -> None:
    (error,) = await city.as_("agent").fail(IN_FORCE, search=search)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert await titles(city, search=within) == set()


async def test_kind_and_category_narrow_what_is_found(city: City) -> None:
    await approved(city, title="任何", kind="GUIDANCE")
    await approved(city, title="商品", categoryCodes=["01"])
    await approved(city, title="价格或食品", categoryCodes=["0101", "010301"])

    assert await titles(city, kind="GUIDANCE") == {"任何"}
    assert await titles(city, kind="ANSWER") == {"商品", "价格或食品"}
    assert await titles(city, category="010101") == await titles(city, category="010301") == await titles(city)
    assert await titles(city, category="010302") == {"任何", "商品"}
    assert await titles(city, category="020101") == {"任何"}
    assert await titles(city, kind="ANSWER", category="010302", search="小票") == {"商品"}


async def test_pages_are_whole_and_begun_last_comes_first(city: City) -> None:
    starts = [f"2026-03-{day:02}T01:00:00Z" for day in (3, 7, 5, 5, 1)]
    made = [await approved(city, effectiveFrom=start, title=f"第{n}篇") for n, start in enumerate(starts)]

    found: list[Data] = []
    after, more = None, True
    while more:
        page = (await city.as_("agent").ask(IN_FORCE, first=2, after=after))["knowledge"]
        assert (page["totalCount"], len(page["nodes"]) <= 2) == (5, True)
        found += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert [each["effectiveFrom"] for each in found] == sorted(starts, reverse=True)
    assert sorted(each["id"] for each in found) == sorted(each["id"] for each in made)


# --- who sees which versions


async def test_an_office_sees_every_version_of_its_own_and_what_waits_for_it(city: City) -> None:
    first = await approved(city)
    second = await save(city, revises=first["id"])
    other = await save(city, "west_clerk", office="west")

    assert await versions(city, "leader", article=first["articleId"]) == [second, first]
    assert await versions(city) == await versions(city, "clerk") == [second, first]
    assert await versions(city, status="PENDING") == [second]
    assert await versions(city, "leader", status="PENDING") == [other, second]
    assert await versions(city, "west_responsible") == [other, first]
    assert await versions(city, "west_responsible", status="PENDING") == [other]
    assert await versions(city, "agent") == [first]
    assert await versions(city, "admin") == await in_force(city, "admin") == []


@pytest.mark.usefixtures("monday")
async def test_due_for_review_is_what_is_in_force_when_its_day_has_come(city: City) -> None:
    first = await approved(city, reviewOn="2026-03-03")
    plain = await approved(city, title="一年后复核")
    waiting = await save(city, title="待审核", reviewOn="2026-03-03")
    assert await versions(city, due=True) == []
    clock.set_to(instant("2026-03-02T23:59:59+08:00"))
    assert await versions(city, due=True) == []
    clock.set_to(instant("2026-03-03T00:00:00+08:00"))

    (due,) = await versions(city, due=True)

    assert due == {**first, "isReviewDue": True}
    assert {each["id"] for each in await versions(city, due=False)} == {plain["id"], waiting["id"]}
    await decide(city, await save(city, revises=first["id"]))
    assert await versions(city, due=True) == []


async def test_another_jurisdiction_sees_nothing(city: City, other_city: City) -> None:
    article = await approved(city)

    assert await in_force(other_city, "leader") == await versions(other_city, "leader") == []
    assert await versions(other_city, "leader", article=article["articleId"]) == []
    assert await other_city.as_("leader").ask(NODE, i=article["id"]) == {"node": None}
    assert await city.as_("agent").ask(NODE, i=article["id"]) == {"node": article}


async def test_a_third_party_sees_what_was_approved_but_not_by_whom_or_why(city: City) -> None:
    first = await decide(city, await save(city), reason="同意")
    await decide(city, await save(city), "REJECT", reason="不妥")
    await save(city, revises=first["id"])
    await save(city, "adviser", office="top")

    told = {**first, "writtenBy": None, "decidedBy": None, "decisionReason": WITHHELD}
    assert await in_force(city, APPLICATION) == await versions(city, APPLICATION) == [told]
    assert await versions(city, APPLICATION, status="PENDING") == []


# --- on record, once


async def test_each_writing_and_each_decision_is_on_record_without_what_it_says(city: City) -> None:
    first = await approved(city)
    await decide(city, await save(city, revises=first["id"]), "REJECT", "leader", reason="不妥")

    rows = await db.query(
        "SELECT kind, case_id, actor_id, facts FROM ledger WHERE jurisdiction_id = $1 ORDER BY seq",
        city.jurisdiction_id,
    )
    key = str(ids.wanted(first["articleId"], "KnowledgeArticle"))
    assert [(row["kind"], row["actor_id"], orjson.loads(row["facts"])) for row in rows] == [
        ("ARTICLE_SAVED", city.persons["clerk"], {"article": key, "version": 1}),
        ("ARTICLE_APPROVED", city.persons["responsible"], {"article": key, "version": 1}),
        ("ARTICLE_SAVED", city.persons["clerk"], {"article": key, "version": 2}),
        ("ARTICLE_REJECTED", city.persons["leader"], {"article": key, "version": 2}),
    ]
    assert {row["case_id"] for row in rows} == {None}
    assert [step async for step in ledger.verify(city.jurisdiction_id) if isinstance(step, ledger.Flaw)] == []


async def test_written_or_decided_again_with_its_key_it_takes_effect_once(city: City) -> None:
    clerk, responsible, shape = city.as_("clerk"), city.as_("responsible"), "article { id status }"
    await repeats.leaves_its_key_free(city, clerk, "saveArticle", draft(city, title=" "), draft(city), shape)
    payload = await repeats.takes_effect_once(city, clerk, "saveArticle", draft(city), {"title": "另一标题"}, shape)
    assert len(await versions(city)) == 2
    told = {"articleId": payload["article"]["id"], "decision": "REJECT", "reason": "不妥"}
    await repeats.takes_effect_once(city, responsible, "approveArticle", told, {"reason": "另一理由"}, shape)
