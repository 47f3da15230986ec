"""A simulated time-stamping authority, for drills and tests (RFC 3161, 3.4)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from todoke.base.access import public
from todoke.shared.documents.signing.timestamps import QUERY, REPLY, simulated_reply

QUERY_BYTES_MAX = 10_000


@public
@require_POST
@csrf_exempt  # a machine asks, without a form of ours; the answer is worth nothing outside of a simulation
def time_stamp(request: HttpRequest) -> HttpResponse:
    """A time stamp for what is posted."""
    if not settings.SIMULATORS:
        raise Http404
    if request.content_type != QUERY or len(request.body) > QUERY_BYTES_MAX:
        return HttpResponse(status=415)
    try:
        return HttpResponse(simulated_reply(request.body), content_type=REPLY)
    except (ValueError, TypeError):
        return HttpResponse(status=400)
