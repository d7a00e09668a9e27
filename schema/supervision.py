"""督办."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models, party
from resolvers import supervision as verbs
from resolvers.terms.kinds import SupervisionKind
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, derived, fed_by, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.SupervisionOrder, description="督办: an order to get on with a case (ZZ-16).")
class SupervisionOrder(Node):
    kind: SupervisionKind = column("种类.")
    reason: str | None = derived(
        "理由; not told to third parties.", "reason", by=lambda actor, row: party.withheld(actor, row["reason"])
    )
    ordered_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "督办人.", models.Person, key="ordered_by_id"
    )
    ordered_at: datetime = column("督办时间.")
    answer_by: datetime = column("答复时限.")


@strawberry.input(description="督办.")
class SuperviseCaseInput(OnCase):
    kind: SupervisionKind = strawberry.field(default=SupervisionKind.NORMAL, description="种类.")
    reason: str = strawberry.field(description="理由: mandatory.")
    answer_by: datetime | None = strawberry.field(default=None, description="答复时限: three working days unless told.")


@strawberry.type(description="督办的答复.")
class SuperviseCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="督办后的工单.")
    supervision: SupervisionOrder | None = strawberry.field(description="督办单.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.SUPERVISE_CASE,
        "督办: an open case becomes urgent by it. Requires SUPERVISION_OFFICER, DUTY_LEADER or LEADER.",
    )
    async def supervise_case(self, info: Info, input: SuperviseCaseInput) -> SuperviseCasePayload:  # noqa: A002
        outcome = await verbs.supervise_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            kind=input.kind,
            reason=input.reason,
            answer_by=input.answer_by,
        )
        return await done(SuperviseCasePayload, info, outcome, case=models.Case, supervision=models.SupervisionOrder)
