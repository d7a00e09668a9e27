"""外勤任务."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from resolvers import models
from resolvers import task as verbs
from resolvers.terms.kinds import TaskKind
from resolvers.terms.roles import Permission
from schema.grammar import connection
from schema.grammar.connection import Connection, Listing, Window
from schema.grammar.context import Info
from schema.grammar.cursor import Order
from schema.grammar.node import Node
from schema.grammar.root import reads
from schema.grammar.source import column, computed, fed_by, reckoned, relation
from schema.inspection import PositionInput

if TYPE_CHECKING:
    from schema.case import Case
    from schema.office import Office
    from schema.patrol import Patrol
    from schema.rectification import Rectification

DUE_FIRST = Order("due_sort")
From = Annotated[PositionInput, strawberry.argument(name="from", description="起点: where you are.")]


@fed_by(models.Task, description="外勤任务: a visit that your unit has before it; gone once it is done.")
class Task(Node):
    kind: TaskKind = column("种类.")
    case: Annotated["Case", strawberry.lazy("schema.case")] | None = relation("工单.", models.Case, key="case_id")
    office: Annotated["Office", strawberry.lazy("schema.office")] | None = relation(
        "承办单位: whose task it is.", models.Office, key="office_id"
    )
    rectification: Annotated["Rectification", strawberry.lazy("schema.rectification")] | None = relation(
        "责令改正, of a RECHECK.", models.Rectification, key="rectification_id"
    )
    patrol: Annotated["Patrol", strawberry.lazy("schema.patrol")] | None = relation(
        "回头看, of a PATROL.", models.Patrol, key="patrol_id"
    )
    due_at: datetime | None = column(
        "期限: of an INSPECTION the case's own closing date; of a RECHECK or PATROL the end of its day."
    )
    is_overdue: bool = computed("是否逾期.")

    @reckoned(
        "距离: metres as the crow flies from a place to that of the case; null when that is not known.",
        "latitude",
        "longitude",
    )
    def distance(root: Any, from_: From) -> float | None:
        return verbs.distance(root, from_.told())


@strawberry.input(description="外勤任务筛选: all given conditions hold together.")
class TaskFilter:
    kind: list[TaskKind] | None = strawberry.field(default=None, description="种类: any of these.")
    due_before: datetime | None = strawberry.field(
        default=None, description="期限止, excluded; what has no date is not listed."
    )

    def wanted(self) -> verbs.Wanted:
        return verbs.Wanted(**vars(self))


@strawberry.type
class Query:
    @reads(
        Permission.READ_TASKS,
        "外勤任务: what your units have to visit, earliest due first; a case waits for its first visit of the round.",
    )
    def my_tasks(
        self,
        info: Info,  # noqa: ARG002
        first: connection.First = None,
        after: connection.After = None,
        last: connection.Last = None,
        before: connection.Before = None,
        filter: Annotated[TaskFilter | None, strawberry.argument(description="筛选.")] = None,  # noqa: A002
    ) -> Connection[Task]:
        wanted = (filter or TaskFilter()).wanted()
        window = Window(first=first, after=after, last=last, before=before)
        return Listing(models.Task, DUE_FIRST, window, verbs.matching(wanted), tag=wanted)  # type: ignore[return-value]
