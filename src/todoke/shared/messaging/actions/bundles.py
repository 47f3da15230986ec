"""Carrying bundles: claim, copies, settle, close; and what becomes of the bundles of a dead worker.

Between `claim` and `close` the copies leave, and no transaction is open. Results are written down as they become known,
whoever holds the bundle by then: what the other side said is true in any case.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.base.sealing import open_sealed
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.actions.dispatch import LEASE_MARGIN
from todoke.shared.messaging.actions.mailings import STATES, TALLY, Job
from todoke.shared.messaging.models import Bundle
from todoke.shared.messaging.queries.contacts import SEALED_AS, token_of
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.rules import next_try_at
from todoke.shared.messaging.types import BundleState, ContactState, Copy, Fate, Result
from todoke.shared.messaging.types import RecipientState as State

NO_LONGER = {
    ContactState.SUPPRESSED: _("届かない宛先のため、送りませんでした。"),
    ContactState.ENDED: _("登録が解除されていたため、送りませんでした。"),
    ContactState.ERASED: _("登録が消去されていたため、送りませんでした。"),
}
NOTHING_TO_TAKE_BACK = _("取り消すお知らせが届いていないため、送りませんでした。")
GONE = _("宛先がないと返されました。")
NO_WORD = _("送ったかどうか、記録が残っていません。")


@dataclass(frozen=True)
class Carry:
    """One worker's hold on one bundle."""

    bundle_id: int
    lease: uuid.UUID
    mailing_id: int
    first: int
    last: int
    tries: int


# Whoever stops the mailing waits for this statement's transaction, and this one for them: after a stop nothing begins.
STILL_GOES = "SELECT 1 FROM messaging_mailing WHERE id = %s AND stopped_at IS NULL AND ended_at IS NULL FOR SHARE"
CLAIM = """
WITH due AS MATERIALIZED (
    SELECT b.id FROM messaging_bundle b
    WHERE b.mailing_id = %(mailing)s AND b.state = 'planned' AND b.due_at <= %(at)s
      AND NOT EXISTS (
        SELECT 1 FROM messaging_bundle e
        WHERE e.mailing_id = ANY(%(earlier)s) AND e.state = 'leased' AND e.first <= b.last AND e.last >= b.first)
    ORDER BY b.due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE messaging_bundle b
SET state = 'leased', lease = gen_random_uuid(), holder = %(holder)s, leased_until = %(until)s,
    handed_over_at = coalesce(b.handed_over_at, %(at)s)
FROM due WHERE b.id = due.id
RETURNING b.id, b.lease, b.mailing_id, b.first, b.last, b.tries
"""


@transaction.atomic
def claim(job: Job, *, holder: int, at: datetime) -> Carry | None:
    """Take one bundle that is due, or None. It waits while an earlier edition is on its way to the same people."""
    if job.edition.expires_at <= at:
        return None
    channel = channels.find(job.channel)
    seconds = channel.facts.timeout_seconds if channel else 0
    with connection.cursor() as cursor:
        cursor.execute(STILL_GOES, [job.mailing_id])
        if cursor.fetchone() is None:
            return None
        cursor.execute(
            CLAIM,
            {
                "mailing": job.mailing_id,
                "earlier": list(job.earlier),
                "holder": holder,
                "until": at + timedelta(seconds=seconds) + LEASE_MARGIN,
                "at": at,
            },
        )
        row = cursor.fetchone()
    return Carry(*row) if row else None


def due(mailing_ids: list[int], *, at: datetime, limit: int) -> int:
    """How many bundles of these mailings are due, counted up to `limit`."""
    planned = Bundle.objects.filter(mailing__in=mailing_ids, state=BundleState.PLANNED, due_at__lte=at)
    return len(planned.values_list("pk")[: max(0, limit)])


COPIES = """
SELECT c.id, c.address, c.language, c.generation, c.state, c.quiet_from, c.quiet_until, {was_told}
FROM messaging_recipient r JOIN messaging_contact c ON c.id = r.contact_id
WHERE r.mailing_id = %(mailing)s AND r.contact_id BETWEEN %(first)s AND %(last)s
  AND r.state IN (%(planned)s, %(doubtful)s)
ORDER BY c.id
"""
# By now nothing of an earlier edition is under way to these people: what is still planned there has not left.
WAS_TOLD = """EXISTS (
    SELECT 1 FROM messaging_recipient e
    WHERE e.mailing_id = ANY(%(earlier)s) AND e.contact_id = c.id
      AND e.state IN (%(accepted)s, %(unknown)s, %(doubtful)s))"""


def copies_of(carry: Carry, job: Job, *, at: datetime) -> tuple[list[Copy], datetime | None]:
    """The copies of a bundle that may leave now, and when the first quiet hours among the others end.

    Whoever has left meanwhile is skipped, with the reason. A cancellation skips those whom nothing had reached. The
    emergency lane knows no quiet hours. Raises base.sealing.CannotOpen when a key is missing.
    """
    was_told = WAS_TOLD if job.is_cancel else "true"
    with connection.cursor() as cursor:
        cursor.execute(
            COPIES.format(was_told=was_told),
            {
                **STATES,
                "mailing": carry.mailing_id,
                "first": carry.first,
                "last": carry.last,
                "earlier": list(job.earlier),
            },
        )
        found = cursor.fetchall()
    clock = in_japan(at)
    copies, skipped, rests = [], [], []
    for contact_id, address, language, generation, state, quiet_from, quiet_until, told in found:
        if state != ContactState.ACTIVE:
            skipped.append((contact_id, State.SKIPPED, str(NO_LONGER[ContactState(state)])))
        elif not told:
            skipped.append((contact_id, State.WITHDRAWN, str(NOTHING_TO_TAKE_BACK)))
        elif quiet_from and job.lane != "emergency" and is_quiet(clock.time(), quiet_from, quiet_until):
            rests.append(_next(clock, quiet_until))
        else:
            copies.append(
                Copy(
                    contact_id=contact_id,
                    address=open_sealed(bytes(address), context=SEALED_AS).decode(),
                    language=language,
                    token=token_of(contact_id, generation),
                )
            )
    if skipped:
        _write(carry.mailing_id, skipped, at)
    return copies, min(rests, default=None)


def is_quiet(clock: time, begins: time, ends: time) -> bool:
    """Whether the clock stands in these hours, which may pass midnight: the beginning counts, the end does not."""
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends


def _next(clock: datetime, ends: time) -> datetime:
    end = clock.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return end if end > clock else end + timedelta(days=1)


# No refusal settles a doubt: the copy before may have arrived, and whoever takes the edition back tells its reader too.
WRITE = """
UPDATE messaging_recipient
SET state = CASE WHEN state = %(doubtful)s AND %(state)s NOT IN (%(accepted)s, %(doubtful)s) THEN %(unknown)s
    ELSE %(state)s END,
    says = %(says)s, settled_at = %(at)s
WHERE mailing_id = %(mailing)s AND contact_id = ANY(%(contacts)s::bigint[]) AND state IN (%(planned)s, %(doubtful)s)
"""


def _write(mailing_id: int, results: Iterable[tuple[int, State, str]], at: datetime) -> None:
    # Nearly always all of them ended alike: one statement then writes the whole portion.
    alike: dict[tuple[State, str], list[str]] = {}
    for contact_id, state, says in results:
        alike.setdefault((state, says), []).append(str(contact_id))
    with connection.cursor() as cursor:
        for (state, says), contacts_alike in alike.items():
            cursor.execute(
                WRITE,
                {
                    **STATES,
                    "mailing": mailing_id,
                    # As PostgreSQL writes an array: many times faster than one number after the other.
                    "contacts": f"{{{','.join(contacts_alike)}}}",
                    "state": int(state),
                    "says": says[:200],
                    "at": at,
                },
            )


@transaction.atomic
def settle(carry: Carry, results: Iterable[Result], *, repeatable: bool, at: datetime) -> None:
    """Write down what became of copies. One that may have left is repeated where the repeat is recognised."""
    told = list(results)
    ends = {
        Fate.ACCEPTED: State.ACCEPTED,
        Fate.REFUSED: State.REFUSED,
        Fate.GONE: State.REFUSED,
        Fate.UNCLEAR: State.DOUBTFUL if repeatable else State.UNKNOWN,
    }
    ended = [(result.contact_id, ends[result.fate], result.says) for result in told if result.fate in ends]
    if ended:
        _write(carry.mailing_id, ended, at)
    if gone := [result.contact_id for result in told if result.fate is Fate.GONE]:
        contacts.suppress(gone, reason=str(GONE), at=at)


CLOSE = """
WITH waiting AS (
    SELECT count(*) AS n FROM messaging_recipient
    WHERE mailing_id = %(mailing)s AND contact_id BETWEEN %(first)s AND %(last)s
      AND state IN (%(planned)s, %(doubtful)s))
UPDATE messaging_bundle
SET state = CASE WHEN waiting.n = 0 THEN 'done' ELSE 'planned' END, lease = NULL, holder = NULL, leased_until = NULL,
    due_at = %(due_at)s, tries = %(tries)s, repeats = repeats + %(repeats)s
FROM waiting WHERE id = %(bundle)s AND lease = %(lease)s
"""


@transaction.atomic
def close(
    carry: Carry,
    *,
    tries_again: bool,
    repeats: int = 0,
    not_before: datetime | None = None,
    at: datetime,
    chance: float,
) -> None:
    """Let a bundle go: done when nobody in it waits, else planned again.

    `tries_again` climbs the ladder (the other side's trouble); without it the bundle is due at `not_before`, or now.
    `repeats` are copies that may have left and will leave once more. `chance` in [0, 1) spreads the next try.
    """
    tries = carry.tries + 1 if tries_again else carry.tries
    due_at = next_try_at(at, tries, chance=chance) if tries_again else not_before or at
    with connection.cursor() as cursor:
        cursor.execute(
            CLOSE,
            {
                **STATES,
                "mailing": carry.mailing_id,
                "first": carry.first,
                "last": carry.last,
                "bundle": carry.bundle_id,
                "lease": carry.lease,
                "due_at": due_at,
                "tries": tries,
                "repeats": repeats,
            },
        )
        cursor.execute(TALLY, {"bundles": [carry.bundle_id]})


# Copies that a dead worker did not report may have left: they leave again where that is recognised, or are unknown.
REOPEN = """
WITH unreported AS (
    UPDATE messaging_recipient SET state = %(state)s, says = %(says)s, settled_at = %(at)s
    WHERE mailing_id = %(mailing)s AND contact_id BETWEEN %(first)s AND %(last)s
      AND state IN (%(planned)s, %(doubtful)s)
    RETURNING 1)
UPDATE messaging_bundle
SET state = CASE WHEN %(repeatable)s THEN 'planned' ELSE 'done' END, lease = NULL, holder = NULL, leased_until = NULL,
    due_at = %(at)s, reopened = reopened + 1,
    repeats = repeats + CASE WHEN %(repeatable)s THEN (SELECT count(*) FROM unreported) ELSE 0 END
WHERE id = %(bundle)s
"""


def holders_at_work() -> set[int]:
    """The holders of all bundles that are on their way."""
    found = Bundle.objects.filter(state=BundleState.LEASED, holder__isnull=False).values_list("holder", flat=True)
    return {int(holder) for holder in found.distinct() if holder}


@transaction.atomic
def reopen(*, dead: Iterable[int] = (), at: datetime) -> int:
    """Have what dead workers left lying carried again; how many bundles.

    `dead` are holders whose sessions are gone. A worker that lives and does nothing is found by the clock.
    """
    lying = (
        Bundle.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(Q(holder__in=list(dead)) | Q(leased_until__lt=at), state=BundleState.LEASED)
        .select_related("mailing__delivery")
    )
    found = list(lying)
    for bundle in found:
        channel = channels.find(bundle.mailing.delivery.channel)
        repeatable = channel is None or channel.facts.idempotency_key is not None
        with connection.cursor() as cursor:
            cursor.execute(
                REOPEN,
                {
                    **STATES,
                    "mailing": bundle.mailing_id,
                    "first": bundle.first,
                    "last": bundle.last,
                    "bundle": bundle.pk,
                    "repeatable": repeatable,
                    "state": int(State.DOUBTFUL if repeatable else State.UNKNOWN),
                    "says": str(NO_WORD),
                    "at": at,
                },
            )
            cursor.execute(TALLY, {"bundles": [bundle.pk]})
    return len(found)
