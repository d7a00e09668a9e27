"""Photographs as phones make them: pictures with something to see, and with everything in the file that nobody should be told."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageDraw, PngImagePlugin

from schema.grammar import ids
from tests.client import Data
from tests.world import City

SECRET = "藏于元数据GPS-46.803611N-130.318889E"  # what is hidden in every place a file has for it
EAST_COUNTY = (46.803611, 130.318889)
TAKEN = datetime.fromisoformat("2026-11-20T09:58:00+08:00")
_SOS, _EOI = 0xDA, 0xD9
_BARE = frozenset({0xD8, _EOI, 0x01, *range(0xD0, 0xD8)})  # markers without a length
_WITHIN_A_SCAN = frozenset({0, *range(0xD0, 0xD8)})  # no markers of their own
PIXELS = frozenset({0xD8, 0xE0, 0xDB, 0xC0, 0xC4, _SOS, _EOI})  # SOI, JFIF, DQT, SOF0, DHT, SOS, EOI

pillow_heif.register_heif_opener()


def scene(seed: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    """The same shapes for a seed in any size; another seed looks otherwise."""
    dice = random.Random(seed)
    image = Image.new("RGB", size, tuple(dice.choices(range(256), k=3)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        left, top = dice.random() * size[0], dice.random() * size[1]
        box = (left, top, left + (0.05 + dice.random() / 3) * size[0], top + (0.05 + dice.random() / 3) * size[1])
        draw.ellipse(box, tuple(dice.choices(range(256), k=3)))
    return image


def marked(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red at the upper left, green at the upper right, blue below: it shows which way up it is."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    image.paste("lime", (size[0] // 2, 0, size[0], size[1] // 2))
    return image


def exif(
    *,
    taken: str | None = "2026:11:20 09:58:00",
    offset: str | None = "+08:00",
    place: tuple[float, float] | None = EAST_COUNTY,
    orientation: int | None = None,
    thumbnail: bytes = b"",
) -> Image.Exif:
    """What a phone writes."""
    found = Image.Exif()
    found[ExifTags.Base.Make], found[ExifTags.Base.Model] = "HUAWEI", "HUAWEI P60"
    found[ExifTags.Base.ImageDescription] = SECRET.encode().decode("latin-1")
    if orientation:
        found[ExifTags.Base.Orientation] = orientation
    detail: dict[int, Any] = {ExifTags.Base.UserComment: SECRET.encode(), ExifTags.Base.MakerNote: thumbnail or b"note"}
    detail |= {ExifTags.Base.DateTimeOriginal: taken} if taken else {}
    detail |= {ExifTags.Base.OffsetTimeOriginal: offset} if offset else {}
    found.get_ifd(ExifTags.IFD.Exif).update(detail)
    if place:
        north, east = (_sexagesimal(abs(each)) for each in place)
        sides = {1: "N" if place[0] >= 0 else "S", 2: north, 3: "E" if place[1] >= 0 else "W", 4: east}
        found.get_ifd(ExifTags.IFD.GPSInfo).update(sides)
    return found


def _sexagesimal(value: float) -> tuple[float, float, float]:
    whole, rest = divmod(value * 60, 60)
    minutes, seconds = divmod(rest * 60, 60)
    return whole, minutes, seconds


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def jpeg(image: Image.Image, *, quality: int = 85, **written: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, **written)
    return file.getvalue()


def phone(seed: int = 1, size: tuple[int, int] = (400, 300), **told: Any) -> bytes:
    """A photo by a phone of the east county, taken on 2026-11-20 at 9:58; different bytes for every seed."""
    return jpeg(scene(seed, size), exif=exif(**told))


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def loaded_jpeg(image: Image.Image, orientation: int | None = None) -> bytes:
    """EXIF with GPS and a thumbnail, XMP, IPTC, ICC, a comment, an unknown segment, and data behind the end."""
    small = jpeg(image.resize((160, 120)))
    whole = jpeg(
        image,
        exif=exif(orientation=orientation, thumbnail=small),
        icc_profile=profile(),
        comment=SECRET.encode(),
        xmp=_xmp(),
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(SECRET.encode())) + SECRET.encode()
    extra = _segment(0xED, iptc) + _segment(0xEB, b"C2PA" + SECRET.encode()) + _segment(0xEF, SECRET.encode())
    return whole[:2] + extra + whole[2:] + b"PK\x03\x04<script>" + SECRET.encode()


def loaded_png(image: Image.Image, orientation: int | None = None) -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", SECRET.encode().decode("latin-1"))
    told.add_text("Software", SECRET.encode().decode("latin-1"), zip=True)
    told.add_itxt("XML:com.adobe.xmp", _xmp().decode())
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=told, exif=exif(orientation=orientation), icc_profile=profile())
    return file.getvalue() + SECRET.encode()


def loaded_webp(image: Image.Image, orientation: int | None = None) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", exif=exif(orientation=orientation).tobytes(), icc_profile=profile(), xmp=_xmp())
    return file.getvalue() + SECRET.encode()


def loaded_heic(image: Image.Image, orientation: int | None = None) -> bytes:
    """Turned by the container, as iPhones do."""
    file = io.BytesIO()
    image.save(
        file, "HEIF", quality=60, exif=exif(orientation=orientation).tobytes(), icc_profile=profile(), xmp=_xmp()
    )
    return file.getvalue() + SECRET.encode()


LOADED = {"image/jpeg": loaded_jpeg, "image/png": loaded_png, "image/webp": loaded_webp, "image/heic": loaded_heic}


def _xmp() -> bytes:
    said = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description dc:description="{SECRET}"/></rdf:RDF></x:xmpmeta>'
    return said.encode()


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every marker of a JPEG with what it holds, to the last byte; that of a scan holds its entropy-coded data as well."""
    at = 0
    while at < len(data):
        assert data[at] == 0xFF, f"no marker at {at}"
        marker = data[at + 1]
        end = at + 2 + (0 if marker in _BARE else struct.unpack(">H", data[at + 2 : at + 4])[0])
        while marker == _SOS:
            end = data.index(0xFF, end)
            if data[end + 1] not in _WITHIN_A_SCAN:
                break
            end += 2
        yield marker, data[at + 2 : end]
        at = end


def metadata(data: bytes) -> list[str]:
    """Whatever a JPEG holds that is not pixels: nothing, if it is one of our copies."""
    found = [f"{marker:02x}: {held[:40]!r}" for marker, held in segments(data) if marker not in PIXELS]
    order = [marker for marker, _ in segments(data)]
    found += [] if order[0] == 0xD8 and order[-1] == _EOI and order.count(_EOI) == 1 else ["not one whole image"]
    jfif = [held for marker, held in segments(data) if marker == 0xE0]
    plain = len(jfif) == 1 and len(jfif[0]) == 16 and jfif[0][2:7] == b"JFIF\0" and jfif[0][-2:] == b"\0\0"
    return found + ([] if plain else [f"e0: {jfif!r}"])


def shown(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=["JPEG"])


def address(city: City, photo: Data, size: str) -> str:
    """Where a copy of it is read."""
    return f"{city.base_url}/photos/{ids.wanted(photo['id'], 'Photo', 'id')}/{size}"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred kilobytes that is so many black pixels."""
    row = b"\0" * (width * 3 + 1)
    squeezed, packer = bytearray(), zlib.compressobj(9)
    for _ in range(height):
        squeezed += packer.compress(row)
    squeezed += packer.flush()
    parts = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", bytes(squeezed)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held)) for name, held in parts
    )


def many_scans(width: int, height: int, scans: int) -> bytes:
    """A progressive JPEG of a few hundred kilobytes whose every pixel is gone over so many times."""
    whole = jpeg(Image.new("L", (width, height), 128), progressive=True, quality=50)
    cut = whole.rindex(b"\xff\xda")
    return whole[:cut] + whole[cut:-2] * scans + whole[-2:]
