"""Signage and kiosk for everybody, and the simulated boards for staff. Nothing here keeps anything of a person."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs, public
from todoke.base.clock import in_japan, now
from todoke.base.number_guard import for_machines
from todoke.base.ui.languages import language_tag
from todoke.ground.audit.actions import record
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.simulators.door import where_simulated
from todoke.shared.signage import simulated_board
from todoke.shared.signage.queries import (
    Screen,
    area_and_its_line,
    city_name,
    notices_of_the_day,
    screens,
    shelters,
)

# Long enough to read a page of forty characters twice.
PAGE_SECONDS = 12
IDLE_SECONDS = 45
NIGHT_BEGINS, NIGHT_ENDS = 18, 6


@public
@require_safe
def signage(request: HttpRequest, area: str = "") -> HttpResponse:
    """One page of the screen; it leads to the next one by itself, with or without script."""
    name, keys = "", frozenset[str]()
    if area:
        found = area_and_its_line(area)
        if found is None:
            raise Http404
        name, keys = found
    at, language = now(), get_language() or "ja"
    shown = screens(language, at=at, areas=keys)
    notices = [] if shown else notices_of_the_day(language, at=at)
    pages = len(shown or notices) or 1
    number = _number(request, pages)
    answer = render(
        request,
        "signage/screen.html",
        {
            "city": city_name(),
            "area": name,
            "is_unknown": shown is None,
            "alert": _alert(shown[number - 1], at) if shown else None,
            "notice": notices[number - 1] if notices else None,
            "number": number,
            "pages": pages,
            "next": f"{request.path}?page={number % pages + 1}{_language_kept(request)}",
            "seconds": PAGE_SECONDS,
            "at": at,
            "light": "day" if NIGHT_ENDS <= in_japan(at).hour < NIGHT_BEGINS else "night",
        },
    )
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@public
@require_safe
def kiosk(request: HttpRequest) -> HttpResponse:
    """The terminal's first page: what is in force, and three large ways."""
    shown = screens(get_language() or "ja", at=now())
    return _kiosk(request, "signage/kiosk.html", is_home=True, alerts=shown, highest=shown[0] if shown else None)


@public
@require_safe
def kiosk_alerts(request: HttpRequest) -> HttpResponse:
    """What is in force, all of it."""
    at = now()
    shown = screens(get_language() or "ja", at=at)
    alerts = [_alert(screen, at) for screen in shown or ()]
    return _kiosk(request, "signage/kiosk_alerts.html", alerts=alerts, is_unknown=shown is None)


@public
@require_safe
def kiosk_notices(request: HttpRequest) -> HttpResponse:
    """The newest notices."""
    return _kiosk(request, "signage/kiosk_notices.html", notices=notices_of_the_day(get_language() or "ja", at=now()))


@public
@require_safe
def kiosk_shelters(request: HttpRequest) -> HttpResponse:
    """The designated shelters, by area."""
    by_area: dict[str, list[Any]] = {}
    for shelter in shelters(at=now()):
        by_area.setdefault(shelter.area, []).append(shelter)
    return _kiosk(request, "signage/kiosk_shelters.html", by_area=sorted(by_area.items()))


@needs("messaging.read")
@require_http_methods(["GET", "HEAD", "POST"])
@where_simulated
def boards(request: VisitorRequest) -> HttpResponse:
    """What the simulated boards show; who operates may have them fail."""
    root = settings.SIMULATOR_ROOT / "board"
    if request.method == "POST":
        asked = request.POST.get("fault", "")
        if request.viewer.may("messaging.operate") and asked in simulated_board.BoardFault.values:
            simulated_board.order_fault(root, simulated_board.BoardFault(asked))
            record(
                "messaging.fault-ordered", on=("messaging.simulator", "board"), by=request.viewer, after={"kind": asked}
            )
            messages.success(request, _("模擬の電光掲示板の状態を変えました。"))
        else:
            messages.error(request, _("この操作をする権限がありません。"))
        return redirect("board-simulator:boards")
    return render(
        request,
        "signage/boards.html",
        {
            "boards": simulated_board.boards(root),
            "faults": simulated_board.BoardFault.choices,
            "fault": simulated_board.fault_in_force(root),
            "may_operate": request.viewer.may("messaging.operate"),
        },
    )


@for_machines("the simulated gateway of a board, to which this house alone speaks")
@csrf_exempt
@public
@require_http_methods(["POST", "OPTIONS"])
@where_simulated
def board(request: HttpRequest, name: str) -> HttpResponse:
    """The simulated gateway of one board: it takes a text from this machine, and from nowhere else."""
    if request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1") or not simulated_board.NAME.fullmatch(name):
        raise Http404
    if request.method == "OPTIONS":
        return HttpResponse(headers={"Allow": "OPTIONS, POST"})
    body = request.body
    if len(body) > simulated_board.BODY_BYTES_MAX:
        return JsonResponse({"message": "too large"}, status=413)
    status, told = simulated_board.take(settings.SIMULATOR_ROOT / "board", name, body)
    return JsonResponse(told, status=status)


def _alert(screen: Screen, at: datetime) -> dict[str, Any]:
    minutes = max(0, int((at - screen.sent_at).total_seconds() // 60))
    return {"screen": screen, "hours": minutes // 60, "minutes": minutes % 60}


def _number(request: HttpRequest, pages: int) -> int:
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return number if 1 <= number <= pages else 1


def _language_kept(request: HttpRequest) -> str:
    language = request.GET.get("language", "")
    return f"&language={language}" if language in dict(settings.LANGUAGES) else ""


def _kiosk(request: HttpRequest, template: str, *, is_home: bool = False, **values: Any) -> HttpResponse:
    common: dict[str, Any] = {"idle_seconds": IDLE_SECONDS, "is_home": is_home, "city": city_name()}
    common["languages"] = [(code, name, language_tag(code)) for code, name in settings.LANGUAGES]
    # The next person starts in Japanese: the language stands in the address alone, and no cookie remembers it.
    common["kept"] = _language_kept(request).replace("&", "?", 1)
    answer = render(request, template, {**common, **values})
    answer.headers["Cache-Control"] = "no-store"
    answer._language_is_not_kept = True  # type: ignore[attr-defined]
    return answer
