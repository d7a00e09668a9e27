"""责令改正."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import models
from resolvers import rectification as verbs
from resolvers.terms.kinds import RectificationKind
from schema.grammar import ids
from schema.grammar.node import Node
from schema.grammar.source import column, computed, fed_by, many, relation

if TYPE_CHECKING:
    from schema.case import Case
    from schema.inspection import InspectionNote
    from schema.office import Office


@fed_by(
    models.Rectification,
    description="责令改正: what has to be put right, on the spot or by a day; not shown to third parties.",
)
class Rectification(Node):
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "检查单位: looks after it.", models.Office, key="office_id"
    )
    inspection_note: Annotated["InspectionNote", strawberry.lazy("schema.inspection")] | None = relation(
        "检查记录: the visit that ordered it.", models.InspectionNote, key="note_id"
    )
    kind: RectificationKind = column("方式.")
    requirement: str = column("要求: what has to be put right.")
    due_at: datetime | None = column("整改期限: the end of a day, of an ORDER alone.")
    closed_at: datetime | None = column("完成时间: when it was found put right; null while an order runs.")
    is_overdue: bool = computed("是否逾期: its day is over, and nobody has found it put right.")
    rechecks: list[Annotated["InspectionNote", strawberry.lazy("schema.inspection")]] = many(
        "复查记录: the visits that looked after it, as they were captured.",
        models.InspectionNote,
        key="rechecks_id",
        order="t.captured_at, t.id",
    )


@strawberry.input(description="责令改正.")
class RectificationInput:
    kind: RectificationKind = strawberry.field(description="方式.")
    requirement: str = strawberry.field(description="要求: at most 10,000 characters.")
    due_on: date | None = strawberry.field(
        default=None,
        description="整改期限: the last day, of an ORDER and mandatory there; from the day of the visit, a year at most.",
    )

    def told(self) -> verbs.Required:
        return verbs.Required(**vars(self))


@strawberry.input(description="整改复查: which order the visit looks after.")
class RecheckInput:
    rectification_id: strawberry.ID = strawberry.field(description="责令改正: its id, of the same case.")
    done: bool = strawberry.field(description="是否已改正: true closes the order; false leaves it open.")

    def told(self) -> verbs.Recheck:
        key = ids.wanted(self.rectification_id, "Rectification", "rechecks", "rectificationId")
        return verbs.Recheck(key, self.done)
