from __future__ import annotations

from math import asin, cos, nan, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.rules.geo import Point, distance, from_wgs84, to_wgs84
from resolvers.terms.kinds import CoordinateSystem

WGS84, GCJ02, BD09 = CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09
SHIFTED = st.sampled_from([GCJ02, BD09])
IN_CHINA = st.builds(Point, st.floats(18.2, 53.5), st.floats(73.6, 135.0))


def metres(one: Point, other: Point) -> float:
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(chord))


@pytest.mark.parametrize(
    ("city", "expected"),
    [
        (Point(37.4638, 121.4479), 472),
        (Point(39.8585, 116.2868), 534),
        (Point(32.6294, 110.7980), 555),
        (Point(46.5893, 125.1031), 588),
        (Point(27.8274, 113.1340), 671),
    ],
    ids=["烟台", "丰台", "十堰", "大庆", "株洲"],
)
def test_gcj02_is_off_by_as_much_as_measured_in_the_source_cities(city: Point, expected: int) -> None:
    assert metres(city, from_wgs84(city, GCJ02)) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        (Point(31.1774276, 121.5272106), Point(31.17530398364597, 121.531541859215)),
        (Point(22.543847, 113.912316), Point(22.540796131694766, 113.9171764808363)),
        (Point(39.911954, 116.377817), Point(39.91334545536069, 116.38404722455657)),
    ],
    ids=["上海", "深圳", "北京"],
)
def test_gcj02_agrees_with_the_published_pairs(wgs: Point, gcj: Point) -> None:
    assert from_wgs84(wgs, GCJ02) == pytest.approx(gcj, abs=1e-9)
    assert to_wgs84(gcj, GCJ02) == pytest.approx(wgs, abs=1e-9)


def test_bd09_agrees_with_the_published_pair() -> None:
    wgs = to_wgs84(Point(39.915, 116.404), GCJ02)

    assert from_wgs84(wgs, BD09) == pytest.approx(Point(39.92133699351021, 116.41036949371029), abs=1e-9)


def test_bd09_lies_about_a_kilometre_further() -> None:
    tiananmen = Point(39.908823, 116.397470)

    assert 1000 < metres(tiananmen, from_wgs84(tiananmen, BD09)) < 1600


@given(IN_CHINA, SHIFTED)
def test_there_and_back_is_less_than_a_millimetre(point: Point, system: CoordinateSystem) -> None:
    assert metres(point, to_wgs84(from_wgs84(point, system), system)) < 0.001


@given(IN_CHINA, SHIFTED)
def test_a_shift_inside_china_is_seen_and_bounded(point: Point, system: CoordinateSystem) -> None:
    assert 1 < metres(point, from_wgs84(point, system)) < 3000


@pytest.mark.parametrize("system", CoordinateSystem)
@pytest.mark.parametrize("point", [Point(51.5, -0.1), Point(-33.9, 151.2), Point(35.7, 139.7), Point(0.0, 0.0)])
def test_outside_the_china_box_all_systems_are_one(point: Point, system: CoordinateSystem) -> None:
    assert from_wgs84(point, system) == to_wgs84(point, system) == point


@given(IN_CHINA)
def test_wgs84_is_stored_as_it_came(point: Point) -> None:
    assert to_wgs84(point, WGS84) == from_wgs84(point, WGS84) == point


@pytest.mark.parametrize("system", CoordinateSystem)
@pytest.mark.parametrize(
    "point", [Point(91, 0), Point(-90.1, 0), Point(0, 180.1), Point(nan, 113), Point(27, float("inf"))]
)
def test_what_is_not_on_the_globe_is_refused(point: Point, system: CoordinateSystem) -> None:
    for convert in (to_wgs84, from_wgs84):
        with pytest.raises(ValueError, match="globe"):
            convert(point, system)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Point(27.3, 118.1), Point(27.3, 118.1), 0.0),
        (Point(0.0, 0.0), Point(0.0, 1.0), 111_195.1),  # a degree of the equator
        (Point(0.0, 179.5), Point(0.0, -179.5), 111_195.1),  # across the date line
        (Point(60.0, 0.0), Point(60.0, 1.0), 55_595.7),
        (Point(39.9042, 116.4074), Point(31.2304, 121.4737), 1_067_311.0),  # Beijing to Shanghai
        (Point(90.0, 0.0), Point(-90.0, 120.0), 20_015_115.0),
    ],
)
def test_a_distance_is_that_of_the_great_circle(one: Point, other: Point, expected: float) -> None:
    assert distance(one, other) == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert distance(other, one) == pytest.approx(distance(one, other))
