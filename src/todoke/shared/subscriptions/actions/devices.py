"""Signing up with a browser: its subscription shows whose screen it is, and its own question was the consent."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.shared.messaging.actions import contacts, letters
from todoke.shared.messaging.actions.contacts import BadAddress, NoSuchChannel, mass_channel
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.types import Text
from todoke.shared.subscriptions.actions.brake import counted
from todoke.shared.subscriptions.actions.choices import store
from todoke.shared.subscriptions.actions.links import city_name, page_of
from todoke.shared.subscriptions.models import Consent, Request
from todoke.shared.subscriptions.queries.channels import PUSH, is_served, trouble_with
from todoke.shared.subscriptions.types import Choices

WELCOME_LIVES = timedelta(hours=1)


@transaction.atomic
def sign_up(subscription: str, choices: Choices, *, client: str, at: datetime) -> Contact:
    """The contact of this browser, with these choices and no others; a first notification shows that it works.

    Nobody but the browser knows its subscription, so that the same browser finds its own contact again. `client` is
    where the request comes from. Raises TooManyFromHere, ChoicesRefused, or a messaging ContactRefused.
    """
    kind = mass_channel(PUSH)
    if not is_served(PUSH):
        raise NoSuchChannel
    if trouble := trouble_with(kind, subscription):
        raise BadAddress(trouble)
    normal = kind.normal(subscription)
    seen = counted(PUSH, normal, client=client, at=at)
    contact, _is_new = contacts.register(PUSH, normal, language=choices.language, at=at)
    store(contact.pk, choices, at=at)
    Consent.objects.update_or_create(
        contact=contact,
        defaults={"way": Consent.Way.BROWSER, "basis": "", "given_on": in_japan(at).date(), "batch": None},
    )
    request = Request.objects.create(
        kind=Request.Kind.SUBSCRIBE,
        channel=PUSH,
        lookup=seen.lookup,
        client=seen.source,
        sealed=b"",
        created_at=at,
        expires_at=at,
        confirmed_at=at,
        contact=contact,
    )
    contact.refresh_from_db()
    if not seen.is_full:
        _welcome(contact, normal, request, at=at)
    return contact


def _welcome(contact: Contact, address: str, request: Request, *, at: datetime) -> None:
    with translation.override(contact.language):
        text = Text(
            address=address,
            language=contact.language,
            title=_("登録しました"),
            body=_("%(city)sのお知らせが、この画面に届きます。押すと、あなたのページが開きます。\n%(link)s\n")
            % {"city": city_name(), "link": page_of("subscriptions:mine", token_of(contact.pk, contact.generation))},
        )
    key = f"subscriptions.device:{request.pk}"
    letters.post(text, key=key, channel=PUSH, expires_at=at + WELCOME_LIVES, at=at)
