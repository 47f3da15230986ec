"""The desk's page of the loudspeakers: units on a map and in a list, broadcasts and what became of each."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.loudspeakers import speech
from todoke.shared.loudspeakers.maps import map_of
from todoke.shared.loudspeakers.models import Broadcast, BroadcastState, SoundingState
from todoke.shared.loudspeakers.playing import sound_response
from todoke.shared.loudspeakers.queries import READ, broadcast_for, broadcasts_for, soundings_of, units_for
from todoke.shared.loudspeakers.recording import sound_path

TONES = {
    BroadcastState.HANDING: "active",
    BroadcastState.SOUNDING: "active",
    BroadcastState.DONE: "good",
    BroadcastState.PARTLY: "bad",
    BroadcastState.LOST: "bad",
    BroadcastState.STOPPED: "attention",
}
SIGNS = {
    SoundingState.WAITING: ("○", gettext_lazy("順番待ち"), "neutral"),
    SoundingState.SOUNDING: ("▶", gettext_lazy("放送中"), "active"),
    SoundingState.SOUNDED: ("●", gettext_lazy("鳴りました"), "good"),
    SoundingState.FAILED: ("×", gettext_lazy("鳴りませんでした"), "bad"),
    SoundingState.UNKNOWN: ("？", gettext_lazy("返事がありません"), "attention"),
    SoundingState.STOPPED: ("■", gettext_lazy("途中で止めました"), "attention"),
}


@needs(READ)
@require_safe
def overview(request: VisitorRequest) -> HttpResponse:
    """Every unit with its state, and the latest broadcasts."""
    units = list(units_for(request.viewer))
    states = {unit.key: ("×", unit.trouble) if unit.trouble else ("●", str(_("正常"))) for unit in units}
    values = {
        "units": units,
        "map": map_of(units, states),
        "broadcasts": [(one, TONES[BroadcastState(one.state)]) for one in broadcasts_for(request.viewer)],
        "has_speech": speech.is_there(),
    }
    return render(request, "loudspeakers/overview.html", values)


@needs(READ)
@require_safe
def broadcast(request: VisitorRequest, pk: int) -> HttpResponse:
    """One broadcast: what was said, its sound, and what became of it at each unit."""
    one = _found(request, pk)
    soundings = list(soundings_of(one))
    states = {row.unit.key: _sign(row.state)[:2] for row in soundings}
    values = {
        "broadcast": one,
        "tone": TONES[BroadcastState(one.state)],
        "soundings": [(row, *_sign(row.state)[1:]) for row in soundings],
        "map": map_of([row.unit for row in soundings], states),
        "has_sound": sound_path(settings.LOUDSPEAKER_ROOT, one.sound).is_file(),
    }
    return render(request, "loudspeakers/broadcast.html", values)


@needs(READ)
@require_safe
def sound(request: VisitorRequest, pk: int) -> HttpResponseBase:
    """The sound of one broadcast, drills among them."""
    one = _found(request, pk)
    return sound_response(request, sound_path(settings.LOUDSPEAKER_ROOT, one.sound), cache="private, max-age=60")


def _found(request: VisitorRequest, pk: int) -> Broadcast:
    one = broadcast_for(request.viewer, pk)
    if one is None:
        raise Http404
    return one


def _sign(state: str) -> tuple[str, str, str]:
    letter, word, tone = SIGNS[SoundingState(state)]
    return letter, str(word), tone
