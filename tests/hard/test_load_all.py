"""The sample cities, all of them: loaded into an empty database they are whole, stay as they are, and say what was printed."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import CITIES
from fixtures.figures import read_figures
from resolvers.doors import db
from tests.cluster import TOP
from tests.hard.process import Target
from tests.hard.town import flaws, looking_into
from tests.serving import COMMAND, environment, jiesu, room

DEMO = ("yunxi", "daqing", "suihua")
PRINTED = {"daqing": 1_330, "suihua": 990, "jiamusi": 1_337}  # cases that an article counts
LINE = re.compile(r"^\S+ \((\w+)\): (\d+) cases, (\d+) ledger entries", re.MULTILINE)
BEGUN = re.compile(r"daqing: +[1-9]")  # its progress bar

Counts = dict[str, tuple[int, int]]


def loaded(folder: Path, *cities: str) -> str:
    """What `load` prints when it ends with 0."""
    done = jiesu(folder, "load", *cities)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told(text: str) -> Counts:
    """Cases and entries of each city, as `load` says."""
    return {city: (int(cases), int(entries)) for city, cases, entries in LINE.findall(text)}


def chains(folder: Path) -> list[int]:
    """The lengths of all chains, when `verify-ledger` finds them whole."""
    done = jiesu(folder, "verify-ledger")
    assert done.returncode == 0, done.stdout + done.stderr
    return [int(length) for length in re.findall(r": (\d+) entries, whole$", done.stdout, re.MULTILINE)]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with room() as made:
        yield made


@pytest.fixture(scope="module")
def counts(folder: Path) -> Counts:
    """All cities in the folder's database, which was empty."""
    return told(loaded(folder, "all"))


@pytest.fixture(scope="module")
def target(folder: Path, counts: Counts) -> Iterator[Target]:
    """jiesu over the loaded database, itself told to load nothing."""
    assert counts
    served = Target(folder)
    served.start()
    try:
        yield served
    finally:
        served.end()


def test_every_city_is_loaded_with_the_cases_that_its_article_counts(counts: Counts) -> None:
    assert set(counts) == set(CITIES)
    for city, cases in PRINTED.items():
        assert counts[city][0] >= cases
    assert all(entries > cases > 0 for cases, entries in counts.values()), "a case has a history"


def test_the_ledger_of_every_city_is_whole(folder: Path, counts: Counts) -> None:
    assert sorted(chains(folder)) == sorted(entries for _, entries in counts.values())


def test_a_second_load_finds_everything_there(folder: Path, counts: Counts) -> None:
    again = loaded(folder, "all")

    assert told(again) == {}
    assert {city for city in counts if f"({city}) is there already" in again} == set(CITIES)


async def test_the_rows_are_those_that_were_told_of_and_none_is_half(target: Target, counts: Counts) -> None:
    async with looking_into(target):
        rows = await db.query(
            "SELECT (SELECT count(*) FROM cases c WHERE c.jurisdiction_id = o.id) AS cases,"
            " (SELECT count(*) FROM ledger l WHERE l.jurisdiction_id = o.id) AS entries"
            " FROM offices o WHERE o.parent_id IS NULL"
        )
        assert sorted((row["cases"], row["entries"]) for row in rows) == sorted(counts.values())
        assert await flaws() == {}


def test_every_published_figure_is_what_the_api_answers(target: Target) -> None:
    done = jiesu(target.folder, "verify-figures", "--url", target.url)

    assert done.returncode == 0, done.stdout + done.stderr
    held = re.search(r"^(\d+) figures hold, 0 differ", done.stdout, re.MULTILINE)
    assert held, done.stdout
    assert int(held[1]) == 2 * len(read_figures(CITIES)), "as of the article's last day, and as of now"
    assert target.incidents == []


def test_a_load_that_is_killed_leaves_whole_cities_and_the_next_one_adds_the_rest(counts: Counts) -> None:
    with room() as folder:
        log = folder.parent / "load.log"
        with log.open("w") as said:
            begun = subprocess.Popen(
                [*COMMAND, "load", "demo"], cwd=TOP, env=environment(folder), stdout=said, stderr=said
            )
        while not BEGUN.search(log.read_text("utf-8")):  # the first city is in, the second partly
            assert begun.poll() is None, log.read_text("utf-8")
            time.sleep(0.01)
        begun.send_signal(signal.SIGKILL)
        begun.wait()

        rest = loaded(folder, "demo")
        there = {city for city in DEMO if f"({city}) is there already" in rest}
        assert "yunxi" in there
        assert "suihua" not in there, "it was killed too late to show anything"
        assert told(rest) == {city: counts[city] for city in DEMO if city not in there}, "the same at every load"
        lengths = chains(folder)
        assert len(lengths) == len(DEMO)
        assert {counts[city][1] for city in DEMO[1:]} <= set(lengths), "no city is there by half"
