"""A subscriber's own page: what they have chosen, what they got, and the way out."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan, now
from todoke.shared.messaging.actions.contacts import ContactRefused
from todoke.shared.messaging.queries.contacts import contact_by_token, token_of
from todoke.shared.messaging.queries.mailings import told
from todoke.shared.messaging.types import ContactState, RecipientState
from todoke.shared.subscriptions.actions import leaving
from todoke.shared.subscriptions.actions.choices import ChoicesRefused, store
from todoke.shared.subscriptions.forms import ChoicesForm, initial_of
from todoke.shared.subscriptions.queries.channels import LINE, PUSH
from todoke.shared.subscriptions.queries.received import would_have_got
from todoke.shared.subscriptions.queries.subscribers import LOOKED_BACK, choices_of, everything_about
from todoke.shared.subscriptions.views.doors import by_link
from todoke.shared.subscriptions.views.words import address_shown, sent_lines

MONTH = timedelta(days=31)

# RFC 8058, section 3.1: what a mail programme posts.
ONE_CLICK = ("List-Unsubscribe", "One-Click")

TONES = {
    RecipientState.ACCEPTED: "good",
    RecipientState.PLANNED: "active",
    RecipientState.UNKNOWN: "attention",
    RecipientState.REFUSED: "bad",
    RecipientState.BOUNCED: "bad",
}


@by_link
def mine(request: HttpRequest, token: str) -> HttpResponseBase:
    """What is chosen now, in a form that changes it."""
    contact = contact_by_token(token)
    if contact is None:
        return _unknown(request)
    if contact.state == ContactState.ENDED:
        return render(request, "subscriptions/ended.html", {"token": token, "by_line": contact.channel == LINE})
    today = in_japan(now()).date()
    chosen = choices_of(contact)
    form = ChoicesForm(request.POST or None, today=today, initial=initial_of(chosen))
    if request.method == "POST" and form.is_valid():
        try:
            store(contact.pk, form.cleaned_choices, at=now())
        except ChoicesRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("登録の内容を変えました。次のお知らせから、この内容で届きます。"))
            return redirect("subscriptions:mine", token)
    context = {
        "form": form,
        "token": token,
        "address": address_shown(contact),
        "resting": contact.state == ContactState.SUPPRESSED,
        "is_blank": not chosen.places,
        "by_line": contact.channel == LINE,
        "by_push": contact.channel == PUSH,
    }
    return render(request, "subscriptions/mine.html", context)


@by_link
def preview(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the present choices would have brought last month."""
    contact = contact_by_token(token)
    if contact is None:
        return _unknown(request)
    choices = choices_of(contact)
    lines = sent_lines(would_have_got(choices, since=now() - MONTH), choices.language)
    return render(request, "subscriptions/preview.html", {"token": token, "lines": lines})


@by_link
def received(request: HttpRequest, token: str) -> HttpResponseBase:
    """「自分に届いたか」: what went to this address in the last year, and what became of it."""
    contact = contact_by_token(token)
    if contact is None:
        return _unknown(request)
    lines = [
        {
            "title": each.edition.frozen().title(contact.language),
            "planned_at": each.planned_at,
            "state": each.state.label,
            "tone": TONES.get(each.state, "neutral"),
            "says": each.says,
        }
        for each in told(contact.pk, since=now() - LOOKED_BACK)
    ]
    return render(request, "subscriptions/received.html", {"token": token, "lines": lines})


@by_link
def my_data(request: HttpRequest, token: str) -> HttpResponseBase:
    """Everything that is kept about this subscriber, as a file."""
    contact = contact_by_token(token)
    if contact is None:
        return _unknown(request)
    answer = HttpResponse(everything_about(contact, now()), content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="todoke-my-data.json"'
    return answer


@by_link
def end(request: HttpRequest, token: str) -> HttpResponseBase:
    """The way out. GET shows one button; a POST, from the page or from a mail programme, ends everything at once."""
    contact = contact_by_token(token)
    is_one_click = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
    if contact is None:
        # Nobody is there to be written to, so the mail programme may say that it is done.
        return _ended_text() if is_one_click else _unknown(request)
    if request.method != "POST":
        if contact.state == ContactState.ENDED:
            return redirect("subscriptions:mine", token)
        return render(request, "subscriptions/end.html", {"token": token})
    leaving.leave(contact, at=now())
    return _ended_text() if is_one_click else redirect("subscriptions:mine", token)


@by_link
def come_back(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take back an ending that was a slip of the finger."""
    contact = contact_by_token(token)
    if contact is None:
        return _unknown(request)
    if request.method != "POST":
        return redirect("subscriptions:mine", token)
    try:
        contact = leaving.come_back(contact, at=now())
    except ContactRefused as refused:
        context = {"title": _("もう一度登録できませんでした"), "sentence": str(refused)}
        return render(request, "subscriptions/link_refused.html", context, status=410)
    messages.success(request, _("もう一度登録しました。前と同じ内容で届きます。"))
    return redirect("subscriptions:mine", token_of(contact.pk, contact.generation))


def _ended_text() -> HttpResponse:
    return HttpResponse(_("登録を解除しました。") + "\n", content_type="text/plain; charset=utf-8")


def _unknown(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("このリンクは使えません"),
        "sentence": _("古いリンクか、途中で切れたリンクです。新しいリンクをメールで送れます。"),
        "lost": True,
    }
    return render(request, "subscriptions/link_refused.html", context, status=404)
