"""登记与直接答复."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import intake as verbs
from resolvers import models
from resolvers.terms.kinds import CaseKind, CasePriority, CoordinateSystem, IntakeChannel
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation

if TYPE_CHECKING:
    from schema.case import Case


@strawberry.input(description="诉求人(举报人): as told at intake; everything may be missing.")
class PartyInput:
    name: str | None = strawberry.field(default=None, description="姓名.")
    phone: str | None = strawberry.field(default=None, description="电话.")
    address: str | None = strawberry.field(default=None, description="地址.")
    wants_confidentiality: bool = strawberry.field(default=False, description="要求保密: masked for the handling unit.")

    def told(self) -> verbs.Caller:
        return verbs.Caller(**vars(self))


@strawberry.input(description="被投诉(举报)人: the trader.")
class RespondentInput:
    name: str = strawberry.field(description="名称.")
    uscc: str | None = strawberry.field(
        default=None, description="统一社会信用代码: 18 characters with check (GB 32100)."
    )
    address: str | None = strawberry.field(default=None, description="地址.")

    def told(self) -> verbs.Accused:
        return verbs.Accused(**vars(self))


@strawberry.input(description="地点: in words, in degrees, or both.")
class PlaceInput:
    text: str | None = strawberry.field(default=None, description="地点说明.")
    latitude: float | None = strawberry.field(default=None, description="纬度, degrees.")
    longitude: float | None = strawberry.field(default=None, description="经度, degrees.")
    system: CoordinateSystem = strawberry.field(
        default=CoordinateSystem.WGS84, description="坐标系 of the degrees; kept as WGS-84."
    )

    def told(self) -> verbs.Spot:
        return verbs.Spot(**vars(self))


@strawberry.input(description="登记: what was told.")
class ReceiveCaseInput(Keyed):
    kind: CaseKind = strawberry.field(description="诉求类型.")
    channel: IntakeChannel = strawberry.field(description="接诉渠道.")
    title: str = strawberry.field(description="标题: at most 200 characters.")
    description: str = strawberry.field(default="", description="诉求内容: at most 10,000 characters.")
    priority: CasePriority = strawberry.field(default=CasePriority.NORMAL, description="紧急程度.")
    tags: list[str] = strawberry.field(default_factory=list, description="标注: of a regime in force it makes urgent.")
    category_code: str | None = strawberry.field(default=None, description="类别代码.")
    received_at: datetime | None = strawberry.field(
        default=None, description="接诉时间: when it reached the hotline, if that was earlier (voicemail, letter)."
    )
    party: PartyInput | None = strawberry.field(default=None, description="诉求人(举报人).")
    respondent: RespondentInput | None = strawberry.field(default=None, description="被投诉(举报)人.")
    place: PlaceInput | None = strawberry.field(default=None, description="事发地点.")

    def told(self) -> verbs.Matter:
        return verbs.Matter(
            kind=self.kind,
            channel=self.channel,
            title=self.title,
            description=self.description,
            priority=self.priority,
            tags=tuple(self.tags),
            category_code=self.category_code,
            received_at=self.received_at,
            party=self.party.told() if self.party else None,
            respondent=self.respondent.told() if self.respondent else None,
            place=self.place.told() if self.place else None,
        )


@strawberry.type(description="登记的答复.")
class ReceiveCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="登记的工单.")


@strawberry.input(description="直接答复: answered at intake.")
class AnswerCaseInput(OnCase):
    answer: str = strawberry.field(description="答复内容.")
    out_of_remit: bool = strawberry.field(
        default=False,
        description="不属于职责范围: the matter lies outside the remit, and the answer explains where to go.",
    )


@strawberry.type(description="直接答复的答复.")
class AnswerCasePayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="答复后的工单.")


@strawberry.type
class Mutation:
    @mutation(Permission.RECEIVE_CASE, "登记: a case from any channel (ZZ-4). Requires AGENT or INTEGRATOR.")
    async def receive_case(self, info: Info, input: ReceiveCaseInput) -> ReceiveCasePayload:  # noqa: A002
        outcome = await verbs.receive_case(info.context.caller, input.idempotency_key, matter=input.told())
        return await done(ReceiveCasePayload, info, outcome, case=models.Case)

    @mutation(Permission.ANSWER_CASE, "直接答复: close at intake with an answer (T1). Requires AGENT.")
    async def answer_case(self, info: Info, input: AnswerCaseInput) -> AnswerCasePayload:  # noqa: A002
        outcome = await verbs.answer_case(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            answer=input.answer,
            out_of_remit=input.out_of_remit,
        )
        return await done(AnswerCasePayload, info, outcome, case=models.Case)
