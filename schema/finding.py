"""检查所见."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import finding as verbs
from resolvers import models
from resolvers.terms.kinds import CheckResult, MeasureKind, RapidResult
from schema.grammar.node import Node
from schema.grammar.source import column, computed, fed_by, many

if TYPE_CHECKING:
    from schema.lab_test import LabTest

_LabTests = list[Annotated["LabTest", strawberry.lazy("schema.lab_test")]]


@fed_by(models.CheckItem, description="检查项: one line of the check list; not shown to third parties.")
class CheckItem(Node):
    item: str = column("检查内容.")
    result: CheckResult = column("结果.")
    remark: str | None = column("备注.")


@fed_by(models.Sample, description="抽样: goods taken along to be tested (FT-14); not shown to third parties.")
class Sample(Node):
    product: str = column("品名.")
    batch: str | None = column("批号.")
    quantity: str = column("数量, with its unit.")
    lab_tests: _LabTests = many(
        "检验结果: each test of it, oldest first.",
        models.LabTest,
        key="sample_id",
        order="t.recorded_at, t.id",
    )


@fed_by(
    models.RapidTest, description="快检: a test on the spot, never final when it suspects (Food Safety Law art. 87)."
)
class RapidTest(Node):
    item: str = column("检测项目.")
    method: str = column("检测方法.")
    kit_batch: str = column("试剂批号.")
    result: RapidResult = column("快检结果.")
    is_final: bool = computed(
        "是否最终结论: false of a suspected failure until a laboratory has answered, and of an invalid test."
    )
    retest_until: datetime | None = column(
        "复检申请截止: until when another test may be asked for, of agricultural products; never by a rapid method"
        " (Food Safety Law art. 88)."
    )
    lab_tests: _LabTests = many(
        "检验结果: each test of it, oldest first.",
        models.LabTest,
        key="rapid_test_id",
        order="t.recorded_at, t.id",
    )


@fed_by(
    models.Measure, description="现场措施: an interview, a seizure, a clearance (FT-8); not shown to third parties."
)
class Measure(Node):
    kind: MeasureKind = column("种类.")
    subject: str = column("对象: of whom or what.")
    record: str = column("记录.")


@strawberry.input(description="检查项.")
class CheckItemInput:
    item: str = strawberry.field(description="检查内容: at most 200 characters.")
    result: CheckResult = strawberry.field(description="结果.")
    remark: str | None = strawberry.field(default=None, description="备注: at most 2,000 characters.")

    def told(self) -> verbs.Checked:
        return verbs.Checked(**vars(self))


@strawberry.input(description="抽样.")
class SampleInput:
    product: str = strawberry.field(description="品名: at most 200 characters.")
    quantity: str = strawberry.field(description="数量: with its unit, at most 60 characters.")
    batch: str | None = strawberry.field(default=None, description="批号: at most 100 characters.")

    def told(self) -> verbs.Sampled:
        return verbs.Sampled(**vars(self))


@strawberry.input(description="快检.")
class RapidTestInput:
    item: str = strawberry.field(description="检测项目: at most 200 characters.")
    method: str = strawberry.field(description="检测方法: at most 200 characters.")
    kit_batch: str = strawberry.field(description="试剂批号: at most 100 characters.")
    result: RapidResult = strawberry.field(description="快检结果.")
    agricultural_product: bool = strawberry.field(
        default=False,
        description="食用农产品: another test may be asked for within four hours (Food Safety Law art. 88).",
    )

    def told(self) -> verbs.Tested:
        return verbs.Tested(**vars(self))


@strawberry.input(description="现场措施.")
class MeasureInput:
    kind: MeasureKind = strawberry.field(description="种类.")
    subject: str = strawberry.field(description="对象: of whom or what, at most 200 characters.")
    record: str = strawberry.field(description="记录: at most 10,000 characters.")

    def told(self) -> verbs.Measured:
        return verbs.Measured(**vars(self))


def findings(
    items: list[CheckItemInput], samples: list[SampleInput], tests: list[RapidTestInput], measures: list[MeasureInput]
) -> verbs.Findings:
    """All that a visit found, as its verb takes it."""
    return verbs.Findings(
        check_items=tuple(each.told() for each in items),
        samples=tuple(each.told() for each in samples),
        rapid_tests=tuple(each.told() for each in tests),
        measures=tuple(each.told() for each in measures),
    )
