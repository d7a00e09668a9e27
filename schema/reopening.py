"""重新办理."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import reopening as verbs
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(
    models.Reopening,
    description="重新办理: the new facts that opened another round; not there for third parties (T21).",
)
class Reopening(Node):
    round: int = column("轮次: the round it opened.")
    new_facts: str | None = withheld("新的事实: the citizen's identity is taken out", "new_facts")
    reason: str | None = withheld("理由", "reason")
    reopened_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "决定人.", models.Person, key="reopened_by_id"
    )
    reopened_at: datetime = column("重新办理时间: from when the closing limit runs again (DEC-4).")


@strawberry.input(description="重新办理: on facts not told before.")
class ReopenCaseInput(OnCase):
    new_facts: str = strawberry.field(
        description="新的事实: more than the case or an earlier reopening says; at most 10,000 characters."
    )
    reason: str = strawberry.field(description="理由: mandatory; at most 2,000 characters.")


@strawberry.type(description="重新办理的答复.")
class ReopenCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    reopening: Reopening | None = strawberry.field(description="重新办理记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.REOPEN_CASE,
        "重新办理: of an archived, filed or terminated case, in a new round (T21)."
        " Requires SUPERVISION_OFFICER, DUTY_LEADER or LEADER.",
    )
    async def reopen_case(self, info: Info, input: ReopenCaseInput) -> ReopenCasePayload:  # noqa: A002
        outcome = await verbs.reopen_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            new_facts=input.new_facts,
            reason=input.reason,
        )
        return await done(ReopenCasePayload, info, outcome, case=models.Case, reopening=models.Reopening)
