"""云溪 of the sample data, as its people meet it: who they are, and the steps of a case that stories share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from fixtures.people import PASSWORD
from tests.client import Caller, Data
from tests.serving import Jiesu

UNIT = "990102"  # the eastern county, the handling unit
CLOCKS = "deadlines { kind round startAt dueAt metAt breachedAt }"
FIGURES = """
query ($unit: String!, $period: PeriodInput!) {
  kpis(officeCode: $unit, period: $period) {
    intake { total complaint report }
    dispatchRate { numerator denominator }
    closureRate { numerator denominator }
    satisfactionRate { numerator denominator }
  }
}
"""


@dataclass(frozen=True)
class Town:
    """The people of 云溪, each with the token that `demo-tokens.json` holds."""

    http: httpx.AsyncClient
    server: Jiesu

    def __getitem__(self, who: str) -> Caller:
        login = f"yunxi-{who}"
        return Caller(self.http, self.server.url, self.server.tokens[login], login)

    async def signed_in(self, who: str) -> Caller:
        """Somebody who has only login and password."""
        nobody = Caller(self.http, self.server.url)
        document = (
            "mutation ($i: SignInInput!) { signIn(input: $i) { token viewer { login roles } userErrors { code } } }"
        )
        refused = (await nobody.ask(document, i={"login": f"yunxi-{who}", "password": "wrong"}))["signIn"]
        assert (refused["token"], refused["userErrors"]) == (None, [{"code": "LOGIN_FAILED"}])
        answer = (await nobody.ask(document, i={"login": f"yunxi-{who}", "password": PASSWORD}))["signIn"]
        assert answer["viewer"] == {"login": f"yunxi-{who}", "roles": ["AGENT"]}
        return Caller(self.http, self.server.url, answer["token"], f"yunxi-{who}")


def on(case: Data) -> Data:
    return {"caseId": case["id"], "expectedVersion": case["version"]}


def result(**given: object) -> Data:
    told: Data = {"department": "价格监督科", "outcome": "MEDIATED", "reply": "商家已退还差价。"}
    return {**told, "handlers": [f"yunxi-inspector-{UNIT}"], **given}


async def step(town: Town, who: str, mutation: str, case: Data, **given: object) -> Data:
    shape = "case { id number version status round dueAt }"
    found: Data = (await town[who].done(mutation, shape, **on(case), **given))["case"]
    assert found["version"] == case["version"] + 1
    return found


async def call_back(town: Town, case: Data, level: str) -> Data:
    shape = "case { id number version status round dueAt } callback { id }"
    payload = await town["callback-officer"].done("recordCallback", shape, **on(case), level=level)
    assert payload["case"]["status"] == "CALLBACK_REVIEW"
    return {**payload["case"], "callback": payload["callback"]["id"]}


async def review(town: Town, case: Data) -> Data:
    shape = f"case {{ id number version status round dueAt closedAt {CLOCKS} }}"
    given = {"callbackId": case["callback"], "expectedVersion": case["version"]}
    found: Data = (await town["callback-reviewer"].done("reviewCallback", shape, **given))["case"]
    return found


async def figures(town: Town) -> Data:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = {"from": str(today - timedelta(days=1)), "through": str(today + timedelta(days=1))}
    report: Data = (await town["analyst"].ask(FIGURES, unit=UNIT, period=days))["kpis"]
    return report


def moved(before: Data, after: Data, name: str) -> dict[str, int]:
    return {part: after[name][part] - before[name][part] for part in before[name]}
