"""What casework hangs up in the staff's home."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.shared.casework.queries.effects import given_up

COUNTED_MAX = 100


def draw_given_up(request: HttpRequest) -> str | None:
    """How much was given up in my sections; nothing where all went."""
    viewer = request.viewer  # type: ignore[attr-defined]
    count = len(given_up(viewer).values_list("pk")[:COUNTED_MAX])
    return render_to_string("casework/panel.html", {"count": count}, request=request) if count else None
