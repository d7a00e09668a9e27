"""机构: the tree of offices, and what each holds."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import office as verbs
from resolvers.doors.access import Row
from resolvers.terms.kinds import BulletinPeriod, OfficeKind
from resolvers.terms.roles import Permission
from schema import case as cases
from schema import kpi
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.root import One, reads
from schema.grammar.source import asked, column, derived, fed_by, listed, many, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.person import Person

BY_CODE = Order("code", kind=str)


@fed_by(models.Office, description="机构: a bureau, section, institute or team.")
class Office(Node):
    code: str = column("机构代码: of a bureau its GB/T 2260 division code.")
    name: str = column("机构名称.")
    kind: OfficeKind = column("机构种类.")
    division_code: str = column("行政区划代码 (GB/T 2260).")
    parent: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "上级机构.", models.Office, key="parent_id"
    )
    children: list[Annotated["Office", strawberry.lazy("schema.office")]] = many(
        "下级机构, by code.", models.Office, key="parent_id", order="t.code"
    )
    staff: list[Annotated["Person", strawberry.lazy("schema.person")]] = many(
        "人员: active staff, by login; not told to third parties.",
        models.Person,
        key="office_id",
        order="t.login",
        where="t.active",
    )

    bulletin_period: BulletinPeriod = derived(
        "通报周期: at which bulletins of its jurisdiction come out: monthly (ZZ-15), or the shortest of the regimes in force"
        " (ZZ-21).",
        "bulletin_periods",
        by=lambda _actor, row: verbs.bulletin_period(row),
    )

    @listed("本机构及下级机构承办的工单, as far as they are in your sight.", models.Case, "code")
    def cases(
        root: Row,
        info: Info,
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        filter: cases.Filter = None,  # noqa: A002
        order_by: cases.Ordering = None,
    ) -> Connection[Annotated["Case", strawberry.lazy("schema.case")]]:
        window = Window(first=first, after=after, last=last, before=before)
        return cases.listing(info, window, filter, order_by, office_code=root["code"])  # type: ignore[return-value]

    @asked("本机构及下级机构的指标; only of your own office and those below it.", "code")
    async def kpis(root: Row, info: Info, period: kpi.PeriodArgument, as_of: kpi.AsOf = None) -> kpi.KpiReport:
        return await kpi.report(info, root["code"], period, as_of)


@strawberry.input(description="机构筛选: all given conditions hold together.")
class OfficeFilter:
    kind: list[OfficeKind] | None = strawberry.field(default=None, description="种类: any of these.")
    division_code: str | None = strawberry.field(default=None, description="行政区划代码: exactly this.")
    under_code: str | None = strawberry.field(default=None, description="上级机构代码: this office and all below it.")
    text: str | None = strawberry.field(default=None, description="文字: part of the name.")

    def wanted(self) -> verbs.Wanted:
        return verbs.Wanted(**vars(self))


@strawberry.type
class Query:
    @reads(Permission.READ_OFFICES, "按代码取机构: null when absent or of another jurisdiction.")
    def office(
        self,
        info: Info,  # noqa: ARG002
        code: Annotated[str, strawberry.argument(description="机构代码.")],
    ) -> Office | None:
        return One(models.Office, verbs.coded(code))  # type: ignore[return-value]

    @reads(Permission.READ_OFFICES, "机构列表, by code: the offices of your jurisdiction.")
    def offices(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        filter: Annotated[OfficeFilter | None, strawberry.argument(description="筛选.")] = None,  # noqa: A002
    ) -> Connection[Office]:
        wanted = (filter or OfficeFilter()).wanted()
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.Office, BY_CODE, window, verbs.matching(wanted), tag=wanted)  # type: ignore[return-value]
