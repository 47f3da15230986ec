"""訓練の参加者: members of staff who agreed to get a drill's messages at an address of their own, and their word."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.civic.emergency.models.drill import Drill
from todoke.shared.messaging.models import Delivery, Destination


class Way(models.TextChoices):
    """How a participant wants to be reached."""

    MAIL = "mail", _("メール")
    TELEPHONE = "telephone", _("電話")


class DrillParticipant(models.Model):
    """One person's own consent to one drill, on one way, for a purpose and until an end.

    The destination is theirs alone: staff, drills only, gone with the end. It never hears of anything in earnest.
    """

    drill = models.ForeignKey(Drill, models.PROTECT, related_name="participants")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    destination = models.OneToOneField(Destination, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=500)
    agreed_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("訓練の参加者")
        ordering = ["drill", "account", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["drill", "account", "way"],
                condition=Q(left_at__isnull=True),
                name="participant_takes_part_once_on_a_way",
            ),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="participant_has_a_known_way"),
            models.CheckConstraint(condition=~Q(purpose=""), name="participant_agreed_for_a_purpose"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("agreed_at")), name="participant_agreed_until_an_end"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.drill}"


class DrillReceipt(models.Model):
    """A participant's word that one message arrived; given once, never changed."""

    class By(models.TextChoices):
        LINK = "link", _("メールの中のリンク")
        PAGE = "page", _("訓練の画面")

    participant = models.ForeignKey(DrillParticipant, models.PROTECT, related_name="receipts")
    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+")
    by = models.CharField(max_length=10, choices=By)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("訓練の受信確認")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(by__in=("link", "page")), name="receipt_has_a_known_way")]

    def __str__(self) -> str:
        return f"{self.participant} {self.at:%Y-%m-%d %H:%M}"
