"""The operations of the JSON interface behind their doors. What stands in neither list is not there."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.utils import check_csrf

from todoke.base.access import public
from todoke.base.number_guard import refused_fields, sentence, shows_refused_numbers
from todoke.civic.procedures.views.interface import exports, filings, offers
from todoke.civic.procedures.views.interface.problems import answer_with_problems, problem
from todoke.civic.procedures.views.interface.shapes import Fault
from todoke.shared.paperwork.filling import private

NAMESPACE = "procedures-interface"
DESCRIPTION = "openapi.json"
SAFE = ("GET", "HEAD", "OPTIONS")
# Everybody may knock; whose filing it is and which key opens an export, each operation asks for itself.
OPEN = ("catalogue", "procedure", "form")
PRIVATE = ("begin", "filing", "answers", "file", "submission", "status", "exports", "export")

api = NinjaAPI(
    title="Todoke: procedures of the city",
    version="1",
    description="Reading what the city offers, filing it, following it, and exports for partners. Refusals are "
    "application/problem+json; texts follow Accept-Language or ?language= (ja, ja-easy, en).",
    docs_url=None,
    openapi_url=None,
    urls_namespace=NAMESPACE,
)
for _router in (offers.router, filings.router, exports.router):
    api.add_router("", _router)
answer_with_problems(api)


def _door(view: Callable[..., HttpResponseBase], name: str) -> Callable[..., HttpResponseBase]:
    """The view behind what every address asks: no My Number; from a browser that signed in, the mark of our page."""

    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if hasattr(request, "refused_numbers"):
            faults = [Fault(where=field, says=says) for field, says in refused_fields(request).items()]
            return private(problem(400, "my-number", sentence(), faults))
        viewer = request.viewer  # type: ignore[attr-defined]
        comes_signed_in = viewer.is_resident or viewer.is_signed_in
        if request.method not in SAFE and comes_signed_in and check_csrf(request):
            words = _("このブラウザの印がありません。X-CSRFTokenにcsrftokenの値を入れてください。")
            return private(problem(403, "csrf", words))
        answer = view(request, *args, **kwargs)
        return private(answer) if name in PRIVATE else answer

    door.csrf_exempt = True  # type: ignore[attr-defined]
    return public(shows_refused_numbers(door))


@public
@require_safe
def description(request: HttpRequest) -> JsonResponse:
    """What can be asked here (OpenAPI 3.1): made from the shapes themselves."""
    del request
    return JsonResponse(described())


def described() -> dict[str, Any]:
    """The OpenAPI description."""
    prefix = reverse(f"{NAMESPACE}:openapi").removesuffix(DESCRIPTION)
    return dict(api.get_openapi_schema(path_prefix=prefix))


def views() -> dict[str, tuple[str, Callable[..., HttpResponseBase]]]:
    """Every operation behind its door: by name its route, as Django writes it, and its view."""
    made = {each.name: each for each in api.urls[0] if isinstance(each, URLPattern)}
    return {name: (str(made[name].pattern), _door(made[name].callback, name)) for name in (*OPEN, *PRIVATE)}
