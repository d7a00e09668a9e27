"""Bringing a database to this release: migrations under a lock, then what the application's login may do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
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
GRANT DELETE ON idempotency_keys, upload_leases TO {user};
"""
NEWEST = "0010_knowledge"
WHOLE = Path(__file__).parents[1] / "migrations" / "whole.sql"


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
    async with _opened(owner) as (transaction, apps):
        if not await MigrationRecorder(transaction).applied_migrations():
            await _make_whole(transaction)
        await MigrationExecutor(transaction, apps).migrate()


@asynccontextmanager
async def _opened(owner: Login) -> AsyncIterator[tuple[BaseDBAsyncClient, dict[str, Any]]]:
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
            yield transaction, config["apps"]
    finally:
        await Tortoise.close_connections()


async def _make_whole(transaction: BaseDBAsyncClient) -> None:
    """An empty database is made as all migrations leave it, at once: step by step the ORM thinks for ten seconds."""
    await transaction.execute_script(WHOLE.read_text(encoding="utf-8"))
    for name in names():
        await MigrationRecorder(transaction).record_applied("jiesu", name)


def names() -> list[str]:
    """Every migration there is, in their order."""
    return sorted(path.stem for path in WHOLE.parent.glob("[0-9]*.py"))


class _Noting(AsyncpgSchemaEditor):
    """Runs statements, and keeps them in `said`."""

    said: list[str]

    async def _run_sql(self, sql: str) -> None:
        self.said.append(sql.strip().rstrip(";"))
        await super()._run_sql(sql)


class _Steps(MigrationExecutor):
    """Each step has an editor of its own; `said` is what all of them ran."""

    said: list[str]

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        editor = _Noting(self.connection, atomic=atomic, collect_sql=collect_sql)
        editor.said = self.said
        return editor


async def step_by_step(owner: Login) -> str:
    """Migrate an empty database one migration after the other; all that was said, for `whole.sql`."""
    async with _opened(owner) as (transaction, apps):
        steps = _Steps(transaction, apps)
        steps.said = []
        await steps.migrate()
    return ";\n\n".join(steps.said) + ";\n"


def _quoted(login: Login) -> str:
    return '"' + login.user.replace('"', '""') + '"'
