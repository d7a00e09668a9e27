"""The limit: the three reads as a good engineer writes them by hand, answering the same bytes. Not part of the product.

A look-up of the caller and one statement a request, on one connection; statements are made once a caller; scopes and
masks are the product's own. What hangs on a case is in sight when the case is, so the case alone is asked for it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bench import statements
from resolvers import case, models, party
from resolvers.case import Wanted
from resolvers.doors.access import Row
from resolvers.doors.bind import Bind
from resolvers.doors.identity import _BY_DIGEST, _actor
from resolvers.doors.postgres import APP, DATABASE
from resolvers.doors.scopes import scope
from resolvers.rules import sight
from resolvers.terms.actor import Actor
from resolvers.terms.kinds import CaseOrder
from resolvers.terms.roles import PHOTO_VIEWERS, Permission, Role
from resolvers.terms.statuses import CaseStatus
from schema.case import ORDERS
from schema.grammar import cursor, ids
from schema.grammar.cursor import Order

Values = list[object]
Record = asyncpg.Record

_PAGE = 50
_EVENTS, _BY_SEQ = 10, Order("seq", kind=int)
_POOL_SIZE = 10
_SCOPES: dict[str, tuple[type[models.Table], str]] = {
    "case_scope": (models.Case, "c"),
    "office_scope": (models.Office, "o"),
    "note_office_scope": (models.Office, "w"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, the values that are the caller's, and at which places the instant and the question go."""

    sql: str
    values: Values
    now: int | None
    asked: tuple[int, ...]

    def fill(self, now: datetime, *asked: object) -> Values:
        values = self.values.copy()
        if self.now is not None:
            values[self.now] = now
        for place, value in zip(self.asked, asked, strict=True):
            values[place] = value
        return values


@dataclass(frozen=True, slots=True)
class Caller:
    actor: Actor
    inbox: Statement
    detail: Statement
    one: Statement
    reads_originals: bool


@lru_cache(maxsize=10_000)
def _known(rows: tuple[Record, ...]) -> Caller:
    """Callers with the same roles as before are the same caller."""
    actor = _actor(rows)
    if actor is None:
        raise PermissionError("unknown token")
    return Caller(
        actor,
        inbox=_prepare(actor, statements.INBOX, "::text"),
        detail=_prepare(actor, statements.DETAIL, "::text"),
        one=_prepare(actor, statements.ONE, "::text"),
        reads_originals=actor.may(Permission.READ_ORIGINALS),
    )


def _prepare(actor: Actor, template: str, *asked: str) -> Statement:
    """The text for this caller's roles; what is asked comes first."""
    bind = Bind(actor, datetime.now(UTC))
    parts = {f"asked_{place}": bind(None, kind) for place, kind in enumerate(asked)}
    wanted = set(re.findall(r"{(\w+)}", template))
    for name, (model, alias) in _SCOPES.items():
        if name in wanted:
            parts[name] = scope(model, alias, bind)
    for name in sorted(wanted & {"now", "actor_id", "unit_offices", "own_units", "jurisdiction_id"}):
        parts[name] = bind.named(name)
    parts["audit"] = "true" if Role.AUDITOR in actor.roles else "NOT e.audit_only"
    parts["photo_scope"] = "true" if actor.roles & PHOTO_VIEWERS else "false"
    now = int(bind.named("now")[1:].split("::")[0]) - 1 if "now" in bind.names else None
    return Statement(template.format(**parts), bind.values, now, tuple(range(len(asked))))


@lru_cache(maxsize=10_000)
def _inbox_list(jurisdiction: str, office: str) -> str:
    wanted = Wanted(office_code=office, status=[CaseStatus.of(each) for each in statements.STATUS])
    return cursor.digest("Query.cases", ORDERS[CaseOrder.DUE_AT], wanted, None, jurisdiction)


def _spell(listed: str, value: object, key: object) -> str:
    text = value.isoformat().join('""') if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(f'["{listed}",{text},"{key}"]'.encode()).decode().rstrip("=")


async def inbox(connection: asyncpg.Connection, caller: Caller, asked: dict[str, Any]) -> object:
    statement, actor, office = caller.inbox, caller.actor, asked["office"]
    rows = await connection.fetch(statement.sql, *statement.fill(datetime.now(UTC), office))
    listed = _inbox_list(str(actor.jurisdiction_id), office)
    edges = [{"cursor": _spell(listed, row["due_sort"], row["id"]), "node": _line(actor, row)} for row in rows[:_PAGE]]
    info = {"hasNextPage": len(rows) > _PAGE, "endCursor": edges[-1]["cursor"] if edges else None}
    return {"cases": {"edges": edges, "pageInfo": info}}


def _line(actor: Actor, row: Record) -> dict[str, object]:
    office, category = row["office"], row["category_name"]
    return {
        "id": ids.encode("Case", row["id"]),
        "number": row["number"],
        "title": case.title(actor, cast("Row", row)),
        "kind": row["kind"],
        "channel": row["channel"],
        "status": row["status"],
        "priority": row["priority"],
        "isUrgent": row["is_urgent"],
        "receivedAt": row["received_at"],
        "dueAt": row["due_at"],
        "isOverdue": row["is_overdue"],
        "version": row["version"],
        "leadOffice": {"name": office} if office is not None else None,
        "category": {"name": category} if category is not None else None,
    }


async def detail(connection: asyncpg.Connection, caller: Caller, asked: dict[str, Any]) -> object:
    statement = caller.detail
    row = await connection.fetchrow(statement.sql, *statement.fill(datetime.now(UTC), asked["number"]))
    return {"case": _whole(caller, row) if row else None}


def _whole(caller: Caller, row: Record) -> dict[str, object]:
    actor, words, office, category = caller.actor, cast("Row", row), row["office"], row["category_name"]
    return {
        "id": ids.encode("Case", row["id"]),
        "number": row["number"],
        "title": case.title(actor, words),
        "description": case.description(actor, words),
        "status": row["status"],
        "priority": row["priority"],
        "kind": row["kind"],
        "channel": row["channel"],
        "dueAt": row["due_at"],
        "version": row["version"],
        "round": row["round"],
        "leadOffice": {"name": office} if office is not None else None,
        "category": {"name": category} if category is not None else None,
        "complainant": _complainant(actor, row) if row["party_id"] else None,
        "respondent": {"name": row["respondent"]} if row["respondent"] is not None else None,
        "timeline": _timeline(actor, row),
        "inspectionNotes": {"nodes": [_note(caller, note) for note in row["notes"]]},
    }


def _complainant(actor: Actor, row: Record) -> dict[str, object]:
    facts = ("own_intake", "in_own_unit", "in_assigned_unit", "callback_open", "wants_confidentiality", "phone")
    told = Row(models.Party, {name: row[name] for name in facts})
    told["case_kind"], told["name"] = row["kind"], row["party_name"]
    return {"name": party.name(actor, told), "phone": party.phone(actor, told)}


def _timeline(actor: Actor, row: Record) -> dict[str, object]:
    events = row["events"]
    nodes = [{"kind": kind, "occurredAt": at, "caseVersion": version} for kind, at, version, _, _ in events[:_EVENTS]]
    end = None
    if nodes:
        listed = cursor.digest("Case.timeline", _BY_SEQ, None, str(row["id"]), str(actor.jurisdiction_id))
        end = _spell(listed, *events[len(nodes) - 1][3:])
    return {"nodes": nodes, "pageInfo": {"hasNextPage": len(events) > _EVENTS, "endCursor": end}}


def _note(caller: Caller, note: tuple[Any, ...]) -> dict[str, object]:
    captured_at, visit_type, findings, office, photos = note
    readable = caller.reads_originals
    return {
        "capturedAt": captured_at,
        "visitType": visit_type,
        "findings": sight.withheld(caller.actor.roles, findings),
        "office": {"name": office} if office is not None else None,
        "photos": [
            {
                "sha256": sha256,
                "status": status,
                "url": f"{_HERE}/photos/{key}" if readable and status == "VERIFIED" else None,
                "thumbnailUrl": None,
            }
            for sha256, status, key in photos
        ],
    }


async def one(connection: asyncpg.Connection, caller: Caller, asked: dict[str, Any]) -> object:
    statement = caller.one
    row = await connection.fetchrow(statement.sql, *statement.fill(datetime.now(UTC), asked["number"]))
    return {"case": {"number": row[0], "status": row[1], "version": row[2]} if row else None}


Read = Callable[[asyncpg.Connection, Caller, dict[str, Any]], Awaitable[object]]
_HERE = os.environ.get("BENCH_HERE", "")


class Endpoint:
    """One read. It takes the body GraphQL clients send and looks at its variables."""

    def __init__(self, read: Read) -> None:
        self._read = read

    async def __call__(self, called: Scope, receive: Receive, send: Send) -> None:
        request = Request(called, receive)
        digest = hashlib.sha256(request.headers["authorization"].removeprefix("Bearer ").encode()).digest()
        asked = orjson.loads(await request.body())["variables"]
        async with request.app.state.pool.acquire() as connection:
            caller = _known(tuple(await connection.fetch(_BY_DIGEST, digest, datetime.now(UTC))))
            data = await self._read(connection, caller, asked)
        body = orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z)
        await Response(body, media_type="application/json")(called, receive, send)


async def _leave(_connection: asyncpg.Connection) -> None:
    """Statements that only read leave nothing behind to be reset: a round trip less a request."""


def build() -> Starlette:
    """The database is named by BENCH_SOCKET (the folder of its socket) and BENCH_PORT."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        pool = asyncpg.create_pool(
            host=os.environ["BENCH_SOCKET"],
            port=int(os.environ["BENCH_PORT"]),
            user=APP,
            database=DATABASE,
            min_size=_POOL_SIZE,
            max_size=_POOL_SIZE,
            reset=_leave,
        )
        async with pool as app.state.pool:
            yield

    reads: tuple[Read, ...] = (inbox, detail, one)
    routes = [Route(f"/{read.__name__}", Endpoint(read), methods=["POST"]) for read in reads]
    return Starlette(routes=routes, lifespan=life)


def main() -> None:
    """Serve on any free port, which is printed, with the product's own flags."""
    door = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    print(f"ready: http://127.0.0.1:{door.getsockname()[1]}", flush=True)
    config = uvicorn.Config(build(), log_level="warning", server_header=False, limit_concurrency=2_000, backlog=2_048)
    uvicorn.Server(config).run([door])


if __name__ == "__main__":
    main()
