"""检验: a statutory laboratory's answer about a rapid test, or about a sample (Food Safety Law art. 87)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from resolvers.doors import access, clock, status
from resolvers.doors.db import atomic
from resolvers.doors.once import Outcome, once
from resolvers.models import Case, InspectionNote, LabTest, RapidTest, Sample, Table
from resolvers.rules import texts
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.kinds import CaseEventKind, LabResult
from resolvers.terms.roles import Role


@atomic
@once
async def add_lab_result(
    actor: Actor,
    *,
    rapid_test_id: UUID | None,
    sample_id: UUID | None,
    laboratory: str,
    report_number: str,
    result: LabResult,
    reported_at: datetime,
) -> Outcome:
    """By a unit that handles the case. A new fact, so it needs no version; another test of the same is another fact."""
    now = clock.now()
    case, note_id = await _of(actor, rapid_test_id, sample_id, now)
    await status.own_office(actor, case, Role.CLERK, Role.INSPECTOR)
    test = await LabTest.create(
        note_id=note_id,
        rapid_test_id=rapid_test_id,
        sample_id=sample_id,
        laboratory=texts.required(laboratory, limits.ITEM_CHARACTERS, "laboratory"),
        report_number=texts.required(report_number, limits.BATCH_CHARACTERS, "reportNumber"),
        result=result,
        reported_at=texts.past(reported_at, now, "reportedAt"),
        recorded_by_id=actor.id,
        recorded_at=now,
    )
    case.updated_at = now
    await case.save(update_fields=["updated_at"])
    said = {"test": str(test.id), "note": str(note_id), "result": result.value}
    status.note(actor, case, CaseEventKind.LAB_RESULT_ADDED, now, said)
    return Outcome({"lab_test": test.id})


async def _of(actor: Actor, rapid_test_id: UUID | None, sample_id: UUID | None, now: datetime) -> tuple[Case, UUID]:
    """The case, locked, and the note that hold what was tested: one rapid test or one sample."""
    model: type[Table] = RapidTest if rapid_test_id else Sample
    key, path = (rapid_test_id, "rapidTestId") if rapid_test_id else (sample_id, "sampleId")
    if key is None or (rapid_test_id and sample_id):
        raise texts.invalid("快检与样品须且只能指定一个。", "rapidTestId")
    seen = await access.Reader(actor, now).see(model, key)
    if seen is None:
        raise Refused(Code.NOT_FOUND, path)
    note = await InspectionNote.get(id=seen["note_id"])
    return await access.take(actor, Case, note.case_id, now, path), note.id
