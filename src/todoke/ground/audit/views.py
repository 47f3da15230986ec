"""The record on the staff's screen."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.ground.audit.forms import EntriesFilter
from todoke.ground.audit.queries import latest_entries

ENTRIES_A_PAGE = 50


@needs("audit.read")
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The latest entries, with a filter; a misshapen filter shows what to mend and filters nothing."""
    form = EntriesFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = Paginator(latest_entries(request.viewer, **wanted), ENTRIES_A_PAGE).get_page(  # type: ignore[attr-defined]
        request.GET.get("page")
    )
    return render(request, "audit/entries.html", {"form": form, "page": page})
