"""录音诉求: called back one by one, verified and only then registered; the clocks run from the recording (SY-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.doors import clock, db
from tests import repeats
from tests.client import Data
from tests.figures import around_today, rate
from tests.settling import called, recording
from tests.world import City, change

CASE = """case { id number version status receivedAt registeredAt title description dueAt category { code }
  deadlines { kind startAt metAt } voicemailCalls { reached remark calledBy { login } calledAt } }"""
LOOK = f"query ($n: String!) {{ {CASE.replace('case {', 'case(number: $n) {', 1)} }}"
VERIFIED: Data = {"title": "会员卡不退", "description": "张三丰的会员卡余额300元不退。"}


def registering(case: Data, **given: object) -> Data:
    return {**change(case), **VERIFIED, **given}


async def look(city: City, case: Data, who: str = "agent") -> Data | None:
    found: Data | None = (await city.as_(who).ask(LOOK, n=case["number"]))["case"]
    return found


async def test_a_recording_waits_to_be_called_back_and_its_clocks_run(city: City) -> None:
    left = datetime.now(UTC) - timedelta(hours=9)
    case = await recording(city, receivedAt=left.isoformat())

    found = await look(city, case)

    assert found
    assert (found["status"], found["version"]) == ("VOICEMAIL_PENDING", 1)
    assert datetime.fromisoformat(found["receivedAt"]) == left
    assert {each["kind"]: (each["startAt"], each["metAt"]) for each in found["deadlines"]} == dict.fromkeys(
        ("TRIAGE", "CLOSE", "ACCEPTANCE"), (found["receivedAt"], None)
    )
    backlog = await city.as_("agent").ask("{ cases(filter: {status: [VOICEMAIL_PENDING]}) { totalCount } }")
    assert backlog["cases"]["totalCount"] == 1


async def test_called_back_and_verified_it_is_registered_in_the_words_that_were_verified(city: City) -> None:
    case = await recording(city, categoryCode="010205")
    before = await look(city, case)
    assert before
    case = await called(city, await called(city, case, reached=False))

    payload = await city.as_("agent").done("registerVoicemail", CASE, **registering(case, categoryCode="010101"))

    found = payload["case"]
    assert (found["status"], found["version"]) == ("RECORDED", 4)
    assert (found["title"], found["description"]) == (VERIFIED["title"], VERIFIED["description"])
    assert found["category"] == {"code": "010101"}
    assert [(call["reached"], call["remark"], call["calledBy"]) for call in found["voicemailCalls"]] == [
        (False, "核对金额", {"login": city.login("agent")}),
        (True, "核对金额", {"login": city.login("agent")}),
    ]
    assert (found["receivedAt"], found["dueAt"]) == (before["receivedAt"], before["dueAt"])
    assert found["deadlines"] == before["deadlines"]
    assert found["registeredAt"] > found["voicemailCalls"][1]["calledAt"] > before["registeredAt"]
    assert (await city.dispatch(found))["status"] == "DISPATCHED"


async def test_what_was_verified_is_redacted_as_at_intake_and_the_category_stays_unless_told(city: City) -> None:
    party = {"name": "张三丰", "phone": "14012345678", "wantsConfidentiality": True}
    case = await called(city, await recording(city, categoryCode="010205", party=party))

    await city.as_("agent").done("registerVoicemail", **registering(case))

    found = await look(city, case)
    assert found
    assert found["category"] == {"code": "010205"}
    await city.sign_for(await city.dispatch(found))
    told = await look(city, case, "clerk")
    assert told
    assert told["description"] == "〔已隐去〕的会员卡余额300元不退。"


async def test_without_an_attempt_nothing_is_registered(city: City) -> None:
    case = await recording(city)

    refusal = await city.as_("agent").refused("registerVoicemail", **registering(case))

    assert (refusal["code"], refusal["path"]) == ("VOICEMAIL_NOT_CALLED", ["caseId"])
    case = await called(city, case, reached=False)
    await city.as_("agent").done("registerVoicemail", **registering(case))


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"title": " "}, "INVALID_INPUT", ["title"]),
        ({"title": "长" * 201}, "INVALID_INPUT", ["title"]),
        ({"description": "长" * 10_001}, "INVALID_INPUT", ["description"]),
        ({"categoryCode": "999999"}, "NOT_FOUND", ["categoryCode"]),
    ],
)
async def test_what_is_registered_is_checked_as_at_intake(city: City, given: Data, code: str, path: list[str]) -> None:
    case = await called(city, await recording(city))
    refusal = await city.as_("agent").refused("registerVoicemail", **registering(case, **given))
    assert (refusal["code"], refusal["path"]) == (code, path)


async def test_nothing_else_is_done_with_a_recording_and_no_other_case_is_called_back_like_one(city: City) -> None:
    case = await recording(city)
    tried: dict[str, tuple[str, Data]] = {
        "dispatchCase": ("dispatcher", {"leadOfficeCode": city.codes["east"]}),
        "answerCase": ("agent", {"answer": "好", "outOfRemit": True}),
        "refuseCase": ("dispatcher", {"ground": "OTHER", "notice": "不予受理"}),
    }
    for mutation, (who, given) in tried.items():
        refusal = await city.as_(who).refused(mutation, **change(case), **given)
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "VOICEMAIL_PENDING"), mutation

    phoned = await city.receive()
    for mutation, given in (("callVoicemail", {"reached": True}), ("registerVoicemail", VERIFIED)):
        refusal = await city.as_("agent").refused(mutation, **change(phoned), **given)
        assert (refusal["code"], refusal["status"]) == ("INVALID_TRANSITION", "RECORDED"), mutation


async def test_whoever_is_on_duty_calls_back_and_has_registered_it_then(city: City) -> None:
    """Also of a report, which otherwise nobody sees but who took it in."""
    phone = "query ($n: String!) { case(number: $n) { complainant { name phone } } }"
    case = await recording(city, kind="REPORT")
    told = (await city.as_("other_agent").ask(phone, n=case["number"]))["case"]
    assert told == {"complainant": {"name": "张三丰", "phone": "14012345678"}}
    assert await look(city, case, "integrator") is None

    case = await called(city, case, "other_agent")
    await city.as_("other_agent").done("registerVoicemail", **registering(case))

    assert (await look(city, case, "other_agent") or {})["status"] == "RECORDED"
    assert await look(city, case, "agent") is None


async def test_a_figure_of_the_time_before_it_was_registered_stays_what_it_was(city: City) -> None:
    case = await recording(city, receivedAt=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
    waiting = clock.now().isoformat()
    assert await rate(city.as_("leader"), "closureRate", around_today()) == (0, 1)

    case = await called(city, case)
    await city.as_("agent").done("registerVoicemail", **registering(case))

    assert await rate(city.as_("leader"), "closureRate", around_today(), asOf=waiting) == (0, 1)


async def test_the_ledger_says_what_was_done_and_not_what_was_said(city: City) -> None:
    case = await called(city, await recording(city))
    await city.as_("agent").done("registerVoicemail", **registering(case))
    rows = await db.query(
        "SELECT kind, facts::text AS facts FROM ledger WHERE case_id = (SELECT id FROM cases WHERE number = $1)"
        " ORDER BY seq",
        case["number"],
    )
    assert [row["kind"] for row in rows] == ["RECEIVED", "VOICEMAIL_CALLED", "VOICEMAIL_REGISTERED"]
    assert not any("会员卡" in row["facts"] or "核对" in row["facts"] for row in rows)


async def test_sent_again_with_its_key_each_takes_effect_once(city: City) -> None:
    case, agent = await recording(city), city.as_("agent")
    reached = {**change(case), "reached": True}
    await repeats.shows_the_case_as_it_is(city, agent, "callVoicemail", case, **reached)
    payload = await repeats.takes_effect_once(city, agent, "callVoicemail", reached, {"remark": "另一内容"}, CASE)
    case = payload["case"]
    await repeats.shows_the_case_as_it_is(city, agent, "registerVoicemail", case, **registering(case))
    good = registering(case)
    await repeats.leaves_its_key_free(city, agent, "registerVoicemail", {**good, "title": " "}, good)
