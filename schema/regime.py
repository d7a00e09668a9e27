"""应急机制."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import regime as verbs
from resolvers.rules import sight
from resolvers.rules.policies import EPIDEMIC
from resolvers.terms.kinds import BulletinPeriod, CalendarMode
from resolvers.terms.roles import Permission
from schema.grammar import connection, ids
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.root import reads
from schema.grammar.source import column, computed, derived, fed_by

if TYPE_CHECKING:
    from schema.case import Case

NEWEST_FIRST = Order("started_at", descending=True)


@fed_by(models.Regime, description="应急机制: an emergency regime of the jurisdiction (JMS-6, ZZ-19).")
class Regime(Node):
    name: str = column("名称.")
    tag: str = column("标注: cases that carry it come under the regime.")
    basis: str = column("依据: the administrative act behind it.")
    policy: str = column(
        "时限政策组: the set of limits what is tagged comes under, EPIDEMIC (ZZ-20) or BEIJING (DB11/T 2021-2022)."
    )
    bulletin_period: BulletinPeriod = column("通报周期: of the bulletins while it is in force (ZZ-21).")
    calendar_mode: CalendarMode = column("计日方式.")
    started_at: datetime = column("开始时间.")
    ended_at: datetime | None = column("结束时间: null while in force.")
    is_active: bool = computed("是否在运行.")
    end_reason: str | None = derived(
        "结束理由; not told to third parties.",
        "end_reason",
        by=lambda actor, row: (
            sight.withheld(actor.roles, row["end_reason"]) if actor.is_third_party else row["end_reason"]
        ),
    )


@strawberry.input(description="启动应急机制.")
class ActivateRegimeInput(Keyed):
    name: str = strawberry.field(description="名称.")
    tag: str = strawberry.field(description="标注, for example 新冠疫情; one regime in force a tag.")
    basis: str = strawberry.field(description="依据: title or number of the administrative act.")
    started_at: datetime | None = strawberry.field(default=None, description="开始时间: now unless told; not later.")
    calendar_mode: CalendarMode = strawberry.field(
        default=CalendarMode.STATUTORY, description="计日方式: working days by law unless told (DEC-2)."
    )
    policy: str = strawberry.field(
        default=EPIDEMIC,
        description="时限政策组: EPIDEMIC, everything tagged urgent and closed in three working days (ZZ-20); or BEIJING,"
        " graded response by priority: one, two or 24 hours to dispatch, two hours, 24 hours or seven days to close"
        " (DB11/T 2021-2022, unconfirmed); a case stays in its grade.",
    )
    bulletin_period: BulletinPeriod = strawberry.field(
        default=BulletinPeriod.DAILY, description="通报周期: daily unless told (ZZ-21); the shortest in force counts."
    )


@strawberry.type(description="启动应急机制的答复.")
class ActivateRegimePayload(Payload):
    regime: Regime | None = strawberry.field(description="应急机制.")


@strawberry.input(description="结束应急机制.")
class EndRegimeInput(Keyed):
    regime_id: strawberry.ID = strawberry.field(description="应急机制: its id.")
    reason: str = strawberry.field(description="理由: mandatory.")


@strawberry.type(description="结束应急机制的答复.")
class EndRegimePayload(Payload):
    regime: Regime | None = strawberry.field(description="应急机制.")


@strawberry.input(description="标注.")
class TagCaseInput(OnCase):
    tags: list[str] = strawberry.field(description="标注: one at least that the case does not carry yet.")


@strawberry.type(description="标注的答复.")
class TagCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="标注后的工单.")


@strawberry.type
class Query:
    @reads(Permission.READ_CASES, "应急机制列表: of your jurisdiction, begun last first.")
    def regimes(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        active: Annotated[bool | None, strawberry.argument(description="是否在运行: both when not given.")] = None,
    ) -> Connection[Regime]:
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.Regime, NEWEST_FIRST, window, verbs.matching(active=active), tag=active)  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @mutation(
        Permission.ACTIVATE_REGIME,
        "启动应急机制: tagged cases become urgent, with three working days to close (ZZ-20); under BEIJING they stay in their"
        " grade, with its limits. Limits are only ever shortened. Requires LEADER of the whole jurisdiction.",
    )
    async def activate_regime(self, info: Info, input: ActivateRegimeInput) -> ActivateRegimePayload:  # noqa: A002
        outcome = await verbs.activate_regime(
            info.context.caller,
            input.idempotency_key,
            name=input.name,
            tag=input.tag,
            basis=input.basis,
            started_at=input.started_at,
            calendar_mode=input.calendar_mode,
            policy=input.policy,
            bulletin_period=input.bulletin_period,
        )
        return await done(ActivateRegimePayload, info, outcome, regime=models.Regime)

    @mutation(
        Permission.END_REGIME,
        "结束应急机制: what was tagged keeps its tag, its urgency and its dates (4.6). Requires LEADER of the whole"
        " jurisdiction.",
    )
    async def end_regime(self, info: Info, input: EndRegimeInput) -> EndRegimePayload:  # noqa: A002
        outcome = await verbs.end_regime(
            info.context.caller,
            input.idempotency_key,
            regime_id=ids.wanted(input.regime_id, "Regime", "regimeId"),
            reason=input.reason,
        )
        return await done(EndRegimePayload, info, outcome, regime=models.Regime)

    @mutation(
        Permission.TAG_CASE,
        "标注: further tags on an open case; that of a regime in force makes it urgent (ZZ-19; under graded response"
        " it stays in its grade) and may only shorten its limits. No tag is taken off. Requires AGENT or DISPATCHER.",
    )
    async def tag_case(self, info: Info, input: TagCaseInput) -> TagCasePayload:  # noqa: A002
        outcome = await verbs.tag_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            tags=input.tags,
        )
        return await done(TagCasePayload, info, outcome, case=models.Case)
