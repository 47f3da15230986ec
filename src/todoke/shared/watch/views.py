"""The page of the routes' health, and a person's part in it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.registry import channels
from todoke.shared.watch.actions import hearing
from todoke.shared.watch.forms import TakeInHandForm
from todoke.shared.watch.models import ReadBackState
from todoke.shared.watch.queries import RouteSeen, past_troubles, read_backs_for, routes_for
from todoke.shared.watch.rules import Standing

WORDS = {
    Standing.GOOD: (gettext_lazy("正常"), "good"),
    Standing.DOUBTFUL: (gettext_lazy("1回失敗。もう一度確かめています"), "attention"),
    Standing.BAD: (gettext_lazy("異常"), "bad"),
    Standing.STALE: (gettext_lazy("5分以上、確認されていません"), "attention"),
    Standing.NEVER_TRIED: (gettext_lazy("まだ確認していません"), "neutral"),
}
TONES = {
    ReadBackState.SEEN: "good",
    ReadBackState.MISSED: "bad",
    ReadBackState.WAITING: "active",
    ReadBackState.DROPPED: "neutral",
}


@needs("watch.read")
@require_safe
def overview(request: VisitorRequest) -> HttpResponse:
    """Every route, its latest probe, open and past troubles, and what was read back."""
    context = {"form": TakeInHandForm(), "past": past_troubles(request.viewer), **_moving(request)}
    return render(request, "watch/overview.html", context)


@needs("watch.read")
@require_safe
def moving(request: VisitorRequest) -> HttpResponse:
    """The part of that page which asks again every half minute."""
    return render(request, "watch/parts/moving.html", _moving(request))


@needs("watch.operate")
@require_POST
def try_at_once(request: VisitorRequest, pk: int) -> HttpResponse:
    """Have a route tried now."""
    return _done(
        request,
        lambda: hearing.try_at_once(pk, viewer=request.viewer, at=now()),
        _("この経路を、すぐに確かめます。数秒後に画面を新しくしてください。"),
    )


@needs("watch.operate")
@require_POST
def take_in_hand(request: VisitorRequest, pk: int) -> HttpResponse:
    """Say that one is working on a trouble."""
    form = TakeInHandForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("いま何をしているかを、短く書いてください。"))
        return redirect("watch:overview")
    return _done(
        request,
        lambda: hearing.take_in_hand(pk, viewer=request.viewer, note=form.cleaned_data["note"], at=now()),
        _("対応中であることを記録しました。"),
    )


def _done(request: HttpRequest, act: Callable[[], object], says: str) -> HttpResponse:
    try:
        act()
    except hearing.WatchRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, says)
    return redirect("watch:overview")


def _moving(request: VisitorRequest) -> dict[str, Any]:
    at = now()
    return {
        "routes": [_row(seen) for seen in routes_for(request.viewer, at=at)],
        "read_backs": [
            {
                "edition": found.edition,
                "channels": [
                    {
                        "name": _channel_name(one.channel),
                        "state": one.state.label,
                        "tone": TONES[one.state],
                        "says": one.says,
                        "seen": one.by_state[ReadBackState.SEEN],
                        "all": sum(one.by_state.values()),
                    }
                    for one in found.channels
                ],
            }
            for found in read_backs_for(request.viewer)
        ],
        "may_operate": request.viewer.may("watch.operate"),
        "at": at,
    }


def _row(seen: RouteSeen) -> dict[str, Any]:
    word, tone = WORDS[seen.standing]
    return {
        "route": seen.route,
        "channel": _channel_name(seen.route.channel),
        "word": word,
        "tone": tone,
        "trouble": seen.trouble,
        "took": timedelta(milliseconds=seen.route.milliseconds).total_seconds(),
    }


def _channel_name(key: str) -> str:
    channel = channels.find(key)
    return str(channel.facts.name) if channel else _("廃止された配信手段")
