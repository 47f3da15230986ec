"""What the watch knows: routes with their probes and troubles, and read-backs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.models import Delivery, Edition


class Route(models.Model):
    """経路: one way of a channel, with what its latest probe said.

    Made when its channel first offers it, never deleted; `is_watched` while it is offered. `claimed_until` is both the
    hold of the worker that is trying it and the mark by which that worker's late word is known to be its own.
    """

    key = models.CharField(max_length=220, unique=True)
    channel = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    is_watched = models.BooleanField(default=True)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    probed_at = models.DateTimeField(null=True)
    ok = models.BooleanField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    says = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["channel", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ok__isnull=True, probed_at__isnull=True) | Q(ok__isnull=False, probed_at__isnull=False),
                name="route_that_was_probed_says_how_it_went",
            ),
            models.CheckConstraint(
                condition=~Q(ok=True) | Q(failures=0), name="route_that_works_has_no_failures_in_a_row"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Probe(models.Model):
    """試し: one try of a route. Kept for two weeks."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="probes")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    ok = models.BooleanField()
    says = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["route", "-at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.route_id} {self.at}: {self.ok}"


class Trouble(models.Model):
    """障害: a route that does not work, from its second failed probe to the first good one; who has seen it, and what
    they are doing about it. There is one at a time for a route. Kept, as the record of how the routes were."""

    route = models.ForeignKey(Route, models.PROTECT, related_name="troubles")
    began_at = models.DateTimeField()
    says = models.CharField(max_length=500)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["route"], condition=Q(ended_at__isnull=True), name="trouble_is_open_once_for_a_route"
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="trouble_was_seen_by_somebody_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route_id}: {self.says}"


class ReadBackState(models.TextChoices):
    """How far a read-back has come."""

    WAITING = "waiting", _("確認中")
    SEEN = "seen", _("確認できました")
    MISSED = "missed", _("見つかりません")
    DROPPED = "dropped", _("確認をやめました")


class ReadBack(models.Model):
    """読み返し: looking for one delivery where it should be, until it is seen or the time is over.

    `dropped` when there is nothing to look for any more: a later edition took its place, or it expired. Kept for 400
    days beside the ledger, which says the same of the delivery itself.
    """

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=ReadBackState, default=ReadBackState.WAITING)
    began_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    says = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReadBackState.values), name="read_back_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=ReadBackState.WAITING, ended_at__isnull=True)
                | (~Q(state=ReadBackState.WAITING) & Q(ended_at__isnull=False)),
                name="read_back_that_waits_has_not_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "due_at"], condition=Q(state=ReadBackState.WAITING), name="read_back_due"),
            models.Index(fields=["began_at"]),
            models.Index(fields=["ended_at"], condition=Q(state=ReadBackState.MISSED), name="read_back_missed"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.state}"
