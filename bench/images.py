"""`python -m bench.images`: how fast photos are looked at and their copies made, and what one costs.

Told: photos a second with every process at work, and per second of processor time (that is, per core), for what phones
send; then what hostile files cost by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import resource
import tempfile
import time
from pathlib import Path

import pillow_heif
from PIL import Image

from resolvers.doors import pixels
from resolvers.doors.pixels import Unreadable
from resolvers.terms import limits

_CAMERA, _LARGE = (4_032, 3_024), (5_712, 4_284)  # 12 and 24 megapixels


def main() -> None:
    """Print a line a kind of file."""
    parser = argparse.ArgumentParser(prog="python -m bench.images", description=__doc__)
    parser.add_argument("--photos", type=int, default=40)
    asked = parser.parse_args()
    pillow_heif.register_heif_opener()
    asyncio.run(_measure(asked.photos))


async def _measure(photos: int) -> None:
    print(f"{limits.IMAGE_WORKERS} processes; each photo gives a thumbnail and a screen copy")
    with tempfile.TemporaryDirectory() as folder:
        for name, data in _files().items():
            path = Path(folder) / "photo"
            path.write_bytes(data)
            await _told(name, path, len(data), photos)


async def _told(name: str, path: Path, size: int, photos: int) -> None:
    begun, used = time.perf_counter(), _used()
    found = await asyncio.gather(*(pixels.examine(path) for _ in range(photos)))
    seconds = time.perf_counter() - begun
    await pixels.close()  # only what has ended is counted
    cores = _used() - used
    fates = {each.reason if isinstance(each, Unreadable) else "shown" for each in found}
    speed = f"{photos / seconds:6.1f} a second, {photos / cores:6.1f} a second and core"
    print(f"{name:36} {size / 1e6:5.1f} MB  {speed}, {1000 * cores / photos:5.0f} ms each: {' '.join(sorted(fates))}")


def _used() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _files() -> dict[str, bytes]:
    camera, large = scene(_CAMERA), scene(_LARGE)
    return {
        "JPEG, 12 megapixels": as_file(camera, "JPEG", quality=90),
        "JPEG, 12 megapixels, progressive": as_file(camera, "JPEG", quality=90, progressive=True),
        "JPEG, 48 megapixels": as_file(camera.resize((8_064, 6_048)), "JPEG", quality=85),
        "JPEG, 1 megapixel (from a chat)": as_file(camera.resize((1_280, 960)), "JPEG", quality=75),
        "HEIC, 12 megapixels": as_file(camera, "HEIF", quality=60),
        "HEIC, 24 megapixels": as_file(large, "HEIF", quality=60),
        "WebP, 12 megapixels": as_file(camera, "WEBP", quality=80, method=0),
        "PNG, a screenshot": as_file(camera.resize((1_080, 2_400)), "PNG", compress_level=1),
    }


def scene(size: tuple[int, int]) -> Image.Image:
    """Coarse colours and fine grain: about as hard to decode as what a phone sees."""
    noise = Image.effect_noise((size[0] // 8, size[1] // 8), 60)
    bands = (noise, noise.transpose(Image.Transpose.FLIP_LEFT_RIGHT), noise.transpose(Image.Transpose.ROTATE_180))
    coarse = Image.merge("RGB", bands).resize(size)
    return Image.blend(coarse, Image.effect_noise(size, 30).convert("RGB"), 0.15)


def as_file(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


if __name__ == "__main__":
    main()
