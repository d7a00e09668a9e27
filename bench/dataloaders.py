"""The same three reads as strawberry projects are usually written: types with resolvers, Tortoise's models, dataloaders,
strawberry's own view. Not part of the product.

It answers the dispatcher of the bench with the same bytes, and knows the scope of that role alone, which costs nothing.
"""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig
from tortoise.connection import get_connection

from bench import statements
from bench.handwritten import _inbox_list, _prepare, _spell
from resolvers import case, login, models, party
from resolvers.doors import db
from resolvers.doors.access import Row
from resolvers.doors.postgres import APP, DATABASE, Login
from resolvers.rules import sight
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import (
    CaseEventKind,
    CaseKind,
    CaseOrder,
    CasePriority,
    IntakeChannel,
    PhotoStatus,
    VisitType,
)
from resolvers.terms.roles import Permission
from resolvers.terms.statuses import OPEN, CaseStatus
from schema.grammar import cursor, ids, vocabulary
from schema.grammar.cursor import Order
from schema.grammar.scalars import scalar_map

HERE = os.environ.get("BENCH_HERE", "")
PUBLISHED = vocabulary  # these words are enums of GraphQL by now


def by_id(model: Any) -> DataLoader[UUID, Any]:
    async def load(keys: list[UUID]) -> list[Any]:
        found = {row.id: row for row in await model.filter(id__in=keys)}
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)


def by_parent(model: Any, column: str, order: Sequence[str], **more: object) -> DataLoader[UUID, list[Any]]:
    async def load(keys: list[UUID]) -> list[list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in await model.filter(**{f"{column}__in": keys}, **more).order_by(*order):
            found[getattr(row, column)].append(row)
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)


@dataclass(slots=True)
class Held:
    """What a request holds."""

    actor: Actor
    offices: DataLoader[UUID, models.Office]
    categories: DataLoader[UUID, models.Category]
    parties: DataLoader[UUID, models.Party]
    respondents: DataLoader[UUID, models.Respondent]
    events: DataLoader[UUID, list[models.LedgerEntry]]
    notes: DataLoader[UUID, list[models.InspectionNote]]
    photos: DataLoader[UUID, list[models.Photo]]


Info = strawberry.Info[Held, None]


@strawberry.type
class Office:
    name: str


@strawberry.type
class Category:
    name: str


@strawberry.type
class Respondent:
    name: str


@strawberry.type
class Party:
    row: strawberry.Private[Row]

    @strawberry.field
    def name(self, info: Info) -> str | None:
        return party.name(info.context.actor, self.row)

    @strawberry.field
    def phone(self, info: Info) -> str | None:
        return party.phone(info.context.actor, self.row)


@strawberry.type
class CaseEvent:
    kind: CaseEventKind
    occurred_at: datetime
    case_version: int | None


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Timeline:
    nodes: list[CaseEvent]
    page_info: PageInfo


@strawberry.type
class Photo:
    sha256: str
    status: PhotoStatus
    key: strawberry.Private[UUID]
    thumbnail_url: str | None = None

    @strawberry.field
    def url(self, info: Info) -> str | None:
        readable = self.status is PhotoStatus.VERIFIED and info.context.actor.may(Permission.READ_ORIGINALS)
        return f"{HERE}/photos/{self.key}" if readable else None


@strawberry.type
class InspectionNote:
    row: strawberry.Private[Any]
    captured_at: datetime
    visit_type: VisitType

    @strawberry.field
    def findings(self, info: Info) -> str | None:
        return sight.withheld(info.context.actor.roles, self.row.findings)

    @strawberry.field
    async def office(self, info: Info) -> Office | None:
        return cast("Office | None", await named(info.context.offices, self.row.office_id, Office))

    @strawberry.field
    async def photos(self, info: Info) -> list[Photo]:
        found = await info.context.photos.load(self.row.id)
        return [Photo(sha256=photo.sha256, status=photo.status, key=photo.id) for photo in found]


@strawberry.type
class InspectionNotes:
    nodes: list[InspectionNote]


async def named(loader: DataLoader[UUID, Any], key: UUID | None, kind: Callable[..., Any]) -> Any:
    row = await loader.load(key) if key else None
    return kind(name=row.name) if row else None


@strawberry.type
class Case:
    row: strawberry.Private[Any]
    number: str
    kind: CaseKind
    channel: IntakeChannel
    status: CaseStatus
    priority: CasePriority
    received_at: datetime
    due_at: datetime | None
    version: int
    round: int

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.encode("Case", self.row.id))

    @strawberry.field
    def is_urgent(self) -> bool:
        return self.priority is not CasePriority.NORMAL

    @strawberry.field
    def is_overdue(self) -> bool:
        return self.status in OPEN and self.due_at is not None and self.due_at < datetime.now(UTC)

    async def words(self, info: Info) -> Row:
        """What the masks of a case look at."""
        actor, row = info.context.actor, self.row
        told = Row(models.Case, {name: getattr(row, name) for name in ("kind", "title", "description")})
        told |= {"title_redacted": row.title_redacted, "description_redacted": row.description_redacted}
        category = await info.context.categories.load(row.category_id) if row.category_id else None
        told["category_name"] = category and category.name
        complainant = await info.context.parties.load(row.complainant_id) if row.complainant_id else None
        told["own_intake"] = row.registered_by == actor.id
        told["in_own_unit"] = bool(set(row.handling_ids) & set(actor.own_units))
        told["wants_confidentiality"] = bool(complainant and complainant.wants_confidentiality)
        return told

    @strawberry.field
    async def title(self, info: Info) -> str:
        return case.title(info.context.actor, await self.words(info))

    @strawberry.field
    async def description(self, info: Info) -> str:
        return case.description(info.context.actor, await self.words(info))

    @strawberry.field
    async def lead_office(self, info: Info) -> Office | None:
        return cast("Office | None", await named(info.context.offices, self.row.lead_office_id, Office))

    @strawberry.field
    async def category(self, info: Info) -> Category | None:
        return cast("Category | None", await named(info.context.categories, self.row.category_id, Category))

    @strawberry.field
    async def respondent(self, info: Info) -> Respondent | None:
        return cast("Respondent | None", await named(info.context.respondents, self.row.respondent_id, Respondent))

    @strawberry.field
    async def complainant(self, info: Info) -> Party | None:
        row, actor = self.row, info.context.actor
        found = await info.context.parties.load(row.complainant_id) if row.complainant_id else None
        if found is None:
            return None
        units, assigned = set(actor.own_units), set(row.assigned_ids)
        told = Row(models.Party, {"name": found.name, "phone": found.phone, "case_kind": row.kind})
        told["own_intake"], told["in_own_unit"] = row.registered_by == actor.id, bool(set(row.handling_ids) & units)
        told["in_assigned_unit"] = bool(assigned & units)
        told["callback_open"] = row.status is CaseStatus.CLOSED_AWAITING_CALLBACK and not assigned & units
        told["wants_confidentiality"] = found.wants_confidentiality
        return Party(row=told)

    @strawberry.field
    async def timeline(self, info: Info, first: int = 20) -> Timeline:
        found = await info.context.events.load(self.row.id)
        nodes = [
            CaseEvent(kind=event.kind, occurred_at=event.occurred_at, case_version=event.case_version)
            for event in found[:first]
        ]
        key, mine = str(self.row.id), str(info.context.actor.jurisdiction_id)
        listed = cursor.digest("Case.timeline", Order("seq", kind=int), None, key, mine)
        end = _spell(listed, found[len(nodes) - 1].seq, found[len(nodes) - 1].id) if nodes else None
        return Timeline(nodes=nodes, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=end))

    @strawberry.field
    async def inspection_notes(self, info: Info, first: int = 20) -> InspectionNotes:
        found = await info.context.notes.load(self.row.id)
        nodes = [InspectionNote(row=note, captured_at=note.captured_at, visit_type=note.visit_type) for note in found]
        return InspectionNotes(nodes=nodes[:first])


_PLAIN = ("number", "kind", "channel", "status", "priority", "received_at", "due_at", "version", "round")


def told(row: models.Case) -> Case:
    return Case(row=row, **{name: getattr(row, name) for name in _PLAIN})


@strawberry.type
class Edge:
    cursor: str
    node: Case


@strawberry.type
class Cases:
    edges: list[Edge]
    page_info: PageInfo


@strawberry.input
class CaseFilter:
    office_code: str
    status: list[CaseStatus]


# Which cases, in what order: the hand-written statement up to where it joins, for an ORM can't say it.
_PAGE = (
    statements.INBOX.partition("SELECT c.id, c.number")[0]
    + "SELECT g.id, g.due_sort FROM page g ORDER BY g.due_sort, g.id"
)


@strawberry.type
class Query:
    @strawberry.field
    async def cases(
        self,
        info: Info,
        first: int,
        filter: CaseFilter,  # noqa: A002
        order_by: CaseOrder,  # noqa: ARG002  (the bench asks for one)
    ) -> Cases:
        actor = info.context.actor
        asked = _prepare(actor, _PAGE, "::text")
        page = await get_connection("default").execute_query_dict(
            asked.sql, asked.fill(datetime.now(UTC), filter.office_code)
        )
        rows = {row.id: row for row in await models.Case.filter(id__in=[each["id"] for each in page])}
        listed = _inbox_list(str(actor.jurisdiction_id), filter.office_code)
        edges = [
            Edge(cursor=_spell(listed, each["due_sort"], each["id"]), node=told(rows[each["id"]]))
            for each in page[:first]
        ]
        end = edges[-1].cursor if edges else None
        return Cases(edges=edges, page_info=PageInfo(has_next_page=len(page) > first, end_cursor=end))

    @strawberry.field
    async def case(self, info: Info, number: str) -> Case | None:
        found = await models.Case.filter(number=number, jurisdiction_id=info.context.actor.jurisdiction_id).first()
        return told(found) if found else None


class Endpoint(GraphQL[Held, None]):
    async def get_context(self, request: Any, response: Any) -> Held:  # noqa: ARG002
        actor = await login.identify(cast("Request", request).headers["authorization"].removeprefix("Bearer "))
        if actor is None:
            raise PermissionError("unknown token")
        mine = actor.jurisdiction_id
        return Held(
            actor,
            offices=by_id(models.Office),
            categories=by_id(models.Category),
            parties=by_id(models.Party),
            respondents=by_id(models.Respondent),
            events=by_parent(models.LedgerEntry, "case_id", ("seq", "id"), jurisdiction_id=mine, audit_only=False),
            notes=by_parent(models.InspectionNote, "case_id", ("captured_at", "id")),
            photos=by_parent(models.Photo, "note_id", ("ordinal",)),
        )


def build() -> Starlette:
    """The database is named by BENCH_SOCKET (the folder of its socket) and BENCH_PORT."""

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        await db.start(Login(os.environ["BENCH_SOCKET"], int(os.environ["BENCH_PORT"]), APP, DATABASE))
        yield
        await db.stop()

    schema = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=scalar_map()))
    return Starlette(routes=[Mount("/", Endpoint(schema, graphql_ide=None))], lifespan=life)


def main() -> None:
    """Serve on any free port, which is printed."""
    door = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    print(f"ready: http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(build(), log_level="warning")).run([door])


if __name__ == "__main__":
    main()
