"""The simulated nodes' pages: what they took, as a broadcaster would show it, and faults to order."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from lxml import etree

from todoke.base.access import needs
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.lalert.permitted import CARRIERS
from todoke.shared.lalert.schema import read
from todoke.shared.lalert.simulator.faults import ROUTES
from todoke.shared.lalert.simulator.node import postboxes
from todoke.shared.lalert.simulator.orders import FaultForm, clear_fault, faults_in_force, order_fault
from todoke.shared.lalert.simulator.reading import Document, understood
from todoke.shared.messaging.simulators.arrivals import Arrival
from todoke.shared.messaging.simulators.door import where_simulated

SHOWN_MAX = 50
NAMES = {"normal": gettext_lazy("通常ノード"), "backup": gettext_lazy("予備ノード"), **CARRIERS}
CATEGORIES = {
    "EvacuationOrder": gettext_lazy("避難情報"),
    "Shelter": gettext_lazy("避難所"),
    "AntidisasterHeadquarter": gettext_lazy("災害対策本部"),
    "GeneralInformation": gettext_lazy("お知らせ"),
    "UrgentMail": gettext_lazy("緊急速報メール"),
}
TYPES = {"Report": gettext_lazy("第1版"), "Update": gettext_lazy("更新"), "Cancel": gettext_lazy("取消")}


@dataclass(frozen=True)
class Shown:
    """One arrival with its document as a reader sees it."""

    arrival: Arrival
    document: Document

    @property
    def received_at(self) -> datetime:
        return datetime.fromisoformat(self.arrival.received_at)

    @property
    def category(self) -> str:
        return str(CATEGORIES.get(self.document.category, self.document.category))

    @property
    def type(self) -> str:
        return str(TYPES.get(self.document.type, self.document.type))

    @property
    def carrier(self) -> str:
        return CARRIERS.get(self.document.carrier, "")


@needs("messaging.read")
@require_GET
@where_simulated
def overview(request: VisitorRequest) -> HttpResponse:
    """What each node took, newest first, and the faults in force."""
    return _overview(request)


@needs("messaging.read")
@require_GET
@where_simulated
def document(request: VisitorRequest, node: str, number: int) -> HttpResponse:
    """One document, as a broadcaster's screen shows it, and as XML."""
    box = postboxes(settings.SIMULATOR_ROOT).get(node)
    arrival = box.find(number) if box else None
    if arrival is None:
        raise Http404
    tree = read(arrival.content["raw"].encode())
    etree.indent(tree)
    values = {"node": NAMES[node], "shown": _shown(arrival), "raw": etree.tostring(tree, encoding="unicode")}
    return render(request, "lalert/document.html", values)


@needs("messaging.operate")
@require_POST
@where_simulated
def fault(request: VisitorRequest, route: str) -> HttpResponse:
    """Order a fault, or take it back."""
    if route not in ROUTES:
        raise Http404
    form = FaultForm(request.POST, prefix=route)
    if "clear" in request.POST:
        clear_fault(route, by=request.viewer)
        messages.success(request, _("「%(service)s」の障害を解除しました。") % {"service": NAMES[route]})
    elif form.is_valid():
        order_fault(route, form.fault(), by=request.viewer)
        messages.success(request, _("「%(service)s」に障害を設定しました。") % {"service": NAMES[route]})
    else:
        return _overview(request, (route, form))
    return redirect("lalert-simulator:overview")


def _overview(request: VisitorRequest, refused: tuple[str, FaultForm] | None = None) -> HttpResponse:
    faults = faults_in_force()
    nodes = [
        {"key": name, "name": NAMES[name], "documents": [_shown(one) for one in box.newest(limit=SHOWN_MAX)]}
        for name, box in postboxes(settings.SIMULATOR_ROOT).items()
    ]
    services = [
        {
            "route": route,
            "name": NAMES[route],
            "fault": faults.get(route),
            "form": refused[1] if refused and refused[0] == route else FaultForm(prefix=route),
        }
        for route in ROUTES
    ]
    values = {"nodes": nodes, "services": services, "may_operate": request.viewer.may("messaging.operate")}
    return render(request, "lalert/overview.html", values, status=422 if refused else 200)


def _shown(arrival: Arrival) -> Shown:
    return Shown(arrival, understood(arrival.content["raw"].encode()))
