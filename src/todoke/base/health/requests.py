"""Every request has a number: it stands in the answer, and in every log line that is written on the way."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from todoke.base.health import context
from todoke.base.health.logs import route_of

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# What we take from a proxy in front: a word that can do no harm in a log.
VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
SLOW_SECONDS = 1.0
# Asked every few seconds by machines.
UNTOLD = frozenset({"healthz", "readyz", "metrics"})

Answer = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Gives each request its number, or keeps the one that a proxy gave; tells it in one line, without its path."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        number = given if VALID.fullmatch(given) else uuid.uuid4().hex
        mark = context.request_id.set(number)
        began = time.monotonic()
        try:
            response = self.get_response(request)
            response.headers[HEADER] = number
            _tell(request, response.status_code, time.monotonic() - began)
            return response
        finally:
            context.request_id.reset(mark)


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    level = logging.WARNING if status >= 500 or seconds >= SLOW_SECONDS else logging.INFO
    if route in UNTOLD or not log.isEnabledFor(level):
        return
    fields = {"method": request.method, "route": route, "status": status, "milliseconds": round(seconds * 1000)}
    log.log(level, "request_answered", extra=fields)
