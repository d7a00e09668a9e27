"""移送."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import transfer as verbs
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.TransferOut, description="移送: which body outside the hotline has the matter now (T3).")
class TransferOut(Node):
    receiving_body: str = column("接收单位.")
    notice: str | None = withheld("告知内容", "notice")
    transferred_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "移送人.", models.Person, key="transferred_by_id"
    )
    transferred_at: datetime = column("移送时间.")


@strawberry.input(description="移送: to a body outside the hotline.")
class TransferCaseInput(OnCase):
    receiving_body: str = strawberry.field(description="接收单位: its name; at most 200 characters.")
    notice: str = strawberry.field(description="告知内容: what the citizen is told of the way there.")


@strawberry.type(description="移送的答复.")
class TransferCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    transfer: TransferOut | None = strawberry.field(description="移送记录.")


@strawberry.type
class Mutation:
    @mutation(Permission.TRANSFER_CASE, "移送: pass a matter to a body outside the hotline (T3). Requires DISPATCHER.")
    async def transfer_case(self, info: Info, input: TransferCaseInput) -> TransferCasePayload:  # noqa: A002
        outcome = await verbs.transfer_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            receiving_body=input.receiving_body,
            notice=input.notice,
        )
        return await done(TransferCasePayload, info, outcome, case=models.Case, transfer=models.TransferOut)
