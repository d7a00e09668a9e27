"""Input, verb, payload: how every mutation answers."""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry

from resolvers.doors import clock
from resolvers.doors.once import Outcome
from resolvers.models import Table
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.errors import UserError, told

P = TypeVar("P")


@strawberry.input
class Keyed:
    """What every mutation asks for. The key is made when the user acts, and kept with the operation until answered."""

    idempotency_key: UUID = strawberry.field(
        description="幂等键: a UUID made by the client when the user acts; the same key takes effect once."
    )


@strawberry.input
class OnCase(Keyed):
    """What every change of a case asks for."""

    case_id: strawberry.ID = strawberry.field(description="工单: the case's id.")
    expected_version: int = strawberry.field(
        description="您看到的工单版本: refused as stale when it is another by now."
    )

    @property
    def case_key(self) -> UUID:
        return ids.wanted(self.case_id, "Case", "caseId")


@strawberry.type
class Payload:
    """What every mutation answers with."""

    user_errors: list[UserError] = strawberry.field(
        description="业务提示: why it was refused; empty when it was done. Nothing was changed by a refusal."
    )


def mutation(permission: Permission, description: str) -> Callable[[Callable[..., Awaitable[P]]], Any]:
    """A root mutation that this permission opens. A refusal becomes `userErrors`; nothing was changed then."""

    def declare(resolver: Callable[..., Awaitable[P]]) -> Any:
        payload: Any = inspect.signature(resolver).return_annotation
        described = strawberry.argument(description="输入.")
        resolver.__annotations__["input"] = Annotated[resolver.__annotations__["input"], described]

        @wraps(resolver)
        async def guarded(self: Any, info: Info, input: Any) -> Any:  # noqa: A002
            if not info.context.caller.may(permission):
                return refused(payload, await told(Refused(Code.NOT_PERMITTED), info))
            try:
                return await resolver(self, info, input)
            except Refused as refusal:
                return refused(payload, await told(refusal, info))

        return strawberry.mutation(resolver=guarded, description=description, metadata={"permission": permission})

    return declare


def refused(payload: type[P], error: object) -> P:
    """A payload with nothing but the refusal in it."""
    names = [field.python_name for field in payload.__strawberry_definition__.fields]  # type: ignore[attr-defined]
    return payload(**{name: [error] if name == "user_errors" else None for name in names})


async def done(payload: type[P], info: Info, outcome: Outcome, **models: type[Table]) -> P:
    """A payload with the objects the verb made or changed, each read again as the caller may see it now: after the verb."""
    info.context.now = clock.now()
    info.context.replayed = info.context.replayed or outcome.replayed
    reader = info.context.reader
    found = {name: await reader.see(model, outcome.ids[name]) for name, model in models.items()}
    answer: Any = payload
    made: P = answer(**found, user_errors=[])
    return made
