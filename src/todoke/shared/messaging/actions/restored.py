"""After the database has gone back in time: nothing that it calls unsent is sent by itself.

What a restored ledger calls planned may have left long ago, or be about a flood that is over. So it is taken through
“handed over” to `unknown`: a person looks whether it arrived before it is sent again, and a correction or cancellation
reaches its destination, too. Whoever releases something now is not held up by any of this.
"""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from todoke.base.backup.registry import Loss
from todoke.base.clock import in_japan, now
from todoke.base.jobs import LANES, Lane, enqueue
from todoke.ground.audit.actions import record
from todoke.shared.messaging.actions.dispatch import TIME_IS_UP
from todoke.shared.messaging.actions.restored_masses import end_letters, stop_masses, write_down_the_meant
from todoke.shared.messaging.models import Delivery, Edition, FollowUp
from todoke.shared.messaging.queries import editions_in_force
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import DeliveryState, FollowUpReason, Mode, RecipientState

LOOK_FIRST = gettext_noop("復元のため止めました。送り直す前に、すでに届いていないかを確かめてください。")

# What was released in the restored city itself, while nobody had noticed yet, is left alone.
FIND = """
SELECT d.id, d.expires_at <= %(found_at)s FROM messaging_delivery d JOIN messaging_edition e ON e.id = d.edition_id
    WHERE d.state IN ('planned', 'leased', 'handed_over') AND e.released_at <= %(seen_until)s
      AND (%(channels)s::text[] IS NULL OR d.channel = ANY(%(channels)s))
    FOR UPDATE OF d
"""
EXPIRE = """
UPDATE messaging_delivery SET state = 'expired', reason = %(says)s, lease = NULL, leased_until = NULL,
    settled_at = %(found_at)s WHERE id = ANY(%(ids)s)
"""
# A ledger moves from “planned” to “unknown” only over “handed over”, because only what may have left is unknown.
LEASE = """
UPDATE messaging_delivery SET state = 'leased', lease = gen_random_uuid(), leased_until = %(found_at)s
    WHERE id = ANY(%(ids)s) AND state = 'planned'
"""
HAND_OVER = """
UPDATE messaging_delivery SET state = 'handed_over', handed_over_at = coalesce(handed_over_at, %(found_at)s)
    WHERE id = ANY(%(ids)s) AND state = 'leased'
"""
HOLD = """
UPDATE messaging_delivery SET state = 'unknown', reason = %(says)s, lease = NULL, leased_until = NULL,
    settled_at = %(found_at)s WHERE id = ANY(%(ids)s)
"""
LAPSE = """
UPDATE messaging_attempt SET outcome = 'lapsed', says = %(says)s, ended_at = %(found_at)s
    WHERE outcome = '' AND delivery_id = ANY(%(ids)s)
"""
ASK = """
INSERT INTO messaging_followup (delivery_id, reason, opened_at, closing_note)
    SELECT id, %(reason)s, %(found_at)s, '' FROM unnest(%(ids)s::bigint[]) AS id
    ON CONFLICT (delivery_id) WHERE closed_at IS NULL DO NOTHING
"""


class Ledger:
    """What messaging does after a restore (`todoke.base.backup.registry.AfterRestore`)."""

    key = "messaging.ledger"

    def set_aside(self, loss: Loss) -> str:
        """End everything that was on its way: expired where its time is over, else unknown, each with a follow-up.

        After the mere tail of a failover, what has a key goes on: a repeat of it is safe, and an emergency waits for
        nobody.
        """
        expired, held = self._end_what_moves(loss)
        letters = end_letters(loss)
        if not expired and not held and not letters:
            return ""
        record(
            "messaging.set-aside",
            on=("backup.setback", loss.number),
            by="restore",
            after={"expired": expired, "held": held, "letters": letters, "went_back_to": loss.went_back_to},
        )
        return _("配信 %(held)d 件を止め、期限の過ぎた %(expired)d 件を終わらせました。「要対応」を見てください。") % {
            "held": held,
            "expired": expired,
        }

    def resume(self, loss: Loss, *, by: str) -> str:
        """Send what was held by this setback, has not expired, was not replaced since, and nobody has settled."""
        lanes, count = self._plan_again(loss)
        if not count:
            return ""
        record("messaging.resumed", on=("backup.setback", loss.number), by=by, after={"planned": count})
        for lane in LANES:
            if lane in lanes:
                enqueue("messaging.dispatch", lane=Lane(lane), once=f"messaging.dispatch-{lane}")
        return _("止めていた配信 %(count)d 件を送ります。") % {"count": count}

    def doubts(self, loss: Loss) -> list[str]:
        """The alerts that the public pages now show again: each may have been lifted or cancelled since."""
        shown = Edition.objects.in_bulk(
            [edition.identifier for edition in editions_in_force(Mode.ACTUAL, loss.found_at)], field_name="identifier"
        )
        return [
            _("「%(title)s」（%(at)s発信）は、今も有効ですか。その後に解除・取消しをしていたら、もう一度してください。")
            % {"title": edition.frozen().title(), "at": f"{in_japan(edition.sent_at):%m-%d %H:%M}"}
            for edition in shown.values()
            if edition.released_at <= loss.found_at
        ]

    def _end_what_moves(self, loss: Loss) -> tuple[int, int]:
        keyless = _channels_without_a_key() if loss.is_tail else None
        with connection.cursor() as cursor:
            cursor.execute(FIND, {"found_at": loss.found_at, "seen_until": loss.seen_until, "channels": keyless})
            found = cursor.fetchall()
            expired = [pk for pk, is_over in found if is_over]
            held = [pk for pk, is_over in found if not is_over]
            write_down_the_meant(held, loss)
            for ids, steps, says, reason, fate in (
                (expired, (EXPIRE,), str(TIME_IS_UP), FollowUpReason.EXPIRED, RecipientState.EXPIRED),
                (held, (LEASE, HAND_OVER, HOLD), _(LOOK_FIRST), FollowUpReason.UNKNOWN, RecipientState.UNKNOWN),
            ):
                facts: dict[str, Any] = {"found_at": loss.found_at, "ids": ids, "says": says, "reason": reason.value}
                for step in (*steps, LAPSE, ASK):
                    cursor.execute(step, facts)
                stop_masses(ids, fate, says, loss)
        return len(expired), len(held)

    def _plan_again(self, loss: Loss) -> tuple[set[str], int]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_delivery d SET state = 'planned', reason = '', settled_at = NULL, due_at = now()"
                " FROM messaging_followup f WHERE f.delivery_id = d.id AND f.closed_at IS NULL"
                " AND f.opened_at = %(found_at)s AND d.settled_at = %(found_at)s AND d.state = 'unknown'"
                " AND d.expires_at > now() AND NOT EXISTS (SELECT 1 FROM messaging_delivery n WHERE"
                " n.message_id = d.message_id AND n.destination_id = d.destination_id AND n.number > d.number)"
                " RETURNING d.id, d.lane",
                {"found_at": loss.found_at},
            )
            again = cursor.fetchall()
        FollowUp.objects.filter(delivery__in=[pk for pk, _lane in again], closed_at=None).update(
            closed_at=now(), closing_note="todoke resume --send"
        )
        return {lane for _pk, lane in again}, len(again)


def _channels_without_a_key() -> list[str]:
    used = Delivery.objects.filter(
        state__in=(DeliveryState.PLANNED, DeliveryState.LEASED, DeliveryState.HANDED_OVER)
    ).values_list("channel", flat=True)
    kinds = {key: channels.find(key) for key in used.distinct().order_by()}
    return sorted(key for key, channel in kinds.items() if channel is None or channel.facts.idempotency_key is None)


LEDGER = Ledger()
