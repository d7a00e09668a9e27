"""Bringing a database to this release: migrations under a lock, then what the application's login may do."""

from __future__ import annotations

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api import migrate as run_migrations

from resolvers.doors.postgres import Login, Logins
from resolvers.models import configure

_LOCK = 0x6A69657375
# The ledger is for reading and adding to; so is nearly everything else, but keys are forgotten after their life.
_GRANTS = """
GRANT USAGE ON SCHEMA public TO {user};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {user};
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {user};
REVOKE INSERT, UPDATE ON tortoise_migrations FROM {user};
REVOKE UPDATE ON ledger FROM {user};
GRANT DELETE ON idempotency_keys TO {user};
"""
NEWEST = "0002_constraints"


async def migrate(logins: Logins) -> None:
    """Apply what is missing. Of several processes at once one migrates and the others find it done."""
    connection = await asyncpg.connect(**logins.owner.credentials())
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await run_migrations(config=configure(logins.owner.credentials()))
        await Tortoise.close_connections()
        if logins.app.user != logins.owner.user:
            await connection.execute(_GRANTS.format(user=_quoted(logins.app)))
    finally:
        await connection.close()


def _quoted(login: Login) -> str:
    return '"' + login.user.replace('"', '""') + '"'
