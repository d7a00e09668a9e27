"""中止与恢复."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import pause as verbs
from resolvers.terms.kinds import PauseReason
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Pause, description="中止: an interval in which the clocks of a case stand still (T12, DEC-12).")
class Pause(Node):
    reason: PauseReason = column("原因.")
    evidence: str | None = withheld("中止依据", "evidence")
    started_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "中止人.", models.Person, key="started_by_id"
    )
    started_at: datetime = column("中止时间.")
    end_evidence: str | None = withheld(
        "恢复依据", "end_evidence", null="until resumed, and of one that ended with its case"
    )
    ended_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "恢复人.", models.Person, key="ended_by_id"
    )
    ended_at: datetime | None = column("恢复时间: null while the clocks stand still.")


@strawberry.input(description="中止: every clock of the case stands still.")
class SuspendCaseInput(OnCase):
    reason: PauseReason = strawberry.field(description="原因: waiting for the citizen is none.")
    evidence: str = strawberry.field(description="中止依据: mandatory; for example the testing order and its number.")


@strawberry.type(description="中止的答复.")
class SuspendCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    pause: Pause | None = strawberry.field(description="中止记录.")


@strawberry.input(description="恢复: the clocks run on, later by the working time in between.")
class ResumeCaseInput(OnCase):
    evidence: str = strawberry.field(description="恢复依据: mandatory; for example the test report and its number.")


@strawberry.type(description="恢复的答复.")
class ResumeCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    pause: Pause | None = strawberry.field(description="中止记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.SUSPEND_CASE,
        "中止: for testing, appraisal, recusal or legal proceedings alone (T12, Order 20 art. 18, 20)."
        " Requires CLERK of the lead.",
    )
    async def suspend_case(self, info: Info, input: SuspendCaseInput) -> SuspendCasePayload:  # noqa: A002
        outcome = await verbs.suspend_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            reason=input.reason,
            evidence=input.evidence,
        )
        return await done(SuspendCasePayload, info, outcome, case=models.Case, pause=models.Pause)

    @mutation(
        Permission.SUSPEND_CASE,
        "恢复: no working day of the pause counts; days of rest in it move nothing (T12). Requires CLERK of the lead.",
    )
    async def resume_case(self, info: Info, input: ResumeCaseInput) -> ResumeCasePayload:  # noqa: A002
        outcome = await verbs.resume_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            evidence=input.evidence,
        )
        return await done(ResumeCasePayload, info, outcome, case=models.Case, pause=models.Pause)
