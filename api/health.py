"""Is the process alive, and can it serve: database, migrations, disk."""

from __future__ import annotations

import asyncio

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from resolvers.doors import migrating, store
from resolvers.doors.postgres import Login
from schema.plan.run import PLANNED, Plans

_FREE_BYTES = 100 * 1024 * 1024
_PATIENCE_SECONDS = 3.0
_MIGRATED = f"SELECT 1 FROM tortoise_migrations WHERE name = '{migrating.NEWEST}'"


async def alive(_request: Request) -> JSONResponse:
    """200 as long as the event loop turns."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """Asks the database on a connection of its own: a busy pool is no reason to be taken out of service."""

    def __init__(self, login: Login) -> None:
        self.login = login

    async def ready(self, _request: Request) -> JSONResponse:
        """200 when everything a request needs is there; 503 and which is not, otherwise."""
        database, migrations = await self._database()
        checks = {"database": database, "migrations": migrations, "disk": _has_room()}
        whole = all(checks.values())
        told = {name: "ok" if passed else "failed" for name, passed in checks.items()}
        headers = {} if whole else {"Retry-After": "5"}
        return JSONResponse({"status": "ok" if whole else "failed", **told}, 200 if whole else 503, headers)

    async def _database(self) -> tuple[bool, bool]:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                connection = await asyncpg.connect(**self.login.credentials())
                try:
                    return True, bool(await connection.fetchval(_MIGRATED))
                except asyncpg.PostgresError:
                    return True, False
                finally:
                    await connection.close()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False, False


class Metrics:
    """How many queries were answered from compiled plans, and how many were left to ordinary execution, by why."""

    def __init__(self, plans: Plans | None) -> None:
        self.plans = plans

    async def told(self, _request: Request) -> PlainTextResponse:
        counts = self.plans.counts if self.plans else {}
        lines = ["# HELP jiesu_queries_total Queries by how they were answered.", "# TYPE jiesu_queries_total counter"]
        lines += [
            f'jiesu_queries_total{{way="{_way(why)}",why="{why}"}} {count}' for why, count in sorted(counts.items())
        ]
        return PlainTextResponse("\n".join([*lines, ""]))


def _way(why: str) -> str:
    return "plan" if why == PLANNED else "ordinary"


def _has_room() -> bool:
    try:
        return store.free_bytes() > _FREE_BYTES
    except OSError:
        return False
