"""The desk's panel in the staff's home: what waits, in one line for each mode."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.civic.emergency.queries.drafts import live_drafts, reviews_open
from todoke.civic.emergency.rules.rights import READ
from todoke.shared.messaging.types import Mode


def draw_next_act(request: HttpRequest) -> str | None:
    """The numbers of drafts and reviews that wait; None for who may not read the desk."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.may(READ):
        return None
    rows = []
    for mode in Mode:
        drafts, reviews = live_drafts(viewer, mode), reviews_open(viewer, mode)
        submitted = sum(1 for draft in drafts if draft.state == "submitted")
        if drafts or reviews or mode is Mode.ACTUAL:
            rows.append((mode, len(drafts), submitted, len(reviews)))
    return render_to_string("emergency/parts/panel.html", {"rows": rows})
