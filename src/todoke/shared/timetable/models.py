"""The city's own closing days (臨時閉庁日)."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ClosingDay(models.Model):
    """A day on which the whole office is closed although law and ordinance would have it open.

    The official record is the mayor's notice (告示); here stands what counting needs. Whoever holds
    `timetable.closings` may change it, the city folder may add to it; a day that is over stays.
    """

    day = models.DateField("日付", unique=True)
    reason = models.CharField("理由", max_length=200)
    # Nobody, where the city folder brought it.
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = "臨時閉庁日"
        ordering = ["day"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="closing_day_says_why")]

    def __str__(self) -> str:
        return f"{self.day}"
