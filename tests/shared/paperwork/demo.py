"""A service that mounts a form: only here, to prove the pages. It knows a browser by what it holds, and nobody else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse

from todoke.base.access import public
from todoke.base.clock import now
from todoke.project.urls import urlpatterns as house
from todoke.shared.paperwork.actions.responses import begin
from todoke.shared.paperwork.filling import Desk, asks_by_form, holds
from todoke.shared.paperwork.models import Form, Response
from todoke.shared.paperwork.queries import Filled, filled


def place(what: str, response: Response | None, page: str) -> str:
    if response is None:
        return reverse(f"demo:{what}")
    return reverse(f"demo:{what}", args=[response.key, *([page] if what == "page" else [])])


desk = Desk(place=place)


@public
def start(request: HttpRequest, form: str) -> HttpResponse:
    response = begin(Form.objects.get(key=form), at=now())
    return desk.start(request, response)


def _mine(request: HttpRequest, key: Any) -> Filled | None:
    found = filled(key)
    return found if found and holds(request, found.response) else None


def _door(name: str) -> Any:
    @public
    @asks_by_form
    def view(request: HttpRequest, key: Any, **page: str) -> HttpResponse:
        found = _mine(request, key)
        if found is None:
            return redirect("demo:resume")
        answer: HttpResponse = getattr(desk, name)(request, found, *page.values())
        return answer

    return view


@public
def resume(request: HttpRequest) -> HttpResponse:
    return desk.resume(request)


demo = [
    path("start/<slug:form>/", start, name="start"),
    path("resume/", resume, name="resume"),
    path("<uuid:key>/pages/<slug:page>/", _door("page"), name="page"),
    path("<uuid:key>/review/", _door("review"), name="review"),
    path("<uuid:key>/pause/", _door("pause"), name="pause"),
    path("<uuid:key>/receipt/", _door("receipt"), name="receipt"),
]
urlpatterns = [path("demo/", include((demo, "demo"))), *house]
