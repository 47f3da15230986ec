"""What the pages of signing in have in common."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from todoke.ground.people.models import Resident
from todoke.ground.people.residents.letters import Place
from todoke.ground.people.residents.session import resident_in
from todoke.ground.people.residents.way import Way, done, way_named


def way_in(request: HttpRequest) -> Way | None:
    """The way back that this page was opened with; its word is in the address or in the form."""
    return way_named(request.session, request.POST.get("way") or request.GET.get("way") or "")


def place_of(request: HttpRequest) -> Place:
    """Where a request comes from, for the brake on letters."""
    return Place(request.session, str(request.META.get("REMOTE_ADDR", "")))


def present_resident(request: HttpRequest) -> Resident:
    """The resident of this session, on a page that the gate opens to residents only."""
    resident = resident_in(request.session)
    if resident is None:
        raise LookupError("this view stands behind @needs_level")
    return resident


def go_on(request: HttpRequest, way: Way | None) -> HttpResponseBase:
    """Back to where somebody was: the page, or the form that they had sent, to be sent again with a button."""
    if way is None:
        return redirect("people:my")
    if not way.is_open_to(request.session):
        return redirect(f"{_sign_in()}?way={way.word}")
    fields = way.fields()
    if fields:
        return private(render(request, "people/residents/go_on.html", {"path": way.path, "fields": fields}))
    done(request.session, way)
    return redirect(way.path)


def private(response: HttpResponse) -> HttpResponse:
    """No cache, no search engine keeps it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _sign_in() -> str:
    return redirect("people:sign-in").url
