"""事件与订阅: what happened, live and from a cursor on."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import event as verbs
from resolvers import models
from resolvers.doors import clock
from resolvers.doors.access import Row
from resolvers.doors.budget import Budget
from resolvers.event import Interest
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.source import column, derived, fed_by, relation

if TYPE_CHECKING:
    from schema.case import Case


def _cursor(actor: Actor, row: Row) -> str:
    return verbs.cursor(actor, row["seq"])


def _case_id(_actor: Actor, row: Row) -> strawberry.ID | None:
    key = row["case_id"] or row.get("removed_case_id")
    return strawberry.ID(ids.encode("Case", key)) if key else None


@fed_by(models.LedgerEntry, description="事件: something that happened to a case.")
class CaseEvent(Node):
    cursor: str = derived("游标: give it as `after` to go on from here.", "seq", by=_cursor)
    kind: CaseEventKind = column("事件种类.")
    occurred_at: datetime = column("发生时间.")
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation(
        "工单, as it is now; null for SYNC_RESET, REMOVED and HEARTBEAT.", models.Case, key="case_id"
    )
    case_id: strawberry.ID | None = derived(
        "工单编号: also of a case that left your sight (REMOVED).", "case_id", by=_case_id
    )
    case_version: int | None = column("当时的工单版本.")


OfficeCode = Annotated[
    str | None, strawberry.argument(description="机构代码: only cases held by it or any office below it.")
]
AfterCursor = Annotated[
    str | None,
    strawberry.argument(
        description='起始游标: replay what came after it, without gap or repeat, then go on live; "0" is the beginning;'
        " nothing: from now on. When reconnecting, send the last cursor you received, not the first one."
    ),
]


async def _stream(info: Info, interest: Interest, after: str | None) -> AsyncGenerator[CaseEvent, None]:
    context = info.context
    async for actor, event in verbs.follow(context.caller, interest, after):
        context.actor, context.now = actor, clock.now()
        context.loaders.clear()  # what was read for the last event may have changed since
        context.budget = Budget()
        yield event  # type: ignore[misc]


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="紧急工单: created urgent, or promoted to urgent. Heartbeats keep the cursor fresh.",
        metadata={"permission": Permission.READ_EVENTS},
    )
    async def urgent_cases(
        self, info: Info, office_code: OfficeCode = None, after: AfterCursor = None
    ) -> AsyncGenerator[CaseEvent, None]:
        async for event in _stream(info, Interest(urgent_only=True, office_code=office_code), after):
            yield event

    @strawberry.subscription(
        description="工单事件: everything that happens to the cases in your sight.",
        metadata={"permission": Permission.READ_EVENTS},
    )
    async def case_events(
        self,
        info: Info,
        office_code: OfficeCode = None,
        case_number: Annotated[str | None, strawberry.argument(description="工单编号: of this case alone.")] = None,
        after: AfterCursor = None,
    ) -> AsyncGenerator[CaseEvent, None]:
        async for event in _stream(info, Interest(office_code=office_code, case_number=case_number), after):
            yield event
