"""A hostile file costs little: a second of a processor, a bounded part of memory, and never anybody's answer."""

from __future__ import annotations

import asyncio
import io
import os
import random
import resource
import struct
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from PIL import Image

from resolvers.doors import pixels
from resolvers.doors.pixels import Examined, Unreadable
from resolvers.terms import limits
from tests.cluster import is_alive
from tests.hard.process import Target, targeted
from tests.hard.town import clients, looking_into
from tests.photographs import LOADED, address, bomb, exif, jpeg, loaded_jpeg, many_scans, marked, metadata, phone, scene
from tests.pictures import declaration, declared, put
from tests.world import City, found

SEED = 20261122
MALFORMED, MUTATED = 1_000, 3_000
PAGE = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
STALL_SECONDS = 0.05
MEBIBYTE = 2**20
CPU_SECONDS = 0.15  # of a measurement's own
_HEADS = (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"\0\0\0\x18ftypheic\0\0\0\0")


def originals() -> list[bytes]:
    return [make(scene(seed, (160, 120)), 6) for seed, make in enumerate(LOADED.values())]


def malformed(dice: random.Random) -> Iterator[bytes]:
    """No file a camera writes: cut off, noise behind a good beginning, lengths and sizes that lie, two kinds at once."""
    whole = originals()
    fixed = [b"", b"\xff", PAGE, SVG, *_HEADS, *(head + PAGE for head in _HEADS), *(head + SVG for head in _HEADS)]
    fixed += (
        [data + PAGE for data in whole]
        + [PAGE + data for data in whole]
        + [data + b"PK\x03\x04" * 100 for data in whole]
    )
    fixed += [
        _png(width, height) for width, height in ((0, 0), (0, 9), (2**31 - 1, 1), (60_000, 60_000), (5_000, 5_000))
    ]
    fixed += [_sof(width, height) for width, height in ((0, 0), (65_535, 65_535), (65_535, 1), (1, 65_535))]
    fixed += [loaded_jpeg(scene(1)).replace(b"Exif\0\0", b"Exif\0\0" + dice.randbytes(6)) for _ in range(40)]
    fixed += [jpeg(scene(2), icc_profile=dice.randbytes(5_000)) for _ in range(10)]
    yield from fixed
    for _ in range(MALFORMED - len(fixed)):
        data = dice.choice(whole)
        match dice.randrange(3):
            case 0:
                yield data[: dice.randrange(len(data))]
            case 1:
                yield dice.choice(_HEADS) + dice.randbytes(dice.randrange(3_000))
            case _:
                at = dice.randrange(8, 400)
                yield data[:at] + struct.pack(">I", dice.choice([0, 1, 2**31, 2**32 - 1])) + data[at + 4 :]


def mutated(dice: random.Random) -> Iterator[bytes]:
    """A few bytes else, more, less, or twice."""
    whole = originals()
    for number in range(MUTATED):
        data = bytearray(whole[number % len(whole)])
        for _ in range(dice.choice([1, 1, 2, 5, 20])):
            at, some = dice.randrange(len(data)), dice.randrange(1, 40)
            match dice.randrange(4):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    data[at:at] = dice.randbytes(some)
                case 2:
                    del data[at : at + some]
                case _:
                    data[at:at] = data[at : at + some]
        yield bytes(data)


def _png(width: int, height: int) -> bytes:
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(9))),
        (b"IEND", b""),
    )
    return _HEADS[1] + b"".join(
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held)) for name, held in parts
    )


def _sof(width: int, height: int) -> bytes:
    whole = jpeg(scene(3))
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


def _told(image: Image.Image, kind: str, **written: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **written)
    return file.getvalue()


def bombs() -> dict[str, bytes]:
    """Little to send, much to look at."""
    text = b"Comment\0\0" + zlib.compress(bytes(60 * MEBIBYTE), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    small = _told(scene(1), "PNG")
    return {
        "a PNG of 169 megapixels": bomb(13_000, 13_000),
        "a PNG of 24 megapixels": bomb(6_000, 4_000),
        "a PNG with 60 megabytes of text": small[:33] + chunk + small[33:],
        "a JPEG of 64 megapixels": jpeg(Image.new("RGB", (8_000, 8_000)), quality=30),
        "a progressive JPEG of 64 megapixels": jpeg(Image.new("RGB", (8_000, 8_000)), progressive=True, subsampling=0),
        "a JPEG of 3,000 scans": many_scans(8_000, 8_000, 3_000),
        "a JPEG that says 65,535 × 65,535": _sof(65_535, 65_535),
        "a WebP of 16,383 × 16,383": _webp_canvas(),
        "a WebP of 12 megapixels": _told(Image.new("RGB", (4_000, 3_000)), "WEBP", lossless=True, method=0, quality=0),
        "a HEIC of 24 megapixels": _told(Image.new("RGB", (6_000, 4_000)), "HEIF", quality=10),
        "a JPEG whose EXIF points at itself": jpeg(scene(2), exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0"),
        "a JPEG with 10 megabytes behind its end": jpeg(scene(2), exif=exif(thumbnail=bytes(60_000))) + bytes(10 * MEBIBYTE),
    }  # fmt: skip


def _webp_canvas() -> bytes:
    """An animation of one small frame on the largest canvas there is."""
    whole = bytearray(_told(scene(1), "WEBP", save_all=True, append_images=[scene(2)], duration=100))
    at = whole.index(b"VP8X") + 12
    whole[at : at + 6] = (16_382).to_bytes(3, "little") * 2
    return bytes(whole)


@dataclass
class Watch:
    """What happens beside: how long the event loop stood still, and how large the processes grew, in mebibytes."""

    stalls: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)

    @property
    def stall(self) -> float:
        """The worst of a thousand moments but one: on a machine with other work, one may be the machine's."""
        return sorted(self.stalls)[-max(2, len(self.stalls) // 1_000)]


@asynccontextmanager
async def watching(server: int) -> AsyncIterator[Watch]:
    watch = Watch()

    async def beat() -> None:
        """How long this thread was busy between two turns: how long it waited for a processor is the machine's."""
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0.002)
            watch.stalls.append(time.thread_time() - begun)

    async def weigh() -> None:
        while True:
            watch.sizes += [peak(pid) for pid in lookers(server)]
            await asyncio.sleep(0.1)

    running = [asyncio.create_task(beat()), asyncio.create_task(weigh())]
    try:
        yield watch
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def lookers(server: int) -> list[int]:
    """The processes of a server that look at photos."""
    every = []
    with suppress(OSError):
        for task in Path(f"/proc/{server}/task").iterdir():
            every += [int(pid) for pid in (task / "children").read_text().split()]
    return [pid for pid in every if b"darkroom" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def peak(pid: int) -> float:
    """The most memory a process ever held."""
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1024
    return 0.0


async def looked_at(files: Iterator[bytes], folder: Path) -> tuple[Counter[str], list[str]]:
    """What became of each, and what a copy held beside pixels."""
    fates, dirt = Counter[str](), list[str]()

    async def some(lane: int) -> None:
        path = folder / str(lane)
        for data in files:
            path.write_bytes(data)
            seen = await pixels.examine(path)
            fates[seen.reason if isinstance(seen, Unreadable) else "shown"] += 1
            if isinstance(seen, Examined):
                dirt.extend(metadata(seen.thumbnail) + metadata(seen.screen))

    await asyncio.gather(*(some(lane) for lane in range(limits.IMAGE_WORKERS)))
    return fates, dirt


async def base(folder: Path) -> float:
    """What a process that looks at photos holds when it has seen but a small one."""
    (folder / "small").write_bytes(phone())
    assert isinstance(await pixels.examine(folder / "small"), Examined)
    return max(peak(pid) for pid in lookers(os.getpid()))


@pytest.mark.parametrize(("name", "number"), [("malformed", MALFORMED), ("mutated", MUTATED)])
async def test_thousands_of_broken_images_are_shown_or_refused_and_stop_nobody(
    name: str, number: int, tmp_path: Path
) -> None:
    files = iter([*{"malformed": malformed, "mutated": mutated}[name](random.Random(SEED))])
    held = await base(tmp_path)
    async with watching(os.getpid()) as watch:
        fates, dirt = await looked_at(files, tmp_path)
    await pixels.close()

    print(f"{name}: {dict(fates)}; longest stall {watch.stall * 1000:.1f} ms; {max(watch.sizes) - held:.0f} MiB more")
    assert fates.total() == number
    assert set(fates) <= {"shown", "UNREADABLE", "TOO_LARGE", "TOO_COSTLY"}
    assert fates["shown"] > 0
    assert fates["UNREADABLE"] > number / 10
    assert dirt == []
    assert watch.stall <= STALL_SECONDS
    assert max(watch.sizes) - held <= limits.IMAGE_MEBIBYTES


async def test_a_bomb_costs_a_second_and_150_megabytes_at_the_most(tmp_path: Path) -> None:
    start = await _cost(tmp_path, phone())
    told = []
    for name, data in bombs().items():
        held = await base(tmp_path)
        async with watching(os.getpid()) as watch:
            fate, cost = await _looked_at_alone(tmp_path, data)
        told.append(
            f"{name}: {len(data):,} bytes, {fate}, {cost - start:.2f} s, {max(watch.sizes, default=held) - held:.0f} MiB"
        )
        print(told[-1])
        assert cost - start <= limits.IMAGE_CPU_SECONDS + CPU_SECONDS, told
        assert max(watch.sizes, default=held) - held <= limits.IMAGE_MEBIBYTES, told
        assert watch.stall <= STALL_SECONDS, told


async def _cost(folder: Path, data: bytes) -> float:
    return (await _looked_at_alone(folder, data))[1]


async def _looked_at_alone(folder: Path, data: bytes) -> tuple[str, float]:
    """By a process of its own: what became of it, and how long a processor was busy with it, its start included."""
    await pixels.close()
    (folder / "one").write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seen = await pixels.examine(folder / "one")
    await pixels.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seen.reason if isinstance(seen, Unreadable) else "shown", spent


# --- through the door of a server


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with targeted() as running:
        yield running


async def test_a_server_takes_hostile_files_answers_all_and_goes_on(target: Target) -> None:
    dice = random.Random(SEED)
    files = [data for data in dice.sample([*malformed(dice)], 60) if data] + dice.sample([*mutated(dice)], 60)
    files += bombs().values()
    async with looking_into(target), clients() as http:
        city = await found(http, target.url)
        case = await city.case_in("IN_PROGRESS")
        photo = await _sent(city, case, [loaded_jpeg(marked())])
        assert await _shown(city, photo[0][0]) == 200
        server = target.server.process.pid
        before = peak(server)
        async with watching(server) as watch, _asked(http, target.url) as waits:
            answers = await _sent(city, case, files)
            last = await _sent(city, case, [phone(99)])
            assert await _shown(city, last[0][0], seconds=60) == 200

    statuses = Counter(status for _, status in answers)
    grown, slow = peak(server) - before, sorted(waits)[-max(2, len(waits) // 100)]
    print(
        f"{dict(statuses)}; server {grown:.0f} MiB more, lookers {max(watch.sizes):.0f} MiB; health within {slow * 1000:.0f} ms"
    )
    assert set(statuses) <= {200, 422}
    assert statuses[200] > 30
    assert grown <= 150
    assert max(watch.sizes) <= 40 + limits.IMAGE_MEBIBYTES
    assert target.incidents == []


async def _sent(city: City, case: dict[str, object], files: list[bytes]) -> list[tuple[str, int]]:
    """Each declared as what its beginning says, or else as a JPEG: where it would be shown, and how it was answered."""
    answers = []
    for start in range(0, len(files), 9):
        some = [(data, _kind(data)) for data in files[start : start + 9]]
        photos = await declared(city, *(declaration(data, kind) for data, kind in some), case=case)
        for photo, (data, _) in zip(photos, some, strict=True):
            response = await put(city.as_("inspector"), photo["uploadUrl"], data)
            answers.append((address(city, photo, "screen"), response.status_code))
    return answers


def _kind(data: bytes) -> str:
    return next((kind for kind, head in zip(LOADED, _HEADS, strict=True) if data[:4] == head[:4]), "image/jpeg")


async def _shown(city: City, place: str, seconds: float = 10) -> int:
    """How the copy is answered, once it is there."""
    inspector, until = city.as_("inspector"), time.monotonic() + seconds
    while True:
        response = await inspector.http.get(place, headers=inspector.headers)
        if response.status_code == 200 or time.monotonic() > until:
            return response.status_code
        await asyncio.sleep(0.05)


@asynccontextmanager
async def _asked(http: httpx.AsyncClient, url: str) -> AsyncIterator[list[float]]:
    """How long somebody else waits meanwhile."""
    waits: list[float] = []

    async def ask() -> None:
        while True:
            begun = time.perf_counter()
            assert (await http.get(f"{url}/healthz")).status_code == 200
            waits.append(time.perf_counter() - begun)
            await asyncio.sleep(0.02)

    running = asyncio.create_task(ask())
    try:
        yield waits
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_killed_server_leaves_no_process_that_looks_at_photos(target: Target) -> None:
    async with looking_into(target), clients() as http:
        city = await found(http, target.url)
        await _sent(city, await city.case_in("IN_PROGRESS"), [phone(1), many_scans(8_000, 8_000, 3_000)])
    server = target.server.process.pid
    async with asyncio.timeout(20):
        while not (left := lookers(server)):  # noqa: ASYNC110  what is awaited happens in another process
            await asyncio.sleep(0.05)

    target.kill()

    async with asyncio.timeout(10):
        while any(is_alive(pid) for pid in left):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
