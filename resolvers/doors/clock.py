"""The only clock: an aware instant in UTC. Rules get it as a parameter and never ask."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
