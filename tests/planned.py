"""One city asked by two ways at one instant: the compiled reads, and ordinary execution of the same schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from dataclasses import field as of_class
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from api.app import identify
from api.graphql import GraphQLEndpoint, common
from api.short import ShortWay
from resolvers import login
from schema import schema
from schema.plan.run import Plans
from tests import crowd, field, world
from tests.world import City

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from resolvers.terms.actor import Actor, Witness
    from schema.grammar.context import Context

PHOTO = {"sha256": "0" * 64, "byteSize": 3, "contentType": "image/png"}
ROOM = 512


class Pinned(GraphQLEndpoint):
    """Every request is of one instant: what is late and what is not must not change between two answers."""

    now = datetime.now(UTC)

    def begin(self, actor: Actor | None, scheme: str, host: str, witness: Witness | None = None) -> Context:
        context = super().begin(actor, scheme, host, witness)
        context.now = self.now
        return context


@dataclass
class Ways:
    """Both ways of one city. `plans.counts` tells which requests the compiled reads answered."""

    city: City
    planned: httpx.AsyncClient
    ordinary: httpx.AsyncClient
    plans: Plans = of_class(repr=False)

    async def both(self, who: str, document: str, variables: Mapping[str, Any], name: str | None = None) -> list[Any]:
        """The answers of both, as status and bytes: the compiled one first."""
        return [await self.ask(way, who, document, variables, name) for way in (self.planned, self.ordinary)]

    async def planned_only(self, who: str, document: str) -> tuple[int, bytes]:
        return await self.ask(self.planned, who, document, {})

    async def ask(
        self, way: httpx.AsyncClient, who: str, document: str, variables: Mapping[str, Any], name: str | None = None
    ) -> tuple[int, bytes]:
        body = {"query": document, "variables": variables, "operationName": name}
        headers = {"Authorization": f"Bearer {self.city.tokens[who]}"}
        answer = await way.post("/graphql", json=body, headers=headers)
        return answer.status_code, answer.content


@asynccontextmanager
async def ways(city: City, room: int = ROOM) -> AsyncIterator[Ways]:
    plans = Plans(schema, room)
    compiled, plain = Pinned(schema, identify, plans=plans, recall=login.recall), Pinned(schema, identify)
    async with client(ShortWay(compiled.short, common, compiled)) as planned, client(plain) as ordinary:
        yield Ways(city, planned, ordinary, plans)


def client(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://jiesu.test", timeout=60)


async def gather(http: httpx.AsyncClient, base_url: str) -> City:
    """A city with something of everything: every state, co-handlers, notes with photos, refusals, rounds, orders."""
    city = await crowd.gather(http, base_url)
    await city.case_in("PENDING_SIGN_OFF", kind="REPORT", party={"name": "李举报", "phone": "14100000001"})
    await city.case_in("CALLBACK_REVIEW", party={"name": "王保密", "wantsConfidentiality": True})
    await city.case_in("ARCHIVED", categoryCode="010101", tags=["春节"])
    again = await city.case_in("CLOSED_AWAITING_CALLBACK")
    await city.review(await city.call_back(again, level="DISSATISFIED", resolved=False))
    visited = await city.case_in("IN_PROGRESS", title="有人来查")
    for _ in range(3):
        await city.inspect(visited, photos=[PHOTO, {**PHOTO, "sha256": "1" * 64}], **field.whole())
    await field.plan(city, await city.case_in("ARCHIVED", title="回头看", place={"latitude": 27.3, "longitude": 118.1}))
    asked = await city.as_("clerk").done(
        "requestExtension", **world.change(visited), workingDays=5, reason="等检测报告"
    )
    await city.as_("leader").done("superviseCase", **world.change(asked["case"]), reason="尽快")
    await city.dispatch(await city.receive(title="两家合办"), "west", ("east", "stall"))
    return city
