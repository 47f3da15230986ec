"""The mass lane's and the letters' part of what happens after the database has gone back in time (see `restored`)."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from todoke.base.backup.registry import Loss
from todoke.shared.messaging.actions import mailings
from todoke.shared.messaging.actions.mailings import TALLY
from todoke.shared.messaging.models import Delivery, Letter, Mailing
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.registry import MassChannel, channels
from todoke.shared.messaging.types import LetterState, RecipientState

WIPED = _("復元のため送りませんでした。必要なら、もう一度お手続きください。")

# Nobody carries a bundle any more that is done; whoever is carrying one now still writes down what the other side says.
STOP = """
WITH moving AS (
    SELECT id FROM messaging_mailing WHERE delivery_id = ANY(%(ids)s) AND ended_at IS NULL),
settled AS (
    UPDATE messaging_recipient r SET state = %(fate)s, says = %(says)s, settled_at = %(found_at)s
    FROM moving WHERE r.mailing_id = moving.id AND r.state = %(planned)s)
UPDATE messaging_bundle b SET state = 'done', lease = NULL, holder = NULL, leased_until = NULL
FROM moving WHERE b.mailing_id = moving.id AND b.state <> 'done'
RETURNING b.id
"""


def stop_masses(delivery_ids: Sequence[int], fate: RecipientState, says: str, loss: Loss) -> None:
    """End the mailings of these deliveries: whoever has not got a copy for certain has this fate.

    A person who sends the delivery again takes the mailing up again, for those of whom nothing is known.
    """
    facts: dict[str, Any] = {
        "ids": list(delivery_ids),
        "fate": int(fate),
        "planned": int(RecipientState.PLANNED),
        "says": says[:200],
        "found_at": loss.found_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(STOP, facts)
        stopped = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(TALLY, {"bundles": stopped})
    for mailing in Mailing.objects.filter(delivery__in=delivery_ids, ended_at=None):
        mailing.ended_at, mailing.counts = loss.found_at, counts_of(mailing)
        mailing.save(update_fields=["ended_at", "counts"])


def write_down_the_meant(delivery_ids: Sequence[int], loss: Loss) -> None:
    """Complete the plans that the backup caught unfinished, or not yet begun, so that nobody of them is forgotten.

    The mailing may have reached all of them since; so a cancellation goes to all of them. An audience that is gone
    leaves its mailing as it is.
    """
    for delivery in Delivery.objects.filter(pk__in=delivery_ids):
        if not isinstance(channels.find(delivery.channel), MassChannel):
            continue
        mailing, _made = Mailing.objects.get_or_create(delivery=delivery)
        with suppress(LookupError):
            while mailings.plan_step(mailings.job_of(mailing.pk), at=loss.found_at):
                pass


def end_letters(loss: Loss) -> int:
    """End and wipe the letters of before: their links and answers are of another time. How many.

    After the mere tail of a failover they go on: each carries the same Message-ID at every try.
    """
    if loss.is_tail:
        return 0
    moving = Letter.objects.filter(state__in=(LetterState.PLANNED, LetterState.LEASED), created_at__lte=loss.seen_until)
    return moving.update(
        state=LetterState.UNKNOWN, leased_until=None, sealed=b"", settled_at=loss.found_at, says=str(WIPED)
    )
