"""訓練: a scenario from the city folder, one playing of it, and what happened when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from todoke.civic.emergency.models.incident import HazardGroup, Incident
from todoke.civic.emergency.models.telegram import Telegram


class Scenario(models.Model):
    """訓練の筋書き: what comes in at which minute, and what the desk is expected to have done by when.

    From `drills.toml`. `steps` are {minute, telegram (a file's name), content (its text), says}, `expects` are {after
    (number of a step, from 1), within (minutes), what}. A drill that was begun keeps its own copy.
    """

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    about = models.CharField(max_length=500, blank=True)
    group = models.CharField(max_length=20, choices=HazardGroup)
    minutes = models.PositiveSmallIntegerField()
    steps = models.JSONField()
    expects = models.JSONField(default=list)
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name = "訓練の筋書き"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="scenario_lasts_a_day_at_most")
        ]

    def __str__(self) -> str:
        return self.name


class Drill(models.Model):
    """訓練: one playing of a scenario, kept for good with its report.

    Its clock is the scenario's, `speed` times as fast as ours, and stands still while `paused_at` is set; `rested` is
    how long it has stood still before. The incident is one in drill mode, so nothing of it can reach the public.
    """

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    minutes = models.PositiveSmallIntegerField()
    speed = models.PositiveSmallIntegerField(default=1)
    expects = models.JSONField(default=list)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    paused_at = models.DateTimeField(null=True)
    rested = models.DurationField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    report = models.JSONField(null=True)

    class Meta:
        verbose_name = "訓練"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(ended_at__isnull=True), name="drill_runs_once_in_its_incident"
            ),
            models.CheckConstraint(
                condition=Q(speed__gte=1, speed__lte=60), name="drill_is_sixty_times_as_fast_at_most"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, report__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="drill_is_reported_when_it_has_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DrillStep(models.Model):
    """One thing that comes in: a telegram, or something that whoever leads the drill says aloud or telephones.

    `after` is how long after the beginning by the drill's own clock, which is the scenario's. `done_at` is when it
    came in; a telegram's bytes follow from its time, so a worker that died over it does it again and changes nothing.
    """

    drill = models.ForeignKey(Drill, models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    after = models.DurationField()
    says = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    content = models.TextField(blank=True)
    telegram = models.ForeignKey(Telegram, models.PROTECT, related_name="+", null=True)
    done_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("訓練の手順")
        ordering = ["drill", "number"]
        constraints = [
            models.UniqueConstraint(fields=["drill", "number"], name="drill_step_has_a_number_of_its_own"),
            models.CheckConstraint(condition=~Q(says="", content=""), name="drill_step_brings_something"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def minute(self) -> int:
        """The minute of the drill's own clock at which it comes in."""
        return int(self.after.total_seconds() // 60)
