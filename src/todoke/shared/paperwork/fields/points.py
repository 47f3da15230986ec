"""A point on the map: pressed on a drawn map, or written as coordinates."""

import re
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from django.utils.translation import gettext_lazy as _

from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line, narrow
from todoke.shared.paperwork.registry import Box, Column, FieldKind
from todoke.shared.paperwork.types import Raw, Read, Sensitivity, Trouble, Value, first

# Japan with its furthest islands, in degrees (国土地理院「日本の東西南北端点」, rounded outwards).
SOUTH, NORTH, WEST, EAST = Decimal(20), Decimal(46), Decimal(122), Decimal(154)
PLACES = 6
_DEGREES = re.compile(r"(\d{1,3}(?:\.\d{1,12})?)°?")


class MapPoint(FieldKind):
    """A point: latitude and longitude in degrees with six decimals (0.1 m), as texts, and words how to find it."""

    key = "paperwork.map-point"
    name = _("地図の場所")
    sensitivity = Sensitivity.PERSONAL

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """Words first: whoever cannot press a map can say where it is."""
        del question, raw
        return (
            Box("words", _("場所の説明"), hint=_("例：市役所の前の交差点、南の角")),
            Box("lat", _("緯度"), input_mode="decimal", width=12, hint=_("例：38.268222"), spellcheck=False),
            Box("lon", _("経度"), input_mode="decimal", width=12, hint=_("例：140.869417"), spellcheck=False),
        )

    def act(self, name: str, raw: Raw, question: Question) -> Raw:
        """`here`: the place in the picture (x, y in pixels of a frame) becomes coordinates; words stay."""
        del question
        kept = {part: posted for part, posted in raw.items() if part not in ("x", "y", "frame")}
        if name == "here" and (point := _pressed(raw)):
            kept |= {"lat": [point[0]], "lon": [point[1]]}
        return kept

    def parse(self, raw: Raw, question: Question) -> Read:
        """Both coordinates or none; words alone are an answer."""
        del question
        lat, lon, words = first(raw, "lat"), first(raw, "lon"), line(first(raw, "words"))
        if not lat and not lon:
            return Read({"words": words} if words else None)
        troubles = []
        place: dict[str, str] = {}
        for part, typed, low, high in (("lat", lat, SOUTH, NORTH), ("lon", lon, WEST, EAST)):
            found = _DEGREES.fullmatch(narrow(typed))
            number = Decimal(found[1]) if found else None
            if number is None or not low <= number <= high:
                mend = _("日本の中の場所を、%(low)sから%(high)sまでの数で書いてください。") % {"low": low, "high": high}
                troubles.append(Trouble(_("場所として読めません。"), mend, part))
            else:
                place[part] = f"{number:.{PLACES}f}"
        return Read({**place, **({"words": words} if words else {})}, tuple(troubles))

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """Coordinates and words."""
        del question
        return {part: [text] for part, text in value.items()}

    def words(self, value: Value, question: Question) -> str:
        """The words, and the coordinates below."""
        del question
        where = _("緯度%(lat)s、経度%(lon)s") % value if "lat" in value else ""
        return "\n".join(str(text) for text in (value.get("words"), where) if text)

    def columns(self, question: Question) -> Sequence[Column]:
        """緯度, 経度, words."""
        del question
        return (Column("lat", _("緯度")), Column("lon", _("経度")), Column("words", _("場所の説明")))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """Latitude, longitude, words."""
        del question
        return tuple((value or {}).get(part, "") for part in ("lat", "lon", "words"))

    def generate(self, random: Random, question: Question) -> Value:
        """Somewhere in the sea or on land."""
        del question
        lat, lon = random.uniform(20, 46), random.uniform(122, 154)
        return {"lat": f"{lat:.{PLACES}f}", "lon": f"{lon:.{PLACES}f}", "words": "橋のたもと"}

    @property
    def template(self) -> str:
        """The drawn map, then the boxes."""
        return "paperwork/point.html"


def _pressed(raw: Raw) -> tuple[str, str] | None:
    try:
        x, y = Decimal(first(raw, "x")), Decimal(first(raw, "y"))
        west, south, east, north, width, height = map(Decimal, first(raw, "frame").split(","))
        lat, lon = north - (north - south) * y / height, west + (east - west) * x / width
    except (ArithmeticError, ValueError):
        return None
    return f"{lat:.{PLACES}f}", f"{lon:.{PLACES}f}"
