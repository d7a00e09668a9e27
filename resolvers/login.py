"""登录: a password becomes an opaque token; a token becomes the actor of one operation."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from resolvers.doors import clock, db, identity
from resolvers.models import Person, Token
from resolvers.terms import limits
from resolvers.terms.actor import Actor, Refused, Witness
from resolvers.terms.codes import Code

# OWASP's figures: 19 MiB, two passes. Two at once at the most, off the event loop.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_DUMMY = HASHER.hash(secrets.token_urlsafe(16))  # an unknown login costs what a known one does
_two_at_once = asyncio.Semaphore(2)


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token. It is told once and kept only as its digest."""

    token: str
    expires_at: datetime
    person_id: UUID


async def identify(token: str) -> Actor | None:
    """Who calls with this bearer token now, with the grants valid now; None for an unknown, ended or revoked one."""
    return await identity.by_digest(digest(token))


def recall(token: str) -> Witness | None:
    """Who came with this bearer token before, for a read that makes sure of him."""
    return identity.recall(digest(token))


async def has_expired(token: str) -> bool:
    """Whether this bearer token was good once and has only run out."""
    return await identity.has_expired(digest(token))


def digest(token: str) -> bytes:
    """What is kept of a token. 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(login: str, password: str) -> Issued:
    """A token of 12 hours for a login and its password; `LOGIN_FAILED` without saying which of the two was wrong."""
    person = await Person.named("login", login, active=True)
    stored = person.password_hash if person and person.password_hash else _DUMMY
    async with _two_at_once:
        right = await asyncio.to_thread(_matches, stored, password)
    if person is None or not right:
        raise Refused(Code.LOGIN_FAILED)
    return await _issue(person.id, clock.now())


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@db.atomic
async def _issue(person_id: UUID, now: datetime) -> Issued:
    token, expires_at = secrets.token_urlsafe(32), now + limits.TOKEN_LIFE
    await Token.create(digest=digest(token), person_id=person_id, issued_at=now, expires_at=expires_at)
    return Issued(token, expires_at, person_id)
