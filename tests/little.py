"""The little app behind the protocol tests: a doorman who can be told whom to know, and one field for each fate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import strawberry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from strawberry.schema.config import StrawberryConfig

from api.bearer import Expired
from api.graphql import GraphQLEndpoint
from api.limits import SecurityHeaders
from resolvers.terms.actor import Actor, ActorKind, Grant, Refused, Unavailable
from resolvers.terms.codes import Code
from resolvers.terms.roles import Role
from schema.grammar.context import Context
from schema.grammar.faults import QuietSchema
from schema.grammar.guards import EXTENSIONS

GOOD = "good-token"
AUTHORIZED = {"Authorization": f"Bearer {GOOD}"}
SECRET = "13800001234"


def an_actor(login: str = "zhang", role: Role = Role.LEADER) -> Actor:
    return Actor(uuid4(), ActorKind.PERSON, login, uuid4(), "3708", (Grant(role, uuid4(), "37080001"),), uuid4())


@dataclass
class Doorman:
    """Knows tokens. A token may also be past its time, or the door out of order or broken."""

    known: dict[str, Actor] = field(default_factory=lambda: {GOOD: an_actor()})
    expired: set[str] = field(default_factory=lambda: {"expired-token"})
    out_of_order: bool = False
    broken: bool = False
    asked: int = 0

    def reset(self) -> None:
        self.known, self.expired = {GOOD: an_actor()}, {"expired-token"}
        self.out_of_order = self.broken = False

    async def identify(self, token: str) -> Actor | None:
        self.asked += 1
        if self.out_of_order:
            raise Unavailable
        if self.broken:
            raise ValueError(SECRET)
        if token in self.expired:
            raise Expired
        return self.known.get(token)


finished: list[str] = []
"""Which subscriptions ran their `finally`."""

Info = strawberry.Info[Context, None]


@strawberry.input
class PersonInput:
    phone: int
    name: str = ""


@strawberry.type
class Thing:
    name: str = "thing"

    @strawberry.field
    def child(self) -> Thing:
        return Thing()

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError(SECRET)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, text: str = "hi") -> str:
        return text

    @strawberry.field
    def person(self, person: PersonInput) -> str:
        return person.name

    @strawberry.field
    def thing(self) -> Thing:
        return Thing()

    @strawberry.field
    def nothing(self) -> str:
        return cast("str", None)

    @strawberry.field
    def boom(self, text: str = "") -> str | None:
        raise ValueError(f"{SECRET} {text}")

    @strawberry.field
    def refused(self) -> str | None:
        raise Refused(Code.INVALID_INPUT, "filter", "officeCode")

    @strawberry.field
    def unavailable(self) -> str | None:
        raise Unavailable

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.sleep(60)
        return None

    @strawberry.field
    def who(self, info: Info) -> str:
        return info.context.actor.login if info.context.actor else ""

    @strawberry.field
    def base_url(self, info: Info) -> str:
        return info.context.base_url

    @strawberry.field
    def remembered(self, info: Info) -> int:
        """How many loaders the context already held, before this field adds one."""
        info.context.loaders[uuid4()] = object()
        return len(info.context.loaders) - 1

    @strawberry.field
    def extension(self, info: Info, name: str) -> str:
        return str((info.input_extensions or {}).get(name))


@strawberry.type
class Mutation:
    @strawberry.mutation
    def sign_in(self) -> str:
        return GOOD

    @strawberry.mutation
    def change(self, info: Info, again: bool = False) -> int:
        info.context.replayed = again
        return 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def endless(self, name: str = "") -> AsyncGenerator[int]:
        try:
            yield 0
            await asyncio.sleep(3600)
        finally:
            finished.append(name)

    @strawberry.subscription
    async def who(self, info: Info) -> AsyncGenerator[str]:
        while True:
            yield info.context.actor.login if info.context.actor else ""
            await asyncio.sleep(0.02)

    @strawberry.subscription
    async def things(self) -> AsyncGenerator[Thing]:
        yield Thing()
        yield Thing()

    @strawberry.subscription
    async def remembered(self, info: Info) -> AsyncGenerator[int]:
        for _ in range(3):
            info.context.loaders[uuid4()] = object()
            yield len(info.context.loaders)

    @strawberry.subscription
    async def overrun(self) -> AsyncGenerator[int]:
        yield 0
        raise Unavailable

    @strawberry.subscription
    async def broken(self) -> AsyncGenerator[int]:
        yield 0
        raise ValueError(SECRET)


schema = QuietSchema(
    Query, Mutation, Subscription, extensions=EXTENSIONS, config=StrawberryConfig(disable_field_suggestions=True)
)


def an_endpoint(doorman: Doorman, **settings: Any) -> GraphQLEndpoint:
    return GraphQLEndpoint(schema, doorman.identify, **settings)


def an_app(endpoint: GraphQLEndpoint, more: Sequence[Route] = ()) -> Starlette:
    return Starlette(
        routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint), *more],
        middleware=[Middleware(SecurityHeaders)],
    )
