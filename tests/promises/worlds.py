"""Two cities equal in everything but who told; and answers with all that differs by chance taken out."""

from __future__ import annotations

import json
import random
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
from graphql import get_named_type, is_leaf_type

from tests import world
from tests.client import Caller, Data
from tests.promises.expected import BELOW, FIELDS
from tests.promises.matrix import node_types, selection
from tests.promises.staff import called_back, hire, in_progress
from tests.world import City

Citizen = dict[str, str]
TODAY = datetime.now(timezone(timedelta(hours=8))).date()
CITIZENS: dict[str, Citizen] = {
    "zhang": {"name": "张三丰", "phone": "14012345678", "address": "云溪市东县某路1号"},
    "ouyang": {"name": "欧阳小明", "phone": "14199995432", "address": "云溪市西县另一条大街22号3单元"},
    "zhang2": {"name": "张四", "phone": "14088885678", "address": "云溪市东县别处9号"},  # wears zhang's mask
}
SHOP = {"name": "某大药房", "address": "人民路2号"}


def told(citizen: Citizen) -> str:
    return f"我是{citizen['name']}, 电话 {citizen['phone']}, 家住{citizen['address']}。口罩一天涨了三次价。"


async def found(http: httpx.AsyncClient, base_url: str, informant: Citizen, *, says_so: bool) -> City:
    """A city where `zhang` once complained of a shop, and then somebody informs on it, and somebody confides."""
    city = await world.found(http, base_url)
    await hire(city)
    words = told(informant) if says_so else "口罩一天涨了三次价。"
    title = f"{informant['name']}反映涨价" if says_so else "反映涨价"
    first = {"title": "口罩涨价", "description": told(CITIZENS["zhang"]), "party": CITIZENS["zhang"]}
    then = {"title": title, "description": words, "party": informant}
    confided = {**then, "party": {**informant, "wantsConfidentiality": True}}
    matters = ({"kind": "COMPLAINT", **first}, {"kind": "REPORT", **then}, {"kind": "COMPLAINT", **confided})
    for number, matter in enumerate(matters, 1):
        shop = {"respondent": SHOP, "categoryCode": "010101", "tags": ["口罩"]}
        # Each is due on a day of its own, so that no order is left to chance.
        case = await in_progress(city, {**matter, **shop}, working_days=number)
        if number > 1:
            await called_back(city, case)
    return city


# --- what is asked


_PARTS = 10  # of what hangs on a case, in one document


def trees() -> list[str]:
    """All cases with all fields of all that hangs on them, but links back to what is above; in bearable documents."""
    types = node_types()
    nested = {}
    for kind, rules in FIELDS.items():
        leaves = [name for rule, names in rules.items() if rule not in ("link", "apart") for name in names.split()]
        nested[kind] = " ".join(["id", *(selection(name, types[kind].fields[name]) for name in leaves)])
    parts = []
    for name in (name for rule in ("link", "plain") for name in FIELDS["Case"][rule].split()):
        of = types["Case"].fields[name]
        kind = get_named_type(of.type)
        if is_leaf_type(kind):
            continue
        inner = kind.name.removesuffix("Connection")
        body = nested[inner] + {
            "InspectionNote": " inspectors { login } photos { " + nested["Photo"] + " }",
            "HandlingResult": " handlers { login }",
        }.get(inner, "")
        parts.append(f"{name} {{ nodes {{ {body} }} totalCount }}" if kind.name != inner else f"{name} {{ {body} }}")
    chunks = [" ".join(parts[start : start + _PARTS]) for start in range(0, len(parts), _PARTS)]
    return [
        f"{{ cases(first: 100, orderBy: RECEIVED_AT) {{ totalCount nodes {{ {nested['Case']} {chunk} }} }} }}"
        for chunk in chunks
    ]


PIECES = [
    piece for citizen in CITIZENS.values() for value in citizen.values() for piece in (value, value[:2], value[-4:])
]
WORDS = [*PIECES, "口罩", "涨价", "举报人", "投诉人", "已隐去", "〔", "我是", "%", "_", "\\", "电话 1", "三次价"]
FILTERS = {
    "status": ["[CLOSED_AWAITING_CALLBACK]", "[IN_PROGRESS]", "[RECORDED, ARCHIVED]"],
    "kind": ["[REPORT]", "[COMPLAINT]", "[REPORT, COMPLAINT]"],
    "priority": ["[URGENT]", "[NORMAL]"],
    "overdue": ["true", "false"],
    "tag": ['"口罩"', '"别的"'],
    "categoryCode": ['"010101"', '"010102"'],
    "receivedFrom": [f'"{TODAY - timedelta(1)}T00:00:00+08:00"'],
    "dueTo": [f'"{TODAY + timedelta(12)}T00:00:00+08:00"'],
}
ORDERS = ("DUE_AT", "DUE_AT_DESC", "RECEIVED_AT", "RECEIVED_AT_DESC", "UPDATED_AT", "UPDATED_AT_DESC")
RATES = [
    "closureRate", "onTimeClosureRate", "dispatchRate", "duplicateDispatchRate", "satisfactionRate", "callbackRate",
    "supervisionRate", "inspectionRate",
]  # fmt: skip
COUNTS = [
    "intake { total complaint report }",
    "byDay { received closed }",
    "recoveredLoss",
    "yearOnYear { current base }",
]
BATCH = 5


def queries(count: int, who: str, seed: int = 1) -> list[str]:
    """So many root fields at random, five to a document. Codes of offices are written `{east}`."""
    dice = random.Random(f"{who}{seed}")
    own = who.partition("@")[2] or "top"
    fields = [_field(dice, sorted(BELOW[own])) for _ in range(count)]
    batches = [fields[start : start + BATCH] for start in range(0, count, BATCH)]
    return ["{ " + " ".join(f"q{n}: {each}" for n, each in enumerate(batch)) + " }" for batch in batches]


def _field(dice: random.Random, offices: list[str]) -> str:
    start, through = TODAY - timedelta(dice.randint(0, 5)), TODAY + timedelta(dice.randint(0, 5))
    period = f'period: {{from: "{start}", through: "{through}"}}'
    office = dice.choice(offices)  # of others no figures are told, and that refusal would take the whole answer
    match dice.randrange(6):
        case 0:
            rates = [f"{rate} {{ numerator denominator percent reason }}" for rate in dice.sample(RATES, 2)]
            return f'kpis(officeCode: "«{office}»", {period}) {{ {" ".join([*rates, *dice.sample(COUNTS, 2)])} }}'
        case 1:
            rate = re.sub(r"([A-Z])", r"_\1", dice.choice(RATES)).upper()
            return f'kpiRanking(kpi: {rate}, {period}, officeCode: "«{office}»") {{ rank kpi {{ numerator denominator }} }}'
        case 2:
            return "approvals(first: 50) { totalCount nodes { kind case { title } } }"
    text = dice.choice(WORDS).replace("\\", "\\\\")
    given = [f'text: "{text}"'] if dice.random() < 0.7 else []
    given += [f"{name}: {dice.choice(values)}" for name, values in FILTERS.items() if dice.random() < 0.2]
    given += [f'officeCode: "«{office}»"'] if dice.random() < 0.2 else []
    page = f"{dice.choice(('first', 'last'))}: {dice.randint(1, 3)}"
    return (
        f"cases({page}, orderBy: {dice.choice(ORDERS)}, filter: {{{', '.join(given)}}})"
        " { totalCount pageInfo { hasNextPage hasPreviousPage } nodes { number title description place"
        " complainant { name phone address } } }"
    )


# --- what is answered


CHANCE = re.compile(r"\d{20}|[A-Za-z0-9_-]{24,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+\d\d:\d\d)")


def plain(said: Any, city: City, seen: dict[str, int] | None = None) -> Any:
    """Takes out what differs by chance: ids, numbers, instants, cursors. The same one twice stays the same one."""
    seen = {} if seen is None else seen
    if isinstance(said, dict):
        return {name: plain(value, city, seen) for name, value in said.items() if name != "locations"}
    if isinstance(said, list):
        return [plain(value, city, seen) for value in said]
    if not isinstance(said, str):
        return said
    text = INSTANT.sub("T", said.replace(city.code, "CITY"))
    return CHANCE.sub(lambda found: f"#{seen.setdefault(found[0], len(seen))}", text)


async def say(caller: Caller, city: City, document: str, **variables: Data) -> str:
    """One answer with its status. Errors come in the order of their fields, not of whoever was first."""
    for place, code in city.codes.items():
        document = document.replace(f"«{place}»", code)
    response = await caller.post(document, **variables)
    said = response.json()
    said.get("errors", []).sort(key=lambda error: json.dumps(error.get("path")))
    return f"{response.status_code} {json.dumps(plain(said, city), ensure_ascii=False, indent=1)}"
