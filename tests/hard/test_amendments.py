"""A calendar amendment that is killed, again and again, moves every limit once: as one that nobody killed."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from resolvers.doors import db
from resolvers.rules.days import ZONE
from tests import world
from tests.client import Data
from tests.hard.process import Target, targeted
from tests.hard.town import clients, flaws, looking_into, party, seeded
from tests.serving import Jiesu, copied, jiesu, starting
from tests.world import City

CASES, AT_ONCE, KILLS = 1_200, 8, 6
LIMITS = 2 * CASES  # of a complaint: to close, and to accept
REASON = ("--reason", "市政府通知")


def notice(folder: Path) -> str:
    """Three days off for everybody, from the day after tomorrow: within seven working days of today."""
    today = datetime.now(ZONE).date()
    days = [day for n in range(2, 9) if (day := today + timedelta(days=n)).weekday() < 5][:3]
    path = folder / "notice.csv"
    path.write_text("date,dayType,name\n" + "".join(f"{day},REST,台风停工\n" for day in days), "utf-8")
    return str(path)


async def receive_all(city: City) -> None:
    numbers = list(range(CASES))

    async def phone() -> None:
        while numbers:
            await city.receive(party=party(numbers.pop()))

    await asyncio.gather(*(phone() for _ in range(AT_ONCE)))


async def moved() -> int:
    return int((await db.query("SELECT count(*) AS n FROM deadline_changes WHERE cause = 'CALENDAR'"))[0]["n"])


async def state() -> list[Data]:
    """All that an amendment writes, but for instants and ids."""
    return await db.query(
        "SELECT c.number, c.version, c.due_at AS shown, d.kind, d.due_at, d.effective_due_at, d.provisional,"
        " d.calendar_version, d.breached_at, x.old_due_at, x.new_due_at, x.calendar_version AS by,"
        " (SELECT count(*) FROM ledger l WHERE l.case_id = c.id AND l.kind = 'DEADLINE_RECOMPUTED') AS told"
        " FROM cases c JOIN deadlines d ON d.case_id = c.id LEFT JOIN deadline_changes x ON x.deadline_id = d.id"
        " ORDER BY c.number, d.kind, x.id"
    )


@asynccontextmanager
async def looked_into(folder: Path) -> AsyncIterator[None]:
    """The database of a folder, while a jiesu runs over it for that purpose."""
    target = Target(folder)
    await asyncio.to_thread(target.start)
    try:
        async with looking_into(target):
            yield
    finally:
        await asyncio.to_thread(target.end)


async def killed(command: Jiesu, mark: int) -> int:
    """SIGKILL once so many limits are moved; how many were by then."""
    while (done := await moved()) < mark:
        assert command.process.poll() is None, f"it ended before it was killed:\n{command.said}"
        await asyncio.sleep(0.005)
    command.send(signal.SIGKILL)
    await asyncio.to_thread(command.ended)
    return max(done, await moved())


async def test_an_amendment_killed_again_and_again_moves_each_limit_once_as_one_nobody_killed(tmp_path: Path) -> None:
    chance, file = seeded(), notice(tmp_path)
    with targeted() as target:
        async with clients() as http, looking_into(target):
            await receive_all(await world.found(http, target.url))
        await asyncio.to_thread(target.server.stop)
        quiet = copied(target.folder, target.folder.parent / "quiet")
        whole = await asyncio.to_thread(jiesu, quiet, "amend-calendar", file, *REASON)
        assert whole.returncode == 0, whole.stderr

        await asyncio.to_thread(target.start)
        async with looking_into(target):
            for number in range(KILLS):
                mark = int((number + chance.uniform(0.1, 0.9)) * LIMITS / (KILLS + 1))
                words = ("amend-calendar", "--resume") if number else ("amend-calendar", file, *REASON)
                with starting(target.folder, *words) as command:
                    before = await moved()
                    done = await killed(command, max(mark, before + 1))
                assert before < done < LIMITS, "the kill came too early or too late"
                print(f"killed after {done} of {LIMITS}")
        await asyncio.to_thread(target.server.stop)
        await asyncio.to_thread(target.start)  # the next start goes on by itself
        async with looking_into(target):
            assert await db.query("SELECT count(*) AS n FROM calendar_amendments WHERE recomputed_at IS NULL") == [
                {"n": 0}
            ]
            after = await state()
            assert await flaws() == {}
        again = await asyncio.to_thread(jiesu, target.folder, "amend-calendar", file, *REASON)
        told = await asyncio.to_thread(jiesu, target.folder, "amend-calendar", "--report", "2")
        verified = await asyncio.to_thread(jiesu, target.folder, "verify-ledger")
        assert target.incidents == []

        await asyncio.to_thread(target.server.stop)
        async with looked_into(quiet):
            assert await state() == after
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "The calendar says all of this already.\n")
    assert told.stdout == whole.stdout
    assert (verified.returncode, verified.stdout.count("whole")) == (0, 1)
    lines = Counter(line.rsplit(",", 3)[0] for line in told.stdout.splitlines()[1:])
    assert (len(lines), set(lines.values())) == (LIMITS, {1})
    assert told.stderr.startswith(f"calendar version 2: {LIMITS} limits looked at, {LIMITS} moved, 0 confirmed, 0 left")
