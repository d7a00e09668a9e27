"""Who stands behind a token, with the roles valid at this moment.

A caller who was here before need not be looked up before a read: the read itself asks whether anything has changed since
about who is who, and finds nothing if so. One round trip less a request, and no instant between the two (`make bench`).
The mark of the last change is set by the database, whoever changes a token, a person, a grant or an office.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache

import asyncpg
import orjson

from resolvers.doors import clock, db
from resolvers.terms.actor import Actor, ActorKind, Grant, Witness
from resolvers.terms.roles import Permission, Role

_WHO = """
SELECT t.id AS token_id, coalesce(p.id, a.id) AS id, p.id IS NOT NULL AS is_person,
  coalesce(p.login, a.login) AS login, a.scopes, o.id AS office_id, o.code AS office_code, g.role,
  j.id AS jurisdiction_id, j.code AS jurisdiction_code
FROM tokens t
LEFT JOIN persons p ON p.id = t.person_id AND p.active
LEFT JOIN applications a ON a.id = t.application_id AND a.active
JOIN role_grants g ON (g.person_id = t.person_id OR g.application_id = t.application_id)
  AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to > $2)
JOIN offices o ON o.id = g.office_id
JOIN offices j ON j.id = coalesce(p.jurisdiction_id, a.jurisdiction_id)
WHERE {which} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
ORDER BY o.code, g.role
"""
_MARK = "(SELECT mark FROM identity_mark)"
_BY_DIGEST, _BY_TOKEN = (_WHO.format(which=which) for which in ("t.digest = $1", "t.id = $1"))
# How long that holds by itself: until the token ends, a grant ends, or another begins.
_REMEMBER = f"""
SELECT w.*, {_MARK} AS mark, least(
  (SELECT t.expires_at FROM tokens t WHERE t.digest = $1),
  (SELECT min(g.valid_to) FROM role_grants g
    WHERE (g.person_id = w.id OR g.application_id = w.id) AND g.valid_to > $2),
  (SELECT min(g.valid_from) FROM role_grants g
    WHERE (g.person_id = w.id OR g.application_id = w.id) AND g.valid_from > $2)) AS until
FROM ({_BY_DIGEST}) w
"""
_REMEMBERED = 4_096


_witnesses: OrderedDict[bytes, Witness] = OrderedDict()


async def by_digest(digest: bytes) -> Actor | None:
    """The caller with this token; None for an unknown, ended or revoked one, or one whose holder has no role left."""
    witness = await look_up(digest)
    return witness.actor if witness else None


async def look_up(digest: bytes) -> Witness | None:
    """The same, and by what he is known from now on."""
    rows = await db.fetch(_REMEMBER, [digest, clock.now()])
    _witnesses.pop(digest, None)
    actor = _actor(tuple(rows))
    if actor is None:
        return None
    witness = Witness(actor, digest, rows[0]["mark"], rows[0]["until"])
    _witnesses[digest] = witness
    if len(_witnesses) > _REMEMBERED:
        _witnesses.popitem(last=False)
    return witness


def recall(digest: bytes) -> Witness | None:
    """Who came with this token before. Nothing may be told to him on that alone: see `sealed`."""
    known = _witnesses.get(digest)
    return known if known and (known.until is None or clock.now() < known.until) else None


def sealed(sql: str, bound: int) -> str:
    """The same rows while a mark stands, and none after. The mark is bound after the statement's own values."""
    return f"SELECT r.* FROM ({sql}) r WHERE {_MARK} = ${bound + 1}::uuid"


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
