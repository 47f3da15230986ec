"""The simulated services' pages: what arrived there, and faults to order. They exist only where SIMULATORS is on."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from todoke.base.access import needs
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.simulators.arrivals import Arrival, Postbox
from todoke.shared.messaging.simulators.control import SimulatorsAway, faults_in_force
from todoke.shared.messaging.simulators.door import where_simulated
from todoke.shared.messaging.simulators.faults import ROUTES
from todoke.shared.messaging.simulators.orders import FaultForm, clear_fault, order_fault
from todoke.shared.messaging.simulators.reading import Shelf, line_of, open_mail
from todoke.shared.messaging.simulators.simulator import postboxes

PAGE_LENGTH = 50
NAMES = {
    "mail": gettext_lazy("メール"),
    "line": gettext_lazy("LINE"),
    "webhook": gettext_lazy("外部連携（Webhook）"),
    "push": gettext_lazy("プッシュ通知"),
}


@needs("messaging.read")
@require_GET
@where_simulated
def overview(request: VisitorRequest) -> HttpResponse:
    """The services, how many things arrived at each, and the faults in force."""
    return _overview(request)


def _overview(request: VisitorRequest, refused: tuple[str, FaultForm] | None = None) -> HttpResponse:
    away, faults = None, {}
    try:
        faults = faults_in_force(settings.SIMULATOR_PORTS[1])
    except SimulatorsAway as trouble:
        away = trouble
    services = []
    for route, postbox in postboxes(settings.SIMULATOR_ROOT).items():
        newest = postbox.newest(limit=1)
        form = refused[1] if refused and refused[0] == route else FaultForm(prefix=route)
        services.append(
            {
                "route": route,
                "name": NAMES[route],
                "address": f"messaging-simulators:{route}",
                "count": postbox.count(),
                "newest": line_of(newest[0]) if newest else None,
                "fault": faults.get(route),
                "form": form,
            }
        )
    values = {"services": services, "away": away, "may_operate": request.viewer.may("messaging.operate")}
    return render(request, "messaging/simulators/overview.html", values, status=422 if refused else 200)


@needs("messaging.operate")
@require_POST
@where_simulated
def fault(request: VisitorRequest, route: str) -> HttpResponse:
    """Order a fault, or take it back."""
    if route not in ROUTES:
        raise Http404
    form = FaultForm(request.POST, prefix=route)
    try:
        if "clear" in request.POST:
            clear_fault(route, by=request.viewer)
            messages.success(request, _("「%(service)s」の障害を解除しました。") % {"service": NAMES[route]})
        elif form.is_valid():
            order_fault(route, form.fault(), by=request.viewer)
            messages.success(request, _("「%(service)s」に障害を設定しました。") % {"service": NAMES[route]})
        else:
            return _overview(request, (route, form))
    except SimulatorsAway as trouble:
        messages.error(request, str(trouble))
    return redirect("messaging-simulators:overview")


@needs("messaging.read")
@require_GET
@where_simulated
def mailbox(request: VisitorRequest) -> HttpResponse:
    """The mails, newest first."""
    return _list(request, "mail", "messaging/simulators/mailbox.html")


@needs("messaging.read")
@require_GET
@where_simulated
def mail(request: VisitorRequest, number: int) -> HttpResponse:
    """One mail: headers, text, and the bytes as they came."""
    arrival = _found("mail", number)
    values = {"line": line_of(arrival), "mail": open_mail(arrival)}
    return render(request, "messaging/simulators/mail.html", values)


@needs("messaging.read")
@require_GET
@where_simulated
def talk(request: VisitorRequest) -> HttpResponse:
    """What the city's LINE account said, newest first."""
    return _list(request, "line", "messaging/simulators/talk.html")


@needs("messaging.read")
@require_GET
@where_simulated
def pushes(request: VisitorRequest) -> HttpResponse:
    """The notifications on simulated browsers' screens, newest first."""
    return _list(request, "push", "messaging/simulators/pushes.html")


@needs("messaging.read")
@require_GET
@where_simulated
def hooks(request: VisitorRequest) -> HttpResponse:
    """What partners got, newest first."""
    return _list(request, "webhook", "messaging/simulators/hooks.html")


@needs("messaging.read")
@require_GET
@where_simulated
def hook(request: VisitorRequest, number: int) -> HttpResponse:
    """One call to a partner."""
    arrival = _found("webhook", number)
    told = json.dumps(arrival.content["told"], ensure_ascii=False, indent=2)
    return render(request, "messaging/simulators/hook.html", {"line": line_of(arrival), "told": told})


def _box(route: str) -> Postbox:
    return postboxes(settings.SIMULATOR_ROOT)[route]


def _found(route: str, number: int) -> Arrival:
    arrival = _box(route).find(number)
    if arrival is None:
        raise Http404
    return arrival


def _list(request: VisitorRequest, route: str, template: str) -> HttpResponse:
    # The shelf counts and cuts, which is all that a paginator does; the stubs ask for a whole sequence.
    shelf: Any = Shelf(_box(route))
    page = Paginator(shelf, PAGE_LENGTH).get_page(request.GET.get("page"))
    return render(request, template, {"page": page})
