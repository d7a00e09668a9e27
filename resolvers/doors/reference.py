"""Reference rows every jurisdiction needs: the working calendar, the legal limits, the categories, the check lists."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from resolvers.doors import db
from resolvers.models import CalendarDay, Category, CheckList, DeadlinePolicy
from resolvers.rules import check_lists
from resolvers.rules.calendars import YEARS, YearStatus, build_year
from resolvers.rules.policies import default_policies

# 诉求类别: codes in pairs of digits (GB/T 39666); the names are those the source articles use.
CATEGORIES = {
    "010101": "口罩等防疫用品价格",
    "010102": "药品价格",
    "010103": "蔬菜食品价格",
    "010104": "医疗用品质量",
    "010201": "取消聚餐退费",
    "010202": "酒店预订退费",
    "010203": "婚宴定金",
    "010204": "火车票机票退票费",
    "010205": "预付式消费退费",
    "010301": "食品安全",
    "010302": "无证照经营",
    "010303": "餐馆人员密集",
    "010401": "网络购物",
    "010402": "直播购物",
    "010403": "教育培训",
    "010404": "旅游退费",
    "010501": "出租车涨价",
    "010502": "停水停电",
    "010503": "公交客运停运",
    "010504": "疫情政策咨询",
    "010505": "外地车辆停放",
    "010601": "家用电器",
    "010602": "服装鞋帽",
    "010603": "美容美发",
    "019999": "其他",
}


@db.atomic
async def fill() -> None:
    """Put in what is missing; what is there stays as it is, since a city may have amended it."""
    if not await CalendarDay.exists():
        await CalendarDay.bulk_create(_days(), batch_size=1_000)
    known = {row.id for row in await DeadlinePolicy.all()}
    await DeadlinePolicy.bulk_create([row for row in _policies() if row.id not in known])
    listed = {row.code for row in await CheckList.all()}
    await CheckList.bulk_create([_list(each) for each in check_lists.CHECK_LISTS if each.code not in listed])
    have = {row.code for row in await Category.all()}
    missing = [code for code in CATEGORIES if code not in have]
    await Category.bulk_create([Category(id=category_id(code), code=code, name=CATEGORIES[code]) for code in missing])


def _list(told: check_lists.CheckList) -> CheckList:
    return CheckList(
        id=uuid5(NAMESPACE_URL, f"jiesu:check-list:{told.code}"),
        code=told.code,
        name=told.name,
        version=1,
        basis=told.basis,
        category_codes=list(told.category_codes),
        items=list(told.items),
    )


def category_id(code: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"jiesu:category:{code}")


def _days() -> list[CalendarDay]:
    return [
        CalendarDay(date=day, version=1, day_type=kind, name=name, provisional=year.status == YearStatus.PROVISIONAL)
        for year in map(build_year, YEARS)
        for day, kind, name in year.days
    ]


def _policies() -> list[DeadlinePolicy]:
    return [
        DeadlinePolicy(
            id=policy.id,
            version=policy.version,
            regime=policy.regime,
            case_kind=policy.case_kind,
            channel=policy.channel,
            priority=policy.priority,
            deadline_kind=policy.deadline_kind,
            clock=policy.clock,
            amount=policy.amount,
            unit=policy.unit,
            legal_basis=policy.legal_basis,
            confirmed=policy.confirmed,
            effective_from=policy.effective_from,
            effective_to=policy.effective_to,
        )
        for policy in default_policies()
    ]
