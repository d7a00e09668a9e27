"""The limit: the same two reads written by hand, with the same scope, over the same database. Not part of the product."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_WHO = """
SELECT p.jurisdiction_id FROM tokens t JOIN persons p ON p.id = t.person_id
JOIN role_grants g ON g.person_id = p.id AND g.valid_from <= now() AND (g.valid_to IS NULL OR g.valid_to > now())
WHERE t.digest = $1 AND t.revoked_at IS NULL"""
_LIST = """
SELECT c.number, c.title, c.status, c.priority, c.kind, c.due_at, c.received_at, c.version, o.name AS office,
  k.name AS category FROM cases c LEFT JOIN offices o ON o.id = c.lead_office_id
LEFT JOIN categories k ON k.id = c.category_id WHERE c.jurisdiction_id = $1
ORDER BY coalesce(c.due_at, timestamptz '9999-12-31 00:00:00+00'), c.id LIMIT 51"""
_ONE = "SELECT c.number, c.status, c.version FROM cases c WHERE c.jurisdiction_id = $1 AND c.number = $2"


def build() -> Starlette:
    """The database is named by BENCH_SOCKET (folder) and BENCH_PORT."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        host, port = os.environ["BENCH_SOCKET"], int(os.environ["BENCH_PORT"])
        app.state.pool = await asyncpg.create_pool(host=host, port=port, user="jiesu_app", database="jiesu")
        yield
        await app.state.pool.close()

    async def answer(request: Request, sql: str, *more: Any) -> Response:
        digest = hashlib.sha256(request.headers["authorization"].removeprefix("Bearer ").encode()).digest()
        async with request.app.state.pool.acquire() as connection:
            mine = await connection.fetchval(_WHO, digest)
            rows = await connection.fetch(sql, mine, *more)
        return Response(orjson.dumps({"data": [dict(row) for row in rows]}), media_type="application/json")

    async def many(request: Request) -> Response:
        return await answer(request, _LIST)

    async def one(request: Request) -> Response:
        return await answer(request, _ONE, orjson.loads(await request.body())["number"])

    return Starlette(
        routes=[Route("/list", many, methods=["POST"]), Route("/one", one, methods=["POST"])], lifespan=life
    )


app = build()
