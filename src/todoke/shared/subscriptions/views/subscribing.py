"""Asking to be told: the form, the answer that is the same for everybody, and the button that makes it hold."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from todoke.base.access import public
from todoke.base.clock import in_japan, now
from todoke.shared.messaging.actions.contacts import ContactRefused
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.subscriptions.actions import devices, requests
from todoke.shared.subscriptions.actions.brake import TooManyFromHere
from todoke.shared.subscriptions.actions.choices import ChoicesRefused
from todoke.shared.subscriptions.actions.links import city_name
from todoke.shared.subscriptions.forms import LinkForm, SubscribeForm
from todoke.shared.subscriptions.queries.channels import LINE, PUSH, channels_on_offer, is_served
from todoke.shared.subscriptions.queries.received import would_have_got
from todoke.shared.subscriptions.queries.topics import topics
from todoke.shared.subscriptions.views.doors import by_link, client_of
from todoke.shared.subscriptions.views.words import lines_of, sent_lines

# https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/, “Adding a friend”.
LINE_FRIENDS = "https://line.me/R/ti/p/"
MONTH = timedelta(days=31)


@public
def subscribe(request: HttpRequest) -> HttpResponseBase:
    """The form. A preview changes nothing; what is refused keeps what was entered."""
    if not channels_on_offer() or not topics():
        return render(request, "subscriptions/closed.html")
    is_preview = "preview" in request.POST
    entered = request.POST.copy()
    by_browser = PUSH in entered.getlist("channel")
    # The button of the offer says which way it is; the field keeps what it was, for whoever then chooses mail.
    entered.setlist("channel", [way for way in entered.getlist("channel") if way != PUSH])
    form = SubscribeForm(
        entered if request.method == "POST" else None,
        today=_today(),
        is_preview=is_preview,
        by_browser=by_browser,
        initial={"language": get_language()},
    )
    context: dict[str, Any] = {"form": form, **_other_ways()}
    status = 200
    if request.method == "POST" and form.is_valid():
        if is_preview:
            found = would_have_got(form.cleaned_choices, since=now() - MONTH)
            context |= {"is_preview": True, "preview": sent_lines(found, form.cleaned_choices.language)}
        elif by_browser:
            contact, status = _signed_up(request, form)
            if contact is not None:
                messages.success(request, _("登録しました。この端末に、確かめるための通知が届きます。"))
                return redirect("subscriptions:mine", token_of(contact.pk, contact.generation))
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
    except TooManyFromHere as refused:
        form.add_error(None, str(refused))
        return HTTPStatus.TOO_MANY_REQUESTS
    return HTTPStatus.SEE_OTHER


def _signed_up(request: HttpRequest, form: SubscribeForm) -> tuple[Contact | None, int]:
    """The contact of this browser; None when it was refused, and then the form says why."""
    try:
        contact = devices.sign_up(
            form.cleaned_data["browser"], form.cleaned_choices, client=client_of(request), at=now()
        )
    except (ContactRefused, ChoicesRefused) as refused:
        form.add_error(None, str(refused))
        return None, HTTPStatus.OK
    except TooManyFromHere as refused:
        form.add_error(None, str(refused))
        return None, HTTPStatus.TOO_MANY_REQUESTS
    return contact, HTTPStatus.SEE_OTHER


def _other_ways() -> dict[str, object]:
    """What the pages must know of the ways beside mail: whether there are notifications, and how to come by LINE."""
    account = settings.LINE_ACCOUNT
    return {
        "has_push": is_served(PUSH),
        "has_line": (bool(settings.LINE_SECRET) or settings.SIMULATORS) and is_served(LINE),
        "is_played": settings.SIMULATORS,
        "line_account": account,
        "line_address": f"{LINE_FRIENDS}{quote(account, safe='')}" if account else "",
        "city": city_name(),
    }


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
        except TooManyFromHere as refused:
            form.add_error(None, str(refused))
            status = 429
        else:
            return redirect("subscriptions:sent")
    return render(request, "subscriptions/lost_link.html", {"form": form, **_other_ways()}, status=status)
