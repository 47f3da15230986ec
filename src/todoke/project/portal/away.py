"""While the database is away: what somebody has just sent comes back to them, and is kept where it may be."""

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from todoke.base import journal
from todoke.base.clock import now

AWAY = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = 10
# Addresses whose fields are secrets: they go back to the sender and are kept nowhere.
SECRET = ("/accounts/",)
MARK = "csrfmiddlewaretoken"
FIELDS_MAX = 2_000


def answer_while_away(request: HttpRequest) -> HttpResponse:
    """503 with everything that was entered, ready to be sent again; asks neither the database nor the session.

    What staff send is also kept sealed on this host (`base.journal`): their tab may be the only place where it stands.
    """
    fields = _entered(request)
    kept = None
    if fields and _is_of_staff(request):
        kept = journal.keep(request.path, fields, at=now())
    content = render_to_string(
        "portal/away.html",
        {
            "language": getattr(request, "LANGUAGE_CODE", "ja"),
            "fields": [(name, value) for name, values in fields.items() for value in values],
            "address": request.get_full_path() if request.method == "POST" else "",
            "mark": get_token(request) if fields else "",
            "had_files": bool(fields and request.FILES),
            "kept": kept,
        },
    )
    answer = HttpResponse(content, status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _entered(request: HttpRequest) -> dict[str, list[str]]:
    if request.method != "POST" or request.path.startswith(SECRET):
        return {}
    try:
        fields = {name: values for name, values in request.POST.lists() if name != MARK}
    except Exception:
        return {}
    return fields if sum(map(len, fields.values())) <= FIELDS_MAX else {}


def _is_of_staff(request: HttpRequest) -> bool:
    # Nobody can be asked who it is: a session's cookie on a staff address must do, and the journal has its limits.
    return request.path.startswith("/desk/") and settings.SESSION_COOKIE_NAME in request.COOKIES
