"""What the pages that a link opens have in common: the link is the key, and nobody else may come by it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from todoke.base.access import public

View = Callable[..., HttpResponseBase]


def by_link(view: View) -> View:
    """Open this view to whoever has the link in its address, and keep that link from wandering.

    No check of a form's origin: a stranger's page that wanted to send the form would have to know the link already, and
    a browser that is told to name no referrer names no origin either (Fetch, “append a request Origin header”).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponseBase:
        return keep_to_yourself(view(request, *arguments, **options))

    return public(csrf_exempt(guarded))


def client_of(request: HttpRequest) -> str:
    """Where a request comes from, for the brake on requests; it is hashed before it is stored."""
    return str(request.META.get("REMOTE_ADDR", ""))


def keep_to_yourself(response: HttpResponseBase) -> HttpResponseBase:
    """No referrer leads away with the address, no search engine keeps it, no cache keeps what it showed."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
