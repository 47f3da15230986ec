"""The desk: four questions on one screen."""

import hashlib
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.emergency.models import Draft
from todoke.civic.emergency.queries.board import Act, Board, NextAct, board_for
from todoke.civic.emergency.queries.drafts import as_area_levels
from todoke.civic.emergency.queries.maps import coloured
from todoke.civic.emergency.queries.routes import route_healths
from todoke.civic.emergency.queries.telegrams import feed_healths
from todoke.civic.emergency.rules.rights import DRAFT, READ
from todoke.civic.emergency.views.common import areas_by_word, headline_of, mode_of, viewer_of
from todoke.shared.messaging.types import DeliveryState, Mode

TONES = {
    DeliveryState.PLANNED: "neutral",
    DeliveryState.LEASED: "active",
    DeliveryState.HANDED_OVER: "active",
    DeliveryState.ACCEPTED: "good",
    DeliveryState.CONFIRMED: "good",
    DeliveryState.FAILED: "bad",
    DeliveryState.WITHDRAWN: "neutral",
    DeliveryState.EXPIRED: "attention",
    DeliveryState.UNKNOWN: "attention",
}


@dataclass(frozen=True)
class ActShown:
    """The next act as a sentence and, where there is something to press, words and address of the button."""

    sentence: str
    words: str = ""
    address: str = ""
    tone: str = "active"
    detail: str = ""


@needs(READ)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The whole screen of one mode."""
    html, digest = _drawn(request)
    return render(
        request,
        "emergency/desk.html",
        {"board_html": html, "digest": digest, "mode": mode_of(request), "modes": Mode},
    )


@needs(READ)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The moving part of the screen; nothing (204) while it is what the reader sees already."""
    html, digest = _drawn(request)
    if request.GET.get("seen") == digest:
        return HttpResponse(status=204)
    return render(
        request, "emergency/board_frame.html", {"board_html": html, "digest": digest, "mode": mode_of(request)}
    )


def _drawn(request: HttpRequest) -> tuple[str, str]:
    viewer, mode, at = viewer_of(request), mode_of(request), now()
    found = board_for(viewer, mode, at)
    if found is None:
        raise Http404
    warned = {area.key: area.warned.level for area in found.areas if area.warned}
    told = {area.key: area.said.level for area in found.areas if area.said}
    html = render_to_string(
        "emergency/board.html",
        {
            "board": found,
            "mode": mode,
            "act": act_shown(found),
            "waiting": [(draft, headline_of(draft, as_area_levels(list(draft.areas.all())))) for draft in found.drafts],
            "may_write": viewer.may(DRAFT),
            "map_of_warnings": coloured(warned),
            "map_of_said": coloured(told),
            "said": [(one, areas_by_word(one.areas)) for one in found.said],
            "untold": [area for area in found.areas if area.is_untold],
            "deliveries": [
                (delivery, DeliveryState(delivery.state).label, TONES[DeliveryState(delivery.state)])
                for delivery in found.deliveries
            ],
            "troubled": [
                (delivery, DeliveryState(delivery.state).label, TONES[DeliveryState(delivery.state)])
                for delivery in found.deliveries
                if TONES[DeliveryState(delivery.state)] in ("bad", "attention")
            ],
            "newest_progress": found.progress.get(found.newest.pk) if found.newest else None,
            "routes": route_healths(viewer, at),
            "feeds": feed_healths(),
        },
    )
    return html, hashlib.sha256(html.encode()).hexdigest()[:16]


def act_shown(found: Board) -> ActShown:
    """The next act in words, with the way to it."""
    act, draft = found.next_act, found.next_act.draft
    if draft is not None:
        return _act_about(act, draft, headline_of(draft, as_area_levels(list(draft.areas.all()))))
    if act.act is Act.FOLLOW_UPS:
        sentence = _("届いたか分からない、または届けられなかった送り先が %(number)d件あります。") % {
            "number": act.number
        }
        return ActShown(sentence, _("要対応の一覧を開く"), reverse("messaging:follow-ups"), "bad")
    if act.act is Act.ENDS_SOON and act.edition is not None:
        sentence = _("「%(title)s」の有効期限がまもなく切れます。続報か解除を考えてください。") % {
            "title": act.edition.content["wordings"][0]["title"]
        }
        address = reverse("emergency:edition", args=[act.edition.pk])
        return ActShown(sentence, _("このお知らせを開く"), address, "attention")
    return ActShown(_("いま、あなたがすることはありません。"), tone="good")


def _act_about(act: NextAct, draft: Draft, headline: str) -> ActShown:
    page = reverse("emergency:draft", args=[draft.pk])
    shown = {
        Act.REVIEW: lambda: ActShown(
            _("ひとりの判断で発信された「%(what)s」の事後確認をしてください。") % {"what": headline},
            _("事後確認をする"),
            reverse("emergency:review", args=[draft.pk]),
            "bad" if act.overdue else "attention",
            _("30分の期限を過ぎています。") if act.overdue else _("発信から30分以内に確認します。"),
        ),
        Act.APPROVE: lambda: ActShown(
            _("「%(what)s」が承認を待っています。") % {"what": headline},
            _("内容を確かめて承認へ"),
            reverse("emergency:approve", args=[draft.pk]),
            "attention",
            _("依頼した人：%(name)s") % {"name": draft.submitted_by},
        ),
        Act.RETURNED: lambda: ActShown(
            _("「%(what)s」が差し戻されました。") % {"what": headline},
            _("直して依頼し直す"),
            page,
            "attention",
            _("理由：%(reason)s") % {"reason": draft.return_reason},
        ),
        Act.NEWER: lambda: ActShown(
            _("新しい電文が来ています。「%(what)s」はその前の内容です。") % {"what": headline},
            _("発信案を開いて確かめる"),
            page,
            "attention",
        ),
        Act.PREPARED: lambda: ActShown(
            _("「%(what)s」の発信案ができています。") % {"what": headline},
            _("発信案を開く"),
            page,
            "active",
            draft.get_edition_kind_display(),
        ),
    }
    return shown[act.act]()
