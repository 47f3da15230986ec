"""Asking to be told: the form, the answer that is the same for everybody, and the button that makes it hold."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from todoke.base.access import public
from todoke.base.clock import in_japan, now
from todoke.shared.messaging.actions.contacts import ContactRefused
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.subscriptions.actions import requests
from todoke.shared.subscriptions.actions.choices import ChoicesRefused
from todoke.shared.subscriptions.forms import LinkForm, SubscribeForm
from todoke.shared.subscriptions.queries.channels import channels_on_offer
from todoke.shared.subscriptions.queries.received import would_have_got
from todoke.shared.subscriptions.queries.topics import topics
from todoke.shared.subscriptions.views.doors import by_link
from todoke.shared.subscriptions.views.words import lines_of, sent_lines

MONTH = timedelta(days=31)


@public
def subscribe(request: HttpRequest) -> HttpResponseBase:
    """The form. A preview changes nothing; what is refused keeps what was entered."""
    if not channels_on_offer() or not topics():
        return render(request, "subscriptions/closed.html")
    is_preview = "preview" in request.POST
    form = SubscribeForm(
        request.POST or None, today=_today(), is_preview=is_preview, initial={"language": get_language()}
    )
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        if is_preview:
            found = would_have_got(form.cleaned_choices, since=now() - MONTH)
            context |= {"is_preview": True, "preview": sent_lines(found, form.cleaned_choices.language)}
        else:
            status = _asked(request, form)
            if status == HTTPStatus.SEE_OTHER:
                return redirect("subscriptions:sent")
    return render(request, "subscriptions/subscribe.html", context, status=status)


def _asked(request: HttpRequest, form: SubscribeForm) -> int:
    """Take the request; SEE_OTHER when it was taken, else the form says what is wrong."""
    try:
        requests.ask(
            form.cleaned_data["channel"],
            form.cleaned_data["address"],
            form.cleaned_choices,
            client=client_of(request),
            at=now(),
        )
    except ContactRefused as refused:
        form.add_error("address", str(refused))
        return HTTPStatus.OK
    except requests.TooManyFromHere as refused:
        form.add_error(None, str(refused))
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.SEE_OTHER


def _today() -> date:
    return in_japan(now()).date()


@public
def sent(request: HttpRequest) -> HttpResponse:
    """The same words for everybody, known or not."""
    return render(request, "subscriptions/sent.html")


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET shows a button and changes nothing, so that a mail scanner confirms nothing; POST makes it hold."""
    try:
        asked = requests.request_of(token)
        if request.method == "POST":
            contact = requests.confirm(token, at=now())
            return redirect("subscriptions:mine", token_of(contact.pk, contact.generation))
        if asked.contact is not None:
            mine = token_of(asked.contact.pk, asked.contact.generation)
            return render(request, "subscriptions/confirmed.html", {"mine": mine})
        if asked.expires_at <= now():
            raise requests.RequestOver
        choices = requests.choices_in(asked)
    except requests.NoSuchRequest as refused:
        return _refused(request, str(refused), status=404)
    except (requests.RequestOver, ContactRefused, ChoicesRefused) as refused:
        return _refused(request, str(refused), status=410)
    return render(request, "subscriptions/confirm.html", {"lines": lines_of(choices, get_language() or "ja")})


def _refused(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    return render(
        request,
        "subscriptions/link_refused.html",
        {"title": _("このリンクは使えません"), "sentence": sentence},
        status=status,
    )


@public
def lost_link(request: HttpRequest) -> HttpResponseBase:
    """Send the link once more: the same answer whether the address is known or not."""
    if not channels_on_offer():
        return render(request, "subscriptions/closed.html")
    form = LinkForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            requests.ask_for_link(
                form.cleaned_data["channel"],
                form.cleaned_data["address"],
                language=get_language() or "ja",
                client=client_of(request),
                at=now(),
            )
        except ContactRefused as refused:
            form.add_error("address", str(refused))
        except requests.TooManyFromHere as refused:
            form.add_error(None, str(refused))
            status = 429
        else:
            return redirect("subscriptions:sent")
    return render(request, "subscriptions/lost_link.html", {"form": form}, status=status)


def client_of(request: HttpRequest) -> str:
    """Where a request comes from, for the brake on requests; it is hashed before it is stored."""
    return str(request.META.get("REMOTE_ADDR", ""))
