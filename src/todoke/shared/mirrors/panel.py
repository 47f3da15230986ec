"""The mirrors' panel in the staff's home: shown while one is behind, and to nobody else."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.base.clock import now
from todoke.shared.mirrors.queries import mirrors_for


def draw_behind(request: HttpRequest) -> str | None:
    """The mirrors whose copy is too old; None when there are none, or for who may not see them."""
    viewer = request.viewer  # type: ignore[attr-defined]
    behind = [seen.mirror for seen in mirrors_for(viewer, at=now()) if seen.mirror.old_since]
    return render_to_string("mirrors/parts/panel.html", {"behind": behind}, request) if behind else None
