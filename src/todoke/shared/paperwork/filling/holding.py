"""Which drafts a browser holds: those that its session names, and those whose page it has in its hands.

A session ends; the page on the screen does not. Each page carries a token of its draft in its own form (never in an
address), so what is posted after the session's end is kept like any other page, and the session takes it up again.
"""

import secrets
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

from todoke.base.sealing import make_token, read_token
from todoke.shared.paperwork.models import Response

Answer = TypeVar("Answer", bound=HttpResponseBase)

HELD = "paperwork_held"
DEVICE = "paperwork_device"
TOKEN = "held"  # noqa: S105 - the name of a box
DRAFTS_MAX = 20
_PURPOSE = "paperwork page"


def hold(request: HttpRequest, response: Response) -> None:
    """Let this browser go on with this draft, as long as its session lasts."""
    device_of(request)
    held = request.session.get(HELD, [])
    # A session that has changed nothing is not written again.
    if held[-1:] != [str(response.key)]:
        request.session[HELD] = [*(key for key in held if key != str(response.key)), str(response.key)][-DRAFTS_MAX:]


def let_go(request: HttpRequest, response: Response) -> None:
    """This browser goes on with it no longer: somebody else may sit down at this machine."""
    request.session[HELD] = [key for key in request.session.get(HELD, []) if key != str(response.key)]


def holds(request: HttpRequest, response: Response) -> bool:
    """Whether this browser holds the draft: by its session, or by the page that it has just posted."""
    if str(response.key) in request.session.get(HELD, []):
        return True
    token = request.POST.get(TOKEN, "") if request.method == "POST" else ""
    if not opened_by(token, response):
        return False
    hold(request, response)
    return True


def opened_by(token: str, response: Response) -> bool:
    """Whether this is the draft's own token, of its present generation."""
    return bool(token) and read_token(token, purpose=_PURPOSE) == (response.pk, response.generation)


def token_of(response: Response) -> str:
    """What a page of this draft carries along."""
    return make_token(response.pk, purpose=_PURPOSE, generation=response.generation)


def device_of(request: HttpRequest) -> str:
    """A random word for this browser, to tell two of them apart; it lasts as long as the session."""
    if DEVICE not in request.session:
        request.session[DEVICE] = secrets.token_hex(4)
    return str(request.session[DEVICE])


def private(response: Answer) -> Answer:
    """The page of a held draft leaves the house: no cache or search engine keeps it, no site learns its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
