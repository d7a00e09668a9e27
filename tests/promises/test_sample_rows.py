"""The sample's rows are what the verbs write: nothing in them that jiesu could not have done itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from fixtures.build import stories
from fixtures.city import PLANS, yunxi
from fixtures.clocks import Clocks
from fixtures.ground import make_ground
from fixtures.load import load, mint_tokens
from fixtures.story import Told
from fixtures.town import City
from resolvers import login
from resolvers.doors import clock, due
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseEventKind
from tests.retelling import Retelling, made_rows, sample_rows

NAME = "linxi"
PHOTOS = {CaseEventKind.PHOTO_VERIFIED}  # so many, so few: the same course


def plan(loaded_at: datetime) -> City:
    """The demo city under another name, so that it can be told twice."""
    city = yunxi.plan(loaded_at)
    counties = tuple(replace(county, code=county.code.replace("9901", "9902")) for county in city.counties)
    return replace(city, key=NAME, code="990200", counties=counties)


@pytest.fixture
async def actors(base_url: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[UUID, Actor]:
    """The people of a city without cases, by id."""
    assert base_url
    monkeypatch.setitem(PLANS, NAME, lambda at: replace(plan(at), scenes=()))
    await load([NAME], data_dir=data_dir, anchor=datetime.now(UTC), progress=lambda *_: None)
    passes = await mint_tokens(tmp_path, [NAME])
    known = [await login.identify(held["token"]) for held in passes.values()]
    return {actor.id: actor for actor in known if actor}


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The sample's cases happened on other days than this one."""
    return lambda at: monkeypatch.setattr(clock, "now", lambda: at)


async def one_of_each_life(now: datetime) -> list[Told]:
    """The demo city's cases, one for each course a case takes."""
    clocks = Clocks(await due.policies(), await due.calendar(now - timedelta(days=60), timedelta(days=250)))
    told = stories(make_ground(plan(now), clocks, now))
    return list(
        {tuple(entry.kind for entry in case.entries if entry.kind not in PHOTOS): case for case in told}.values()
    )


async def test_the_verbs_make_the_same_rows_of_every_course_a_case_takes(
    actors: dict[UUID, Actor], set_clock: Callable[[datetime], None]
) -> None:
    lives = await one_of_each_life(datetime.now(UTC))
    assert len(lives) > 30
    for told in lives:
        case_id = await Retelling(told, actors, set_clock).retell()
        assert await made_rows(case_id) == sample_rows(told), told.case.number
