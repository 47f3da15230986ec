"""Telegrams as they came in, and the templates from which notices are made."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.civic.emergency.models import Draft, HazardWarning, Telegram
from todoke.civic.emergency.queries.telegrams import feed_healths, reading_of
from todoke.civic.emergency.queries.templates import templates_in_use
from todoke.civic.emergency.rules.rights import READ
from todoke.civic.emergency.telegrams import AreaWarning, NotATelegram
from todoke.civic.emergency.views.common import viewer_of
from todoke.ground.files.actions import Damaged

TELEGRAMS_A_PAGE = 50
AREAS_SHOWN = 200
TONES = {
    "interpreted": "good",
    "not_interpreted": "neutral",
    "quarantined": "bad",
    "duplicate": "neutral",
    "out_of_date": "attention",
}


@needs(READ)
@require_safe
def telegram_list(request: HttpRequest) -> HttpResponse:
    """What came in, the newest first; one standing alone where the address asks for it."""
    asked = request.GET.get("standing", "")
    found = Telegram.objects.filter(standing=asked) if asked in Telegram.Standing.values else Telegram.objects.all()
    page = Paginator(found, TELEGRAMS_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "emergency/telegrams.html",
        {
            "page": page,
            "rows": [(telegram, TONES[telegram.standing]) for telegram in page],
            "standings": Telegram.Standing.choices,
            "asked": asked,
            "feeds": feed_healths(),
        },
    )


@needs(READ)
@require_safe
def telegram_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One telegram: the facts as they stand in it, and why it changed nothing where it did not."""
    telegram = Telegram.objects.select_related("document", "repeats").filter(pk=pk).first()
    if telegram is None:
        raise Http404(_("この番号の電文はありません。"))
    areas: tuple[AreaWarning, ...] = ()
    trouble, total = "", 0
    try:
        every = reading_of(telegram).areas
        areas, total = every[:AREAS_SHOWN], len(every)
    except (NotATelegram, Damaged) as reason:
        trouble = str(reason)
    return render(
        request,
        "emergency/telegram.html",
        {
            "telegram": telegram,
            "tone": TONES[telegram.standing],
            "mode": telegram.mode or None,
            "areas": areas,
            "total": total,
            "trouble": trouble,
            "in_force": HazardWarning.objects.filter(telegram=telegram).count(),
            "drafts": Draft.objects.filter(prepared_from=telegram),
        },
    )


@needs(READ)
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The templates in use, with their texts in every language."""
    return render(request, "emergency/templates.html", {"templates": templates_in_use(viewer_of(request))})
