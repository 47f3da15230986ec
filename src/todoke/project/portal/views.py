"""The resident's doors: the home, the public files, and what is said when something is not there."""

import sys
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import public, staff_only
from todoke.base.ui.registry import draw_panels, resident_panels
from todoke.project.portal.away import AWAY, answer_while_away
from todoke.project.portal.emergency import emergency_top_page
from todoke.project.portal.files import answer_with, public_file


@public
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The resident's home; while a serious alert is in force, its light page. `/?home` always opens the home."""
    if "home" not in request.GET:
        page = emergency_top_page(settings.PUBLIC_ROOT)
        if page is not None:
            with suppress(FileNotFoundError):  # the alert was lifted at this very moment
                return answer_with(request, page)
    response = render(request, "portal/home.html", {"panels": draw_panels(resident_panels, request)})
    # The emergency page must be able to take its place at once.
    response.headers["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def alert_file(request: HttpRequest, address: str = "") -> HttpResponseBase:
    """A public file below `alerts/`: pages, feeds, CAP. Raises Http404."""
    return _file(request, settings.PUBLIC_ROOT / "alerts", address)


@public
@require_safe
def on_behalf_file(request: HttpRequest, address: str = "") -> HttpResponseBase:
    """What this city says for another one, and what it has taken back of its own delegations. Raises Http404."""
    return _file(request, settings.PUBLIC_ROOT / "on-behalf", address)


@staff_only
@require_safe
def drill_file(request: HttpRequest, address: str = "") -> HttpResponseBase:
    """What the public would read if the drill were in earnest: for staff alone. Raises Http404."""
    return _file(request, settings.DRILL_ROOT / "alerts", address)


@staff_only
@require_safe
def drill_test_file(request: HttpRequest, address: str) -> HttpResponseBase:
    """The same for a test (試験). Raises Http404."""
    return _file(request, settings.DRILL_ROOT / "test" / "alerts", address)


def _file(request: HttpRequest, root: Path, address: str) -> HttpResponseBase:
    path = public_file(root, address)
    if path is None:
        raise Http404
    try:
        return answer_with(request, path)
    except FileNotFoundError as withdrawn:
        raise Http404 from withdrawn


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what arrived cannot be understood."""
    del exception
    return _said(
        request,
        400,
        _("届いた内容を読み取れませんでした"),
        _("お手数ですが、前の画面に戻って、もう一度お試しください。"),
    )


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this door is not for this person."""
    del exception
    return _said(request, 403, _("このページは開けません"), _("開く権限がないか、ログインが必要なページです。"))


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose mark is missing or old: what to do, rather than the name of an attack."""
    del reason
    return _said(
        request,
        403,
        _("送信を確かめられませんでした"),
        _("時間がたったか、Cookieが使えない設定になっています。前の画面を開き直して、もう一度お送りください。"),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is nothing here."""
    del exception
    return _said(
        request,
        404,
        _("ページが見つかりません"),
        _("アドレスが間違っているか、ページが移動または削除された可能性があります。"),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500: our fault. Asks neither the database nor the session, which may be what is broken.

    503 while the database is away, with what was entered.
    """
    if isinstance(sys.exc_info()[1], AWAY):
        return answer_while_away(request)
    content = render_to_string("portal/failed.html", {"language": getattr(request, "LANGUAGE_CODE", "ja")})
    return HttpResponse(content, status=500)


def _said(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "portal/said.html", {"status": status, "title": title, "sentence": sentence}, status=status)
