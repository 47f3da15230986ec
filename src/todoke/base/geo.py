"""Shapes on the earth: GeoJSON in and out through shapely, and plain SVG paths for maps that need no script.

All coordinates are WGS84 degrees, longitude first, as GeoJSON (RFC 7946) wants them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Point, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity, make_valid

Geometry = Mapping[str, Any]

METRES_PER_DEGREE = 111_320.0
DECIMALS = 6  # eleven centimetres


class BadShape(ValueError):
    """What was given is not an area on the map; the text says why, in shapely's words."""


def polygon_of(geometry: Geometry) -> BaseGeometry:
    """A valid Polygon or MultiPolygon. Mends rings that cross themselves; raises BadShape where nothing is left."""
    try:
        raw = shape(geometry)
    except Exception as error:
        # shapely answers malformed coordinates with whatever numpy or its own reader happened to raise.
        raise BadShape(str(error)) from error
    if not isinstance(raw, Polygon | MultiPolygon):
        raise BadShape(f"{raw.geom_type}")
    if raw.is_empty:
        raise BadShape("empty")
    if raw.is_valid:
        return raw
    surfaces = _surfaces(make_valid(raw))
    if not surfaces:
        raise BadShape(explain_validity(raw))
    return shapely.union_all(surfaces)


def _surfaces(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [geometry] if geometry.area > 0 else []
    return [surface for part in getattr(geometry, "geoms", ()) for surface in _surfaces(part)]


def geometry_of(polygon: BaseGeometry) -> dict[str, Any]:
    """The GeoJSON geometry of a polygon, in lists (not tuples), so that it equals itself after a trip through JSON."""
    return {
        "type": polygon.geom_type,
        "coordinates": _lists(mapping(polygon)["coordinates"]),
    }


def _lists(coordinates: Any) -> Any:
    if isinstance(coordinates, list | tuple):
        return [_lists(part) for part in coordinates]
    return round(coordinates, DECIMALS)


def joined(polygons: Iterable[BaseGeometry]) -> BaseGeometry:
    """All of them as one, without the borders between them."""
    return shapely.union_all(list(polygons))


def covers(polygon: BaseGeometry, longitude: float, latitude: float) -> bool:
    """Whether the point lies in the polygon or on its border."""
    return bool(polygon.covers(Point(longitude, latitude)))


def metres_outside(polygon: BaseGeometry, longitude: float, latitude: float) -> float:
    """How far the point lies from the polygon, about; 0 inside. Good to a few percent within Japan."""
    scale = math.cos(math.radians(latitude))
    flat = shapely.transform(polygon, lambda points: points * (scale, 1.0))
    return float(flat.distance(Point(longitude * scale, latitude))) * METRES_PER_DEGREE


def feature(geometry: Geometry | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    """One GeoJSON feature."""
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def feature_collection(features: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A GeoJSON collection of features."""
    return {"type": "FeatureCollection", "features": list(features)}


@dataclass(frozen=True)
class Frame:
    """The window through which a map is drawn: degrees west, south, east, north, and its size in SVG units.

    Longitudes are narrowed by the cosine of the middle latitude, so that a square block stays square.
    """

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float

    @classmethod
    def around(cls, polygons: Iterable[BaseGeometry | Geometry], width: float, *, margin: float = 0.03) -> "Frame":
        """A frame that holds all polygons, `width` units wide, with a margin (share of the larger side) around them.

        Raises BadShape when there is no polygon to frame.
        """
        shapes = [_as_shape(polygon) for polygon in polygons]
        if not shapes:
            raise BadShape("empty")
        west, south, east, north = shapely.total_bounds(shapes)
        scale = math.cos(math.radians((south + north) / 2))
        border = max((east - west) * scale, north - south) * margin or 0.001
        west, east = west - border / scale, east + border / scale
        south, north = south - border, north + border
        height = width * (north - south) / ((east - west) * scale)
        return cls(float(west), float(south), float(east), float(north), width, round(float(height), 1))

    @property
    def view_box(self) -> str:
        """The value of an SVG's viewBox."""
        return f"0 0 {_short(self.width)} {_short(self.height)}"

    def point(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a point of the earth lies in the window; the y axis points down."""
        return (
            (longitude - self.west) / (self.east - self.west) * self.width,
            (self.north - latitude) / (self.north - self.south) * self.height,
        )


def svg_path(polygon: BaseGeometry | Geometry, frame: Frame, *, tolerance: float = 0.4) -> str:
    """The `d` of an SVG path for this polygon, in units of the frame with one decimal.

    Corners that move the line by less than `tolerance` units are left out; islands too small to see disappear, but
    never the whole polygon. Draw it with fill-rule evenodd, so that holes stay open.
    """
    drawn = shapely.transform(_as_shape(polygon), lambda points: [frame.point(x, y) for x, y in points])
    simple = drawn.simplify(tolerance, preserve_topology=True) if tolerance else drawn
    rings = [ring for part in _surfaces(simple) for ring in (part.exterior, *part.interiors)]
    paths = [_ring_path(ring.coords) for ring in rings]
    visible = [path for path in paths if path]
    return "".join(visible) if visible else _dot(drawn)


def _as_shape(polygon: BaseGeometry | Geometry) -> BaseGeometry:
    return polygon if isinstance(polygon, BaseGeometry) else shape(polygon)


def _ring_path(coordinates: Iterable[Sequence[float]]) -> str:
    points: list[str] = []
    for x, y, *_height in coordinates:
        text = f"{_short(x)} {_short(y)}"
        if not points or points[-1] != text:
            points.append(text)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return f"M{'L'.join(points)}Z" if len(points) > 2 else ""


def _dot(drawn: BaseGeometry) -> str:
    """A unit square where a polygon is too small to be drawn: an area never vanishes from the map."""
    x, y = drawn.centroid.x, drawn.centroid.y
    return f"M{_short(x - 0.5)} {_short(y - 0.5)}h1v1h-1Z"


def _short(number: float) -> str:
    text = f"{number:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text
