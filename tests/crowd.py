"""A city full of different cases, only to be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from tests import world
from tests.client import Caller, Data
from tests.world import City

SIZE = 18
NOW = datetime.now(UTC).replace(microsecond=0)
KINDS = ("COMPLAINT", "REPORT", "CONSULTATION", "HELP_REQUEST", "SUGGESTION")
FIELDS = """id number kind status priority tags title description category { code } receivedAt dueAt updatedAt
  isOverdue leadOffice { code } intakeOffice { code }"""
WINDOW = "$first: Int, $after: String, $last: Int, $before: String"
LISTED = f"""query ($filter: CaseFilter, $orderBy: CaseOrder, {WINDOW}) {{
  cases(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {{
    totalCount nodes {{ {FIELDS} }} edges {{ cursor node {{ id }} }}
    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""


async def gather(http: httpx.AsyncClient, base_url: str) -> City:
    """Eighteen cases of every kind, received over the years, at every office, some with a limit long past."""
    city = await world.found(http, base_url)
    for n in range(SIZE):
        received = (NOW - timedelta(days=(0, 1, 4, 12, 45)[n % 5], minutes=n // 3)).isoformat()
        case = await city.receive(
            kind=KINDS[n % 5 if n < 12 else 0],
            priority=("NORMAL", "URGENT", "EMERGENCY")[n % 3],
            tags=[["春节"], ["春节", "口罩"], []][n % 3],
            title=("口罩涨价", "Mask 50%_off", "退费")[n % 3],
            description=f"第{n}件",
            categoryCode=("010101", "010201", None)[n % 3],
            receivedAt="2018-06-01T00:00:00Z" if n == 17 else received,  # from before there were limits
        )
        if n % 4:
            case = await city.dispatch(case, ("east", "west", "stall")[n % 4 - 1])
        if n % 4 == 1 and n > 4:
            await city.sign_for(case)
        if n == 12:
            await city.as_("agent").done("answerCase", **world.change(case), answer="不归我们管", outOfRemit=True)
    return city


async def listed(caller: Caller, **given: object) -> Data:
    """One page of the cases a caller sees."""
    found: Data = (await caller.ask(LISTED, **given))["cases"]
    return found


async def every(city: City, **given: object) -> list[Data]:
    found: list[Data] = (await listed(city.as_("leader"), first=100, **given))["nodes"]
    return found
