"""批示."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import instruction as verbs
from resolvers import models
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Instruction, description="批示: what a leader wants done about a case (ZZ-16).")
class Instruction(Node):
    text: str | None = withheld("批示内容", "text")
    instructed_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "批示人.", models.Person, key="instructed_by_id"
    )
    instructed_at: datetime = column("批示时间.")


@strawberry.input(description="批示.")
class InstructCaseInput(OnCase):
    text: str = strawberry.field(description="批示内容: mandatory.")


@strawberry.type(description="批示的答复.")
class InstructCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    instruction: Instruction | None = strawberry.field(description="批示.")


@strawberry.type
class Mutation:
    @mutation(Permission.INSTRUCT_CASE, "批示: an open case becomes urgent by it (ZZ-16). Requires LEADER.")
    async def instruct_case(self, info: Info, input: InstructCaseInput) -> InstructCasePayload:  # noqa: A002
        outcome = await verbs.instruct_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            text=input.text,
        )
        return await done(InstructCasePayload, info, outcome, case=models.Case, instruction=models.Instruction)
