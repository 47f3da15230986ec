"""Signing up with LINE: who makes friends with the city's account gets the link to their own page in the talk.

What LINE's webhook tells (https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects, read in
November 2026). LINE repeats what it believes unheard, late and in any order: each event is taken once, by its number,
and one that the same user has overtaken meanwhile changes nothing.
"""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan
from todoke.base.sealing import keyed_hash
from todoke.shared.messaging.actions import contacts, letters
from todoke.shared.messaging.actions.contacts import mass_channel
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.queries.contacts import contact_at, token_of
from todoke.shared.messaging.types import ContactState, Text
from todoke.shared.subscriptions.actions.brake import LETTERS_A_DAY, counted, one_at_a_time
from todoke.shared.subscriptions.actions.links import city_name, page_of
from todoke.shared.subscriptions.models import Consent, LineEvent, Request
from todoke.shared.subscriptions.queries.channels import LINE

PURPOSE = "subscriptions.line"
LETTER_LIVES = timedelta(hours=23)
EVENT_ID_MAX = 64
COMINGS = (LineEvent.Kind.FOLLOW, LineEvent.Kind.UNFOLLOW)
# Whoever writes one of these gets their link; the first ones also take up again what had ended.
WORDS_TO_REGISTER = frozenset({"登録", "とうろく", "register"})
WORDS_FOR_LINK = WORDS_TO_REGISTER | {"変更", "へんこう", "解除", "かいじょ", "change", "stop"}


class BadEvent(ValueError):
    """LINE would not have said this: a part is missing, or is no value of its kind."""


@dataclass(frozen=True)
class Event:
    """One event of one user, as far as it concerns us. `word` is what they wrote, in one form of its letters."""

    event_id: str
    kind: str
    user: str
    happened_at: datetime
    word: str = ""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self | None:
        """The event, or None for one that asks nothing of us (a group, a picture, small talk). Raises BadEvent."""
        try:
            kind, word = told["type"], ""
            if kind == "message" and told["message"]["type"] == "text":
                kind = LineEvent.Kind.WORD.value
                word = unicodedata.normalize("NFKC", told["message"]["text"]).strip().casefold()
            is_meant = kind in COMINGS or word in WORDS_FOR_LINK
            # A channel that only stands by is told of events that another one answers.
            if not is_meant or told["source"]["type"] != "user" or told.get("mode", "active") != "active":
                return None
            happened_at = datetime.fromtimestamp(told["timestamp"] / 1000, UTC)
            found = cls(str(told["webhookEventId"]), str(kind), str(told["source"]["userId"]), happened_at, word)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError) as error:
            raise BadEvent(f"the event cannot be read: {type(error).__name__}") from None
        if not 1 <= len(found.event_id) <= EVENT_ID_MAX or not found.event_id.isalnum():
            raise BadEvent("webhookEventId is no short word")
        if mass_channel(LINE).trouble_with_contact(found.user) or not found.user.startswith("U"):
            raise BadEvent("userId is no user of LINE")
        return found


@transaction.atomic
def hear(event: Event, *, at: datetime) -> bool:
    """Do what one event asks for; False when it was heard before, or has been overtaken.

    Raises a messaging ContactRefused where the channel is not there.
    """
    lookup = keyed_hash(f"{LINE}\x1f{event.user}", purpose=PURPOSE)
    one_at_a_time(lookup)
    _kept, is_new = LineEvent.objects.get_or_create(
        event_id=event.event_id,
        defaults={"kind": event.kind, "lookup": lookup, "happened_at": event.happened_at, "heard_at": at},
    )
    later = LineEvent.objects.filter(lookup=lookup, kind__in=COMINGS, happened_at__gt=event.happened_at)
    if not is_new or later.exists():
        return False
    contact = contact_at(LINE, event.user)
    if event.kind == LineEvent.Kind.UNFOLLOW:
        if contact is not None:
            contacts.end(contact.pk, at=at)
        return True
    is_away = contact is None or contact.state != ContactState.ACTIVE
    if event.kind == LineEvent.Kind.FOLLOW or (event.word in WORDS_TO_REGISTER and is_away):
        contact = _registered(contact, event.user, at=at)
    if contact is not None and not _had_letters_for_today(lookup, at=at):
        _send_link(contact, event, at=at)
    return True


@transaction.atomic
def befriend_imagined(*, client: str, at: datetime) -> None:
    """A new friend whom nobody is, for trying things out where LINE is played. Raises TooManyFromHere."""
    user = "U" + secrets.token_hex(16)
    seen = counted(LINE, user, client=client, at=at)
    Request.objects.create(
        kind=Request.Kind.LINK,
        channel=LINE,
        lookup=seen.lookup,
        client=seen.source,
        sealed=b"",
        created_at=at,
        expires_at=at,
    )
    hear(Event(secrets.token_hex(13), LineEvent.Kind.FOLLOW.value, user, at), at=at)


def _registered(known: Contact | None, user: str, *, at: datetime) -> Contact:
    """The contact; one that was there keeps its language and what it has chosen."""
    language = (known.language if known else "") or "ja"
    contact, _is_new = contacts.register(LINE, user, language=language, at=at)
    Consent.objects.update_or_create(
        contact=contact,
        defaults={"way": Consent.Way.FRIEND, "basis": "", "given_on": in_japan(at).date(), "batch": None},
    )
    return contact


def _had_letters_for_today(lookup: bytes, *, at: datetime) -> bool:
    """Each letter costs one of the month's messages, so nobody has more of them than a mail address would."""
    asked = LineEvent.objects.filter(lookup=lookup, heard_at__gt=at - timedelta(days=1))
    return asked.exclude(kind=LineEvent.Kind.UNFOLLOW).count() > LETTERS_A_DAY


def _send_link(contact: Contact, event: Event, *, at: datetime) -> None:
    with translation.override(contact.language):
        text = Text(
            address=event.user,
            language=contact.language,
            title=_("%(city)sのお知らせ") % {"city": city_name()},
            body=_(
                "次のリンクを開き、地域と知りたいことを選んでください。選ぶまで、お知らせは届きません。\n"
                "%(link)s\n"
                "\n"
                "変更や解除も、このページでできます。「変更」と送ると、もう一度リンクが届きます。\n"
                "このリンクはほかの人に見せないでください。\n"
            )
            % {"link": page_of("subscriptions:mine", token_of(contact.pk, contact.generation))},
        )
    key = f"subscriptions.line:{event.event_id}"
    letters.post(text, key=key, channel=LINE, expires_at=at + LETTER_LIVES, at=at)
