"""What FAX remembers: sheets on their way, the calls that were made for them, and the lines."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.shared.fax.rules import Ending
from todoke.shared.messaging.models import Delivery


class Way(models.TextChoices):
    """By which way a facility said that it has the sheet."""

    CODE = "code", _("QRコード・受信番号")
    STAFF = "staff", _("職員が電話で確認")


class Sheet(models.Model):
    """送信票: one delivery by FAX. `code` stands on the paper; `arrived_at` is the machine's word that all pages went
    through, `confirmed_at` the facility's own that somebody has it in hand, `chased_at` when it was put among the
    follow-ups because nobody had said so. Kept as long as the delivery."""

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="+")
    code = models.CharField(max_length=12, unique=True)
    first_called_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=10, choices=Way, blank=True)
    told_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["delivery"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, way="") | Q(confirmed_at__isnull=False, way__in=Way.values),
                name="sheet_that_is_confirmed_says_by_which_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["arrived_at"],
                condition=Q(confirmed_at__isnull=True, chased_at__isnull=True),
                name="sheet_not_confirmed",
            ),
            models.Index(
                fields=["confirmed_at"],
                condition=Q(confirmed_at__isnull=False, told_at__isnull=True),
                name="sheet_not_told",
            ),
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk}"


class Call(models.Model):
    """発呼: one try to send a sheet, on one line. Written when it begins; its ending is filled in once."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="calls")
    line = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=Ending, blank=True)
    pages_sent = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    job = models.CharField(max_length=50, blank=True)
    says = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["sheet", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ending="", ended_at__isnull=True) | Q(ending__in=Ending.values, ended_at__isnull=False),
                name="call_that_ended_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} on line {self.line}: {self.ending}"


class Line(models.Model):
    """回線: one call at a time. `held` names the call's own hold, which ends by itself at `held_until`."""

    number = models.PositiveIntegerField(primary_key=True)
    held = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(held__isnull=True, held_until__isnull=True)
                | Q(held__isnull=False, held_until__isnull=False),
                name="line_is_held_until_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.number}"
