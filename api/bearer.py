"""The bearer token: where it may stand, what it may look like, and how one learns whose it is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from resolvers.terms.actor import Actor, Witness

Identify: TypeAlias = Callable[[str], Awaitable[Actor | None]]
"""Whose token this is: None for one unknown or revoked; may raise `Expired`, or `Unavailable`."""

Recall: TypeAlias = Callable[[str], Witness | None]
"""Who came with this token before, to be made sure of by whoever reads."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="jiesu", error="invalid_token"'}
INVITATION = {"WWW-Authenticate": 'Bearer realm="jiesu"'}

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,512}=*")
_SCHEME = re.compile(r"bearer(?: +|$)", re.IGNORECASE)


class Expired(Exception):  # noqa: N818  said of a token
    """Raised by an identifier for a token whose time is over: a fresh one may simply be presented."""


class Malformed(Exception):  # noqa: N818
    """Something stands in the token's place that cannot be one."""


def from_header(value: str | None) -> str | None:
    """The token of an Authorization header; None without one."""
    if not value:
        return None
    if not _SCHEME.match(value):
        raise Malformed
    return _token(_SCHEME.sub("", value, count=1))


def from_payload(payload: dict[str, object]) -> str | None:
    """The token of a `connection_init` payload: `Authorization` in any case, with or without `Bearer`."""
    value = next((held for key, held in payload.items() if key.lower() == "authorization"), None)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Malformed
    return _token(_SCHEME.sub("", value, count=1))


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text.strip()):
        raise Malformed
    return text.strip()
