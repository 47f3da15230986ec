"""The desk's pages: my box, one paper, drafting, many at once, absences and deputies, routes, hand-over."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.files.actions import read as read_document
from todoke.ground.looks.actions import record_looks
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.looks.queries import people_concerned
from todoke.ground.looks.rules import Way
from todoke.ground.people.gate import VisitorRequest
from todoke.ground.people.models import Posting
from todoke.shared.decisions.actions import drafting, marking, office
from todoke.shared.decisions.forms import AbsenceForm, ActForm, BatchForm, DraftForm, HandOverForm, seat_words
from todoke.shared.decisions.models import PHASES, Absence, Attachment, Decision, DeputyRule
from todoke.shared.decisions.queries import (
    DRAFT,
    MANAGE,
    MARK,
    Matter,
    away_today,
    box_for,
    content_of,
    decisions_for,
    in_office,
    matter_of,
    my_postings,
    newest_route,
    newest_routes,
    organisation,
    plan_of,
    seat_of,
    stuck_decisions,
)
from todoke.shared.decisions.refusals import DecisionRefused, NotAllowed
from todoke.shared.decisions.registry import subjects
from todoke.shared.decisions.rules.routes import value_of_fact, why_decides
from todoke.shared.decisions.rules.values import Act, Kind, Phase
from todoke.shared.decisions.shown import (
    FUNCTIONS,
    READINGS,
    STAMPS,
    TONES,
    changes,
    choices_of,
    facts_of,
    history_of,
    line_of,
    read_code,
    route_title,
    seat_names,
)

READ_OR_POST = ["GET", "HEAD", "POST"]
ABSENCES_MAX = 100
CASE_WORK = "looks.case-work"
# What can be said of many papers without looking at each once more: no deputies, no pulling up, no refusals.
BATCH_KINDS = (Kind.APPROVE, Kind.CONCUR, Kind.DECIDE, Kind.DECIDE_BY_DELEGATION)


def today() -> date:
    """The date in Japan."""
    return in_japan(now()).date()


@needs(DRAFT, MARK, MANAGE)
@require_safe
@never_cache
def box(request: VisitorRequest) -> HttpResponse:
    """What waits for me: to decide, to mark, to read, and what I have drafted."""
    day = today()
    found = box_for(request.viewer, day)
    piles = [
        ("decide", _("決裁を待っているもの"), found.to_decide),
        ("mark", _("回議・合議を待っているもの"), found.to_mark),
        ("read", _("読むもの（後閲・供覧）"), found.to_read),
    ]
    values = {
        "piles": [(key, title, [_row(matter, acts) for matter, acts in pile]) for key, title, pile in piles],
        "drafts": [_row(matter, []) for matter in found.drafts],
        "batches": _batches(found.to_decide + found.to_mark),
        "away": away_today(request.viewer, day),
        "standing_in": _deputies_of(my_postings(request.viewer, day)),
        "may_draft": request.viewer.may(DRAFT),
        "may_manage": request.viewer.may(MANAGE),
    }
    return render(request, "decisions/box.html", values)


def _row(matter: Matter, acts: list[Act]) -> dict[str, Any]:
    names = seat_names(matter)
    return {
        "decision": matter.decision,
        "phase": PHASES[Phase(matter.decision.phase)],
        "tone": TONES[Phase(matter.decision.phase)],
        "as_posts": sorted({names.get(act.seat, act.seat) for act in acts if act.seat}),
        "words": sorted({word for act in acts for word in _words_of(act, matter)}),
        "drafter": matter.decision.drafter,
    }


def _words_of(act: Act, matter: Matter) -> list[str]:
    """What is asked for: the mark, or why it is to be read."""
    if act.kind is not Kind.READ:
        return [str(STAMPS[act.kind])]
    return [str(READINGS[task.reading]) for task in matter.paper.tasks if task.seat == act.seat and not task.done]


def _batches(waiting: list[tuple[Matter, list[Act]]]) -> list[dict[str, Any]]:
    piles: dict[tuple[str, str, str], int] = defaultdict(int)
    titles: dict[str, str] = {}
    for matter, acts in waiting:
        for act in acts:
            if act.kind in BATCH_KINDS:
                key = matter.decision.route_version.route.key
                titles.setdefault(key, route_title(plan_of(matter.decision.route_version)))
                piles[key, act.kind, act.seat] += 1
    return [
        {"route": key, "kind": kind, "seat": seat, "title": titles[key], "word": STAMPS[kind], "number": number}
        for (key, kind, seat), number in sorted(piles.items())
        if number > 1
    ]


def _deputies_of(postings: list[Posting]) -> list[tuple[str, list[str]]]:
    rows = []
    for posting in postings:
        rules = DeputyRule.objects.filter(section=posting.section, post=posting.post).select_related(
            "deputy_section", "deputy_post"
        )
        deputies = [f"{rule.deputy_section.name} {rule.deputy_post.name}" for rule in rules if rule.may_decide]
        rows.append((seat_words(posting), deputies))
    return rows


def _entered(request: VisitorRequest) -> Any:
    """What was posted, be it nothing; None where nothing was."""
    return request.POST if request.method == "POST" else None


# ---- drafting ---------------------------------------------------------------------------------------------------


@needs(DRAFT)
@require_safe
def start(request: VisitorRequest) -> HttpResponse:
    """Choose the kind of paper, and with it its route."""
    routes = [(version.route.key, route_title(plan_of(version))) for version in newest_routes()]
    return render(request, "decisions/start.html", {"routes": routes})


@needs(DRAFT)
@require_http_methods(READ_OR_POST)
@never_cache
def draft(request: VisitorRequest, route: str) -> HttpResponse:
    """Write a draft. It stays on the desk until it is submitted on its own page."""
    version = newest_route(route)
    if version is None:
        raise Http404
    plan = plan_of(version)
    postings = [each for each in my_postings(request.viewer, today()) if request.viewer.may(DRAFT, each.section.key)]
    form = DraftForm(_entered(request), plan=plan, postings=postings)
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            decision = drafting.begin(
                entered["title"],
                route=version,
                facts=form.facts(),
                body=entered["body"],
                effective_date=entered["effective_date"],
                posting=entered.get("posting"),
                viewer=request.viewer,
                at=now(),
            )
        except DecisionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("起案を保存しました。内容を確かめて、回議に付してください。"))
            return redirect("decisions:decision", decision.pk)
    values = {"form": form, "title": route_title(plan), "back": reverse("decisions:start")}
    return render(request, "decisions/draft.html", values, status=422 if form.errors else 200)


@needs(DRAFT)
@require_http_methods(READ_OR_POST)
@never_cache
def amend(request: VisitorRequest, pk: int) -> HttpResponse:
    """Change the wording. While it circulates, the page says what falls."""
    decision = _shown(request, pk)
    person = request.viewer.account_id or 0
    matter = matter_of(decision)
    if not any(act.kind is Kind.AMEND for act in matter.acts_for(person, organisation(today()).office(decision))):
        raise Http404
    plan = plan_of(decision.route_version)
    content = content_of(decision)
    facts = {f"fact_{key}": value_of_fact(name, content.facts.get(key)) for key, name in plan.facts.items()}
    initial = {"title": decision.title, "body": content.body, "effective_date": decision.effective_date, **facts}
    form = DraftForm(_entered(request), plan=plan, amending=True, initial=initial)
    revision = request.POST.get("revision") or decision.revision
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            drafting.amend(
                pk,
                title=entered["title"],
                body=entered["body"],
                facts=form.facts(),
                effective_date=entered["effective_date"],
                comment=entered["comment"],
                revision=int(revision) if str(revision).isdigit() else 0,
                viewer=request.viewer,
                at=now(),
            )
        except DecisionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("内容を変えました。"))
            return redirect("decisions:decision", pk)
    values = {
        "form": form,
        "title": decision.title,
        "back": reverse("decisions:decision", args=[pk]),
        "revision": revision,
        "falls": decision.phase == Phase.CIRCULATING,
    }
    return render(request, "decisions/draft.html", values, status=422 if form.errors else 200)


# ---- one paper --------------------------------------------------------------------------------------------------


def _shown(request: VisitorRequest, pk: int) -> Decision:
    decision = decisions_for(request.viewer, today()).filter(pk=pk).first()
    if decision is None:
        raise Http404
    return decision


@needs(DRAFT, MARK, MANAGE)
@shows_people
@require_http_methods(READ_OR_POST)
@never_cache
def decision(request: VisitorRequest, pk: int) -> HttpResponse:
    """One paper: its line with stamps, its wording, what has changed, and what I may do."""
    paper = _shown(request, pk)
    day = today()
    matter = matter_of(paper)
    around = organisation(day)
    acts = matter.acts_for(request.viewer.account_id or 0, around.office(paper))
    postings = my_postings(request.viewer, day)
    choices = choices_of(acts, matter, seat_names(matter, postings))
    form = ActForm(_entered(request), choices=choices, initial={"revision": paper.revision})
    if len(choices) == 1:
        form.fields["act"].initial = choices[0][0]
    if request.method == "POST" and _acted(request, pk, form):
        return redirect("decisions:box")
    _tell_of_look(request, paper, "起案文書の全文", Way.PAGE)
    return render(
        request,
        "decisions/decision.html",
        {**_paper_values(request, matter), "line": line_of(matter, around), "form": form if choices else None}
        | {"may_amend": any(act.kind is Kind.AMEND for act in acts)},
        status=422 if form.errors else 200,
    )


def _acted(request: VisitorRequest, pk: int, form: ActForm) -> bool:
    """Do what was chosen. A choice that is no longer open is tried all the same: a second click finds its work done."""
    act = read_code(request.POST.get("act", ""))
    revision = request.POST.get("revision", "")
    if act is None or not revision.isdigit():
        form.is_valid()
        return False
    try:
        marking.perform(
            pk,
            (frozenset({Kind.READ}), act.seat) if act.kind is Kind.READ else act,
            comment=request.POST.get("comment", "")[: marking.COMMENT_CHARACTERS_MAX],
            revision=int(revision),
            viewer=request.viewer,
            at=now(),
        )
    except DecisionRefused as refusal:
        form.full_clean()
        form.errors.pop("act", None)
        form.add_error(refusal.field or None, str(refusal))
        return False
    messages.success(request, _("記録しました：%(word)s") % {"word": STAMPS[act.kind]})
    return True


def _paper_values(request: VisitorRequest, matter: Matter) -> dict[str, Any]:
    paper = matter.decision
    plan = plan_of(paper.route_version)
    content = content_of(paper)
    facts = {key: value_of_fact(name, content.facts.get(key)) for key, name in plan.facts.items()}
    kind = subjects.find(paper.subject_type) if paper.subject_type else None
    before = content_of(paper, paper.content - 1) if paper.content > 1 else None
    pairs = [
        (_("文書番号"), paper.number or _("まだありません")),
        (_("種類"), route_title(plan)),
        (_("起案"), f"{paper.drafter.section.name} {paper.drafter.post.name} {paper.drafter.staff.account.name}"),
        *facts_of(plan, content),
        (_("施行日"), _day_words(paper.effective_date)),
    ]
    return {
        "decision": paper,
        "phase": PHASES[Phase(paper.phase)],
        "tone": TONES[Phase(paper.phase)],
        "pairs": pairs,
        "reasons": why_decides(plan, facts, today()),
        "content": content,
        "attachments": content.attachments.select_related("document"),
        "changes": changes(plan, before, content) if before else [],
        "history": history_of(matter),
        "subject": kind.show(request.viewer, paper.subject_key) if kind else None,
    }


def _day_words(day: date | None) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day} if day else ""


def _tell_of_look(request: VisitorRequest, paper: Decision, what: str, way: Way) -> None:
    """A paper about a record of another room may be about a person; one about nothing but itself is office business."""
    if paper.subject_type:
        about = (paper.subject_type, paper.subject_key)
        seen = [(about, each) for each in people_concerned(*about)]
        record_looks(request.viewer, seen, what=what, purpose=CASE_WORK, way=way)
    else:
        nobody_shown()


@needs(DRAFT, MARK, MANAGE)
@shows_people
@require_safe
@never_cache
def attachment(request: VisitorRequest, pk: int, document: int) -> HttpResponse:
    """One attachment of a paper that this viewer may see, as a download."""
    paper = _shown(request, pk)
    found = Attachment.objects.filter(content__decision=paper, document=document).select_related("document").first()
    if found is None:
        raise Http404
    _tell_of_look(request, paper, "起案文書の添付", Way.EXPORT)
    answer = HttpResponse(read_document(found.document), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="attachment-{document}"'
    return answer


@needs(MARK)
@require_http_methods(READ_OR_POST)
@never_cache
def batch(request: VisitorRequest, route: str, kind: str, section: str, post: str) -> HttpResponse:
    """Many papers of one route at once, as one post. Each is marked for itself; one that fails is named and stays."""
    found = box_for(request.viewer, today())
    seat = seat_of(section, post)
    waiting = {
        str(matter.decision.pk): matter.decision
        for matter, acts in found.to_decide + found.to_mark
        for act in acts
        if (matter.decision.route_version.route.key, act.kind, act.seat) == (route, kind, seat)
        and act.kind in BATCH_KINDS
    }
    if not waiting and request.method != "POST":
        raise Http404
    choices = [(key, f"{each.title}（{each.drafter.staff.account.name}）") for key, each in waiting.items()]
    form = BatchForm(_entered(request), choices=choices, initial={"chosen": list(waiting)})
    if request.method == "POST" and form.is_valid():
        done = 0
        for key in form.cleaned_data["chosen"]:
            try:
                marking.perform(
                    int(key),
                    (frozenset({Kind(kind)}), seat),
                    comment=form.cleaned_data["comment"],
                    revision=waiting[key].revision,
                    viewer=request.viewer,
                    at=now(),
                )
                done += 1
            except DecisionRefused as refusal:
                messages.error(request, f"{waiting[key].title}：{refusal}")
        said = ngettext("%(number)d件を処理しました。", "%(number)d件を処理しました。", done) % {"number": done}
        messages.success(request, said)
        return redirect("decisions:box")
    values = {"form": form, "word": STAMPS.get(kind, ""), "rows": list(waiting.values())}
    return render(request, "decisions/batch.html", values, status=422 if form.errors else 200)


# ---- absences, deputies, routes, hand-over ----------------------------------------------------------------------


@needs(MARK, MANAGE)
@require_http_methods(READ_OR_POST)
@never_cache
def absences(request: VisitorRequest) -> HttpResponse:
    """Who is away and who stands in; enter one's own absence, or, managing, somebody's."""
    day = today()
    postings = my_postings(request.viewer, day)
    if request.viewer.may(MANAGE):
        every = in_office(day).select_related("section", "post", "staff__account")
        postings = list(every.order_by("section__key", "post__rank", "pk"))
    form = AbsenceForm(_entered(request), postings=postings, initial={"start_date": day, "end_date": day})
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            office.enter_absence(
                entered["posting"],
                start_date=entered["start_date"],
                end_date=entered["end_date"],
                reason=entered["reason"],
                viewer=request.viewer,
                at=now(),
            )
        except DecisionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("不在を登録しました。"))
            return redirect("decisions:absences")
    mine = {posting.pk for posting in postings}
    coming = Absence.objects.filter(end_date__gte=day, taken_back_at=None).select_related(
        "posting__section", "posting__post", "posting__staff__account"
    )
    rules = DeputyRule.objects.select_related("section", "post", "deputy_section", "deputy_post")
    values = {
        "form": form,
        "rows": [(absence, absence.posting_id in mine) for absence in coming[:ABSENCES_MAX]],
        "rules": rules.order_by("section__key", "post__rank", "order"),
    }
    return render(request, "decisions/absences.html", values, status=422 if form.errors else 200)


@needs(MARK, MANAGE)
@require_POST
def take_back(request: VisitorRequest, pk: int) -> HttpResponse:
    """Somebody is back."""
    if not Absence.objects.filter(pk=pk).exists():
        raise Http404
    try:
        office.take_back_absence(pk, viewer=request.viewer, at=now())
    except NotAllowed as refusal:
        raise Http404 from refusal
    messages.success(request, _("不在を取り消しました。"))
    return redirect("decisions:absences")


@needs(DRAFT, MARK, MANAGE)
@require_safe
def routes(request: VisitorRequest) -> HttpResponse:
    """Every route in use: its levels, who decides when, and its version."""
    sections, posts = _section_names(), _post_names()
    shown = []
    for version in newest_routes():
        plan = plan_of(version)
        levels: list[dict[str, Any]] = [
            {
                "function": FUNCTIONS[level.function],
                "seats": [f"{sections.get(section, section)} {posts.get(post, post)}" for section, post in level.seats],
                "when": level.when.words() if level.when else "",
                "optional": level.optional,
            }
            for level in plan.levels
        ]
        seats = {level.key: shown_level["seats"] for level, shown_level in zip(plan.levels, levels, strict=True)}
        deciding = [("、".join(seats[key]), when.words() if when else _("そのほか")) for key, when in plan.deciding]
        shown.append({"version": version, "title": route_title(plan), "levels": levels, "deciding": deciding})
    return render(request, "decisions/routes.html", {"routes": shown})


def _section_names() -> dict[str, str]:
    names = dict(Posting.objects.values_list("section__key", "section__name").distinct())
    return {**names, "drafter": _("起案者の課"), "drafter.parent": _("起案者の部")}


def _post_names() -> dict[str, str]:
    return dict(Posting.objects.values_list("post__key", "post__name").distinct())


@needs(MANAGE)
@require_http_methods(READ_OR_POST)
@never_cache
def hand_over(request: VisitorRequest) -> HttpResponse:
    """Papers that wait for a post nobody holds, and the act that lets a post's papers follow to another."""
    posts = Posting.objects.order_by("section__key", "post__rank", "post__key").values_list(
        "section__key", "post__key", "section__name", "post__name"
    )
    names = {seat_of(section, post): f"{in_section} {called}" for section, post, in_section, called in posts}
    form = HandOverForm(_entered(request), seats=list(names.items()))
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        moved = office.hand_over(
            entered["source"], entered["target"], why=entered["why"], viewer=request.viewer, at=now()
        )
        said = ngettext("%(number)d件を引き継ぎました。", "%(number)d件を引き継ぎました。", moved) % {"number": moved}
        messages.success(request, said)
        return redirect("decisions:hand-over")
    stuck = [
        (each.decision, [names.get(seat, seat) for seat in each.seats], each.since) for each in stuck_decisions(today())
    ]
    values = {"form": form, "stuck": stuck}
    return render(request, "decisions/hand_over.html", values, status=422 if form.errors else 200)
