"""离线同步: what a phone wrote down without a network is sent in batches, each item answered on its own."""

from datetime import datetime
from uuid import UUID

import strawberry

from resolvers import models
from resolvers import sync as verbs
from resolvers.doors.access import Row
from resolvers.terms.codes import Code
from resolvers.terms.kinds import SyncOutcome
from resolvers.terms.roles import Permission
from schema.grammar.context import Info
from schema.grammar.payload import Payload, mutation
from schema.inspection import InspectionNote, VisitInput


@strawberry.input(description="离线检查记录: as addInspectionNote, kept on the phone until there is a network.")
class InspectionDraftInput(VisitInput):
    client_id: UUID = strawberry.field(
        description="客户端编号: a UUID the phone makes when the note is begun and keeps; the same one is stored once."
    )
    depends_on: UUID | None = strawberry.field(
        default=None,
        description="依据: clientId of a note of this batch, or of an earlier one, without which this is none.",
    )

    def draft(self) -> verbs.Draft:
        return verbs.Draft(self.client_id, self.read, self.depends_on)


@strawberry.input(
    description="同步检查记录: up to 100 items in one body of 256 KiB; each carries its own key, so the batch has none."
)
class SyncInspectionsInput:
    items: list[InspectionDraftInput] = strawberry.field(description="离线检查记录, in the order they were written.")
    device_time: datetime | None = strawberry.field(
        default=None,
        description="手机时间: the phone's clock as it sends this; a wrong one is noted, nothing is refused.",
    )


@strawberry.type(description="同步结果: of one item.")
class SyncResult:
    client_id: UUID = strawberry.field(description="客户端编号, as sent.")
    outcome: SyncOutcome = strawberry.field(description="结果.")
    inspection_note: InspectionNote | None = strawberry.field(
        description="检查记录: the stored one, new or earlier; null when none is stored, or when its case is another unit's"
        " by now: it is kept all the same, and shown to who signs off."
    )
    code: Code | None = strawberry.field(description="代码: why it was not stored as sent.")
    message: str | None = strawberry.field(description="说明: a Chinese sentence for the person.")
    path: list[str] = strawberry.field(description="位置: path into the input; empty when nothing is wrong with it.")
    advice: str | None = strawberry.field(description="怎么办: what the person may do about it.")
    is_worth_retrying: bool = strawberry.field(
        description="可原样重试: whether the very same item may be stored later."
    )


@strawberry.type(description="同步检查记录的答复.")
class SyncInspectionsPayload(Payload):
    results: list[SyncResult] | None = strawberry.field(
        description="同步结果: one for each item, in their order; null when the batch as a whole was refused."
    )


@strawberry.type
class Mutation:
    @mutation(
        Permission.ADD_INSPECTION_NOTE,
        "同步检查记录: up to 100 notes from a phone that was offline, never all or nothing. Requires INSPECTOR.",
    )
    async def sync_inspections(self, info: Info, input: SyncInspectionsInput) -> SyncInspectionsPayload:  # noqa: A002
        drafts = [item.draft() for item in input.items]
        results = await verbs.sync_inspections(info.context.caller, drafts, input.device_time)
        stored = [result.note_id for result in results if result.note_id]
        notes = await info.context.reader.see_many(models.InspectionNote, stored)
        answers = [_answer(place, result, notes) for place, result in enumerate(results)]
        return SyncInspectionsPayload(results=answers, user_errors=[])


def _answer(place: int, result: verbs.Result, notes: dict[UUID, Row]) -> SyncResult:
    refusal = result.refusal
    return SyncResult(
        client_id=result.client_id,
        outcome=result.outcome,
        inspection_note=notes.get(result.note_id) if result.note_id else None,  # type: ignore[arg-type]
        code=refusal.code if refusal else None,
        message=refusal.message if refusal else None,
        path=["items", str(place), *refusal.path] if refusal else [],
        advice=result.advice,
        is_worth_retrying=result.is_worth_retrying,
    )
