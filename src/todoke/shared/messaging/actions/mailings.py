"""A mailing's life: begun from its delivery, planned in steps, stopped, wound up, ended, and at last folded.

Every step is one short transaction that may be repeated or interrupted anywhere; whoever comes next goes on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.rounds.errands import Errand
from todoke.shared.messaging.actions import dispatch
from todoke.shared.messaging.actions.dispatch import Claim
from todoke.shared.messaging.models import Attempt, Bundle, Contact, Delivery, Mailing, Recipient
from todoke.shared.messaging.queries.mailings import counts_of
from todoke.shared.messaging.registry import Audience, MassChannel, audiences, channels, kinds
from todoke.shared.messaging.types import (
    BundleState,
    DeliveryState,
    EditionKind,
    FrozenEdition,
    Outcome,
    Reach,
)
from todoke.shared.messaging.types import RecipientState as State

# So many numbers of contacts are looked at in one step: a second's work, and sending begins after the first.
STEP = 50_000
FOLD = Errand("messaging.fold", gettext_lazy("終わった一斉配信の宛先を消す"))
# A mailing may end after its last moment has passed, and is not to be swept away meanwhile.
ENDING_TIME = timedelta(hours=1)
WIND_UP_BATCH = 200
FOLD_BATCH = 20_000

STATES = {
    "planned": int(State.PLANNED),
    "accepted": int(State.ACCEPTED),
    "unknown": int(State.UNKNOWN),
    "doubtful": int(State.DOUBTFUL),
}

NO_AUDIENCE = gettext_lazy("この配信先の対象者（{key}）は、現在使われていません。")


@dataclass(frozen=True)
class Job:
    """What a worker must know to carry bundles of one mailing; the same for all of them.

    `earlier` are the mailings of earlier editions of the same message to the same destination, oldest first.
    """

    mailing_id: int
    channel: str
    lane: str
    reach: Reach
    edition: FrozenEdition
    audience: str
    earlier: tuple[int, ...]

    @property
    def is_cancel(self) -> bool:
        """Whether it only goes to those who were told before."""
        return self.edition.kind is EditionKind.CANCEL


@transaction.atomic
def begin(claimed: Claim, *, worker: str, at: datetime) -> Mailing | None:
    """Make a mailing of a claimed delivery; None when the claim no longer holds or the text cannot be carried.

    A delivery that a person sends again takes up its mailing: those of whom nothing is known get another copy.
    """
    expires_at = Delivery.objects.values_list("expires_at", flat=True).get(pk=claimed.delivery_id)
    errand = dispatch.hand_over(claimed, worker=worker, at=at, until=expires_at + ENDING_TIME)
    if errand is None:
        return None
    mailing, is_new = Mailing.objects.get_or_create(delivery_id=claimed.delivery_id)
    if not is_new:
        _take_up_again(mailing, at)
    return mailing


def _take_up_again(mailing: Mailing, at: datetime) -> None:
    mailing.ended_at = None
    mailing.save(update_fields=["ended_at"])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH again AS (
                UPDATE messaging_recipient SET state = %(planned)s, says = '', settled_at = NULL
                WHERE mailing_id = %(mailing)s AND state = %(unknown)s RETURNING contact_id)
            UPDATE messaging_bundle b SET state = 'planned', due_at = %(at)s, tries = 0
            WHERE b.mailing_id = %(mailing)s AND b.state = 'done'
              AND EXISTS (SELECT 1 FROM again WHERE contact_id BETWEEN b.first AND b.last)
            """,
            {**STATES, "mailing": mailing.pk, "at": at},
        )


def job_of(mailing_id: int) -> Job:
    """Everything about a mailing that its bundles share."""
    delivery = Delivery.objects.select_related("edition__message", "destination").get(mailing=mailing_id)
    earlier = Mailing.objects.filter(
        delivery__message=delivery.message_id,
        delivery__destination=delivery.destination_id,
        delivery__number__lt=delivery.number,
    ).order_by("delivery__number")
    return Job(
        mailing_id=mailing_id,
        channel=delivery.channel,
        lane=delivery.lane,
        reach=Reach(delivery.reach),
        edition=delivery.edition.frozen(),
        audience=delivery.destination.address,
        earlier=tuple(earlier.values_list("pk", flat=True)),
    )


# Whoever is meant and whoever was told before, as far as they can be written to; and their bundles, in one statement.
# Told is also whose copy may have left, or stands in a bundle that is under way.
PLAN = """
WITH meant AS ({members}),
told AS (
    SELECT r.contact_id FROM messaging_recipient r
    WHERE r.mailing_id = ANY(%(earlier)s) AND r.contact_id > %(after)s AND r.contact_id <= %(upto)s
      AND (r.state IN (%(accepted)s, %(unknown)s, %(doubtful)s) OR r.state = %(planned)s AND EXISTS (
        SELECT 1 FROM messaging_bundle b
        WHERE b.mailing_id = r.mailing_id AND r.contact_id BETWEEN b.first AND b.last AND b.state = 'leased'))),
written AS (
    INSERT INTO messaging_recipient (mailing_id, contact_id)
    SELECT %(mailing)s, c.id FROM messaging_contact c
    WHERE c.id > %(after)s AND c.id <= %(upto)s
      AND c.channel = %(channel)s AND c.state = 'active' AND c.reach = %(reach)s
      AND (c.id IN (SELECT contact_id FROM meant) OR c.id IN (SELECT contact_id FROM told))
    ORDER BY c.id
    ON CONFLICT DO NOTHING
    RETURNING contact_id),
parted AS (
    SELECT contact_id, (row_number() OVER (ORDER BY contact_id) - 1) / %(size)s AS part FROM written)
INSERT INTO messaging_bundle (mailing_id, first, last, size, state, due_at, tries, reopened, repeats, tally)
SELECT %(mailing)s, min(contact_id), max(contact_id), count(*), 'planned', %(at)s, 0, 0, 0, '{}'
FROM parted GROUP BY part
"""
NOBODY = "SELECT NULL::bigint AS contact_id WHERE false"


@transaction.atomic
def plan_step(job: Job, *, at: datetime) -> bool | None:
    """Write the next part of the audience down; False when it is complete, None when somebody else is at it.

    Raises LookupError when the room of the audience is gone.
    """
    mailing = Mailing.objects.select_for_update(skip_locked=True).filter(pk=job.mailing_id).first()
    if mailing is None:
        return None
    if mailing.stopped_at or mailing.planned_at:
        return False
    latest = Contact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    upto = min(mailing.planned_to + STEP, latest)
    if upto > mailing.planned_to:
        members = None if job.is_cancel else _audience(job).members(job.edition)
        statement = PLAN.replace("{members}", members.query if members else NOBODY)
        parameters: dict[str, Any] = {
            **(members.parameters if members else {}),
            **STATES,
            "mailing": job.mailing_id,
            "earlier": list(job.earlier),
            "after": mailing.planned_to,
            "upto": upto,
            "channel": job.channel,
            "reach": job.reach,
            "size": _channel(job).bundle_size,
            "at": at,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
        mailing.planned_to = upto
    mailing.planned_at = at if upto >= latest else None
    mailing.save(update_fields=["planned_to", "planned_at"])
    return mailing.planned_at is None


def _audience(job: Job) -> Audience:
    audience = audiences.find(job.audience)
    if audience is None:
        raise LookupError(NO_AUDIENCE.format(key=job.audience))
    return audience


def _channel(job: Job) -> MassChannel:
    channel = channels.find(job.channel)
    if not isinstance(channel, MassChannel):
        raise LookupError(dispatch.RETIRED)  # noqa: TRY004 - a channel that serves no many is none for a mailing
    return channel


# What has not left stays here; what may have left is not called back by a word of ours.
WIND_UP = """
WITH over AS MATERIALIZED (
    SELECT id, first, last FROM messaging_bundle
    WHERE mailing_id = %(mailing)s AND state = 'planned' ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
settled AS (
    UPDATE messaging_recipient r
    SET state = CASE WHEN r.state = %(doubtful)s THEN %(unknown)s ELSE %(end)s END, says = %(says)s, settled_at = %(at)s
    FROM over
    WHERE r.mailing_id = %(mailing)s AND r.contact_id BETWEEN over.first AND over.last
      AND r.state IN (%(planned)s, %(doubtful)s))
UPDATE messaging_bundle b SET state = 'done' FROM over WHERE b.id = over.id
RETURNING b.id
"""


@transaction.atomic
def wind_up(mailing: Mailing, *, at: datetime) -> int:
    """Bring bundles to rest that were stopped, or whose time is over; how many, at most WIND_UP_BATCH a call."""
    delivery = mailing.delivery
    if mailing.stopped_at:
        end, says = State.WITHDRAWN, mailing.stop_reason
    elif delivery.expires_at <= at:
        end, says = State.EXPIRED, str(dispatch.TIME_IS_UP)
    else:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            WIND_UP, {**STATES, "mailing": mailing.pk, "end": end, "says": says[:200], "at": at, "limit": WIND_UP_BATCH}
        )
        wound_up = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(TALLY, {"bundles": wound_up})
    return len(wound_up)


# A bundle's sum, always counted from its recipients.
TALLY = """
UPDATE messaging_bundle b SET tally = (
    SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (
        SELECT r.state, count(*) AS n FROM messaging_recipient r
        WHERE r.mailing_id = b.mailing_id AND r.contact_id BETWEEN b.first AND b.last GROUP BY r.state) counted)
WHERE b.id = ANY(%(bundles)s)
"""


def end_if_over(mailing_id: int, *, at: datetime) -> bool:
    """End a mailing in which nothing moves any more, and its delivery with it; whether it did."""
    # Asked at every turn of the dispatcher: while bundles move, no lock is taken that their claims would wait for.
    moving = Bundle.objects.filter(mailing=mailing_id, state__in=(BundleState.PLANNED, BundleState.LEASED))
    return not moving.exists() and _end_if_over(mailing_id, at)


@transaction.atomic
def _end_if_over(mailing_id: int, at: datetime) -> bool:
    # First the delivery, then its mailing, as a release does: the other way round the two could wait for each other.
    delivery = Delivery.objects.select_for_update().get(mailing=mailing_id)
    mailing = Mailing.objects.select_for_update().filter(pk=mailing_id, ended_at=None).first()
    if mailing is None:
        return False
    is_complete = mailing.planned_at or mailing.stopped_at or delivery.expires_at <= at
    if not is_complete or mailing.bundles.exclude(state=BundleState.DONE).exists():
        return False
    mailing.ended_at = at
    mailing.counts = counts_of(mailing)
    mailing.save(update_fields=["ended_at", "counts"])
    state = _state_of(mailing)
    says = in_words(mailing.counts)
    Attempt.objects.filter(delivery=delivery, outcome="").update(
        outcome=Outcome.ACCEPTED if state is DeliveryState.ACCEPTED else Outcome.NEVER, says=says, ended_at=at
    )
    if delivery.state == DeliveryState.HANDED_OVER:
        dispatch.end(delivery, state, says, at)
    return True


def _state_of(mailing: Mailing) -> DeliveryState:
    """The delivery's end: good when anybody got it or nobody was meant, else the gravest of what hindered it."""
    found = {State(int(state)) for state, number in mailing.counts.items() if number}
    if mailing.stopped_at:
        return DeliveryState.WITHDRAWN
    if State.ACCEPTED in found or not found - {State.SKIPPED, State.WITHDRAWN}:
        return DeliveryState.ACCEPTED
    if State.UNKNOWN in found:
        return DeliveryState.UNKNOWN
    return DeliveryState.EXPIRED if State.EXPIRED in found else DeliveryState.FAILED


def in_words(counts: dict[str, int]) -> str:
    """The sum for people: 受付済み 98,200・受け取り拒否 12."""
    told = [f"{State(int(state)).label} {number:,}" for state, number in sorted(counts.items()) if number]
    return "・".join(told) or _("対象者はいませんでした。")


def fail(mailing_id: int, says: str, *, at: datetime) -> None:
    """Stop a mailing that cannot go on: its channel or audience is gone. A person is asked."""
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update().get(mailing=mailing_id)
        Mailing.objects.filter(pk=mailing_id, stopped_at=None).update(stopped_at=at, stop_reason=says[:200])
        if delivery.state == DeliveryState.HANDED_OVER:
            Attempt.objects.filter(delivery=delivery, outcome="").update(
                outcome=Outcome.NEVER, says=says[:2000], ended_at=at
            )
            dispatch.end(delivery, DeliveryState.FAILED, says, at)


def fold_due(*, at: datetime) -> int:
    """Fold mailings whose recipients have been kept as long as their kind says; how many were begun or gone on with.

    What remains is the sum. Recipients go in portions, a transaction each.
    """
    folded = 0
    over = Mailing.objects.filter(ended_at__isnull=False).select_related("delivery__edition__message")
    for mailing in over.filter(bundles__isnull=False).distinct().order_by("ended_at").iterator():
        kind = kinds.find(mailing.delivery.edition.message.kind)
        if kind is None or mailing.ended_at is None or mailing.ended_at + kind.recipients_kept > at:
            continue
        with FOLD.guarded(mailing.pk):
            _fold(mailing, at)
            folded += 1
    return folded


def _fold(mailing: Mailing, at: datetime) -> None:
    if mailing.folded_at is None:
        # Bounces that came in since the end are in the bundles' sums.
        mailing.counts, mailing.folded_at = counts_of(mailing), at
        mailing.save(update_fields=["counts", "folded_at"])
    for bundle in mailing.bundles.order_by("first"):
        with transaction.atomic():
            kept = Recipient.objects.filter(mailing=mailing, contact__gte=bundle.first, contact__lte=bundle.last)
            kept._raw_delete(kept.db)
            bundle.delete()


def moving(lane: str) -> list[Mailing]:
    """The mailings of a lane that have not ended, oldest first, with their deliveries."""
    found = Mailing.objects.filter(ended_at=None, delivery__lane=lane).select_related("delivery")
    return list(found.order_by("pk"))
