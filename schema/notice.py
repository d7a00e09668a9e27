"""告知."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import notice as verbs
from resolvers.terms.kinds import NoticeKind
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Notice, description="告知: what the law wants told, and that it was; not there for third parties.")
class Notice(Node):
    round: int = column("轮次: the round in which it was given.")
    kind: NoticeKind = column("告知种类.")
    text: str | None = withheld("告知内容", "text")
    given_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "告知人.", models.Person, key="given_by_id"
    )
    given_at: datetime = column("告知时间: its limit is met by it, on time or late.")


@strawberry.input(description="告知: record that the parties were told.")
class GiveNoticeInput(OnCase):
    kind: NoticeKind = strawberry.field(description="告知种类: one whose limit runs.")
    text: str = strawberry.field(description="告知内容: mandatory; at most 10,000 characters.")


@strawberry.type(description="告知的答复.")
class GiveNoticePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    notice: Notice | None = strawberry.field(description="告知记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.GIVE_NOTICE,
        "告知: meets the statutory limit for it; an accepted complaint is mediated within 45 working days from now"
        " (Order 20 art. 14, 21, 31). Requires CLERK of the lead, or DISPATCHER.",
    )
    async def give_notice(self, info: Info, input: GiveNoticeInput) -> GiveNoticePayload:  # noqa: A002
        outcome = await verbs.give_notice(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            kind=input.kind,
            text=input.text,
        )
        return await done(GiveNoticePayload, info, outcome, case=models.Case, notice=models.Notice)
