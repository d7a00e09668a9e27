"""照片副本: what a photo is shown by, what its file says of itself, and which photos look like it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import copy as verbs
from resolvers import models
from resolvers.doors.access import Row
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import PhotoDiscrepancy
from schema.grammar.node import Node
from schema.grammar.source import column, fed_by, relation
from schema.inspection import Position

if TYPE_CHECKING:
    from schema.photo import Photo


@strawberry.type(
    description="照片自述: what the file says of itself (EXIF); anybody can write it, so it proves nothing."
)
class PhotoExif:
    taken_at: datetime | None = strawberry.field(
        description="拍摄时间: by the camera's clock; as the clock here shows, where the file names no offset."
    )
    position: Position | None = strawberry.field(description="拍摄位置: WGS-84 degrees, without an accuracy.")
    device: str | None = strawberry.field(description="拍摄设备: make and model.")


@fed_by(
    models.PhotoLikeness, description="近似照片: a photo of another case that looks like this one and came earlier."
)
class PhotoLikeness(Node):
    photo: Annotated["Photo", strawberry.lazy("schema.photo")] = relation(
        "照片: the earlier one; told only to those who see it.", models.Photo, key="earlier_id"
    )
    distance: int = column("差异: in how many of 64 bits the two differ, 0 to 3.")


def thumbnail(_actor: Actor, row: Row, base_url: str) -> str | None:
    return verbs.address(row, base_url, "thumbnail")


def screen(_actor: Actor, row: Row, base_url: str) -> str | None:
    return verbs.address(row, base_url, "screen")


def exif(actor: Actor, row: Row) -> PhotoExif | None:
    if not verbs.tells_of_itself(row, actor):
        return None
    place = verbs.place(row)
    position = Position(latitude=place.latitude, longitude=place.longitude, accuracy=None) if place else None
    return PhotoExif(taken_at=row["exif_taken_at"], position=position, device=row["exif_device"])


def discrepancies(_actor: Actor, row: Row) -> list[PhotoDiscrepancy]:
    return verbs.discrepancies(row)
