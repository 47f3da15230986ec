"""What decisions hang up in the staff's home."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.base.clock import in_japan, now
from todoke.shared.decisions.queries import MARK, box_for


def draw_waiting(request: HttpRequest) -> str | None:
    """What waits for this person; None for who marks nothing."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.may(MARK):
        return None
    box = box_for(viewer, in_japan(now()).date())
    values = {"to_decide": len(box.to_decide), "to_mark": len(box.to_mark), "to_read": len(box.to_read)}
    return render_to_string("decisions/parts/waiting.html", values, request=request)
