"""工作日历: amended by the operator for the whole country; every limit that still runs is counted anew (DEC-13).

What is over stays as it was: clocks that are met, stand still or ran out before the amendment keep their dates.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import StringIO
from typing import Any
from uuid import UUID

from resolvers.doors import clock, db, due, ledger, status
from resolvers.doors.access import Reader, Row
from resolvers.doors.db import atomic
from resolvers.models import CalendarAmendment, CalendarDay, Case, Deadline, DeadlineChange, Office
from resolvers.rules import texts
from resolvers.rules.calendars import DayRow
from resolvers.rules.days import Calendar, local_date
from resolvers.terms import limits
from resolvers.terms.kinds import CaseEventKind

_BATCH = 100  # cases that wait for one another no longer than a lock may be waited for
_CAUSE = "CALENDAR"

# Limits that run ($1: at the amendment), that its days ($2: version) may move, and that it ($3) has not looked at yet.
# One flagged provisional is asked again when any day of its year is published: the flag is a year's.
_TOUCHED = """
FROM deadlines d WHERE d.met_at IS NULL AND d.stopped_at IS NULL AND d.breached_at IS NULL AND d.effective_due_at >= $1
  AND d.calendar_version < $2 AND d.calendar_mode = 'STATUTORY'
  AND (d.unit <> 'HOUR' OR d.effective_due_at <> d.due_at)
  AND EXISTS (SELECT 1 FROM calendar_days c WHERE c.version = $2
    AND (c.date BETWEEN (d.start_at AT TIME ZONE 'Asia/Shanghai')::date
      AND (d.effective_due_at AT TIME ZONE 'Asia/Shanghai')::date
    OR d.provisional AND extract(year FROM c.date) = extract(year FROM d.effective_due_at AT TIME ZONE 'Asia/Shanghai')))
  AND NOT EXISTS (SELECT 1 FROM deadline_changes x WHERE x.deadline_id = d.id AND x.amendment_id = $3)
"""
_REPORTED = """
SELECT c.number, d.kind, x.old_due_at, x.new_due_at, x.calendar_version
FROM deadline_changes x JOIN deadlines d ON d.id = x.deadline_id JOIN cases c ON c.id = d.case_id
WHERE x.amendment_id = $1 ORDER BY c.number, d.kind, d.round, d.dispatch, x.id
"""


class Unfinished(Exception):  # noqa: N818
    """Another amendment is being counted; two at once would not know whose date is whose."""


class Verdict(StrEnum):
    """What became of a limit."""

    MOVED = "MOVED"  # it has another date
    CONFIRMED = "CONFIRMED"  # the date stays, and is provisional no more
    LEFT = "LEFT"  # extended or shortened before amounts were kept: it cannot be counted exactly, and stays


@dataclass(frozen=True, slots=True)
class Line:
    case_number: str
    kind: str
    old_due: date
    new_due: date
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """What an amendment did, limit by limit. `looked_at`: also those that stayed as they were."""

    version: int
    reason: str
    looked_at: int
    finished: bool
    lines: tuple[Line, ...]

    @property
    def csv(self) -> str:
        text = StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(["caseNumber", "kind", "oldDue", "newDue", "reason"])
        rows.writerows((line.case_number, line.kind, line.old_due, line.new_due, line.verdict) for line in self.lines)
        return text.getvalue()

    @property
    def sentence(self) -> str:
        told = [f"{sum(line.verdict is each for line in self.lines)} {each.lower()}" for each in Verdict]
        ending = "" if self.finished else "; not finished: jiesu amend-calendar --resume"
        return f"calendar version {self.version}: {self.looked_at} limits looked at, {', '.join(told)}{ending}"


# --- the operator


@atomic
async def amend(days: Sequence[DayRow], reason: str) -> int | None:
    """These days, in their order, are so from now on, published: the version they make; None where the calendar says all of it already.

    Every jurisdiction's ledger is told. The limits are counted anew by `resume`. `Unfinished` while an amendment before
    this one still waits for that.
    """
    await due.settle_calendar(changing=True)
    if await CalendarAmendment.filter(recomputed_at=None).exists():
        raise Unfinished
    known = await _published(days[0][0], days[-1][0])
    fresh = [row for row in days if row not in known]
    if not fresh:
        return None
    now, version = clock.now(), await _next_version()
    await CalendarAmendment.create(version=version, reason=reason, amended_at=now)
    rows = [
        CalendarDay(date=day, version=version, day_type=kind, name=name, provisional=False) for day, kind, name in fresh
    ]
    await CalendarDay.bulk_create(rows, batch_size=1_000)
    said = {"version": version, "days": len(rows), "first": str(fresh[0][0]), "last": str(fresh[-1][0])}
    event = CaseEventKind.CALENDAR_AMENDED
    tops = await Office.filter(parent_id=None).order_by("id")
    ledger.append(*(ledger.Entry(top.id, event, now, facts=said) for top in tops))
    return version


async def _published(first: date, last: date) -> set[DayRow]:
    rows = await db.query(
        "SELECT DISTINCT ON (date) date, day_type, name, provisional FROM calendar_days WHERE date BETWEEN $1 AND $2"
        " ORDER BY date, version DESC",
        first,
        last,
    )
    return {(row["date"], row["day_type"], row["name"]) for row in rows if not row["provisional"]}


async def _next_version() -> int:
    return int((await db.query("SELECT coalesce(max(version), 0) + 1 AS n FROM calendar_days"))[0]["n"])


async def resume() -> list[int]:
    """Count anew whatever amendments have left to count; their versions. Killed at any point, it goes on from there:
    what is done is on record, in the transaction that did it.
    """
    waiting = await CalendarAmendment.filter(recomputed_at=None).order_by("version")
    for amendment in waiting:
        cases = await _cases(amendment)
        for place in range(0, len(cases), _BATCH):
            await _count_anew(amendment, cases[place : place + _BATCH])
        await _finish(amendment)
    return [amendment.version for amendment in waiting]


async def _cases(amendment: CalendarAmendment) -> list[UUID]:
    rows = await db.query(f"SELECT DISTINCT d.case_id {_TOUCHED} ORDER BY d.case_id", *_asked(amendment))
    return [row["case_id"] for row in rows]


def _asked(amendment: CalendarAmendment) -> tuple[datetime, int, UUID]:
    return amendment.amended_at, amendment.version, amendment.id


@atomic
async def _count_anew(amendment: CalendarAmendment, case_ids: list[UUID]) -> None:
    """The limits of these cases, locked in the order of ids as in every verb that takes several."""
    now = clock.now()
    cases = {case.id: case for case in await Case.filter(id__in=case_ids).order_by("id").select_for_update()}
    found = await db.query(
        f"SELECT d.id {_TOUCHED} AND d.case_id = ANY($4::uuid[])", *_asked(amendment), list(cases)
    )  # once more: who held a lock may have met or moved one meanwhile
    rows = await Deadline.filter(id__in=[row["id"] for row in found]).order_by("case_id", "id")
    if not rows:
        return
    days = await _calendar(rows)
    for row in rows:
        await _move(amendment, cases[row.case_id], row, days, now)
    await db.execute("UPDATE calendar_amendments SET looked_at = looked_at + $2 WHERE id = $1", amendment.id, len(rows))


async def _calendar(rows: Sequence[Deadline]) -> Calendar:
    """One for all of them: from the first that began, to well after the last that is due."""
    first, last = min(row.start_at for row in rows), max(row.effective_due_at for row in rows)
    return await due.calendar(first, last - first + timedelta(days=150))


async def _move(amendment: CalendarAmendment, case: Case, row: Deadline, days: Calendar, now: datetime) -> None:
    if not await due.is_countable(row):
        await _leave(amendment, row, now)
        return
    fresh = await due.recount(row, days)
    old, was_provisional = row.effective_due_at, row.provisional
    if (fresh.at, fresh.provisional) == (old, was_provisional):
        row.calendar_version = amendment.version
        await row.save(update_fields=["calendar_version"])
        return
    await due.move(row, fresh.at, now, _CAUSE, provisional=fresh.provisional, amendment=amendment)
    closing = await due.closing(case)
    if closing is not None and closing.id == row.id:
        case.due_at = fresh.at
        await case.save(update_fields=["due_at"])
    # A note, and no new version: nobody's half-written decision on the case becomes stale by a notice from Beijing.
    said = {
        "kind": row.kind.value,
        "old_due": old.isoformat(),
        "new_due": fresh.at.isoformat(),
        "amendment": amendment.version,
    }
    status.note(None, case, CaseEventKind.DEADLINE_RECOMPUTED, now, said)


async def _leave(amendment: CalendarAmendment, row: Deadline, now: datetime) -> None:
    """On record as looked at, with the version it was counted by."""
    await DeadlineChange.create(
        deadline_id=row.id,
        at=now,
        cause=_CAUSE,
        old_due_at=row.effective_due_at,
        new_due_at=row.effective_due_at,
        calendar_version=row.calendar_version,
        amendment_id=amendment.id,
    )


@atomic
async def _finish(amendment: CalendarAmendment) -> None:
    await CalendarAmendment.filter(id=amendment.id, recomputed_at=None).update(recomputed_at=clock.now())


async def report(version: int) -> Report | None:
    """What an amendment did so far, from what is on record; None for a version that is none."""
    amendment = await CalendarAmendment.get_or_none(version=version)
    if amendment is None:
        return None
    lines = tuple(_line(row, version) for row in await db.query(_REPORTED, amendment.id))
    finished = amendment.recomputed_at is not None
    return Report(version, amendment.reason, amendment.looked_at, finished, lines)


def _line(row: dict[str, Any], version: int) -> Line:
    old, new = row["old_due_at"], row["new_due_at"]
    stayed = Verdict.CONFIRMED if row["calendar_version"] == version else Verdict.LEFT
    verdict = Verdict.MOVED if old != new else stayed
    return Line(row["number"], row["kind"], local_date(old), local_date(new), verdict)


# --- everybody signed in


async def days(reader: Reader, first: date, last: date) -> list[Row]:
    """Each day as now known, at most 400 of them."""
    if first > last:
        raise texts.invalid("开始日期不能晚于结束日期。", "from")
    if (last - first).days >= limits.CALENDAR_DAYS:
        raise texts.invalid(f"最多 {limits.CALENDAR_DAYS} 天。", "through")
    newest = "NOT EXISTS (SELECT 1 FROM calendar_days y WHERE y.date = {t}.date AND y.version > {t}.version)"
    return await reader.rows(
        CalendarDay,
        lambda t, bind: f"{t}.date BETWEEN {bind(first)} AND {bind(last)} AND {newest.format(t=t)}",
        order="t.date",
    )


async def amendments(reader: Reader) -> list[tuple[Row, int]]:
    """Newest first; with each, how many limits of cases in the caller's sight it moved."""
    found = await reader.rows(CalendarAmendment, order="t.version DESC")
    moved = await reader.counts(
        Deadline,
        CalendarAmendment,
        [row["id"] for row in found],
        lambda t, _bind: (
            f"{t}.id IN (SELECT x.deadline_id FROM deadline_changes x WHERE x.amendment_id = p.id"
            " AND x.new_due_at <> x.old_due_at)"
        ),
    )
    return [(row, moved[row["id"]]) for row in found]
