"""The sample cities say what the articles print, tell it case by case, and keep to their days."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fixtures import figures
from fixtures.build import stories
from fixtures.city import PLANS
from fixtures.clocks import Clocks
from fixtures.ground import make_ground
from fixtures.load import Loaded, load, mint_tokens
from fixtures.rows import PartyRow, PhotoRow, RespondentRow
from fixtures.story import Told
from fixtures.tokens import Passes, read_tokens
from resolvers import login
from resolvers.doors import db, ledger, migrating
from resolvers.doors.postgres import Logins
from resolvers.rules import codes, masks
from resolvers.rules.calendars import build_year, calendar_of
from resolvers.rules.days import ZONE
from resolvers.rules.policies import default_policies
from resolvers.terms.kinds import CaseEventKind
from resolvers.terms.roles import Role

PRINTED = ("jiamusi", "daqing", "qitaihe", "suihua", "shiyan")
LAST_DAYS = {
    "230800": date(2020, 2, 3),
    "230600": date(2020, 1, 31),
    "230900": date(2020, 1, 31),
    "231200": date(2020, 1, 30),
    "420300": date(2020, 2, 10),
}
REACHED = {
    "ODR_SETTLING",
    "VOICEMAIL_PENDING",
    "NOT_ACCEPTED",
    "TRANSFERRED_OUT",
    "TERMINATED",
    "VOID",
    "MERGED",
    "RECORDED",
    "PENDING_DISPATCH",
    "DISPATCHED",
    "RETURN_REQUESTED",
    "IN_PROGRESS",
    "SUSPENDED",
    "PENDING_FILING",
    "FILED",
    "PENDING_SIGN_OFF",
    "CLOSED_AWAITING_CALLBACK",
    "CALLBACK_REVIEW",
    "ARCHIVED",
    "ANSWERED",
}
NOT_OF_A_CASE = {
    CaseEventKind.TAGGED,
    CaseEventKind.ARTICLE_SAVED,
    CaseEventKind.ARTICLE_APPROVED,
    CaseEventKind.ARTICLE_REJECTED,
    CaseEventKind.ODR_ENROLLED,
    CaseEventKind.REGIME_ACTIVATED,
    CaseEventKind.REGIME_ENDED,
    CaseEventKind.SUPERVISION_SUGGESTED,  # the clockwork makes them itself, as soon as it runs
    CaseEventKind.DEADLINE_BREACHED,
    CaseEventKind.REMINDED,
    CaseEventKind.ESCALATED,
    CaseEventKind.EXTENSION_LAPSED,
    CaseEventKind.ORIGINAL_READ,
    CaseEventKind.SYNC_RESET,
    CaseEventKind.CALENDAR_AMENDED,
    CaseEventKind.DEADLINE_RECOMPUTED,  # the calendar of the sample is not amended
    CaseEventKind.REMOVED,
    CaseEventKind.HEARTBEAT,
}


@pytest.fixture(scope="module")
async def loaded(base_url: str, data_dir: Path, database: Logins) -> list[Loaded]:
    """The five cities of the articles, in the database of the running server."""
    assert base_url
    cities = await load(PRINTED, data_dir=data_dir, anchor=datetime.now(UTC), progress=lambda *_: None)
    await migrating.analyze(database)
    return cities


@pytest.fixture(scope="module")
async def passes(loaded: list[Loaded], tmp_path_factory: pytest.TempPathFactory) -> Passes:
    assert loaded
    return await mint_tokens(tmp_path_factory.mktemp("sample"), PRINTED)


def tell(name: str, now: datetime) -> Iterator[Told]:
    """A city's cases without a database."""
    city = PLANS[name](now)
    calendar = calendar_of(1, [build_year(year) for year in range(2018, 2029)])
    return stories(make_ground(city, Clocks(default_policies(), calendar), city.ends_at or now))


async def test_every_printed_figure_comes_out_of_the_running_api_whenever_it_is_asked(
    base_url: str, passes: Passes
) -> None:
    said: list[str] = []
    verdicts = await figures.verify(base_url, passes, PRINTED, said.append)
    assert [figures.line(verdict) for verdict in verdicts if not verdict.holds] == []
    assert len(verdicts) == 2 * len(figures.read_figures(PRINTED)) <= len(said)


async def test_a_figure_that_differs_is_told(base_url: str, passes: Passes) -> None:
    without_analyst = {name: held for name, held in passes.items() if name != "suihua-analyst"}
    (first, *_) = await figures.verify(base_url, without_analyst, ["suihua"], lambda _: None)
    assert (first.holds, first.problem) == (False, "no token of suihua-analyst in demo-tokens.json")
    closure = next(figure for figure in figures.read_figures(["daqing"]) if figure.name == "办结率")
    wrong = {"closureRate": {"numerator": 998, "denominator": 1330, "percent": 75.0}}
    assert not figures.judge(closure, None, wrong).holds


@pytest.mark.usefixtures("loaded")
async def test_nothing_happens_after_a_citys_last_day() -> None:
    latest = await db.query(
        "SELECT o.code, max(l.occurred_at) AS last FROM ledger l JOIN offices o ON o.id = l.jurisdiction_id"
        " WHERE o.code = ANY($1) GROUP BY 1",
        list(LAST_DAYS),
    )
    assert {row["code"]: row["last"].astimezone(ZONE).date() for row in latest} == LAST_DAYS


async def test_every_citys_ledger_is_whole_and_in_the_order_of_time(loaded: list[Loaded]) -> None:
    for city in loaded:
        found = [reached async for reached in ledger.verify(PLANS[city.city](datetime.now(UTC)).jurisdiction_id)]
        assert found[-1] == city.entries
        assert not any(isinstance(each, ledger.Flaw) for each in found)
    turned = await db.query(
        "SELECT count(*) AS n FROM (SELECT occurred_at, lag(occurred_at) OVER (PARTITION BY jurisdiction_id"
        " ORDER BY seq) AS before FROM ledger WHERE jurisdiction_id = ANY($1)) x WHERE before > occurred_at",
        [PLANS[city.city](datetime.now(UTC)).jurisdiction_id for city in loaded],
    )
    assert turned[0]["n"] == 0


async def test_a_city_that_is_there_stays_as_it_is(loaded: list[Loaded], data_dir: Path) -> None:
    again = await load(["suihua"], data_dir=data_dir, anchor=datetime.now(UTC), progress=lambda *_: None)
    assert [(city.city, city.was_there, city.cases) for city in again] == [("suihua", True, 0)]
    assert sum(city.cases for city in loaded) == 1337 + 1330 + 420 + 990 + 6772


async def test_demo_tokens_are_minted_once_and_only_for_whom_they_lack(passes: Passes, tmp_path: Path) -> None:
    assert {held["role"] for name, held in passes.items() if name.startswith("daqing-")} == set(Role)
    first = await mint_tokens(tmp_path, ["daqing"])
    file = tmp_path / "demo-tokens.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await mint_tokens(tmp_path, ["daqing"]) == first == read_tokens(tmp_path)
    file.write_text(file.read_text("utf-8").replace(first["daqing-clerk-230602"]["token"], "lost"), "utf-8")
    second = await mint_tokens(tmp_path, ["daqing"])
    assert [name for name in first if first[name] != second[name]] == ["daqing-clerk-230602"]
    actor = await login.identify(second["daqing-clerk-230602"]["token"])
    assert actor is not None
    assert [(grant.role, grant.office_code) for grant in actor.grants] == [(Role.CLERK, "230602")]
    assert await login.identify(first["daqing-clerk-230602"]["token"]) is None


@pytest.mark.parametrize("hours", range(0, 365 * 24, 24 * 23 + 7))
def test_on_any_day_the_demo_city_has_a_case_in_every_state(hours: int) -> None:
    now = datetime(2026, 1, 1, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
    cases = list(tell("yunxi", now))
    events = {entry.kind for told in cases for entry in told.entries}
    assert {told.case.status for told in cases} == REACHED
    assert events == set(CaseEventKind) - NOT_OF_A_CASE
    running = [told.case for told in cases if not told.case.closed_at and told.case.due_at]
    overdue = [case for case in running if case.due_at and case.due_at < now]
    assert 15 <= len(overdue) < len(running) / 2
    assert all(entry.occurred_at <= now for told in cases for entry in told.entries)


def test_a_city_is_the_same_at_every_load() -> None:
    now = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    first, second = ([(told.rows, told.entries) for told in tell("yunxi", now)] for _ in range(2))
    assert first == second


def test_citizens_and_traders_are_invented_and_hidden_in_the_redacted_twins() -> None:
    phones: Counter[str] = Counter()
    for told in tell("yunxi", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)):
        party = next(row for row in told.rows if isinstance(row, PartyRow))
        traders = [row for row in told.rows if isinstance(row, RespondentRow) and row.uscc]
        secrets = [secret for secret in (party.name, party.phone, party.address) if secret]
        case = told.case
        assert masks.redact(case.description, secrets) == case.description_redacted
        assert masks.redact(case.title, secrets) == case.title_redacted
        assert all(codes.is_uscc(row.uscc or "") for row in traders)
        phones.update([party.phone] if party.phone and not case.repeat_of_id and not case.split_from_id else [])
    assert all(phone[:3] in ("142", "143", "154") and len(phone) == 11 for phone in phones)
    assert set(phones.values()) == {1}


def test_the_demo_citys_photos_are_pictures_of_their_own() -> None:
    photos = [row for told in tell("yunxi", datetime.now(UTC)) for row in told.rows if isinstance(row, PhotoRow)]
    assert len({photo.sha256 for photo in photos}) == len(photos) > 40
    assert {photo.status for photo in photos} == {"DECLARED", "VERIFIED"}
