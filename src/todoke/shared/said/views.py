"""The board of what was said, one edition in every channel's words, and who saw what was wrong."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.types import DeliveryState, Mode
from todoke.shared.said.corrections import GOAL_SECONDS, Place, correction_of, corrections_for
from todoke.shared.said.forms import AskForm
from todoke.shared.said.queries import (
    READ,
    Asked,
    Said,
    Standing,
    channels_spoken_on,
    copies_of,
    said_by_a_partner,
    said_for,
    said_one,
)

PAGE_LENGTH = 20

WORDS: dict[Standing, tuple[str | Promise, str]] = {
    Standing.IN_FORCE: (_("いま有効"), "good"),
    Standing.LIFTED: (_("解除を伝えています"), "good"),
    Standing.OVERTAKEN: (_("新しい版があります"), "attention"),
    Standing.CORRECTED: (_("訂正されました。伝えないでください"), "bad"),
    Standing.CANCELLED: (_("取り消されました。伝えないでください"), "bad"),
    Standing.TAKES_BACK: (_("取消のお知らせ"), "attention"),
    Standing.EXPIRED: (_("期限が過ぎました"), "neutral"),
}
TONES = {
    DeliveryState.ACCEPTED: "good",
    DeliveryState.CONFIRMED: "good",
    DeliveryState.PLANNED: "neutral",
    DeliveryState.LEASED: "active",
    DeliveryState.HANDED_OVER: "active",
    DeliveryState.WITHDRAWN: "neutral",
    DeliveryState.UNKNOWN: "attention",
    DeliveryState.FAILED: "bad",
    DeliveryState.EXPIRED: "bad",
}


@needs(READ)
@require_safe
@never_cache
def board(request: VisitorRequest) -> HttpResponse:
    """Find what was said. What is not here has not been announced, and the page says so."""
    mode = _mode(request)
    form = AskForm(request.GET, channels=channels_spoken_on(request.viewer))
    asked = Asked(mode=mode, **form.cleaned_data) if form.is_valid() else Asked(mode=mode)
    found = said_for(request.viewer, asked, at=now())
    page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
    partners = [(one, one.content_title) for one in said_by_a_partner(request.viewer, asked, at=now())[:PAGE_LENGTH]]
    values = {
        "form": form,
        "partners": partners,
        "page": page,
        "rows": [_row(one) for one in page],
        "mode": mode,
        "number": len(found),
    }
    return render(request, "said/board.html", values)


@needs(READ)
@require_safe
@never_cache
def edition(request: VisitorRequest, pk: int) -> HttpResponse:
    """One edition: its words in every language, and each channel's own."""
    said = said_one(request.viewer, pk, at=now())
    if said is None:
        raise Http404
    values = {
        **_row(said),
        "mode": said.frozen.mode,
        "copies": copies_of(request.viewer, said.edition),
        "wordings": said.frozen.content.wordings,
        "marks": {wording.language: said.frozen.marks(wording.language) for wording in said.frozen.content.wordings},
        "is_latest": said.latest_id == said.edition.pk,
    }
    return render(request, "said/edition.html", values)


@needs(READ)
@require_safe
def corrections(request: VisitorRequest) -> HttpResponse:
    """Every correction and cancellation."""
    mode = _mode(request)
    rows = [(each, each.frozen().title()) for each in corrections_for(request.viewer, mode)]
    return render(request, "said/corrections.html", {"rows": rows, "mode": mode})


@needs(READ)
@require_safe
@never_cache
def correction(request: VisitorRequest, pk: int) -> HttpResponse:
    """Who saw the wrong one, and who has the right one since when."""
    found = correction_of(request.viewer, pk)
    if found is None:
        raise Http404
    values = {
        "found": found,
        "edition": found.edition,
        "title": found.edition.frozen().title(),
        "mode": Mode(found.edition.mode),
        "goal": GOAL_SECONDS,
        "rows": [_place(place) for place in found.places],
        "total": len(found.places),
        "slowest": round(found.slowest, 1) if found.slowest is not None else None,
    }
    return render(request, "said/correction.html", values)


def _mode(request: VisitorRequest) -> Mode:
    asked = request.GET.get("mode", "")
    return Mode(asked) if asked in Mode.values else Mode.ACTUAL


def _row(said: Said) -> dict[str, Any]:
    word, tone = WORDS[said.standing]
    content = said.frozen.content
    return {
        "said": said,
        "edition": said.edition,
        "title": said.frozen.title(),
        "short": content.wording("ja").short,
        "word": word,
        "tone": tone,
        "kind": said.frozen.kind.label,
        "areas": "、".join(area.name for area in content.areas[:8]) + ("…" if len(content.areas) > 8 else ""),
        "until": said.until,
    }


def _place(place: Place) -> dict[str, Any]:
    right = place.right_state
    return {
        "place": place,
        "wrong": place.wrong_state.label,
        "wrong_tone": "bad" if place.wrong_state in (DeliveryState.ACCEPTED, DeliveryState.CONFIRMED) else "attention",
        "right": right.label if right else None,
        "right_tone": TONES[right] if right else "bad",
        "seconds": round(place.seconds, 1) if place.seconds is not None else None,
    }
