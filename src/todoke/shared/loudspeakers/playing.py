"""A sound file as browsers want it: in pieces, since some play nothing without them (RFC 9110, 14)."""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.loudspeakers.trial import trial_of
from todoke.shared.messaging.types import FrozenEdition

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def trial_response(request: HttpRequest, edition: FrozenEdition) -> HttpResponseBase:
    """The sentences of an edition that is not out yet, for staff; in words why they cannot be heard, where they cannot.

    Who may hear them is the caller's to ask.
    """
    try:
        path = trial_of(edition, settings.LOUDSPEAKER_ROOT)
    except SpeechAway as away:
        return HttpResponse(
            str(away), status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "10"}
        )
    return sound_response(request, path, cache="private, no-store")


def sound_response(request: HttpRequest, path: Path, *, cache: str) -> HttpResponseBase:
    """The whole file, or the piece that was asked for. Raises Http404 when it is not there any more."""
    if not path.is_file():
        raise Http404
    size = path.stat().st_size
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked[0] == "bytes=-":
        response: HttpResponseBase = FileResponse(path.open("rb"), content_type="audio/wav")
    else:
        first = int(asked[1]) if asked[1] else max(size - int(asked[2]), 0)
        last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        with path.open("rb") as file:
            file.seek(first)
            piece = file.read(last - first + 1)
        response = HttpResponse(piece, status=206, content_type="audio/wav")
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = cache
    return response
