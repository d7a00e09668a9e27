"""The deadline policies a new jurisdiction is loaded with (domain 4.6): rows for `deadlines`, to be amended as rows."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid5

from resolvers.rules.deadlines import Policy
from resolvers.terms.kinds import CaseKind, CasePriority, ClockKind, DeadlineKind, IntakeChannel, LimitUnit

# The sets of limits a regime may bring with it.
EPIDEMIC = "EPIDEMIC"
BEIJING = "BEIJING"

_NAMESPACE = UUID("6f1f3c1e-6d0a-5d0b-9a52-0c5d7a1f4b6e")
_WORKING, _CALENDAR, _HOUR = LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY, LimitUnit.HOUR

# The bureau's own commitment (服务承诺): case kind, channel, deadline kind, amount, unit, basis.
_Row = tuple[CaseKind | None, IntakeChannel | None, str, int, LimitUnit, str]

_ZHUZHOU = "株洲市市场监督管理局限时办理制 (ZZ-8)"
_TRIAGE = "株洲市12315受理后24小时内分流 (ZZ-19)"
_EPIDEMIC = "株洲市疫情防控期间12315应急处置: "
_BUREAU = "市局工单办理内部规定 (domain 2.5)"
_SIGNING = "派单后1个工作日内签收: 默认值, 未经文件证实 (T8, domain 2.5)"
_RETURNING = "派单后1个工作日内可申请退单: 默认值, 未经文件证实 (T9)"
_DECIDING = "待审批事项1个工作日内决定, 逾期升级: 默认值, 未经文件证实 (domain 4.5)"
_SETTLING = "12315平台在线消费纠纷解决: 10个工作日, 不计入办理时限 (domain 4.6)"
_CALLING = "办结后1个工作日内回访 (ZZ-11, DEC-6)"

_NORMAL_ROWS: tuple[_Row, ...] = (
    (None, None, DeadlineKind.TRIAGE, 24, _HOUR, _TRIAGE),
    (CaseKind.COMPLAINT, None, DeadlineKind.CLOSE, 7, _WORKING, _ZHUZHOU),
    (CaseKind.REPORT, None, DeadlineKind.CLOSE, 30, _CALENDAR, _ZHUZHOU),
    (CaseKind.CONSULTATION, None, DeadlineKind.CLOSE, 3, _WORKING, _BUREAU),
    (CaseKind.HELP_REQUEST, None, DeadlineKind.CLOSE, 3, _WORKING, _BUREAU),
    (CaseKind.SUGGESTION, None, DeadlineKind.CLOSE, 13, _WORKING, _BUREAU),
    (None, IntakeChannel.MAYOR_HOTLINE, DeadlineKind.CLOSE, 5, _WORKING, _ZHUZHOU),
    (None, None, DeadlineKind.SIGN_FOR, 1, _WORKING, _SIGNING),
    (None, None, DeadlineKind.RETURN, 1, _WORKING, _RETURNING),
    (None, None, DeadlineKind.CALLBACK, 1, _WORKING, _CALLING),
    (None, None, DeadlineKind.DECISION, 1, _WORKING, _DECIDING),
    (CaseKind.COMPLAINT, None, DeadlineKind.ODR_SETTLEMENT, 10, _WORKING, _SETTLING),
)
_EPIDEMIC_ROWS: tuple[_Row, ...] = (
    (None, None, DeadlineKind.TRIAGE, 0, _HOUR, _EPIDEMIC + "接诉即分流 (ZZ-19)"),
    (CaseKind.COMPLAINT, None, DeadlineKind.CLOSE, 3, _WORKING, _EPIDEMIC + "3个工作日办结 (ZZ-20)"),
    (CaseKind.REPORT, None, DeadlineKind.CLOSE, 3, _WORKING, _EPIDEMIC + "3个工作日办结 (ZZ-20)"),
)

_DISPATCHING = "北京市12345分级响应 (DB11/T 2021-2022) 派单时限, 待按正式文本确认"
_FEEDING_BACK = "北京市12345分级响应 (DB11/T 2021-2022) 反馈时限, 取自征求意见稿, 待按正式文本确认"
_EMERGENCY, _UTILITIES, _ORDINARY = CasePriority.EMERGENCY, CasePriority.URGENT, CasePriority.NORMAL
# By priority: emergency; water, power, gas, heat, extreme weather; ordinary.
_BEIJING_ROWS: tuple[tuple[CasePriority, _Row], ...] = (
    (_EMERGENCY, (None, None, DeadlineKind.TRIAGE, 1, _HOUR, _DISPATCHING)),
    (_UTILITIES, (None, None, DeadlineKind.TRIAGE, 2, _HOUR, _DISPATCHING)),
    (_ORDINARY, (None, None, DeadlineKind.TRIAGE, 24, _HOUR, _DISPATCHING)),
    (_EMERGENCY, (None, None, DeadlineKind.CLOSE, 2, _HOUR, _FEEDING_BACK)),
    (_UTILITIES, (None, None, DeadlineKind.CLOSE, 24, _HOUR, _FEEDING_BACK)),
    (_ORDINARY, (None, None, DeadlineKind.CLOSE, 7, _CALENDAR, _FEEDING_BACK)),
)
_UNCONFIRMED = (_DISPATCHING, _FEEDING_BACK)

_ORDER_20 = "市场监督管理投诉举报处理暂行办法 (总局令第20号) "
_PENALTY = "市场监督管理行政处罚程序规定第十八条"
_ORDER_121 = "市场监督管理投诉举报处理办法 (总局令第121号), 待按正式文本确认, 暂用: "  # DEC-17

_ORDER_20_ROWS: tuple[_Row, ...] = (
    (CaseKind.COMPLAINT, None, DeadlineKind.ACCEPTANCE, 7, _WORKING, _ORDER_20 + "第十四条"),
    (CaseKind.COMPLAINT, None, DeadlineKind.MEDIATION, 45, _WORKING, _ORDER_20 + "第二十一条"),
    (CaseKind.REPORT, None, DeadlineKind.VERIFY, 15, _WORKING, _PENALTY),
    (CaseKind.COMPLAINT, None, DeadlineKind.TERMINATION_NOTICE, 7, _WORKING, _ORDER_20 + "第二十一条"),
    (CaseKind.REPORT, None, DeadlineKind.VERIFY_EXT, 15, _WORKING, _PENALTY),
    (CaseKind.REPORT, None, DeadlineKind.NOTIFY_INFORMANT, 5, _WORKING, _ORDER_20 + "第三十一条"),
    (None, None, DeadlineKind.RESOLVE, 7, _WORKING, _ORDER_20 + "第三十条"),
)
_ORDER_121_ROWS: tuple[_Row, ...] = (
    *(
        (kind, channel, about, amount, unit, _ORDER_121 + basis)
        for kind, channel, about, amount, unit, basis in _ORDER_20_ROWS
    ),
    (CaseKind.COMPLAINT, None, DeadlineKind.MEDIATION, 60, _CALENDAR, _ORDER_121 + "消费者权益保护法实施条例, 60日"),
)


def default_policies() -> tuple[Policy, ...]:
    """The rows of domain 4.6, with the same ids on every call.

    REHANDLE has none: it takes those of CLOSE. The regime's own dates say when its rows apply, so they have no end.
    Order 121 carries the amounts of Order 20, unconfirmed, mediation as the earlier of 45 WD and 60 d (DEC-17).
    Beijing's graded response goes by the priority and is unconfirmed. Its fourth grade, complex matters in 15 d, has no
    priority of its own: there is no row for it, such a matter has the limit of its priority and may be extended.
    """
    since, tagged = date(2019, 1, 1), date(2020, 1, 24)
    graded = date(2023, 1, 1)
    order_20, last_20, order_121 = date(2020, 1, 1), date(2026, 4, 14), date(2026, 4, 15)
    return (
        *(_policy(row, since, clock=ClockKind.SERVICE) for row in _NORMAL_ROWS),
        *(_policy(row, tagged, clock=ClockKind.SERVICE, regime=EPIDEMIC) for row in _EPIDEMIC_ROWS),
        *(
            _policy(row, graded, clock=ClockKind.SERVICE, regime=BEIJING, priority=priority)
            for priority, row in _BEIJING_ROWS
        ),
        *(_policy(row, order_20, clock=ClockKind.STATUTORY, until=last_20) for row in _ORDER_20_ROWS),
        *(_policy(row, order_121, clock=ClockKind.STATUTORY, version=2) for row in _ORDER_121_ROWS),
    )


def _policy(
    row: _Row,
    since: date,
    *,
    clock: ClockKind,
    regime: str | None = None,
    until: date | None = None,
    version: int = 1,
    priority: CasePriority | None = None,
) -> Policy:
    case_kind, channel, about, amount, unit, basis = row
    natural_key = f"{clock} {version} {regime} {case_kind} {channel} {about} {amount} {unit}"
    if priority:
        natural_key = f"{natural_key} {priority}"
    return Policy(
        id=uuid5(_NAMESPACE, natural_key),
        version=version,
        regime=regime,
        case_kind=case_kind,
        channel=channel,
        deadline_kind=about,
        amount=amount,
        unit=unit,
        clock=clock,
        confirmed=not basis.startswith((_ORDER_121, *_UNCONFIRMED)),
        effective_from=since,
        effective_to=until,
        legal_basis=basis,
        priority=priority,
    )
