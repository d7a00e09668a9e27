"""Expected refusals as data: one interface, and members that carry what the phone needs next."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from resolvers import models
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code
from resolvers.terms.statuses import CaseStatus
from schema.grammar.context import Info

if TYPE_CHECKING:
    from schema.case import Case


@strawberry.interface(description="业务提示: an expected refusal. Nothing was changed.")
class UserError:
    code: Code = strawberry.field(description="代码: stable English code.")
    message: str = strawberry.field(description="说明: a Chinese sentence for the person.")
    path: list[str] = strawberry.field(description="位置: path into the input; empty when no single field is meant.")


@strawberry.type(description="一般提示: a refusal that its code explains.")
class RefusedError(UserError):
    pass


@strawberry.type(description="版本已过期: somebody changed the case meanwhile; look at it and decide again.")
class StaleVersionError(UserError):
    current_version: int = strawberry.field(description="当前版本: the version now.")
    current: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(
        description="当前工单: the case as it is now, for this caller."
    )


@strawberry.type(description="状态不允许: the case is in a state that does not allow this.")
class InvalidTransitionError(UserError):
    status: CaseStatus = strawberry.field(description="当前状态: the state now.")


@strawberry.type(description="时限不允许: a date forbids this.")
class DeadlineError(UserError):
    due_at: datetime = strawberry.field(description="期限: the date in question.")


async def told(refusal: Refused, info: Info) -> UserError:
    """A refusal as the member of the interface that fits it."""
    said: dict[str, Any] = {"code": refusal.code, "message": refusal.message, "path": list(refusal.path)}
    details = refusal.details
    if refusal.code is Code.STALE_VERSION:
        current = await info.context.reader.see(models.Case, details["case_id"])
        return StaleVersionError(**said, current_version=details["current_version"], current=current)  # type: ignore[arg-type]
    if refusal.code is Code.INVALID_TRANSITION:
        return InvalidTransitionError(**said, status=details["status"])
    if "due_at" in details:
        return DeadlineError(**said, due_at=details["due_at"])
    return RefusedError(**said)


MEMBERS = (RefusedError, StaleVersionError, InvalidTransitionError, DeadlineError)
