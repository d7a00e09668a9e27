"""Repetition: a key that a client made takes effect once, however often it arrives."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

import asyncpg
import orjson

from resolvers.doors import clock, db
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused
from resolvers.terms.codes import Code
from resolvers.terms.term import LATER


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did: the ids of the objects it made or changed, by name. The objects are read again through
    `access`, so a replay never shows what the caller may no longer see.
    """

    ids: dict[str, UUID] = field(default_factory=dict)
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """A fact about the sending, not of what is sent: it may be another when the same is sent again."""

    value: Any = None


P = ParamSpec("P")
_PURGED_AT_ONCE = 5_000


def once(
    verb: Callable[Concatenate[Actor, P], Awaitable[Outcome]],
) -> Callable[Concatenate[Actor, UUID, P], Awaitable[Outcome]]:
    """Inside `atomic`: the key row first, the verb, then its outcome beside the key, all in one transaction.

    A second request with the same key waits for the first, then gets its outcome; with other content it is
    refused. A refusal rolls back and leaves the key free. Keys are the caller's own.
    """

    @wraps(verb)
    async def run(actor: Actor, key: UUID, /, *args: P.args, **facts: P.kwargs) -> Outcome:
        fingerprint = _fingerprint(verb.__name__, facts)
        if not await _claim(actor, key, verb.__name__, fingerprint):
            return await _replay(actor, key, fingerprint)
        outcome = await verb(actor, *args, **facts)
        stored = orjson.dumps(outcome.ids, default=str).decode()  # the driver has a UUID class of its own
        await db.execute(
            "UPDATE idempotency_keys SET outcome = $1::jsonb WHERE actor_id = $2 AND key = $3", stored, actor.id, key
        )
        return outcome

    return run


_AS_SAID = orjson.OPT_UTC_Z | orjson.OPT_PASSTHROUGH_DATACLASS


def _fingerprint(operation: str, facts: dict[str, Any]) -> str:
    facts = {name: value for name, value in facts.items() if not isinstance(value, Aside)}
    said = orjson.dumps([operation, facts], option=_AS_SAID | orjson.OPT_SORT_KEYS, default=_plain)
    return hashlib.sha256(said).hexdigest()


def _plain(value: object) -> object:
    """What a phone sent to the last release and sends to this one again is the same, as long as it says nothing new."""
    if not is_dataclass(value) or isinstance(value, type):
        return str(value)
    told = {each.name: getattr(value, each.name) for each in fields(value) if not _says_nothing(each, value)}
    return orjson.Fragment(orjson.dumps(told, option=_AS_SAID, default=_plain))  # in the order of the class


def _says_nothing(of: Field[Any], value: object) -> bool:
    default = of.default_factory() if of.default_factory is not MISSING else of.default
    return of.metadata == LATER and getattr(value, of.name) == default


async def _claim(actor: Actor, key: UUID, operation: str, fingerprint: str) -> bool:
    try:
        made = await db.query(
            "INSERT INTO idempotency_keys (id, key, actor_id, operation, fingerprint, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (actor_id, key) DO NOTHING RETURNING id",
            uuid4(),
            key,
            actor.id,
            operation,
            fingerprint,
            clock.now(),
        )
    except asyncpg.LockNotAvailableError:
        raise Refused(Code.IDEMPOTENCY_CONCURRENT_REQUEST, "idempotencyKey") from None
    return bool(made)


async def _replay(actor: Actor, key: UUID, fingerprint: str) -> Outcome:
    found = await _stored(actor, key)
    if found is None or found[0] != fingerprint:
        raise Refused(Code.IDEMPOTENCY_KEY_PARAMETER_MISMATCH, "idempotencyKey")
    return found[1]


async def _stored(actor: Actor, key: UUID) -> tuple[str, Outcome] | None:
    sql = "SELECT fingerprint, outcome FROM idempotency_keys WHERE actor_id = $1 AND key = $2"
    rows = await db.query(sql, actor.id, key)
    if not rows:
        return None
    ids = {name: UUID(value) for name, value in orjson.loads(rows[0]["outcome"]).items()}
    return rows[0]["fingerprint"], Outcome(ids, replayed=True)


async def done_before(actor: Actor, key: UUID) -> Outcome | None:
    """What a request with this key of the caller's did, whatever was in it."""
    found = await _stored(actor, key)
    return found[1] if found else None


async def purge(now: datetime) -> None:
    """Forget keys older than their life, a batch a transaction."""
    sql = (
        "DELETE FROM idempotency_keys WHERE id IN"
        f" (SELECT id FROM idempotency_keys WHERE created_at < $1 LIMIT {_PURGED_AT_ONCE})"
    )
    while await db.atomic(db.execute)(sql, now - limits.KEY_LIFE) == _PURGED_AT_ONCE:
        pass
