"""訓練: choose a scenario, watch it being played, read its report."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.emergency.actions.drills import begin_drill, end_drill, pause_drill
from todoke.civic.emergency.actions.refusals import DeskRefused
from todoke.civic.emergency.forms import DrillForm
from todoke.civic.emergency.models import Drill, Scenario
from todoke.civic.emergency.queries.drills import drills_for, report_of
from todoke.civic.emergency.rules.drills import BAR_PITCH, bars, elapsed
from todoke.civic.emergency.rules.rights import DRILL, READ
from todoke.civic.emergency.views.common import refuse, viewer_of
from todoke.shared.messaging.types import Mode

DRILLS_SHOWN = 50


@needs(READ, DRILL)
@require_http_methods(["GET", "HEAD", "POST"])
def drill_list(request: HttpRequest) -> HttpResponse:
    """All drills, the latest first; who may lead one begins it here."""
    viewer = viewer_of(request)
    form = DrillForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            drill = begin_drill(
                form.cleaned_data["scenario"].pk, speed=form.cleaned_data["speed"], viewer=viewer, at=now()
            )
            return redirect("emergency:drill", drill.pk)
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "emergency/drills.html",
        {
            "drills": drills_for(viewer)[:DRILLS_SHOWN],
            "scenarios": Scenario.objects.filter(is_current=True),
            "form": form,
            "may_lead": viewer.may(DRILL),
            "mode": Mode.EXERCISE,
        },
        status=422 if form.errors else 200,
    )


@needs(READ, DRILL)
@require_safe
def drill_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One drill: what has come in and what comes next, or its report when it has ended."""
    viewer, drill = viewer_of(request), _drill(request, pk)
    at = now()
    report = drill.report or report_of(drill, at=at)
    come = elapsed(drill.started_at, drill.speed, drill.rested, drill.paused_at, at=drill.ended_at or at)
    return render(
        request,
        "emergency/drill.html",
        {
            "drill": drill,
            "report": report,
            "bars": bars(report["drafts"]),
            "bars_height": len(report["drafts"]) * BAR_PITCH,
            "steps": drill.steps.select_related("telegram"),
            "minute": int(come.total_seconds() // 60),
            "may_lead": viewer.may(DRILL) and drill.ended_at is None,
            "mode": Mode.EXERCISE,
        },
    )


@needs(READ, DRILL)
@require_safe
def drill_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as JSON, to be kept with the drill's papers."""
    drill = _drill(request, pk)
    answer = JsonResponse(
        {"name": drill.name, "started_at": drill.started_at, "report": drill.report or report_of(drill, at=now())},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="drill-{drill.pk}.json"'
    return answer


@needs(DRILL)
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the drill's clock stand still, or run on."""
    try:
        pause_drill(_drill(request, pk).pk, viewer=viewer_of(request), at=now())
    except DeskRefused as refusal:
        refuse(request, refusal)
    return redirect("emergency:drill", pk)


@needs(DRILL)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a drill; asks once."""
    drill = _drill(request, pk)
    if request.method == "POST":
        try:
            end_drill(pk, viewer=viewer_of(request), at=now())
            messages.success(request, _("訓練を終えました。報告ができています。"))
        except DeskRefused as refusal:
            refuse(request, refusal)
        return redirect("emergency:drill", pk)
    return render(
        request,
        "ui/confirm.html",
        {
            "mode": Mode.EXERCISE,
            "act_title": _("訓練を終える"),
            "consequences": [
                _("「%(name)s」を終えます。残りの手順は入ってきません。") % {"name": drill.name},
                _("ここまでの記録から、報告を作ります。"),
            ],
            "act_words": _("この訓練を終える"),
            "back_address": f"../../{pk}/",
        },
    )


def _drill(request: HttpRequest, pk: int) -> Drill:
    drill = drills_for(viewer_of(request)).filter(pk=pk).first()
    if drill is None:
        raise Http404(_("この番号の訓練はありません。"))
    return drill
