"""终止."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import termination as verbs
from resolvers.terms.kinds import TerminationGround
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Termination, description="终止: on which ground a case ended before it was handled to the end (T20).")
class Termination(Node):
    round: int = column("轮次: the round it ended.")
    ground: TerminationGround = column("理由: one of the seven of Order 20 art. 21.")
    reason: str | None = withheld("具体情况", "reason")
    terminated_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "终止人.", models.Person, key="terminated_by_id"
    )
    terminated_at: datetime = column("终止时间: both sides are told within 7 working days of it (Order 20 art. 21).")


@strawberry.input(description="终止: on a statutory ground, with what lies behind it.")
class TerminateCaseInput(OnCase):
    ground: TerminationGround = strawberry.field(
        description="理由: of a complaint, one of the seven of Order 20 art. 21; of any other kind, WITHDRAWN_OR_SETTLED or"
        " OTHER; TIME_EXPIRED once the mediation limit has run out."
    )
    reason: str = strawberry.field(description="具体情况: mandatory; at most 2,000 characters.")


@strawberry.type(description="终止的答复.")
class TerminateCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    termination: Termination | None = strawberry.field(description="终止决定.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.TERMINATE_CASE,
        "终止: from any open state; a case that was dispatched is called back (T20, Order 20 art. 21)."
        " Requires CLERK of the lead, or DISPATCHER.",
    )
    async def terminate_case(self, info: Info, input: TerminateCaseInput) -> TerminateCasePayload:  # noqa: A002
        outcome = await verbs.terminate_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            ground=input.ground,
            reason=input.reason,
        )
        return await done(TerminateCasePayload, info, outcome, case=models.Case, termination=models.Termination)
