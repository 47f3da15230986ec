"""What keeps failing, on the staff's home."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from todoke.base.rounds.errands import errands
from todoke.base.rounds.models import Stuck
from todoke.base.rounds.queries import stuck_rows

READ = "rounds.read"
SHOWN_MAX = 20


def draw_stuck(request: HttpRequest) -> str | None:
    """The oldest rows, each with what was to be done; nothing where everything goes, or for who may not see it."""
    if not request.viewer.may(READ):  # type: ignore[attr-defined]
        return None
    stuck = list(stuck_rows()[: SHOWN_MAX + 1])
    if not stuck:
        return None
    context = {"rows": [_shown(each) for each in stuck[:SHOWN_MAX]], "are_more": len(stuck) > SHOWN_MAX}
    return render_to_string("rounds/panel.html", context, request)


def _shown(stuck: Stuck) -> dict[str, Any]:
    errand = errands.find(stuck.errand)
    words, page = (errand.words, errand.page(stuck.row)) if errand else (stuck.errand, "")
    return {"words": words, "page": page, "stuck": stuck}
