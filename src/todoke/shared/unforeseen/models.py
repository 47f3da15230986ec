"""臨時の送り先: who added it, to what, who checked it, and when it ended."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.models import Destination, Message


class AdditionState(models.TextChoices):
    """How far an addition has come."""

    WAITING = "waiting", _("確認待ち")
    CHECKED = "checked", _("確認済み")
    REFUSED = "refused", _("認められませんでした")
    ENDED = "ended", _("終了")
    KEPT = "kept", _("常設の送り先")


STANDING = (AdditionState.WAITING, AdditionState.CHECKED)


class Addition(models.Model):
    """臨時の送り先: one destination that a person added to one matter.

    `matter` names what it was added to (`emergency.draft:12`); `message` is the matter's message as soon as there is
    one, and then the addition belongs to that message and to no other. The database keeps the one who added apart from
    the one who checked, and the one who asked to keep it for good from the one who agreed. Kept with the ledger.
    """

    destination = models.OneToOneField(Destination, models.PROTECT, related_name="+")
    matter = models.CharField(max_length=200)
    message = models.ForeignKey(Message, models.PROTECT, related_name="+", null=True)
    state = models.CharField(max_length=10, choices=AdditionState, default=AdditionState.WAITING)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    checked_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(null=True)
    asked_why = models.CharField(max_length=500, blank=True)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    kept_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-added_at", "-pk"]
        indexes = [models.Index(fields=["matter"]), models.Index(fields=["message"])]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AdditionState.values), name="addition_has_a_known_state"),
            models.CheckConstraint(condition=~Q(added_by=F("checked_by")), name="addition_is_checked_by_somebody_else"),
            models.CheckConstraint(
                condition=~Q(state__in=[AdditionState.CHECKED, AdditionState.KEPT])
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="addition_checked_names_who",
            ),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True) | Q(message__isnull=False, checked_by__isnull=False),
                name="addition_joins_a_message_when_checked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AdditionState.REFUSED, AdditionState.ENDED])
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="addition_that_ended_says_why",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("kept_by")), name="addition_is_kept_by_somebody_else"),
            models.CheckConstraint(
                condition=~Q(state=AdditionState.KEPT)
                | (Q(asked_by__isnull=False, kept_by__isnull=False, kept_at__isnull=False) & ~Q(asked_why="")),
                name="addition_kept_has_two_people_and_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter}: {self.destination_id} {self.state}"
