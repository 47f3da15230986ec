"""Parts of form pages as tags: `{% load paperwork %}`."""

from typing import Any
from urllib.parse import quote

from django import template

from todoke.shared.paperwork.filling.drawing import DrawnField
from todoke.shared.paperwork.pictures import picture_of_the_city

register = template.Library()


@register.inclusion_tag("paperwork/press_map.html")
def press_map(field: DrawnField) -> dict[str, Any]:
    """`{% press_map field %}`: the drawn map of the city as a button that posts where it was pressed."""
    picture = picture_of_the_city()
    if picture is None or field.picture is None:
        return {"picture": None}
    return {
        "picture": "data:image/svg+xml," + quote(picture.svg),
        "name": field.picture.name,
        "frame_name": field.name + (":" if ":" not in field.name else ".") + "frame",
        "frame": picture.frame,
        "width": picture.width,
        "height": picture.height,
    }
