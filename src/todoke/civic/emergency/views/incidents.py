"""Incidents: open, phases, close."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.emergency.actions.incidents import change_phase, close_incident, open_incident
from todoke.civic.emergency.actions.refusals import DeskRefused
from todoke.civic.emergency.forms import IncidentForm, PhaseForm
from todoke.civic.emergency.models import Incident, Phase
from todoke.civic.emergency.queries.drafts import drafts_for
from todoke.civic.emergency.rules.rights import DRAFT, READ
from todoke.civic.emergency.views.common import refuse, viewer_of
from todoke.shared.delegation.queries import active_mandates
from todoke.shared.messaging.types import Mode

INCIDENTS_SHOWN = 100
READ_OR_POST = ["GET", "HEAD", "POST"]


@needs(READ)
@require_http_methods(READ_OR_POST)
def incident_list(request: HttpRequest) -> HttpResponse:
    """All incidents, the latest first; who writes may open one."""
    viewer = viewer_of(request)
    mandates = {str(each.key): each for each in active_mandates(now())}
    form = IncidentForm(request.POST or None, mandates=list(mandates.values()))
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            incident = open_incident(
                name=entered["name"],
                group=entered["group"],
                mode=Mode(entered["mode"]),
                viewer=viewer,
                at=now(),
                on_behalf=mandates.get(entered.get("on_behalf", "")),
            )
            return redirect("emergency:incident", incident.pk)
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "emergency/incidents.html",
        {
            "incidents": Incident.objects.select_related("opened_by", "on_behalf").defer("on_behalf__sealed")[
                :INCIDENTS_SHOWN
            ],
            "form": form,
            "may_write": viewer.may(DRAFT),
        },
        status=422 if form.errors else 200,
    )


@needs(READ)
@require_http_methods(READ_OR_POST)
def incident_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident: its phase, and everything written under it."""
    viewer, incident = viewer_of(request), _incident(pk)
    form = PhaseForm(request.POST or None, initial={"phase": incident.phase})
    if request.method == "POST" and form.is_valid():
        try:
            change_phase(pk, phase=Phase(form.cleaned_data["phase"]), viewer=viewer)
            messages.success(request, _("段階を変えました。"))
        except DeskRefused as refusal:
            refuse(request, refusal)
        return redirect("emergency:incident", pk)
    return render(
        request,
        "emergency/incident.html",
        {
            "incident": incident,
            "mode": Mode(incident.mode),
            "form": form,
            "drafts": drafts_for(viewer).filter(incident=incident),
            "may_write": viewer.may(DRAFT),
        },
    )


@needs(DRAFT)
@require_http_methods(READ_OR_POST)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an incident; asks once."""
    incident = _incident(pk)
    if request.method == "POST":
        try:
            close_incident(pk, viewer=viewer_of(request), at=now())
        except DeskRefused as refusal:
            refuse(request, refusal)
        return redirect("emergency:incident", pk)
    return render(
        request,
        "ui/confirm.html",
        {
            "mode": incident.mode,
            "act_title": _("事案を終了する"),
            "consequences": [
                _("「%(name)s」を終了します。この事案では、もう発信案を作れません。") % {"name": incident.name},
                _("記録はすべて残ります。"),
            ],
            "act_words": _("この事案を終了する"),
            "back_address": f"../../{pk}/",
        },
    )


def _incident(pk: int) -> Incident:
    found = Incident.objects.select_related("opened_by", "closed_by", "on_behalf").defer("on_behalf__sealed")
    incident = found.filter(pk=pk).first()
    if incident is None:
        raise Http404(_("この番号の事案はありません。"))
    return incident
