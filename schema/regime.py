"""应急机制."""

from datetime import datetime

import strawberry

from resolvers import models
from resolvers import regime as verbs
from resolvers.terms.kinds import CalendarMode
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, Payload, done, mutation
from schema.grammar.source import column, fed_by


@fed_by(models.Regime, description="应急机制: an emergency regime of the jurisdiction (JMS-6, ZZ-19).")
class Regime(Node):
    name: str = column("名称.")
    tag: str = column("标注: cases that carry it come under the regime.")
    basis: str = column("依据: the administrative act behind it.")
    calendar_mode: CalendarMode = column("计日方式.")
    started_at: datetime = column("开始时间.")
    ended_at: datetime | None = column("结束时间: null while in force.")


@strawberry.input(description="启动应急机制.")
class ActivateRegimeInput(Keyed):
    name: str = strawberry.field(description="名称.")
    tag: str = strawberry.field(description="标注, for example 新冠疫情; one regime in force a tag.")
    basis: str = strawberry.field(description="依据: title or number of the administrative act.")
    started_at: datetime | None = strawberry.field(default=None, description="开始时间: now unless told; not later.")
    calendar_mode: CalendarMode = strawberry.field(
        default=CalendarMode.STATUTORY, description="计日方式: working days by law unless told (DEC-2)."
    )


@strawberry.type(description="启动应急机制的答复.")
class ActivateRegimePayload(Payload):
    regime: Regime | None = strawberry.field(description="应急机制.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.ACTIVATE_REGIME,
        "启动应急机制: tagged cases become urgent, with three working days to close (ZZ-20)."
        " Requires LEADER of the whole jurisdiction.",
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
        )
        return await done(ActivateRegimePayload, info, outcome, regime=models.Regime)
