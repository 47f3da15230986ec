"""What went out: beginning the next edition of it, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.notices.actions.deciding import ask_to_cancel
from todoke.civic.notices.actions.refusals import NextEditionExists, NoticeRefused
from todoke.civic.notices.actions.writing import follow_edition
from todoke.civic.notices.forms import CancelForm
from todoke.civic.notices.queries.notices import latest_of, notice_of
from todoke.civic.notices.rules.rights import WRITE
from todoke.civic.notices.views.common import refuse, viewer_of
from todoke.shared.messaging.models import Edition
from todoke.shared.messaging.types import EditionKind

READ_OR_POST = ["GET", "HEAD", "POST"]
FOLLOWS = {"update": EditionKind.UPDATE, "correction": EditionKind.CORRECTION}


@needs(WRITE)
@require_http_methods(READ_OR_POST)
def follow(request: HttpRequest, key: UUID, way: str) -> HttpResponse:
    """Begin an update or a correction; asks once, since it opens a draft."""
    latest = _latest(key)
    if way not in FOLLOWS:
        raise Http404
    before = notice_of(viewer_of(request), latest)
    if request.method == "POST":
        try:
            notice = follow_edition(key, edition_kind=FOLLOWS[way], viewer=viewer_of(request), at=now())
        except NextEditionExists as refusal:
            refuse(request, refusal)
            return redirect("notices:notice", refusal.notice_id)
        except NoticeRefused as refusal:
            refuse(request, refusal)
            return redirect("notices:notice", before.pk)
        return redirect("notices:notice", notice.pk)
    titles = {"update": _("続報を作る"), "correction": _("訂正を作る")}
    return render(
        request,
        "ui/confirm.html",
        {
            "act_title": titles[way],
            "consequences": [
                _("「%(title)s」の次の版を作ります。") % {"title": latest.content["wordings"][0]["title"]},
                _("まだ何も発信されません。直してから、承認を依頼します。"),
            ],
            "act_words": titles[way],
            "back_address": f"../../../{before.pk}/",
        },
    )


@needs(WRITE)
@require_http_methods(READ_OR_POST)
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    """Cancel a notice, also while it is being sent; another person approves it."""
    latest = _latest(key)
    before = notice_of(viewer_of(request), latest)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            notice = ask_to_cancel(str(key), reason=form.cleaned_data["reason"], viewer=viewer_of(request), at=now())
        except NextEditionExists as refusal:
            refuse(request, refusal)
            return redirect("notices:notice", refusal.notice_id)
        except NoticeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("取消の承認を依頼しました。ほかの人が承認すると、すぐに伝わります。"))
            return redirect("notices:notice", notice.pk)
    return render(
        request,
        "ui/confirm.html",
        {
            "act_title": _("お知らせを取り消す"),
            "consequences": [
                _("「%(title)s」の取消の承認を依頼します。") % {"title": latest.content["wordings"][0]["title"]},
                _("ホームページのお知らせは、取消の表示に変わります。"),
                _("届いた人には、取消のお知らせが届きます。まだ送っていない人には、何も届きません。"),
            ],
            "act_words": _("取消の承認を依頼する"),
            "back_address": f"../../../{before.pk}/",
            "form": form,
        },
        status=422 if form.errors else 200,
    )


def _latest(key: UUID) -> Edition:
    latest = latest_of(str(key))
    if latest is None:
        raise Http404(_("このお知らせはありません。"))
    return latest
