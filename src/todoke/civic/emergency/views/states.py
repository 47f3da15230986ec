"""Pages on which the city's own state is entered: shelters, and the headquarters."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.civic.emergency.actions.refusals import DeskRefused
from todoke.civic.emergency.actions.states import enter_headquarters, enter_shelters
from todoke.civic.emergency.models import Incident
from todoke.civic.emergency.queries.states import Entered, entered, shelters_of_the_city
from todoke.civic.emergency.rules.notices import NoticeKind
from todoke.civic.emergency.rules.rights import DRAFT
from todoke.civic.emergency.rules.states import SET_UP
from todoke.civic.emergency.state_forms import HeadquartersForm, SheltersForm
from todoke.civic.emergency.views.common import viewer_of
from todoke.ground.places.queries import the_city

READ_OR_POST = ["GET", "HEAD", "POST"]


@needs(DRAFT)
@require_http_methods(READ_OR_POST)
def shelters(request: HttpRequest, pk: int) -> HttpResponse:
    """Which shelters are open: one row each, saved as a draft of the full state."""
    incident, at = _open_incident(pk), now()
    last = entered(incident, NoticeKind.SHELTER, at)
    places = shelters_of_the_city()
    form = SheltersForm(request.POST or None, shelters=places, facts=last.facts, initial={"seen": last.seen})
    if request.method == "POST" and form.is_valid():
        try:
            draft = enter_shelters(
                pk, form.entries(at), seen=form.cleaned_data["seen"], viewer=viewer_of(request), at=at
            )
            messages.success(request, _("避難所の状況から文を作りました。確かめて、承認を依頼してください。"))
            return redirect("emergency:draft", draft.pk)
        except DeskRefused as refusal:
            last = entered(incident, NoticeKind.SHELTER, at)
            form = SheltersForm(shelters=places, facts=last.facts, initial={"seen": last.seen})
            messages.error(request, str(refusal))
            return _page(request, "emergency/shelters.html", incident, last, form, status=422)
    return _page(request, "emergency/shelters.html", incident, last, form, status=422 if form.errors else 200)


@needs(DRAFT)
@require_http_methods(READ_OR_POST)
def headquarters(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the headquarters stands, saved as a draft."""
    incident, at = _open_incident(pk), now()
    last = entered(incident, NoticeKind.HEADQUARTERS, at)
    form = HeadquartersForm(request.POST or None, initial=_first_values(last))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            draft = enter_headquarters(
                pk, **{name: told[name] for name in ("name", "status", "since", "place", "seen")},
                viewer=viewer_of(request), at=at,
            )  # fmt: skip
            messages.success(request, _("災害対策本部の文を作りました。確かめて、承認を依頼してください。"))
            return redirect("emergency:draft", draft.pk)
        except DeskRefused as refusal:
            last = entered(incident, NoticeKind.HEADQUARTERS, at)
            kept = request.POST.copy()
            kept["seen"] = last.seen
            form.data = kept
            form.add_error(None, str(refusal))
    return _page(request, "emergency/headquarters.html", incident, last, form, status=422 if form.errors else 200)


def _first_values(last: Entered) -> dict[str, object]:
    city = the_city()
    return {
        "seen": last.seen,
        "name": last.facts.get("headquarters_name") or (f"{city.name}災害対策本部" if city else ""),
        "status": last.facts.get("headquarters_status", SET_UP),
        "since": in_japan(now()).replace(tzinfo=None, second=0, microsecond=0),
        "place": last.facts.get("headquarters_where", ""),
    }


def _page(
    request: HttpRequest,
    template: str,
    incident: Incident,
    last: Entered,
    form: SheltersForm | HeadquartersForm,
    *,
    status: int,
) -> HttpResponse:
    values = {"incident": incident, "mode": incident.mode, "last": last, "form": form}
    return render(request, template, values, status=status)


def _open_incident(pk: int) -> Incident:
    incident = Incident.objects.filter(pk=pk, closed_at=None).first()
    if incident is None:
        raise Http404(_("開いている事案ではありません。"))
    return incident
