"""The simulated machine's tray, and faults to order. It exists only where SIMULATORS is on."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from todoke.base.access import needs
from todoke.ground.audit.actions import record
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.fax.forms import FaultForm
from todoke.shared.fax.simulator.faults import FaultBook
from todoke.shared.fax.simulator.tray import Tray
from todoke.shared.messaging.simulators.door import where_simulated

SHOWN_MAX = 100


@needs("messaging.read")
@require_GET
@where_simulated
def tray(request: VisitorRequest) -> HttpResponse:
    """What lies in the tray, newest first."""
    return _shown(request, FaultForm())


def _shown(request: VisitorRequest, form: FaultForm, status: int = 200) -> HttpResponse:
    rows = [
        {"arrival": arrival, "at": datetime.fromisoformat(arrival.received_at)}
        for arrival in _tray().box.newest(limit=SHOWN_MAX)
    ]
    context = {
        "rows": rows,
        "form": form,
        "fault": _faults().in_force(),
        "may_operate": request.viewer.may("messaging.operate"),
    }
    return render(request, "fax/tray.html", context, status=status)


@needs("messaging.read")
@require_GET
@where_simulated
def sheet(request: VisitorRequest, number: int) -> HttpResponse:
    """One sheet as it was received."""
    del request
    pdf = _tray().pdf(number)
    if pdf is None:
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="fax-{number}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@needs("messaging.operate")
@require_POST
@where_simulated
def fault(request: VisitorRequest) -> HttpResponse:
    """Order a fault, or take it back."""
    if "clear" in request.POST:
        _faults().clear()
        record("fax.fault-cleared", on=("fax.simulator", "lines"), by=request.viewer)
        messages.success(request, _("FAX回線の障害を解除しました。"))
        return redirect("fax-simulator:tray")
    form = FaultForm(request.POST)
    if not form.is_valid():
        return _shown(request, form, 422)
    ordered = form.fault()
    _faults().order(ordered)
    told = {"kind": ordered.kind.value, "share": ordered.share, "calls": ordered.calls}
    record("fax.fault-ordered", on=("fax.simulator", "lines"), by=request.viewer, after=told)
    messages.success(request, _("FAX回線に障害を設定しました。"))
    return redirect("fax-simulator:tray")


def _tray() -> Tray:
    return Tray(settings.SIMULATOR_ROOT / "fax")


def _faults() -> FaultBook:
    return FaultBook(settings.SIMULATOR_ROOT / "fax" / "fault.json")
