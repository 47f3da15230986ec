"""What the provider of automatic calls comes for: to tell how a call ended, and to fetch what it plays."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import public
from todoke.base.number_guard import for_machines
from todoke.base.sealing import read_token
from todoke.shared.calling.automatic.channel import RECEIPTS
from todoke.shared.calling.automatic.listener import hear
from todoke.shared.calling.automatic.recording import path_of
from todoke.shared.calling.automatic.setting_up import gateway_that_calls_back
from todoke.shared.calling.models import Ring
from todoke.shared.messaging.http_forms.reading import Format, Unreadable, read

BODY_BYTES_MAX = 64 * 1024


@for_machines("a provider's report on a call: its numbers of calls, and how the call stands")
@public
@csrf_exempt  # a provider has no form of ours; who does not know the word reaches no call
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """How one call stands. Some providers tell it in the address's query; a bare look at the address tells nothing."""
    found = read_token(token, purpose=RECEIPTS)
    gateway = gateway_that_calls_back()
    ring = Ring.objects.filter(pk=found[0]).first() if found else None
    if ring is None or gateway is None or gateway.form.callback is None or request.method == "HEAD":
        raise Http404
    reading = gateway.form.callback
    asks = reading.format is Format.FORM and request.method == "GET"
    body = urlencode(request.GET.dict()).encode() if asks else request.read(BODY_BYTES_MAX)
    try:
        entries = read(body, reading)
    except Unreadable as trouble:
        return HttpResponse(f"unreadable: {trouble}", status=400, content_type="text/plain")
    for entry in entries[:1]:
        hear(ring, *gateway.state_of(entry), gateway.form)
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
def recording(request: HttpRequest, name: str) -> HttpResponse:
    """A recording, by the sum of what is said: nobody guesses one."""
    del request
    try:
        sound = path_of(name, settings.RECORDINGS_ROOT).read_bytes()
    except OSError as trouble:
        raise Http404 from trouble
    return HttpResponse(sound, content_type="audio/wav", headers={"X-Robots-Tag": "noindex"})
