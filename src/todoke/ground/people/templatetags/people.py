"""What the pages of signing in need to know: `{% load people %}`."""

from django import template
from django.urls import reverse

from todoke.ground.people.queries import is_sample_city
from todoke.ground.people.residents.way import Way

register = template.Library()


@register.simple_tag
def simulated_authenticator() -> str:
    """The address of the simulated authenticator app; empty in a real city."""
    return reverse("people:authenticator") if is_sample_city() else ""


@register.filter
def with_way(address: str, way: Way | None) -> str:
    """`{{ address|with_way:way }}`: the address, with the word under which the session keeps the way back."""
    return f"{address}?way={way.word}" if way else address
