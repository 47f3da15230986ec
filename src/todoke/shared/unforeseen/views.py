"""The pages on which destinations are added, checked, ended, and kept for good."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from todoke.base.access import needs
from todoke.base.clock import in_japan, now
from todoke.ground.looks.actions import record_look
from todoke.ground.looks.pages import nobody_shown, shows_people
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.actions.release import ReleaseRefused
from todoke.shared.messaging.types import Mode
from todoke.shared.unforeseen import actions
from todoke.shared.unforeseen.forms import AdditionForm, ReasonForm, SeenForm
from todoke.shared.unforeseen.models import Addition, AdditionState
from todoke.shared.unforeseen.queries import ADD, CHECK, additions_for, matter_for, matter_name, ways_for
from todoke.shared.unforeseen.rows import row_of
from todoke.shared.unforeseen.rules import LASTS

PAGE_LENGTH = 30
HANDLING = "unforeseen.handling"
READ_OR_POST = ["GET", "HEAD", "POST"]


@needs(ADD, CHECK)
@shows_people
@require_safe
def additions(request: VisitorRequest) -> HttpResponse:
    """Every addition, those that wait for somebody first."""
    found = additions_for(request.viewer)
    waiting = found.filter(state=AdditionState.WAITING)
    page = Paginator(found.exclude(state=AdditionState.WAITING), PAGE_LENGTH).get_page(request.GET.get("page"))
    at = now()
    seen = [*waiting, *page]
    for addition in seen:
        record_look(request.viewer, addition, of_person=None, what="宛先と住所など", purpose=HANDLING)
    if not seen:
        nobody_shown()
    return render(
        request,
        "unforeseen/additions.html",
        {
            "waiting": [row_of(request.viewer, addition, at) for addition in waiting],
            "rows": [row_of(request.viewer, addition, at) for addition in page],
            "page": page,
        },
    )


@needs(ADD)
@require_http_methods(READ_OR_POST)
@never_cache
def add(request: VisitorRequest, kind: str, key: str) -> HttpResponse:
    """Add one destination to what is being written, or to what is out."""
    name = matter_name(kind, key)
    matter = matter_for(request.viewer, name)
    if matter is None:
        raise Http404
    at = now()
    initial = {"ends_at": in_japan(at + LASTS).replace(tzinfo=None), "language": "ja"}
    ways = ways_for(matter.mode)
    form = AdditionForm(request.POST or None, ways=ways, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(name, actions.Entry(**form.cleaned_data), viewer=request.viewer, at=at)
        except actions.AdditionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("送り先を追加しました。ほかの人が確認すると送られます。"))
            return redirect(matter.page)
    values = {"form": form, "matter": matter, "mode": Mode(matter.mode), "has_ways": bool(ways)}
    return render(request, "unforeseen/add.html", values, status=422 if form.errors else 200)


@needs(CHECK)
@require_http_methods(READ_OR_POST)
def check(request: VisitorRequest, pk: int) -> HttpResponse:
    """The second pair of eyes."""
    addition = _shown(request, pk)
    return _decide(
        request,
        addition,
        form=SeenForm(request.POST or None),
        act=lambda _form: actions.check(pk, viewer=request.viewer, at=now()),
        title=_("臨時の送り先を確認する"),
        consequences=[
            _("「%(name)s」に、このお知らせを送ります。発信済みの版は、すぐに送ります。")
            % {"name": addition.destination.name},
            _("宛先：%(address)s") % {"address": addition.destination.address},
            _("目的：%(purpose)s") % {"purpose": addition.destination.purpose},
        ],
        words=_("確認して送る"),
        done=_("確認しました。"),
    )


@needs(ADD, CHECK)
@require_http_methods(READ_OR_POST)
def refuse(request: VisitorRequest, pk: int) -> HttpResponse:
    """Not to be sent to."""
    addition = _shown(request, pk)
    return _decide(
        request,
        addition,
        form=ReasonForm(request.POST or None),
        act=lambda form: actions.refuse(pk, reason=form.cleaned_data["reason"], viewer=request.viewer, at=now()),
        title=_("臨時の送り先を認めない"),
        consequences=[_("「%(name)s」には何も送りません。") % {"name": addition.destination.name}],
        words=_("理由を付けて認めない"),
        done=_("この送り先には送りません。"),
    )


@needs(ADD, CHECK)
@require_http_methods(READ_OR_POST)
def end(request: VisitorRequest, pk: int) -> HttpResponse:
    """End it before its time."""
    addition = _shown(request, pk)
    return _decide(
        request,
        addition,
        form=ReasonForm(request.POST or None),
        act=lambda form: actions.end(pk, reason=form.cleaned_data["reason"], viewer=request.viewer, at=now()),
        title=_("臨時の送り先を終える"),
        consequences=[
            _("「%(name)s」には、これから出す続報を送りません。") % {"name": addition.destination.name},
            _("すでに知らせたことの訂正、取消、解除は届きます。"),
        ],
        words=_("この送り先を終える"),
        done=_("この送り先を終えました。"),
    )


@needs(ADD)
@require_http_methods(READ_OR_POST)
def ask_for_good(request: VisitorRequest, pk: int) -> HttpResponse:
    """Ask that it become permanent."""
    addition = _shown(request, pk)
    return _decide(
        request,
        addition,
        form=ReasonForm(request.POST or None),
        act=lambda form: actions.ask_for_good(pk, reason=form.cleaned_data["reason"], viewer=request.viewer, at=now()),
        title=_("常設の送り先にすることを依頼する"),
        consequences=[
            _("ほかの人が承認すると、「%(name)s」は市全域の送り先になります。") % {"name": addition.destination.name},
            _("承認されるまでは、何も変わりません。"),
        ],
        words=_("常設にすることを依頼する"),
        done=_("依頼しました。ほかの人の承認を待っています。"),
    )


@needs(CHECK)
@require_http_methods(READ_OR_POST)
def keep_for_good(request: VisitorRequest, pk: int) -> HttpResponse:
    """Agree that it becomes permanent."""
    addition = _shown(request, pk)
    return _decide(
        request,
        addition,
        form=SeenForm(request.POST or None),
        act=lambda _form: actions.keep_for_good(pk, viewer=request.viewer, at=now()),
        title=_("常設の送り先として承認する"),
        consequences=[
            _("「%(name)s」（%(address)s）は、これから出す市全域のすべてのお知らせの送り先になります。")
            % {"name": addition.destination.name, "address": addition.destination.address},
            _("依頼の理由：%(reason)s") % {"reason": addition.asked_why},
        ],
        words=_("常設の送り先にする"),
        done=_("常設の送り先にしました。"),
    )


def _shown(request: VisitorRequest, pk: int) -> Addition:
    addition = additions_for(request.viewer).filter(pk=pk).first()
    if addition is None:
        raise Http404
    return addition


def _decide(
    request: VisitorRequest,
    addition: Addition,
    *,
    form: Any,
    act: Callable[[Any], object],
    title: str,
    consequences: list[str],
    words: str,
    done: str,
) -> HttpResponse:
    matter = matter_for(request.viewer, addition.matter)
    back = matter.page if matter else "/desk/unforeseen/"
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except (actions.AdditionRefused, ReleaseRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    values = {
        "mode": matter.mode if matter else Mode.ACTUAL,
        "act_title": title,
        "consequences": consequences,
        "act_words": words,
        "back_address": back,
        "form": form,
    }
    return render(request, "ui/confirm.html", values, status=422 if form.errors else 200)
