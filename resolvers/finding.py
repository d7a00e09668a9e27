"""检查所见: what a visit holds beside its words: the check list, samples, rapid tests, measures (FT-8, FT-14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.models import CheckItem, InspectionNote, Measure, RapidTest, Sample
from resolvers.rules import evidence, texts
from resolvers.terms import limits
from resolvers.terms.kinds import CheckResult, MeasureKind, RapidResult


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of the check list."""

    item: str
    result: CheckResult
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Sampled:
    """Goods taken along."""

    product: str
    quantity: str
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """A rapid test; of agricultural products another one may be asked for within four hours."""

    item: str
    method: str
    kit_batch: str
    result: RapidResult
    agricultural_product: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """An interview, a seizure, a clearance: of whom or what, and how it went."""

    kind: MeasureKind
    subject: str
    record: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All of one visit, in the order told."""

    check_items: Sequence[Checked] = ()
    samples: Sequence[Sampled] = ()
    rapid_tests: Sequence[Tested] = ()
    measures: Sequence[Measured] = ()


async def keep(note: InspectionNote, told: Findings) -> None:
    """Rows of a note, all of them or, at the first that does not hold, a refusal that names its place."""
    texts.whole(len(told.check_items), 0, limits.CHECK_ITEMS, "checkItems")
    texts.whole(len(told.samples), 0, limits.SAMPLES, "samples")
    texts.whole(len(told.rapid_tests), 0, limits.RAPID_TESTS, "rapidTests")
    texts.whole(len(told.measures), 0, limits.MEASURES, "measures")
    await CheckItem.bulk_create([_check_item(note, at, each) for at, each in enumerate(told.check_items)])
    await Sample.bulk_create([_sample(note, at, each) for at, each in enumerate(told.samples)])
    await RapidTest.bulk_create([_rapid_test(note, at, each) for at, each in enumerate(told.rapid_tests)])
    await Measure.bulk_create([_measure(note, at, each) for at, each in enumerate(told.measures)])


def _check_item(note: InspectionNote, ordinal: int, told: Checked) -> CheckItem:
    path = ("checkItems", str(ordinal))
    return CheckItem(
        note_id=note.id,
        ordinal=ordinal,
        item=texts.required(told.item, limits.ITEM_CHARACTERS, *path, "item"),
        result=told.result,
        remark=texts.optional(told.remark, limits.REASON_CHARACTERS, *path, "remark"),
    )


def _sample(note: InspectionNote, ordinal: int, told: Sampled) -> Sample:
    path = ("samples", str(ordinal))
    return Sample(
        note_id=note.id,
        ordinal=ordinal,
        product=texts.required(told.product, limits.ITEM_CHARACTERS, *path, "product"),
        batch=texts.optional(told.batch, limits.BATCH_CHARACTERS, *path, "batch"),
        quantity=texts.required(told.quantity, limits.QUANTITY_CHARACTERS, *path, "quantity"),
    )


def _rapid_test(note: InspectionNote, ordinal: int, told: Tested) -> RapidTest:
    path = ("rapidTests", str(ordinal))
    return RapidTest(
        note_id=note.id,
        ordinal=ordinal,
        item=texts.required(told.item, limits.ITEM_CHARACTERS, *path, "item"),
        method=texts.required(told.method, limits.ITEM_CHARACTERS, *path, "method"),
        kit_batch=texts.required(told.kit_batch, limits.BATCH_CHARACTERS, *path, "kitBatch"),
        result=told.result,
        retest_until=evidence.retest_until(note.captured_at, agricultural=told.agricultural_product),
    )


def _measure(note: InspectionNote, ordinal: int, told: Measured) -> Measure:
    path = ("measures", str(ordinal))
    return Measure(
        note_id=note.id,
        ordinal=ordinal,
        kind=told.kind,
        subject=texts.required(told.subject, limits.ITEM_CHARACTERS, *path, "subject"),
        record=texts.required(told.record, limits.TEXT_CHARACTERS, *path, "record"),
    )
