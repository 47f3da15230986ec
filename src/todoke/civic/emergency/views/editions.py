"""What was said: following an edition to each destination, and beginning the next one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.emergency.actions.deciding import ask_to_cancel
from todoke.civic.emergency.actions.drafts import follow_edition
from todoke.civic.emergency.actions.refusals import DeskRefused, DraftExists
from todoke.civic.emergency.forms import CancelForm
from todoke.civic.emergency.models import Draft
from todoke.civic.emergency.queries.board import follow_ups_of
from todoke.civic.emergency.queries.drafts import drafts_for, edition_areas
from todoke.civic.emergency.queries.maps import coloured
from todoke.civic.emergency.rules.rights import DRAFT, MESSAGE_KIND, READ
from todoke.civic.emergency.views.common import areas_by_word, drill_words, level_words, refuse, state_page, viewer_of
from todoke.civic.emergency.views.desk import TONES
from todoke.shared.messaging.models import Delivery, Destination, Edition, Message
from todoke.shared.messaging.queries import deliveries_of, progress_of
from todoke.shared.messaging.registry import Withdrawal, channels
from todoke.shared.messaging.types import ON_BEHALF, DeliveryState, EditionKind, Mode

FOLLOWS = {"update": EditionKind.UPDATE, "correction": EditionKind.CORRECTION, "lift": EditionKind.UPDATE}


@needs(READ)
@require_safe
def edition_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: what it says, where it went, and what can be done about it."""
    return render(request, "emergency/edition.html", _facts(request, pk))


@needs(READ)
@require_safe
def edition_deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of that page."""
    return render(request, "emergency/parts/deliveries.html", _facts(request, pk))


def _facts(request: HttpRequest, pk: int) -> dict[str, object]:
    viewer, at = viewer_of(request), now()
    edition = (
        Edition.objects.filter(pk=pk, message__kind=MESSAGE_KIND)
        .select_related("message", "author", "approver")
        .first()
    )
    if edition is None:
        raise Http404(_("この番号の版はありません。"))
    draft = drafts_for(viewer).filter(edition=edition).first()
    editions = list(edition.message.editions.order_by("number"))
    latest = editions[-1]
    tasks = follow_ups_of(edition)
    areas = edition_areas(edition)
    progress = progress_of(viewer, [edition.pk]).get(edition.pk)
    return {
        "edition": edition,
        "mode": Mode(edition.mode),
        "draft": draft,
        "state_page": state_page(draft),
        "editions": editions,
        "is_latest": latest.pk == edition.pk,
        "latest": latest,
        "is_over": latest.kind == EditionKind.CANCEL,
        "has_expired": edition.expires_at <= at,
        "groups": areas_by_word(areas),
        "map": None if edition.content["facts"].get(ON_BEHALF) else coloured({area.key: area.level for area in areas}),
        "wordings": edition.content["wordings"],
        "progress": progress,
        "deliveries": [
            (
                delivery,
                DeliveryState(delivery.state).label,
                TONES[DeliveryState(delivery.state)],
                _channel_name(delivery.channel),
                tasks.get(delivery.pk),
            )
            for delivery in deliveries_of(viewer, edition.pk)
        ],
        "may_write": viewer.may(DRAFT),
        "is_moving": bool(progress and progress.under_way),
    }


def _channel_name(key: str) -> str:
    channel = channels.find(key)
    return str(channel.facts.name) if channel else key


@needs(DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, key: UUID, way: str) -> HttpResponse:
    """Begin an update, a correction or the lifting of a message; asks once, since it opens a draft."""
    message, latest = _message(key)
    if way not in FOLLOWS:
        raise Http404
    if request.method == "POST":
        try:
            draft = follow_edition(
                str(key), edition_kind=FOLLOWS[way], viewer=viewer_of(request), at=now(), lift=way == "lift"
            )
            return redirect("emergency:draft", draft.pk)
        except DraftExists as refusal:
            refuse(request, refusal)
            return redirect("emergency:draft", refusal.draft_id)
        except DeskRefused as refusal:
            refuse(request, refusal)
            return redirect("emergency:edition", latest.pk)
    titles = {"update": _("続報を作る"), "correction": _("訂正を作る"), "lift": _("解除を作る")}
    words = {
        "update": _("続報の発信案を開く"),
        "correction": _("訂正の発信案を開く"),
        "lift": _("解除の発信案を開く"),
    }
    return render(
        request,
        "ui/confirm.html",
        {
            "mode": message.mode,
            "act_title": titles[way],
            "consequences": [
                _("「%(title)s」の次の版の発信案を作ります。") % {"title": latest.content["wordings"][0]["title"]},
                _("まだ何も発信されません。直してから、承認を依頼します。"),
            ],
            "act_words": words[way],
            "back_address": f"../../../editions/{latest.pk}/",
        },
    )


@needs(DRAFT)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """Cancel a message, also while it is being sent: why, and what that does on each channel."""
    message, latest = _message(key)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = ask_to_cancel(str(key), reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=now())
        except DraftExists as refusal:
            refuse(request, refusal)
            return redirect("emergency:draft", refusal.draft_id)
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                drill_words(Mode(message.mode))
                + _("取消の承認を依頼しました。ほかの人が承認すると、すぐに伝わります。"),
            )
            return redirect("emergency:draft", draft.pk)
    places = Destination.objects.filter(pk__in=Delivery.objects.filter(message=message).values("destination")).order_by(
        "channel", "name"
    )
    by_effect: dict[tuple[str, bool], int] = {}
    for place in places:
        channel = channels.find(place.channel)
        replaces = channel is not None and channel.facts.withdrawal is Withdrawal.REPLACES
        name = _channel_name(place.channel)
        by_effect[(name, replaces)] = by_effect.get((name, replaces), 0) + 1
    return render(
        request,
        "emergency/cancel.html",
        {
            "mode": Mode(message.mode),
            "form": form,
            "latest": latest,
            "title": latest.content["wordings"][0]["title"],
            "groups": areas_by_word(edition_areas(latest)),
            "effects": [(name, replaces, number) for (name, replaces), number in sorted(by_effect.items())],
            "number": sum(by_effect.values()),
            "words": [level_words(level, notice) for level, notice, _names in areas_by_word(edition_areas(latest))],
        },
        status=422 if form.errors else 200,
    )


def _message(key: UUID) -> tuple[Message, Edition]:
    message = Message.objects.filter(key=key, kind=MESSAGE_KIND).first()
    latest = message.editions.order_by("number").last() if message else None
    if message is None or latest is None or not Draft.objects.filter(message=message).exists():
        raise Http404(_("このお知らせはありません。"))
    return message, latest
