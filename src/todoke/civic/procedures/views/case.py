"""One case: what was filed, what has happened to it, and what may be done now. Each page of it is a look."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.base.formulas import said
from todoke.civic.procedures.actions.deciding import PROPOSE, propose
from todoke.civic.procedures.actions.filing import circumstances, take_payment
from todoke.civic.procedures.actions.following import ask_correction, withdraw
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.forms import (
    AssignForm,
    CorrectionForm,
    LetterForm,
    PaymentForm,
    ProposalForm,
    ReasonForm,
    TransferForm,
)
from todoke.civic.procedures.models import Filing, PaperCount
from todoke.civic.procedures.queries.casework import (
    compared,
    filing_of,
    has_open_revision,
    people_in,
)
from todoke.civic.procedures.rules import ANSWER, ASK, SUBJECT, TAKE, WITHDRAW
from todoke.civic.procedures.types import FeeState
from todoke.civic.procedures.views.inbox import READ_OR_POST
from todoke.ground.files.actions import Damaged, Purged, Quarantined
from todoke.ground.files.serving import attachment_of, response_for
from todoke.ground.looks.actions import record_looks
from todoke.ground.looks.pages import shows_people
from todoke.ground.looks.rules import Way
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.models import Section
from todoke.ground.people.rules import Level
from todoke.ground.retention.models import Gone
from todoke.shared.casework.actions.acting import act
from todoke.shared.casework.actions.arranging import assign, transfer
from todoke.shared.casework.actions.letters import write_letter
from todoke.shared.casework.actions.recording import actor_of
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import (
    ARRANGE,
    HANDLE,
    READ,
    handlers_in,
    history_of,
    is_purged,
    letters_of,
    open_actions,
)
from todoke.shared.casework.queries.effects import troubles_of
from todoke.shared.casework.rules.document import Action, By
from todoke.shared.decisions.models import PHASES
from todoke.shared.decisions.queries import newest_route, plan_of
from todoke.shared.decisions.refusals import DecisionRefused
from todoke.shared.decisions.rules.values import Phase
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.paperwork.actions.responses import ResponseRefused
from todoke.shared.paperwork.answers import opened, pages_of
from todoke.shared.paperwork.intake import content_of

CASE_WORK = "looks.case-work"
LEVEL_WORDS = {
    Level.NONE: gettext_lazy("確かめていない"),
    Level.CONTACT: gettext_lazy("連絡先を確かめた"),
    Level.ACCOUNT: gettext_lazy("アカウントで確かめた"),
    Level.COUNTER: gettext_lazy("窓口で確かめた"),
    Level.CARD: gettext_lazy("マイナンバーカードで確かめた"),
    Level.SIGNED: gettext_lazy("電子署名で確かめた"),
}


def found_or_404(request: VisitorRequest, key: UUID) -> tuple[Filing, Case]:
    """The filing and its case, as this viewer may see them."""
    filing = filing_of(request.viewer, key)
    if filing is None or filing.case is None:
        raise Http404
    return filing, filing.case


def look(request: VisitorRequest, filing: Filing, what: str, way: Way = Way.PAGE) -> None:
    """Write down that this viewer saw so much of a filing."""
    about = (SUBJECT, str(filing.response.key))
    record_looks(request.viewer, [(about, each) for each in people_in(filing)], what=what, purpose=CASE_WORK, way=way)


@needs(READ, HANDLE)
@shows_people
@require_safe
@never_cache
def one(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Everything about one case on one page."""
    filing, case = found_or_404(request, key)
    viewer = request.viewer
    look(request, filing, "案件の画面（答え、経過、やり取り）")
    may_handle = viewer.may(HANDLE, case.section.key) and not is_purged(case)
    values: dict[str, Any] = {
        **_head(filing, case),
        **_answers(filing),
        "papers": _papers(filing),
        "history": [line.entry for line in history_of(viewer, case)],
        "letters": letters_of(viewer, case),
        "tasks": case.tasks.filter(done_at=None, withdrawn_at=None).order_by("pk"),
        "troubles": troubles_of(viewer, case),
        "proposals": [
            {"row": row, "phase": PHASES[Phase(row.decision.phase)]}
            for row in filing.proposals.select_related("decision").order_by("pk")
        ],
        "documents": OfficialDocument.objects.filter(subject_type=SUBJECT, subject_key=str(filing.response.key)),
        "originals": filing.originals.select_related("document"),
        "acts": _acts(request, case),
        "may_handle": may_handle,
        "may_arrange": viewer.may(ARRANGE, case.section.key),
        "may_take_money": viewer.may(TAKE, filing.version.section.key) and filing.fee_state == FeeState.DUE,
        "may_type": viewer.may(TAKE, case.section.key) and has_open_revision(filing.response),
        "letter_form": LetterForm(initial={"once": uuid4()}) if may_handle else None,
        "assign_form": _assign_form(case, None) if may_handle else None,
        "payment_form": PaymentForm(),
    }
    return render(request, "procedures/desk/case.html", values)


def _head(filing: Filing, case: Case) -> dict[str, Any]:
    document = filing.version.document
    flow = case.flow_version.read
    quote = (filing.quote or {}).get("lines", [])
    return {
        "filing": filing,
        "case": case,
        "title": document.name.say(),
        "basis": document.basis,
        "state": said(flow.states[case.state].title),
        "tone": "neutral" if not case.is_open else "attention" if case.is_stopped else "active",
        "level_words": LEVEL_WORDS[Level(filing.level)],
        "quote": quote,
    }


def _answers(filing: Filing) -> dict[str, Any]:
    """The answers that count, and which revisions there are. What has been purged says so."""
    numbers = list(
        filing.response.revisions.filter(arrived_at__isnull=False)
        .order_by("number")
        .values_list("number", "arrived_at")
    )
    try:
        found = opened(filing.response)
    except Gone:
        return {"is_gone": True, "revisions": numbers, "pages": []}
    if found is None:
        return {"revisions": numbers, "pages": []}
    standing = found[0].standing(circumstances(now()))
    return {"revisions": numbers, "number": found[1].number, "pages": pages_of(found[0], standing)}


def _papers(filing: Filing) -> list[dict[str, str]]:
    rules = {rule.question: rule for rule in filing.version.document.attachments}
    return [
        {
            "name": rules[row.question].name.say() if row.question in rules else row.question,
            "outcome": row.get_outcome_display(),
            "instead": row.get_instead_display() if row.outcome == PaperCount.Outcome.LEFT_OUT else "",
            "basis": rules[row.question].instead_basis if row.question in rules else "",
        }
        for row in filing.papers.order_by("pk")
    ]


def _acts(request: VisitorRequest, case: Case) -> list[dict[str, str]]:
    """The buttons: what the flow allows now; a correction is answered where answers are typed."""
    actions = [
        action
        for action in open_actions(request.viewer, case, at=now())
        if By.STAFF in action.by and not action.fields and action.key != ANSWER
    ]
    acts = [{"key": action.key, "words": said(action.title)} for action in actions]
    taking_back = _withdraw_action(case)
    if (
        taking_back is not None
        and request.viewer.may(HANDLE, case.section.key)
        and WITHDRAW not in {action.key for action in actions}
    ):
        acts.append({"key": WITHDRAW, "words": said(taking_back.title)})
    return acts


def _withdraw_action(case: Case) -> Action | None:
    action = case.flow_version.read.actions.get(WITHDRAW)
    return action if action and case.is_open and case.state in action.sources else None


@needs(READ, HANDLE)
@shows_people
@require_safe
@never_cache
def compare(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Two revisions side by side; what differs is marked in words, not by colour alone."""
    filing, case = found_or_404(request, key)
    numbers = list(
        filing.response.revisions.filter(arrived_at__isnull=False).order_by("number").values_list("number", flat=True)
    )
    if not numbers:
        raise Http404
    before = _chosen(request.GET.get("before", ""), numbers, numbers[0])
    after = _chosen(request.GET.get("after", ""), numbers, numbers[-1])
    try:
        rows = compared(filing, before, after)
    except Gone:
        return _was_purged(request, key)
    look(request, filing, "答えの版の比較")
    values = {"case": case, "rows": rows, "numbers": numbers, "before": before, "after": after}
    return render(request, "procedures/desk/compare.html", values)


def _was_purged(request: VisitorRequest, key: UUID) -> HttpResponse:
    messages.error(request, _("保存期間が終わり、答えと書類は廃棄されました。"))
    return redirect("procedures:case", key)


def _chosen(text: str, numbers: list[int], otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) in numbers else otherwise


@needs(READ, HANDLE)
@shows_people
@require_safe
@never_cache
def attachment(request: VisitorRequest, key: UUID, revision: int, question: str, place: int) -> HttpResponse:
    """A file that was handed in, as it is kept; never run, never shown in the browser."""
    filing, _case = found_or_404(request, key)
    try:
        found = opened(filing.response, revision)
    except Gone:
        return _was_purged(request, key)
    entry = found[0].sheet.get(question) if found else None
    asked = found[0].document.question(question) if found else None
    kept = entry.value if entry and asked and asked.kind == "paperwork.files" else None
    if not isinstance(kept, list) or place >= len(kept):
        raise Http404
    file = kept[place]
    try:
        content = content_of(filing.response, file["file"])
    except LookupError as gone:
        raise Http404 from gone
    except Gone:
        return _was_purged(request, key)
    except (Damaged, Purged, Quarantined) as refusal:
        messages.error(request, str(refusal))
        return redirect("procedures:case", key)
    look(request, filing, "添付書類")
    return attachment_of(content, file["name"], file["type"])


@needs(READ, HANDLE)
@shows_people
@require_safe
@never_cache
def original_of_case(request: VisitorRequest, key: UUID, pk: int) -> HttpResponse:
    """The scan of the paper from which a case was typed."""
    filing, _case = found_or_404(request, key)
    kept = filing.originals.select_related("document").filter(pk=pk).first()
    if kept is None:
        raise Http404
    try:
        answer = response_for(kept.document)
    except (Damaged, Purged, Quarantined) as refusal:
        messages.error(request, str(refusal))
        return redirect("procedures:case", key)
    look(request, filing, "紙の原本")
    return answer


@needs(HANDLE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def do(request: VisitorRequest, key: UUID, action: str) -> HttpResponse:
    """One action, with all that it asks for on a page of its own."""
    filing, case = found_or_404(request, key)
    if not request.viewer.may(HANDLE, case.section.key):
        raise Http404
    order = case.flow_version.read.actions.get(action)
    if order is None or action == ANSWER or order.fields:
        raise Http404
    form = _form_for(request, filing, case, action)
    if request.method == "POST" and form.is_valid() and _done(request, filing, order, form):
        return redirect("procedures:case", key)
    look(request, filing, "案件の画面（操作）")
    values = {
        "case": case,
        "title": said(order.title),
        "form": form,
        "needs_reason": order.needs_reason,
        "procedure": filing.version.document.name.say(),
    }
    return render(request, "procedures/desk/do.html", values, status=422 if form.errors else 200)


def _form_for(request: VisitorRequest, filing: Filing, case: Case, action: str) -> Any:
    posted = request.POST if request.method == "POST" else None
    initial = {"revision": case.revision}
    if action == ASK:
        questions = filing.version.document.form.questions
        choices = [(each.key, each.label.say()) for each in questions if each.kind != "paperwork.explanation"]
        return CorrectionForm(posted, choices=choices, initial=initial)
    if action == PROPOSE:
        key = filing.version.document.route
        route = newest_route(key) if key else None
        return ProposalForm(posted, facts=tuple(plan_of(route).facts.values()) if route else (), initial=initial)
    return ReasonForm(posted, initial=initial)


def _done(request: VisitorRequest, filing: Filing, order: Action, form: Any) -> bool:
    entered, viewer = form.cleaned_data, request.viewer
    assert filing.case is not None
    try:
        if order.key == ASK:
            ask_correction(
                filing,
                entered["questions"],
                reason=entered["reason"],
                revision=entered["revision"],
                viewer=viewer,
                at=now(),
            )
        elif order.key == PROPOSE:
            propose(
                filing,
                outcome=entered["outcome"],
                body=entered["body"],
                reasons=form.reason_lines(),
                facts=form.facts(),
                revision=entered["revision"],
                viewer=viewer,
                at=now(),
            )
        elif order.key == WITHDRAW and By.STAFF not in order.by:
            withdraw(filing, by=actor_of(viewer), at=now())
        else:
            reason = entered["reason"]
            act(filing.case.key, order.key, viewer=viewer, revision=entered["revision"], at=now(), reason=reason)
    except (CaseRefused, ProcedureRefused, DecisionRefused, ResponseRefused) as refusal:
        field = getattr(refusal, "field", "")
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    messages.success(request, _("記録しました：%(word)s") % {"word": said(order.title)})
    return True


def _assign_form(case: Case, posted: Any) -> AssignForm:
    return AssignForm(posted, people=handlers_in([case.section.key]), initial={"handler": case.handler_id or ""})


@needs(HANDLE)
@require_http_methods(["POST"])
@never_cache
def assign_page(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Give the case to somebody of its section."""
    _filing, case = found_or_404(request, key)
    form = _assign_form(case, request.POST)
    if form.is_valid():
        _try(request, lambda: assign(case.key, form.cleaned_data["handler"], viewer=request.viewer, at=now()))
    else:
        messages.error(request, _("担当者を一覧から選んでください。"))
    return redirect("procedures:case", key)


@needs(ARRANGE)
@require_http_methods(READ_OR_POST)
@never_cache
def transfer_page(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Move the case to another section. Shows nothing of the person."""
    _filing, case = found_or_404(request, key)
    sections = list(Section.objects.exclude(pk=case.section_id).order_by("name").values_list("key", "name"))
    form = TransferForm(request.POST if request.method == "POST" else None, sections=sections)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            transfer(case.key, entered["section"], reason=entered["reason"], viewer=request.viewer, at=now())
        except CaseRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("ほかの課へ移しました。"))
            return redirect("procedures:inbox")
    values = {"case": case, "form": form, "title": _("ほかの課へ移す")}
    return render(request, "procedures/desk/do.html", values, status=422 if form.errors else 200)


@needs(HANDLE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def letter(request: VisitorRequest, key: UUID) -> HttpResponse:
    """Write to whoever filed; what was typed stays where it was refused."""
    filing, case = found_or_404(request, key)
    form = LetterForm(request.POST if request.method == "POST" else None, initial={"once": uuid4()})
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            write_letter(case.key, entered["body"], viewer=request.viewer, once=entered["once"], at=now())
        except CaseRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("送りました。"))
            return redirect(reverse("procedures:case", args=[key]) + "#letters")
    look(request, filing, "案件の画面（やり取り）")
    values = {"case": case, "form": form, "title": _("本人に送る")}
    return render(request, "procedures/desk/do.html", values, status=422 if form.errors else 200)


@needs(TAKE)
@require_http_methods(["POST"])
@never_cache
def payment(request: VisitorRequest, key: UUID) -> HttpResponse:
    """The fee was paid at the counter."""
    filing, _case = found_or_404(request, key)
    form = PaymentForm(request.POST)
    if form.is_valid():
        _try(request, lambda: take_payment(filing, note=form.cleaned_data["note"], viewer=request.viewer, at=now()))
    else:
        messages.error(request, _("領収の番号などを書いてください。"))
    return redirect("procedures:case", key)


def _try(request: VisitorRequest, work: Any) -> None:
    try:
        work()
    except (CaseRefused, ProcedureRefused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("記録しました。"))
