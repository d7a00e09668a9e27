"""照片证据: declared, uploaded outside GraphQL, verified."""

from datetime import datetime

from resolvers import models
from resolvers import photo as verbs
from resolvers.doors.access import Row
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import PhotoStatus
from schema.grammar.node import Node
from schema.grammar.source import addressed, column, derived, fed_by

_ADDRESS = ("id", "own_declaration", "status")


def _upload(actor: Actor, row: Row, base_url: str) -> str | None:
    return verbs.addresses(verbs.PHOTO, row, actor, base_url)[0]


def _original(actor: Actor, row: Row, base_url: str) -> str | None:
    return verbs.addresses(verbs.PHOTO, row, actor, base_url)[1]


def _no_thumbnail(_actor: Actor, _row: Row) -> None:
    return None


@fed_by(models.Photo, description="照片: evidence of a visit; the original stays as it came.")
class Photo(Node):
    sha256: str = column("SHA-256, as declared and verified.")
    byte_size: int = column("字节数.")
    content_type: str = column("类型.")
    status: PhotoStatus = column("状态.")
    captured_at: datetime | None = column("拍摄时间: by the phone's clock.")
    received_at: datetime | None = column("收到时间: when the verified bytes were here.")
    upload_url: str | None = addressed(
        "上传地址: takes one PUT of the raw bytes with your bearer token; null once verified, and for everybody else.",
        *_ADDRESS,
        by=_upload,
    )
    url: str | None = addressed(
        "原件地址: takes GET with your bearer token; null without the right to the original, and until verified.",
        *_ADDRESS,
        by=_original,
    )
    thumbnail_url: str | None = derived("缩略图地址: null until copies without metadata are made.", by=_no_thumbnail)
