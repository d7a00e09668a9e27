"""登录: who am I, and signing in."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import login as verbs
from resolvers import models
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.kinds import ViewerKind
from resolvers.terms.roles import Permission, Role
from schema.grammar.context import Info
from schema.grammar.errors import told
from schema.grammar.payload import Payload, refused
from schema.grammar.source import one

if TYPE_CHECKING:
    from schema.office import Office
    from schema.person import Person


@strawberry.type(description="本人: the caller, a person or an application.")
class Viewer:
    caller: strawberry.Private[Actor]

    @strawberry.field(description="种类: person or application.")
    def kind(self) -> ViewerKind:
        return ViewerKind.of(self.caller.kind.value)

    @strawberry.field(description="账号.")
    def login(self) -> str:
        return self.caller.login

    @strawberry.field(description="角色, as valid now.")
    def roles(self) -> list[Role]:
        return sorted(self.caller.roles)

    @strawberry.field(description="权限: what these roles, or an application's scopes, allow.")
    def permissions(self) -> list[Permission]:
        return sorted(self.caller.permissions)

    @strawberry.field(description="任职机构: where the roles are held; the first by code.")
    async def office(self, info: Info) -> Annotated["Office", strawberry.lazy("schema.office")] | None:
        return await one(info, models.Office, self.caller.grants[0].office_id)  # type: ignore[return-value]

    @strawberry.field(description="本人的人员记录: null for an application.")
    async def person(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.person")] | None:
        return await one(info, models.Person, self.caller.id)  # type: ignore[return-value]


@strawberry.input(description="登录.")
class SignInInput:
    login: str = strawberry.field(description="账号.")
    password: str = strawberry.field(description="密码.")


@strawberry.type(description="登录的答复.")
class SignInPayload(Payload):
    token: str | None = strawberry.field(description="令牌: send it as `Authorization: Bearer …`. It is told once.")
    expires_at: datetime | None = strawberry.field(description="失效时间: 12 hours from now.")
    viewer: Viewer | None = strawberry.field(description="本人.")


SignIn = Annotated[SignInInput, strawberry.argument(description="输入.")]


@strawberry.type
class Query:
    @strawberry.field(description="本人: who am I, and what may I do.", metadata={"permission": None})
    def viewer(self, info: Info) -> Viewer:
        return Viewer(caller=info.context.caller)


@strawberry.type
class Mutation:
    @strawberry.mutation(description="登录: a token of 12 hours for login and password.", metadata={"permission": None})
    async def sign_in(self, info: Info, input: SignIn) -> SignInPayload:  # noqa: A002
        try:
            issued = await verbs.sign_in(input.login, input.password)
        except Refused as refusal:
            return refused(SignInPayload, await told(refusal, info))
        info.context.actor = await verbs.identify(issued.token)
        viewer = Viewer(caller=info.context.caller) if info.context.actor else None
        return SignInPayload(token=issued.token, expires_at=issued.expires_at, viewer=viewer, user_errors=[])
