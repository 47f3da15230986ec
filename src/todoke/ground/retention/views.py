"""保存と廃棄 on the staff's screen: what falls due, who decides, what was certified."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.retention.actions import custody as custodies
from todoke.ground.retention.actions.purging import Refusal, approve_purge, drop_purge, propose_purge, select
from todoke.ground.retention.forms import HoldForm
from todoke.ground.retention.models import Custody, Gone, Hold, PurgeCase, PurgeRun
from todoke.ground.retention.queries import (
    custody_of,
    falling_due,
    held_and_over,
    holds_in_force,
    waiting_for_selection,
)

READ, PROPOSE, DECIDE, HOLD = "retention.read", "retention.propose", "retention.decide", "retention.hold"
SHOWN_MAX = 50


@needs(READ)
@require_safe
@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """What falls due, what waits for its selection, what is held, and the runs."""
    today = in_japan(now()).date()
    viewer = request.viewer  # type: ignore[attr-defined]
    falling = falling_due(today)
    return render(
        request,
        "retention/overview.html",
        {
            "today": today,
            "falling": [
                (line.target_type, line.retention_class, line.basis, line.count, "" if line.can_go else _("できません"))
                for line in falling
            ],
            "falling_columns": [_("対象の種類"), _("保存年限"), _("根拠"), _("件数"), _("廃棄")],
            "can_propose": viewer.may(PROPOSE) and any(line.can_go for line in falling),
            "may_select": viewer.may(PROPOSE),
            "may_hold": viewer.may(HOLD),
            "selecting": waiting_for_selection(today).select_related("retention_class")[:SHOWN_MAX],
            "holds": holds_in_force(today).select_related("custody").order_by("-pk")[:SHOWN_MAX],
            "held_beyond": held_and_over(today).count(),
            "runs": PurgeRun.objects.all()[:SHOWN_MAX],
        },
    )


@needs(PROPOSE)
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Put what is due into a run."""
    try:
        made = propose_purge(by=request.viewer, at=now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("retention:overview")
    messages.success(request, _("廃棄を起案しました。ほかの人が決定すると、廃棄が始まります。"))
    return redirect("retention:run", pk=made.pk)


@needs(READ)
@require_safe
@never_cache
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its numbers, its certificate, and the second person's decision."""
    shown = get_object_or_404(PurgeRun, pk=pk)
    viewer = request.viewer  # type: ignore[attr-defined]
    counted: dict[tuple[str, str], int] = {}
    for case in shown.cases.select_related("custody__retention_class"):
        state = str(PurgeCase.State(case.state).label)
        what = f"{state}（{PurgeCase.Why(case.why).label}）" if case.why else state
        key = (f"{case.custody.target_type} {case.custody.retention_class}", what)
        counted[key] = counted.get(key, 0) + 1
    return render(
        request,
        "retention/run.html",
        {
            "run": shown,
            "cases": [(record, state, count) for (record, state), count in sorted(counted.items())],
            "cases_columns": [_("記録"), _("状態"), _("件数")],
            "items": _items(shown),
            "items_columns": [_("モデル"), _("項目"), _("件数")],
            "may_decide": viewer.may(DECIDE),
        },
    )


def _items(shown: PurgeRun) -> list[tuple[str, str, int]]:
    counted: dict[tuple[str, str], int] = {}
    for item in shown.items.all():
        key = (item.model, "、".join(item.fields) or _("行やファイルの全体"))
        counted[key] = counted.get(key, 0) + item.count
    return [(model, fields, count) for (model, fields), count in sorted(counted.items())]


@needs(READ)
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate as it was hashed, to be kept elsewhere."""
    del request
    shown = get_object_or_404(PurgeRun.objects.exclude(certificate=""), pk=pk)
    return HttpResponse(
        shown.certificate,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="purge-{shown.pk}.json"'},
    )


@needs(DECIDE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person decides."""
    return _settle(request, pk, approve_purge, _("廃棄を決定しました。順に廃棄します。"))


@needs(PROPOSE, DECIDE)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The run is not to be."""
    return _settle(request, pk, drop_purge, _("廃棄の起案を取り下げました。"))


def _settle(request: HttpRequest, pk: int, act: Callable[..., PurgeRun], said: str) -> HttpResponse:
    try:
        act(get_object_or_404(PurgeRun, pk=pk), by=request.viewer, at=now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, said)
    return redirect("retention:run", pk=pk)


@needs(PROPOSE)
@require_POST
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """What the archive has decided about a record."""
    chosen = request.POST.get("selection", "")
    if chosen not in (Custody.Selection.DELETE, Custody.Selection.HANDED_OVER):
        raise Http404
    try:
        select(
            get_object_or_404(Custody, pk=key),
            Custody.Selection(chosen),
            by=request.viewer,  # type: ignore[attr-defined]
            at=now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("選別を記録しました。"))
    return redirect("retention:overview")


@needs(HOLD)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hold(request: HttpRequest) -> HttpResponse:
    """Keep a record from the purge."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = custody_of((given["target_type"], given["target_key"]))
        if found is None:
            form.add_error("target_key", _("この種類と番号の記録は、保管していません。"))
        else:
            try:
                custodies.hold(
                    found,
                    Hold.Reason(given["reason"]),
                    why=given["why"],
                    until=given["until"],
                    by=request.viewer,  # type: ignore[attr-defined]
                    at=now(),
                )
            except Gone as gone:
                form.add_error("target_key", str(gone.sentence))
            else:
                messages.success(request, _("廃棄を止めました。"))
                return redirect("retention:overview")
    return render(request, "retention/hold.html", {"form": form}, status=422 if form.errors else 200)


@needs(HOLD)
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """The reason is over."""
    custodies.lift(get_object_or_404(Hold, pk=pk), by=request.viewer, at=now())  # type: ignore[attr-defined]
    messages.success(request, _("廃棄を止めるのをやめました。"))
    return redirect("retention:overview")
