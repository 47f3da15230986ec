"""A procedure as a file: saved, and taken in from another city."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.carrying import export, missing_here, take_in
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.building.carrying import BrokenFile, unpacked
from todoke.civic.procedures.building.forms import ImportForm
from todoke.civic.procedures.document import BrokenProcedure
from todoke.civic.procedures.queries.building import sections_to_build
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.doors import READ_OR_POST, opened
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.document import BYTES_MAX


@needs(BUILD)
@require_safe
@never_cache
def export_file(request: VisitorRequest, procedure: str) -> HttpResponse:
    """The procedure with its form, texts, letters, route and tests as one file."""
    draft = opened(request, procedure)
    answer = HttpResponse(export(draft, viewer=request.viewer), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{draft.procedure.key}.todoke.json"'
    return answer


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def import_file(request: VisitorRequest) -> HttpResponseBase:
    """Take a file in as a draft; afterwards, what is missing here."""
    choices = {"section": [(each.key, each.name) for each in sections_to_build(request.viewer)]}
    posted = request.method == "POST"
    form = ImportForm(request.POST if posted else None, request.FILES if posted else None, choices=choices)
    values: dict[str, object] = {"form": form}
    if posted and form.is_valid():
        entered = form.cleaned_data
        try:
            carried = unpacked(entered["file"].read(BYTES_MAX + 1))
            taken = {"section": entered["section"], "key": entered["key"]}
            procedure = take_in(carried, **taken, viewer=request.viewer, at=now())
        except (BrokenFile, ProcedureRefused) as refused:
            form.add_error("key" if isinstance(refused, ProcedureRefused) else "file", str(refused))
        except BrokenProcedure as broken:
            form.add_error("file", _("この手続きのファイルには、使えないところがあります。"))
            values["faults"] = broken.faults
        else:
            missing = missing_here(carried)
            if not missing:
                return redirect("procedures:build", procedure.key)
            values |= {"missing": missing, "key": procedure.key, "title": carried.document.name.say()}
            return render(request, "procedures/build/missing.html", values)
    return render(request, "procedures/build/import.html", values, status=422 if form.errors else 200)
