"""訓練への参加: staff agree for themselves, see what came, and say that it did; a link in a mail says so, too."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.base.access import public, staff_only
from todoke.base.clock import in_japan, now
from todoke.civic.emergency.actions.participants import confirm_by_link, confirm_on_page, leave, take_part
from todoke.civic.emergency.actions.refusals import DeskRefused, NothingToConfirm
from todoke.civic.emergency.forms import TakePartForm
from todoke.civic.emergency.models import Drill
from todoke.civic.emergency.models.participant import Way
from todoke.civic.emergency.queries.participants import delivery_with, parts_of, received_by, running_drills
from todoke.civic.emergency.rules.drills import moment_of
from todoke.civic.emergency.setting_up import drill_secret
from todoke.civic.emergency.views.common import refuse, viewer_of
from todoke.ground.people.models import Account
from todoke.shared.messaging.types import Mode

# After the scenario's last minute there are still calls to be made.
SPARE = timedelta(hours=1)


@staff_only
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The drills that run now, where the viewer takes part, and what came to them."""
    account = viewer_of(request).account_id
    parts = [(part, received_by(part)) for part in parts_of(account)]
    taken = {(part.drill_id, part.way) for part, _received in parts if part.left_at is None}
    drills = [(drill, sum((drill.pk, way) in taken for way in Way.values)) for drill in running_drills()]
    return render(
        request,
        "emergency/my_drills.html",
        {"ways": len(Way), "drills": drills, "parts": parts, "mode": Mode.EXERCISE, "at": now()},
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to get the messages of one drill."""
    viewer, drill, at = viewer_of(request), _running(pk), now()
    account = Account.objects.get(pk=viewer.account_id or 0)
    last = moment_of(drill.started_at, drill.speed, drill.rested, timedelta(minutes=drill.minutes)) + SPARE
    ends_at = in_japan(max(last, at + SPARE)).replace(tzinfo=None, microsecond=0)
    form = TakePartForm(request.POST or None, mail=account.email, initial={"way": Way.MAIL, "ends_at": ends_at})
    if request.method == "POST" and form.is_valid():
        try:
            take_part(
                drill.pk,
                way=Way(form.cleaned_data["way"]),
                telephone=form.cleaned_data["telephone"],
                purpose=form.cleaned_data["purpose"],
                ends_at=form.cleaned_data["ends_at"],
                viewer=viewer,
                at=at,
            )
            messages.success(request, _("訓練に参加しました。これから発信されるものが届きます。"))
            return redirect("emergency:my-drills")
        except DeskRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"drill": drill, "form": form, "mode": Mode.EXERCISE}
    return render(request, "emergency/take_part.html", context, status=422 if form.errors else 200)


@staff_only
@require_POST
def leave_drill(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own consent back."""
    try:
        leave(pk, viewer=viewer_of(request), at=now())
        messages.success(request, _("参加をやめました。これから発信されるものは届きません。"))
    except DeskRefused as refusal:
        refuse(request, refusal)
    return redirect("emergency:my-drills")


@staff_only
@require_POST
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """Say on the page that a message arrived."""
    try:
        confirm_on_page(pk, viewer=viewer_of(request), at=now())
        messages.success(request, _("受け取ったことを記録しました。"))
    except DeskRefused as refusal:
        refuse(request, refusal)
    return redirect("emergency:my-drills")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind the link in a drill's mail. Looking confirms nothing: telephones open links unasked."""
    secret, at = drill_secret(), now()
    found = delivery_with(code, secret, at)
    if found is None:
        return render(request, "emergency/no_reply.html", {"says": str(NothingToConfirm())}, status=404)
    participant, delivery = found
    if request.method == "POST":
        confirm_by_link(code, secret=secret, at=at)
        return redirect("emergency-reply:reply", code)
    context = {
        "drill": participant.drill,
        "edition": delivery.edition.frozen(),
        "mode": Mode.EXERCISE,
        "is_confirmed": participant.receipts.filter(delivery=delivery).exists(),
    }
    return render(request, "emergency/reply.html", context)


def _running(pk: int) -> Drill:
    drill = running_drills().filter(pk=pk).first()
    if drill is None:
        raise Http404(_("この番号の訓練はありません。"))
    return drill
