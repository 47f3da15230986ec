import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from shapely.geometry import Point, box

from todoke.base import geo

SQUARE = {"type": "Polygon", "coordinates": [[[140, 38], [141, 38], [141, 39], [140, 39], [140, 38]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


def test_a_valid_polygon_keeps_its_vertices():
    assert geo.geometry_of(geo.polygon_of(SQUARE)) == {
        "type": "Polygon",
        "coordinates": [[[140.0, 38.0], [141.0, 38.0], [141.0, 39.0], [140.0, 39.0], [140.0, 38.0]]],
    }


def test_a_ring_that_crosses_itself_is_mended():
    mended = geo.polygon_of(BOW_TIE)

    assert mended.is_valid
    assert mended.area == pytest.approx(0.5)


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [140, 38]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[140, 38], [141, 38]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]},
        {"type": "Polygon", "coordinates": [[[140, 38], [141, 38], [142, 38], [140, 38]]]},
        {"type": "Nonsense"},
    ],
)
def test_what_is_no_surface_is_refused(geometry: dict):
    with pytest.raises(geo.BadShape):
        geo.polygon_of(geometry)


def test_joined_neighbours_have_no_border_between_them():
    joined = geo.joined([box(0, 0, 1, 1), box(1, 0, 2, 1)])

    assert joined.equals(box(0, 0, 2, 1))


def test_the_border_belongs_to_the_area():
    square = geo.polygon_of(SQUARE)

    assert geo.covers(square, 140.0, 38.5)
    assert not geo.covers(square, 139.999, 38.5)


def test_metres_outside_are_shorter_along_a_parallel():
    square = geo.polygon_of(SQUARE)

    assert geo.metres_outside(square, 140.5, 38.5) == 0
    assert geo.metres_outside(square, 140.5, 39.01) == pytest.approx(1113, rel=0.01)
    assert geo.metres_outside(square, 141.01, 38.5) == pytest.approx(871, rel=0.01)


def test_a_frame_keeps_a_square_kilometre_square():
    kilometre_east, kilometre_north = 1 / 87.1, 1 / 111.32
    frame = geo.Frame.around([box(140, 38.5, 140 + 10 * kilometre_east, 38.5 + 10 * kilometre_north)], 300)

    assert frame.height == pytest.approx(300, rel=0.005)
    assert frame.view_box == f"0 0 300 {frame.height:g}"


def test_north_is_up():
    frame = geo.Frame.around([SQUARE], 100)

    assert frame.point(140.5, 39.0)[1] < frame.point(140.5, 38.0)[1]
    assert frame.point(140.0, 38.5)[0] < frame.point(141.0, 38.5)[0]


def test_there_is_no_frame_around_nothing():
    with pytest.raises(geo.BadShape):
        geo.Frame.around([], 100)


def test_a_path_is_closed_has_one_decimal_and_keeps_holes():
    ring = box(140, 38, 141, 39).difference(box(140.4, 38.4, 140.6, 38.6))
    frame = geo.Frame.around([ring], 100, margin=0)

    path = geo.svg_path(ring, frame)

    assert re.fullmatch(r"(M[\d.]+ [\d.]+(L[\d.]+ [\d.]+){3}Z){2}", path)
    assert all(len(number.partition(".")[2]) <= 1 for number in re.findall(r"[\d.]+", path))


def test_simplifying_leaves_out_what_nobody_sees():
    coast = Point(140.5, 38.5).buffer(0.5, quad_segs=200)
    frame = geo.Frame.around([coast], 200)

    assert len(geo.svg_path(coast, frame)) < len(geo.svg_path(coast, frame, tolerance=0)) / 4


def test_an_area_too_small_to_draw_is_a_dot():
    frame = geo.Frame.around([SQUARE], 100)

    assert geo.svg_path(box(140.5, 38.5, 140.50001, 38.50001), frame).endswith("h1v1h-1Z")


@settings(max_examples=50, deadline=None)
@given(some.floats(123, 153), some.floats(21, 45), some.floats(0.001, 1), some.floats(0.001, 1))
def test_every_path_stays_in_its_frame(west: float, south: float, wide: float, high: float):
    shape = box(west, south, west + wide, south + high)
    frame = geo.Frame.around([shape], 500)

    numbers = [float(number) for number in re.findall(r"-?[\d.]+", geo.svg_path(shape, frame))]

    assert all(0 <= x <= frame.width for x in numbers[::2])
    assert all(0 <= y <= frame.height for y in numbers[1::2])
