"""連絡網: trees, their seats, the rounds that go through them, and every call with its times."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.shared.calling.rules import UNDER_WAY, CallState, RingState, Rule
from todoke.shared.messaging.models import Delivery


class Tree(models.Model):
    """連絡網: who is rung about what concerns them, and when it counts as done. From the city folder, never deleted.

    `needed` is for the rule “so many”. After `minutes` without an answer the next person's turn comes. `post_name` and
    `post_telephone` are the named post that is rung when the tree cannot meet its rule any more; empty: nobody.
    """

    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    rule = models.CharField(max_length=10, choices=Rule)
    needed = models.PositiveSmallIntegerField(null=True)
    minutes = models.PositiveSmallIntegerField(default=5)
    post_name = models.CharField(max_length=200, blank=True)
    post_telephone = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "連絡網"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(rule__in=Rule.values), name="tree_has_a_known_rule"),
            models.CheckConstraint(
                condition=(Q(rule=Rule.COUNT) & Q(needed__gte=1)) | (~Q(rule=Rule.COUNT) & Q(needed__isnull=True)),
                name="tree_that_counts_says_how_many",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=120), name="tree_waits_1_to_120_minutes"),
        ]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """席: one person of a tree, in the order in which they are rung; a deputy names whom they stand in for."""

    tree = models.ForeignKey(Tree, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    telephone = models.CharField(max_length=100)
    stands_in_for = models.ForeignKey("self", models.PROTECT, related_name="deputies", null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "連絡網の人"
        ordering = ["tree", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tree", "number"], name="seat_number_is_unique_in_its_tree"),
            models.CheckConstraint(condition=~Q(stands_in_for=F("pk")), name="seat_stands_in_for_another"),
        ]

    def __str__(self) -> str:
        return self.name


class RoundState(models.TextChoices):
    """How far a round has come."""

    CALLING = "calling", _("呼出し中")
    MET = "met", _("連絡がつきました")
    MISSED = "missed", _("連絡がつきません")
    OVERTAKEN = "overtaken", _("新しい版に替わりました")


class Round(models.Model):
    """呼出しの回: one edition going through one tree. `key` is the delivery's own, so that a repeat begins no second.

    `reported_at` is when the ledger was told how it stands; empty means that it still has to be. Where a machine rings
    first, it has until `rings_until`; `rings_ended_at` is from when on people ring.
    """

    key = models.CharField(max_length=100, unique=True)
    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+")
    tree = models.ForeignKey(Tree, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.CALLING)
    began_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    rings_until = models.DateTimeField(null=True)
    rings_ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=RoundState.CALLING, ended_at__isnull=True)
                | (~Q(state=RoundState.CALLING) & Q(ended_at__isnull=False)),
                name="round_that_goes_on_has_not_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["began_at"], condition=Q(state=RoundState.CALLING), name="round_going_on"),
            models.Index(
                fields=["rings_until"],
                condition=Q(state=RoundState.CALLING, rings_ended_at__isnull=True),
                name="round_the_machine_is_at",
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(reported_at__isnull=True, state__in=[RoundState.MET, RoundState.MISSED]),
                name="round_to_report",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tree_id}: {self.state}"


class Call(models.Model):
    """呼出し: one person to be rung in a round, or with no seat the named post. Ticked once, by a person, or by the
    machine when the person rung pressed the key."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="calls")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=CallState, default=CallState.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    by_link = models.BooleanField(default=False)
    # Known to the database, so that yesterday's code may still write its calls.
    by_machine = models.BooleanField(default=False, db_default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["round", "opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "seat"], name="call_is_unique_for_round_and_seat"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(seat__isnull=True), name="call_of_the_named_post_is_unique"
            ),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=CallState.OPEN, ended_at__isnull=True)
                | (~Q(state=CallState.OPEN) & Q(ended_at__isnull=False)),
                name="call_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=CallState.TOLD) | Q(ticked_by__isnull=False) | Q(by_link=True) | Q(by_machine=True),
                name="call_told_was_ticked_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state=CallState.OPEN), name="call_due")]

    def __str__(self) -> str:
        return f"{self.round_id} → {self.seat_id or 'post'}: {self.state}"


class Ring(models.Model):
    """自動電話: what the machine does for one person of a round, and what came of it.

    `place` is the order in which people are rung, `tries` how often it was ordered, `outcome` how the latest of several
    tries ended, `due_at` when it is ordered again, `reference` the provider's own number. `heard_at` is when somebody
    first picked up; `cancel_asked_at` when the provider was asked to leave it.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="rings")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=RingState, default=RingState.PLANNED)
    outcome = models.CharField(max_length=10, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    ordered_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=200, blank=True)
    says = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["round", "place"]
        constraints = [
            models.UniqueConstraint(fields=["round", "seat"], name="ring_is_unique_for_round_and_seat"),
            models.CheckConstraint(condition=Q(state__in=RingState.values), name="ring_has_a_known_state"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=UNDER_WAY), name="ring_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} → {self.seat_id}: {self.state}"
