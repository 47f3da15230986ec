"""The procedure as a whole: which there are, a new one, its facts, its history, and publishing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.procedures.actions.building import back_to, begin, undo
from todoke.civic.procedures.actions.drafting import drop_draft, needs_another_person, publish
from todoke.civic.procedures.actions.lettering import KNOWN_FACTS
from todoke.civic.procedures.actions.refusals import NotFitToPublish, ProcedureRefused
from todoke.civic.procedures.building.differences import differences
from todoke.civic.procedures.building.forms import (
    LANGUAGE_WORDS,
    LANGUAGES,
    BasicsForm,
    HandlingForm,
    LettersForm,
    NewForm,
    question_choices,
    with_current,
)
from todoke.civic.procedures.building.parts import changed, with_form_words, with_parts
from todoke.civic.procedures.building.texts import percentage_done, texts_in, with_texts
from todoke.civic.procedures.document import BrokenProcedure
from todoke.civic.procedures.flows import letters_of
from todoke.civic.procedures.models import Procedure
from todoke.civic.procedures.queries import building as known
from todoke.civic.procedures.queries.building import Draft
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.types import Audience
from todoke.civic.procedures.views.building.doors import READ_OR_POST, Refusal, change, opened, shown
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.documents.queries import body_of, published_version
from todoke.shared.paperwork.types import Json


@needs(BUILD)
@require_safe
@never_cache
def listing(request: VisitorRequest) -> HttpResponse:
    """The procedures of my sections."""
    return render(request, "procedures/build/list.html", {"drafts": known.drafts_for(request.viewer)})


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def new(request: VisitorRequest) -> HttpResponse:
    """A procedure that is not there yet."""
    choices = {
        "section": _sections(request),
        "flow": known.flow_choices(),
        "retention": known.retention_choices(),
    }
    form = NewForm(request.POST if request.method == "POST" else None, choices=choices)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        if Procedure.objects.filter(key=entered["key"], versions__isnull=False).exists():
            form.add_error("key", _("この名前は、ほかの手続きで使われています。別の名前を書いてください。"))
        else:
            try:
                made = begin(_empty(entered), says=_("新しく作りました。"), viewer=request.viewer, at=now())
            except BrokenProcedure as broken:
                form.add_error(None, " ".join(str(fault.says) for fault in broken.faults))
            else:
                return redirect("procedures:build-form", made.key)
    return render(request, "procedures/build/new.html", {"form": form}, status=422 if form.errors else 200)


def _empty(entered: dict[str, Any]) -> Json:
    """The document of a procedure of which only the name is known."""
    form = {"todoke-form": 1, "title": entered["name"], "pages": [{"key": "p1", "title": _FIRST, "questions": []}]}
    return {
        "todoke-procedure": 1,
        "channels": ["web", "counter", "post"],
        "level": "contact",
        "form": form,
        **{name: entered[name] for name in ("key", "name", "summary", "basis", "section", "flow", "retention")},
    }


_FIRST = {"ja": "申請する人", "ja-easy": "あなたの こと", "en": "About you"}


def _sections(request: VisitorRequest) -> known.Choices:
    return [(each.key, each.name) for each in known.sections_to_build(request.viewer)]


@needs(BUILD)
@require_safe
@never_cache
def overview(request: VisitorRequest, procedure: str) -> HttpResponse:
    """What is there, and what keeps it from being published."""
    draft = opened(request, procedure)
    values = {
        "questions": sum(1 for _each in draft.document.form.questions),
        "languages": [(LANGUAGE_WORDS[code], percentage_done(draft.json, code)) for code in LANGUAGES[1:]],
        "latest": draft.procedure.steps.last(),
    }
    return shown(request, draft, "overview", values, heading=draft.document.name.say())


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def basics(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """What the catalogue says about it, and the words over the form."""
    draft = opened(request, procedure)
    json = draft.json
    initial = {
        **{name: json.get(name) for name in ("name", "summary", "for_whom", "by_when", "where", "basis", "section")},
        "form_title": json["form"].get("title"),
        "form_intro": json["form"].get("intro"),
        **{f"bring_{number}": words for number, words in enumerate(json.get("bring", []))},
    }
    choices = {"section": with_current(_sections(request), json["section"])}
    posted = request.POST if request.method == "POST" else None
    form = BasicsForm(posted, choices=choices, bring=len(json.get("bring", [])), initial=initial)
    refusal = None
    if posted is not None and form.is_valid():
        entered = form.cleaned_data
        names = ("name", "summary", "for_whom", "by_when", "where", "basis", "section")

        def make(document: Json) -> Json:
            made = with_parts(document, **{name: entered[name] for name in names}, bring=form.bring())
            return with_form_words(made, entered["form_title"], entered["form_intro"])

        refusal = change(request, draft, make, _("案内の文を保存しました。"))
        if refusal is None:
            return redirect("procedures:build-basics", procedure)
    return shown(request, draft, "plain", {"form": form}, area="basics", refusal=refusal, has_errors=bool(form.errors))


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def handling(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """Ways, levels, terms, flow and route."""
    draft = opened(request, procedure)
    json = draft.json
    names = ("audience", "channels", "level", "proxies", "standard_days", "retention", "flow", "route", "addressee")
    initial = {"audience": Audience.EVERYONE.value, **{name: json[name] for name in names if name in json}}
    initial.setdefault("addressee", list(draft.document.addressee))
    choices = {
        "retention": with_current(known.retention_choices(), json["retention"]),
        "flow": with_current(known.flow_choices(), json["flow"]),
        "route": [("", _("決裁しない")), *with_current(known.route_choices(), json.get("route", ""))],
        "addressee": question_choices(
            draft.document, "paperwork.person-name", "paperwork.short-text", "paperwork.address"
        ),
    }
    posted = request.POST if request.method == "POST" else None
    form = HandlingForm(posted, choices=choices, initial=initial)
    refusal = None
    if posted is not None and form.is_valid():
        entered = changed({name: form.cleaned_data[name] for name in names}, initial)
        refusal = change(
            request, draft, lambda document: with_parts(document, **entered), _("受付と決裁を保存しました。")
        )
        if refusal is None:
            return redirect("procedures:build-handling", procedure)
    return shown(
        request, draft, "plain", {"form": form}, area="handling", refusal=refusal, has_errors=bool(form.errors)
    )


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def letters(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The letter of each outcome, its seal, and where its facts come from."""
    draft = opened(request, procedure)
    flow = known.flow_document(draft.document.flow)
    outcomes = {outcome: _facts(draft, outcome) for outcome in (letters_of(flow) if flow else [])}
    uses = draft.document.letters
    initial: dict[str, Any] = {}
    for outcome in outcomes:
        if use := uses.get(outcome):
            initial |= {f"letter_{outcome}": use.letter, f"seal_{outcome}": use.seal}
            initial |= {f"fact_{outcome}_{name}": key for name, key in use.facts.items()}
    used = [use.letter for use in uses.values()]
    choices = {"letter": known.letter_choices(), "seal": known.seal_choices()}
    for letter in used:
        choices["letter"] = with_current(choices["letter"], letter)
    posted = request.POST if request.method == "POST" else None
    form = LettersForm(posted, outcomes=outcomes, choices=choices, questions=_tellable(draft), initial=initial)
    refusal = None
    if posted is not None and form.is_valid():
        told = form.letters(list(outcomes))
        kept = {outcome: each for outcome, each in draft.json.get("letters", {}).items() if outcome not in outcomes}
        refusal = change(
            request, draft, lambda document: with_parts(document, letters={**kept, **told}), _("通知文を保存しました。")
        )
        if refusal is None:
            return redirect("procedures:build-letters", procedure)
    values = {"form": form, "says_none": not outcomes}
    return shown(request, draft, "letters", values, area="letters", refusal=refusal, has_errors=bool(form.errors))


def _facts(draft: Draft, outcome: str) -> list[tuple[str, str]]:
    """The names of the chosen letter that an answer has to fill."""
    use = draft.document.letters.get(outcome)
    version = published_version(use.letter) if use else None
    names = body_of(version).names if version else {}
    return [(key, name.words) for key, name in names.items() if key not in KNOWN_FACTS]


def _tellable(draft: Draft) -> list[tuple[str, str]]:
    computed = [(each.key, each.label.say() or each.key) for each in draft.document.form.computed]
    return [*question_choices(draft.document), *computed]


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def texts(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """Every text in every language side by side, and how much of each is done."""
    draft = opened(request, procedure)
    rows = texts_in(draft.json)
    refusal = None
    told: dict[str, dict[str, str]] = {}
    if request.method == "POST":
        for row in rows:
            told[row.place] = {code: request.POST.get(f"{row.place}:{code}", "")[:4000] for code in LANGUAGES[1:]}
        refusal = change(request, draft, lambda document: with_texts(document, told), _("翻訳を保存しました。"))
        if refusal is None:
            return redirect("procedures:build-texts", procedure)
    lines = [
        {
            "place": row.place,
            "ja": row.words["ja"],
            "boxes": [
                {
                    "code": code,
                    "language": LANGUAGE_WORDS[code],
                    "text": told.get(row.place, {}).get(code, row.words.get(code, "")),
                }
                for code in LANGUAGES[1:]
            ],
        }
        for row in rows
    ]
    done = [(LANGUAGE_WORDS[code], percentage_done(draft.json, code)) for code in LANGUAGES[1:]]
    return shown(request, draft, "texts", {"lines": lines, "done": done}, area="texts", refusal=refusal)


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def history(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """The acts on the draft, the latest first, each to be gone back to; and undoing the last one."""
    draft = opened(request, procedure)
    refusal = None
    if request.method == "POST":
        told: dict[str, Any] = {
            "based_on": request.POST.get("based_on", ""),
            "viewer": request.viewer,
            "at": now(),
        }
        number = request.POST.get("step", "")
        step = draft.procedure.steps.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
        try:
            if step is None:
                made = undo(draft, **told)
            else:
                made = back_to(draft, step, says=_("戻しました：%(says)s") % {"says": step.says}, **told)
        except (ProcedureRefused, BrokenProcedure) as refused:
            refusal = Refusal(str(refused))
        else:
            messages.success(request, made.says)
            return redirect("procedures:build-history", procedure)
    values = {"steps": list(draft.procedure.steps.order_by("-pk")[:50])}
    return shown(request, draft, "history", values, heading=_("操作の記録"), refusal=refusal)


@needs(BUILD)
@require_http_methods(READ_OR_POST)
@never_cache
def publish_page(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """What is different from what is published, what is wrong, and the button."""
    draft = opened(request, procedure)
    refusal = None
    if request.method == "POST":
        try:
            publish(draft.procedure, viewer=request.viewer, at=now(), based_on=request.POST.get("based_on", ""))
        except NotFitToPublish as unfit:
            refusal = Refusal(str(unfit), faults=tuple(str(fault.says) for fault in unfit.faults))
        except ProcedureRefused as refused:
            refusal = Refusal(str(refused))
        else:
            messages.success(request, _("公開しました。"))
            return redirect("procedures:build", procedure)
    values = {
        "differences": differences(draft.published.document, draft.document) if draft.published else [],
        "needs_another": needs_another_person(draft.procedure, request.viewer),
        "trials": draft.trials,
    }
    return shown(request, draft, "publish", values, area="publish", refusal=refusal)


@needs(BUILD)
@require_POST
@never_cache
def drop(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """Throw the draft away; what is published stays."""
    draft = opened(request, procedure)
    try:
        drop_draft(draft.procedure, viewer=request.viewer)
    except ProcedureRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("下書きを捨てました。"))
    if draft.published is None:
        return redirect("procedures:build-list")
    return redirect("procedures:build", procedure)
