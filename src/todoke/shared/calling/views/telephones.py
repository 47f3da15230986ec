"""The telephones that the simulated machine rings, and faults to order. Only where SIMULATORS is on."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.audit.actions import record
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.calling.automatic.simulator.provider import ROUTE
from todoke.shared.calling.automatic.simulator.switchboard import RING_SECONDS, Switchboard
from todoke.shared.messaging.http_forms.numbers import masked
from todoke.shared.messaging.simulators import control
from todoke.shared.messaging.simulators.door import where_simulated
from todoke.shared.messaging.simulators.provider_faults import ProviderFaultForm

SHOWN_MAX = 50


@needs("messaging.read")
@require_safe
@where_simulated
def overview(request: VisitorRequest) -> HttpResponse:
    """Which telephones rang, who picked up, and what was said; the latest in front."""
    return _shown(request, ProviderFaultForm())


@needs("messaging.operate")
@require_POST
@where_simulated
def fault(request: VisitorRequest) -> HttpResponse:
    """Order a fault from the provider, or take it back."""
    form = ProviderFaultForm(request.POST)
    port, target = settings.CALLS_SIMULATOR_PORT, ("calling.simulator", ROUTE)
    try:
        if "clear" in request.POST:
            control.clear_fault(port, ROUTE)
            record("calling.fault-cleared", on=target, by=request.viewer)
            messages.success(request, _("障害を解除しました。"))
        elif form.is_valid():
            control.order_fault(port, ROUTE, form.fault())
            record("calling.fault-ordered", on=target, by=request.viewer, after=form.fault().as_json())
            messages.success(request, _("障害を設定しました。"))
        else:
            return _shown(request, form)
    except control.SimulatorsAway:
        messages.error(
            request, _("模擬の自動電話事業者が動いていません。「todoke calls_simulator」を起動してください。")
        )
    return redirect("calling-simulator:telephones")


def _shown(request: VisitorRequest, form: ProviderFaultForm) -> HttpResponse:
    at = now()
    values = {
        "calls": [_row(call, at) for call in Switchboard(settings.SIMULATOR_ROOT).calls()[::-1][:SHOWN_MAX]],
        "form": form,
        "may_operate": request.viewer.may("messaging.operate"),
    }
    return render(request, "calling/telephones.html", values, status=422 if form.is_bound else 200)


def _row(call: Any, at: datetime) -> dict[str, Any]:
    status, digits = call.status(at, RING_SECONDS)
    words, tone = {
        "ringing": (_("鳴っています"), "active"),
        "completed": (_("出て、1を押しました"), "good") if digits else (_("出ましたが、何も押しません"), "attention"),
        "busy": (_("話し中"), "bad"),
        "no-answer": (_("だれも出ません"), "bad"),
        "canceled": (_("出る前に切れました"), "neutral"),
    }[status]
    return {
        "call": call,
        "telephone": masked(call.telephone),
        "at": datetime.fromisoformat(call.rang_at),
        "status": words,
        "tone": tone,
        "was_heard": status == "completed",
        "repeats": call.repeats,
    }
