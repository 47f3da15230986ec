"""The pages for printing: what there is, its sheets, and what was done by hand."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.press.fonts import NoJapaneseFont
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.actions import followups
from todoke.shared.messaging.models import Delivery, Edition
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import FrozenEdition
from todoke.shared.paper import papers
from todoke.shared.paper.forms import DoneForm
from todoke.shared.paper.pack import sheets_of, zipped
from todoke.shared.paper.press import CannotPrint
from todoke.shared.paper.queries import done_by_hand, edition_for, places_for, printable

PAGE_LENGTH = 30

# By the name in the address: what the sheet is called, what it is for, and how it is made.
SHEETS: dict[str, tuple[object, object, Callable[[FrozenEdition, str], bytes]]] = {
    "fax": (
        gettext_lazy("FAX用紙"),
        gettext_lazy("大きな文字の1枚。手でFAXを送るとき"),
        lambda edition, site: papers.fax_sheet(edition, site=site),
    ),
    "poster": (
        gettext_lazy("掲示用（A4）"),
        gettext_lazy("警戒レベルの色の帯。避難所や掲示板に"),
        lambda edition, site: papers.poster(edition, site=site),
    ),
    "bulletin": (
        gettext_lazy("配布用"),
        gettext_lazy("すべての言語の全文"),
        lambda edition, site: papers.bulletin(edition, site=site),
    ),
    "reading": (
        gettext_lazy("広報車の読み上げ"),
        gettext_lazy("読む文と、回る場所の表"),
        lambda edition, site: papers.reading_list(edition, site=site),
    ),
    "dictation": (
        gettext_lazy("手動放送の原稿"),
        gettext_lazy("防災行政無線を手で放送するとき"),
        lambda edition, site: papers.dictation(edition, site=site),
    ),
    "courier": (
        gettext_lazy("配達・掲示の一覧"),
        gettext_lazy("行き先と署名の欄"),
        lambda edition, site: papers.courier_list(edition, places_for(edition), site=site),
    ),
}


@needs("paper.print")
@require_GET
def edition_list(request: VisitorRequest) -> HttpResponse:
    """What can be printed, newest first."""
    page = Paginator(printable(request.viewer), PAGE_LENGTH).get_page(request.GET.get("page"))
    rows = [{"pk": edition.pk, "edition": edition.frozen()} for edition in page]
    return render(request, "paper/edition_list.html", {"page": page, "rows": rows})


@needs("paper.print")
@require_GET
def edition_page(request: VisitorRequest, pk: int) -> HttpResponse:
    """One edition: its sheets, and what is to be ticked as done by hand."""
    edition = _found(request, pk)
    rows = [
        {
            "delivery": one.delivery,
            "destination": one.delivery.destination,
            "channel": _channel_name(one.delivery.channel),
            "state": one.delivery.get_state_display(),
            "is_done": one.is_done,
        }
        for one in done_by_hand(request.viewer, pk)
    ]
    context = {
        "pk": pk,
        "edition": edition.frozen(),
        "mode": edition.mode,
        "sheets": [{"name": name, "title": title, "use": use} for name, (title, use, _make) in SHEETS.items()],
        "rows": rows,
        "form": DoneForm(),
        "may_tick": request.viewer.may("messaging.operate"),
    }
    return render(request, "paper/edition.html", context)


@needs("paper.print")
@require_GET
def sheet(request: VisitorRequest, pk: int, name: str) -> HttpResponse:
    """One sheet as PDF."""
    if name not in SHEETS:
        raise Http404
    edition = _found(request, pk).frozen()
    make = SHEETS[name][2]
    return _file(
        request, pk, f"todoke-{name}.pdf", "application/pdf", lambda: make(edition, settings.SITE_ADDRESS), inline=True
    )


@needs("paper.print")
@require_GET
def pack(request: VisitorRequest, pk: int) -> HttpResponse:
    """All sheets of one edition, as a ZIP."""
    edition = _found(request, pk).frozen()
    return _file(
        request,
        pk,
        "todoke-print.zip",
        "application/zip",
        lambda: zipped(edition, sheets_of(edition, places_for(edition), site=settings.SITE_ADDRESS)),
        inline=False,
    )


@needs("messaging.operate")
@require_POST
def done(request: VisitorRequest, pk: int, delivery: int) -> HttpResponse:
    """Tick a delivery as done by a person."""
    form = DoneForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("だれが済ませたかを書いてください。"))
        return redirect("paper:edition", pk)
    told = _("%(person)sが手で済ませました。") % {"person": form.cleaned_data["person"]}
    try:
        followups.confirm_by_hand(delivery, viewer=request.viewer, note=f"{told}{form.cleaned_data['note']}", at=now())
    except followups.FollowUpRefused as refusal:
        messages.error(request, str(refusal))
    except Delivery.DoesNotExist as gone:
        raise Http404 from gone
    else:
        messages.success(request, _("手で済ませたことを記録しました。"))
    return redirect("paper:edition", pk)


def _found(request: VisitorRequest, pk: int) -> Edition:
    edition = edition_for(request.viewer, pk)
    if edition is None:
        raise Http404
    return edition


def _file(
    request: VisitorRequest, pk: int, name: str, media_type: str, make: Callable[[], bytes], *, inline: bool
) -> HttpResponse:
    try:
        content = make()
    except (CannotPrint, NoJapaneseFont) as trouble:
        messages.error(request, str(trouble.says))
        return redirect("paper:edition", pk)
    way = "inline" if inline else "attachment"
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f'{way}; filename="{name}"'})


def _channel_name(key: str) -> str:
    channel = channels.find(key)
    return str(channel.facts.name) if channel else _("廃止された配信手段")
