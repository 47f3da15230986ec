"""What was just said outdoors, for everybody: a page with sound, and the texts for a telephone service.

No personal data, no session: the answers are the same for everybody and may be kept for ten seconds by any cache.
"""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from todoke.base.access import public
from todoke.base.clock import in_japan, now
from todoke.ground.places.queries import the_city
from todoke.shared.loudspeakers.playing import sound_response
from todoke.shared.loudspeakers.queries import Said, said_lately, sound_of
from todoke.shared.loudspeakers.recording import sound_path

CACHE = "public, max-age=10"
# The newest three: a caller does not listen to more, and each is said with its hour.
TOLD_BY_TELEPHONE = 3


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The broadcasts of the last 24 hours, newest first."""
    response = render(request, "loudspeakers/said.html", {"said": _offered()})
    response.headers["Cache-Control"] = CACHE
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


@public
@require_safe
def script(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """Plain text that a voice server reads to a caller: what holds of the last 24 hours, newest first."""
    valid = [said for said in said_lately(now()) if not said.is_over][:TOLD_BY_TELEPHONE]
    text = "\n\n".join(_told(said) for said in valid) or "この24時間に、屋外スピーカーの放送はありません。"
    city = the_city()
    opening = f"{city.name}の放送案内です。\n\n" if city else ""
    return HttpResponse(
        f"{opening}{text}\n", content_type="text/plain; charset=utf-8", headers={"Cache-Control": CACHE}
    )


@public
@require_safe
def told(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - the same for everybody
    """The same as JSON, with the address of each sound."""
    items = [
        {
            "id": said.key,
            "began_at": said.began_at.isoformat(),
            "title": said.title,
            "text": said.text,
            "superseded": said.is_over,
            "withdrawn": said.is_withdrawn,
            "sound": f"{settings.SITE_ADDRESS}{reverse('loudspeakers-said:sound', args=[said.key])}"
            if said.sound
            else None,
        }
        for said in _offered()
    ]
    return JsonResponse(
        {"broadcasts": items}, headers={"Cache-Control": CACHE}, json_dumps_params={"ensure_ascii": False}
    )


@public
@require_safe
def sound(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """The sound of one of them."""
    name = sound_of(str(key), now())
    if not name:
        raise Http404
    # The file never changes, but a cancellation ends its being offered: so it is kept no longer than the page.
    return sound_response(request, sound_path(settings.LOUDSPEAKER_ROOT, name), cache=CACHE)


def _offered() -> list[Said]:
    """What was said lately; without a sound where this house has none any more, as after a restore."""
    return [
        said if said.sound and sound_path(settings.LOUDSPEAKER_ROOT, said.sound).is_file() else replace(said, sound="")
        for said in said_lately(now())
    ]


def _told(said: Said) -> str:
    at = in_japan(said.began_at)
    return f"{at.month}月{at.day}日、{at.hour}時{at.minute}分の放送です。\n{said.text}"
