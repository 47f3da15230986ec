"""Writing to the city, page by page, without an account; and reading what came of it, by the receipt."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import public
from todoke.base.calendar import in_words
from todoke.base.clock import in_japan, now
from todoke.base.formulas import Circumstances
from todoke.base.limits import is_too_often, visitor
from todoke.base.ui.values import Entry
from todoke.civic.voices.actions import writing
from todoke.civic.voices.models import Theme, Voice
from todoke.civic.voices.queries import voices as queries
from todoke.civic.voices.refusals import VoiceRefused
from todoke.civic.voices.views.doors import theirs
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.casework.queries import told_history, told_letters
from todoke.shared.documents.queries import with_verification
from todoke.shared.documents.serving import paper_among
from todoke.shared.paperwork.actions.responses import Incomplete, ResponseRefused
from todoke.shared.paperwork.filling import Desk, asks_by_form, hold, private
from todoke.shared.paperwork.filling.receipts import ask_receipt
from todoke.shared.paperwork.models import Response
from todoke.shared.paperwork.queries import Filled, filled_in
from todoke.shared.paperwork.rules import in_groups
from todoke.shared.paperwork.types import Words

READ_OR_POST = ["GET", "HEAD", "POST"]
# In five minutes: voices begun from one place of the network.
BEGUN_MAX = 30


def place(what: str, response: Response | None, page: str) -> str:
    """The addresses of the desk."""
    if response is None:
        return reverse("voices-public:resume")
    name = "receipt" if what == "print" else what
    return reverse(f"voices-public:{name}", args=[response.key, page] if name == "page" else [response.key])


def _today() -> Circumstances:
    return writing.circumstances(now())


DESK = Desk(place=place, circumstances=_today)


@public
@require_safe
def opening(request: VisitorRequest) -> HttpResponse:
    """Where to write, and what the city has answered to others."""
    return render(request, "voices/opinions/list.html", _offered())


def _offered(says: str = "") -> dict[str, Any]:
    boxes = [{"box": box, "title": Words(box.title), "summary": Words(box.summary)} for box in queries.boxes()]
    return {"boxes": boxes, "themes": [_shown(theme) for theme in queries.published_themes()], "says": says}


def _shown(theme: Theme) -> dict[str, Any]:
    published, language = theme.published or {}, get_language() or "ja"
    assert theme.published_at is not None
    return {
        "theme": theme,
        "title": Words(published["title"]),
        "summary": Words(published["summary"]),
        "view": Words(published["view"]),
        "has_changed": published["has_changed"],
        "voices": published["voices"],
        "section": theme.section,
        "day": in_words(in_japan(theme.published_at).date(), language),
    }


@public
@require_safe
def theme(request: VisitorRequest, key: UUID) -> HttpResponse:
    """One matter: what people said, and what the city thinks."""
    found = queries.published_theme(key)
    if found is None:
        raise Http404
    return render(request, "voices/opinions/theme.html", _shown(found))


@public
@require_POST
def begin(request: VisitorRequest, key: str) -> HttpResponse:
    """Begin to write; nobody is asked who they are."""
    box = queries.boxes().filter(key=key).first()
    if box is None:
        raise Http404
    if is_too_often("voice-begun", visitor(request), BEGUN_MAX):
        says = _("この場所から、たくさんの声が書き始められました。5分ほど待ってから、もう一度押してください。")
        return render(request, "voices/opinions/list.html", _offered(says), status=429)
    try:
        begun = writing.begin(box, at=now(), language=get_language() or "ja")
    except (VoiceRefused, ResponseRefused) as refused:
        return render(request, "voices/opinions/list.html", _offered(str(refused)), status=409)
    return DESK.start(request, begun.response)


def _open(request: VisitorRequest, key: UUID) -> tuple[Voice, Filled]:
    mine = theirs(request, key)
    found = filled_in(mine.response)
    if found is None:
        raise Http404
    return mine, found


@public
@asks_by_form
@never_cache
@require_http_methods(READ_OR_POST)
def page(request: VisitorRequest, key: UUID, page: str) -> HttpResponse:
    """One page of the form."""
    _mine, found = _open(request, key)
    return private(DESK.page(request, found, page))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def pause(request: VisitorRequest, key: UUID) -> HttpResponse:
    """A code with which to go on later, on any machine."""
    _mine, found = _open(request, key)
    return private(DESK.pause(request, found))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def resume(request: VisitorRequest) -> HttpResponse:
    """Going on with such a code."""
    return private(DESK.resume(request))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def review(request: VisitorRequest, key: UUID) -> HttpResponse:
    """All that was written on one page; then handing it in."""
    mine, found = _open(request, key)
    if request.method != "POST":
        return private(DESK.review(request, found))
    hold(request, mine.response)
    try:
        writing.hand_in(mine, submit_key=request.POST.get("submit_key", "")[:64], viewer=request.viewer, at=now())
    except Incomplete:
        return private(render(request, "paperwork/review.html", DESK.review_values(found), status=409))
    except ResponseRefused as refused:
        values = DESK.review_values(found, str(refused))
        return private(render(request, "paperwork/review.html", values, status=409))
    return redirect(place("receipt", mine.response, ""))


@public
@never_cache
@require_safe
def receipt(request: VisitorRequest, key: UUID) -> HttpResponse:
    """That it has arrived: number, code, and by when there is an answer; also the page to print."""
    mine, found = _open(request, key)
    if mine.case is None:
        return redirect(DESK.first(found))
    values = DESK.receipt_values(found) | {"voice": mine}
    return private(render(request, "voices/opinions/receipt.html", values))


@public
@never_cache
@require_http_methods(READ_OR_POST)
def status(request: VisitorRequest) -> HttpResponse:
    """Ask for the receipt code; whoever has it holds the voice in this browser."""

    def find(code: str) -> Response | None:
        found = queries.voice_with_receipt(code)
        return found.response if found else None

    return ask_receipt(
        request,
        find,
        lambda response: reverse("voices-public:own", args=[response.key]),
        title=_("市民の声の回答を見る"),
        act=_("回答を見る"),
        unknown=_("この受付番号の声は見つかりません。控えのとおりに、もう一度入れてください。"),
    )


@public
@never_cache
@require_safe
def own(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Where it stands, who has it, by when, and what the city answered."""
    mine, found = _open(request, key)
    if mine.case is None:
        return redirect(DESK.first(found))
    case = mine.case
    values = {
        "voice": mine,
        "case": case,
        "code": in_groups(mine.response.receipt_code or ""),
        "title": Words(mine.box.title),
        "body": queries.body_of(mine),
        "state": queries.state_words(case),
        "tone": "active" if case.is_open else "good",
        "section": case.section,
        "history": [Entry(line.event.at, line.title) for line in told_history(case)],
        "letters": told_letters(case),
        "documents": with_verification(queries.documents_of(mine)),
        "published": mine.theme if mine.publishing == Voice.Publishing.SHOWN else None,
    }
    return private(render(request, "voices/opinions/own.html", values))


@public
@never_cache
@require_POST
def take_back_consent(request: VisitorRequest, key: UUID) -> HttpResponse:
    """The writer does not want it published any more; at once, also where it is published already."""
    mine = theirs(request, key)
    if mine.case is None:
        raise Http404
    writing.take_back_consent(mine, by="resident")
    messages.success(request, _("公表しないことにしました。"))
    return redirect("voices-public:own", key)


@public
@never_cache
@require_safe
def document(request: VisitorRequest, key: UUID, document: UUID) -> HttpResponseBase:
    """The answer on paper, as it was signed."""
    return private(paper_among(queries.documents_of(theirs(request, key)), document))
