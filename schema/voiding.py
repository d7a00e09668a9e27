"""作废."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import voiding as verbs
from resolvers.terms.kinds import VoidGround
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Voiding, description="作废: why a registration is none; not there for third parties (T22).")
class Voiding(Node):
    ground: VoidGround = column("理由.")
    reason: str | None = withheld("具体情况", "reason")
    voided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "作废人.", models.Person, key="voided_by_id"
    )
    voided_at: datetime = column("作废时间.")


@strawberry.input(description="作废: a silent call, a test or abuse.")
class VoidCaseInput(OnCase):
    ground: VoidGround = strawberry.field(description="理由.")
    reason: str = strawberry.field(description="具体情况: mandatory; at most 2,000 characters.")


@strawberry.type(description="作废的答复.")
class VoidCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    voiding: Voiding | None = strawberry.field(description="作废记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.VOID_CASE,
        "作废: out of every figure, as of whatever instant; only what was registered and nothing more (T22)."
        " Requires SUPERVISION_OFFICER, DUTY_LEADER or LEADER.",
    )
    async def void_case(self, info: Info, input: VoidCaseInput) -> VoidCasePayload:  # noqa: A002
        outcome = await verbs.void_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            ground=input.ground,
            reason=input.reason,
        )
        return await done(VoidCasePayload, info, outcome, case=models.Case, voiding=models.Voiding)
