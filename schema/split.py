"""分立."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import split as verbs
from resolvers.terms.kinds import CaseKind
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.payload import OnCase, Payload, done, mutation

if TYPE_CHECKING:
    from schema.case import Case


@strawberry.input(description="分立: what of it is a matter of the other kind (Order 20 art. 7).")
class SplitCaseInput(OnCase):
    kind: CaseKind = strawberry.field(
        description="新工单的类型: REPORT of a complaint, COMPLAINT of a report; nothing else is split."
    )
    new_title: str = strawberry.field(description="新工单的标题: at most 200 characters.")
    new_description: str = strawberry.field(description="新工单的诉求内容: at most 10,000 characters.")
    kept_title: str | None = strawberry.field(
        default=None, description="原工单的标题: what is left in it; unchanged when not given."
    )
    kept_description: str | None = strawberry.field(
        default=None, description="原工单的诉求内容: what is left in it; unchanged when not given."
    )


@strawberry.type(description="分立的答复.")
class SplitCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="原工单.")
    split: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="新工单.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.SPLIT_CASE,
        "分立: a complaint and a report told in one are handled apart (Order 20 art. 7). Requires the AGENT who took the"
        " call, or DISPATCHER.",
    )
    async def split_case(self, info: Info, input: SplitCaseInput) -> SplitCasePayload:  # noqa: A002
        outcome = await verbs.split_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            kind=input.kind,
            new_title=input.new_title,
            new_description=input.new_description,
            kept_title=input.kept_title,
            kept_description=input.kept_description,
        )
        return await done(SplitCasePayload, info, outcome, case=models.Case, split=models.Case)
