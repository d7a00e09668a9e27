"""回访."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import callback as verbs
from resolvers import models
from resolvers.terms.kinds import CallbackOutcome, Decision, SatisfactionLevel
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Callback, description="回访记录: one attempt to reach the citizen (ZZ-11).")
class Callback(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    follower: Annotated["Case", strawberry.lazy("schema.case")] | None = relation(
        "并入的工单: the merged case whose complainant was called (4.5); null for the case's own.",
        models.Case,
        key="follower_id",
    )
    round: int = column("轮次.")
    attempt: int = column("第几次: of this complainant within the round, from 1.")
    outcome: CallbackOutcome = column("结果.")
    level: SatisfactionLevel | None = column("满意度: of a reached citizen.")
    resolved: bool | None = column("是否解决: what the citizen says.")
    remark: str | None = withheld("备注", "remark")
    caller: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "回访人.", models.Person, key="caller_id"
    )
    called_at: datetime = column("回访时间.")
    reviewer: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "审阅人: another person than the caller (ZZ-13).", models.Person, key="reviewer_id"
    )
    review_decision: Decision | None = column("审阅决定.")
    reviewed_at: datetime | None = column("审阅时间.")
    review_reason: str | None = withheld("审阅理由", "review_reason")
    exempted: bool = column("免于重办: an unreasonable appeal, not done again though dissatisfied (T19).")


@strawberry.input(description="记录回访: one attempt.")
class RecordCallbackInput(OnCase):
    follower_case_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="并入的工单: the id of the merged case whose complainant was called; the case's own when not given.",
    )
    outcome: CallbackOutcome = strawberry.field(default=CallbackOutcome.REACHED, description="结果.")
    level: SatisfactionLevel | None = strawberry.field(
        default=None, description="满意度: mandatory when reached, and only then."
    )
    resolved: bool | None = strawberry.field(default=None, description="是否解决: what the citizen says.")
    remark: str | None = strawberry.field(default=None, description="备注.")


@strawberry.type(description="记录回访的答复.")
class RecordCallbackPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    callback: Callback | None = strawberry.field(description="回访记录.")


@strawberry.input(description="审阅回访: sign the record, or have it made again.")
class ReviewCallbackInput(Keyed):
    callback_id: strawberry.ID = strawberry.field(description="回访记录: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    decision: Decision = strawberry.field(
        default=Decision.APPROVE,
        description="APPROVE signs the record (archived, or done again if dissatisfied); REJECT has it made again.",
    )
    reason: str | None = strawberry.field(default=None, description="理由: mandatory for REJECT.")
    exempt_reason: str | None = strawberry.field(
        default=None,
        description="免于重办的理由: why the appeal of a dissatisfied citizen is unreasonable, so that it is archived (T19);"
        " given by the 12315 section of the city, which signs in no other way.",
    )


@strawberry.type(description="审阅回访的答复.")
class ReviewCallbackPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    callback: Callback | None = strawberry.field(description="回访记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.RECORD_CALLBACK, "记录回访: by somebody outside the handling unit (T17). Requires CALLBACK_OFFICER."
    )
    async def record_callback(self, info: Info, input: RecordCallbackInput) -> RecordCallbackPayload:  # noqa: A002
        follower = input.follower_case_id
        outcome = await verbs.record_callback(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            follower_case_id=None if follower is None else ids.wanted(follower, "Case", "followerCaseId"),
            outcome=input.outcome,
            level=input.level,
            resolved=input.resolved,
            remark=input.remark,
        )
        return await done(RecordCallbackPayload, info, outcome, case=models.Case, callback=models.Callback)

    @mutation(
        Permission.REVIEW_CALLBACK,
        "审阅回访: by another person than the caller; archived, or round n+1 (T18, T19). Requires CALLBACK_REVIEWER, or to"
        " exempt an unreasonable appeal SECTION_OFFICER of the city.",
    )
    async def review_callback(self, info: Info, input: ReviewCallbackInput) -> ReviewCallbackPayload:  # noqa: A002
        outcome = await verbs.review_callback(
            info.context.caller,
            input.idempotency_key,
            callback_id=ids.wanted(input.callback_id, "Callback", "callbackId"),
            expected_version=input.expected_version,
            decision=input.decision,
            reason=input.reason,
            exempt_reason=input.exempt_reason,
        )
        return await done(ReviewCallbackPayload, info, outcome, case=models.Case, callback=models.Callback)
