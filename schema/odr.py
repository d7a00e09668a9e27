"""在线和解."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import odr as verbs
from resolvers.terms.kinds import OdrStatus
from resolvers.terms.roles import Permission
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, OnCase, Payload, done, mutation
from schema.grammar.root import reads
from schema.grammar.source import column, derived, fed_by, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person

BY_USCC = Order("uscc", kind=str)


@fed_by(
    models.OdrEnterprise, description="在线和解企业: a trader enrolled for online dispute resolution (FT-11, ZZ-31)."
)
class OdrEnterprise(Node):
    name: str = column("名称.")
    uscc: str = column("统一社会信用代码 (GB 32100): a respondent with this code can be routed to it.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "机构: whoever is ODR_ENTERPRISE there settles for it.", models.Office, key="office_id"
    )
    enrolled_at: datetime = column("入驻时间.")


@fed_by(models.OdrRouting, description="分流和解: one complaint with one enterprise, for ten working days (T5, T6).")
class OdrRouting(Node):
    status: OdrStatus = column("状态.")
    enterprise: OdrEnterprise | None = relation(
        "在线和解企业: to whoever may list the enterprises.", models.OdrEnterprise, key="enterprise_id"
    )
    routed_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "分流人: not told to third parties.", models.Person, key="routed_by_id"
    )
    routed_at: datetime = column("分流时间.")
    concluded_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "办结人: of the enterprise; null when its time ran out.", models.Person, key="concluded_by_id"
    )
    concluded_at: datetime | None = column("办结时间: null while it is with the enterprise.")
    settlement: str | None = derived(
        "和解内容, in the enterprise's words; not told to third parties.",
        "settlement",
        by=lambda actor, row: verbs.words(actor, row["settlement"]),
    )
    amount: Decimal | None = column("和解金额, yuan.")
    reason: str | None = derived(
        "未接受的理由, in the enterprise's words; not told to third parties.",
        "reason",
        by=lambda actor, row: verbs.words(actor, row["reason"]),
    )


@strawberry.input(description="入驻在线和解企业.")
class EnrolOdrEnterpriseInput(Keyed):
    name: str = strawberry.field(description="名称: at most 200 characters.")
    uscc: str = strawberry.field(description="统一社会信用代码: 18 characters with check (GB 32100).")
    office_code: str = strawberry.field(description="机构代码: an office of the enterprise's own.")


@strawberry.type(description="入驻在线和解企业的答复.")
class EnrolOdrEnterprisePayload(Payload):
    enterprise: OdrEnterprise | None = strawberry.field(description="在线和解企业.")


@strawberry.input(description="分流和解.")
class RouteToOdrInput(OnCase):
    complainant_consents: bool = strawberry.field(description="投诉人同意: without it nothing is routed (T5).")


@strawberry.type(description="分流和解的答复.")
class RouteToOdrPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    odr_routing: OdrRouting | None = strawberry.field(description="分流和解.")


@strawberry.input(description="和解成功.")
class SettleOdrInput(OnCase):
    settlement: str = strawberry.field(description="和解内容: mandatory, at most 10,000 characters.")
    amount: Decimal | None = strawberry.field(default=None, description="和解金额, yuan: two decimals at most.")


@strawberry.type(description="和解成功的答复.")
class SettleOdrPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(description="工单.")
    odr_routing: OdrRouting | None = strawberry.field(description="分流和解.")


@strawberry.input(description="不接受和解.")
class DeclineOdrInput(OnCase):
    reason: str = strawberry.field(description="理由: mandatory.")


@strawberry.type(description="不接受和解的答复.")
class DeclineOdrPayload(Payload):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = strawberry.field(
        description="工单: null, since it is out of the enterprise's sight."
    )
    odr_routing: OdrRouting | None = strawberry.field(description="分流和解: null, like the case.")


@strawberry.type
class Query:
    @reads(Permission.READ_ODR_ENTERPRISES, "在线和解企业列表, by credit code: those of your jurisdiction.")
    def odr_enterprises(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
    ) -> Connection[OdrEnterprise]:
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.OdrEnterprise, BY_USCC, window)  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @mutation(
        Permission.ENROL_ODR_ENTERPRISE,
        "入驻在线和解企业: once a credit code, with an office of its own. Requires ADMIN of the whole jurisdiction.",
    )
    async def enrol_odr_enterprise(self, info: Info, input: EnrolOdrEnterpriseInput) -> EnrolOdrEnterprisePayload:  # noqa: A002
        outcome = await verbs.enrol_odr_enterprise(
            info.context.caller,
            input.idempotency_key,
            name=input.name,
            uscc=input.uscc,
            office_code=input.office_code,
        )
        return await done(EnrolOdrEnterprisePayload, info, outcome, enterprise=models.OdrEnterprise)

    @mutation(
        Permission.ROUTE_TO_ODR,
        "分流和解: a complaint to the enrolled enterprise it is about; the authority's clocks stand still (T5)."
        " Requires DISPATCHER.",
    )
    async def route_to_odr(self, info: Info, input: RouteToOdrInput) -> RouteToOdrPayload:  # noqa: A002
        outcome = await verbs.route_to_odr(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            complainant_consents=input.complainant_consents,
        )
        return await done(RouteToOdrPayload, info, outcome, case=models.Case, odr_routing=models.OdrRouting)

    @mutation(
        Permission.SETTLE_ODR,
        "和解成功: closed, and the citizen is to be called back (T6). Requires ODR_ENTERPRISE of that enterprise.",
    )
    async def settle_odr(self, info: Info, input: SettleOdrInput) -> SettleOdrPayload:  # noqa: A002
        outcome = await verbs.settle_odr(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            settlement=input.settlement,
            amount=input.amount,
        )
        return await done(SettleOdrPayload, info, outcome, case=models.Case, odr_routing=models.OdrRouting)

    @mutation(
        Permission.SETTLE_ODR,
        "不接受和解: the case is the authority's again, and its clocks begin (T6, DEC-1)."
        " Requires ODR_ENTERPRISE of that enterprise.",
    )
    async def decline_odr(self, info: Info, input: DeclineOdrInput) -> DeclineOdrPayload:  # noqa: A002
        outcome = await verbs.decline_odr(
            info.context.caller,
            input.idempotency_key,
            case_id=input.case_key,
            expected_version=input.expected_version,
            reason=input.reason,
        )
        return await done(DeclineOdrPayload, info, outcome, case=models.Case, odr_routing=models.OdrRouting)
