"""工作日历: which days are worked, and what was amended when (domain 2.7)."""

from datetime import date as Day  # noqa: N812  (a field called date stands beside it)
from datetime import datetime
from typing import Annotated

import strawberry

from resolvers import calendar as verbs
from resolvers.terms.kinds import DayType
from resolvers.terms.roles import Permission
from schema.grammar.context import Info


@strawberry.type(description="工作日历日: one day of the working calendar, one for the whole country, as now known.")
class CalendarDay:
    date: Day = strawberry.field(description="日期.")
    day_type: DayType = strawberry.field(description="类型.")
    name: str = strawberry.field(description="名称: the holiday's, in Chinese; empty on an ordinary workday.")
    version: int = strawberry.field(description="日历版本: the amendment that says so; 1 is the first load.")
    is_provisional: bool = strawberry.field(
        description="暂定: estimated, until the State Council publishes the year (DEC-13)."
    )


@strawberry.type(description="工作日历修订: days that a notice changed, and the limits counted anew for it (DEC-13).")
class CalendarAmendment:
    version: int = strawberry.field(description="日历版本.")
    reason: str = strawberry.field(description="依据: the notice, as the operator named it.")
    amended_at: datetime = strawberry.field(description="修订时间.")
    recomputed_at: datetime | None = strawberry.field(
        description="重算完成时间: null while running limits are still counted anew."
    )
    moved_count: int = strawberry.field(description="变动时限数: limits with another date, of the cases in your sight.")


@strawberry.type
class Query:
    @strawberry.field(
        description="工作日历: every day from one to another, both included, at most 400; days never loaded are left out.",
        metadata={"permission": Permission.READ_CALENDAR},
    )
    async def calendar_days(
        self,
        info: Info,
        from_: Annotated[Day, strawberry.argument(name="from", description="开始日期.")],
        through: Annotated[Day, strawberry.argument(description="结束日期, included.")],
    ) -> list[CalendarDay]:
        return [
            CalendarDay(
                date=row["date"],
                day_type=DayType.of(row["day_type"]),
                name=row["name"],
                version=row["version"],
                is_provisional=row["provisional"],
            )
            for row in await verbs.days(info.context.reader, from_, through)
        ]

    @strawberry.field(description="工作日历修订: newest first.", metadata={"permission": Permission.READ_CALENDAR})
    async def calendar_amendments(self, info: Info) -> list[CalendarAmendment]:
        return [
            CalendarAmendment(
                version=row["version"],
                reason=row["reason"],
                amended_at=row["amended_at"],
                recomputed_at=row["recomputed_at"],
                moved_count=moved,
            )
            for row, moved in await verbs.amendments(info.context.reader)
        ]
