"""What SMS remembers: each message to each number, what the provider said of it, and whether it arrived."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.models import Delivery


class TextState(models.TextChoices):
    """Where one message to one number stands. `leaving`: it is being asked for, or nobody knows how that ended."""

    PLANNED = "planned", _("送信待ち")
    LEAVING = "leaving", _("結果不明")
    ACCEPTED = "accepted", _("受付済み")
    REFUSED = "refused", _("断られました")
    ARRIVED = "arrived", _("届きました")
    MISSED = "missed", _("届きませんでした")


class Text(models.Model):
    """一通: one edition on its way to one number. `number` is sealed (`base.sealing`, context `sms.text`).

    `reference` is the provider's own number of it, `parts` as how many it travels. `told_at` is when the ledger was
    told what became of it, `chased_at` when it was put among the follow-ups because nothing was heard. Kept as long as
    the delivery.
    """

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    number = models.BinaryField()
    state = models.CharField(max_length=10, choices=TextState, default=TextState.PLANNED)
    reference = models.CharField(max_length=200, blank=True)
    says = models.CharField(max_length=300, blank=True)
    parts = models.PositiveSmallIntegerField()
    left_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    asked_times = models.PositiveSmallIntegerField(default=0)
    chased_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "SMS"
        ordering = ["delivery", "place"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "place"], name="text_has_a_place_of_its_own"),
            models.CheckConstraint(condition=Q(state__in=TextState.values), name="text_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(state=TextState.PLANNED) | Q(left_at__isnull=False), name="text_that_left_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["left_at"], condition=Q(state=TextState.ACCEPTED), name="text_on_its_way"),
            models.Index(
                fields=["delivery"],
                condition=Q(state__in=[TextState.REFUSED, TextState.ARRIVED, TextState.MISSED], told_at__isnull=True),
                name="text_to_be_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.place}: {self.state}"
