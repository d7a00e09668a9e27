"""协调会."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import meeting as verbs
from resolvers import models
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, computed, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.Meeting, description="协调会: which offices sat together about a case, and what was agreed (ZZ-16).")
class Meeting(Node):
    held_at: datetime = column("开会时间.")
    office_codes: list[str] = computed("参会单位代码: in the order given.")
    minutes: str | None = withheld("会议纪要", "minutes")
    recorded_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "记录人.", models.Person, key="recorded_by_id"
    )
    recorded_at: datetime = column("记录时间.")


@strawberry.input(description="记录协调会.")
class RecordMeetingInput(OnCase):
    held_at: datetime = strawberry.field(description="开会时间: not later than now.")
    office_codes: list[str] = strawberry.field(description="参会单位代码: two at the least.")
    minutes: str = strawberry.field(description="会议纪要: mandatory; what was agreed.")


@strawberry.type(description="记录协调会的答复.")
class RecordMeetingPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    meeting: Meeting | None = strawberry.field(description="协调会.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.RECORD_MEETING,
        "记录协调会: of a matter that needs several offices (ZZ-16). Requires SUPERVISION_OFFICER, DUTY_LEADER or LEADER.",
    )
    async def record_meeting(self, info: Info, input: RecordMeetingInput) -> RecordMeetingPayload:  # noqa: A002
        outcome = await verbs.record_meeting(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            held_at=input.held_at,
            office_codes=input.office_codes,
            minutes=input.minutes,
        )
        return await done(RecordMeetingPayload, info, outcome, case=models.Case, meeting=models.Meeting)
