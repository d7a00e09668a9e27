"""时限: what is due when, by which limit, counted how."""

from datetime import date as Day  # noqa: N812  (a field called date stands beside it)
from datetime import datetime

import strawberry

from resolvers import deadline as verbs
from resolvers import models
from resolvers.doors.access import Row
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CasePriority, ClockKind, DeadlineKind, LimitUnit, ReminderStage, TraceReason
from resolvers.terms.roles import Role
from schema.grammar.node import Node
from schema.grammar.source import column, computed, derived, fed_by, relation


@strawberry.type(description="计日: one day on the way to a due date, and whether it counted.")
class DeadlineDay:
    date: Day = strawberry.field(description="日期, in the jurisdiction's time zone.")
    counted: bool = strawberry.field(description="是否计入.")
    reason: TraceReason = strawberry.field(description="原因.")


def _trace(_actor: Actor, row: Row) -> list[DeadlineDay]:
    days = verbs.trace(row)
    return [DeadlineDay(date=day.date, counted=day.counted, reason=TraceReason.of(day.reason)) for day in days]


@fed_by(models.DeadlinePolicy, description="时限政策: a limit with its legal basis, in force from a day on.")
class DeadlinePolicy(Node):
    version: int = column("版本.")
    legal_basis: str = column("依据.")
    confirmed: bool = column("是否已核实: false while the official text is awaited (DEC-17).")
    priority: CasePriority | None = column(
        "紧急程度: for which it is, in graded response (DB11/T 2021-2022); null for any."
    )


@fed_by(models.Deadline, description="时限: one clock of a case.")
class Deadline(Node):
    round: int = column("轮次.")
    kind: DeadlineKind = column("种类.")
    clock: ClockKind = column("性质: the service commitment and the statutory limit run side by side.")
    amount: int = column("数量, in `unit`.")
    unit: LimitUnit = column("单位.")
    start_at: datetime = column("起算时间.")
    due_at: datetime = column("到期时间: effective, after extensions, regimes and pauses.", name="effective_due_at")
    original_due_at: datetime = column("原到期时间: as first set.", name="due_at")
    met_at: datetime | None = column("完成时间.")
    breached_at: datetime | None = computed(
        "超期时间: the due date it missed; a fact that never goes away.", name="breach"
    )
    stopped_at: datetime | None = column(
        "停止计时时间: since when it stands still, neither met nor running out; null while it runs (T12)."
    )
    due_at_provisional: bool = column("暂定: runs into a year whose calendar is not published yet.", name="provisional")
    basis_unconfirmed: bool = column("依据待核实.")
    calendar_version: int = column("日历版本: by which the due date was counted.")
    policy: DeadlinePolicy | None = relation("时限政策.", models.DeadlinePolicy, key="policy_id")

    trace: list[DeadlineDay] = derived(
        "计日明细: each day from the start to the due date that binds, through pauses and extensions, counted or not, and"
        " why; of a limit that a regime set, from its tag. A limit in hours has none.",
        "start_at", "amount", "unit", "calendar_mode", "effective_due_at", "course", by=_trace,
    )  # fmt: skip


@fed_by(models.Reminder, description="催办: one rung of the ladder before and after a closing date (domain 4.5).")
class Reminder(Node):
    stage: ReminderStage = column("催办阶段.")
    addressees: list[Role] = derived(
        "催办对象: the roles it speaks to.", "stage", by=lambda _actor, row: verbs.addressees(row)
    )
    due_at: datetime = column("办结期限: the closing date it speaks of; a date that moves has a ladder of its own.")
    opened_at: datetime = column("催办时间.")
