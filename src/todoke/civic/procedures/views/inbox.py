"""The inbox: whose cases wait, how urgent they are, many at once, and a whole section handed over."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.base.formulas import said
from todoke.civic.procedures.actions.deciding import PROPOSE
from todoke.civic.procedures.forms import HandOverForm
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries.casework import filings_by_case
from todoke.civic.procedures.rules import ANSWER, ASK
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.models import Section
from todoke.shared.casework.actions.acting import BATCH_MAX, act
from todoke.shared.casework.actions.arranging import assign, hand_over, preview_hand_over
from todoke.shared.casework.actions.refusals import CaseRefused
from todoke.shared.casework.models import Case
from todoke.shared.casework.queries import (
    ARRANGE,
    HANDLE,
    READ,
    cases_for,
    counts,
    handlers_in,
    inbox,
    load_by_person,
    page_for_staff,
)
from todoke.shared.casework.queries.inbox import Page
from todoke.shared.casework.rules.document import By

READ_OR_POST = ["GET", "HEAD", "POST"]
# What is done to one case at a time, because each asks for something of its own.
ALONE = frozenset({ASK, ANSWER, PROPOSE})
MINE, NOBODYS, LATE = "mine", "unassigned", "overdue"


def today() -> date:
    """The date in Japan."""
    return in_japan(now()).date()


def sections_with(request: VisitorRequest, *rights: str) -> list[Section]:
    """The sections in which this viewer holds one of these rights, by name."""
    keys = {section for right, section in request.viewer.grants if right in rights}
    return list(Section.objects.filter(key__in=keys).order_by("name"))


@needs(READ, HANDLE)
@require_safe
@never_cache
def inbox_page(request: VisitorRequest) -> HttpResponse:
    """The open cases of my sections, the most urgent first. Shows no names of residents."""
    viewer, day = request.viewer, today()
    sections = sections_with(request, READ, HANDLE)
    keys = {section.key for section in sections}
    section = request.GET.get("section", "")
    section = section if section in keys else ""
    state, only = request.GET.get("state", ""), request.GET.get("only", "")
    person = viewer.account_id if only == MINE else _number(request.GET.get("person", ""))
    box = inbox(
        viewer,
        section=section or None,
        person=person,
        states=[state] if state else (),
        overdue_on=day if only == LATE else None,
        unassigned=only == NOBODYS,
        page=_after(request.GET.get("after", "")),
    )
    filings = filings_by_case(box.cases)
    rows = [_row(case, filings.get(case.pk)) for case in box.cases]
    handled = [each.key for each in sections if viewer.may(HANDLE, each.key) and section in ("", each.key)]
    people = handlers_in(handled) if handled else []
    kept = {name: request.GET[name] for name in ("section", "state", "only", "person") if request.GET.get(name)}
    values: dict[str, Any] = {
        "rows": rows,
        "sections": sections,
        "section": section,
        "state": state,
        "only": only,
        "states": _states(box.cases, counts(viewer, today=day, section=section or None)),
        "only_words": [(MINE, _("自分の担当")), (NOBODYS, _("担当者がいない")), (LATE, _("期限を過ぎた"))],
        "load": _load(request, section, sections, day),
        "people": people,
        "acts": _acts(box.cases) if handled else [],
        "may_handle": bool(handled),
        "may_arrange": viewer.may(ARRANGE),
        "next": _address(kept, box.next_page),
        "is_first": "after" not in request.GET,
        "back": request.get_full_path(),
    }
    return render(request, "procedures/desk/inbox.html", values)


def _row(case: Case, filing: Filing | None) -> dict[str, Any]:
    flow = case.flow_version.read
    return {
        "case": case,
        "title": filing.version.document.name.say() if filing else said(flow.title),
        "page": page_for_staff(case),
        "state": said(flow.states[case.state].title),
        "tone": "attention" if case.is_stopped else "active",
    }


def _states(cases: list[Case], numbers: dict[str, tuple[int, int]]) -> list[tuple[str, str, int, int]]:
    words = {key: said(each.title) for case in cases for key, each in case.flow_version.read.states.items()}
    return [(key, words.get(key, key), *both) for key, both in numbers.items()]


def _load(request: VisitorRequest, section: str, sections: list[Section], day: date) -> list[dict[str, Any]]:
    """Who has how much: of the chosen section, or of the only one."""
    chosen = section or (sections[0].key if len(sections) == 1 else "")
    if not chosen:
        return []
    names = dict(handlers_in([chosen]))
    return [
        {"person": person, "name": names.get(person, _("ほかの課の職員")) if person else "", "all": all_, "late": late}
        for person, all_, late in load_by_person(request.viewer, chosen, today=day)
    ]


def _acts(cases: list[Case]) -> list[tuple[str, str, bool]]:
    """What can be done to several of these cases at once: key, words, whether it asks for a reason."""
    found: dict[str, tuple[str, str, bool]] = {}
    for case in cases:
        for action in case.flow_version.read.actions_from(case.state):
            if By.STAFF in action.by and action.key not in ALONE and not action.fields:
                found.setdefault(action.key, (action.key, said(action.title), action.needs_reason))
    return sorted(found.values())


def _after(text: str) -> Page | None:
    day, _comma, number = text.partition(",")
    try:
        return (date.fromisoformat(day), int(number)) if number.isascii() and number.isdigit() else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _address(kept: dict[str, str], page: Page | None) -> str:
    return f"?{urlencode({**kept, 'after': f'{page[0].isoformat()},{page[1]}'})}" if page else ""


@needs(HANDLE)
@require_POST
@never_cache
def many(request: VisitorRequest) -> HttpResponse:
    """One act on every ticked case; what was refused is listed, with the reason, and the rest is done."""
    chosen = [each.partition(":") for each in request.POST.getlist("chosen")][:BATCH_MAX]
    revisions = {key: _number(number) for key, _colon, number in chosen if _is_key(key)}
    act_key, reason = request.POST.get("act", ""), request.POST.get("reason", "").strip()
    if not revisions or not act_key:
        messages.error(request, _("案件と、することを選んでください。"))
        return redirect("procedures:inbox")
    refused = []
    for key in sorted(revisions):
        try:
            _act_on_one(request, key, revisions[key] or 0, act_key, reason)
        except CaseRefused as refusal:
            refused.append((key, str(refusal)))
    seen = cases_for(request.viewer).filter(key__in=[key for key, _says in refused])
    known = {str(case.key): (page_for_staff(case), case.number) for case in seen}
    values = {
        "done": len(revisions) - len(refused),
        "refused": [(*known.get(key, ("", "")), says) for key, says in refused],
    }
    return render(request, "procedures/desk/many.html", values)


def _act_on_one(request: VisitorRequest, key: str, revision: int, act_key: str, reason: str) -> None:
    if act_key.startswith("assign"):
        assign(key, _number(act_key.partition("-")[2]), viewer=request.viewer, at=now())
        return
    if act_key in ALONE:
        return
    act(key, act_key, viewer=request.viewer, revision=revision, at=now(), reason=reason)


def _is_key(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@needs(ARRANGE)
@require_http_methods(READ_OR_POST)
@never_cache
def hand_over_page(request: VisitorRequest) -> HttpResponse:
    """All cases of a section to another one: first how many, then, when that was seen, the move itself."""
    sources = [(each.key, each.name) for each in sections_with(request, ARRANGE)]
    if not sources:
        raise Http404
    sections = list(Section.objects.order_by("name").values_list("key", "name"))
    form = HandOverForm(request.POST if request.method == "POST" else None, sources=sources, sections=sections)
    preview = None
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        table = {entered["source"]: entered["section"]}
        preview = preview_hand_over(table)[0]
        if "confirmed" in request.POST:
            try:
                moved = hand_over(table, reason=entered["reason"], viewer=request.viewer, at=now())
            except CaseRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                words = ngettext("%(count)d件を引き継ぎました。", "%(count)d件を引き継ぎました。", moved)
                messages.success(request, words % {"count": moved})
                return redirect("procedures:inbox")
    values = {"form": form, "preview": preview if not form.errors else None}
    return render(request, "procedures/desk/hand_over.html", values, status=422 if form.errors else 200)
