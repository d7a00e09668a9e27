"""What a careful reader of the rules (domain 4.4 to 4.6) knows of one case: a small dictionary beside the product.

It shares the counting of days with the product, which has tests of its own; nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from resolvers.rules import days
from resolvers.rules.calendars import YEARS, build_year, calendar_of
from resolvers.rules.days import Calendar, Pause
from resolvers.terms.kinds import CalendarMode, LimitUnit
from tests.client import Data
from tests.world import PEOPLE

OPEN = frozenset(
    [
        "VOICEMAIL_PENDING",
        "RECORDED",
        "PENDING_DISPATCH",
        "DISPATCHED",
        "IN_PROGRESS",
        "SUSPENDED",
        "RETURN_REQUESTED",
        "ODR_SETTLING",
        "PENDING_SIGN_OFF",
        "PENDING_FILING",
    ]
)
CLOCKLESS = frozenset(["SUSPENDED", "MERGED", "VOID"])  # the closing clock stands still
BESIDE = frozenset(["FILED", "TERMINATED"])  # called back without a change of state
HANDLED = frozenset(["CLOSED_AWAITING_CALLBACK", "CALLBACK_REVIEW", "ARCHIVED", "FILED", "TERMINATED"])
CENTRE = frozenset(
    [
        "DISPATCHER",
        "SECTION_OFFICER",
        "CALLBACK_REVIEWER",
        "SUPERVISION_OFFICER",
        "DUTY_LEADER",
        "LEADER",
        "ANALYST",
        "AUDITOR",
    ]
)
UNIT = frozenset(["CLERK", "INSPECTOR", "RESPONSIBLE_PERSON", "ADVISER"])

# 办结时限 of the ordinary regime (ZZ-8), and for the consultation the bureau's own.
CLOSING = {
    "COMPLAINT": (7, LimitUnit.WORKING_DAY),
    "REPORT": (30, LimitUnit.CALENDAR_DAY),
    "CONSULTATION": (3, LimitUnit.WORKING_DAY),
}
VERIFYING_DAYS = 15  # and once as many again (Penalty Procedure art. 18), from Order 20 on
FACTS = "药店的口罩一天涨了三次价。"  # what every case was received with
SUPERVISORS = "SUPERVISION_OFFICER DUTY_LEADER LEADER"
ORDER_20, ORDER_121 = date(2020, 1, 1), date(2026, 4, 15)
CLERKS = {"east": "clerk", "west": "west_clerk", None: "clerk"}
INSPECTORS = {"east": "inspector", "west": "west_inspector", None: "inspector"}
RESPONSIBLE = {"east": "responsible", "west": "west_responsible", None: "responsible"}


@cache
def calendar() -> Calendar:
    return calendar_of(1, map(build_year, YEARS))


def after(start: datetime, amount: int, unit: LimitUnit = LimitUnit.WORKING_DAY) -> datetime:
    return days.due(calendar(), start, amount, unit).at


@dataclass
class Limit:
    """One clock: what it counts and from when, what was granted on top and when, and when it runs out by all that."""

    start: datetime
    amount: int
    unit: LimitUnit
    granted: tuple[datetime, int] | None = None
    due: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.due = after(self.start, self.amount, self.unit)

    def extended(self, working_days: int, pauses: list[Pause]) -> datetime:
        """Working days counted on from the date it has."""
        return _counted(self.due, working_days, LimitUnit.WORKING_DAY, pauses)

    def run_on(self, pauses: list[Pause]) -> None:
        """After the last of these pauses; what was missed before it stays missed."""
        if self.due < pauses[-1].start:
            return
        followed_at = self.granted[0] if self.granted else None
        self.due = _counted(self.start, self.amount, self.unit, pauses, followed_at)
        if self.granted:
            self.due = self.extended(self.granted[1], pauses)


def _counted(
    start: datetime, amount: int, unit: LimitUnit, pauses: list[Pause], followed_at: datetime | None = None
) -> datetime:
    mode = CalendarMode.STATUTORY
    return days.due(calendar(), start, amount, unit, mode, pauses, followed_at=followed_at).at


@dataclass
class Matter:
    """One case, as far as it decides what may be done with it. Offices and people go by their names in `world`."""

    id: str
    number: str
    kind: str
    received_at: datetime
    closing: Limit
    verifying: Limit | None = None  # what the law gives for a report
    mediating: Limit | None = None  # and for a complaint, once accepted
    status: str = "RECORDED"
    version: int = 1
    round: int = 1
    closed_at: datetime | None = None
    registrar: str = "agent"
    called_up: bool = False  # somebody tried to reach whoever left the recording
    is_enrolled: bool = False  # the respondent settles online
    enterprise: bool = False  # sees it
    odr_due: datetime | None = None  # what it shows instead of its closing date
    into: Matter | None = None
    lead: str | None = None
    co: tuple[str, ...] = ()
    ever: frozenset[str] = frozenset()  # every office it was dispatched to
    acknowledged: frozenset[str] = frozenset()
    dispatched_at: datetime | None = None
    inspected: bool = False
    untested: frozenset[str] = frozenset()  # rapid tests that suspect something, and no laboratory has answered
    patrolled_by: str | None = None  # the unit that planned patrols
    is_patrol_planned: bool = False  # the last one
    submitted: bool = False  # by the unit that leads, whatever became of it
    handlers: frozenset[str] = frozenset()  # of this round
    reported: frozenset[str] = frozenset()  # co-handlers, in this round
    adjudicated: frozenset[str] = frozenset()  # units that were told to handle it
    subjects: dict[str, str] = field(default_factory=dict)  # the last id of each kind of thing to be decided
    asked: dict[str, datetime] = field(default_factory=dict)  # what waits for whoever's duty it is, and since when
    escalated: frozenset[str] = frozenset()  # what waits for too long
    extending: str | None = None  # the unit that asked for time
    extended: bool = False  # in this round
    returning: str | None = None  # the unit that asked to return it
    refused: str | None = None  # the unit whose return, the last that was asked for, was refused
    disputed: frozenset[str] = frozenset()  # units that brought it before the leader
    sealed: bool = False  # the file of the written report is here
    ordered: bool = False  # supervision that nobody answered
    callback_waits: bool = False
    called: bool = False  # in this round, and the record was not sent back
    level: str | None = None
    called_on: frozenset[date] = frozenset()  # in this round
    owed: frozenset[str] = frozenset()  # notices of the law that are due
    pauses: list[Pause] = field(default_factory=list)
    paused_at: datetime | None = None
    told: frozenset[str] = frozenset()  # facts that are not new any more
    tags: frozenset[str] = frozenset()
    forgiven: bool = False  # what was missed is not missed any more
    last: tuple[str, str, Data] | None = None  # who did what with which input, to be asked once more
    off: list[str] = field(default_factory=list)  # who is recused, from it or from what goes on in one with it
    more: dict[str, Any] = field(default_factory=dict)  # what one rule alone wants to remember

    @property
    def units(self) -> tuple[str, ...]:
        return (self.lead, *self.co) if self.lead else ()

    @property
    def chain(self) -> list[Matter]:
        """The case and those it was merged into, one after the other."""
        return [self, *(self.into.chain if self.into else ())]

    @property
    def due_at(self) -> datetime:
        return self.closing.due

    @property
    def shown_due(self) -> datetime | None:
        """The closing date that the case shows: none while nobody works against the clock."""
        return None if self.status in CLOCKLESS else self.odr_due or self.due_at

    @property
    def waiting(self) -> int:
        """How many decisions are still to be taken."""
        return len(self.asked) + self.callback_waits + (self.status == "PENDING_SIGN_OFF")

    @property
    def is_undecided(self) -> bool:
        """Something waits while the unit handles it: it hands in nothing meanwhile."""
        return bool({"extension", "dispute"} & {*self.asked})

    @property
    def is_to_be_called(self) -> bool:
        """A unit had it, and nobody reached the citizen in this round."""
        return self.dispatched_at is not None and not self.called

    @property
    def outer_limit(self) -> datetime | None:
        """Beyond it no extension goes: a report is to be verified, until it was closed for the first time."""
        if self.verifying is None or self.round > 1:
            return None
        return self.verifying.extended(VERIFYING_DAYS, self.pauses)

    def ask(self, what: str, since: datetime) -> None:
        self.asked[what] = since
        self.escalated -= {what}

    def end_early(self) -> None:
        """Nothing waits for a decision any more."""
        self.asked, self.escalated = {}, frozenset()

    def settle(self, what: str) -> None:
        del self.asked[what]
        self.escalated -= {what}

    def go(self, to: str, now: datetime) -> None:
        """Closed, what the law limits while it is open is over."""
        if self.status in OPEN and to not in OPEN:
            self.closed_at, self.mediating = now, None
            self.owed -= {"ACCEPTANCE"}
        self.status = to

    def begin_round(self, now: datetime) -> None:
        """重办: with the closing amount again."""
        self.round += 1
        self.closing = Limit(now, *CLOSING[self.kind])
        self.handlers = self.reported = frozenset()
        self.called_on = frozenset()
        self.extended = self.called = self.enterprise = False
        self.odr_due = None

    def resume(self, now: datetime) -> None:
        """The clocks run on, later by the working time they stood still."""
        assert self.paused_at
        self.pauses.append(Pause(self.paused_at, now))
        self.paused_at = None
        for limit in (self.closing, self.verifying, self.mediating):
            if limit:
                limit.run_on(self.pauses)

    def come_back(self, now: datetime) -> None:
        """From the enterprise: as if it had been received now."""
        self.closing = Limit(now, *CLOSING[self.kind])
        self.enterprise, self.odr_due, self.forgiven = False, None, True

    def accept(self, now: datetime) -> None:
        """It is mediated from now on: 45 working days, by Order 121 60 days at the most."""
        limits = [Limit(now, 45, LimitUnit.WORKING_DAY)]
        if days.local_date(self.received_at) >= ORDER_121:
            limits.append(Limit(now, 60, LimitUnit.CALENDAR_DAY))
        self.mediating = min(limits, key=lambda limit: limit.due)

    def let_pass(self, now: datetime) -> None:
        """What happens by nobody's hand (4.5): decisions escalate, extensions lapse, an enterprise's time is over."""
        if self.status == "ODR_SETTLING" and self.odr_due and self.odr_due < now:
            self.come_back(now)
            self.status, self.version = "PENDING_DISPATCH", self.version + 1
        # Over the leader, who decides a dispute, is nobody.
        self.escalated |= {what for what, since in self.asked.items() if what != "dispute" and after(since, 1) < now}
        if "extension" in self.asked and after(self.asked["extension"], 5) < now:
            self.settle("extension")


def received(case: Data, kind: str, now: datetime, **known: Any) -> Matter:
    """A case as it is on record from an instant on."""
    matter = Matter(case["id"], case["number"], kind, now, Limit(now, *CLOSING[kind]), **known)
    if days.local_date(now) >= ORDER_20 and kind == "REPORT":
        matter.verifying = Limit(now, VERIFYING_DAYS, LimitUnit.WORKING_DAY)
    if days.local_date(now) >= ORDER_20 and kind == "COMPLAINT":
        matter.owed = frozenset({"ACCEPTANCE"})
    return matter


def sees(who: str, matter: Matter) -> bool:
    """Absent and forbidden look alike. A merged case is seen by whoever handles the one it goes on in."""
    role, office = PEOPLE[who][0].value, PEOPLE[who][1]
    report, chain = matter.kind == "REPORT", matter.chain
    if who in chain[-1].off:
        return False
    within = office == "top" or any(office in each.ever for each in chain)
    if role in CENTRE:
        return within
    if role in UNIT:
        units = chain[-1].units
        return office in units or (office == "top" and bool(units) and not report)
    if role == "CALLBACK_OFFICER":
        return within and (not report or any(each.status in HANDLED or each.round > 1 for each in chain))
    if role == "ODR_ENTERPRISE":
        return matter.enterprise
    return role == "AGENT" and (not report or who == matter.registrar or matter.status == "VOICEMAIL_PENDING")
