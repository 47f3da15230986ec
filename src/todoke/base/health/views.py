"""Three addresses for machines: does it live, may it be sent visitors, how much is there to do."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from todoke.base.access import public
from todoke.base.health.asking import may_read_numbers
from todoke.base.health.collecting import Collector
from todoke.base.health.exposition import as_text
from todoke.base.health.readiness import lacks
from todoke.base.health.registry import gauges

NOT_KEPT = {"Cache-Control": "no-store"}

_collector = Collector(gauges)


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all. Asks nothing and nobody: a database that is away is no reason to
    restart what would come back without it."""
    del request
    return HttpResponse(b"ok\n", content_type="text/plain; charset=utf-8", headers=NOT_KEPT)


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when visitors may come, 503 with what is missing when they should be sent elsewhere."""
    del request
    missing = lacks()
    told = {"ready": not missing, "missing": [{"key": lack.key, "says": lack.says} for lack in missing]}
    return JsonResponse(
        told, status=503 if missing else 200, headers=NOT_KEPT, json_dumps_params={"ensure_ascii": False}
    )


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers in Prometheus' text format, for who comes from this machine or brings TODOKE_METRICS_TOKEN."""
    if not may_read_numbers(request, settings.METRICS_TOKEN):
        says = "TODOKE_METRICS_TOKEN を Authorization: Bearer … で送ってください。\n"
        return HttpResponse(
            says,
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={**NOT_KEPT, "WWW-Authenticate": 'Bearer realm="todoke"'},
        )
    return HttpResponse(as_text(_collector.readings()), content_type=CONTENT_TYPE_LATEST, headers=NOT_KEPT)
