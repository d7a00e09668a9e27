"""指标: figures of an office and all below it, as known at an instant (domain 4.7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from resolvers.doors import figures
from resolvers.doors.access import Reader, Row
from resolvers.doors.figures import Count, Question, Unit
from resolvers.models import Office
from resolvers.rules import kpi as formulas
from resolvers.rules import ranking, texts
from resolvers.rules.kpi import Window
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseKind, KpiName
from resolvers.terms.roles import Permission

T = TypeVar("T")
FORMULA_VERSION = 1
SMALL_GROUP = "SMALL_GROUP"
# Which cohort answers for which figure.
COHORT = {
    KpiName.CLOSURE_RATE: "closure",
    KpiName.ON_TIME_CLOSURE_RATE: "on_time",
    KpiName.DISPATCH_RATE: "dispatch",
    KpiName.DUPLICATE_DISPATCH_RATE: "duplicate",
    KpiName.SATISFACTION_RATE: "satisfaction",
    KpiName.CALLBACK_RATE: "callback",
    KpiName.SUPERVISION_RATE: "supervision",
    KpiName.INSPECTION_RATE: "inspection",
    KpiName.ODR_SUCCESS_RATE: "odr",
}
_LOWER_IS_BETTER = frozenset({KpiName.DUPLICATE_DISPATCH_RATE})
_LONGEST = timedelta(days=1_100)


@dataclass(frozen=True, slots=True)
class Rate:
    """A numerator and a denominator; `reason` says why there is no percentage."""

    numerator: int
    denominator: int
    reason: str | None = None

    def percent(self, digits: int) -> float | None:
        texts.whole(digits, 0, formulas.DIGITS_MAXIMUM, "digits")
        return None if self.reason else formulas.percent(self.numerator, self.denominator, digits)


@dataclass(frozen=True, slots=True)
class Ranked:
    office_code: str
    rank: int | None
    rate: Rate


@dataclass(frozen=True, slots=True)
class Figure(Generic[T]):
    """What one statement counts, of however many offices at once. Equal figures are one and the same."""

    count: Callable[..., Awaitable[dict[str, T]]]
    question: Question  # of no unit yet
    more: tuple[str, ...] = ()

    async def of(self, reader: Reader, units: Sequence[Unit]) -> list[T]:
        """The figure of each unit, in their order; one statement of the operation's budget."""
        async with reader.budget.turn():
            found = await self.count(replace(self.question, units=tuple(units)), *self.more)
        return [found[code] for code, _ in units]


class Ask(Protocol):
    """Asks for a figure of one unit. Whoever gives this to the reports may gather what they ask."""

    def __call__(self, figure: Figure[T], unit: Unit, /) -> Awaitable[T]: ...


class Report:
    """The figures of one office for one period, each asked for when it is wanted."""

    def __init__(self, actor: Actor, unit: Unit, window: Window, as_of: datetime, ask: Ask) -> None:
        self.window, self.as_of = window, as_of
        self._unit, self._ask = unit, ask
        self._small = limits.SMALL_GROUP if actor.is_third_party else 0
        self._question = _question(actor, window, as_of)

    async def rate(self, name: KpiName, kind: CaseKind | None = None) -> Rate:
        counts = await self._cohort(COHORT[name])
        return self._told(*_sum(count for count in counts if kind is None or count.kind == kind))

    async def intake(self) -> dict[CaseKind | None, int | None]:
        """How many were received, by kind; None as key is the total, None as count: too few to be told."""
        counts = await self._cohort("intake")
        found: dict[CaseKind | None, int] = {
            kind: sum(count.denominator for count in counts if count.kind == kind) for kind in CaseKind
        }
        told = {kind: self._count(number) for kind, number in found.items()}
        # The total is of what is told: else it would tell what is not.
        return {**told, None: sum(number or 0 for number in told.values())}

    async def tag_share(self, tag: str) -> Rate:
        wanted = texts.required(tag, limits.TAG_CHARACTERS, "tag")
        counts = await self._ask(Figure(figures.tagged, self._question, (wanted,)), self._unit)
        return self._told(*_sum(counts))

    async def year_on_year(self) -> tuple[int, int, bool]:
        """Received in the window, and in the same days of the year before; neither is told when one is too few."""
        before = Window(_year_before(self.window.start), _year_before(self.window.through))
        start, end = formulas.bounds(before)
        earlier = Figure(figures.cohort, replace(self._question, start=start, end=end), ("intake",))
        base = await self._ask(earlier, self._unit)
        current, past = (sum(count.denominator for count in counts) for counts in (await self._cohort("intake"), base))
        told = self._count(current) is not None and self._count(past) is not None
        return (current, past, True) if told else (0, 0, False)

    async def recovered_loss(self) -> Decimal:
        """Yuan; 0 when it rests on too few results to be told."""
        yuan, results = await self._ask(Figure(figures.recovered, self._question), self._unit)
        return Decimal(0) if self._count(results) is None else yuan

    async def by_day(self) -> list[tuple[date, int | None, int | None]]:
        """Every day of the window with what was received and closed on it."""
        found = await self._ask(Figure(figures.by_day, self._question), self._unit)
        length = (self.window.through - self.window.start).days + 1
        days = (self.window.start + timedelta(days=step) for step in range(length))
        return [
            (day, self._count(received), self._count(closed))
            for day in days
            for received, closed in [found.get(day, (0, 0))]
        ]

    async def _cohort(self, name: str) -> list[Count]:
        return await self._ask(Figure(figures.cohort, self._question, (name,)), self._unit)

    def _told(self, numerator: int, denominator: int) -> Rate:
        if 0 < denominator < self._small:
            return Rate(0, 0, SMALL_GROUP)
        return Rate(numerator, denominator, formulas.reason(denominator))

    def _count(self, number: int) -> int | None:
        return None if 0 < number < self._small else number


def _sum(counts: Iterable[Count]) -> tuple[int, int]:
    every = list(counts)
    return sum(count.numerator for count in every), sum(count.denominator for count in every)


def _question(actor: Actor, window: Window, as_of: datetime) -> Question:
    """A third party counts no reports: one more in a figure would tell it of one (DEC-15)."""
    start, end = formulas.bounds(window)
    without = (CaseKind.REPORT.value,) if actor.is_third_party else ()
    return Question(actor.jurisdiction_id, start, end, as_of, without)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004


async def reports(
    reader: Reader,
    office_codes: Sequence[str | None],
    start: date,
    through: date,
    as_of: datetime | None,
    ask: Ask,
) -> list[Report | Refused]:
    """A report on each office in the caller's own subtree, or why there is none; None is the caller's own office.

    One statement, however many offices.
    """
    found = await _reached(reader, office_codes)

    def report(code: str | None) -> Report | Refused:
        try:
            unit, window = _unit(_office(found, code)), _window(start, through)
        except Refused as refusal:
            return refusal
        return Report(reader.actor, unit, window, min(as_of or reader.now, reader.now), ask)

    return [report(code) for code in office_codes]


def _window(start: date, through: date) -> Window:
    if start > through:
        raise texts.invalid("开始日期不能晚于结束日期。", "period", "from")
    if through - start > _LONGEST or start.year < limits.FIRST_YEAR or through.year > limits.LAST_YEAR:
        raise texts.invalid(f"统计期间最长 {_LONGEST.days} 天, 自 {limits.FIRST_YEAR} 年起。", "period")
    return Window(start, through)


async def _reached(reader: Reader, office_codes: Sequence[str | None]) -> dict[str | None, Row]:
    """Those of these offices that lie at or below one of the caller's; None is the caller's own office."""
    actor = reader.actor
    if not actor.may(Permission.READ_KPIS):
        return {}
    own = {grant.office_code for grant in actor.grants}
    named = {code: min(own) if code is None else code for code in office_codes}
    found = await offices(reader, list(named.values()))
    return {
        code: found[name]
        for code, name in named.items()
        if name in found and own & set(found[name]["path"].strip("/").split("/"))
    }


def _office(reached: dict[str | None, Row], code: str | None) -> Row:
    """Absent and out of reach are the same refusal."""
    if code not in reached:
        raise Refused(Code.NOT_FOUND, "officeCode")
    return reached[code]


def _unit(office: Row) -> Unit:
    return office["code"], office["path"]


async def rank(
    reader: Reader, name: KpiName, office_code: str | None, start: date, through: date, minimum_count: int
) -> list[Ranked]:
    """The offices right below one, ranked by a figure. Ties share a rank; too few cases, or none due: unranked."""
    actor = reader.actor
    top = _office(await _reached(reader, [office_code]), office_code)
    texts.whole(minimum_count, 0, 1_000_000, "minimumCount")
    below = await Office.filter(parent_id=top["id"]).order_by("code")
    if not below:
        return []
    question = _question(actor, _window(start, through), reader.now)
    units = tuple((office.code, office.path) for office in below)
    counts = await figures.cohort(replace(question, units=units), COHORT[name])
    small = limits.SMALL_GROUP if actor.is_third_party else 0
    rates = {code: _rate(counts[code], small) for code, _ in units}
    standings = [ranking.Standing(code, rate.percent(6), rate.denominator) for code, rate in rates.items()]
    places = ranking.rank(standings, minimum_count, lower_is_better=name in _LOWER_IS_BETTER)
    return [Ranked(place.key, place.rank, rates[place.key]) for place in places]


def _rate(counts: list[Count], small: int) -> Rate:
    numerator, denominator = _sum(counts)
    if 0 < denominator < small:
        return Rate(0, 0, SMALL_GROUP)
    return Rate(numerator, denominator, formulas.reason(denominator))


def growth(current: int, base: int, digits: int) -> float | None:
    """同比: half up; None when the base is 0."""
    texts.whole(digits, 0, formulas.DIGITS_MAXIMUM, "digits")
    return formulas.growth_percent(current, base, digits)


async def offices(reader: Reader, codes: list[str]) -> dict[str, Row]:
    """The offices of these codes that are in the caller's sight."""
    found = await reader.rows(Office, lambda t, bind: f"{t}.code = ANY({bind(codes, '::text[]')})")
    return {row["code"]: row for row in found}
