"""Many cases at once: what was found out, the paper about all that agree, how far it has come, the print."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.formulas import said
from todoke.civic.procedures.actions.batches import Group, filings_in, groups_for, propose_batch
from todoke.civic.procedures.actions.findings import find
from todoke.civic.procedures.actions.mass_lettering import pack, packs, progress_of, try_again
from todoke.civic.procedures.actions.refusals import ListHasChanged, ProcedureRefused
from todoke.civic.procedures.forms import BatchForm, FindingsForm
from todoke.civic.procedures.models import Batch, Filing, ProcedureVersion, Proposal
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.files.actions import Damaged
from todoke.ground.looks.pages import shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.queries import HANDLE, READ, cases_for
from todoke.shared.decisions.models import PHASES
from todoke.shared.decisions.queries import newest_route, plan_of
from todoke.shared.decisions.refusals import DecisionRefused
from todoke.shared.decisions.rules.routes import RoutePlan
from todoke.shared.decisions.rules.values import Phase
from todoke.shared.documents.actions.reading import Gone

ROWS_SHOWN = 200
NUMBERS_MAX = 1000


def _sections(request: VisitorRequest, *rights: str) -> list[str]:
    return [section for right, section in request.viewer.grants if right in rights]


def _plan(version: ProcedureVersion) -> RoutePlan | None:
    key = version.document.route
    route = newest_route(key) if key else None
    return plan_of(route) if route else None


def _published(procedure: Any) -> ProcedureVersion | None:
    found = ProcedureVersion.objects.filter(state=ProcedureVersion.State.PUBLISHED)
    return found.select_related("procedure", "section").filter(**procedure).first()


def _facts_in_words(group: Group | Batch) -> str:
    """What the cases agree in: 「住家の被害の程度：半壊」."""
    version = _published({"procedure": group.procedure})
    plan = _plan(version) if version else None
    names = plan.facts if plan else {}
    return "、".join(
        f"{said(names[key].words) if key in names else key}：{_choice(names.get(key), value)}"
        for key, value in group.facts.items()
    )


def _choice(name: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    return said(name.choices[value]) if name is not None and value in name.choices else str(value)


@needs(READ, HANDLE)
@require_safe
@never_cache
def batches(request: VisitorRequest) -> HttpResponse:
    """What can be put to decision together, and what was. Shows no names."""
    groups = [
        {"group": each, "name": _name(each), "facts": _facts_in_words(each)} for each in groups_for(request.viewer)
    ]
    rows = Batch.objects.filter(section__key__in=_sections(request, READ, HANDLE))
    values = {
        "groups": groups,
        "procedures": [
            (version.procedure.key, version.document.name.say())
            for version in ProcedureVersion.objects.filter(
                state=ProcedureVersion.State.PUBLISHED, section__key__in=_sections(request, HANDLE)
            ).select_related("procedure")
            if version.document.route
        ],
        "batches": [
            {"batch": each, "name": _name(each), "facts": _facts_in_words(each), "phase": _phase(each)}
            for each in rows.select_related("procedure", "section", "decision")[:ROWS_SHOWN]
        ],
    }
    return render(request, "procedures/desk/batches.html", values)


def _name(each: Group | Batch) -> str:
    version = _published({"procedure": each.procedure})
    return version.document.name.say() if version else each.procedure.key


def _phase(batch: Batch) -> str:
    return str(PHASES[Phase(batch.decision.phase)])


@needs(HANDLE)
@require_http_methods(READ_OR_POST)
@never_cache
def findings(request: VisitorRequest, procedure: str) -> HttpResponse:
    """What was found out about many cases at once; what was refused is listed with its reason."""
    version = _published({"procedure__key": procedure, "section__key__in": _sections(request, HANDLE)})
    plan = _plan(version) if version else None
    if version is None or plan is None:
        raise Http404
    form = FindingsForm(request.POST if request.method == "POST" else None, facts=tuple(plan.facts.values()))
    values: dict[str, Any] = {"form": form, "title": version.document.name.say()}
    if request.method == "POST" and form.is_valid():
        numbers = form.case_numbers()
        if len(numbers) > NUMBERS_MAX:
            form.add_error("numbers", _("一度に書けるのは%(most)d件までです。") % {"most": NUMBERS_MAX})
        else:
            refused = _found(request, version, numbers, form.facts())
            values |= {"done": len(numbers) - len(refused), "refused": refused}
    return render(request, "procedures/desk/findings.html", values, status=422 if form.errors else 200)


def _found(
    request: VisitorRequest, version: ProcedureVersion, numbers: list[str], facts: dict[str, Any]
) -> list[tuple[str, str]]:
    mine = cases_for(request.viewer).filter(number__in=numbers)
    rows = Filing.objects.select_related("case").filter(case__in=mine, version__procedure=version.procedure_id)
    filings = {row.case.number: row for row in rows if row.case}
    refused = []
    for number in numbers:
        if number not in filings:
            refused.append((number, _("この番号の案件がありません。番号と手続きを確かめてください。")))
            continue
        try:
            find(filings[number], facts, viewer=request.viewer, at=now())
        except (ProcedureRefused, CaseRefused) as refusal:
            refused.append((number, str(refusal)))
    return refused


@needs(HANDLE)
@require_http_methods(READ_OR_POST)
@never_cache
def begin_batch(request: VisitorRequest, procedure: str, facts: str) -> HttpResponse:
    """The paper about all cases of a group: how many, which, and what is asked of the decider."""
    groups = [each for each in groups_for(request.viewer) if (each.procedure.key, each.sha256) == (procedure, facts)]
    if not groups:
        messages.error(request, _("この内容で起案できる案件は、もうありません。"))
        return redirect("procedures:batches")
    group = groups[0]
    posted = request.method == "POST"
    form = BatchForm(request.POST if posted else None, initial={"expected": group.count})
    if posted and form.is_valid() and (batch := _begun(request, group, form)) is not None:
        return redirect("procedures:batch", batch.key)
    values = {
        "form": form,
        "group": group,
        "title": _name(group),
        "facts": _facts_in_words(group),
        "numbers": [each.case.number for each in filings_in(group)[:ROWS_SHOWN] if each.case],
    }
    return render(request, "procedures/desk/batch_begin.html", values, status=422 if form.errors else 200)


def _begun(request: VisitorRequest, group: Group, form: BatchForm) -> Batch | None:
    entered, without = form.cleaned_data, form.left_out()
    try:
        # Those that are left out by hand do not count as gone.
        left_out = [each for each in filings_in(group) if each.case and each.case.number in without]
        return propose_batch(
            group,
            expected=entered["expected"] - len(left_out),
            outcome=entered["outcome"],
            body=entered["body"],
            reasons=form.reason_lines(),
            without=without,
            viewer=request.viewer,
            at=now(),
        )
    except ListHasChanged as changed:
        form.data = {**request.POST.dict(), "expected": group.count}
        form.add_error(None, str(changed))
    except (ProcedureRefused, DecisionRefused) as refusal:
        form.add_error(None, str(refusal))
    return None


def _batch(request: VisitorRequest, key: UUID, *rights: str) -> Batch:
    rows = Batch.objects.select_related("procedure", "section", "decision", "made_by")
    found = rows.filter(key=key, section__key__in=_sections(request, *rights)).first()
    if found is None:
        raise Http404
    return found


@needs(READ, HANDLE)
@require_safe
@never_cache
def batch_page(request: VisitorRequest, key: UUID) -> HttpResponse:
    """How far a batch has come: decided, passed over and why, letters, packs. Shows no names."""
    batch = _batch(request, key, READ, HANDLE)
    rows = batch.proposals.select_related("filing__case__flow_version").order_by("filing__case__number")
    only = request.GET.get("only", "")
    shown = rows.filter(~Q(passed_over="") | ~Q(trouble="")) if only == "open" else rows
    progress = progress_of(batch)
    values = {
        "batch": batch,
        "title": _name(batch),
        "facts": _facts_in_words(batch),
        "phase": _phase(batch),
        "progress": progress,
        "steps": _steps(progress),
        "packs": range(1, packs(batch) + 1)
        if progress["written"] and request.viewer.may(HANDLE, batch.section.key)
        else (),
        "may_handle": request.viewer.may(HANDLE, batch.section.key),
        "rows": [_row(each) for each in shown[:ROWS_SHOWN]],
        "only": only,
    }
    return render(request, "procedures/desk/batch.html", values)


def _steps(progress: dict[str, int]) -> list[tuple[str, int, int]]:
    """What is counted, how many are done, of how many."""
    done = progress["went"] + progress["passed_over"]
    return [(_("決裁の結果を反映"), done, progress["all"]), (_("通知の作成"), progress["written"], progress["letters"])]


def _row(proposal: Proposal) -> dict[str, Any]:
    case = proposal.filing.case
    assert case is not None
    states = case.flow_version.read.states
    passed_over = states.get(proposal.passed_over)
    says = proposal.trouble
    if passed_over is not None:
        says = _("「%(state)s」になっていたので、対象から外しました。") % {"state": said(passed_over.title)}
    return {"case": case, "state": said(states[case.state].title), "says": says, "place": proposal.place}


@needs(HANDLE)
@require_POST
@never_cache
def batch_again(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Write those letters again that were refused."""
    number = try_again(_batch(request, key, HANDLE), viewer=request.viewer)
    words = ngettext("%(count)d件の通知を、もう一度作ります。", "%(count)d件の通知を、もう一度作ります。", number)
    messages.success(request, words % {"count": number})
    return redirect("procedures:batch", key)


@needs(HANDLE)
@shows_people
@require_safe
@never_cache
def batch_pack(request: VisitorRequest, key: UUID, number: int) -> HttpResponse:
    """One pack of the print."""
    batch = _batch(request, key, HANDLE)
    try:
        pdf = pack(batch, number, viewer=request.viewer, at=now())
    except (LookupError, Gone, Damaged) as gone:
        raise Http404 from gone
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="tsuchi-{batch.pk}-{number:03}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
