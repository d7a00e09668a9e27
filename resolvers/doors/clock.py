"""The only clock: an aware instant in UTC. Rules get it as a parameter and never ask.

A rehearsal or a test may stop it and put its hands anywhere. That holds for the whole process, whichever task asks (a
verb runs in one of its own), so it is nothing for a process that serves people: no code of the product calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_hands: datetime | None = None  # where they were put; None: they go by themselves


def now() -> datetime:
    return _hands or datetime.now(UTC)


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """The clock stands at this instant until `set_to` moves it; at the end it goes again (or stands where it stood)."""
    global _hands  # noqa: PLW0603  (one clock a process)
    before, _hands = _hands, _aware(instant)
    try:
        yield
    finally:
        _hands = before


def set_to(instant: datetime) -> None:
    """Put the hands of a standing clock elsewhere. RuntimeError: it goes."""
    global _hands  # noqa: PLW0603  (one clock a process)
    if _hands is None:
        raise RuntimeError("the clock goes: only one that stands can be set")
    _hands = _aware(instant)


def _aware(instant: datetime) -> datetime:
    """The same instant in UTC. ValueError: an instant without time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone is no instant")
    return instant.astimezone(UTC)
