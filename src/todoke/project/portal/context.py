"""What every page of the house knows: the city's name."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from todoke.base.ui.languages import EASY
from todoke.ground.places.queries import the_city


def site_name(request: HttpRequest) -> dict[str, Any]:
    """The city's name in the language of the page, read once per request and only by pages that show it."""
    known = request.__dict__.setdefault("_site_name", SimpleLazyObject(_reader()))
    return {"site_name": known}


def _reader() -> Callable[[], str]:
    language = get_language() or "ja"

    def read() -> str:
        city = the_city()
        if city is None:
            return ""
        if language == EASY:
            return city.name_easy or city.name
        return city.name_en or city.name if language.startswith("en") else city.name

    return read
