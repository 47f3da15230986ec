"""The looks on the auditor's screen; reading them is a look as well."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.forms import LooksFilter
from todoke.ground.looks.models import Look
from todoke.ground.looks.pages import shows_people
from todoke.ground.looks.queries import READ, latest_looks, patterns, purpose_name

LOOKS_A_PAGE = 50
COUNTED_DAYS = 30
VIEWERS_SHOWN = 20


@needs(READ)
@shows_people
@require_safe
@never_cache
def looks(request: HttpRequest) -> HttpResponse:
    """The latest looks with a filter, and how often each viewer looked within a month."""
    viewer = request.viewer  # type: ignore[attr-defined]
    form = LooksFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    today = in_japan(now()).date()
    found = Paginator(latest_looks(viewer, **wanted), LOOKS_A_PAGE).get_page(request.GET.get("page"))
    counted = patterns(viewer, today - timedelta(days=COUNTED_DAYS), today)[:VIEWERS_SHOWN]
    shown = [(look, purpose_name(look.purpose), Look.Way(look.way).label) for look in found]
    record_look(viewer, ("looks.look", "list"), of_person=None, what="閲覧記録", purpose="looks.audit")
    return render(
        request,
        "looks/looks.html",
        {
            "form": form,
            "page": found,
            "looks": shown,
            "columns": [_("だれが"), _("閲覧"), _("見た人の数"), _("1時間に見た人の数（最大）"), _("時間外")],
            "patterns": [
                (each.name or each.viewer, each.looks, each.people, each.people_in_an_hour, each.outside_hours)
                for each in counted
            ],
        },
    )
