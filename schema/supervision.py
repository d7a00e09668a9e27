"""督办."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import supervision as verbs
from resolvers.terms.kinds import SupervisionKind, SupervisionTrigger
from resolvers.terms.roles import Permission
from schema.grammar import connection, ids
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.root import reads
from schema.grammar.source import column, computed, derived, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person

SOONEST_FIRST = Order("answer_by")


@fed_by(models.SupervisionOrder, description="督办: an order to get on with a case (ZZ-16).")
class SupervisionOrder(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    kind: SupervisionKind = column("种类.")
    reason: str | None = withheld("理由", "reason")
    ordered_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "督办人.", models.Person, key="ordered_by_id"
    )
    ordered_at: datetime = column("督办时间.")
    answer_by: datetime = column("答复时限.")
    trigger: SupervisionTrigger | None = derived(
        "督办情形: what it was ordered upon, if that was said; REPEATED is told to the centre alone, like `isRepeat`.",
        "trigger",
        by=lambda actor, row: verbs.told_trigger(actor, row["trigger"]),
    )
    answer: str | None = withheld("答复内容", "answer")
    answered_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "答复人.", models.Person, key="answered_by_id"
    )
    answered_at: datetime | None = column("答复时间: null while it is to be answered.")
    is_late: bool = computed("是否逾期: answered after `answerBy`, or unanswered past it.")


@fed_by(models.SupervisionSuggestion, description="建议督办: a trigger was seen, once a round; who supervises decides.")
class SupervisionSuggestion(Node):
    round: int = column("轮次: of the case, in which it was seen.")
    trigger: SupervisionTrigger = column("督办情形 (domain 4.5).")
    suggested_at: datetime = column("建议时间.")


@strawberry.input(description="督办.")
class SuperviseCaseInput(OnCase):
    kind: SupervisionKind = strawberry.field(default=SupervisionKind.NORMAL, description="种类.")
    reason: str = strawberry.field(description="理由: mandatory.")
    answer_by: datetime | None = strawberry.field(default=None, description="答复时限: three working days unless told.")
    trigger: SupervisionTrigger | None = strawberry.field(
        default=None, description="督办情形: what it is ordered upon."
    )


@strawberry.type(description="督办的答复.")
class SuperviseCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="督办后的工单.")
    supervision: SupervisionOrder | None = strawberry.field(description="督办单.")


@strawberry.input(description="答复督办.")
class AnswerSupervisionInput(Keyed):
    supervision_id: strawberry.ID = strawberry.field(description="督办单: its id.")
    expected_version: int = strawberry.field(description="您看到的工单版本: of the case it concerns.")
    answer: str = strawberry.field(description="答复内容: mandatory; what was done.")


@strawberry.type(description="答复督办的答复.")
class AnswerSupervisionPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    supervision: SupervisionOrder | None = strawberry.field(description="督办单.")


@strawberry.input(description="督办筛选: all given conditions hold together.")
class SupervisionFilter:
    answered: bool | None = strawberry.field(default=None, description="是否已答复.")
    overdue: bool | None = strawberry.field(default=None, description="是否逾期未答复.")
    kind: SupervisionKind | None = strawberry.field(default=None, description="种类: exactly this.")
    office_code: str | None = strawberry.field(
        default=None, description="机构代码: of cases held by it or any office below it."
    )

    def wanted(self) -> verbs.Wanted:
        return verbs.Wanted(**vars(self))


@strawberry.type
class Query:
    @reads(Permission.READ_CASES, "督办列表: the orders on the cases in your sight, to be answered soonest first.")
    def supervisions(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        filter: Annotated[SupervisionFilter | None, strawberry.argument(description="筛选.")] = None,  # noqa: A002
    ) -> Connection[SupervisionOrder]:
        wanted = (filter or SupervisionFilter()).wanted()
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.SupervisionOrder, SOONEST_FIRST, window, verbs.matching(wanted), tag=wanted)  # type: ignore[return-value]


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
            trigger=input.trigger,
        )
        return await done(SuperviseCasePayload, info, outcome, case=models.Case, supervision=models.SupervisionOrder)

    @mutation(
        Permission.ANSWER_SUPERVISION,
        "答复督办: also of a closed case, once (JMS-9). Requires CLERK or RESPONSIBLE_PERSON of the lead.",
    )
    async def answer_supervision(self, info: Info, input: AnswerSupervisionInput) -> AnswerSupervisionPayload:  # noqa: A002
        outcome = await verbs.answer_supervision(
            info.context.caller,
            input.idempotency_key,
            supervision_id=ids.wanted(input.supervision_id, "SupervisionOrder", "supervisionId"),
            expected_version=input.expected_version,
            answer=input.answer,
        )
        return await done(
            AnswerSupervisionPayload, info, outcome, case=models.Case, supervision=models.SupervisionOrder
        )
