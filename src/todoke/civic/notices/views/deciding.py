"""Submitting, approving, returning: each page says what will happen, when, and to how many."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.notices.actions import deciding
from todoke.civic.notices.actions.refusals import NoticeRefused
from todoke.civic.notices.forms import ApproveForm, ReasonForm
from todoke.civic.notices.models import NoticeState
from todoke.civic.notices.rules.rights import APPROVE, WRITE
from todoke.civic.notices.views.common import facts_of, refuse, revision_of, shown_notice, viewer_of
from todoke.shared.messaging.actions.release import ReleaseRefused

READ_OR_POST = ["GET", "HEAD", "POST"]


@needs(WRITE)
@require_http_methods(READ_OR_POST)
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for approval; the page shows everything as the approver will see it."""
    notice, at = shown_notice(request, pk), now()
    if request.method == "POST":
        try:
            deciding.submit(pk, revision=revision_of(request), viewer=viewer_of(request), at=at)
        except NoticeRefused as refusal:
            refuse(request, refusal)
        else:
            messages.success(request, _("承認を依頼しました。ほかの人が承認すると発信されます。"))
        return redirect("notices:notice", pk)
    if not notice.can_be_edited:
        return redirect("notices:notice", pk)
    trouble = ""
    try:
        deciding.check_sensible(notice, at)
    except NoticeRefused as refusal:
        trouble = str(refusal)
    return render(request, "notices/submit.html", {**facts_of(request, notice, at), "trouble": trouble})


@needs(APPROVE)
@require_http_methods(READ_OR_POST)
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Read everything, tick that it was read, and release or schedule; or return it."""
    notice, at = shown_notice(request, pk), now()
    if notice.state in (NoticeState.RELEASED, NoticeState.SCHEDULED):
        # A second click, or somebody was quicker: what is on its way is shown instead.
        return redirect("notices:notice", pk)
    form = ApproveForm(request.POST or None, initial={"revision": notice.revision})
    if request.method == "POST" and form.is_valid():
        try:
            edition = deciding.approve(pk, revision=form.cleaned_data["revision"], viewer=viewer_of(request), at=at)
        except (NoticeRefused, ReleaseRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            done = _("承認し、発信しました。") if edition else _("承認しました。予約した時刻に発信します。")
            messages.success(request, done)
            return redirect("notices:notice", pk)
    facts = facts_of(request, notice, at)
    return render(request, "notices/approve.html", {**facts, "form": form}, status=422 if form.errors else 200)


@needs(APPROVE)
@require_http_methods(READ_OR_POST)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a notice to its writer, with the reason."""
    notice = shown_notice(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.return_notice(pk, reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=now())
            return redirect("notices:notice", pk)
        except NoticeRefused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "ui/confirm.html",
        {
            "act_title": _("差し戻す"),
            "consequences": [_("「%(title)s」は発信されず、書いた人に戻ります。") % {"title": notice}],
            "act_words": _("理由を付けて差し戻す"),
            "back_address": f"../../{notice.pk}/",
            "form": form,
        },
        status=422 if form.errors else 200,
    )
