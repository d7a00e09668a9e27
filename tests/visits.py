"""A sample visit as the verbs take it: all it holds beside its words, its place and its photos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fixtures import rows
from fixtures.story import Told
from resolvers.finding import Checked, Findings, Measured, Sampled, Tested
from resolvers.inspection import PhoneReply, Signature
from resolvers.models import Patrol, RapidTest, Rectification
from resolvers.rectification import Recheck, Required
from resolvers.rules.days import local_date
from resolvers.terms.kinds import CheckResult, LabResult, MeasureKind, RapidResult, RectificationKind, SignatureKind


def told(of: Told, note: rows.NoteRow) -> dict[str, Any]:
    """What stands in the note's row and in the rows of the note."""
    window = (note.window_from, note.window_through) if note.window_from and note.window_through else None
    reply = PhoneReply(note.phone_replied_at, note.phone_reply) if note.phone_replied_at and note.phone_reply else None
    signed = Signature(SignatureKind.of(note.signature), note.refusal_reason, note.witness) if note.signature else None
    return {
        "credentials_shown": note.credentials_shown,
        "task_order": note.task_order,
        "window": window,
        "participants": note.participants,
        "found": _found(of, note),
        "rectifications": [
            Required(RectificationKind.of(row.kind), row.requirement, local_date(row.due_at) if row.due_at else None)
            for row in _of_note(of, rows.RectificationRow, note)
        ],
        "signature": signed,
        "phone_reply": reply,
    }


def _found(of: Told, note: rows.NoteRow) -> Findings:
    return Findings(
        [Checked(row.item, CheckResult.of(row.result), row.remark) for row in _of_note(of, rows.CheckItemRow, note)],
        [Sampled(row.product, row.quantity, row.batch) for row in _of_note(of, rows.SampleRow, note)],
        [
            Tested(row.item, row.method, row.kit_batch, RapidResult.of(row.result), row.retest_until is not None)
            for row in _of_note(of, rows.RapidTestRow, note)
        ],
        [Measured(MeasureKind.of(row.kind), row.subject, row.record) for row in _of_note(of, rows.MeasureRow, note)],
    )


def _of_note(of: Told, kind: type[Any], note: rows.NoteRow) -> list[Any]:
    return [row for row in of.rows if type(row) is kind and row.note_id == note.id]


async def followed(of: Told, case_id: UUID, note: rows.NoteRow) -> dict[str, Any]:
    """What it rechecks and finds obeyed, what it carries out: those of the case that the verbs made."""
    found: dict[str, Any] = {}
    for row in of.rows:
        if isinstance(row, rows.RectificationRow) and row.id == note.rechecks_id:
            made = await Rectification.get(case_id=case_id, requirement=row.requirement)
            found["rechecks"] = Recheck(made.id, done=True)
        if isinstance(row, rows.PatrolRow) and row.id == note.patrol_id:
            found["patrol"] = await patrol_like(case_id, row)
    return found


async def patrol_like(case_id: UUID, row: rows.PatrolRow) -> UUID:
    return (await Patrol.get(case_id=case_id, due_at=row.due_at)).id


async def answer(case_id: UUID, row: rows.LabTestRow) -> dict[str, Any]:
    """A laboratory's answer about the rapid test of the case that the verbs made."""
    return {
        "rapid_test_id": (await RapidTest.get(note__case_id=case_id)).id,
        "sample_id": None,
        "laboratory": row.laboratory,
        "report_number": row.report_number,
        "result": LabResult.of(row.result),
        "reported_at": row.reported_at,
    }
