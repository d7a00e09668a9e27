"""A city in code: its own jurisdiction, three offices below, somebody in every role, and cases brought to any state.

Every test founds a city of its own, so tests need no cleaning up and never see each other.
"""

from __future__ import annotations

import itertools
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from resolvers import login as logins
from resolvers.doors import db
from resolvers.models import Application, Office, Person, RoleGrant, Token
from resolvers.terms.kinds import OfficeKind
from resolvers.terms.roles import HOLDINGS, Role
from tests.client import Caller, Data

LONG_AGO = datetime(2018, 1, 1, tzinfo=UTC)
_numbers = itertools.count()

# name -> (role, office): `top` is the city bureau, `east` and `west` its counties, `stall` an institute below `east`.
PEOPLE: dict[str, tuple[Role, str]] = {
    "agent": (Role.AGENT, "top"),
    "other_agent": (Role.AGENT, "top"),
    "dispatcher": (Role.DISPATCHER, "top"),
    "adviser": (Role.ADVISER, "top"),
    "section": (Role.SECTION_OFFICER, "top"),
    "caller": (Role.CALLBACK_OFFICER, "top"),
    "reviewer": (Role.CALLBACK_REVIEWER, "top"),
    "supervisor": (Role.SUPERVISION_OFFICER, "top"),
    "duty_leader": (Role.DUTY_LEADER, "top"),
    "leader": (Role.LEADER, "top"),
    "analyst": (Role.ANALYST, "top"),
    "auditor": (Role.AUDITOR, "top"),
    "admin": (Role.ADMIN, "top"),
    "enterprise": (Role.ODR_ENTERPRISE, "top"),
    "clerk": (Role.CLERK, "east"),
    "inspector": (Role.INSPECTOR, "east"),
    "inspector2": (Role.INSPECTOR, "east"),
    "responsible": (Role.RESPONSIBLE_PERSON, "east"),
    "west_clerk": (Role.CLERK, "west"),
    "west_inspector": (Role.INSPECTOR, "west"),
    "west_inspector2": (Role.INSPECTOR, "west"),
    "west_responsible": (Role.RESPONSIBLE_PERSON, "west"),
    "west_dispatcher": (Role.DISPATCHER, "west"),
    "west_caller": (Role.CALLBACK_OFFICER, "west"),
    "east_section": (Role.SECTION_OFFICER, "east"),
    "east_caller": (Role.CALLBACK_OFFICER, "east"),
    "stall_clerk": (Role.CLERK, "stall"),
    "top_clerk": (Role.CLERK, "top"),
    "top_responsible": (Role.RESPONSIBLE_PERSON, "top"),
}
APPLICATION = "integrator"  # Role.INTEGRATOR at `top`

ROUTE = (
    "RECORDED", "DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF", "CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW", "ARCHIVED",
)  # fmt: skip


@dataclass
class City:
    """One jurisdiction under test."""

    http: httpx.AsyncClient
    base_url: str
    code: str
    jurisdiction_id: UUID
    offices: dict[str, UUID] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    persons: dict[str, UUID] = field(default_factory=dict)

    def as_(self, who: str) -> Caller:
        return Caller(self.http, self.base_url, self.tokens[who], self.login(who))

    @property
    def anonymous(self) -> Caller:
        return Caller(self.http, self.base_url)

    def login(self, who: str) -> str:
        return f"{who}-{self.code}"

    async def receive(self, **given: Any) -> Data:
        """A case in RECORDED, received by the agent."""
        matter: Data = {
            "kind": "COMPLAINT",
            "channel": "PHONE",
            "title": "口罩涨价",
            "description": "药店的口罩一天涨了三次价。",
            "party": {"name": "张三丰", "phone": "14012345678", "address": "云溪市东县某路1号"},
            "respondent": {"name": "某大药房"},
        }
        payload = await self.as_("agent").done("receiveCase", **{**matter, **given})
        case: Data = payload["case"]
        return case

    async def dispatch(self, case: Data, lead: str = "east", co: tuple[str, ...] = ()) -> Data:
        given = {"leadOfficeCode": self.codes[lead], "coOfficeCodes": [self.codes[each] for each in co]}
        return await self._step("dispatcher", "dispatchCase", case, **given)

    async def sign_for(self, case: Data, who: str = "clerk") -> Data:
        return await self._step(who, "signForCase", case)

    async def inspect(self, case: Data, **given: Any) -> Data:
        """An inspection note by two inspectors of `east`; the note."""
        parts = "photos { id status uploadUrl url } rapidTests { id } samples { id } rectifications { id }"
        shape = f"inspectionNote {{ id lateArrival {parts} }}"
        visit: Data = {
            "caseId": case["id"],
            "capturedAt": "2026-11-20T10:00:00+08:00",
            "inspectors": [self.login("inspector"), self.login("inspector2")],
            "findings": "现场检查, 价签与进货单据齐全。",
        }
        payload = await self.as_("inspector").done("addInspectionNote", shape, **{**visit, **given})
        note: Data = payload["inspectionNote"]
        return note

    async def submit(self, case: Data, who: str = "clerk", **given: Any) -> Data:
        result: Data = {
            "department": "价格监督科",
            "handlers": [self.login("inspector")],
            "outcome": "MEDIATED",
            "reply": "商家已退还差价。",
        }
        return await self._step(who, "submitResult", case, **{**result, **given})

    async def sign_off(self, case: Data, who: str = "responsible", **given: Any) -> Data:
        return await self._step(who, "signOff", case, **{"decision": "APPROVE", **given})

    async def call_back(self, case: Data, who: str = "caller", **given: Any) -> Data:
        shape = "case { id number version status round dueAt } callback { id }"
        payload = await self.as_(who).done("recordCallback", shape, **{**_change(case), "level": "SATISFIED", **given})
        return {**payload["case"], "callbackId": payload["callback"]["id"]}

    async def review(self, case: Data, who: str = "reviewer", **given: Any) -> Data:
        shape = "case { id number version status round dueAt }"
        change = {"callbackId": case["callbackId"], "expectedVersion": case["version"]}
        payload = await self.as_(who).done("reviewCallback", shape, **{**change, **given})
        found: Data = payload["case"]
        return found

    async def case_in(self, status: str, **matter: Any) -> Data:
        """A case brought to a state of the main line by the people whose work it is."""
        case = await self.receive(**matter)
        for step in ROUTE[1 : ROUTE.index(status) + 1]:
            case = await self._advance(case, step, matter.get("kind"))
        return case

    async def _advance(self, case: Data, to: str, kind: str | None) -> Data:
        match to:
            case "DISPATCHED":
                return await self.dispatch(case)
            case "IN_PROGRESS":
                return await self.sign_for(case)
            case "PENDING_SIGN_OFF":
                if kind == "REPORT":
                    await self.inspect(case)
                return await self.submit(case)
            case "CLOSED_AWAITING_CALLBACK":
                return await self.sign_off(case)
            case "CALLBACK_REVIEW":
                return await self.call_back(case)
            case _:
                return await self.review(case)

    async def _step(self, who: str, mutation: str, case: Data, **given: Any) -> Data:
        shape = "case { id number version status round dueAt closedAt }"
        payload = await self.as_(who).done(mutation, shape, **{**_change(case), **given})
        found: Data = payload["case"]
        return found


def _change(case: Data) -> Data:
    return {"caseId": case["id"], "expectedVersion": case["version"]}


change = _change  # what every change of a case asks for


async def grant(city: City, who: str, role: Role, office: str = "top") -> None:
    """One role more for somebody."""
    await db.atomic(RoleGrant.create)(
        person_id=city.persons[who], role=role, office_id=city.offices[office], valid_from=LONG_AGO
    )


async def add_office(city: City, name: str, parent: str = "top") -> None:
    """One county more."""
    above = await Office.get(id=city.offices[parent])
    city.offices[name], city.codes[name] = uuid4(), f"{city.code}-{name}"
    await db.atomic(Office.create)(
        id=city.offices[name],
        code=city.codes[name],
        name=f"{name}局",
        kind=OfficeKind.COUNTY_BUREAU,
        division_code="990100",
        path=f"{above.path}{city.codes[name]}/",
        jurisdiction_id=city.jurisdiction_id,
        parent_id=above.id,
    )


async def alter(sql: str, *values: object) -> None:
    """Change rows behind the product's back: where the real clock, or a feature still to come, stands in the way."""
    assert await db.atomic(db.execute)(sql, *values), "the set-up changed nothing"


_INSTANTS = {
    "cases": ("received_at", "registered_at", "updated_at", "due_at", "closed_at"),
    "rounds": ("opened_at", "result_submitted_at", "closed_at"),
    "assignments": ("dispatched_at", "signed_for_at"),
    "deadlines": ("start_at", "due_at", "effective_due_at", "met_at", "breached_at", "stopped_at"),
    "deadline_changes": ("at", "old_due_at", "new_due_at"),
    "pauses": ("started_at", "ended_at"),
    "filing_reports": ("submitted_at", "document_received_at", "decided_at"),
    "extension_requests": ("requested_at", "old_due_at", "new_due_at", "decided_at"),
    "callbacks": ("called_at", "reviewed_at"),
}


@db.atomic
async def let_pass(case: Data, days: int) -> None:
    """So many days go by for one case: whatever is on record of it, but the ledger, is that much older."""
    for table, columns in _INSTANTS.items():
        older = ", ".join(f"{column} = {column} - $2::interval" for column in columns)
        own = "number = $1" if table == "cases" else "case_id = (SELECT id FROM cases WHERE number = $1)"
        if table == "deadline_changes":
            own = f"deadline_id IN (SELECT id FROM deadlines WHERE {own})"
        await db.execute(f"UPDATE {table} SET {older} WHERE {own}", case["number"], timedelta(days=days))


async def found(http: httpx.AsyncClient, base_url: str) -> City:
    """A new city with its offices, people and tokens."""
    code = f"99{os.getpid() % 10_000:04d}{next(_numbers):04d}"
    city = City(http, base_url, code, uuid4())
    await _settle(city)
    return city


@db.atomic
async def _settle(city: City) -> None:
    parents = {"top": None, "east": "top", "west": "top", "stall": "east"}
    for name, parent in parents.items():
        city.offices[name] = city.jurisdiction_id if parent is None else uuid4()
        city.codes[name] = city.code if parent is None else f"{city.code}-{name}"
        kind = OfficeKind.CITY_BUREAU if parent is None else OfficeKind.COUNTY_BUREAU
        above = f"/{city.code}/" if parent is None or parent == "top" else f"/{city.code}/{city.codes[parent]}/"
        await Office.create(
            id=city.offices[name],
            code=city.codes[name],
            name=f"{name}局",
            kind=kind,
            division_code="990100",
            path=above if parent is None else f"{above}{city.codes[name]}/",
            jurisdiction_id=city.jurisdiction_id,
            parent_id=None if parent is None else city.offices[parent],
        )
    await Person.bulk_create([_person(city, who, office) for who, (_, office) in PEOPLE.items()])
    application = await Application.create(
        login=city.login(APPLICATION),
        name="第三方",
        jurisdiction_id=city.jurisdiction_id,
        scopes=sorted(HOLDINGS[Role.INTEGRATOR]),
    )
    grants = [
        RoleGrant(person_id=city.persons[who], role=role, office_id=city.offices[office], valid_from=LONG_AGO)
        for who, (role, office) in PEOPLE.items()
    ]
    top = city.offices["top"]
    grants.append(RoleGrant(application_id=application.id, role=Role.INTEGRATOR, office_id=top, valid_from=LONG_AGO))
    await RoleGrant.bulk_create(grants)
    await Token.bulk_create([_token(city, who) for who in PEOPLE])
    city.tokens[APPLICATION] = secrets.token_urlsafe(32)
    digest = logins.digest(city.tokens[APPLICATION])
    await Token.create(digest=digest, application_id=application.id, issued_at=LONG_AGO)


def _person(city: City, who: str, office: str) -> Person:
    city.persons[who] = uuid4()
    return Person(
        id=city.persons[who],
        login=city.login(who),
        name=f"员工{who}",
        jurisdiction_id=city.jurisdiction_id,
        office_id=city.offices[office],
    )


def _token(city: City, who: str) -> Token:
    city.tokens[who] = secrets.token_urlsafe(32)
    return Token(digest=logins.digest(city.tokens[who]), person_id=city.persons[who], issued_at=LONG_AGO)
