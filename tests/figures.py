"""How figures are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from resolvers.rules.days import local_date
from tests.client import Caller, Data

RATE = "{ numerator denominator reason percent(digits: 1) }"
ASKED = """query ($period: PeriodInput!, $code: String, $asOf: DateTime) {{
  kpis(period: $period, officeCode: $code, asOf: $asOf) {{ {} }} }}"""
RATES = (
    "closureRate",
    "onTimeClosureRate",
    "dispatchRate",
    "duplicateDispatchRate",
    "satisfactionRate",
    "callbackRate",
    "supervisionRate",
    "inspectionRate",
    "odrSuccessRate",
)
INTAKE = "intake { total complaint report consultation helpRequest suggestion isSuppressed }"
RANKING = """query ($kpi: KpiName!, $period: PeriodInput!, $code: String, $least: Int = 1) {
  kpiRanking(kpi: $kpi, period: $period, officeCode: $code, minimumCount: $least) {
    rank office { code } kpi { numerator denominator reason } } }"""


def days(start: str, through: str) -> Data:
    return {"from": start, "through": through}


def around_today(ahead: int = 1) -> Data:
    """Yesterday to tomorrow at least, so that midnight may pass meanwhile."""
    today = local_date(datetime.now(UTC))
    return days(str(today - timedelta(days=1)), str(today + timedelta(days=ahead)))


async def figures(caller: Caller, wanted: str, period: Data, **given: object) -> Data:
    found: Data = (await caller.ask(ASKED.format(wanted), period=period, **given))["kpis"]
    return found


async def rate(caller: Caller, name: str, period: Data, **given: object) -> tuple[int, int]:
    told = (await figures(caller, f"{name} {RATE}", period, **given))[name]
    return told["numerator"], told["denominator"]


async def ranked(caller: Caller, kpi: str, period: Data, **given: object) -> list[Data]:
    found: list[Data] = (await caller.ask(RANKING, kpi=kpi, period=period, **given))["kpiRanking"]
    return found
