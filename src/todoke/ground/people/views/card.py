"""The simulated card: what the person sees, what machines read, and the faults to order."""

import httpx
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from todoke.ground.people.gate import public
from todoke.ground.people.openid import simulator
from todoke.ground.people.views.doors import private


@public
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Choose whose card to hold to the reader, or cancel."""
    _only_simulated()
    if request.method == "POST":
        address = simulator.decide(request.POST.get("number", ""), request.POST.get("person", ""))
        if address is None:
            return redirect("people:sign-in")
        return HttpResponseRedirect(address)
    try:
        number = simulator.begin(request.GET.dict())
    except simulator.Refused as refused:
        return private(render(request, "people/card/refused.html", {"why": str(refused)}, status=400))
    context = {"number": number, "people": simulator.people(), "fault": simulator.ordered_fault()}
    return private(render(request, "people/card/authorize.html", context))


@public
@never_cache
@require_http_methods(["GET", "POST"])
def faults(request: HttpRequest) -> HttpResponseBase:
    """What the next sign-in does wrong."""
    _only_simulated()
    if request.method == "POST":
        wanted = request.POST.get("fault", "")
        if wanted in simulator.Fault.values:
            simulator.order_fault(simulator.Fault(wanted))
        return redirect("people:card-faults")
    context = {"faults": simulator.Fault.choices, "ordered": simulator.ordered_fault(), "people": simulator.people()}
    return private(render(request, "people/card/faults.html", context))


@public
@csrf_exempt
@require_http_methods(["POST"])
def token(request: HttpRequest) -> HttpResponseBase:
    """For whoever asks over the network."""
    return _answered(request)


@public
@require_safe
def keys(request: HttpRequest) -> HttpResponseBase:
    """The provider's public keys."""
    return _answered(request)


@public
@require_safe
def userinfo(request: HttpRequest) -> HttpResponseBase:
    """The facts about whoever the token stands for."""
    return _answered(request)


def _answered(request: HttpRequest) -> HttpResponseBase:
    _only_simulated()
    asked = httpx.Request(
        request.method or "GET",
        f"http://simulator{request.path}",
        content=request.POST.urlencode().encode(),
        headers={"Authorization": request.headers.get("Authorization", "")},
    )
    try:
        answer = simulator.answer(asked)
    except httpx.TimeoutException:
        return HttpResponse(status=504)
    return HttpResponse(answer.content, status=answer.status_code, content_type="application/json")


def _only_simulated() -> None:
    if not settings.SIMULATORS:
        raise Http404
