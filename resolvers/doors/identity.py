"""Who stands behind a token, with the roles valid at this moment.

A caller who was here before need not be looked up before a read: the read itself asks whether everything still is as it
was, and finds nothing if not. One round trip less a request, and no instant between the two (`make bench`).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import asyncpg
import orjson

from resolvers.doors import clock, db
from resolvers.terms.actor import Actor, ActorKind, Grant
from resolvers.terms.roles import Permission, Role

_WHO = """
SELECT t.id AS token_id, coalesce(p.id, a.id) AS id, p.id IS NOT NULL AS is_person,
  coalesce(p.login, a.login) AS login, a.scopes, o.id AS office_id, o.code AS office_code, g.role,
  j.id AS jurisdiction_id, j.code AS jurisdiction_code
FROM tokens t
LEFT JOIN persons p ON p.id = t.person_id AND p.active
LEFT JOIN applications a ON a.id = t.application_id AND a.active
JOIN role_grants g ON (g.person_id = p.id OR g.application_id = a.id)
  AND g.valid_from <= {now} AND (g.valid_to IS NULL OR g.valid_to > {now})
JOIN offices o ON o.id = g.office_id
JOIN offices j ON j.id = coalesce(p.jurisdiction_id, a.jurisdiction_id)
WHERE {which} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > {now})
ORDER BY o.code, g.role
"""
_SEAL = "string_agg(w::text, ';')"  # everything that was looked up, as one text
_ASK = f"SELECT w.*, {_SEAL} OVER () AS seal FROM ({_WHO}) w"
_BY_DIGEST, _BY_TOKEN = (_ASK.format(which=which, now="$2") for which in ("t.digest = $1", "t.id = $1"))
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Witness:
    """A caller as once looked up. `seal`: what the look-up must still give for that to hold."""

    actor: Actor
    digest: bytes
    seal: str

    def values(self, now: datetime) -> tuple[object, ...]:
        """What a sealed statement binds after its own values."""
        return self.digest, now, self.seal


_witnesses: OrderedDict[bytes, Witness] = OrderedDict()


async def by_digest(digest: bytes) -> Actor | None:
    """The caller with this token; None for an unknown, ended or revoked one, or one whose holder has no role left."""
    rows = await db.fetch(_BY_DIGEST, [digest, clock.now()])
    actor = _actor(tuple(rows))
    _witnesses.pop(digest, None)
    if actor is not None:
        _witnesses[digest] = Witness(actor, digest, rows[0]["seal"])
        if len(_witnesses) > _REMEMBERED:
            _witnesses.popitem(last=False)
    return actor


def recall(digest: bytes) -> Witness | None:
    """Who came with this token before. Nothing may be told to him on that alone: see `sealed`."""
    return _witnesses.get(digest)


def sealed(sql: str, bound: int) -> str:
    """The same rows for a caller who still is who he was, and none for any other. Binds a witness's values after its own."""
    digest, now, seal = (f"${bound + place}{cast}" for place, cast in ((1, "::bytea"), (2, "::timestamptz"), (3, "::text")))
    who = _WHO.format(which=f"t.digest = {digest}", now=now)
    return f"SELECT r.* FROM ({sql}) r WHERE (SELECT {_SEAL} FROM ({who}) w) = {seal}"


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
