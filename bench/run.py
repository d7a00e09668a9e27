"""`make bench`: the three reads over HTTP, against the same written by hand and against PostGraphile; medians and ratios.

Server on one core, client and database on another. Needs what `make run` needs; PostGraphile is left out without npm.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

import httpx
import orjson

from bench import postgraphile
from bench.client import Load, Request, load
from bench.questions import Question, city_inbox, foreign_questions, questions
from bench.servers import TOP, Database, Server, database, dataloaders, handwritten, ours

WARM_MIX = 2_000
SCALE = (10_000, 100_000, 1_000_000)
CITY = "daqing"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server and how it is asked each question."""

    name: str
    server: Server
    requests: dict[str, Request]


@dataclass(frozen=True, slots=True)
class Run:
    load: Load
    cpu: float | None  # microseconds of the server a request


def main() -> None:
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    if asked.postgraphile:
        postgraphile.install()
    with database(asked.cases) as over:
        print(f"{asked.cases:,} cases filled, {over.rate:,.0f} a second; {os.cpu_count()} cores", flush=True)
        with _contenders(over, asked) as contenders:
            _compare_answers(over, contenders[0].server, contenders[1].server)
            for contender in contenders:
                if contender.name == "strawberry":
                    _compare_each(contenders[0].requests, contender.requests, "the dispatcher")
            _measure(contenders, asked)
            _print_memory(contenders)
        _watch_memory(over, asked)
    if asked.scale:
        _scale(asked)
    _load_city()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=3.0, help="of one run")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, alternating")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--requests", type=int, default=100_000, help="after which memory is looked at")
    both = argparse.BooleanOptionalAction
    parser.add_argument(
        "--ordinary", action=both, default=True, help="also without plans, and strawberry with dataloaders"
    )
    parser.add_argument("--scale", action="store_true", help="also the inbox at 10,000 to 1,000,000 cases; long")
    parser.add_argument(
        "--postgraphile",
        action=both,
        default=postgraphile.is_possible(),
        help="also PostGraphile; by default where npm is",
    )
    return parser.parse_args()


@contextmanager
def _contenders(over: Database, asked: argparse.Namespace) -> Iterator[list[Contender]]:
    mine, token = questions(over.filled), over.filled.tokens["990200-dispatcher"]
    with ExitStack() as started:
        server = started.enter_context(ours(over))
        found = [_graphql("ours", server, mine, token)]
        server = started.enter_context(handwritten(over))
        by_hand = {each.name: each.request(f"{server.url}/{each.name}", token) for each in mine}
        found.append(Contender("by hand", server, by_hand))
        if asked.ordinary:
            server = started.enter_context(ours(over, JIESU_PLAN_CACHE="0"))
            found.append(_graphql("plans off", server, mine, token))
            server = started.enter_context(dataloaders(over))
            found.append(_graphql("strawberry", server, mine, token))
        if asked.postgraphile:
            server = started.enter_context(postgraphile.postgraphile(over))
            found.append(_graphql("PostGraphile", server, foreign_questions(over.filled), ""))
        yield found


def _graphql(name: str, server: Server, asked: Iterable[Question], token: str) -> Contender:
    return Contender(name, server, {each.name: each.request(server.url, token) for each in asked})


def _compare_answers(over: Database, product: Server, by_hand: Server) -> None:
    """Both tell everybody the same, or there is nothing to compare."""
    for login, token in over.filled.tokens.items():
        asked = {each.name: each for each in questions(over.filled)}
        mine = {name: each.request(product.url, token) for name, each in asked.items()}
        other = {name: each.request(f"{by_hand.url}/{name}", token) for name, each in asked.items()}
        _compare_each(mine, other, login)


def _compare_each(mine: dict[str, Request], others: dict[str, Request], login: str) -> None:
    for name, asked in mine.items():
        told = [_data(asked), _data(others[name])]
        if told[0] != told[1]:
            differing = next(at for at in range(len(told[0])) if told[0][at : at + 1] != told[1][at : at + 1])
            where = [data[max(0, differing - 80) : differing + 80].decode(errors="replace") for data in told]
            sys.exit(f"{name} is told differently to {login}: jiesu says …{where[0]}…, {others[name].url} …{where[1]}…")


def _data(asked: Request) -> bytes:
    """In the server's own order of keys."""
    answer = httpx.post(
        asked.url, content=asked.body, headers={"Authorization": f"Bearer {asked.token}", **_JSON}, timeout=60
    )
    if answer.status_code != 200:
        raise RuntimeError(f"{asked.url} answers {answer.status_code}")
    return orjson.dumps(orjson.loads(answer.content)["data"])


_JSON = {"Content-Type": "application/json"}


def _measure(contenders: list[Contender], asked: argparse.Namespace) -> None:
    print(f"{'':<8}{'':<14}{'requests/s':>11}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs':>9}   jiesu's ratio")
    for name in contenders[0].requests:
        runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
        for contender in contenders:
            load([contender.requests[name]], seconds=2 * asked.seconds, connections=asked.connections)
        for _ in range(asked.rounds):
            for contender in contenders:
                runs[contender.name].append(_run(contender, name, asked))
        mine = median(run.load.rate for run in runs["ours"])
        for contender in contenders:
            print(_line(name, contender.name, runs[contender.name], mine), flush=True)


def _run(contender: Contender, name: str, asked: argparse.Namespace) -> Run:
    before = contender.server.cpu_seconds()
    found = load([contender.requests[name]], seconds=asked.seconds, connections=asked.connections)
    after = contender.server.cpu_seconds()
    cpu = None if before is None or after is None else 1e6 * (after - before) / found.count
    return Run(found, cpu)


def _line(question: str, name: str, runs: list[Run], mine: float) -> str:
    rate, p50, p99 = (median(getattr(run.load, part) for run in runs) for part in ("rate", "p50", "p99"))
    cpu = [run.cpu for run in runs if run.cpu is not None]
    spent = f"{median(cpu):9,.0f}" if cpu else f"{'':>9}"
    return f"{question:<8}{name:<14}{rate:11,.1f}{p50:9.2f}{p99:9.2f}{spent}   {mine / rate:.2f}"


def _print_memory(contenders: list[Contender]) -> None:
    for contender in contenders:
        if (megabytes := contender.server.resident_megabytes()) is not None:
            print(f"memory  {contender.name:<14}{megabytes:11,.0f} MB after all of this")


def _watch_memory(over: Database, asked: argparse.Namespace) -> None:
    """Of a fresh server that is asked all three in turn: early, and after very many."""
    with ours(over) as server:
        mixed = [each.request(server.url, over.filled.tokens["990200-dispatcher"]) for each in questions(over.filled)]
        seen = []
        for count in (min(WARM_MIX, asked.requests), max(0, asked.requests - WARM_MIX)):
            if count:
                load(mixed, count=count, connections=asked.connections)
            seen.append(server.resident_megabytes())
    if seen[0] and seen[1]:
        grown = 100 * (seen[1] / seen[0] - 1)
        first = min(WARM_MIX, asked.requests)
        print(
            f"memory  {seen[0]:,.0f} MB after {first:,} requests, {seen[1]:,.0f} MB after {asked.requests:,}: {grown:+.1f} %"
        )


def _scale(asked: argparse.Namespace) -> None:
    """The inbox in databases of growing size: all of them at once, in turn, and each beside the smallest."""
    with ExitStack() as started:
        found: dict[int, dict[str, Request]] = {}
        for cases in SCALE:
            over = started.enter_context(database(cases))
            server, limit = started.enter_context(ours(over)), started.enter_context(handwritten(over))
            inbox, token = city_inbox(over.filled), over.filled.tokens["990200-dispatcher"]
            found[cases] = {
                "ours": inbox.request(server.url, token),
                "by hand": inbox.request(f"{limit.url}/inbox", token),
            }
            shown = _data(found[cases]["ours"]).count(b'"cursor"')
            print(f"scale   {cases:,} cases filled, {over.rate:,.0f} a second; {shown} shown", flush=True)
        for name in ("ours", "by hand"):
            rates: dict[int, list[float]] = {cases: [] for cases in SCALE}
            for _ in range(1 + asked.rounds):
                for cases in SCALE:
                    made = load([found[cases][name]], seconds=asked.seconds, connections=asked.connections)
                    rates[cases].append(made.rate)
            first = median(rates[SCALE[0]][1:])
            for cases in SCALE:
                rate = median(rates[cases][1:])  # the first run warms
                print(
                    f"inbox   {name:<14}{rate:11,.1f}/s at {cases:9,}   {rate / first:.2f} of the smallest", flush=True
                )


def _load_city() -> None:
    """How quickly a city of the sample data is loaded, verb by verb."""
    with tempfile.TemporaryDirectory(prefix="jiesu-bench-") as folder:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}
        argv = [sys.executable, "-m", "api", "load", CITY]
        said = subprocess.run(  # noqa: S603  (argv is ours)
            argv,
            cwd=TOP,
            env={**environ, "JIESU_DATA_DIR": folder},
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout
    for line in said.splitlines():
        if re.search("cases/s", line):
            print("load   ", line.strip())


if __name__ == "__main__":
    main()
