"""The staff's home."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from todoke.base.access import staff_only
from todoke.base.ui.registry import draw_panels, staff_panels


@staff_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this member of staff, as the rooms' panels tell it."""
    return render(request, "desk/home.html", {"panels": draw_panels(staff_panels, request)})
