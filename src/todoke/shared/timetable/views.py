"""The page of the city's own closing days."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.calendar import in_words
from todoke.base.clock import in_japan, now
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.timetable import actions
from todoke.shared.timetable.forms import ClosingForm
from todoke.shared.timetable.queries import CLOSE, closing_days_for

READ_OR_POST = ["GET", "HEAD", "POST"]


@needs(CLOSE)
@require_http_methods(READ_OR_POST)
def closings(request: VisitorRequest) -> HttpResponse:
    """The closing days to come, and one more."""
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_on(**form.cleaned_data, viewer=request.viewer, at=now())
        except actions.ClosingRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("臨時閉庁日を登録しました。期限の計算にすぐ使われます。"))
            return redirect("timetable:closings")
    today, language = in_japan(now()).date(), get_language() or "ja"
    rows = [
        {"closing": closing, "words": in_words(closing.day, language), "is_over": closing.day < today}
        for closing in closing_days_for(request.viewer).order_by("-day")
    ]
    values = {"form": form, "rows": rows}
    return render(request, "timetable/closings.html", values, status=422 if form.errors else 200)


@needs(CLOSE)
@require_http_methods(READ_OR_POST)
def open_again(request: VisitorRequest, pk: int) -> HttpResponse:
    """Take one back, after it was shown once more."""
    closing = closing_days_for(request.viewer).filter(pk=pk).first()
    if closing is None:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            actions.open_again(pk, viewer=request.viewer, at=now())
        except actions.ClosingRefused as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("臨時閉庁日を取り消しました。"))
            return redirect("timetable:closings")
    values = {"closing": closing, "words": in_words(closing.day, get_language() or "ja"), "refused": refused}
    return render(request, "timetable/open_again.html", values, status=422 if refused else 200)
