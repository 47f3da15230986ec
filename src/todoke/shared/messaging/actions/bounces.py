"""Taking in what came back: the recipient is written down as bounced, and the contact rests if it must."""

import hashlib
import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.actions import contacts, dispatch
from todoke.shared.messaging.actions.mailings import TALLY
from todoke.shared.messaging.bounces.addresses import token_in
from todoke.shared.messaging.bounces.judging import Judgement, judge
from todoke.shared.messaging.bounces.reading import Notice, Sort, read
from todoke.shared.messaging.models import Bounce, Bundle, Contact, Delivery, FollowUp, Mailing, Recipient
from todoke.shared.messaging.queries.contacts import contact_by_token
from todoke.shared.messaging.types import BounceKind, FollowUpReason
from todoke.shared.messaging.types import RecipientState as State

log = logging.getLogger(__name__)

COMPLAINED = Judgement(BounceKind.COMPLAINT, _("迷惑メールとして通報されました"))
KEPT = timedelta(days=90)
# So many refusals of one mailing for reasons of ours, and a person is asked.
POLICY_MANY = 20
# In this order: what a server took, what may have left, and what left but was not yet written down.
OPEN = (State.ACCEPTED, State.UNKNOWN, State.DOUBTFUL, State.PLANNED)


class Taken(Enum):
    """What came of a mail that came back. `FOREIGN` is one with a token that is not ours, or no longer anybody's; only
    `UNREAD` is worth a person's look."""

    TAKEN = "taken"
    KNOWN = "known"
    FOREIGN = "foreign"
    IGNORED = "ignored"
    UNREAD = "unread"


def take_in(raw: bytes, *, to: str = "", at: datetime) -> Taken:
    """Take in one mail that came to a return path. `to` is the envelope's recipient, where the caller knows it;
    otherwise the mail's own headers must name it.

    A token that nobody without our keys can make is all that is believed, and only as the address that the mail came
    to; a feedback report, which goes elsewhere, names it in its field Original-Mail-From (RFC 5965, 3.2). The same mail
    may be taken in again after a failure. Raises only what the database raises.
    """
    notice = read(raw)
    contact, otherwise = _whom_it_is_about(notice, to)
    if contact is None:
        return _told(otherwise, notice)
    judgement = COMPLAINED if notice.sort is Sort.COMPLAINT else judge(notice.trouble)
    # NUL and other oddities of a forged header find no edition, and must not reach the database.
    edition = notice.edition if notice.edition.isprintable() else ""
    try:
        with transaction.atomic():
            bounce = _write_down(contact, edition, judgement, status=notice.trouble.status, digest=_digest(raw), at=at)
            if bounce is None:
                return _told(Taken.KNOWN, notice)
            _let_rest(contact, judgement, _in_words(notice.trouble.status, judgement), at)
            if judgement.kind is BounceKind.POLICY and bounce.mailing_id:
                _ask_if_many(bounce.mailing_id, at)
    except IntegrityError:
        # The same mail at the same moment, through another door.
        return _told(Taken.KNOWN, notice)
    return _told(Taken.TAKEN, notice, kind=judgement.kind.value, status=bounce.status, mailing=bounce.mailing_id)


def forget(*, before: datetime) -> int:
    """Drop the memory of old bounces; how many. What they did to recipients and contacts stays."""
    return Bounce.objects.filter(taken_at__lt=before).delete()[0]


def _whom_it_is_about(notice: Notice, to: str) -> tuple[Contact | None, Taken]:
    """The contact, or what is to be said of the mail where there is none."""
    if notice.sort is Sort.UNREAD:
        return None, Taken.UNREAD
    if notice.sort not in (Sort.BOUNCE, Sort.COMPLAINT):
        return None, Taken.IGNORED
    token = _token_of(notice, to)
    if token is None:
        # Perhaps the way to us takes the token off: then a person must see that nothing comes in.
        return None, Taken.UNREAD
    return contact_by_token(token), Taken.FOREIGN


def _token_of(notice: Notice, to: str) -> str | None:
    if notice.sort is Sort.COMPLAINT:
        named: tuple[str, ...] = (to, notice.complained)
    else:
        # An address on the envelope leaves no choice: another one in the headers is somebody's invention.
        named = (to,) if to else notice.addressed
    return next((token for address in named if (token := token_in(address))), None)


def _write_down(
    contact: Contact, edition: str, judgement: Judgement, *, status: str, digest: bytes, at: datetime
) -> Bounce | None:
    """The bounce, and its recipient moved; None when this mailing's bounce was taken before."""
    # The order of locks is that of the mass lane: bundle, recipient, contact.
    meant = _meant(contact, edition)
    came_back = next((row for state in OPEN for row in meant if row.state == state), None)
    if judgement.kind is not BounceKind.COMPLAINT and meant and came_back is None:
        return None
    row = came_back or (meant[0] if meant else None)
    bounce = Bounce.objects.create(
        digest=digest,
        kind=judgement.kind,
        status=status[:12],
        contact=contact,
        mailing_id=row.mailing_id if row else None,
        taken_at=at,
    )
    if came_back and judgement.kind is not BounceKind.COMPLAINT:
        _move(came_back, _in_words(status, judgement), at)
    return bounce


def _meant(contact: Contact, edition: str) -> list[Recipient]:
    """The recipients of this edition that the contact is, as far as their copies can have left."""
    if not edition:
        return []
    mailings = Mailing.objects.filter(
        delivery__edition__identifier=edition, delivery__channel=contact.channel
    ).values_list("pk", flat=True)
    rows = Recipient.objects.filter(mailing__in=list(mailings), contact=contact.pk).order_by("mailing")
    return [row for row in rows if row.state != State.PLANNED or _bundles(row).filter(handed_over_at__isnull=False)]


def _bundles(row: Recipient) -> QuerySet[Bundle]:
    return Bundle.objects.filter(mailing=row.mailing_id, first__lte=row.contact_id, last__gte=row.contact_id)


def _move(row: Recipient, says: str, at: datetime) -> None:
    bundles = list(_bundles(row).select_for_update().values_list("pk", flat=True))
    mine = Recipient.objects.filter(mailing=row.mailing_id, contact=row.contact_id)
    # What comes back has left: unknown becomes accepted first, as the table of moves wants it.
    mine.filter(state=State.UNKNOWN).update(state=State.ACCEPTED)
    mine.filter(state__in=(State.ACCEPTED, State.DOUBTFUL, State.PLANNED)).update(
        state=State.BOUNCED, says=says[:200], settled_at=at
    )
    with connection.cursor() as cursor:
        cursor.execute(TALLY, {"bundles": bundles})


def _let_rest(contact: Contact, judgement: Judgement, says: str, at: datetime) -> None:
    if judgement.kind in (BounceKind.HARD, BounceKind.COMPLAINT):
        contacts.suppress([contact.pk], reason=says, at=at)
    elif judgement.kind is BounceKind.SOFT:
        contacts.bounce_softly(contact.pk, reason=says, at=at)


def _ask_if_many(mailing_id: int, at: datetime) -> None:
    """Have a person see to what stands between us and these servers, once for a mailing."""
    delivery = Delivery.objects.select_related("message").get(mailing=mailing_id)
    if FollowUp.objects.filter(delivery=delivery, reason=FollowUpReason.POLICY).exists():
        return
    if Bounce.objects.filter(mailing=mailing_id, kind=BounceKind.POLICY).count() >= POLICY_MANY:
        dispatch.ask_a_person(delivery, FollowUpReason.POLICY, at)


def _in_words(status: str, judgement: Judgement) -> str:
    return f"{status} {judgement.word}".strip()


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()[:16]


def _told(taken: Taken, notice: Notice, **facts: object) -> Taken:
    log.info("bounce_read", extra={"taken": taken.value, "sort": notice.sort.value, **facts})
    return taken
