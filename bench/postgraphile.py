"""PostGraphile over the same tables: no scope, no masks, no roles, to its advantage. Needs npm and a registry."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import asyncpg

from bench.servers import TOP, Database, Server, running

_FOLDER = TOP / ".bench" / "postgraphile"
_PACKAGES = {"node": ">=22", "postgraphile": "^5.0.0"}  # it starts on no older Node, and many machines have one
# What it cannot guess: that the ledger belongs to cases, and the filter by a subtree, as a function the planner inlines.
_SCHEMA = """
COMMENT ON TABLE ledger IS E'@foreignKey (case_id) references cases (id)';
CREATE SCHEMA bench;
CREATE FUNCTION bench.inbox(office text) RETURNS SETOF public.cases LANGUAGE sql STABLE AS $$
  SELECT c.* FROM public.cases c
  WHERE coalesce(c.lead_office_id, c.intake_office_id) = ANY (ARRAY(
      SELECT y.id FROM public.offices z JOIN public.offices y ON y.path ^@ z.path WHERE z.code = office))
    AND c.status IN ('DISPATCHED', 'IN_PROGRESS', 'PENDING_SIGN_OFF')
  ORDER BY coalesce(c.due_at, timestamptz '9999-12-31 00:00:00+00'), c.id
$$;
GRANT USAGE ON SCHEMA bench TO jiesu_app;
"""
_PRESET = """
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";

export default {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({
    connectionString: process.env.BENCH_DATABASE, schemas: ["public", "bench"], poolConfig: { max: 10 },
  })],
  grafserv: { host: "127.0.0.1", port: Number(process.env.BENCH_PORT), graphqlPath: "/graphql", watch: false },
};
"""


def is_possible() -> bool:
    return shutil.which("npm") is not None


def install() -> None:
    """Into a folder that git ignores, once. CalledProcessError, with what npm said, when that fails."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    (_FOLDER / "graphile.config.mjs").write_text(_PRESET)
    package = json.dumps({"name": "bench", "private": True, "type": "module", "dependencies": _PACKAGES})
    stamp = _FOLDER / "installed.json"
    if stamp.exists() and stamp.read_text() == package:
        return
    (_FOLDER / "package.json").write_text(package)
    npm = shutil.which("npm") or "npm"
    options = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([npm, "install", *options], cwd=_FOLDER, check=True)  # noqa: S603  (argv is ours)
    stamp.write_text(package)


@contextmanager
def postgraphile(over: Database) -> Iterator[Server]:
    """PostGraphile on the database, as the application's login."""
    asyncio.run(_prepare(over))
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    app = over.logins.app
    settings = {
        "BENCH_DATABASE": f"postgres://{app.user}@/{app.database}?host={quote(app.host)}&port={app.port}",
        "BENCH_PORT": str(port),
        "GRAPHILE_ENV": "production",
        "NODE_ENV": "production",
    }
    argv = [str(_FOLDER / "node_modules/node/bin/node"), str(_program())]
    url = f"http://127.0.0.1:{port}/graphql"
    with running(argv, settings, "listening|running|ready", _FOLDER, url) as server:
        yield server


def _program() -> Path:
    home = _FOLDER / "node_modules/postgraphile"
    said = json.loads((home / "package.json").read_text())["bin"]
    return home / (said if isinstance(said, str) else said["postgraphile"])


async def _prepare(over: Database) -> None:
    connection = await asyncpg.connect(**over.logins.owner.credentials())
    try:
        await connection.execute(_SCHEMA)
    finally:
        await connection.close()
