"""The watch's panel in the staff's home."""

from datetime import timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.base.clock import now
from todoke.shared.watch.queries import summary_for

LATELY = timedelta(hours=24)


def draw_health(request: HttpRequest) -> str | None:
    """How the routes are, in a line or two; None for who may not see it."""
    at = now()
    summary = summary_for(request.viewer, at=at, since=at - LATELY)  # type: ignore[attr-defined]
    return None if summary is None else render_to_string("watch/parts/panel.html", {"summary": summary}, request)
