"""Where a provider tells what became of a message. The word in the address is the key, and says which message."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from todoke.base.access import public
from todoke.base.clock import now
from todoke.base.number_guard import for_machines
from todoke.base.sealing import read_token
from todoke.shared.messaging.http_forms.reading import Format, Unreadable, read
from todoke.shared.sms.actions.receipts import note
from todoke.shared.sms.channel import RECEIPTS
from todoke.shared.sms.gateway import Arrival
from todoke.shared.sms.setting_up import reading_of_receipts

BODY_BYTES_MAX = 64 * 1024


@for_machines("a provider's receipt: its numbers of messages, and one word that is kept")
@public
@csrf_exempt  # a provider has no form of ours; who does not know the word reaches no message
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """One receipt. Some providers tell it in the address's query by GET; a bare look at the address tells nothing."""
    found = read_token(token, purpose=RECEIPTS)
    reading = reading_of_receipts()
    if found is None or reading is None or request.method == "HEAD":
        raise Http404
    try:
        entries = read(_body(request, reading.format), reading)
    except Unreadable as trouble:
        return HttpResponse(f"unreadable: {trouble}", status=400, content_type="text/plain")
    for entry in entries[:1]:
        if note(found[0], Arrival(entry.state), says=entry.word, at=now()) is None:
            raise Http404
    # 204 would do; some providers take anything but 200 for a failure and ask again for days.
    return HttpResponse("ok", content_type="text/plain")


def _body(request: HttpRequest, form: Format) -> bytes:
    if form is Format.FORM and request.method == "GET":
        return urlencode(request.GET.dict()).encode()
    return request.read(BODY_BYTES_MAX)
