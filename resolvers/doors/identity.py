"""Who stands behind a token, with the roles valid at this moment."""

from __future__ import annotations

from functools import lru_cache

import asyncpg
import orjson

from resolvers.doors import clock, db
from resolvers.terms.actor import Actor, ActorKind, Grant
from resolvers.terms.roles import Permission, Role

_IDENTIFY = """
SELECT t.id AS token_id, coalesce(p.id, a.id) AS id, p.id IS NOT NULL AS is_person,
  coalesce(p.login, a.login) AS login, a.scopes, o.id AS office_id, o.code AS office_code, g.role,
  j.id AS jurisdiction_id, j.code AS jurisdiction_code
FROM tokens t
LEFT JOIN persons p ON p.id = t.person_id AND p.active
LEFT JOIN applications a ON a.id = t.application_id AND a.active
JOIN role_grants g ON (g.person_id = p.id OR g.application_id = a.id)
  AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2)
JOIN offices o ON o.id = g.office_id
JOIN offices j ON j.id = coalesce(p.jurisdiction_id, a.jurisdiction_id)
WHERE {which} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
ORDER BY o.code, g.role
"""
_BY_DIGEST, _BY_TOKEN = (_IDENTIFY.format(which=which) for which in ("t.digest = $1", "t.id = $1"))


async def by_digest(digest: bytes) -> Actor | None:
    """The caller with this token; None for an unknown, ended or revoked one, or one whose holder has no role left."""
    return _actor(tuple(await db.fetch(_BY_DIGEST, [digest, clock.now()])))


async def again(actor: Actor) -> Actor | None:
    """The same caller as of now: grants come and go, tokens end."""
    return _actor(tuple(await db.fetch(_BY_TOKEN, [actor.token_id, clock.now()])))


@lru_cache(1_024)
def _actor(rows: tuple[asyncpg.Record, ...]) -> Actor | None:
    """The caller that rows tell of. Equal rows, read anew each time, are the same caller, made once."""
    if not rows:
        return None
    first = rows[0]
    return Actor(
        id=first["id"],
        kind=ActorKind.PERSON if first["is_person"] else ActorKind.APPLICATION,
        login=first["login"],
        jurisdiction_id=first["jurisdiction_id"],
        jurisdiction_code=first["jurisdiction_code"],
        grants=tuple(Grant(Role.of(row["role"]), row["office_id"], row["office_code"]) for row in rows),
        token_id=first["token_id"],
        scopes=None if first["is_person"] else frozenset(map(Permission.of, orjson.loads(first["scopes"]))),
    )


async def has_expired(digest: bytes) -> bool:
    """Whether this was a token whose time is over: its holder may simply come back with a fresh one."""
    sql = "SELECT 1 FROM tokens WHERE digest = $1 AND revoked_at IS NULL AND expires_at <= $2"
    return bool(await db.query(sql, digest, clock.now()))
