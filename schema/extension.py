"""延期."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import extension as verbs
from resolvers import models
from resolvers.terms.kinds import DeadlineKind, Decision, ExtensionStatus
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.source import column, computed, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person


@fed_by(models.ExtensionRequest, description="延期申请: decided by the 12315 section alone (ZZ-9).")
class ExtensionRequest(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    round: int = column("轮次.")
    status: ExtensionStatus = column("状态.")
    deadline_kind: DeadlineKind = computed("延长的时限: CLOSE or REHANDLE of the round, or VERIFY of a report.")
    working_days: int = column("申请延长的工作日, counted from the old due date.")
    reason: str | None = withheld("申请理由", "reason")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "申请单位.", models.Office, key="office_id"
    )
    requested_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "申请人.", models.Person, key="requested_by_id"
    )
    requested_at: datetime = column("申请时间.")
    old_due_at: datetime = column("原期限.")
    new_due_at: datetime | None = column("新期限: null unless approved.")
    decided_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "审批人.", models.Person, key="decided_by_id"
    )
    decided_at: datetime | None = column("审批时间.")
    decision_reason: str | None = withheld("审批理由", "decision_reason")


@strawberry.input(description="申请延期: before the due date, with a reason.")
class RequestExtensionInput(OnCase):
    reason: str = strawberry.field(description="理由: mandatory.")
    deadline_kind: DeadlineKind = strawberry.field(
        default=DeadlineKind.CLOSE,
        description="延长的时限: CLOSE, of the current round; or VERIFY, of a report, once (Penalty Procedure art. 18).",
    )
    working_days: int | None = strawberry.field(
        default=None,
        description="延长的工作日: counted from the old due date; of CLOSE mandatory, 1 to 30; of VERIFY the law's own"
        " number, or left out.",
    )


@strawberry.type(description="申请延期的答复.")
class RequestExtensionPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    extension: ExtensionRequest | None = strawberry.field(description="延期申请.")


@strawberry.input(description="审批延期.")
class DecideExtensionInput(Keyed):
    extension_id: strawberry.ID = strawberry.field(description="延期申请: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    decision: Decision = strawberry.field(description="决定.")
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")


@strawberry.type(description="审批延期的答复.")
class DecideExtensionPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    extension: ExtensionRequest | None = strawberry.field(description="延期申请.")


@strawberry.input(description="撤回延期申请: as long as nobody has decided.")
class WithdrawExtensionInput(Keyed):
    extension_id: strawberry.ID = strawberry.field(description="延期申请: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")


@strawberry.type(description="撤回延期申请的答复.")
class WithdrawExtensionPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    extension: ExtensionRequest | None = strawberry.field(description="延期申请.")


@strawberry.type
class Mutation:
    @mutation(Permission.REQUEST_EXTENSION, "申请延期: it does not stop the clock (4.5). Requires CLERK of the lead.")
    async def request_extension(self, info: Info, input: RequestExtensionInput) -> RequestExtensionPayload:  # noqa: A002
        outcome = await verbs.request_extension(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            about=input.deadline_kind,
            working_days=input.working_days,
            reason=input.reason,
        )
        return await done(RequestExtensionPayload, info, outcome, case=models.Case, extension=models.ExtensionRequest)

    @mutation(Permission.REQUEST_EXTENSION, "撤回延期申请: the unit may ask again (4.5). Requires CLERK of the unit.")
    async def withdraw_extension(self, info: Info, input: WithdrawExtensionInput) -> WithdrawExtensionPayload:  # noqa: A002
        outcome = await verbs.withdraw_extension(
            info.context.caller,
            input.idempotency_key,
            extension_id=ids.wanted(input.extension_id, "ExtensionRequest", "extensionId"),
            expected_version=input.expected_version,
        )
        return await done(WithdrawExtensionPayload, info, outcome, case=models.Case, extension=models.ExtensionRequest)

    @mutation(Permission.DECIDE_EXTENSION, "审批延期: counted from the old due date (ZZ-9). Requires SECTION_OFFICER.")
    async def decide_extension(self, info: Info, input: DecideExtensionInput) -> DecideExtensionPayload:  # noqa: A002
        outcome = await verbs.decide_extension(
            info.context.caller,
            input.idempotency_key,
            extension_id=ids.wanted(input.extension_id, "ExtensionRequest", "extensionId"),
            expected_version=input.expected_version,
            decision=input.decision,
            reason=input.reason,
        )
        return await done(DecideExtensionPayload, info, outcome, case=models.Case, extension=models.ExtensionRequest)
