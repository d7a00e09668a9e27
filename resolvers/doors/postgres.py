"""Where PostgreSQL is and as whom we speak to it: two logins, the owner who migrates and the application who may less.

`DATABASE_URL` leads here; without it `cluster` runs the embedded server and hands out the same two logins.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
import re
import secrets
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg

OWNER = "jiesu_owner"
APP = "jiesu_app"
DATABASE = "jiesu"
PORT = 5432
OLDEST_SERVER = 15

_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SETTLE_LOCK = 0x6A696573  # "jies": two starts at once settle the role one after the other
_CONNECT_SECONDS = 10

log = logging.getLogger("jiesu.postgres")


class ClusterError(Exception):
    """PostgreSQL cannot be had; the text is one sentence for the person who starts jiesu, never with a password."""


class ClusterBusy(ClusterError):  # noqa: N818  (said by who holds the folder, not by a fault)
    """Another live jiesu runs the server of this data folder."""


@dataclass(frozen=True)
class Login:
    """Where to connect and as whom; `host` may be the folder of a unix socket, `ssl` is libpq's sslmode."""

    host: str
    port: int
    user: str
    database: str
    password: str | None = field(default=None, repr=False)
    ssl: str | None = None

    def credentials(self) -> dict[str, Any]:
        """What Tortoise and asyncpg take as keywords; `ssl` only when it was asked for."""
        plain = {"host": self.host, "port": self.port, "user": self.user, "database": self.database}
        return plain | {"password": self.password} | ({"ssl": self.ssl} if self.ssl else {})


@dataclass(frozen=True)
class Logins:
    owner: Login
    app: Login


async def external_logins(url: str, data_dir: Path) -> Logins:
    """The owner is the URL's login; the application gets its own where the owner may create roles.

    Its password lies in `<data_dir>/app-password`. Where that is impossible, owner and application are the same login
    and a warning says so. ClusterError: unreachable, older than 15, not UTF-8, or no right to create tables.
    """
    owner = parse_url(url)
    connection = await _connect(owner)
    try:
        await _demand_fitness(connection)
        return Logins(owner, await _app_login(connection, owner, data_dir) or owner)
    except OSError as error:
        raise ClusterError(f"The password of {APP} cannot be kept in {data_dir}: {error.strerror}.") from error
    finally:
        await connection.close()


def parse_url(url: str) -> Login:
    """Read postgres://user:password@host:port/database?sslmode=…&host=/socket/folder, percent-decoded.

    ClusterError names what is wrong and never repeats the URL.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        raise ClusterError("DATABASE_URL cannot be read: its host is malformed.") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ClusterError("DATABASE_URL must begin with postgres:// or postgresql://.")
    if parts.fragment:
        raise ClusterError("DATABASE_URL holds a bare '#': write it as %23.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    host, port = _place(parts.netloc.rpartition("@")[2], options)
    login = Login(
        host=host,
        port=port,
        user=unquote(user),
        database=unquote(parts.path.removeprefix("/")),
        password=unquote(password) or None,
        ssl=options.pop("sslmode", None),
    )
    _demand_whole(login, options)
    return login


def _place(text: str, options: dict[str, str]) -> tuple[str, int]:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d*))?", text)
    if not found:
        raise ClusterError("DATABASE_URL names no host that can be read: write host:port, or [::1]:port for IPv6.")
    host = options.pop("host", "") or unquote(found[1]).strip("[]")
    port = options.pop("port", "") or found[2] or str(PORT)
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 2**16:
        raise ClusterError("DATABASE_URL names a port that is not a number from 1 to 65535.")
    return host, int(port)


def _demand_whole(login: Login, options: dict[str, str]) -> None:
    for name in ("host", "user", "database"):
        if not getattr(login, name):
            raise ClusterError(f"DATABASE_URL names no {name}: write postgres://user:password@host:5432/database.")
    if "," in login.host:
        raise ClusterError("DATABASE_URL names several hosts: name one.")
    if login.ssl not in (None, *_SSL_MODES):
        raise ClusterError(f"DATABASE_URL has an sslmode that is none of {', '.join(_SSL_MODES)}.")
    if options:
        raise ClusterError(f"DATABASE_URL has an option jiesu does not know: {', '.join(sorted(options))}.")


async def _connect(login: Login) -> asyncpg.Connection:
    where = f"{login.user} at {login.host}, database {login.database}"
    try:
        return await asyncpg.connect(**login.credentials(), timeout=_CONNECT_SECONDS)
    except TimeoutError as error:
        raise ClusterError(f"PostgreSQL did not answer within {_CONNECT_SECONDS} s ({where}).") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ClusterError(f"PostgreSQL refused the login ({where}): {reason}.") from error


async def _demand_fitness(connection: asyncpg.Connection) -> None:
    facts = await connection.fetchrow(
        "SELECT current_setting('server_version_num')::int / 10000 AS major, current_setting('server_version') AS version,"
        " current_setting('server_encoding') AS encoding, has_schema_privilege('public', 'CREATE') AS may_create"
    )
    assert facts  # noqa: S101  (one row, always)
    if facts["major"] < OLDEST_SERVER:
        raise ClusterError(f"PostgreSQL {facts['version']} is too old: jiesu needs {OLDEST_SERVER} or newer.")
    if facts["encoding"] != "UTF8":
        raise ClusterError(
            f"The database is kept in {facts['encoding']}, not UTF8: make one with"
            " CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'."
        )
    if not facts["may_create"]:
        raise ClusterError("The login of DATABASE_URL may not create tables in schema public: let it own the database.")


async def _app_login(connection: asyncpg.Connection, owner: Login, data_dir: Path) -> Login | None:
    if owner.user == APP or not await connection.fetchval(
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ):
        log.warning("The application shares the owner's database login: the ledger is not closed to it.")
        return None
    reason: Exception | None = None
    for renew in (False, True):  # the role may hold a password that another data folder gave it
        try:
            app = replace(owner, user=APP, password=await _settle(connection, data_dir, renew=renew))
            await (await _connect(app)).close()
        except (ClusterError, asyncpg.PostgresError) as error:
            reason = error
        else:
            return app
    log.warning("The application shares the owner's database login, as %s cannot log in: %s", APP, reason)
    return None


async def _settle(connection: asyncpg.Connection, data_dir: Path, *, renew: bool) -> str:
    """Role and file hold the same password; the server and its log only ever see the verifier."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _SETTLE_LOCK)
        known = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", APP)
        password = _kept(data_dir)
        if password and known and not renew:
            return password
        password = password or _keep(data_dir, secrets.token_urlsafe(32))
        await connection.execute(f"{'ALTER' if known else 'CREATE'} ROLE {APP} LOGIN PASSWORD '{_verifier(password)}'")
        return password


def _kept(data_dir: Path) -> str | None:
    try:
        return (data_dir / "app-password").read_text("ascii").strip() or None
    except FileNotFoundError:
        return None


def _keep(data_dir: Path, password: str) -> str:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(data_dir / "app-password", password + "\n")
    return password


def replace_file(path: Path, text: str) -> None:
    """All or nothing, readable by its owner alone: a kill at any moment leaves the old file or the new one."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _verifier(password: str) -> str:
    """SCRAM-SHA-256 as the server keeps it (RFC 5803)."""
    salt, rounds = secrets.token_bytes(16), 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    text = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${rounds}:{text[0]}${text[1]}:{text[2]}"
