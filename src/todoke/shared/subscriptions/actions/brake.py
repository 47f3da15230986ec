"""The brake on requests: so many an hour from one place, and so many letters a day to one address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy

from todoke.base.refusals import Refusal
from todoke.base.sealing import keyed_hash
from todoke.shared.subscriptions.models import Request

PURPOSE = "subscriptions.request"
CLIENT_PURPOSE = "subscriptions.client"

# So many letters a day to one address, whoever asks for them: nobody's mailbox can be filled from here.
LETTERS_A_DAY = 3
# So many requests an hour from one place. A library or a firm may share one address, so there is room.
REQUESTS_AN_HOUR = 30


class RequestRefused(Refusal):
    """The request was not taken. The text is fit for the person at the screen."""

    says = gettext_lazy("申込みを受け付けられませんでした。")


class TooManyFromHere(RequestRefused):
    """This place has asked too often; that says nothing about any address."""

    says = gettext_lazy("短い間に申込みが続いたため、受付を止めています。1時間ほどたってから、もう一度お試しください。")


@dataclass(frozen=True)
class Counted:
    """Under which hashes a request is counted, and whether its address has had its letters for today."""

    lookup: bytes
    source: bytes
    is_full: bool


def counted(channel: str, normal: str, *, client: str, at: datetime) -> Counted:
    """Let a request from `client` about this address pass, within the surrounding transaction.

    Raises TooManyFromHere.
    """
    lookup = keyed_hash(f"{channel}\x1f{normal}", purpose=PURPOSE)
    source = keyed_hash(client, purpose=CLIENT_PURPOSE)
    # Two requests for one address, or from one place, in the same moment are counted one after the other.
    one_at_a_time(lookup, source)
    if Request.objects.filter(client=source, created_at__gt=at - timedelta(hours=1)).count() >= REQUESTS_AN_HOUR:
        raise TooManyFromHere
    letters = Request.objects.filter(lookup=lookup, created_at__gt=at - timedelta(days=1)).count()
    return Counted(lookup, source, is_full=letters >= LETTERS_A_DAY)


def one_at_a_time(*hashes: bytes) -> None:
    """Whoever comes with one of these hashes waits until the surrounding transaction is over."""
    with connection.cursor() as cursor:
        for each in sorted(hashes):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(each[:8], signed=True)])
