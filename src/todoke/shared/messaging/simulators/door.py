"""The door of every simulated service's page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse


def where_simulated(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where the real service is connected, there is no such page."""

    @wraps(view)
    def door(request: HttpRequest, *values: Any, **named: Any) -> HttpResponse:
        if not settings.SIMULATORS:
            raise Http404
        return view(request, *values, **named)

    return door
