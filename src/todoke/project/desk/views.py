"""The staff's home, and the page where a text is checked for やさしい日本語."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import staff_only
from todoke.base.plain_japanese import reviewed
from todoke.base.ui.registry import draw_panels, staff_panels
from todoke.ground.places.queries import place_readings
from todoke.project.desk.forms import PlainJapaneseForm


@staff_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this member of staff, as the rooms' panels tell it."""
    return render(request, "desk/home.html", {"panels": draw_panels(staff_panels, request)})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def plain_japanese(request: HttpRequest) -> HttpResponse:
    """A text comes in, its findings and a proposal go out; nothing of it is stored or logged."""
    if request.method != "POST":
        return render(request, "desk/plain_japanese.html", {"form": PlainJapaneseForm()})
    form = PlainJapaneseForm(request.POST)
    if not form.is_valid():
        return render(request, "desk/plain_japanese.html", {"form": form}, status=422)
    entered = form.cleaned_data
    review = reviewed(entered["text"], places=place_readings(), disaster=entered["disaster"])
    return render(request, "desk/plain_japanese.html", {"form": form, "review": review})
