"""管辖争议."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import dispute as verbs
from resolvers import models
from resolvers.terms.kinds import Decision, DisputeStatus
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person
    from schema.return_request import ReturnRequest


@fed_by(
    models.Dispute,
    description="管辖争议: a unit whose return was refused brings it before the leader, once (T10, Order 20 art. 30).",
)
class Dispute(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    return_request: Annotated["ReturnRequest", strawberry.lazy("schema.return_request")] | None = relation(
        "被驳回的退单申请.", models.ReturnRequest, key="return_request_id"
    )
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "提出争议的单位.", models.Office, key="office_id"
    )
    status: DisputeStatus = column("状态.")
    reason: str | None = withheld("争议理由", "reason")
    legal_basis: str | None = withheld("法律依据", "legal_basis")
    raised_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "提出人.", models.Person, key="raised_by_id"
    )
    raised_at: datetime = column("提出时间: the time of the law to decide it, RESOLVE, begins.")
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "裁定人.", models.Person, key="decided_by_id"
    )
    decided_at: datetime | None = column("裁定时间.")
    decision_reason: str | None = withheld("裁定理由", "decision_reason")
    designated_office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "指定的承办单位: leads from the decision on, and may not return the case (Weifang art. 22).",
        models.Office,
        key="designated_office_id",
    )


@strawberry.input(description="提出管辖争议: after a refused return, before a result, once a unit and case.")
class DisputeReturnInput(Keyed):
    return_request_id: strawberry.ID = strawberry.field(description="被驳回的退单申请: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    reason: str = strawberry.field(description="理由: mandatory.")
    legal_basis: str | None = strawberry.field(
        default=None, description="法律依据: which rule gives it to another body."
    )


@strawberry.type(description="提出管辖争议的答复.")
class DisputeReturnPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    dispute: Dispute | None = strawberry.field(description="管辖争议.")


@strawberry.input(description="裁定管辖争议.")
class DecideDisputeInput(Keyed):
    dispute_id: strawberry.ID = strawberry.field(description="管辖争议: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    decision: Decision = strawberry.field(
        description="决定: REJECT, the unit handles it; APPROVE, another unit is designated."
    )
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")
    designated_office_code: str | None = strawberry.field(
        default=None,
        description="指定的承办单位代码: mandatory for APPROVE, of another unit; of no account for REJECT.",
    )


@strawberry.type(description="裁定管辖争议的答复.")
class DecideDisputePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    dispute: Dispute | None = strawberry.field(description="管辖争议.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.DISPUTE_RETURN,
        "提出管辖争议: the unit goes on handling the case, no clock stops; the leader decides within 7 working days"
        " (T10, Order 20 art. 30). Requires CLERK or RESPONSIBLE_PERSON of the lead.",
    )
    async def dispute_return(self, info: Info, input: DisputeReturnInput) -> DisputeReturnPayload:  # noqa: A002
        outcome = await verbs.dispute_return(
            info.context.caller,
            input.idempotency_key,
            return_request_id=ids.wanted(input.return_request_id, "ReturnRequest", "returnRequestId"),
            expected_version=input.expected_version,
            reason=input.reason,
            legal_basis=input.legal_basis,
        )
        return await done(DisputeReturnPayload, info, outcome, case=models.Case, dispute=models.Dispute)

    @mutation(
        Permission.DECIDE_DISPUTE,
        "裁定管辖争议: the unit handles the case, or another is designated and it is dispatched to that one (T10)."
        " Requires LEADER of the municipal bureau.",
    )
    async def decide_dispute(self, info: Info, input: DecideDisputeInput) -> DecideDisputePayload:  # noqa: A002
        outcome = await verbs.decide_dispute(
            info.context.caller,
            input.idempotency_key,
            dispute_id=ids.wanted(input.dispute_id, "Dispute", "disputeId"),
            expected_version=input.expected_version,
            decision=input.decision,
            reason=input.reason,
            designated_office_code=input.designated_office_code,
        )
        return await done(DecideDisputePayload, info, outcome, case=models.Case, dispute=models.Dispute)
