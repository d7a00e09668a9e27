"""Photos arrive whole and once, whatever is cut, killed or full meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import random
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from resolvers.doors import db, store
from tests import world
from tests.client import Caller
from tests.hard.process import Target
from tests.hard.town import clients, looking_into, seeded
from tests.pictures import code, declaration, picture
from tests.tus import checksum, head, offset, patch, tus
from tests.world import City

PHOTOS, KILLS, PHONES = 500, 3, 12


@pytest.fixture
async def city(target: Target) -> AsyncIterator[City]:
    """A city of which this process remembers only the tokens: the database is closed here while jiesu is killed."""
    async with clients() as http:
        async with looking_into(target):
            founded = await world.found(http, target.url)
        yield founded


async def announced(city: City, contents: list[bytes]) -> list[str]:
    """Paths of the uploads of these photos, nine a note."""
    case, paths = await city.case_in("IN_PROGRESS"), []
    for start in range(0, len(contents), 9):
        note = await city.inspect(case, photos=[declaration(data) for data in contents[start : start + 9]])
        paths += [photo["uploadUrl"].removeprefix(city.base_url) for photo in note["photos"]]
    return paths


async def broken(data: bytes, cut: int) -> AsyncIterator[bytes]:
    """A body that ends before it is over: httpx then drops the line."""
    for start in range(0, cut, 16_384):
        yield data[start : min(cut, start + 16_384)]
        await asyncio.sleep(0)
    raise httpx.WriteError("cut")


@dataclass
class Phones:
    """Clients that ask how much is there and send the rest, cut off at random, until all of it is."""

    city: City
    target: Target
    chance: random.Random
    contents: list[bytes]
    paths: list[str]
    done: set[int] = field(default_factory=set)
    cuts: int = 0
    killed: int = 0
    refusals: dict[int, int] = field(default_factory=dict)

    @property
    def caller(self) -> Caller:
        return self.city.as_("inspector")

    async def work(self, numbers: list[int]) -> None:
        while numbers:
            number = numbers.pop()
            while not await self.attempt(number):  # noqa: ASYNC110  (a phone tries again)
                await asyncio.sleep(self.chance.uniform(0.01, 0.2))
            self.done.add(number)

    async def attempt(self, number: int) -> bool:
        """Whether all of it was there."""
        url, data = self.target.url + self.paths[number], self.contents[number]
        try:
            asked = await head(self.caller, url)
            if asked.status_code != 200:
                return self.told(asked)
            at = int(asked.headers["upload-offset"])
            if at == len(data):
                return True
            return await self.send(url, data, at)
        except httpx.TransportError:
            self.killed += 1
            return False

    async def send(self, url: str, data: bytes, at: int) -> bool:
        rest = data[at:]
        match self.chance.choice(("whole", "whole", "cut", "cut", "piece", "wrong", "long")):
            case "cut":
                self.cuts += 1
                with suppress(httpx.WriteError):
                    await patch(self.caller, url, at, broken(rest, self.chance.randint(1, len(rest))))
            case "piece":
                piece = rest[: self.chance.randint(1, len(rest))]
                self.told(await patch(self.caller, url, at, piece, **checksum("sha256", piece)))
            case "wrong":
                self.told(await patch(self.caller, url, at, rest[::-1], **checksum("sha1", rest + b"x")))
            case "long":
                self.told(await patch(self.caller, url, at, rest + b"x"))
            case "whole":
                return self.told(await patch(self.caller, url, at, rest))
        return False

    def told(self, response: httpx.Response) -> bool:
        self.refusals[response.status_code] = self.refusals.get(response.status_code, 0) + 1
        assert response.status_code in {204, 409, 413, 423, 460, 503}, response.text
        return False


async def kill_again_and_again(phones: Phones) -> None:
    for number in range(KILLS):
        mark = (number + phones.chance.uniform(0.2, 0.8)) * PHOTOS / KILLS
        while len(phones.done) < mark:  # noqa: ASYNC110  (counted by the phones)
            await asyncio.sleep(0.005)
        phones.target.kill()
        await asyncio.to_thread(phones.target.start)


async def test_of_five_hundred_uploads_cut_and_killed_each_is_one_whole_photo(city: City, target: Target) -> None:
    chance = seeded()
    contents = [picture(size=chance.randint(1_000, 150_000)) for _ in range(PHOTOS)]
    phones = Phones(city, target, chance, contents, await announced(city, contents))
    numbers = [*range(PHOTOS), *chance.sample(range(PHOTOS), 100)]  # a hundred are on two phones
    chance.shuffle(numbers)

    async with asyncio.TaskGroup() as together:
        together.create_task(kill_again_and_again(phones))
        for _ in range(PHONES):
            together.create_task(phones.work(numbers))

    print(f"{phones.cuts} cut, {phones.killed} met a kill, answers: {dict(sorted(phones.refusals.items()))}")
    assert phones.cuts > PHOTOS / 3
    assert phones.killed >= KILLS, "no kill met a request"
    async with looking_into(target):
        rows = await db.query(
            "SELECT sha256, status FROM photos WHERE sha256 = ANY($1::text[])", [*map(digest, contents)]
        )
        told = await db.query("SELECT facts->>'sha256' AS sha256 FROM ledger WHERE kind = 'PHOTO_VERIFIED'")
    assert sorted(row["sha256"] for row in rows) == sorted(map(digest, contents))
    assert {row["status"] for row in rows} == {"VERIFIED"}
    assert sorted(row["sha256"] for row in told) == sorted(map(digest, contents)), "each was verified once"
    for data in contents:
        assert kept(target, data) == data
    assert list((target.folder / "photos" / "partial").iterdir()) == []
    assert target.incidents == []


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def kept(target: Target, data: bytes) -> bytes | None:
    path = target.folder / "photos" / store.original_of(digest(data))
    return path.read_bytes() if path.exists() else None


@contextmanager
def room_for(target: Target, size: int) -> Iterator[None]:
    """No file of the running jiesu may grow beyond this many bytes: what a write then meets is what a full disk says."""
    process = target.server.process.pid
    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))


def lying(target: Target) -> dict[Path, int]:
    """What lies in the store that is not an original, and how large it is."""
    folder = target.folder / "photos"
    return {path: path.stat().st_size for part in ("incoming", "partial") for path in (folder / part).glob("*")}


async def test_a_disk_that_is_full_at_any_write_refuses_and_keeps_nothing(city: City, target: Target) -> None:
    data = picture(size=1_000_000)
    (path,) = await announced(city, [data])
    caller, url = city.as_("inspector"), target.url + path
    assert (await patch(caller, url, 0, data[:1_000])).status_code == 204
    before = lying(target)

    for size in (1_001, 1_500, 65_536, 262_144, 262_145, 500_000, 786_433, 999_999):
        with room_for(target, size):
            refused: list[httpx.Response] = [
                await patch(caller, url, 1_000, data[1_000:]),
                await patch(caller, url, 1_000, data[1_000:], **checksum("sha1", data[1_000:])),
                await tus(caller, "PUT", url, data),
            ]
        for response in refused:
            assert (response.status_code, code(response)) == (507, "STORAGE_FULL"), size
        assert lying(target) == before
        assert await offset(caller, url) == 1_000
        assert kept(target, data) is None

    assert (await patch(caller, url, 1_000, data[1_000:])).status_code == 204
    assert kept(target, data) == data
