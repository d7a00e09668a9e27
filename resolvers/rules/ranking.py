"""Competition ranking of units (domain 4.7, FT-21): 1, 2, 2, 4. Volume stays in sight (国办函〔2025〕66号)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's figure as printed, and the number of cases it rests on."""

    key: str
    percent: float | None
    volume: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """`rank` is null for a unit without a rate or below the volume asked for: not rated is not last."""

    key: str
    percent: float | None
    volume: int
    rank: int | None


def rank(
    standings: Iterable[Standing], minimum_volume: int = 1, *, lower_is_better: bool = False
) -> tuple[Ranked, ...]:
    """Ranked units from the best on, then the unranked; equal figures share a rank and stand by key."""
    every = sorted(standings, key=lambda unit: unit.key)
    rated = [(unit.percent, unit) for unit in every if unit.percent is not None and unit.volume >= minimum_volume]
    rated.sort(key=lambda pair: pair[0] if lower_is_better else -pair[0])
    places = [percent for percent, _ in rated]
    ranked = tuple(Ranked(unit.key, percent, unit.volume, places.index(percent) + 1) for percent, unit in rated)
    held = {unit.key for unit in ranked}
    return ranked + tuple(Ranked(unit.key, unit.percent, unit.volume, None) for unit in every if unit.key not in held)
