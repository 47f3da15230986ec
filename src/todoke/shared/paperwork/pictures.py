"""The city as one drawn picture, on which a place can be pressed without script (decision 0004)."""

import time
from dataclasses import dataclass
from typing import Any

from todoke.base import geo
from todoke.ground.places.models import Area

WIDTH = 600
FRESH_SECONDS = 300.0

_kept: tuple[float, "Picture | None"] | None = None


@dataclass(frozen=True)
class Picture:
    """An SVG and the window of degrees that it shows."""

    svg: str
    frame: str
    width: int
    height: int


def picture_of_the_city() -> Picture | None:
    """Every area of the city in its outline with its name; None where nobody has drawn one. Kept for five minutes."""
    global _kept  # noqa: PLW0603 - one picture for the process
    if _kept is None or time.monotonic() - _kept[0] > FRESH_SECONDS:
        _kept = (time.monotonic(), _drawn())
    return _kept[1]


def _drawn() -> Picture | None:
    areas = list(Area.objects.exclude(polygon=None).only("name", "polygon"))
    if not areas:
        return None
    shapes = [geo.polygon_of(area.polygon or {}) for area in areas]
    frame = geo.Frame.around(shapes, WIDTH)
    width, height = round(frame.width), round(frame.height)
    paths = "".join(
        f'<path d="{geo.svg_path(each, frame)}" fill="#f2f2f2" stroke="#666666" fill-rule="evenodd"/>'
        for each in shapes
    )
    names = "".join(_name(area, shape, frame) for area, shape in zip(areas, shapes, strict=True))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame.view_box}">{paths}{names}</svg>'
    told = ",".join(f"{each:.6f}" for each in (frame.west, frame.south, frame.east, frame.north))
    return Picture(svg, f"{told},{width},{height}", width, height)


def _name(area: Area, shape: Any, frame: geo.Frame) -> str:
    x, y = frame.point(shape.centroid.x, shape.centroid.y)
    name = area.name.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="14" text-anchor="middle" fill="#333333">{name}</text>'
