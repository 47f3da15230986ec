"""Double opt-in: somebody asks, a letter goes to the address, and its owner confirms with a button."""

import json
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.clock import in_japan
from todoke.base.sealing import make_token, open_sealed, read_token, seal
from todoke.shared.messaging.actions import contacts, letters
from todoke.shared.messaging.actions.contacts import BadAddress, NoSuchChannel, mass_channel
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import contact_at, token_of
from todoke.shared.messaging.types import ContactState, Text
from todoke.shared.subscriptions.actions.brake import RequestRefused, counted
from todoke.shared.subscriptions.actions.choices import store
from todoke.shared.subscriptions.actions.links import city_name, page_of
from todoke.shared.subscriptions.models import Consent, Request
from todoke.shared.subscriptions.queries.channels import letters_of, trouble_with
from todoke.shared.subscriptions.types import Choices

SEALED_AS = b"subscriptions.request"
PURPOSE = "subscriptions.request"

VALID = timedelta(hours=24)


class NoSuchRequest(RequestRefused):
    """Nobody has made this link."""

    says = gettext_lazy(
        "このリンクは正しくありません。メールにあるリンクを、最後の文字まで写しているか確かめてください。"
    )


class RequestOver(RequestRefused):
    """Its 24 hours have passed."""

    says = gettext_lazy("このリンクの期限（24時間）が過ぎました。お手数ですが、もう一度申し込んでください。")


@transaction.atomic
def ask(channel: str, address: str, choices: Choices, *, client: str, at: datetime) -> None:
    """Take a request to subscribe and write to the address; nothing more holds until its owner confirms.

    Says nothing about whether the address is known, nor that it has had its letters for today. `client` is where the
    request comes from. Raises TooManyFromHere, or a messaging ContactRefused for the address or the channel.
    """
    carrier, normal = _checked(channel, address)
    request = _taken(Request.Kind.SUBSCRIBE, channel, normal, choices.as_json(), client=client, at=at)
    if request is None:
        return
    with translation.override(choices.language):
        link = page_of("subscriptions:confirm", make_token(request.pk, purpose=PURPOSE))
        text = Text(
            address=normal,
            language=choices.language,
            title=_("【%(city)s】お知らせの登録を確かめてください") % {"city": city_name()},
            body=_(
                "%(city)sのお知らせに登録する申込みを受け付けました。\n"
                "\n"
                "次のリンクを開き、「登録する」を押すと、登録が終わります。\n"
                "%(link)s\n"
                "\n"
                "このリンクは24時間使えます。\n"
                "申し込んだ覚えがないときは、何もしないでください。登録されません。\n"
            )
            % {"city": city_name(), "link": link},
        )
    letters.post(text, key=f"subscriptions.request:{request.pk}", channel=carrier, expires_at=request.expires_at, at=at)


@transaction.atomic
def ask_for_link(channel: str, address: str, *, language: str, client: str, at: datetime) -> None:
    """Send the link to somebody's own page to their address, if it is known; the caller learns nothing of that.

    Raises TooManyFromHere, or a messaging ContactRefused for the address or the channel.
    """
    carrier, normal = _checked(channel, address)
    request = _taken(Request.Kind.LINK, channel, normal, {}, client=client, at=at)
    contact = contact_at(channel, normal)
    if request is None or contact is None or contact.state == ContactState.ERASED:
        return
    with translation.override(contact.language or language):
        text = Text(
            address=normal,
            language=contact.language or language,
            title=_("【%(city)s】お知らせの登録内容のページ") % {"city": city_name()},
            body=_(
                "%(city)sのお知らせの、あなたのページのリンクです。\n"
                "内容の変更も、登録の解除も、ここでできます。\n"
                "%(link)s\n"
                "\n"
                "このリンクはほかの人に見せないでください。\n"
                "このメールを頼んだ覚えがないときは、何もしないでください。\n"
            )
            % {"city": city_name(), "link": page_of("subscriptions:mine", token_of(contact.pk, contact.generation))},
        )
    letters.post(text, key=f"subscriptions.link:{request.pk}", channel=carrier, expires_at=request.expires_at, at=at)


def request_of(token: str) -> Request:
    """The request behind a link, confirmed or not. Raises NoSuchRequest."""
    told = read_token(token, purpose=PURPOSE)
    found = Request.objects.filter(pk=told[0], kind=Request.Kind.SUBSCRIBE).first() if told else None
    if found is None:
        raise NoSuchRequest
    return found


def choices_in(request: Request) -> Choices:
    """What was asked for. Raises RequestOver when that has been wiped."""
    if not request.sealed:
        raise RequestOver
    return Choices.from_json(json.loads(open_sealed(bytes(request.sealed), context=SEALED_AS))["choices"])


@transaction.atomic
def confirm(token: str, *, at: datetime) -> Contact:
    """The owner's word: the contact is made or found again, and has the choices of the request.

    A second call gives the same contact and changes nothing. Raises NoSuchRequest, RequestOver, a messaging
    ContactRefused (the channel was retired meanwhile), or ChoicesRefused.
    """
    request = Request.objects.select_for_update().get(pk=request_of(token).pk)
    if request.contact is not None:
        return request.contact
    if request.expires_at <= at:
        raise RequestOver
    choices = choices_in(request)
    address = json.loads(open_sealed(bytes(request.sealed), context=SEALED_AS))["address"]
    contact, _is_new = contacts.register(request.channel, address, language=choices.language, at=at)
    store(contact.pk, choices, at=at)
    Consent.objects.update_or_create(
        contact=contact,
        defaults={"way": Consent.Way.CONFIRMED, "basis": "", "given_on": in_japan(at).date(), "batch": None},
    )
    request.contact, request.confirmed_at, request.sealed = contact, at, b""
    request.save(update_fields=["contact", "confirmed_at", "sealed"])
    contact.refresh_from_db()
    return contact


def _checked(channel: str, address: str) -> tuple[str, str]:
    """The channel that carries letters there, and the address in its normal form."""
    kind = mass_channel(channel)
    carrier = letters_of(kind)
    if carrier is None:
        raise NoSuchChannel
    if trouble := trouble_with(kind, address):
        raise BadAddress(trouble)
    return carrier, kind.normal(address)


def _taken(
    kind: Request.Kind, channel: str, normal: str, choices: dict[str, object], *, client: str, at: datetime
) -> Request | None:
    """The stored request; None when the address has had its letters for today. Raises TooManyFromHere."""
    seen = counted(channel, normal, client=client, at=at)
    if seen.is_full:
        return None
    told = json.dumps({"address": normal, "choices": choices}).encode()
    return Request.objects.create(
        kind=kind,
        channel=channel,
        lookup=seen.lookup,
        client=seen.source,
        sealed=seal(told, context=SEALED_AS) if kind == Request.Kind.SUBSCRIBE else b"",
        created_at=at,
        expires_at=at + VALID,
    )
