"""Where it went: deliveries, attempts, and what a person must see to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.shared.messaging.models.destination import Destination
from todoke.shared.messaging.models.message import Edition, Message
from todoke.shared.messaging.types import DeliveryState, FollowUpReason, Mode, Outcome, Reach

ON_THE_WAY = (DeliveryState.LEASED, DeliveryState.HANDED_OVER)


class Delivery(models.Model):
    """配信: one edition on its way to one destination. There is never a second row for the same two.

    The columns from `message` to `expires_at` repeat its edition and destination, so that the dispatcher's query
    touches one table; the trigger `delivery_repeats_its_parents` fills them and no caller can. `state` moves only as
    `delivery_moves_as_allowed` permits. `lease` names the worker that holds it until `leased_until`.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="deliveries")
    destination = models.ForeignKey(Destination, models.PROTECT, related_name="deliveries")
    message = models.ForeignKey(Message, models.PROTECT, related_name="deliveries")
    number = models.PositiveIntegerField()
    channel = models.CharField(max_length=100)
    lane = models.CharField(max_length=10)
    mode = models.CharField(max_length=10, choices=Mode)
    reach = models.CharField(max_length=10, choices=Reach)
    joins_drills = models.BooleanField()
    expires_at = models.DateTimeField()

    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.PLANNED)
    reason = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField()
    attempts_made = models.PositiveIntegerField(default=0)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["edition", "channel", "destination"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "destination"], name="delivery_is_unique_for_edition_and_destination"
            ),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(mode=Mode.ACTUAL) | Q(reach=Reach.SIMULATOR) | Q(reach=Reach.STAFF, joins_drills=True),
                name="delivery_of_a_drill_stays_inside",
            ),
            models.CheckConstraint(
                condition=~Q(mode=Mode.ACTUAL) | ~Q(reach=Reach.SIMULATOR),
                name="delivery_in_earnest_is_no_simulation",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ON_THE_WAY, lease__isnull=False, leased_until__isnull=False)
                | (~Q(state__in=ON_THE_WAY) & Q(lease__isnull=True, leased_until__isnull=True)),
                name="delivery_on_its_way_is_leased",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "channel", "due_at"],
                condition=Q(state=DeliveryState.PLANNED),
                name="delivery_due",
            ),
            models.Index(fields=["leased_until"], condition=Q(state__in=ON_THE_WAY), name="delivery_on_its_way"),
            models.Index(fields=["message", "destination", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} → {self.destination_id}: {self.state}"


class Attempt(models.Model):
    """試行: one try to make a delivery. Written when the bytes are about to leave; its outcome is filled in once, and
    nothing else of it ever changes (trigger `attempt_is_written_once`)."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=100)
    parcel_sha256 = models.CharField(max_length=64)
    worker = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    says = models.CharField(max_length=2000, blank=True)
    reference = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["delivery", "number"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_is_unique_in_its_delivery"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | Q(outcome__in=Outcome.values, ended_at__isnull=False),
                name="attempt_that_ended_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}#{self.number}: {self.outcome}"


class FollowUp(models.Model):
    """要対応: a delivery that a person must see to. Opened with the delivery's own transaction, closed by a person."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="follow_ups")
    reason = models.CharField(max_length=10, choices=FollowUpReason)
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    closing_note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=Q(closed_at__isnull=True), name="follow_up_is_open_once_for_a_delivery"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.reason}"
