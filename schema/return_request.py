"""退单."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import return_request as verbs
from resolvers.terms.kinds import Decision, ReturnStatus
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person


@fed_by(models.ReturnRequest, description="退单申请: the unit says it is not competent; the centre decides (T9–T11).")
class ReturnRequest(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    status: ReturnStatus = column("状态.")
    reason: str | None = withheld("申请理由", "reason")
    legal_basis: str | None = withheld("法律依据", "legal_basis")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "申请单位.", models.Office, key="office_id"
    )
    suggested_office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "建议的承办单位.", models.Office, key="suggested_office_id"
    )
    requested_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "申请人.", models.Person, key="requested_by_id"
    )
    requested_at: datetime = column("申请时间.")
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "裁定人.", models.Person, key="decided_by_id"
    )
    decided_at: datetime | None = column("裁定时间.")
    decision_reason: str | None = withheld("裁定理由", "decision_reason")


@strawberry.input(description="申请退单: within one working day of the dispatch, once.")
class RequestReturnInput(OnCase):
    reason: str = strawberry.field(description="理由: mandatory.")
    legal_basis: str | None = strawberry.field(
        default=None, description="法律依据: which rule gives it to another body."
    )
    suggested_office_code: str | None = strawberry.field(default=None, description="建议的承办单位代码.")


@strawberry.type(description="申请退单的答复.")
class RequestReturnPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    return_request: ReturnRequest | None = strawberry.field(description="退单申请.")


@strawberry.input(description="裁定退单.")
class DecideReturnInput(Keyed):
    return_request_id: strawberry.ID = strawberry.field(description="退单申请: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    decision: Decision = strawberry.field(description="决定.")
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")


@strawberry.type(description="裁定退单的答复.")
class DecideReturnPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    return_request: ReturnRequest | None = strawberry.field(description="退单申请.")


@strawberry.type
class Mutation:
    @mutation(Permission.REQUEST_RETURN, "申请退单: no clock stops (T9, DEC-11). Requires CLERK of the lead.")
    async def request_return(self, info: Info, input: RequestReturnInput) -> RequestReturnPayload:  # noqa: A002
        outcome = await verbs.request_return(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            reason=input.reason,
            legal_basis=input.legal_basis,
            suggested_office_code=input.suggested_office_code,
        )
        return await done(RequestReturnPayload, info, outcome, case=models.Case, return_request=models.ReturnRequest)

    @mutation(
        Permission.DECIDE_RETURN,
        "裁定退单: taken back and dispatched anew (T10), or handled by the unit after all (T11). Requires DISPATCHER.",
    )
    async def decide_return(self, info: Info, input: DecideReturnInput) -> DecideReturnPayload:  # noqa: A002
        outcome = await verbs.decide_return(
            info.context.caller,
            input.idempotency_key,
            return_request_id=ids.wanted(input.return_request_id, "ReturnRequest", "returnRequestId"),
            expected_version=input.expected_version,
            decision=input.decision,
            reason=input.reason,
        )
        return await done(DecideReturnPayload, info, outcome, case=models.Case, return_request=models.ReturnRequest)
