"""不予受理."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import non_acceptance as verbs
from resolvers.terms.kinds import NonAcceptanceGround
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.NonAcceptance, description="不予受理: the ground, and the notice the citizen was given (T2).")
class NonAcceptance(Node):
    ground: NonAcceptanceGround = column("理由.")
    notice: str | None = withheld("告知内容", "notice")
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "决定人.", models.Person, key="decided_by_id"
    )
    decided_at: datetime = column("决定时间.")


@strawberry.input(description="不予受理: on a statutory ground, with a notice.")
class RefuseCaseInput(OnCase):
    ground: NonAcceptanceGround | None = strawberry.field(default=None, description="理由: mandatory.")
    notice: str | None = strawberry.field(default=None, description="告知内容: mandatory; what the citizen is told.")


@strawberry.type(description="不予受理的答复.")
class RefuseCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    non_acceptance: NonAcceptance | None = strawberry.field(description="不予受理决定.")


@strawberry.type
class Mutation:
    @mutation(Permission.REFUSE_CASE, "不予受理: on one of six grounds (T2, Order 20 art. 15). Requires DISPATCHER.")
    async def refuse_case(self, info: Info, input: RefuseCaseInput) -> RefuseCasePayload:  # noqa: A002
        outcome = await verbs.refuse_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            ground=input.ground,
            notice=input.notice,
        )
        return await done(RefuseCasePayload, info, outcome, case=models.Case, non_acceptance=models.NonAcceptance)
