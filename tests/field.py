"""In the field: what a visit may hold, and what follows from it, as an inspector's phone would say it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from resolvers.doors import clock
from resolvers.rules import days
from tests.client import Data
from tests.world import City, change

SUSPECTED: Data = {
    "item": "甲醛",
    "method": "试纸法",
    "kitBatch": "F-2026",
    "result": "SUSPECTED",
    "agriculturalProduct": True,
}
SAMPLE: Data = {"product": "碱水面", "batch": "20261120", "quantity": "2袋"}
ANSWER: Data = {
    "laboratory": "市食品药品检验所",
    "reportNumber": "SP-2026-1120",
    "result": "CONFORMING",
    "reportedAt": "2026-11-20T18:00:00+08:00",
}
REFUSAL: Data = {"kind": "REFUSED", "refusalReason": "不认可检查结果", "witness": "社区李某"}


def day(after: int = 30) -> str:
    """So many days from today."""
    return str(days.local_date(clock.now()) + timedelta(days=after))


def whole() -> Data:
    """All that a visit may hold beside its words, its place and its photos."""
    return {
        "visitType": "JOINT",
        "credentialsShown": True,
        "taskOrder": "夜检〔2026〕7号",
        "window": {"from": "2026-11-20T08:00:00+08:00", "through": "2026-11-20T11:00:00+08:00"},
        "participants": ["新村街道办事处"],
        "checkItems": [{"item": "进货票据", "result": "FAIL", "remark": "缺两张"}],
        "samples": [SAMPLE],
        "rapidTests": [SUSPECTED],
        "measures": [{"kind": "INTERVIEW", "subject": "房主", "record": "不得再出租给无照商户。"}],
        "rectifications": [{"kind": "ORDER", "requirement": "补齐进货票据。", "dueOn": day()}],
        "signature": REFUSAL,
        "phoneReply": {"at": "2026-11-20T15:00:00+08:00", "text": "已向诉求人说明。"},
    }


async def plan(city: City, case: Data, *due_on: str, who: str = "clerk") -> Data:
    """Patrols of a closed case; the case."""
    shape, wanted = "case { id number version patrols { id status } }", list(due_on) or [day()]
    payload = await city.as_(who).done("planPatrols", shape, **change(case), dueOn=wanted, reason="防止反弹")
    found: Data = payload["case"]
    return found


async def answer(city: City, note: Data, **given: Any) -> None:
    """The laboratory answers every rapid test and every sample of a note."""
    for part, name in (("rapidTests", "rapidTestId"), ("samples", "sampleId")):
        for each in note[part]:
            told = {name: each["id"], **ANSWER, **given}
            await city.as_("clerk").done("addLabResult", "labTest { id }", **told)
