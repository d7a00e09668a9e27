"""检查记录."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from resolvers import inspection as verbs
from resolvers import models
from resolvers.doors.access import Link, Row
from resolvers.rules import sight
from resolvers.terms import places
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CoordinateSystem, SignatureKind, VisitType
from resolvers.terms.roles import PHOTO_VIEWERS, Permission
from schema.finding import CheckItemInput, MeasureInput, RapidTestInput, SampleInput, findings
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, Payload, done, mutation
from schema.grammar.source import column, derived, fed_by, many, personal, relation, withheld
from schema.rectification import RecheckInput, RectificationInput

if TYPE_CHECKING:
    from schema.case import Case
    from schema.finding import CheckItem, Measure, RapidTest, Sample
    from schema.office import Office
    from schema.patrol import Patrol
    from schema.person import Person
    from schema.photo import Photo
    from schema.rectification import Rectification


@strawberry.type(description="位置: WGS-84 degrees.")
class Position:
    latitude: float = strawberry.field(description="纬度, degrees.")
    longitude: float = strawberry.field(description="经度, degrees.")
    accuracy: float | None = strawberry.field(description="精度, metres.")


def _told(actor: Actor, row: Row) -> bool:
    return sight.inspector_track(actor.roles, in_own_office=bool(row["in_own_office"])) is sight.Sight.FULL


def _position(actor: Actor, row: Row) -> Position | None:
    if row["latitude"] is None or not _told(actor, row):
        return None
    return Position(latitude=row["latitude"], longitude=row["longitude"], accuracy=row["accuracy"])


def _distance(actor: Actor, row: Row) -> float | None:
    return row["distance"] if _told(actor, row) else None


def _is_far(actor: Actor, row: Row) -> bool | None:
    if row["distance"] is None or not _told(actor, row):
        return None
    return verbs.is_far(row)


def _participants(actor: Actor, row: Row) -> list[str]:
    return [] if sight.is_outside(actor.roles) else row["participants"]


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
    findings: str = withheld("检查情况", "findings")
    late_arrival: bool = column("迟到: came when the case had left handling; shown to who signs off.")
    clock_skewed: bool = column("时钟偏差: the phone's clock was more than five minutes away from ours.")
    clock_skew: int | None = column(
        "时钟差: seconds by which the phone's clock was behind ours when it sent the note; null when it did not say."
    )
    position: Position | None = personal(
        "检查位置: told to the centre and to the own unit.",
        "in_own_office", "latitude", "longitude", "accuracy", by=_position,
    )  # fmt: skip
    mocked: bool = column("模拟定位: the phone says that its position was made up; flagged, never refused.")
    distance: float | None = personal(
        "距离: metres from the respondent's place as it was on record then; null when one of the two is not known;"
        " told to the centre and to the own unit.",
        "in_own_office", "distance", by=_distance,
    )  # fmt: skip
    is_far: bool | None = personal(
        "是否偏离: more than 500 metres from the respondent's place, the accuracy allowed for; flagged, never refused;"
        " told and null as `distance` is.",
        "in_own_office", "distance", "accuracy", by=_is_far,
    )  # fmt: skip
    credentials_shown: bool = column("是否出示执法证件.")
    task_order: str | None = withheld("任务书编号: of the order that the inspectors went on", "task_order")
    window_from: datetime | None = column("行动开始时间, of a night or joint visit (FT-7).")
    window_through: datetime | None = column("行动结束时间, of a night or joint visit (FT-7).")
    participants: list[str] = derived(
        "参与单位: the bodies that took part, of a joint visit (FT-7); not told to third parties.",
        "participants",
        by=_participants,
    )
    check_items: list[Annotated["CheckItem", strawberry.lazy("schema.finding")]] = many(
        "检查项: the check list; not told to third parties.", models.CheckItem, key="note_id", order="t.ordinal"
    )
    samples: list[Annotated["Sample", strawberry.lazy("schema.finding")]] = many(
        "抽样; not told to third parties.", models.Sample, key="note_id", order="t.ordinal"
    )
    rapid_tests: list[Annotated["RapidTest", strawberry.lazy("schema.finding")]] = many(
        "快检; not told to third parties.", models.RapidTest, key="note_id", order="t.ordinal"
    )
    measures: list[Annotated["Measure", strawberry.lazy("schema.finding")]] = many(
        "现场措施 (FT-8); not told to third parties.", models.Measure, key="note_id", order="t.ordinal"
    )
    rectifications: list[Annotated["Rectification", strawberry.lazy("schema.rectification")]] = many(
        "责令改正: what it ordered; not told to third parties.",
        models.Rectification,
        key="note_id",
        order="t.ordinal",
    )
    signature: SignatureKind | None = column("签字情况: of the inspected party; null when nobody was asked.")
    refusal_reason: str | None = withheld("拒绝签字的理由", "refusal_reason")
    witness: str | None = personal(
        "见证人, of a refusal to sign; not told to third parties.",
        "witness",
        by=lambda actor, row: sight.withheld(actor.roles, row["witness"]),
    )
    phone_replied_at: datetime | None = column("电话答复时间: when the complainant was told (FT-14).")
    phone_reply: str | None = withheld("电话答复内容", "phone_reply")
    rechecks: Annotated["Rectification", strawberry.lazy("schema.rectification")] | None = relation(
        "复查的责令改正: the order it looked after.", models.Rectification, key="rechecks_id"
    )
    patrol: Annotated["Patrol", strawberry.lazy("schema.patrol")] | None = relation(
        "回头看: the plan it carried out (FT-9).", models.Patrol, key="patrol_id"
    )
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
    mocked: bool = strawberry.field(default=False, description="模拟定位: the phone says that it is made up.")

    def told(self) -> places.Position:
        return places.Position(**vars(self))


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


@strawberry.input(description="行动时间: of a night or joint visit (FT-7).")
class WindowInput:
    from_: datetime = strawberry.field(name="from", description="开始时间.")
    through: datetime = strawberry.field(description="结束时间.")


@strawberry.input(description="签字情况: whether the inspected party signed.")
class SignatureInput:
    kind: SignatureKind = strawberry.field(description="签字情况.")
    refusal_reason: str | None = strawberry.field(default=None, description="拒绝签字的理由: mandatory for REFUSED.")
    witness: str | None = strawberry.field(
        default=None, description="见证人: mandatory for REFUSED, at most 100 characters."
    )

    def told(self) -> verbs.Signature:
        return verbs.Signature(**vars(self))


@strawberry.input(description="电话答复: what the complainant was told (FT-14).")
class PhoneReplyInput:
    at: datetime = strawberry.field(description="答复时间.")
    text: str = strawberry.field(description="答复内容: at most 10,000 characters.")

    def told(self) -> verbs.PhoneReply:
        return verbs.PhoneReply(**vars(self))


@strawberry.input
class VisitInput:
    """What is told of a visit, at once or from a phone that was offline."""

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

    credentials_shown: bool = strawberry.field(default=True, description="是否出示执法证件.")
    task_order: str | None = strawberry.field(default=None, description="任务书编号: at most 60 characters.")
    window: WindowInput | None = strawberry.field(
        default=None, description="行动时间: of a night or joint visit (FT-7)."
    )
    participants: list[str] = strawberry.field(
        default_factory=list,
        description="参与单位: names of the bodies that took part, of a joint visit (FT-7); at most 20.",
    )
    check_items: list[CheckItemInput] = strawberry.field(default_factory=list, description="检查项: at most 100.")
    samples: list[SampleInput] = strawberry.field(default_factory=list, description="抽样: at most 30.")
    rapid_tests: list[RapidTestInput] = strawberry.field(default_factory=list, description="快检: at most 30.")
    measures: list[MeasureInput] = strawberry.field(default_factory=list, description="现场措施 (FT-8): at most 10.")
    rectifications: list[RectificationInput] = strawberry.field(
        default_factory=list, description="责令改正: at most 20."
    )
    signature: SignatureInput | None = strawberry.field(default=None, description="签字情况.")
    phone_reply: PhoneReplyInput | None = strawberry.field(default=None, description="电话答复.")
    rechecks: RecheckInput | None = strawberry.field(
        default=None, description="整改复查: which order it looks after; a visit of any type but FIRST."
    )
    patrol: strawberry.ID | None = strawberry.field(
        default=None, description="回头看: the plan it carries out, of your unit; a visit of any type but FIRST."
    )

    def read(self) -> tuple[UUID, verbs.Visit]:
        """The case, and what is in the note; `NOT_FOUND` for an id that is none."""
        return ids.wanted(self.case_id, "Case", "caseId"), self._visit()

    def _visit(self) -> verbs.Visit:
        named = (ids.reference(each, "Person", "inspectors", str(at)) for at, each in enumerate(self.inspectors))
        return verbs.Visit(
            visit_type=self.visit_type,
            captured_at=self.captured_at,
            inspectors=tuple(named),
            findings=self.findings,
            position=self.place.told() if self.place else None,
            photos=tuple(photo.told() for photo in self.photos),
            credentials_shown=self.credentials_shown,
            task_order=self.task_order,
            window=(self.window.from_, self.window.through) if self.window else None,
            participants=tuple(self.participants),
            found=findings(self.check_items, self.samples, self.rapid_tests, self.measures),
            rectifications=tuple(each.told() for each in self.rectifications),
            signature=self.signature.told() if self.signature else None,
            phone_reply=self.phone_reply.told() if self.phone_reply else None,
            rechecks=self.rechecks.told() if self.rechecks else None,
            patrol=ids.wanted(self.patrol, "Patrol", "patrol") if self.patrol is not None else None,
        )


@strawberry.input(description="填写检查记录: a new fact, so no version is asked for.")
class AddInspectionNoteInput(VisitInput, Keyed):
    device_time: datetime | None = strawberry.field(
        default=None,
        description="手机时间: the phone's clock as it sends this; a wrong one is noted, nothing is refused.",
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
        case_id, visit = input.read()
        outcome = await verbs.add_inspection_note(
            info.context.caller,
            input.idempotency_key,
            case_id=case_id,
            visit=visit,
            device_time=verbs.sent_at(input.device_time),
        )
        return await done(AddInspectionNotePayload, info, outcome, inspection_note=models.InspectionNote)
