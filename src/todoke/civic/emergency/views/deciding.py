"""Submitting, approving, returning, breaking the glass, reviewing: each page says what will happen and to whom."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.emergency.actions import deciding
from todoke.civic.emergency.actions.refusals import DeskRefused
from todoke.civic.emergency.forms import ApproveForm, BreakGlassForm, ReasonForm, ReviewForm
from todoke.civic.emergency.models import Draft, DraftState, Verdict
from todoke.civic.emergency.queries.board import review_is_overdue
from todoke.civic.emergency.rules.rights import APPROVE, BREAK_GLASS, DRAFT
from todoke.civic.emergency.views.common import drill_words, refuse, shown_draft, viewer_of
from todoke.civic.emergency.views.drafts import facts_of
from todoke.shared.messaging.actions.release import ReleaseRefused
from todoke.shared.messaging.types import Mode

READ_OR_POST = ["GET", "HEAD", "POST"]


@needs(DRAFT)
@require_http_methods(READ_OR_POST)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for approval; the page shows everything as the approver will see it."""
    draft, at = shown_draft(request, pk), now()
    if request.method == "POST":
        try:
            deciding.submit(pk, revision=_revision(request), viewer=viewer_of(request), at=at)
        except DeskRefused as refusal:
            refuse(request, refusal)
            return redirect("emergency:draft", pk)
        messages.success(
            request, drill_words(Mode(draft.mode)) + _("承認を依頼しました。ほかの人が承認すると発信されます。")
        )
        return redirect("emergency:draft", pk)
    trouble = ""
    try:
        deciding.check_sensible(draft, at)
    except DeskRefused as refusal:
        trouble = str(refusal)
    return render(request, "emergency/submit.html", {**facts_of(request, draft, at), "trouble": trouble})


@needs(APPROVE)
@require_http_methods(READ_OR_POST)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Read everything, tick that it was read, and release; or return it."""
    draft, at = shown_draft(request, pk), now()
    if draft.state == DraftState.RELEASED and draft.edition is not None:
        # A second click, or somebody was quicker: what is on its way is shown instead.
        return redirect("emergency:edition", draft.edition.pk)
    form = ApproveForm(request.POST or None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        try:
            edition = deciding.approve(pk, revision=form.cleaned_data["revision"], viewer=viewer_of(request), at=at)
            return redirect("emergency:edition", edition.pk)
        except (DeskRefused, ReleaseRefused) as refusal:
            form.add_error(None, str(refusal))
    facts = facts_of(request, draft, at)
    return render(request, "emergency/approve.html", {**facts, "form": form}, status=422 if form.errors else 200)


@needs(APPROVE)
@require_http_methods(READ_OR_POST)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a draft to its writer, with the reason."""
    draft = shown_draft(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.return_draft(pk, reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=now())
            return redirect("emergency:desk")
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
    return _confirm(
        request,
        draft,
        form=form,
        title=_("差し戻す"),
        consequences=[
            _("「%(title)s」は発信されず、%(name)s さんに戻ります。")
            % {"title": draft.title, "name": draft.submitted_by}
        ],
        words=_("理由を付けて差し戻す"),
    )


@needs(BREAK_GLASS)
@require_http_methods(READ_OR_POST)
def break_glass(request: HttpRequest, pk: int) -> HttpResponse:
    """Send now, without a second person; the page is a confirmation with a reason and a tick."""
    draft, at = shown_draft(request, pk), now()
    if draft.edition is not None:
        return redirect("emergency:edition", draft.edition.pk)
    form = BreakGlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            edition = deciding.break_glass(
                pk, revision=_revision(request), reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=at
            )
            return redirect("emergency:edition", edition.pk)
        except (DeskRefused, ReleaseRefused) as refusal:
            form.add_error(None, str(refusal))
    facts = facts_of(request, draft, at)
    return render(request, "emergency/break_glass.html", {**facts, "form": form}, status=422 if form.errors else 200)


@needs(APPROVE)
@require_http_methods(READ_OR_POST)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at what one person sent."""
    draft, at = shown_draft(request, pk), now()
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = Verdict(form.cleaned_data["verdict"])
        try:
            deciding.review(pk, verdict=verdict, note=form.cleaned_data["note"], viewer=viewer_of(request), at=at)
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _after_review(draft, verdict)
    return render(
        request,
        "emergency/review.html",
        {**facts_of(request, draft, at), "form": form, "overdue": review_is_overdue(draft, at)},
        status=422 if form.errors else 200,
    )


def _after_review(draft: Draft, verdict: Verdict) -> HttpResponse:
    """Straight to what has to follow."""
    if draft.message is None or draft.edition is None or verdict == Verdict.RIGHT:
        return redirect("emergency:desk")
    if verdict == Verdict.CANCEL:
        return redirect("emergency:cancel", draft.message.key)
    return redirect("emergency:follow", draft.message.key, "correction")


def _confirm(
    request: HttpRequest, draft: Draft, *, form: Any, title: str, consequences: list[str], words: str
) -> HttpResponse:
    values = {
        "mode": draft.mode,
        "act_title": title,
        "consequences": consequences,
        "act_words": words,
        "back_address": f"../../{draft.pk}/",
        "form": form,
    }
    return render(request, "ui/confirm.html", values, status=422 if form.errors else 200)


def _revision(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("revision", ""))
    except ValueError:
        return 0
