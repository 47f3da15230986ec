"""The telephones that the simulated provider reaches, and faults to order. Only where SIMULATORS is on."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from todoke.base.access import needs
from todoke.ground.audit.actions import record
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.http_forms.numbers import masked
from todoke.shared.messaging.simulators import control
from todoke.shared.messaging.simulators.arrivals import Arrival
from todoke.shared.messaging.simulators.door import where_simulated
from todoke.shared.messaging.simulators.provider_faults import ProviderFaultForm
from todoke.shared.sms.simulator.provider import ROUTE, phones

SHOWN_MAX = 200
PHONES_MAX = 20
UNREACHABLE = "unreachable"


@needs("messaging.read")
@require_safe
@where_simulated
def overview(request: VisitorRequest) -> HttpResponse:
    """What each telephone shows, the one that got something last in front."""
    return _shown(request, ProviderFaultForm())


@needs("messaging.operate")
@require_POST
@where_simulated
def fault(request: VisitorRequest) -> HttpResponse:
    """Order a fault from the provider, or take it back."""
    form = ProviderFaultForm(request.POST)
    port, target = settings.SMS_SIMULATOR_PORT, ("sms.simulator", ROUTE)
    try:
        if "clear" in request.POST:
            control.clear_fault(port, ROUTE)
            record("sms.fault-cleared", on=target, by=request.viewer)
            messages.success(request, _("障害を解除しました。"))
        elif form.is_valid():
            control.order_fault(port, ROUTE, form.fault())
            record("sms.fault-ordered", on=target, by=request.viewer, after=form.fault().as_json())
            messages.success(request, _("障害を設定しました。"))
        else:
            return _shown(request, form)
    except control.SimulatorsAway:
        messages.error(request, _("模擬のSMS事業者が動いていません。「todoke sms_simulator」を起動してください。"))
    return redirect("sms-simulator:phones")


def _shown(request: VisitorRequest, form: ProviderFaultForm) -> HttpResponse:
    by_phone: dict[str, list[dict[str, Any]]] = {}
    for arrival in phones(settings.SIMULATOR_ROOT).newest(limit=SHOWN_MAX):
        by_phone.setdefault(arrival.content["number"], []).append(_line(arrival))
    values = {
        "phones": [
            {"number": masked(number), "place": place, "lines": lines}
            for place, (number, lines) in enumerate(list(by_phone.items())[:PHONES_MAX], start=1)
        ],
        "form": form,
        "may_operate": request.viewer.may("messaging.operate"),
    }
    return render(request, "sms/phones.html", values, status=422 if form.is_bound else 200)


def _line(arrival: Arrival) -> dict[str, Any]:
    return {
        "at": datetime.fromisoformat(arrival.received_at),
        "text": arrival.content["text"],
        "parts": arrival.content["parts"],
        "was_known": arrival.content["refused"],
        "is_out_of_reach": arrival.content["status"] == UNREACHABLE,
    }
