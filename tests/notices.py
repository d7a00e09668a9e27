"""Notices of the State Council as the operator types them, and the calendar amended by them inside a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from resolvers import calendar
from resolvers.calendar import Report
from resolvers.doors import clock
from resolvers.doors.postgres import Login
from resolvers.rules.calendars import read_notice
from tests.cluster import ask

# The Spring Festival of 2020 as it was announced in 2019.
ORIGINAL_2020 = """date,dayType,name
2020-01-19,MAKE_UP_WORKDAY,调休上班
2020-01-24,REST,春节
2020-01-25,REST,春节
2020-01-26,REST,春节
2020-01-27,REST,春节
2020-01-28,REST,春节
2020-01-29,REST,春节
2020-01-30,REST,春节
2020-01-31,WORKDAY,
2020-02-01,MAKE_UP_WORKDAY,调休上班
2020-02-02,REST,周末
"""
# 国办发明电〔2020〕1号, of 26 January 2020: prolonged to 2 February.
EXTENDED_2020 = """date,dayType,name
2020-01-31,REST,春节延长假期
2020-02-01,REST,春节延长假期
2020-02-02,REST,春节延长假期
"""
NOTICE = "国办发明电〔2020〕1号"


def at(local: str) -> datetime:
    """An instant as a clock in Shanghai shows it."""
    return datetime.fromisoformat(f"{local}+08:00").astimezone(UTC)


async def amend(text: str, instant: datetime, *, publish: int | None = None) -> Report:
    """What the operator's command does, at an instant."""
    with clock.standing_at(instant):
        version = await calendar.amend(read_notice(text, publish), NOTICE)
        assert version is not None, "the calendar said all of it already"
        assert await calendar.resume() == [version]
    found = await calendar.report(version)
    assert found is not None
    return found


@asynccontextmanager
async def calendar_of_its_own(owner: Login) -> AsyncIterator[None]:
    """The calendar is one for all cities of the database: what a test amends is gone after it. By its owner: the
    application may not delete days.
    """
    try:
        yield
    finally:
        await ask(owner, "DELETE FROM calendar_days WHERE version > 1")
        await ask(owner, "DELETE FROM calendar_amendments")
