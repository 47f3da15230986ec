"""What the room hangs up in the two homes."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from todoke.base.clock import now
from todoke.civic.notices.models import NoticeState
from todoke.civic.notices.queries.notices import counts_by_state
from todoke.civic.notices.queries.public import as_public, current_notices
from todoke.civic.notices.rules.rights import READ

SHOWN_MAX = 5


def draw_latest(request: HttpRequest) -> str:
    """The latest notices, for residents."""
    at = now()
    editions = current_notices(at)[:SHOWN_MAX]
    values = {"notices": as_public(editions, get_language() or "ja", at)}
    return render_to_string("notices/parts/latest.html", values, request=request)


def draw_waiting(request: HttpRequest) -> str | None:
    """What waits for somebody, for staff; None for who may not read it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.may(READ):
        return None
    counts = counts_by_state(viewer)
    shown = (NoticeState.SUBMITTED, NoticeState.RETURNED, NoticeState.SCHEDULED)
    values = {"states": [(state.value, state.label, counts.get(state, 0)) for state in shown]}
    return render_to_string("notices/parts/waiting.html", values, request=request)
