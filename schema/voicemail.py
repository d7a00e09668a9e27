"""录音诉求."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import voicemail as verbs
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import OnCase, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation, withheld

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person


@fed_by(models.VoicemailCall, description="录音回拨: one attempt to reach whoever left a recording (SY-6).")
class VoicemailCall(Node):
    reached: bool = column("是否接通.")
    remark: str | None = withheld("备注", "remark")
    called_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "回拨人.", models.Person, key="called_by_id"
    )
    called_at: datetime = column("回拨时间.")


@strawberry.input(description="录音回拨.")
class CallVoicemailInput(OnCase):
    reached: bool = strawberry.field(description="是否接通.")
    remark: str | None = strawberry.field(default=None, description="备注.")


@strawberry.type(description="录音回拨的答复.")
class CallVoicemailPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    voicemail_call: VoicemailCall | None = strawberry.field(description="录音回拨.")


@strawberry.input(description="登记录音诉求: what the call verified, instead of what was heard.")
class RegisterVoicemailInput(OnCase):
    title: str = strawberry.field(description="标题: at most 200 characters.")
    description: str = strawberry.field(description="诉求内容: at most 10,000 characters.")
    category_code: str | None = strawberry.field(default=None, description="类别代码: as it was when not given.")


@strawberry.type(description="登记录音诉求的答复.")
class RegisterVoicemailPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="登记的工单.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.REGISTER_VOICEMAIL, "录音回拨: one attempt, reached or not; as many as it takes. Requires AGENT."
    )
    async def call_voicemail(self, info: Info, input: CallVoicemailInput) -> CallVoicemailPayload:  # noqa: A002
        outcome = await verbs.call_voicemail(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            reached=input.reached,
            remark=input.remark,
        )
        return await done(CallVoicemailPayload, info, outcome, case=models.Case, voicemail_call=models.VoicemailCall)

    @mutation(
        Permission.REGISTER_VOICEMAIL,
        "登记录音诉求: after one attempt at least; the clocks run on from the recording (T0). Requires AGENT.",
    )
    async def register_voicemail(self, info: Info, input: RegisterVoicemailInput) -> RegisterVoicemailPayload:  # noqa: A002
        outcome = await verbs.register_voicemail(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            title=input.title,
            description=input.description,
            category_code=input.category_code,
        )
        return await done(RegisterVoicemailPayload, info, outcome, case=models.Case)
