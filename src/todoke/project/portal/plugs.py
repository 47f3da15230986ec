"""What the portal itself hangs up in the resident's home."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from todoke.base.ui.registry import Panel, resident_panels
from todoke.ground.places.queries import the_city


def draw_contact(request: HttpRequest) -> str | None:
    """How to reach the city hall; nothing where the city has given no number."""
    city = the_city()
    if city is None or not city.telephone:
        return None
    return render_to_string("portal/contact.html", {"telephone": city.telephone}, request)


resident_panels.register(Panel("portal.contact", _("市役所に連絡する"), 900, draw_contact))
