"""回头看."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import patrol as verbs
from resolvers.terms.kinds import PatrolStatus
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, many, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.inspection import InspectionNote
    from schema.office import Office
    from schema.person import Person


@fed_by(
    models.Patrol, description="回头看: an unannounced visit planned after closure (FT-9); not shown to third parties."
)
class Patrol(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "承办单位: goes there.", models.Office, key="office_id"
    )
    status: PatrolStatus = column("状态.")
    due_at: datetime = column("计划日期: the end of the day it is to be done by.")
    reason: str = column("计划理由.")
    planned_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "计划人.", models.Person, key="planned_by_id"
    )
    planned_at: datetime = column("计划时间.")
    ended_at: datetime | None = column("结束时间: when it was carried out or cancelled.")
    cancel_reason: str | None = column("取消理由.")
    visits: list[Annotated["InspectionNote", strawberry.lazy("schema.inspection")]] = many(
        "检查记录: the visit that carried it out, one at the most.",
        models.InspectionNote,
        key="patrol_id",
        order="t.captured_at, t.id",
    )


@strawberry.input(description="计划回头看: of a case that the unit has closed.")
class PlanPatrolsInput(OnCase):
    due_on: list[date] = strawberry.field(
        description="计划日期: 1 to 12 days, each once, from today on, a year ahead at the most."
    )
    reason: str = strawberry.field(description="理由: mandatory.")


@strawberry.type(description="计划回头看的答复.")
class PlanPatrolsPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(
        description="工单: with its patrols."
    )


@strawberry.input(description="取消回头看.")
class CancelPatrolInput(Keyed):
    patrol_id: strawberry.ID = strawberry.field(description="回头看: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    reason: str = strawberry.field(description="理由: mandatory.")


@strawberry.type(description="取消回头看的答复.")
class CancelPatrolPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    patrol: Patrol | None = strawberry.field(description="取消的回头看.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.PLAN_PATROL,
        "计划回头看: lest what was ended begin again (FT-9). Requires CLERK, INSPECTOR or RESPONSIBLE_PERSON of the lead.",
    )
    async def plan_patrols(self, info: Info, input: PlanPatrolsInput) -> PlanPatrolsPayload:  # noqa: A002
        outcome = await verbs.plan_patrols(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            due_on=tuple(input.due_on),
            reason=input.reason,
        )
        return await done(PlanPatrolsPayload, info, outcome, case=models.Case)

    @mutation(
        Permission.PLAN_PATROL,
        "取消回头看: while it is planned. Requires CLERK, INSPECTOR or RESPONSIBLE_PERSON of the unit that planned it.",
    )
    async def cancel_patrol(self, info: Info, input: CancelPatrolInput) -> CancelPatrolPayload:  # noqa: A002
        outcome = await verbs.cancel_patrol(
            info.context.caller,
            input.idempotency_key,
            patrol_id=ids.wanted(input.patrol_id, "Patrol", "patrolId"),
            expected_version=input.expected_version,
            reason=input.reason,
        )
        return await done(CancelPatrolPayload, info, outcome, case=models.Case, patrol=models.Patrol)
