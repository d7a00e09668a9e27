"""Bringing a database to this release: migrations under a lock, then what the application's login may do."""

from __future__ import annotations

import asyncpg
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

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
REVOKE INSERT, UPDATE ON identity_mark FROM {user};
GRANT DELETE ON idempotency_keys TO {user};
"""
NEWEST = "0007_law_of_a_case"


async def migrate(logins: Logins) -> None:
    """Apply what is missing. Of several processes at once one migrates and the others find it done."""
    connection = await asyncpg.connect(**logins.owner.credentials())
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await _apply(logins.owner)
        if logins.app.user != logins.owner.user:
            await connection.execute(_GRANTS.format(user=_quoted(logins.app)))
    finally:
        await connection.close()


async def analyze(logins: Logins) -> None:
    """Count the tables anew after a load: until then the planner guesses, and a figure may take seconds."""
    connection = await asyncpg.connect(**logins.owner.credentials())
    try:
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


async def _apply(owner: Login) -> None:
    """All of it, or nothing: by itself Tortoise notes a migration only after committing it, and a start killed between
    the two would find its own tables in the way for ever.
    """
    config = configure(owner.credentials())
    await Tortoise.init(config=config, init_connections=False)
    try:
        pool = get_connection("default")
        # Made beforehand: looking for it in vain would end the transaction.
        await MigrationRecorder(pool).ensure_schema(AsyncpgSchemaEditor(pool))
        async with in_transaction("default") as transaction:
            await MigrationExecutor(transaction, config["apps"]).migrate()
    finally:
        await Tortoise.close_connections()


def _quoted(login: Login) -> str:
    return '"' + login.user.replace('"', '""') + '"'
