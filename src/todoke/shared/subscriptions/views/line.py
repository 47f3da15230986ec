"""The door at which LINE tells who has made friends with the city's account.

https://developers.line.biz/en/reference/messaging-api/#webhooks, read in November 2026.
"""

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from todoke.base.access import public
from todoke.base.clock import now
from todoke.base.number_guard import for_machines
from todoke.shared.subscriptions.actions.brake import TooManyFromHere
from todoke.shared.subscriptions.actions.line import BadEvent, Event, befriend_imagined, hear
from todoke.shared.subscriptions.views.doors import client_of

log = logging.getLogger(__name__)

# LINE names no bound; a hundred events with the longest texts stay below this.
BODY_MAX = 1_000_000


@for_machines("LINE repeats what is refused; of a text it is only asked whether it is a word for the link")
@public
@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take what LINE tells, if LINE tells it: the signature over the very bytes stands in for a form's token."""
    if not settings.LINE_SECRET:
        raise Http404
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_MAX:
        return _answer("the body is too long", 413)
    if not is_signed(request.body, request.headers.get("X-Line-Signature", ""), settings.LINE_SECRET):
        log.warning("line_webhook_forged")
        return _answer("the signature is wrong", 403)
    try:
        events = list[Any](json.loads(request.body)["events"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return _answer("this is no call of LINE's webhook", 400)
    for each in events:
        try:
            event = Event.read(each)
        except BadEvent as trouble:
            # One that nobody can read must not keep LINE repeating those around it.
            log.warning("line_event_unread", extra={"trouble": str(trouble)})
            continue
        if event is not None:
            hear(event, at=now())
    return _answer("", 200)


@public
@require_POST
def play_friend(request: HttpRequest) -> HttpResponseBase:
    """Where LINE is played on this machine: make friends as an imagined user. Elsewhere there is no such door."""
    if not settings.SIMULATORS:
        raise Http404
    try:
        befriend_imagined(client=client_of(request), at=now())
    except TooManyFromHere as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("模擬LINEで友だちになりました。職員の画面の「模擬サービス」に、リンクが届きます。"))
    return redirect("subscriptions:subscribe")


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether this is base64 of HMAC-SHA256 over the body, with the channel's secret (“Verify signature”)."""
    own = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    # Bytes, for a text outside ASCII could not be compared.
    return hmac.compare_digest(own, signature.encode("utf-8", "surrogateescape"))


def _answer(words: str, status: int) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
