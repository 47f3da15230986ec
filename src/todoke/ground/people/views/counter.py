"""The clerk's page: checking who somebody is, and mandates that wait for evidence."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from todoke.base.clock import now
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import needs
from todoke.ground.people.mandates import acting
from todoke.ground.people.models import Mandate, Resident
from todoke.ground.people.residents.forms import ReferenceForm
from todoke.ground.people.residents.numbers import give_number


@needs("people.counter")
@shows_people
@never_cache
@require_http_methods(["GET", "POST"])
def counter(request: HttpRequest) -> HttpResponseBase:
    """Give a number to somebody whose papers were checked; the number is shown once."""
    form = ReferenceForm(request.POST or None)
    number = ""
    if request.method == "POST" and form.is_valid():
        number = give_number(form.resident, evidence=form.cleaned_data["evidence"], by=request.viewer, at=now())  # type: ignore[attr-defined]
        _tell_of_look(request, form.resident, "本人確認")
    waiting = list(acting.mandates_waiting())
    for mandate in waiting:
        _tell_of_look(request, mandate.principal, "確認を待つ代理")
    if not waiting and not number:
        nobody_shown()
    return render(request, "people/counter.html", {"form": form, "number": number, "waiting": waiting})


def _tell_of_look(request: HttpRequest, resident: Resident, what: str) -> None:
    viewer = request.viewer  # type: ignore[attr-defined]
    record_look(viewer, resident, of_person=f"resident:{resident.pk}", what=what, purpose="looks.case-work")


@needs("people.counter")
@require_POST
def confirm_mandate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The clerk has seen the evidence."""
    mandate = get_object_or_404(Mandate, pk=pk)
    try:
        acting.confirm_at_counter(
            mandate,
            evidence=request.POST.get("evidence", ""),
            by=request.viewer,  # type: ignore[attr-defined]
            at=now(),
        )
        messages.success(request, _("代理を確認しました。"))
    except acting.CannotActFor as refused:
        messages.error(request, str(refused))
    return redirect("people:counter")


@needs("people.counter")
@require_POST
def refuse_mandate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The clerk ends it: the evidence does not show it, or the principal has asked."""
    acting.withdraw(get_object_or_404(Mandate, pk=pk), request.viewer, at=now())  # type: ignore[attr-defined]
    messages.success(request, _("代理を取りやめました。"))
    return redirect("people:counter")
