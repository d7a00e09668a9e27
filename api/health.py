"""Is the process alive, and can it serve: database, migrations, disk."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse

from resolvers.doors import db, migrating, store
from resolvers.terms.actor import Unavailable

_FREE_BYTES = 100 * 1024 * 1024
_PATIENCE_SECONDS = 3.0


async def alive(_request: Request) -> JSONResponse:
    """200 as long as the event loop turns."""
    return JSONResponse({"status": "ok"})


async def ready(_request: Request) -> JSONResponse:
    """200 when everything a request needs is there; 503 and which is not, otherwise."""
    checks = {"database": await _answers("SELECT 1"), "migrations": await _answers(_MIGRATED), "disk": _has_room()}
    whole = all(checks.values())
    told = {name: "ok" if passed else "failed" for name, passed in checks.items()}
    headers = {} if whole else {"Retry-After": "5"}
    return JSONResponse({"status": "ok" if whole else "failed", **told}, 200 if whole else 503, headers)


_MIGRATED = f"SELECT 1 FROM tortoise_migrations WHERE name = '{migrating.NEWEST}'"


async def _answers(sql: str) -> bool:
    try:
        return bool(await asyncio.wait_for(db.query(sql), _PATIENCE_SECONDS))
    except (Unavailable, db.Broken, TimeoutError):
        return False


def _has_room() -> bool:
    try:
        return store.free_bytes() > _FREE_BYTES
    except OSError:
        return False
