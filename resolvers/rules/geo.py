"""WGS-84, GCJ-02 and BD-09 (domain 2.10). Positions are stored as WGS-84 and converted on the way in and out."""

from __future__ import annotations

from collections.abc import Callable
from math import asin, atan2, cos, hypot, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

from resolvers.terms.kinds import CoordinateSystem

_AXIS = 6378245.0  # Krasovsky 1940, metres
_ECCENTRICITY = 0.00669342162296594323
_BAIDU = pi * 3000.0 / 180.0
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347  # the China box of the algorithm
_EARTH = 6371008.8  # mean radius, metres: a great circle errs by half a percent at the most
_ITERATIONS = 6  # two give millimetres; the rest settles the last digits


class Point(NamedTuple):
    """Degrees."""

    latitude: float
    longitude: float


def to_wgs84(point: Point, system: CoordinateSystem) -> Point:
    """The position a device would report. Outside the China box all systems are one. ValueError: not on the globe."""
    if system == CoordinateSystem.WGS84 or not _in_china(_valid(point)):
        return _valid(point)
    return _inverse(_shift_gcj if system == CoordinateSystem.GCJ02 else _shift_bd, point)


def from_wgs84(point: Point, system: CoordinateSystem) -> Point:
    """The position as a map of that system draws it. ValueError: not on the globe."""
    if system == CoordinateSystem.WGS84 or not _in_china(_valid(point)):
        return _valid(point)
    return _shift_gcj(point) if system == CoordinateSystem.GCJ02 else _shift_bd(point)


def distance(one: Point, other: Point) -> float:
    """Metres along the great circle between two WGS-84 positions."""
    north = sin(radians(other.latitude - one.latitude) / 2) ** 2
    east = sin(radians(other.longitude - one.longitude) / 2) ** 2
    chord = north + cos(radians(one.latitude)) * cos(radians(other.latitude)) * east
    return 2 * _EARTH * asin(min(1.0, sqrt(chord)))


def _inverse(forward: Callable[[Point], Point], target: Point) -> Point:
    """By iteration: a closed-form inverse errs by metres."""
    guess = target
    for _ in range(_ITERATIONS):
        reached = forward(guess)
        guess = Point(
            guess.latitude - (reached.latitude - target.latitude),
            guess.longitude - (reached.longitude - target.longitude),
        )
    return guess


def _shift_gcj(point: Point) -> Point:
    north, east = _offset(point.longitude - 105.0, point.latitude - 35.0)
    phi = radians(point.latitude)
    magic = 1 - _ECCENTRICITY * sin(phi) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / (magic * sqrt(magic))
    parallel = _AXIS / sqrt(magic) * cos(phi)
    return Point(point.latitude + north / radians(meridian), point.longitude + east / radians(parallel))


def _shift_bd(point: Point) -> Point:
    gcj = _shift_gcj(point)
    x, y = gcj.longitude, gcj.latitude
    distance = hypot(x, y) + 0.00002 * sin(y * _BAIDU)
    angle = atan2(y, x) + 0.000003 * cos(x * _BAIDU)
    return Point(distance * sin(angle) + 0.006, distance * cos(angle) + 0.0065)


def _offset(x: float, y: float) -> tuple[float, float]:
    """Metres north and east. The coefficients are those of the published GCJ-02 algorithm."""
    wave = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (wave + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (wave + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    return north, east


def _in_china(point: Point) -> bool:
    return _SOUTH <= point.latitude <= _NORTH and _WEST <= point.longitude <= _EAST


def _valid(point: Point) -> Point:
    on_globe = abs(point.latitude) <= 90.0 and abs(point.longitude) <= 180.0  # noqa: PLR2004  (degrees of the globe)
    if not (isfinite(point.latitude) and isfinite(point.longitude) and on_globe):
        raise ValueError("no place on the globe")
    return point
