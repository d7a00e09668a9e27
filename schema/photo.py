"""照片证据: declared, uploaded outside GraphQL, verified."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import photo as verbs
from resolvers.doors.access import Row
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CopyStatus, PhotoDiscrepancy, PhotoStatus
from schema.copy import PhotoExif, discrepancies, exif, screen, thumbnail
from schema.grammar.node import Node
from schema.grammar.source import addressed, column, fed_by, many, personal

if TYPE_CHECKING:
    from schema.copy import PhotoLikeness

_ADDRESS = ("id", "own_declaration", "declared_at", "status")


def _upload(actor: Actor, row: Row, base_url: str) -> str | None:
    return verbs.addresses(verbs.PHOTO, row, actor, base_url)[0]


def _original(actor: Actor, row: Row, base_url: str) -> str | None:
    return verbs.addresses(verbs.PHOTO, row, actor, base_url)[1]


@fed_by(models.Photo, description="照片: evidence of a visit; the original stays as it came.")
class Photo(Node):
    sha256: str = column("SHA-256, as declared and verified.")
    byte_size: int = column("字节数.")
    content_type: str = column("类型.")
    status: PhotoStatus = column("状态.")
    captured_at: datetime | None = column("拍摄时间: by the phone's clock.")
    received_at: datetime | None = column("收到时间: when the verified bytes were here.")
    upload_url: str | None = addressed(
        "上传地址: takes the raw bytes with your bearer token, by one PUT or resumably by tus 1.0 (HEAD, PATCH); another after"
        " 14 days; null once verified, and for everybody else.",
        *_ADDRESS,
        by=_upload,
    )
    url: str | None = addressed(
        "原件地址: takes GET with your bearer token; null without the right to the original, and until verified.",
        *_ADDRESS,
        by=_original,
    )
    copies: CopyStatus = column("副本状态: whether it can be shown.")
    thumbnail_url: str | None = addressed(
        "缩略图地址: a JPEG of at most 320 pixels, without any metadata, takes GET with your bearer token; null until made.",
        "id",
        "copies",
        by=thumbnail,
    )
    screen_url: str | None = addressed(
        "屏幕图地址: a JPEG of at most 1,600 pixels, without any metadata, takes GET with your bearer token; null until made.",
        "id",
        "copies",
        by=screen,
    )
    width: int | None = column("宽度: pixels of the original, upright; null until the copies are made.")
    height: int | None = column("高度: pixels of the original, upright; null until the copies are made.")
    exif: PhotoExif | None = personal(
        "照片自述: what the file says of itself; told to those with the right to the original, null until the copies are made.",
        "copies", "exif_taken_at", "exif_latitude", "exif_longitude", "exif_device", by=exif,
    )  # fmt: skip
    discrepancies: list[PhotoDiscrepancy] = personal(
        "照片存疑: in what the file contradicts what was declared; empty until the copies are made.",
        "captured_at", "latitude", "longitude", "exif_taken_at", "exif_latitude", "exif_longitude",
        by=discrepancies,
    )  # fmt: skip
    look_alikes: list[Annotated["PhotoLikeness", strawberry.lazy("schema.copy")]] = many(
        "近似照片: earlier photos of other cases of this jurisdiction that look like it, of those you see; the most alike first.",
        models.PhotoLikeness,
        key="photo_id",
        order="t.distance, t.id",
    )
