"""签字."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import sign_off as verbs
from resolvers.terms.kinds import Decision
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.SignOff, description="签字: the responsible person's answer to one result (ZZ-10).")
class SignOff(Node):
    round: int = column("轮次.")
    decision: Decision = column("决定.")
    reason: str | None = withheld("理由", "reason")
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "签字人.", models.Person, key="decided_by_id"
    )
    decided_at: datetime = column("签字时间.")


@strawberry.input(description="签字: approve, or send back with a reason.")
class SignOffInput(OnCase):
    decision: Decision = strawberry.field(description="决定.")
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")


@strawberry.type(description="签字的答复.")
class SignOffPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="签字后的工单.")
    sign_off: SignOff | None = strawberry.field(description="签字记录.")


@strawberry.type
class Mutation:
    @mutation(Permission.SIGN_OFF, "签字: answer for the own unit's result (T14, T15). Requires RESPONSIBLE_PERSON.")
    async def sign_off(self, info: Info, input: SignOffInput) -> SignOffPayload:  # noqa: A002
        outcome = await verbs.sign_off(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            decision=input.decision,
            reason=input.reason,
        )
        return await done(SignOffPayload, info, outcome, case=models.Case, sign_off=models.SignOff)
