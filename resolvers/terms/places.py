"""Where something is said to be, as a device tells it."""

from __future__ import annotations

from dataclasses import dataclass, field

from resolvers.terms.kinds import CoordinateSystem
from resolvers.terms.term import LATER


@dataclass(frozen=True, slots=True)
class Position:
    """Where a phone says it is: degrees in a declared system, accuracy in metres; `mocked`: it says the place is made up."""

    latitude: float
    longitude: float
    system: CoordinateSystem = CoordinateSystem.WGS84
    accuracy: float | None = None
    mocked: bool = field(default=False, metadata=LATER)
