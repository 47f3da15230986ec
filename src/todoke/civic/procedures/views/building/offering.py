"""When a procedure takes filings, how many, and whether it is listed; this holds at once, without publishing."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import JAPAN, in_japan, now
from todoke.civic.procedures.actions.offering import Offer, OfferedElsewhere, offer
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.building.forms import OfferForm
from todoke.civic.procedures.queries.catalogue import Opening, opening_of
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.doors import READ_OR_POST, Refusal, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.queries import submitted_count


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def offering(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The days, the limit and the list."""
    draft = opened(request, procedure)
    now_offered = Offer.of(draft.procedure)
    posted = request.POST if request.method == "POST" else None
    form = OfferForm(posted, initial=_initial(now_offered))
    refusal = None
    if posted is not None and form.is_valid():
        on_screen = now_offered if posted.get("offered") == _mark(now_offered) else None
        try:
            if on_screen is None:
                raise OfferedElsewhere
            is_new = offer(draft.procedure, _told(form), instead_of=on_screen, viewer=request.viewer, at=now())
        except ProcedureRefused as refused:
            refusal = Refusal(str(refused))
        else:
            says = _("受付の期間と一覧を保存しました。") if is_new else _("変わったところはありません。")
            messages.success(request, says)
            return redirect("procedures:build-offering", procedure)
    opening = opening_of(draft.procedure, now())
    values = {
        "form": form,
        "offered": _mark(now_offered),
        "opening": opening.value if draft.published else "",
        "is_open": opening is Opening.OPEN,
        "count": submitted_count(draft.procedure.form),
        "is_published": draft.published is not None,
        "is_listed": now_offered.is_listed,
        "now": now_offered,
    }
    return shown(request, draft, "offering", values, area="offering", refusal=refusal, has_errors=bool(form.errors))


def _initial(offered: Offer) -> dict[str, Any]:
    """The days and hours as people say them: what closes at midnight is open on the whole day before."""
    initial: dict[str, Any] = {"responses_max": offered.responses_max, "is_listed": offered.is_listed}
    if offered.opens_at:
        opens = in_japan(offered.opens_at)
        initial |= {"opens_on": opens.date(), "opens_time": opens.time() if opens.time() != time.min else None}
    if offered.closes_at:
        closes = in_japan(offered.closes_at)
        is_whole = closes.time() == time.min
        initial["closes_on"] = closes.date() - timedelta(days=1) if is_whole else closes.date()
        initial["closes_time"] = None if is_whole else closes.time()
    return initial


def _told(form: OfferForm) -> Offer:
    entered = form.cleaned_data
    closes_on, closes_time = entered["closes_on"], entered["closes_time"]
    closes_at = _instant(closes_on, closes_time) if closes_time else _instant(closes_on, None, days=1)
    opens_at = _instant(entered["opens_on"], entered["opens_time"])
    return Offer(opens_at, closes_at, entered["responses_max"], entered["is_listed"])


def _instant(on: date | None, at: time | None, *, days: int = 0) -> datetime | None:
    return None if on is None else datetime.combine(on + timedelta(days=days), at or time.min, JAPAN)


def _mark(offered: Offer) -> str:
    """What was on the screen, to be seen again when it comes back."""
    instants = (each.isoformat() if each else "" for each in (offered.opens_at, offered.closes_at))
    return "|".join((*instants, str(offered.responses_max or ""), str(offered.is_listed)))
