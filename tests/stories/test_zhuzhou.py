"""株洲: one complaint under the rules of Zhuzhou, day by day, in an ordinary autumn and in the epidemic (domain 1.5).

Every date is worked out by hand from the State Council's calendars of 2019 and 2020. 1 October 2019 to the 7th are rest
days; Sunday 29 September and Saturday 12 October 2019 are worked instead. The Spring Festival of 2020 lasts, extended,
from 24 January to 2 February. A start day is never counted. A limit in days ends with its last day.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resolvers.doors import clock
from tests.client import Data
from tests.stories.hotline import Hotline, shanghai, told
from tests.world import City

TAG = {"tags": ["新冠疫情"]}


@pytest.fixture
def stopped() -> Iterator[None]:
    with clock.standing_at(shanghai("2019-09-01 08:00")):
        yield


@pytest.fixture
async def hotline(city: City, stopped: None) -> Hotline:  # noqa: ARG001  (nobody there looks at today's clock)
    return await Hotline(city).staffed()


async def test_a_complaint_before_national_day_comes_back_is_extended_and_is_done_again(hotline: Hotline) -> None:
    # 接诉: Friday.
    hotline.at("2019-09-27 15:20")
    case = await hotline.takes_the_call()
    assert not case["isUrgent"]
    assert await hotline.due(case) == {
        "TRIAGE": "2019-09-28 15:20",  # 24 elapsed hours (ZZ-19), although that is a Saturday
        "CLOSE": "2019-10-12",  # 7 WD (ZZ-8): Sun 29, Mon 30, then after the holiday 8, 9, 10, 11 and Sat 12
    }, "nothing statutory: Order 20 binds from 2020 on"

    # 派单 to the wrong unit.
    hotline.at("2019-09-27 15:50")
    case = await hotline.dispatches_to("west", case)
    assert await hotline.due(case) == {
        "CLOSE": "2019-10-12",
        "SIGN_FOR": "2019-09-29",  # 1 WD after Friday 27: the worked Sunday
    }

    # 退单: on that Sunday, the last day of the window; decided the same day. No clock stops (DEC-11).
    hotline.at("2019-09-29 09:30")
    case, request = await hotline.asks_to_return("west", case, competent="east")
    hotline.at("2019-09-29 14:00")
    case = await hotline.takes_back(case, request)
    assert await hotline.due(case) == {"CLOSE": "2019-10-12"}

    # 派单 again, on the eve of the holiday; 签收 on the last day for it.
    hotline.at("2019-09-30 08:40")
    case = await hotline.dispatches_to("east", case)
    assert await hotline.due(case) == {
        "CLOSE": "2019-10-12",
        "SIGN_FOR 2": "2019-10-08",  # 1 WD after Monday 30: the first day after the holiday
    }
    hotline.at("2019-10-08 09:10")
    case = await hotline.signs_for(case)

    # 现场检查.
    hotline.at("2019-10-09 10:00")
    await hotline.inspects(case)

    # 延期: asked for and granted on Thursday.
    hotline.at("2019-10-10 09:00")
    case, request = await hotline.asks_for_more_time(case, working_days=3)
    assert told(case["dueAt"]) == "2019-10-12", "a request stops no clock"
    hotline.at("2019-10-10 16:00")
    case = await hotline.grants_more_time(case, request)
    # 3 WD from the old date, Sat 12 (not from the request, which would be Mon 14): 14, 15, 16.
    assert await hotline.due(case) == {"CLOSE": "2019-10-16"}

    # 提交结果, 退回, 提交, 签字: signed on the last day.
    hotline.at("2019-10-14 11:00")
    case = await hotline.submits(case)
    hotline.at("2019-10-15 09:00")
    case = await hotline.sends_back(case)
    assert await hotline.due(case) == {"CLOSE": "2019-10-16"}, "same round, same date"
    hotline.at("2019-10-16 10:00")
    case = await hotline.submits(case)
    hotline.at("2019-10-16 17:30")
    case = await hotline.signs(case)
    assert told(case["closedAt"]) == "2019-10-16 17:30"
    assert await hotline.due(case) == {"CALLBACK": "2019-10-17"}  # 1 WD after Wednesday 16 (DEC-6)

    await everything_was_kept(hotline, await done_again(hotline, case))


async def done_again(hotline: Hotline, case: Data) -> Data:
    """重办: the second round of that autumn."""
    # 回访: dissatisfied, so that a second round begins.
    hotline.at("2019-10-17 15:00")
    case = await hotline.calls_back(case, "DISSATISFIED")
    hotline.at("2019-10-18 09:00")
    case = await hotline.reviews(case)
    assert (case["status"], case["round"], case["closedAt"]) == ("IN_PROGRESS", 2, None)
    # 7 WD again (DEC-4) from the review on Friday 18: 21, 22, 23, 24, 25, 28, 29.
    assert await hotline.due(case) == {"REHANDLE": "2019-10-29"}
    assert told(case["dueAt"]) == "2019-10-29"

    # The second round: signed on Monday 28, called back on the last day for it, reviewed, archived.
    hotline.at("2019-10-28 10:00")
    case = await hotline.signs(await hotline.submits(case))
    assert await hotline.due(case) == {"CALLBACK 2": "2019-10-29"}  # 1 WD after Monday 28
    hotline.at("2019-10-29 16:00")
    case = await hotline.calls_back(case, "SATISFIED")
    hotline.at("2019-10-30 09:00")
    case = await hotline.reviews(case)
    assert (case["status"], case["round"]) == ("ARCHIVED", 2)
    return case


KEPT = ["TRIAGE", "CLOSE", "SIGN_FOR", "SIGN_FOR 2", "CALLBACK", "REHANDLE", "CALLBACK 2"]
STORY = [
    "RECEIVED", "DISPATCHED", "RETURN_REQUESTED", "RETURN_APPROVED", "DISPATCHED", "SIGNED_FOR",
    "INSPECTION_NOTE_ADDED", "EXTENSION_REQUESTED", "EXTENSION_APPROVED", "RESULT_SUBMITTED", "SENT_BACK",
    "RESULT_SUBMITTED", "SIGNED_OFF", "CALLBACK_RECORDED", "REHANDLING_OPENED", "RESULT_SUBMITTED", "SIGNED_OFF",
    "CALLBACK_RECORDED", "ARCHIVED",
]  # fmt: skip


async def everything_was_kept(hotline: Hotline, case: Data, *statutory: str) -> None:
    """No limit was missed, both units stand on record, and the timeline tells it all."""
    assert await hotline.kept(case) == dict.fromkeys([*KEPT, *statutory], "kept")
    found, codes = await hotline.look(case), hotline.city.codes
    assert sorted((each["office"]["code"], each["status"]) for each in found["assignments"]) == [
        (codes["east"], "ACTIVE"),
        (codes["west"], "RETURNED"),
    ]
    assert [(each["number"], each["sentBackCount"]) for each in found["rounds"]] == [(1, 1), (2, 0)]
    assert [node["kind"] for node in found["timeline"]["nodes"]] == STORY


async def test_a_unit_that_was_told_to_handle_it_may_not_send_it_back_again(hotline: Hotline) -> None:
    hotline.at("2019-09-27 15:20")
    case = await hotline.dispatches_to("west", await hotline.takes_the_call())
    hotline.at("2019-09-29 09:30")
    case = await hotline.takes_back(*await hotline.asks_to_return("west", case, competent="east"))
    hotline.at("2019-09-30 08:40")
    case = await hotline.dispatches_to("east", case)

    # The second unit has a window of its own: 1 WD after Monday 30 September is Tuesday 8 October.
    hotline.at("2019-10-08 09:00")
    case = await hotline.leaves_it_there(*await hotline.asks_to_return("east", case, competent="stall"))
    hotline.at("2019-10-08 11:00")
    third = await hotline.may_not_return("east", case)

    assert third["code"] == "RETURN_FORBIDDEN_AFTER_ADJUDICATION"
    assert await hotline.kept(case) == {
        "TRIAGE": "kept",
        "CLOSE": "running",
        "SIGN_FOR": "kept",
        "SIGN_FOR 2": "kept",
    }
    assert await hotline.due(case) == {"CLOSE": "2019-10-12"}, "what the bodies argued about cost the citizen no day"


async def test_a_return_asked_for_after_the_worked_sunday_is_too_late(hotline: Hotline) -> None:
    hotline.at("2019-09-27 15:20")
    case = await hotline.dispatches_to("west", await hotline.takes_the_call())

    hotline.at("2019-09-30 00:00")
    late = await hotline.may_not_return("west", case)

    assert (late["code"], told(late["dueAt"])) == ("RETURN_WINDOW_CLOSED", "2019-09-29")


async def test_what_is_signed_a_minute_after_the_worked_saturday_is_late_for_good(hotline: Hotline) -> None:
    hotline.at("2019-09-27 15:20")
    case = await hotline.dispatches_to("east", await hotline.takes_the_call())
    hotline.at("2019-10-12 18:00")
    case = await hotline.submits(await hotline.signs_for(case))
    assert not (await hotline.look(case))["isOverdue"]

    hotline.at("2019-10-13 00:00")
    assert (await hotline.look(case))["isOverdue"]
    case = await hotline.signs(case)

    assert await hotline.kept(case) == {
        "TRIAGE": "kept",
        "CLOSE": "missed",
        "SIGN_FOR": "missed",  # due on Sunday 29 September
        "CALLBACK": "running",
    }
    limits = await hotline.limits(case)
    assert told(limits["CLOSE"]["breachedAt"]) == "2019-10-12"
    assert told(limits["CALLBACK"]["dueAt"]) == "2019-10-14"  # 1 WD after Sunday 13


async def test_in_the_epidemic_the_same_complaint_has_three_working_days_and_those_are_twelve_days(
    hotline: Hotline,
) -> None:
    hotline.at("2020-01-24 00:00")
    await hotline.mobilises()

    # 接诉: Friday 24 January, the eve of the new year.
    hotline.at("2020-01-24 20:15")
    case = await hotline.takes_the_call(**TAG)
    assert (case["isUrgent"], case["priority"], case["tags"]) == (True, "URGENT", ["新冠疫情"])
    assert await hotline.due(case) == {
        "TRIAGE": "2020-01-24 20:15",  # at once: 接诉即分流 (ZZ-19)
        "CLOSE": "2020-02-05",  # 3 WD (ZZ-20): all rest days up to Sun 2 February, then Mon 3, Tue 4, Wed 5
        "ACCEPTANCE": "2020-02-11",  # 7 WD of Order 20 art. 14, not shortened: 3, 4, 5, 6, 7, Mon 10, Tue 11
    }

    # 派单 in the same minute, to the wrong unit; it says so on the first working day.
    case = await hotline.dispatches_to("west", case)
    assert (await hotline.due(case))["SIGN_FOR"] == "2020-02-03"  # 1 WD after Friday 24 January
    hotline.at("2020-02-03 08:30")
    case = await hotline.takes_back(*await hotline.asks_to_return("west", case, competent="east"))
    hotline.at("2020-02-03 09:10")
    case = await hotline.dispatches_to("east", case)
    assert (await hotline.due(case))["SIGN_FOR 2"] == "2020-02-04"  # 1 WD after Monday 3
    case = await hotline.signs_for(case)

    # 现场检查, 延期.
    hotline.at("2020-02-03 15:00")
    await hotline.inspects(case)
    hotline.at("2020-02-04 09:00")
    case = await hotline.grants_more_time(*await hotline.asks_for_more_time(case, working_days=2))
    # 2 WD from Wednesday 5: 6, 7.
    assert await hotline.due(case) == {"CLOSE": "2020-02-07", "ACCEPTANCE": "2020-02-11"}

    # 提交, 退回, 提交, 签字.
    hotline.at("2020-02-06 11:00")
    case = await hotline.sends_back(await hotline.submits(case))
    hotline.at("2020-02-07 17:00")
    case = await hotline.signs(await hotline.submits(case))
    assert await hotline.due(case) == {"CALLBACK": "2020-02-10"}  # 1 WD after Friday 7: Monday

    # 回访, 重办: the regime's three days again (DEC-4).
    hotline.at("2020-02-10 10:00")
    case = await hotline.reviews(await hotline.calls_back(case, "DISSATISFIED"))
    assert await hotline.due(case) == {"REHANDLE": "2020-02-13"}  # 3 WD after Monday 10: 11, 12, 13
    hotline.at("2020-02-13 16:00")
    case = await hotline.signs(await hotline.submits(case))
    assert await hotline.due(case) == {"CALLBACK 2": "2020-02-14"}  # 1 WD after Thursday 13
    hotline.at("2020-02-14 10:00")
    case = await hotline.reviews(await hotline.calls_back(case, "VERY_SATISFIED"))
    assert (case["status"], case["round"]) == ("ARCHIVED", 2)

    await everything_was_kept(hotline, case, "ACCEPTANCE")


async def test_what_is_not_dispatched_at_once_in_the_epidemic_has_missed_its_triage(hotline: Hotline) -> None:
    hotline.at("2020-01-24 00:00")
    await hotline.mobilises()
    hotline.at("2020-01-24 20:15")
    tagged, plain = await hotline.takes_the_call(**TAG), await hotline.takes_the_call()

    hotline.at("2020-01-24 20:31")
    tagged, plain = [await hotline.dispatches_to("east", case) for case in (tagged, plain)]

    assert (await hotline.kept(tagged))["TRIAGE"] == "missed"
    assert told((await hotline.limits(tagged))["TRIAGE"]["breachedAt"]) == "2020-01-24 20:15"
    # Without the tag nothing is hastened: 24 hours, and 7 WD, here 3, 4, 5, 6, 7, 10, 11 February.
    assert (await hotline.kept(plain))["TRIAGE"] == "kept"
    assert (await hotline.due(plain))["CLOSE"] == "2020-02-11"


async def test_on_duty_every_day_counts_through_the_festival(hotline: Hotline) -> None:
    hotline.at("2020-01-24 00:00")
    await hotline.mobilises("DUTY")
    hotline.at("2020-01-24 20:15")
    case = await hotline.dispatches_to("east", await hotline.takes_the_call(**TAG))
    due = await hotline.due(case)
    assert due["CLOSE"] == "2020-01-27"  # 3 days of duty: Sat 25 (new year's day), Sun 26, Mon 27
    assert due["SIGN_FOR"] == "2020-01-25"

    hotline.at("2020-01-25 09:00")
    case = await hotline.signs_for(case)
    hotline.at("2020-01-26 09:00")
    case = await hotline.grants_more_time(*await hotline.asks_for_more_time(case, working_days=2))
    assert (await hotline.due(case))["CLOSE"] == "2020-01-29"  # 2 days of duty from Monday 27: 28, 29

    hotline.at("2020-01-29 12:00")
    case = await hotline.signs(await hotline.submits(case))
    # The callback is no part of the regime: 1 WD after Wednesday 29 January is Monday 3 February.
    assert await hotline.due(case) == {"CALLBACK": "2020-02-03"}
    hotline.at("2020-02-01 10:00")
    case = await hotline.reviews(await hotline.calls_back(case, "DISSATISFIED"))
    assert await hotline.due(case) == {"REHANDLE": "2020-02-04"}  # 3 days of duty after Sat 1: 2, 3, 4
    assert set((await hotline.kept(case)).values()) == {"kept", "running"}
