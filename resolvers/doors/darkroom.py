"""Photos are looked at and made smaller by a process that has nothing else to lose: `python -m resolvers.doors.darkroom`.

It is told a path a line, answers each with what it found and two copies, and ends with its input, so that no server
leaves one behind, however it dies. Its kernel knows what a photo may cost: data beyond the limit is not given to it, and
processor time beyond the limit ends it.
"""

from __future__ import annotations

import ctypes
import gc
import io
import json
import os
import resource
import signal
import struct
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import pillow_heif
from PIL import ExifTags, Image, ImageCms, _webp

from resolvers.rules import evidence, exif
from resolvers.terms import limits

HEADER = struct.Struct(">I")  # how long the JSON is that comes first; it says how long each copy is
_QUALITY = 80
_STRIP = 256  # rows brought into another mode at a time, so that there is never a second whole picture
_STACKS = 10 * 2**20  # bytes: of a decoder's own thread, reserved and hardly touched, so no memory
_ICC_BYTES = 1024 * 1024
_SRGB = ImageCms.createProfile("sRGB")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})
_TELLING = range(
    8, 57
)  # with fewer ones, or fewer zeros, it is a wall, a sky, a lens cap, and resembles all of its kind

Size: TypeAlias = tuple[int, int]
Rows: TypeAlias = Callable[[int, int], Image.Image]


class Refusal(Exception):  # noqa: N818
    """No picture that is shown."""


@dataclass(frozen=True, slots=True)
class Negative:
    """A decoded photo: its size as it came and as it was decoded, and rows of it."""

    full: Size
    size: Size
    rows: Rows
    exif: Image.Exif
    icc: bytes | None
    is_upright: bool = False


def _jpeg(path: Path) -> Negative:
    """The decoder itself leaves out what the copies would not show."""
    image = Image.open(path, formats=["JPEG"])
    full = _demand(image.size, limits.JPEG_PIXELS)
    image.draft(None, _within(full, limits.SCREEN_PIXELS))
    return _plain(image, full)


def _png(path: Path) -> Negative:
    image = Image.open(path, formats=["PNG"])
    return _plain(image, _demand(image.size, limits.IMAGE_PIXELS))


def _plain(image: Image.Image, full: Size) -> Negative:
    image.load()
    return Negative(full, image.size, lambda top, end: image.crop((0, top, image.width, end)), *_told(image))


def _told(image: Image.Image) -> tuple[Image.Exif, bytes | None]:
    return _exif(image.getexif), image.info.get("icc_profile")


def _webp_(path: Path) -> Negative:
    """By its decoder alone: Pillow's own way makes a copy more of the whole."""
    size, told = _looked_into(path)
    decoder = _webp.WebPAnimDecoder(path.read_bytes())
    mode, first = decoder.get_info()[4], decoder.get_next()
    if first is None:
        raise Refusal("UNREADABLE")
    return Negative(size, size, _striped("RGB" if mode == "RGBX" else mode, mode, size, first[0], size[0] * 4), *told)


def _looked_into(path: Path) -> tuple[Size, tuple[Image.Exif, bytes | None]]:
    with Image.open(path, formats=["WEBP"]) as image:
        return _demand(image.size, limits.WEBP_PIXELS), _told(image)


def _heic(path: Path) -> Negative:
    """Turned as it says by its decoder already; the rotation in its EXIF counts for nothing."""
    file = pillow_heif.open_heif(path, remove_stride=False)
    _demand(file.size, limits.IMAGE_PIXELS)
    told = file.info.get("exif") or b""
    rows = _striped(file.mode, file.mode, _decoded(file), file.data, file.stride)
    return Negative(file.size, file.size, rows, _exif(lambda: _parsed(told)), file.info.get("icc_profile"), True)


def _decoded(file: pillow_heif.HeifFile) -> Size:
    file[file.primary_index].load()
    width, height = file.size
    return width, height


def _striped(mode: str, raw: str, size: Size, data: bytes, stride: int) -> Rows:
    def rows(top: int, end: int) -> Image.Image:
        some = data[top * stride : end * stride]
        return Image.frombuffer(mode, (size[0], end - top), some, "raw", raw, stride, 1)

    return rows


OPENERS = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp_, "image/heic": _heic}


def _demand(size: Size, pixels: int) -> Size:
    """Before a single pixel is decoded."""
    if size[0] * size[1] > pixels:
        raise Refusal("TOO_LARGE")
    return size


def _within(size: Size, side: int) -> Size:
    """The size scaled down, never up, until its long side fits."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def develop(path: Path) -> tuple[dict[str, object], list[bytes]]:
    """What a photo shows and says of itself, and its copies: thumbnail, screen. `Refusal` by a word."""
    with path.open("rb") as file:
        kind = evidence.content_type(file.read(evidence.HEAD_BYTES)) or ""
    if kind not in OPENERS:
        raise Refusal("UNREADABLE")
    # Unheard, the signal that ends this time ends the process.
    signal.setitimer(signal.ITIMER_PROF, evidence.decode_seconds(kind, path.stat().st_size))
    negative = OPENERS[kind](path)
    turn = 1 if negative.is_upright else negative.exif.get(ExifTags.Base.Orientation, 1)
    screen = _upright(_srgb(_shrunk(negative), negative.icc), turn)
    thumbnail = screen.resize(_within(screen.size, limits.THUMBNAIL_PIXELS), Image.Resampling.LANCZOS)
    width, height = reversed(negative.full) if turn in _SIDEWAYS else negative.full
    said = {"width": width, "height": height, "likeness": _likeness(thumbnail), **_metadata(negative.exif)}
    return said, [_encoded(thumbnail), _encoded(screen)]


def _shrunk(negative: Negative) -> Image.Image:
    """The photo in a plain mode, its long side that of the screen copy: averaged by a whole factor, then resampled."""
    width, height = negative.size
    target = _within(negative.size, limits.SCREEN_PIXELS)
    factor = min(width // target[0], height // target[1])
    step = _STRIP // factor * factor or factor
    whole: Image.Image | None = None
    for top in range(0, height, step):
        strip = _flat(negative.rows(top, min(top + step, height))).reduce(factor)
        whole = whole or Image.new(strip.mode, (strip.width, -(-height // factor)))
        whole.paste(strip, (0, top // factor))
    if whole is None:
        raise Refusal("UNREADABLE")
    box = (0, 0, width / factor, height / factor)
    return whole if whole.size == target else whole.resize(target, Image.Resampling.LANCZOS, box)


def _flat(image: Image.Image) -> Image.Image:
    """In a mode that can be averaged and shown: grey, RGB or CMYK, on white where it is see-through."""
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen.getchannel("A"))
    return flat


def _srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """As the profile in the file means its numbers; a profile that makes no sense is none."""
    if icc and len(icc) <= _ICC_BYTES:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            found = ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(icc)), _SRGB, outputMode="RGB")
            return found or image
    return image.convert("RGB")


def _upright(image: Image.Image, turn: object) -> Image.Image:
    method = _TURNS.get(turn) if isinstance(turn, int) else None
    return image if method is None else image.transpose(method)


def _encoded(image: Image.Image) -> bytes:
    """Pixels and nothing else: what is known of the picture is forgotten before it is written."""
    image.info.clear()
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _likeness(thumbnail: Image.Image) -> int | None:
    """64 bits, each whether it gets darker from one of 9 × 8 fields to the next; None where that tells too little."""
    grey = thumbnail.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            left, right = grey[row * 9 + column], grey[row * 9 + column + 1]
            bits = bits << 1 | (left > right)
    return struct.unpack(">q", bits.to_bytes(8))[0] if bits.bit_count() in _TELLING else None


def _exif(read: Callable[[], Image.Exif]) -> Image.Exif:
    """Malformed is none: what a camera says of itself never keeps a photo from being shown."""
    with suppress(Exception):
        return read()
    return Image.Exif()


def _parsed(data: bytes) -> Image.Exif:
    found = Image.Exif()
    found.load(data)
    return found


def _metadata(told: Image.Exif) -> dict[str, object]:
    with suppress(Exception):
        detail, gps = told.get_ifd(ExifTags.IFD.Exif), told.get_ifd(ExifTags.IFD.GPSInfo)
        taken = exif.taken_at(detail.get(ExifTags.Base.DateTimeOriginal), detail.get(ExifTags.Base.OffsetTimeOriginal))
        latitude = exif.degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "N", "S", 90.0)
        longitude = exif.degrees(
            gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "E", "W", 180.0
        )
        has_place = latitude is not None and longitude is not None
        return {
            "taken_at": taken.isoformat() if taken else None,
            "latitude": latitude if has_place else None,
            "longitude": longitude if has_place else None,
            "device": exif.device(told.get(ExifTags.Base.Make), told.get(ExifTags.Base.Model)),
        }
    return {}


def answer(path: Path) -> bytes:
    """What is written of one photo: the found, then the copies; or why there are none."""
    copies: list[bytes] = []
    try:
        said, copies = develop(path)
    except Refusal as refusal:
        said = {"reason": str(refusal)}
    except Image.DecompressionBombError:
        said = {"reason": "TOO_LARGE"}
    except MemoryError:
        said = {"reason": "TOO_COSTLY"}
    except Exception:  # noqa: BLE001  (decoders raise what they like; whatever it is, it is about these bytes)
        said = {"reason": "UNREADABLE"}
    head = json.dumps({**said, "lengths": [len(each) for each in copies]}).encode()
    return b"".join((HEADER.pack(len(head)), head, *copies))


def settle() -> None:
    """Low in rank, and with nothing it could write but its answers."""
    warnings.simplefilter("ignore")
    pillow_heif.options.DECODE_THREADS = 1
    Image.MAX_IMAGE_PIXELS = limits.JPEG_PIXELS
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def allow() -> None:
    """So much more data than is held now: what decoders keep for the next time is not counted against the next photo."""
    with suppress(FileNotFoundError):  # no Linux: the limits in pixels are what there is
        status = Path("/proc/self/status").read_text("ascii")
        held = int(status.partition("VmData:")[2].split()[0]) * 1024
        most = held + limits.IMAGE_MEBIBYTES * 2**20 + _STACKS
        resource.setrlimit(resource.RLIMIT_DATA, (most, resource.RLIM_INFINITY))


def work(asked: BinaryIO, told: BinaryIO) -> None:
    """A path a line, until there is no other."""
    while line := asked.readline():
        allow()
        said = answer(Path(json.loads(line)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        told.write(said)
        told.flush()
        _give_back()


def _give_back() -> None:
    """What the last photo took is not held while there is no other."""
    gc.collect()
    with suppress(AttributeError, OSError):  # a C library without it
        ctypes.CDLL(None).malloc_trim(0)


if __name__ == "__main__":
    with os.fdopen(os.dup(1), "wb") as _told_to:
        os.dup2(2, 1)  # what a library prints is no answer
        settle()
        work(sys.stdin.buffer, _told_to)
