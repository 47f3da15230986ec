"""The form of a draft: its pages, the questions on them, and the small acts that move and remove."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from todoke.base.access import needs
from todoke.base.formulas import Finding, Formula, Kind, Scope, Unsound, compile_formula, findings
from todoke.civic.procedures.building import pages
from todoke.civic.procedures.building.computed import computed_in, labels_of, remove_computed
from todoke.civic.procedures.building.forms import AddPageForm, AddQuestionForm, PageForm, QuestionForm
from todoke.civic.procedures.building.pages import NotThere
from todoke.civic.procedures.building.parts import move_fee_line, remove_entry, remove_fee_line, with_parts
from todoke.civic.procedures.queries.building import Draft, blocks
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.doors import READ_OR_POST, Refusal, change, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.registry import field_kinds
from todoke.shared.paperwork.types import Json, Words


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def form(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """All pages with their questions, and a new page."""
    draft = opened(request, procedure)
    adding = AddPageForm(request.POST if request.method == "POST" else None)
    refusal = None
    if request.method == "POST" and adding.is_valid():
        title = adding.cleaned_data["title"]
        refusal = change(
            request,
            draft,
            lambda document: pages.add_page(document, title)[0],
            _("ページ「%(title)s」を作りました。") % {"title": title["ja"]},
        )
        if refusal is None:
            _made, key = pages.add_page(draft.json, title)
            return redirect("procedures:build-page", procedure, key)
    values = {"pages": [_page_row(draft, page) for page in draft.json["form"].get("pages", [])], "adding": adding}
    return shown(request, draft, "form", values, area="form", refusal=refusal, has_errors=bool(adding.errors))


@needs(BUILD)
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
@require_http_methods(READ_OR_POST)
@never_cache
def page(request: VisitorRequest, procedure: str, page: str) -> HttpResponseBase:
    """One page: its words, its questions, and adding some; beside it the page as residents see it."""
    draft = opened(request, procedure)
    try:
        found = pages.page_of(draft.json, page)
    except NotThere as gone:
        raise Http404 from gone
    posted = request.POST if request.method == "POST" else None
    what = request.POST.get("what", "")
    words = PageForm(posted if what == "words" else None, initial={"title": found["title"], "help": found.get("help")})
    computed = bool(computed_in(draft.json))
    adding = AddQuestionForm(posted if what == "add" else None, shows_computed=computed)
    refusal = None
    here = redirect("procedures:build-page", procedure, page)
    if what == "words" and words.is_valid():
        told = words.cleaned_data
        refusal = change(
            request, draft, lambda document: pages.change_page(document, page, **told), _("ページを保存しました。")
        )
        if refusal is None:
            return here
    elif what == "add" and adding.is_valid():
        refusal, key = _add(request, draft, page, adding.cleaned_data)
        if refusal is None:
            needs_more = any(setting.needed for setting in field_kinds[adding.cleaned_data["kind"]].settings)
            return redirect("procedures:build-question", procedure, key) if needs_more else redirect(_adding_at(here))
    elif what == "blocks":
        chosen = [
            question
            for block in blocks()
            for question in block["questions"]
            if f"{block['key']}:{question['key']}" in request.POST.getlist("from_block")
        ]
        refusal = change(
            request,
            draft,
            lambda document: pages.add_from_block(document, page, chosen),
            _("標準の質問を加えました。"),
        )
        if refusal is None:
            return here
    values = {
        "page": page,
        "row": _page_row(draft, found),
        "form": words,
        "adding": adding,
        "blocks": _offered_blocks(draft),
        "preview": reverse("procedures:build-preview", args=[procedure, page]),
    }
    has_errors = bool(words.errors or adding.errors)
    heading = Words(found["title"]).say()
    return shown(request, draft, "page", values, area="form", heading=heading, refusal=refusal, has_errors=has_errors)


def _adding_at(response: Any) -> str:
    return f"{response.url}#add"


def _add(request: VisitorRequest, draft: Draft, page: str, entered: dict[str, Any]) -> tuple[Refusal | None, str]:
    question = {"kind": entered["kind"], "label": entered["label"], "required": entered["required"]}
    if not field_kinds[entered["kind"]].asks:
        del question["required"]
    says = _("質問「%(label)s」を加えました。") % {"label": entered["label"]["ja"]}
    refusal = change(request, draft, lambda document: pages.add_question(document, page, question)[0], says)
    return refusal, "" if refusal else pages.add_question(draft.json, page, question)[1]


def _offered_blocks(draft: Draft) -> list[dict[str, Any]]:
    there = {question.key for question in draft.document.form.questions}
    return [
        {
            "key": block["key"],
            "title": block["title"],
            "questions": [
                {
                    "key": f"{block['key']}:{question['key']}",
                    "label": Words(question["label"]).say(),
                    "is_there": question["key"] in there,
                }
                for question in block["questions"]
            ],
        }
        for block in blocks()
    ]


def _page_row(draft: Draft, page: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": page["key"],
        "title": Words(page["title"]).say(),
        "condition": condition_words(page.get("visible"), draft.scope),
        "questions": [
            {
                "key": question["key"],
                "label": Words(question.get("label", {})).say() or question["key"],
                "kind": str(field_kinds[question["kind"]].name)
                if question["kind"] in field_kinds
                else question["kind"],
                "is_required": question.get("required") is True,
                "condition": condition_words(question.get("visible"), draft.scope),
            }
            for question in page.get("questions", [])
        ],
    }


def condition_words(formula: Json, scope: Scope) -> str:
    """A condition as a sentence; "" where there is none."""
    return "" if formula is None or isinstance(formula, bool) else formula_words(formula, scope)


def formula_words(formula: Json, scope: Scope) -> str:
    """What a formula says, or that it cannot be read."""
    for expects in (Kind.TRUTH, None):
        try:
            return compile_formula(formula, scope, expects).words()
        except Unsound:
            continue
    return _("読めない式です。決め直してください。")


def sound(formula: Json, scope: Scope) -> Formula | None:
    """The formula, read; None where there is none, or none that can be read."""
    try:
        return None if formula is None else compile_formula(formula, scope)
    except Unsound:
        return None


def remarks(formula: Json, scope: Scope, kind: Kind = Kind.TRUTH) -> list[Finding]:
    """What the rule language remarks on a formula: never or always true, never reached; nothing where it reads none."""
    try:
        return findings([compile_formula(formula, scope, kind)])
    except Unsound:
        return []


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def question(request: VisitorRequest, procedure: str, question: str) -> HttpResponseBase:
    """One question: words, settings of its kind, and the ways to its conditions."""
    draft = opened(request, procedure)
    try:
        found = pages.question_of(draft.json, question)
    except NotThere as gone:
        raise Http404 from gone
    kind = field_kinds.find(found["kind"])
    if kind is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = QuestionForm(posted, kind=kind, question=found, computed=labels_of(draft.json))
    refusal = None
    if posted is not None and form.is_valid():
        told = form.parts()
        refusal = change(
            request,
            draft,
            lambda document: pages.change_question(document, question, **told),
            _("質問「%(label)s」を保存しました。") % {"label": told["label"]["ja"]},
        )
        if refusal is None:
            place = draft.document.form.page_of(question)
            again = "more" in posted or place is None
            if again:
                return redirect("procedures:build-question", procedure, question)
            return redirect("procedures:build-page", procedure, place.key)  # type: ignore[union-attr]
    page = draft.document.form.page_of(question)
    values = {
        "question": question,
        "page": page.key if page else "",
        "page_title": page.title.say() if page else "",
        "form": form,
        "kind": kind,
        "has_rows": any(setting.type in ("choices", "questions") for setting in kind.settings),
        "visible": condition_words(found.get("visible"), draft.scope),
        "required_when": condition_words(found.get("required"), draft.scope),
    }
    heading = Words(found.get("label", {})).say()
    return shown(
        request, draft, "question", values, area="form", heading=heading, refusal=refusal, has_errors=bool(form.errors)
    )


def _acts(scope: Scope) -> dict[str, tuple[Callable[[Json, str], Json], Any]]:
    """The small acts: what each makes of the draft, and what it says."""
    return {
        "page-up": (lambda document, key: pages.move_page(document, key, -1), _("ページを上に動かしました。")),
        "page-down": (lambda document, key: pages.move_page(document, key, 1), _("ページを下に動かしました。")),
        "page-remove": (pages.remove_page, _("ページを消しました。")),
        "question-up": (lambda document, key: pages.move_question(document, key, -1), _("質問を上に動かしました。")),
        "question-down": (lambda document, key: pages.move_question(document, key, 1), _("質問を下に動かしました。")),
        "question-remove": (pages.remove_question, _("質問を消しました。")),
        "condition-remove": (_removing("conditions"), _("申請できる条件を消しました。")),
        "paper-remove": (_removing("attachments"), _("添付書類を消しました。")),
        "test-remove": (_removing("tests"), _("テストを消しました。")),
        "computed-remove": (remove_computed, _("計算を消しました。")),
        "fee-up": (lambda document, key: move_fee_line(document, key, -1, scope), _("金額を上に動かしました。")),
        "fee-down": (lambda document, key: move_fee_line(document, key, 1, scope), _("金額を下に動かしました。")),
        "fee-line": (lambda document, key: remove_fee_line(document, key, scope), _("金額を消しました。")),
        "fee-remove": (lambda document, _key: with_parts(document, fee=None), _("手数料をなしにしました。")),
    }


_AREA_OF = {"condition": "who", "paper": "papers", "test": "tests", "fee": "fee", "computed": "computed-values"}


def _removing(name: str) -> Callable[[Json, str], Json]:
    return lambda document, key: remove_entry(document, name, int(key) if key.isdecimal() and len(key) < 4 else -1)


@needs(BUILD)
@require_POST
@never_cache
def act(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """One small act, then back to the page where its button stood. Everything can be undone."""
    draft = opened(request, procedure)
    name, _colon, key = request.POST.get("act", "").partition(":")
    acts = _acts(draft.scope)
    if name not in acts:
        messages.error(request, _("することを選んでください。"))
        return redirect("procedures:build", procedure)
    make, says = acts[name]
    page = draft.document.form.page_of(key) if name.startswith("question") else None
    refusal = change(request, draft, lambda document: make(document, key), says)
    if refusal is not None:
        return shown(request, draft, "refused", {}, heading=_("変えませんでした"), refusal=refusal)
    if page is not None and request.POST.get("from") == "page":
        return redirect("procedures:build-page", procedure, page.key)
    return redirect(f"procedures:build-{_AREA_OF.get(name.partition('-')[0], 'form')}", procedure)
