"""The e-mail link: a letter with a link for the browser that asked, and six digits for whoever reads it elsewhere.

Every well-formed address gets the same answer, and the same letter, known or not: there is nothing to be told apart.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.sealing import keyed_hash, make_token, open_sealed, read_token, seal
from todoke.ground.people.models import SignInLetter
from todoke.ground.people.registry import Letter, carriers
from todoke.ground.people.residents.entering import MAIL, CannotEnter, Proof
from todoke.ground.people.rules import Level
from todoke.ground.places.queries import the_city

SEALED_AS = b"people.mail-address"
LINK = "people.sign-in-letter"
ASKED = "people_letter"

VALID = timedelta(minutes=15)
TRIES_MAX = 5
# A letter an address has room for ten guesses at six digits, so that this many a day are one chance in 20,000.
LETTERS_AN_HOUR = 3
LETTERS_A_DAY = 10
# A library or a firm may share one address of the network.
REQUESTS_AN_HOUR = 30


class TooManyFromHere(CannotEnter):
    """This place has asked too often; that says nothing about any address."""

    says = gettext_lazy("短い間に申込みが続いたため、受付を止めています。1時間ほどたってから、もう一度お試しください。")


class WrongCode(CannotEnter):
    """The digits are not those of the letter."""

    says = gettext_lazy("数字が違います。メールの6桁の数字を、もう一度入れてください。")


class LetterOver(CannotEnter):
    """The letter was used, is too old, or had too many wrong digits."""

    says = gettext_lazy(
        "このメールは、もう使えません。使ったか、15分が過ぎたか、数字を5回まちがえています。もう一度メールを頼んでください。"
    )


class OtherBrowser(CannotEnter):
    """The link was opened elsewhere than where it was asked for."""

    says = gettext_lazy(
        "メールを頼んだ画面ではないので、ここではサインインできません。頼んだ画面に、メールの6桁の数字を入れてください。"
    )


@dataclass(frozen=True)
class Place:
    """Where a request comes from: the session of its browser, and the network's address, which is hashed."""

    session: SessionBase
    client: str


def no_trouble_with(address: str) -> str | None:
    """What is wrong with this address in the eyes of whoever carries letters, or None."""
    return next((trouble for carrier in carriers if (trouble := carrier.trouble_with(address))), None)


@transaction.atomic
def ask_for_letter(address: str, place: Place, *, language: str, at: datetime) -> None:
    """Write to this address; an address that has had its letters gets none, and the asker does not learn it.

    Raises TooManyFromHere.
    """
    normal = normal_address(address)
    lookup, client = lookup_of(normal), keyed_hash(place.client, purpose="people.client")
    _one_at_a_time(lookup, client)
    if SignInLetter.objects.filter(client=client, created_at__gt=at - timedelta(hours=1)).count() >= REQUESTS_AN_HOUR:
        raise TooManyFromHere
    earlier = SignInLetter.objects.filter(lookup=lookup, created_at__gt=at - timedelta(days=1))
    is_full = (
        earlier.count() >= LETTERS_A_DAY
        or earlier.filter(created_at__gt=at - timedelta(hours=1)).count() >= LETTERS_AN_HOUR
    )
    mark, digits = secrets.token_urlsafe(24), f"{secrets.randbelow(1_000_000):06}"
    letter = SignInLetter.objects.create(
        lookup=lookup,
        client=client,
        browser=_browser(mark),
        code=b"",
        sealed=seal(normal.encode(), context=SEALED_AS),
        created_at=at,
        expires_at=at + VALID,
    )
    # A letter that is not sent has digits too: a stranger at the screen sees no difference, and nobody can guess them.
    letter.code = _code(letter, digits)
    letter.save(update_fields=["code"])
    place.session[ASKED] = {"pk": letter.pk, "mark": mark}
    if is_full:
        return
    for carrier in carriers:
        carrier.carry(_written(letter, normal, digits, language), at=at)


def is_asked_here(token: str, session: SessionBase) -> bool:
    """Whether this link was asked for in this browser; changes nothing, so that a mail scanner signs nobody in."""
    letter = _letter_of(token)
    return letter is not None and _is_bound(letter, session)


def by_link(token: str, session: SessionBase, *, at: datetime) -> Proof:
    """The proof that a link gives in the browser that asked for it, once. Raises OtherBrowser, LetterOver."""
    letter = _letter_of(token)
    if letter is None or not _is_bound(letter, session):
        raise OtherBrowser
    return _taken(letter.pk, None, at)


def by_code(typed: str, session: SessionBase, *, at: datetime) -> Proof:
    """The proof that the digits give in the browser that asked, once. Raises WrongCode, LetterOver."""
    kept = session.get(ASKED)
    letter = SignInLetter.objects.filter(pk=int(kept["pk"])).first() if isinstance(kept, dict) else None
    if letter is None or not _is_bound(letter, session):
        raise LetterOver
    return _taken(letter.pk, typed, at)


def forget_letters(*, at: datetime) -> int:
    """Delete letters that are older than the counting needs; how many."""
    return int(SignInLetter.objects.filter(created_at__lt=at - timedelta(days=2)).delete()[0])


def normal_address(typed: str) -> str:
    """The address as it is found again: the part after the @ in lower case, the other as it was typed but folded.

    Mail servers may tell capitals apart before the @ (RFC 5321, 2.4); none is known that does.
    """
    return typed.strip().casefold()


def lookup_of(normal: str) -> bytes:
    """The keyed hash under which an address is found."""
    return keyed_hash(normal, purpose="people.mail-address")


def address_in(sealed: bytes | memoryview) -> str:
    """The address that was sealed."""
    return open_sealed(bytes(sealed), context=SEALED_AS).decode()


def _taken(pk: int, typed: str | None, at: datetime) -> Proof:
    # One statement each, so that of two clicks in one moment one signs in, and nobody gets more tries than there are.
    if typed is not None:
        alive = SignInLetter.objects.filter(pk=pk, used_at=None, expires_at__gt=at, tries__lt=TRIES_MAX)
        if not alive.update(tries=F("tries") + 1):
            raise LetterOver
        letter = SignInLetter.objects.get(pk=pk)
        if not secrets.compare_digest(bytes(letter.code), _code(letter, typed)):
            raise WrongCode if letter.tries < TRIES_MAX else LetterOver
    letter = SignInLetter.objects.get(pk=pk)
    address = bytes(letter.sealed)
    if not SignInLetter.objects.filter(pk=pk, used_at=None, expires_at__gt=at).update(used_at=at, sealed=b""):
        raise LetterOver
    return Proof(
        means=MAIL,
        level=Level.CONTACT,
        lookup=bytes(letter.lookup).hex(),
        at=at.timestamp(),
        sealed=base64.b64encode(address).decode(),
    )


def _letter_of(token: str) -> SignInLetter | None:
    told = read_token(token, purpose=LINK)
    return SignInLetter.objects.filter(pk=told[0]).first() if told else None


def _is_bound(letter: SignInLetter, session: SessionBase) -> bool:
    kept = session.get(ASKED)
    return (
        isinstance(kept, dict)
        and kept.get("pk") == letter.pk
        and secrets.compare_digest(bytes(letter.browser), _browser(str(kept.get("mark"))))
    )


def _browser(mark: str) -> bytes:
    return keyed_hash(mark, purpose="people.browser")


def _code(letter: SignInLetter, digits: str) -> bytes:
    return keyed_hash(f"{letter.pk}\x1f{digits}", purpose="people.sign-in-code")


def _one_at_a_time(*hashes: bytes) -> None:
    with connection.cursor() as cursor:
        for each in sorted(hashes):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(each[:8], signed=True)])


def _written(letter: SignInLetter, address: str, digits: str, language: str) -> Letter:
    link = settings.SITE_ADDRESS + reverse("people:mail-link", args=[make_token(letter.pk, purpose=LINK)])
    with translation.override(language):
        city = the_city()
        name = ({"en": city.name_en, "ja-easy": city.name_easy}.get(language) or city.name) if city else _("市")
        return Letter(
            key=f"people.sign-in:{letter.pk}",
            address=address,
            language=language,
            title=_("【%(city)s】サインインの確認") % {"city": name},
            body=_(
                "%(city)sのサインインの確認です。\n"
                "\n"
                "頼んだ画面に、次の数字を入れてください。\n"
                "%(digits)s\n"
                "\n"
                "同じブラウザーなら、次のリンクでもサインインできます。\n"
                "%(link)s\n"
                "\n"
                "15分の間に、1回だけ使えます。\n"
                "頼んだ覚えがないときは、何もしないでください。数字はだれにも教えないでください。\n"
            )
            % {"city": name, "digits": digits, "link": link},
            expires_at=letter.expires_at,
        )
