"""办理结果."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import handling as verbs
from resolvers import models
from resolvers.doors.access import Link
from resolvers.terms.kinds import HandlingOutcome
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, many, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person


@fed_by(models.HandlingResult, description="处理结果: what a unit says it did, by whom (ZZ-10).")
class HandlingResult(Node):
    round: int = column("轮次.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "承办单位.", models.Office, key="office_id"
    )
    is_co_result: bool = column("是否协办单位反馈.")
    department: str = column("处理部门.")
    handlers: list[Annotated["Person", strawberry.lazy("schema.person")]] = many(
        "具体处理人员; not told to third parties.",
        models.Person,
        key="result_id",
        order="l.ordinal",
        link=Link(models.ResultHandler, "person_id"),
    )
    outcome: HandlingOutcome = column("处理结果.")
    reply: str | None = withheld("答复内容", "reply")
    recovered_loss: Decimal | None = column("挽回经济损失, yuan.")
    override_reason: str | None = withheld(
        "协办未反馈而提交的理由", "override_reason", null="of a result that all co-handlers reported to (T13)"
    )
    submitted_at: datetime = column("提交时间.")


@strawberry.input(
    description="提交结果: department, handlers, outcome and reply are mandatory; refused when one is missing."
)
class SubmitResultInput(OnCase):
    department: str | None = strawberry.field(default=None, description="处理部门.")
    handlers: list[strawberry.ID] | None = strawberry.field(
        default=None, description="处理人员: ids of persons, or their logins; at most 20."
    )
    outcome: HandlingOutcome | None = strawberry.field(default=None, description="处理结果.")
    reply: str | None = strawberry.field(default=None, description="答复内容.")
    recovered_loss: Decimal | None = strawberry.field(default=None, description="挽回经济损失, yuan, two decimals.")
    co_handler_override_reason: str | None = strawberry.field(default=None, description="协办未反馈而提交的理由.")

    def told(self) -> verbs.Told:
        named = None
        if self.handlers is not None:
            named = tuple(ids.reference(each, "Person", "handlers", str(at)) for at, each in enumerate(self.handlers))
        return verbs.Told(
            department=self.department,
            handlers=named,
            outcome=self.outcome,
            reply=self.reply,
            recovered_loss=self.recovered_loss,
            co_handler_override_reason=self.co_handler_override_reason,
        )


@strawberry.type(description="提交结果的答复.")
class SubmitResultPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="提交后的工单.")
    result: HandlingResult | None = strawberry.field(description="提交的结果.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.SUBMIT_RESULT, "提交结果: for the responsible person to sign (T13). Requires CLERK or INSPECTOR."
    )
    async def submit_result(self, info: Info, input: SubmitResultInput) -> SubmitResultPayload:  # noqa: A002
        outcome = await verbs.submit_result(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            told=input.told(),
        )
        return await done(SubmitResultPayload, info, outcome, case=models.Case, result=models.HandlingResult)
