"""并单."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import merge as verbs
from resolvers import models
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.payload import OnCase, Payload, done, mutation

if TYPE_CHECKING:
    from schema.case import Case


@strawberry.input(description="并单: a duplicate into the case it repeats.")
class MergeCaseInput(OnCase):
    target_case_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="并入的工单: its id; mandatory; of the same kind, open or closed within the last 90 days.",
    )


@strawberry.type(description="并单的答复.")
class MergeCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="被并入的工单.")
    target: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(
        description="并入的工单: the case it was merged into."
    )


@strawberry.type
class Mutation:
    @mutation(
        Permission.MERGE_CASE,
        "并单: its clocks stop for good, its complainant follows the other case and is called back with it"
        " (T4). Requires DISPATCHER.",
    )
    async def merge_case(self, info: Info, input: MergeCaseInput) -> MergeCasePayload:  # noqa: A002
        target = input.target_case_id
        outcome = await verbs.merge_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            target_case_id=None if target is None else ids.wanted(target, "Case", "targetCaseId"),
        )
        return await done(MergeCasePayload, info, outcome, case=models.Case, target=models.Case)
