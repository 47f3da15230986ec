"""The links that letters carry, and the name that stands under them."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.ground.places.queries import the_city


def page_of(name: str, token: str) -> str:
    """The whole address of the page `name` that this token opens."""
    return f"{settings.SITE_ADDRESS}{reverse(name, args=[token])}"


def city_name() -> str:
    """The city's name in the language in force."""
    city = the_city()
    if city is None:
        return _("市")
    return {"en": city.name_en, "ja-easy": city.name_easy}.get(translation.get_language() or "") or city.name
