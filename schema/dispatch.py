"""派单与签收."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import dispatch as verbs
from resolvers import models
from resolvers.terms.kinds import AssignmentRole, AssignmentStatus
from resolvers.terms.roles import CENTRE, Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, derived, fed_by, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office


@fed_by(models.Assignment, description="派单记录: the case as dispatched to one office.")
class Assignment(Node):
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "承办单位.", models.Office, key="office_id"
    )
    role: AssignmentRole = column("承办角色.")
    status: AssignmentStatus = column("状态.")
    is_repeat: bool | None = derived(
        "是否重复派单: repeats a matter dispatched before (DEC-9); told to the centre alone, since it tells of another case.",
        "is_repeat",
        by=lambda actor, row: row["is_repeat"] if actor.roles & CENTRE else None,
    )
    dispatched_at: datetime = column("派单时间.")
    signed_for_at: datetime | None = column("签收时间.")


@strawberry.input(description="派单: exactly one lead.")
class DispatchCaseInput(OnCase):
    lead_office_code: str | None = strawberry.field(default=None, description="主办单位代码: mandatory.")
    co_office_codes: list[str] = strawberry.field(default_factory=list, description="协办单位代码: at most 10.")


@strawberry.type(description="派单的答复.")
class DispatchCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="派单后的工单.")


@strawberry.input(description="签收: the office acknowledges.")
class SignForCaseInput(OnCase):
    pass


@strawberry.type(description="签收的答复.")
class SignForCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="签收后的工单.")


@strawberry.type
class Mutation:
    @mutation(Permission.DISPATCH_CASE, "派单: dispatch to one lead and any co-handlers (T7). Requires DISPATCHER.")
    async def dispatch_case(self, info: Info, input: DispatchCaseInput) -> DispatchCasePayload:  # noqa: A002
        outcome = await verbs.dispatch_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            lead_office_code=input.lead_office_code,
            co_office_codes=input.co_office_codes,
        )
        return await done(DispatchCasePayload, info, outcome, case=models.Case)

    @mutation(Permission.SIGN_FOR_CASE, "签收: acknowledge for the own office (T8). Requires CLERK.")
    async def sign_for_case(self, info: Info, input: SignForCaseInput) -> SignForCasePayload:  # noqa: A002
        outcome = await verbs.sign_for_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
        )
        return await done(SignForCasePayload, info, outcome, case=models.Case)
