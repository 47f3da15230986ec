"""A draft tried out: as residents would see it, and as tests that staff write by filling the form in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.formulas import Circumstances, Unsound
from todoke.base.number_guard import takes_marked_twelve_digits
from todoke.civic.procedures.building.pages import NotThere
from todoke.civic.procedures.building.parts import entry_of, put_entry
from todoke.civic.procedures.building.trying import Tried, drawn, missed, stand, test_of, try_out, typed_in
from todoke.civic.procedures.queries.building import Draft, is_open
from todoke.civic.procedures.rules import BUILD
from todoke.civic.procedures.views.building.doors import READ_OR_POST, change, opened, shown
from todoke.civic.procedures.views.inbox import today
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.filling.drawing import computed_words
from todoke.shared.paperwork.logic import UnsoundLogic
from todoke.shared.paperwork.types import Json

NAME_MAX = 200
YES_NO = ("yes", "no")


@needs(BUILD)
@takes_marked_twelve_digits
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]
@xframe_options_sameorigin
@require_http_methods(READ_OR_POST)
@never_cache
def preview(request: VisitorRequest, procedure: str, page: str) -> HttpResponse:
    """One page of the form as residents see it; what is typed goes along and is kept nowhere."""
    draft = opened(request, procedure)
    typed = typed_in(request.POST.lists(), draft.document)
    values: dict[str, Any] = {"title": draft.document.form.title.say(), "key": procedure, "page": page}
    try:
        standing = stand(draft.document, typed, Circumstances(today(), is_open()))
    except UnsoundLogic:
        return render(request, "procedures/build/preview.html", values)
    keys = [each.key for each in standing.pages]
    place = keys.index(page) if page in keys else 0
    shown_page = next(iter(drawn(standing, typed, page=keys[place])), None) if keys else None
    here = {field.name.partition(":")[0] for field in shown_page.fields} if shown_page else set()
    values |= {
        "is_there": page in keys,
        "shown": shown_page,
        "number": place + 1,
        "count": len(keys),
        "earlier": keys[place - 1] if place else "",
        "later": keys[place + 1] if place + 1 < len(keys) else "",
        "carried": [
            (f"{key}:{part}" if part else key, word)
            for key, boxes in typed.items()
            if key not in here
            for part, words in boxes.items()
            for word in words
        ],
    }
    return render(request, "procedures/build/preview.html", values)


@needs(BUILD)
@require_safe
@never_cache
def tests(request: VisitorRequest, procedure: str) -> HttpResponse:
    """The tests, how each went, and what none of them takes."""
    draft = opened(request, procedure)
    report = draft.trials
    results = report.results if report else ()
    rows = [
        {
            "number": number,
            "name": test["name"],
            "on": date.fromisoformat(test["on"]),
            "result": results[number] if number < len(results) else None,
        }
        for number, test in enumerate(draft.json.get("tests", []))
    ]
    values = {"rows": rows, "report": report, "missed": missed(draft.document, report) if report else []}
    return shown(request, draft, "tests", values, area="tests")


@needs(BUILD)
@takes_marked_twelve_digits
@require_http_methods(READ_OR_POST)
@never_cache
def new_test(request: VisitorRequest, procedure: str) -> HttpResponseBase:
    """One test more."""
    draft = opened(request, procedure)
    return _test(request, draft, len(draft.json.get("tests", [])), {})


@needs(BUILD)
@takes_marked_twelve_digits
@require_http_methods(READ_OR_POST)
@never_cache
def test(request: VisitorRequest, procedure: str, number: int) -> HttpResponseBase:
    """One test: the form filled in, and what is expected of it."""
    draft = opened(request, procedure)
    try:
        return _test(request, draft, number, entry_of(draft.json, "tests", number))
    except NotThere as gone:
        raise Http404 from gone


def _test(request: VisitorRequest, draft: Draft, number: int, entry: dict[str, Any]) -> HttpResponseBase:
    posted = request.method == "POST"
    written = draft.document.tests[number].typed if entry else {}
    typed = typed_in(request.POST.lists(), draft.document) if posted else written
    name = request.POST.get("test_name", "")[:NAME_MAX].strip() if posted else entry.get("name", "")
    on = _day(request.POST.get("test_on", "") if posted else entry.get("on", ""))
    try:
        tried = try_out(draft.document, typed, Circumstances(on, is_open()))
    except (UnsoundLogic, Unsound):
        return shown(request, draft, "no_test", {}, area="tests", heading=_("テスト"))
    expects = _expected(request.POST, draft, tried, entry) if posted else entry.get("expects", {})
    if "same" in request.POST:
        expects = _as_now(draft, tried)
    errors: dict[str, str] = {}
    refusal = None
    if "save" in request.POST:
        if not name:
            errors["name"] = _("テストの名前を書いてください。")
        if not expects:
            errors["expects"] = _("期待する結果を一つ以上選んでください。")
        if not errors:
            made = test_of(name, on, typed, expects)
            refusal = change(
                request, draft, lambda document: put_entry(document, "tests", number, made), _("テストを保存しました。")
            )
            if refusal is None:
                return redirect("procedures:build-tests", draft.procedure.key)
    values = {
        "name": name,
        "on": on.isoformat(),
        "pages": drawn(tried.standing, typed, with_troubles=posted),
        "expectations": _rows(draft, tried, expects),
        "fee": {"wanted": expects.get("fee", ""), "now": f"{tried.yen:,}", "reasons": tried.reasons},
        "errors": errors,
        "number": number if entry else None,
    }
    return shown(
        request, draft, "test", values, area="tests", heading=_("テスト"), refusal=refusal, has_errors=bool(errors)
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()


def _conditional(draft: Draft) -> list[tuple[str, str]]:
    """The questions that not everybody is asked."""
    return [
        (question.key, question.label.say())
        for page in draft.document.form.pages
        for question in page.questions
        if page.visible is not None or question.visible is not None
    ]


def _rows(draft: Draft, tried: Tried, expects: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything that a test may expect: the words, what may be chosen, what is chosen, and what came out now."""
    yes_no = [("yes", _("はい")), ("no", _("いいえ"))]
    rows = [
        _row(
            "complete", _("このまま提出できる"), yes_no, _yes(expects.get("complete")), _yes(tried.standing.is_complete)
        ),
        _row(
            "may_apply",
            _("申請できる人である"),
            yes_no,
            _yes(expects.get("may_apply")),
            _yes(tried.judgement.may_apply),
        ),
    ]
    for key, label in _conditional(draft):
        wanted = "yes" if key in expects.get("asked", []) else "no" if key in expects.get("not_asked", []) else ""
        words = _("「%(label)s」を聞く") % {"label": label}
        rows.append(_row(f"asked:{key}", words, yes_no, wanted, _yes(tried.standing.is_asked(key))))
    outcomes = [("brought", _("必要")), ("left_out", _("省略できる")), ("none", _("求めない"))]
    for paper in draft.document.attachments:
        now = tried.paper(paper.question) or "none"
        wanted = next((each for each in ("brought", "left_out") if paper.question in expects.get(each, [])), "")
        wanted = wanted or ("none" if "brought" in expects and "left_out" in expects else "")
        words = _("書類「%(name)s」") % {"name": paper.name.say()}
        rows.append(_row(f"paper:{paper.question}", words, outcomes, wanted, now))
    rows += [
        {
            "name": f"computed:{each.key}",
            "words": _("計算「%(label)s」") % {"label": each.label.say() or each.key},
            "wanted": expects.get("computed", {}).get(each.key, ""),
            "now": computed_words(tried.standing.computed.get(each.key)),
            "options": [],
        }
        for each in draft.document.form.computed
    ]
    return rows


def _row(name: str, words: str, options: list[tuple[str, str]], wanted: str, now: str) -> dict[str, Any]:
    return {
        "name": name,
        "words": words,
        "options": [(value, label, value == wanted) for value, label in options],
        "wanted": wanted,
        "now": dict(options).get(now, ""),
    }


def _yes(value: Any) -> str:
    return "" if value is None else "yes" if value else "no"


def _expected(posted: Mapping[str, str], draft: Draft, tried: Tried, entry: Mapping[str, Any]) -> dict[str, Json]:
    """What was chosen. Papers are expected together: what is not chosen of them is taken as it came out."""
    expects: dict[str, Json] = {
        name: posted[f"expect:{name}"] == "yes"
        for name in ("complete", "may_apply")
        if posted.get(f"expect:{name}") in YES_NO
    }
    fee = posted.get("expect:fee", "").replace(",", "").strip()
    if fee.isascii() and fee.isdigit() and len(fee) < 13:
        expects["fee"] = int(fee)
    for name, way in (("asked", "yes"), ("not_asked", "no")):
        if found := [key for key, _label in _conditional(draft) if posted.get(f"expect:asked:{key}") == way]:
            expects[name] = found
    papers = [paper.question for paper in draft.document.attachments]
    if any(posted.get(f"expect:paper:{key}") for key in papers):
        chosen = {key: posted.get(f"expect:paper:{key}") or tried.paper(key) for key in papers}
        expects |= {way: [key for key in papers if chosen[key] == way] for way in ("brought", "left_out")}
    computed = {
        each.key: told
        for each in draft.document.form.computed
        if (told := posted.get(f"expect:computed:{each.key}", "").strip())
    }
    kept = {"troubled": entry["expects"]["troubled"]} if "troubled" in entry.get("expects", {}) else {}
    return {**expects, **kept, **({"computed": computed} if computed else {})}


def _as_now(draft: Draft, tried: Tried) -> dict[str, Json]:
    """Everything as it came out."""
    asked = [key for key, _label in _conditional(draft)]
    papers = [paper.question for paper in draft.document.attachments]
    computed = {key: str(value) for key, value in tried.standing.computed.items() if value is not None}
    found: dict[str, Json] = {
        "complete": tried.standing.is_complete,
        "may_apply": tried.judgement.may_apply,
        "fee": tried.yen,
        "asked": [key for key in asked if tried.standing.is_asked(key)],
        "not_asked": [key for key in asked if not tried.standing.is_asked(key)],
        "computed": computed,
    }
    if papers:
        found |= {way: [key for key in papers if tried.paper(key) == way] for way in ("brought", "left_out")}
    always = ("complete", "may_apply", "fee", "brought", "left_out")
    return {name: part for name, part in found.items() if part or name in always}
