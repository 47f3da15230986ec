"""Lists that the city brings along, and why each person may be written to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.models import Contact


class Import(models.Model):
    """名簿の取込み: one file, looked through first, taken in only when a person has seen what would happen.

    `content` is the file as it came, sealed (`base.sealing`, context `subscriptions.import`), and emptied when it has
    been taken in or dropped. `basis` and `consented_on` say why these people may be written to. `taken` counts the good
    rows that have been dealt with: whoever goes on after a crash begins there.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("確認中")
        CHECKED = "checked", _("確認済み")
        TAKING = "taking", _("取込み中")
        DONE = "done", _("取込み済み")
        DROPPED = "dropped", _("取りやめ")

    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    channel = models.CharField(max_length=100)
    basis = models.CharField(max_length=300)
    consented_on = models.DateField()
    content = models.BinaryField()
    encoding = models.CharField(max_length=20, blank=True)
    trouble = models.CharField(max_length=300, blank=True)
    rows = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now)
    checked_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "taking", "done", "dropped"]),
                name="import_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "dropped"]) | Q(content=b""), name="import_that_ended_keeps_no_list"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="import_has_a_basis"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportRefusal(models.Model):
    """A row that is not taken in: where it stands and why; never what stood there."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="refusals")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["batch", "line"], name="refusal_by_line")]

    def __str__(self) -> str:
        return f"line {self.line} of {self.batch_id}"


class Consent(models.Model):
    """同意: why this contact may be written to. Gone when the person is erased."""

    class Way(models.TextChoices):
        CONFIRMED = "confirmed", _("本人がメールのリンクで確かめた")
        BROWSER = "browser", _("本人がブラウザーで通知を許可した")
        FRIEND = "friend", _("本人がLINEで友だちになった")
        IMPORTED = "imported", _("名簿の取込み")

    contact = models.OneToOneField(Contact, models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    basis = models.CharField(max_length=300, blank=True)
    given_on = models.DateField()
    batch = models.ForeignKey(Import, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(way__in=["confirmed", "browser", "friend", "imported"]), name="consent_is_of_a_known_way"
            ),
            models.CheckConstraint(
                condition=~Q(way="imported") | (Q(batch__isnull=False) & ~Q(basis="")),
                name="consent_of_an_import_has_a_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"consent of contact {self.contact_id}"
