"""The simulated control station's page: what each unit said, with its sound, and what is to be broken."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.loudspeakers.actions.simulator import order_faults
from todoke.shared.loudspeakers.forms import FaultsForm
from todoke.shared.loudspeakers.maps import map_of
from todoke.shared.loudspeakers.models import SoundingState
from todoke.shared.loudspeakers.playing import sound_response
from todoke.shared.loudspeakers.queries import READ, units_for
from todoke.shared.loudspeakers.station.broadcasts import Shelf
from todoke.shared.loudspeakers.station.faults import faults_in_force
from todoke.shared.loudspeakers.views.staff import SIGNS

OPERATE = "messaging.operate"
SHOWN = 10


@needs(READ)
@require_safe
def station(request: VisitorRequest) -> HttpResponse:
    """The units on a map and in a list, and the latest orders."""
    _where_simulated()
    units, at = list(units_for(request.viewer)), now()
    orders = Shelf(_root()).newest(SHOWN)
    latest = orders[0].units_at(at) if orders else {}
    names = {unit.key: unit.name for unit in units}
    faults = faults_in_force(_root())
    values = {
        "map": map_of(
            units,
            {key: (SIGNS[SoundingState(told["state"])][0], told.get("says", "")) for key, told in latest.items()},
        ),
        "orders": [
            {
                "told": told,
                "state": told.state_at(at),
                "units": [
                    (names.get(key, key), *SIGNS[SoundingState(said["state"])], said.get("says", ""))
                    for key, said in told.units_at(at).items()
                ],
            }
            for told in orders
        ],
        "faults": faults,
        "form": FaultsForm(initial=faults.as_json(), units=[(unit.key, unit.name) for unit in units]),
        "may_operate": request.viewer.may(OPERATE),
    }
    return render(request, "loudspeakers/station.html", values)


@needs(OPERATE)
@require_POST
def faults(request: VisitorRequest) -> HttpResponse:
    """Order faults, or that all is well."""
    _where_simulated()
    form = FaultsForm(request.POST, units=[(unit.key, unit.name) for unit in units_for(request.viewer)])
    if form.is_valid():
        order_faults(_root(), form.faults(), by=request.viewer)
        messages.success(request, _("模擬の操作卓の障害を設定しました。"))
    else:
        messages.error(request, _("この障害は設定できません。一覧から選んでください。"))
    return redirect("loudspeakers-simulator:station")


@needs(READ)
@require_safe
def sound(request: VisitorRequest, key: UUID) -> HttpResponseBase:
    """What a unit of the simulated station sounded."""
    _where_simulated()
    shelf = Shelf(_root())
    told = shelf.find(str(key))
    if told is None:
        raise Http404
    return sound_response(request, shelf.sound(told.sha256), cache="private, max-age=60")


def _where_simulated() -> None:
    if not settings.SIMULATORS:
        raise Http404


def _root() -> Path:
    return settings.SIMULATOR_ROOT / "loudspeakers"
