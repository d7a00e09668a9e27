"""离线工作包: what an inspector's phone takes along for a day without a network."""

import strawberry

from resolvers import models
from resolvers import offline as verbs
from resolvers.terms.kinds import CaseOrder
from resolvers.terms.roles import Permission
from schema.case import ORDERS, Case
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.root import reads


@strawberry.type(description="离线工作包大小: told before it is fetched.")
class OfflineSize:
    cases: int = strawberry.field(description="工单数.")
    articles: int = strawberry.field(description="知识条数: in force.")
    bytes: int = strawberry.field(
        description="字节数: about what the answers to the document OfflineDay will have for all these cases and articles,"
        " uncompressed; photos are not in it."
    )


@strawberry.type
class Query:
    @reads(
        Permission.READ_TASKS,
        "离线工单: the cases of your units that somebody has to go out for, earliest due first: dispatched or at work, with"
        " an order whose recheck is to come, or with a patrol planned.",
    )
    def offline_cases(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
    ) -> Connection[Case]:
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.Case, ORDERS[CaseOrder.DUE_AT], window, verbs.needed)  # type: ignore[return-value]

    @strawberry.field(
        description="离线工作包大小: how much `offlineCases` will be, so that a phone may ask its owner first.",
        metadata={"permission": Permission.READ_TASKS},
    )
    async def offline_size(self, info: Info) -> OfflineSize:
        size = await verbs.measure(info.context.reader)
        return OfflineSize(cases=size.cases, articles=size.articles, bytes=size.bytes)
