"""What each command of `jiesu` does. Every one of them finds or starts the database first and leaves it as it was."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Never, Self, TypeVar

from tqdm import tqdm

from api import amending
from api.settings import CITIES, Settings, SettingsError
from fixtures import figures, people, tokens
from fixtures.load import Loaded, is_playground, load, mint_tokens
from resolvers import calendar
from resolvers.doors import clock, db, ledger, migrating, reference
from resolvers.doors.postgres import ClusterBusy, Logins, external_logins
from resolvers.terms.actor import Unavailable

T = TypeVar("T")

DEMO = ("yunxi", "daqing", "suihua")
_LOADING_MILLISECONDS = 600_000
_FLAWS_TOLD = 20
_ENDINGS = (signal.SIGINT, signal.SIGTERM)
_running: list[Callable[[int], None]] = []  # how what runs is told to end


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Do what was asked; the exit code."""
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for noisy in ("tortoise", "httpx", "httpcore"):  # what they log at debug level is rows and addresses
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Set before uvicorn's own: it raises the signal again when it is done, and only an exception reaches `finally`.
    for number in _ENDINGS:
        signal.signal(number, _leave if asked.command == "serve" else _give_up)
    try:
        return COMMANDS[asked.command](settings, asked)
    except (db.Broken, Unavailable):  # their text is for the log
        told = "the database does not answer as this release expects it to; `jiesu migrate` brings it to this release."
        print(f"jiesu: {told}", file=sys.stderr)
        return 3


def cities(names: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """`demo` and `all` spelt out, each city once."""
    spelt = [city for name in names for city in {"demo": DEMO, "all": CITIES}.get(name, (name,))]
    return tuple(dict.fromkeys(spelt))


@contextmanager
def database(settings: Settings, *, own: bool = False) -> Iterator[Logins]:
    """The logins of a database that answers until the end. `own`: nobody else may hold the embedded one."""
    if settings.database_url is not None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        yield _run(external_logins(settings.database_url, settings.data_dir))
        return
    from resolvers.doors.cluster import join_cluster, start_cluster  # noqa: PLC0415  (not with DATABASE_URL)

    try:
        cluster = start_cluster(settings.data_dir, account=settings.account)
    except ClusterBusy:
        joined = None if own else join_cluster(settings.data_dir)
        if joined is None:
            raise
        yield joined
        return
    try:
        yield cluster.logins
    finally:
        _ignore_signals()
        cluster.stop()


def _ignore_signals() -> None:
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def _leave(_number: int, _frame: FrameType | None) -> None:
    _end(0)


def _give_up(number: int, _frame: FrameType | None) -> None:
    _end(128 + number)  # as a shell reports it


def _end(code: int) -> None:
    """Between two steps of what runs; at once if nothing does."""
    if not _running:
        raise SystemExit(code)
    _running[-1](code)


def _run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, which a signal ends as a cancel would: raised in the middle of a step, it would leave coroutines that
    have not had their first.
    """
    codes: list[int] = []

    async def stoppable() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop(code: int) -> None:
            codes.append(code)
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

        _running.append(stop)
        try:
            return await work
        finally:
            _running.remove(stop)

    whole = stoppable()
    try:
        return asyncio.run(whole)
    finally:
        whole.close()
        work.close()
        if codes:
            raise SystemExit(codes[0])


def serve(settings: Settings, _asked: argparse.Namespace) -> int:
    """Serve until told to stop; then answer what is under way, close sockets (1012) and stop the database."""
    from api import server  # noqa: PLC0415  (the whole API: the other commands need not wait for it)

    with database(settings, own=True) as logins, bound(settings.host, settings.port) as doors:
        _run(_prepare(settings, logins))
        server.serve(settings, logins, doors, lambda port: announce(settings, port))
    return 0


@contextmanager
def bound(host: str, port: int) -> Iterator[list[socket.socket]]:
    """The port, taken before anything is loaded; SettingsError when it cannot be had."""
    with ExitStack() as opened:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            doors = [opened.enter_context(socket.socket(*place[:3])) for place in found]
            for door, place in zip(doors, found, strict=True):
                _bind(door, place[4])
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            where = _at(host, port)
            raise SettingsError(f"JIESU_HOST and JIESU_PORT name {where}, which cannot be had: {reason}.") from None
        yield doors


def _bind(door: socket.socket, place: tuple[object, ...]) -> None:
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was said goodbye to does not hold the port
    if door.family is socket.AF_INET6:
        door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    door.bind(place)
    door.listen()  # who comes early waits; two that only bind would both be let


def _at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _prepare(settings: Settings, logins: Logins) -> None:
    await migrating.migrate(logins)
    await _load(logins, settings, cities(settings.sample), only_playground=True)


def announce(settings: Settings, port: int) -> None:
    """Where to go, and for each demo person role, office and token."""
    known = tokens.read_tokens(settings.data_dir) if settings.sample else {}
    for login, person in known.items():
        print(f"  {login:<38} {person['role']:<20} {person['office']:<12} {person['token']}")
    if known:
        print(f"Demo people above (password: {people.PASSWORD}); also in {settings.data_dir / 'demo-tokens.json'}")
    here = f"http://{_at(settings.host, port)}"
    print(f"jiesu is ready: {here}/ (console), {here}/graphql (API)", flush=True)


def migrate(settings: Settings, _asked: argparse.Namespace) -> int:
    with database(settings) as logins:
        _run(_migrated(logins))
    return 0


async def _migrated(logins: Logins) -> None:
    await migrating.migrate(logins)
    await _opened(logins, reference.fill)


async def _opened(logins: Logins, work: Callable[[], Awaitable[None]]) -> None:
    await db.start(logins.app, pool_size=4, statement_ms=_LOADING_MILLISECONDS)
    try:
        await work()
    finally:
        await db.stop()


def load_cities(settings: Settings, asked: argparse.Namespace) -> int:
    with database(settings) as logins:
        _run(_migrated(logins))
        _run(_load(logins, settings, cities(asked.cities)))
    return 0


async def _load(logins: Logins, settings: Settings, names: tuple[str, ...], *, only_playground: bool = False) -> None:
    async def work() -> None:
        await reference.fill()
        await calendar.resume()  # what a killed `amend-calendar` left to do
        now = clock.now()
        if only_playground and names and not await is_playground(now):
            print("The database holds a jurisdiction that is no sample: no sample data is loaded into it.")
            return
        with Bars() as bars:
            loaded = await load(
                names, data_dir=settings.data_dir, bucket=settings.bucket, anchor=now, progress=bars.show
            )
        for city in loaded:
            print(_sentence(city))
        if names:
            await mint_tokens(settings.data_dir, names)

    await _opened(logins, work)
    if names:
        await migrating.analyze(logins)


def _sentence(city: Loaded) -> str:
    if city.was_there:
        return f"{city.name} ({city.city}) is there already."
    speed = city.cases / city.seconds if city.seconds else 0
    return f"{city.name} ({city.city}): {city.cases} cases, {city.entries} ledger entries, {speed:,.0f} cases/s"


class Bars:
    """A progress bar a city."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm[Never]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars.values():
            bar.close()

    def show(self, city: str, done: int, total: int) -> None:
        bar = self._bars.get(city)
        if bar is None:
            bar = self._bars[city] = tqdm(total=total, desc=city, unit=" cases")
        bar.update(done - bar.n)
        if done >= total:
            bar.close()


def verify_figures(settings: Settings, asked: argparse.Namespace) -> int:
    """Exit 1 on any difference between what the articles print and what the API answers."""
    known = tokens.read_tokens(settings.data_dir)
    if not known:
        print(f"jiesu: no demo people in {settings.data_dir}; load a city first.", file=sys.stderr)
        return 2
    url = asked.url or settings.public_url or f"http://{_at(settings.host, settings.port)}"
    loaded = [city for city in CITIES if any(login.startswith(f"{city}-") for login in known)]
    verdicts = _run(figures.verify(url, known, loaded))
    if not verdicts:
        print(f"jiesu: no article prints a figure of {' '.join(loaded)}; load another city first.", file=sys.stderr)
        return 2
    wrong = sum(not verdict.holds for verdict in verdicts)
    print(f"{len(verdicts) - wrong} figures hold, {wrong} differ.")
    return 1 if wrong else 0


def export_schema(_settings: Settings, _asked: argparse.Namespace) -> int:
    from schema import export  # noqa: PLC0415

    print(export(), end="")
    return 0


def verify_ledger(settings: Settings, _asked: argparse.Namespace) -> int:
    """Exit 1 when a chain does not hold."""
    with database(settings) as logins:
        return _run(_verify_ledger(logins))


async def _verify_ledger(logins: Logins) -> int:
    flaws = 0

    async def work() -> None:
        nonlocal flaws
        for chain in await ledger.chains():
            found = await _walk(chain)
            for flaw in found[:_FLAWS_TOLD]:
                print(f"{chain.name}: entry {flaw.seq} {flaw.reason}")
            print(f"{chain.name}: {chain.length} entries, {'whole' if not found else f'{len(found)} flaws'}")
            flaws += len(found)

    await _opened(logins, work)
    return 1 if flaws else 0


async def _walk(chain: ledger.Chain) -> list[ledger.Flaw]:
    found = []
    with tqdm(total=chain.length, desc=chain.name, unit=" entries") as bar:
        async for step in ledger.verify(chain.jurisdiction_id):
            if isinstance(step, ledger.Flaw):
                found.append(step)
            else:
                bar.update(step - bar.n)
    return found


def amend_calendar(settings: Settings, asked: argparse.Namespace) -> int:
    """Exit 2 when the file, or what is asked for, is refused: nothing is changed then."""
    try:
        notice = amending.read(asked)
    except ValueError as error:
        print(f"jiesu: {error}.", file=sys.stderr)
        return 2
    with database(settings) as logins:
        return _run(_amend(logins, settings.data_dir, asked, notice))


async def _amend(logins: Logins, data_dir: Path, asked: argparse.Namespace, notice: amending.Notice) -> int:
    code = 0

    async def work() -> None:
        nonlocal code
        code = await amending.amend(data_dir, asked, notice)

    await _opened(logins, work)
    return code


COMMANDS: dict[str, Callable[[Settings, argparse.Namespace], int]] = {
    "serve": serve,
    "migrate": migrate,
    "load": load_cities,
    "verify-figures": verify_figures,
    "export-schema": export_schema,
    "verify-ledger": verify_ledger,
    "amend-calendar": amend_calendar,
}
