"""The mass lane's ledger: one edition for many, down to each of them."""

from django.db import models
from django.db.models import Q

from todoke.shared.messaging.models.contact import Contact
from todoke.shared.messaging.models.delivery import Delivery
from todoke.shared.messaging.types import BundleState, RecipientState


class Mailing(models.Model):
    """一斉配信: a delivery whose destination is an audience, on its way to each member.

    The audience is written down in steps along the contacts' numbers: `planned_to` is how far it has come,
    `planned_at` when it was complete. `stopped_at` takes back what has not left; `ended_at` is when nothing moves any
    more. Once folded, `counts` is all that remains of its recipients.
    """

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="mailing")
    planned_to = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    folded_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="mailing_moving")]

    def __str__(self) -> str:
        return f"mailing {self.pk} of {self.delivery_id}"


class Bundle(models.Model):
    """束: recipients with neighbouring numbers that one worker carries at a time.

    Its lease is held by a session of the database (`holder`, an advisory lock): when that session is gone, so is the
    worker, and the bundle is free at once. `leased_until` is for a worker that lives and does nothing. `tries` counts
    the rungs of the ladder, `reopened` the workers that died over it, `repeats` how many letters may have gone twice
    for that.
    """

    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="bundles")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=BundleState, default=BundleState.PLANNED)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    holder = models.IntegerField(null=True)
    leased_until = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0)
    tally = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "first"], name="bundle_begins_once_in_its_mailing"),
            models.CheckConstraint(condition=Q(first__lte=models.F("last")), name="bundle_runs_forward"),
            models.CheckConstraint(
                condition=Q(state=BundleState.LEASED, lease__isnull=False, holder__isnull=False)
                | (~Q(state=BundleState.LEASED) & Q(lease__isnull=True, holder__isnull=True)),
                name="bundle_in_hand_is_leased",
            ),
        ]
        indexes = [
            models.Index(fields=["mailing", "due_at"], condition=Q(state=BundleState.PLANNED), name="bundle_due"),
            models.Index(fields=["mailing", "first"], condition=Q(state=BundleState.LEASED), name="bundle_in_hand"),
        ]

    def __str__(self) -> str:
        return f"bundle {self.pk} ({self.first}–{self.last})"


class Recipient(models.Model):
    """受信者: what became of one mailing for one contact; there is never a second row for the same two.

    Moves only as `recipient_moves_as_allowed` permits. `says` is the other side's word, without the address. No
    database key leads to mailing or contact: a million of them are written in one go, and neither is ever removed.
    """

    pk = models.CompositePrimaryKey("mailing_id", "contact_id")
    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    state = models.SmallIntegerField(choices=RecipientState, db_default=RecipientState.PLANNED)
    says = models.CharField(max_length=200, blank=True, db_default="")
    settled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.mailing_id} → {self.contact_id}: {self.state}"


class Pace(models.Model):
    """配信速度: how much one route may still carry now, shared by all workers of all hosts.

    `allowance` refills with time up to one second's worth; `today` counts the Japanese day named by `day`, for routes
    that are being warmed up.
    """

    key = models.CharField(max_length=200, primary_key=True)
    allowance = models.FloatField(default=0)
    at = models.DateTimeField()
    day = models.DateField()
    today = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.key
