"""The translations of procedures: how much is done, one file out, one file in."""

from json import loads

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.actions.translating import TextsTaken, export_texts, import_texts
from todoke.civic.procedures.building.texts import percentage_done
from todoke.civic.procedures.forms import TextsForm
from todoke.civic.procedures.queries.casework import versions_to_translate
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.texts import JAPANESE, UnreadableTexts
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.people.gate import VisitorRequest

LANGUAGES = {code: name for code, name in settings.LANGUAGES if code != JAPANESE}


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def translations(request: VisitorRequest) -> HttpResponse:
    """How much of each procedure speaks which language; a file that came back is taken in here."""
    posted = request.method == "POST"
    form = TextsForm(request.POST if posted else None, request.FILES if posted else None)
    taken: TextsTaken | None = None
    if posted and form.is_valid():
        try:
            taken = import_texts(form.cleaned_data["file"].read(), viewer=request.viewer, at=now())
        except (UnreadableTexts, ProcedureRefused) as refused:
            form.add_error("file", str(refused))
    names, rows = {}, []
    for version in versions_to_translate(request.viewer):
        document = loads(version.text)
        names[version.procedure.key] = version.document.name.say()
        rows.append(
            {
                "key": version.procedure.key,
                "name": version.document.name.say(),
                "is_draft": version.state == version.State.DRAFT,
                "percent": [(code, name, percentage_done(document, code)) for code, name in LANGUAGES.items()],
            }
        )
    values = {"form": form, "rows": rows, "languages": LANGUAGES, "taken": _told(taken, names) if taken else None}
    return render(request, "procedures/desk/texts.html", values, status=422 if form.errors else 200)


def _told(taken: TextsTaken, names: dict[str, str]) -> dict[str, object]:
    return {
        "language": LANGUAGES[taken.language],
        "procedures": [(key, names[key], taken.taken.get(key, 0), done) for key, done in taken.percent.items()],
        "refused": [(names.get(each.entry.procedure, each.entry.procedure), each) for each in taken.refused],
    }


@needs(BUILD)
@require_safe
@never_cache
def texts_file(request: VisitorRequest, language: str) -> HttpResponse:
    """One file with all texts of the viewer's procedures, or of the one that is named."""
    if language not in LANGUAGES:
        raise Http404
    wanted = request.GET.get("procedure", "")
    versions = [each for each in versions_to_translate(request.viewer) if wanted in ("", each.procedure.key)]
    if not versions:
        raise Http404
    answer = HttpResponse(export_texts(versions, language), content_type="text/x-gettext-translation; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{wanted or "procedures"}.{language}.po"'
    return answer
