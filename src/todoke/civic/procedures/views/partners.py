"""For other systems: the keys of the interface, and the layouts of exports as files with a preview."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.exporting import save_layout
from todoke.civic.procedures.actions.interfaces import DAYS_MAX, end_key, give_key
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.exporting import BrokenLayout, layout_of, sample_lines
from todoke.civic.procedures.forms import KeyForm, LayoutForm
from todoke.civic.procedures.layout_file import (
    KNOWN_WORDS,
    BrokenLayoutFile,
    LayoutFile,
    file_of,
    first_file,
    read_file,
)
from todoke.civic.procedures.models import ProcedureVersion
from todoke.civic.procedures.queries.exports import (
    keys_to_answer_for,
    layouts_of,
    layouts_to_export,
    versions_to_lay_out,
)
from todoke.civic.procedures.rules import BUILD, EXPORT
from todoke.civic.procedures.views.inbox import READ_OR_POST, today
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.document import FormDocument, document_of

USUAL_DAYS = 365


@needs(EXPORT)
@require_http_methods(READ_OR_POST)
@never_cache
def keys(request: VisitorRequest) -> HttpResponse:
    """The keys with their last use, and a new one. Its secret stands on the page that answers, and nowhere else."""
    layouts = layouts_to_export(request.viewer)
    offered: dict[str, Any] = {"layouts": layouts, "first": today(), "latest": today() + timedelta(days=DAYS_MAX)}
    initial = {"ends_on": today() + timedelta(days=USUAL_DAYS)}
    form = KeyForm(request.POST if request.method == "POST" else None, **offered, initial=initial)
    secret = ""
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            _key, secret = give_key(
                entered["layout"], entered["name"], ends_on=entered["ends_on"], viewer=request.viewer, at=now()
            )
        except ProcedureRefused as refused:
            form.add_error("name", str(refused))
    rows = [{"key": each, "is_in_force": each.is_in_force(today())} for each in keys_to_answer_for(request.viewer)]
    values = {
        "form": KeyForm(**offered, initial=initial) if secret else form,
        "rows": rows,
        "has_layouts": layouts.exists(),
        "secret": secret,
        "name": form.cleaned_data["name"] if secret else "",
    }
    return render(request, "procedures/desk/keys.html", values, status=422 if form.errors else 200)


@needs(EXPORT)
@require_POST
@never_cache
def end(request: VisitorRequest, number: int) -> HttpResponse:
    """One key opens nothing any more."""
    key = get_object_or_404(keys_to_answer_for(request.viewer), pk=number)
    end_key(key, viewer=request.viewer, at=now())
    messages.success(request, _("「%(name)s」の鍵を止めました。") % {"name": key.name})
    return redirect("procedures:keys")


@needs(BUILD)
@require_safe
@never_cache
def layouts(request: VisitorRequest) -> HttpResponse:
    """The procedures whose layouts I may change, each with those that it has."""
    rows = [
        {"key": version.procedure.key, "name": version.document.name.say(), "layouts": list(layouts_of(version))}
        for version in versions_to_lay_out(request.viewer)
    ]
    return render(request, "procedures/desk/layouts.html", {"rows": rows})


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def layout(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The layouts of one procedure. A file that comes in is shown with three sample rows; a second button keeps it."""
    version = _version(request, procedure)
    document = _form_of(version)
    posted = request.method == "POST"
    form = LayoutForm(request.POST if posted else None, request.FILES if posted else None)
    faults: list[str] = []
    told: LayoutFile | None = None
    if posted and form.is_valid():
        try:
            told = read_file(form.sent(), procedure)
            layout_of(told.columns, document)
        except BrokenLayoutFile as broken:
            form.add_error("file", str(broken))
        except BrokenLayout as broken:
            faults = [f"{fault.where}：{fault.says}" for fault in broken.faults]
            form = LayoutForm(initial={"text": told.text if told else ""})
        else:
            # A file that nobody has looked at is shown first, whichever button sent it.
            if "save" in request.POST and not form.cleaned_data.get("file"):
                save_layout(version.procedure, told.key, told.name, told.columns, viewer=request.viewer, at=now())
                messages.success(request, _("レイアウト「%(name)s」を保存しました。") % {"name": told.name})
                return redirect("procedures:layout", procedure)
            form = LayoutForm(initial={"text": told.text})
    kept = list(layouts_of(version))
    values: dict[str, Any] = {
        "key": procedure,
        "title": version.document.name.say(),
        "form": form,
        "faults": faults,
        "told": told if told and not faults and not form.errors else None,
        "replaced": next((each for each in kept if told and each.key == told.key), None),
        "sample": _preview(told.columns, document) if told and not faults and not form.errors else None,
        "rows": [{"layout": each, "sample": _preview(each.columns, document)} for each in kept],
    }
    return render(request, "procedures/desk/layout.html", values, status=422 if faults or form.errors else 200)


@needs(BUILD)
@require_safe
@never_cache
def layout_file(request: VisitorRequest, procedure: str) -> HttpResponse:
    """One layout as a file (`?layout=`), or one to begin with."""
    version = _version(request, procedure)
    wanted = request.GET.get("layout", "")
    if wanted:
        told = file_of(get_object_or_404(layouts_of(version).select_related("procedure"), key=wanted))
    else:
        told = first_file(procedure, _form_of(version))
    answer = HttpResponse(told.text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{procedure}.{told.key}.layout.json"'
    return answer


def _version(request: VisitorRequest, procedure: str) -> ProcedureVersion:
    version = versions_to_lay_out(request.viewer).filter(procedure__key=procedure).first()
    if version is None:
        raise Http404
    return version


def _form_of(version: ProcedureVersion) -> FormDocument:
    assert version.form_version is not None, "what is published has its form"
    return document_of(version.form_version.document)


def _preview(columns: Any, form: FormDocument) -> dict[str, Any]:
    """Each column with where it comes from and three samples; of a layout that does not fit the form any more, why."""
    try:
        read = layout_of(columns, form)
    except BrokenLayout as broken:
        return {"faults": [f"{fault.where}：{fault.says}" for fault in broken.faults]}
    samples = zip(*sample_lines(read, form, today()), strict=True)
    return {
        "rows": [
            {"column": column, "source": _source(column.source, form), "samples": cells}
            for column, cells in zip(read, samples, strict=True)
        ]
    }


def _source(source: str, form: FormDocument) -> str:
    question = form.question(source)
    return str(KNOWN_WORDS[source]) if question is None else question.label.say() or source
