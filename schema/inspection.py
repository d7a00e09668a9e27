"""检查记录."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import inspection as verbs
from resolvers import models, party
from resolvers.doors.access import Link, Row
from resolvers.rules.sight import Sight, inspector_track
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CoordinateSystem, VisitType
from resolvers.terms.roles import PHOTO_VIEWERS, Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, Payload, done, mutation
from schema.grammar.source import column, derived, fed_by, many, personal, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.person import Person
    from schema.photo import Photo


@strawberry.type(description="位置: WGS-84 degrees.")
class Position:
    latitude: float = strawberry.field(description="纬度, degrees.")
    longitude: float = strawberry.field(description="经度, degrees.")
    accuracy: float | None = strawberry.field(description="精度, metres.")


def _position(actor: Actor, row: Row) -> Position | None:
    told = inspector_track(actor.roles, in_own_office=bool(row["in_own_office"]))
    if told is not Sight.FULL or row["latitude"] is None:
        return None
    return Position(latitude=row["latitude"], longitude=row["longitude"], accuracy=row["accuracy"])


@fed_by(models.InspectionNote, description="检查记录: one visit, added and never changed.")
class InspectionNote(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] = relation("工单.", models.Case, key="case_id")
    round: int = column("轮次.")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "检查单位.", models.Office, key="office_id"
    )
    visit_type: VisitType = column("检查种类.")
    captured_at: datetime = column("检查时间: by the phone's clock.")
    received_at: datetime = column("收到时间: by ours.")
    inspectors: list[Annotated["Person", strawberry.lazy("schema.person")]] = many(
        "检查人员: two at least; not told to third parties.",
        models.Person,
        key="note_id",
        order="l.ordinal",
        link=Link(models.NoteInspector, "person_id"),
    )
    findings: str = derived(
        "检查情况; not told to third parties.", "findings", by=lambda actor, row: party.withheld(actor, row["findings"])
    )
    late_arrival: bool = column("迟到: came when the case had left handling; shown to who signs off.")
    clock_skewed: bool = column("时钟偏差: the phone's clock ran more than five minutes ahead.")
    position: Position | None = personal(
        "检查位置: told to the centre and to the own unit.",
        "in_own_office", "latitude", "longitude", "accuracy", by=_position,
    )  # fmt: skip
    photos: list[Annotated["Photo", strawberry.lazy("schema.photo")]] = many(
        "照片: told to the handling unit and the centre.",
        models.Photo,
        key="note_id",
        order="t.ordinal",
        who=PHOTO_VIEWERS,
    )


@strawberry.input(description="位置: degrees in a declared system.")
class PositionInput:
    latitude: float = strawberry.field(description="纬度, degrees.")
    longitude: float = strawberry.field(description="经度, degrees.")
    system: CoordinateSystem = strawberry.field(default=CoordinateSystem.WGS84, description="坐标系.")
    accuracy: float | None = strawberry.field(default=None, description="精度, metres.")

    def told(self) -> verbs.Position:
        return verbs.Position(self.latitude, self.longitude, self.system, self.accuracy)


@strawberry.input(description="照片登记: announced before its bytes come.")
class PhotoInput:
    sha256: str = strawberry.field(description="SHA-256 of the bytes: 64 lower-case hexadecimal digits.")
    byte_size: int = strawberry.field(description="字节数: 1 to 20 MiB.")
    content_type: str = strawberry.field(description="类型: image/jpeg, image/png, image/webp or image/heic.")
    captured_at: datetime | None = strawberry.field(default=None, description="拍摄时间.")
    place: PositionInput | None = strawberry.field(default=None, description="拍摄位置.")

    def told(self) -> verbs.Declared:
        position = self.place.told() if self.place else None
        return verbs.Declared(self.sha256, self.byte_size, self.content_type, self.captured_at, position)


@strawberry.input(description="填写检查记录: a new fact, so no version is asked for.")
class AddInspectionNoteInput(Keyed):
    case_id: strawberry.ID = strawberry.field(description="工单: the case's id.")
    visit_type: VisitType = strawberry.field(default=VisitType.FIRST, description="检查种类.")
    captured_at: datetime = strawberry.field(description="检查时间: by the phone's clock.")
    inspectors: list[strawberry.ID] = strawberry.field(
        description="检查人员: ids of persons, or their logins; two at least (Penalty Law art. 42)."
    )
    findings: str = strawberry.field(description="检查情况.")
    place: PositionInput | None = strawberry.field(default=None, description="检查位置.")
    photos: list[PhotoInput] = strawberry.field(
        default_factory=list, description="照片: at most 9; each comes back with its uploadUrl."
    )

    def told(self) -> verbs.Visit:
        named = (ids.reference(each, "Person", "inspectors", str(at)) for at, each in enumerate(self.inspectors))
        return verbs.Visit(
            visit_type=self.visit_type,
            captured_at=self.captured_at,
            inspectors=tuple(named),
            findings=self.findings,
            position=self.place.told() if self.place else None,
            photos=tuple(photo.told() for photo in self.photos),
        )


@strawberry.type(description="填写检查记录的答复.")
class AddInspectionNotePayload(Payload):
    inspection_note: InspectionNote | None = strawberry.field(description="检查记录.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.ADD_INSPECTION_NOTE, "填写检查记录: with its photos declared. Requires INSPECTOR of a handling unit."
    )
    async def add_inspection_note(self, info: Info, input: AddInspectionNoteInput) -> AddInspectionNotePayload:  # noqa: A002
        outcome = await verbs.add_inspection_note(
            info.context.caller,
            input.idempotency_key,
            case_id=ids.wanted(input.case_id, "Case", "caseId"),
            visit=input.told(),
        )
        return await done(AddInspectionNotePayload, info, outcome, inspection_note=models.InspectionNote)
