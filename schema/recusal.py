"""回避."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import recusal as verbs
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(
    models.Recusal,
    description="回避: somebody has nothing to do with a case and does not see it, until it is lifted (Order 20 art. 18).",
)
class Recusal(Node):
    person: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "回避人员: who does not see the case.", models.Person, key="person_id"
    )
    reason: str | None = withheld("回避理由", "reason")
    declared_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "申报人: the person himself, or who took him off.", models.Person, key="declared_by_id"
    )
    declared_at: datetime = column("回避时间.")
    lifted_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "解除人: null while it is in force.", models.Person, key="lifted_by_id"
    )
    lifted_at: datetime | None = column("解除时间: null while it is in force.")
    lift_reason: str | None = withheld("解除理由", "lift_reason", null="while it is in force")


@strawberry.input(description="回避: the person does not see the case from now on.")
class DeclareRecusalInput(OnCase):
    person_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="回避人员: null for yourself; somebody of your own unit on the case for RESPONSIBLE_PERSON, anybody of"
        " the jurisdiction for DISPATCHER.",
    )
    reason: str = strawberry.field(description="回避理由: mandatory.")


@strawberry.type(description="回避的答复: once you took yourself off, neither the case nor the record is shown to you.")
class DeclareRecusalPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(
        description="工单: null, without any userError, when it is your own recusal."
    )
    recusal: Recusal | None = strawberry.field(
        description="回避记录: null, without any userError, when it is your own recusal."
    )


@strawberry.input(description="解除回避: the person sees the case again.")
class LiftRecusalInput(Keyed):
    recusal_id: strawberry.ID = strawberry.field(description="回避记录: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    reason: str = strawberry.field(description="解除理由: mandatory.")


@strawberry.type(description="解除回避的答复.")
class LiftRecusalPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    recusal: Recusal | None = strawberry.field(description="回避记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.DECLARE_RECUSAL,
        "回避: takes effect at once and closes reading too (Order 20 art. 18); not on what is void or merged. Requires"
        " DISPATCHER, ADVISER, CLERK, INSPECTOR or RESPONSIBLE_PERSON.",
    )
    async def declare_recusal(self, info: Info, input: DeclareRecusalInput) -> DeclareRecusalPayload:  # noqa: A002
        outcome = await verbs.declare_recusal(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            person_id=ids.wanted(input.person_id, "Person", "personId") if input.person_id is not None else None,
            reason=input.reason,
        )
        return await done(DeclareRecusalPayload, info, outcome, case=models.Case, recusal=models.Recusal)

    @mutation(
        Permission.DECLARE_RECUSAL,
        "解除回避: never by the person it concerns, who does not see it (Order 20 art. 18). Requires DISPATCHER.",
    )
    async def lift_recusal(self, info: Info, input: LiftRecusalInput) -> LiftRecusalPayload:  # noqa: A002
        outcome = await verbs.lift_recusal(
            info.context.caller,
            input.idempotency_key,
            recusal_id=ids.wanted(input.recusal_id, "Recusal", "recusalId"),
            expected_version=input.expected_version,
            reason=input.reason,
        )
        return await done(LiftRecusalPayload, info, outcome, case=models.Case, recusal=models.Recusal)
