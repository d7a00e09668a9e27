"""指标: figures with their numerator, denominator, reason and instant (domain 4.7)."""

from datetime import date as Day  # noqa: N812  (a field called date stands beside it)
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, TypeVar

import strawberry

from resolvers import kpi as verbs
from resolvers.terms.actor import Refused
from resolvers.terms.kinds import CaseKind, KpiName
from resolvers.terms.roles import Permission
from schema.grammar.connection import loaded
from schema.grammar.context import Info

if TYPE_CHECKING:
    from schema.office import Office

T = TypeVar("T")
Digits = Annotated[int, strawberry.argument(description="小数位数: 0 to 6; rounded half up.")]
Kind = Annotated[CaseKind | None, strawberry.argument(description="诉求类型: all kinds when not given.")]
AsOf = Annotated[
    datetime | None, strawberry.argument(description="截至时间: as known at this instant; now when not given.")
]


@strawberry.input(description="统计期间: both days included, in the jurisdiction's time zone.")
class PeriodInput:
    from_: Day = strawberry.field(name="from", description="开始日期.")
    through: Day = strawberry.field(description="结束日期.")


PeriodArgument = Annotated[PeriodInput, strawberry.argument(description="统计期间.")]


@strawberry.type(description="统计期间.")
class Period:
    from_: Day = strawberry.field(name="from", description="开始日期.")
    through: Day = strawberry.field(description="结束日期, included.")


@strawberry.type(description="指标: a rate, and what it was made of.")
class Kpi:
    rate: strawberry.Private[verbs.Rate]

    @strawberry.field(description="分子.")
    def numerator(self) -> int:
        return self.rate.numerator

    @strawberry.field(description="分母.")
    def denominator(self) -> int:
        return self.rate.denominator

    @strawberry.field(description="百分比: rounded half up; null when `reason` says why.")
    def percent(self, digits: Digits = 2) -> float | None:
        return self.rate.percent(digits)

    @strawberry.field(
        description="无百分比的原因: NO_CASE_DUE when nothing was to be counted, SMALL_GROUP when fewer than five cases"
        " may not be told to a third party (numbers are 0 then)."
    )
    def reason(self) -> str | None:
        return self.rate.reason


@strawberry.type(description="同比: growth over the same days of the year before.")
class Growth:
    current: int = strawberry.field(description="本期.")
    base: int = strawberry.field(description="去年同期.")
    is_suppressed: bool = strawberry.field(
        description="未公开: one of the two is below five and not told to third parties; both are 0 then."
    )

    @strawberry.field(description="增长百分比: rounded half up; null when the base is 0.")
    def percent(self, digits: Digits = 2) -> float | None:
        return verbs.growth(self.current, self.base, digits)


@strawberry.type(description="接诉量: received in the period, by kind. Third parties count no reports (DEC-15).")
class IntakeCount:
    total: int = strawberry.field(description="合计.")
    complaint: int = strawberry.field(description="投诉.")
    report: int = strawberry.field(description="举报.")
    consultation: int = strawberry.field(description="咨询.")
    help_request: int = strawberry.field(description="求助.")
    suggestion: int = strawberry.field(description="建议.")
    is_suppressed: bool = strawberry.field(
        description="有数字未公开: counts below five are told to third parties as 0; true when there is one."
    )


@strawberry.type(description="每日数量.")
class DayCount:
    date: Day = strawberry.field(description="日期.")
    received: int = strawberry.field(description="接诉量.")
    closed: int = strawberry.field(description="办结量: first closures of that day.")
    is_suppressed: bool = strawberry.field(description="有数字未公开: as in IntakeCount.")


@strawberry.type(
    description="指标报告: an office and all below it, in a period, as known at an instant; what is void is in no figure, as of"
    " whatever instant (T22)."
)
class KpiReport:
    report: strawberry.Private[verbs.Report]

    @strawberry.field(description="统计期间.")
    def period(self) -> Period:
        return Period(from_=self.report.window.start, through=self.report.window.through)

    @strawberry.field(description="截至时间.")
    def as_of(self) -> datetime:
        return self.report.as_of

    @strawberry.field(description="公式版本.")
    def formula_version(self) -> int:
        return verbs.FORMULA_VERSION

    @strawberry.field(description="接诉量: merged cases included.")
    async def intake(self) -> IntakeCount:
        counts = await self.report.intake()
        told = {kind.value.lower(): counts[kind] or 0 for kind in CaseKind}
        return IntakeCount(total=counts[None] or 0, is_suppressed=None in counts.values(), **told)

    @strawberry.field(description="办结率: received in the period, closed, and not begun anew since (ZZ-7).")
    async def closure_rate(self, kind: Kind = None) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.CLOSURE_RATE, kind))

    @strawberry.field(description="按期办结率: due in the period and closed in time (ZZ-7).")
    async def on_time_closure_rate(self, kind: Kind = None) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.ON_TIME_CLOSURE_RATE, kind))

    @strawberry.field(description="转办率: dispatched, of those requiring dispatch (JMS-11).")
    async def dispatch_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.DISPATCH_RATE))

    @strawberry.field(description="重复派单率: dispatches that repeat a matter dispatched before (ZZ-7, DEC-9).")
    async def duplicate_dispatch_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.DUPLICATE_DISPATCH_RATE))

    @strawberry.field(
        description="满意率: very satisfied and satisfied, of those reached; neutral does not count (DEC-5)."
    )
    async def satisfaction_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.SATISFACTION_RATE))

    @strawberry.field(description="电话回访率: called back, of callbacks due in the period (ZZ-11).")
    async def callback_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.CALLBACK_RATE))

    @strawberry.field(description="督办率: supervised, of the received cases that met a trigger (JMS-9).")
    async def supervision_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.SUPERVISION_RATE))

    @strawberry.field(description="有报必查率: inspected, of the reports closed in the period (JMS-7).")
    async def inspection_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.INSPECTION_RATE))

    @strawberry.field(
        description="自行和解成功率: settled, of those routed to ODR enterprises and concluded in the period (FT-12)."
    )
    async def odr_success_rate(self) -> Kpi:
        return Kpi(rate=await self.report.rate(KpiName.ODR_SUCCESS_RATE))

    @strawberry.field(description="占比: received cases that carry a tag (QTH-9).")
    async def tag_share(self, tag: Annotated[str, strawberry.argument(description="标注.")]) -> Kpi:
        return Kpi(rate=await self.report.tag_share(tag))

    @strawberry.field(description="同比增长: received, against the same days of the year before (QTH-9).")
    async def year_on_year(self) -> Growth:
        current, base, told = await self.report.year_on_year()
        return Growth(current=current, base=base, is_suppressed=not told)

    @strawberry.field(description="挽回经济损失, yuan, by closing date (ZZ-3).")
    async def recovered_loss(self) -> Decimal:
        return await self.report.recovered_loss()

    @strawberry.field(description="每日数量: every day of the period.")
    async def by_day(self) -> list[DayCount]:
        return [
            DayCount(
                date=day, received=received or 0, closed=closed or 0, is_suppressed=received is None or closed is None
            )
            for day, received, closed in await self.report.by_day()
        ]


@strawberry.type(description="排名: competition ranking; ties share a rank, what cannot be rated has none (FT-21).")
class KpiRank:
    rank: int | None = strawberry.field(description="名次: null when unrated or below the minimum count.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = strawberry.field(description="机构.")
    kpi: Kpi = strawberry.field(description="指标.")


async def report(info: Info, office_code: str | None, period: PeriodInput, as_of: datetime | None) -> KpiReport:
    """Reports of one operation are found together, and so is each figure of theirs: a page costs what one office does."""
    reader = info.context.reader

    async def load(codes: list[str | None]) -> list[verbs.Report | Refused]:
        return await verbs.reports(reader, codes, period.from_, period.through, as_of, _gathering(info))

    found: verbs.Report = await loaded(
        info.context.loaders, ("kpis", period.from_, period.through, as_of), load, office_code
    )
    return KpiReport(report=found)


def _gathering(info: Info) -> verbs.Ask:
    reader = info.context.reader

    async def ask(figure: verbs.Figure[T], unit: tuple[str, str]) -> T:
        async def load(units: list[tuple[str, str]]) -> list[T]:
            return await figure.of(reader, units)

        found: T = await loaded(info.context.loaders, figure, load, unit)
        return found

    return ask


@strawberry.type
class Query:
    @strawberry.field(
        description="指标报告: of an office in your own subtree and all below it; your own office when not given.",
        metadata={"permission": Permission.READ_KPIS},
    )
    async def kpis(
        self,
        info: Info,
        period: PeriodArgument,
        office_code: Annotated[str | None, strawberry.argument(description="机构代码.")] = None,
        as_of: AsOf = None,
    ) -> KpiReport:
        return await report(info, office_code, period, as_of)

    @strawberry.field(
        description="指标排名: of the offices right below one; volume is always told beside the rank.",
        metadata={"permission": Permission.READ_KPIS},
    )
    async def kpi_ranking(
        self,
        info: Info,
        kpi: Annotated[KpiName, strawberry.argument(description="指标.")],
        period: PeriodArgument,
        office_code: Annotated[
            str | None, strawberry.argument(description="上级机构代码: your own when not given.")
        ] = None,
        minimum_count: Annotated[
            int | None,
            strawberry.argument(description="最少件数: below it a unit is not ranked; null is the same as 1."),
        ] = 1,
    ) -> list[KpiRank]:
        context, fewest = info.context, 1 if minimum_count is None else minimum_count
        places = await verbs.rank(context.reader, kpi, office_code, period.from_, period.through, fewest)
        offices = await verbs.offices(context.reader, [place.office_code for place in places])
        return [
            KpiRank(rank=place.rank, office=offices.get(place.office_code), kpi=Kpi(rate=place.rate))  # type: ignore[arg-type]
            for place in places
        ]
