"""检验."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import lab_test as verbs
from resolvers import models
from resolvers.terms.kinds import LabResult
from resolvers.terms.roles import Permission
from schema.grammar import ids
from schema.grammar.context import Info
from schema.grammar.node import Node
from schema.grammar.payload import Keyed, Payload, done, mutation
from schema.grammar.source import column, fed_by, relation

if TYPE_CHECKING:
    from schema.finding import RapidTest, Sample
    from schema.inspection import InspectionNote
    from schema.person import Person


@fed_by(
    models.LabTest,
    description="检验: a statutory laboratory's answer (Food Safety Law art. 87); not shown to third parties.",
)
class LabTest(Node):
    inspection_note: Annotated["InspectionNote", strawberry.lazy("schema.inspection")] | None = relation(
        "检查记录: the visit it follows from.", models.InspectionNote, key="note_id"
    )
    rapid_test: Annotated["RapidTest", strawberry.lazy("schema.finding")] | None = relation(
        "快检: the one it decides; null of a sample's.", models.RapidTest, key="rapid_test_id"
    )
    sample: Annotated["Sample", strawberry.lazy("schema.finding")] | None = relation(
        "样品: what was tested; null of a rapid test's.", models.Sample, key="sample_id"
    )
    laboratory: str = column("检验机构.")
    report_number: str = column("报告编号.")
    result: LabResult = column("检验结果.")
    reported_at: datetime = column("报告时间.")
    recorded_by: Annotated["Person", strawberry.lazy("schema.person")] | None = relation(
        "登记人.", models.Person, key="recorded_by_id"
    )
    recorded_at: datetime = column("登记时间.")


@strawberry.input(description="填写检验结果: of one rapid test or one sample; a new fact, so no version is asked for.")
class AddLabResultInput(Keyed):
    rapid_test_id: strawberry.ID | None = strawberry.field(default=None, description="快检: its id; else a sample's.")
    sample_id: strawberry.ID | None = strawberry.field(default=None, description="样品: its id; else a rapid test's.")
    laboratory: str = strawberry.field(description="检验机构: at most 200 characters.")
    report_number: str = strawberry.field(description="报告编号: at most 100 characters.")
    result: LabResult = strawberry.field(description="检验结果.")
    reported_at: datetime = strawberry.field(description="报告时间: not later than now.")


@strawberry.type(description="填写检验结果的答复.")
class AddLabResultPayload(Payload):
    lab_test: LabTest | None = strawberry.field(description="检验.")


@strawberry.type
class Mutation:
    @mutation(
        Permission.ADD_LAB_RESULT,
        "填写检验结果: a suspected rapid test needs one before the result is submitted (T13)."
        " Requires INSPECTOR or CLERK of a handling unit.",
    )
    async def add_lab_result(self, info: Info, input: AddLabResultInput) -> AddLabResultPayload:  # noqa: A002
        test, sample = input.rapid_test_id, input.sample_id
        outcome = await verbs.add_lab_result(
            info.context.caller,
            input.idempotency_key,
            rapid_test_id=ids.wanted(test, "RapidTest", "rapidTestId") if test is not None else None,
            sample_id=ids.wanted(sample, "Sample", "sampleId") if sample is not None else None,
            laboratory=input.laboratory,
            report_number=input.report_number,
            result=input.result,
            reported_at=input.reported_at,
        )
        return await done(AddLabResultPayload, info, outcome, lab_test=models.LabTest)
