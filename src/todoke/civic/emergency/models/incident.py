"""What is happening, as the city counts it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from todoke.shared.delegation.models import Mandate
from todoke.shared.messaging.types import Mode


class Phase(models.TextChoices):
    """発災時・発災直後・復旧期・復興期: what residents need changes with it, and so does what we write."""

    RESPONSE = "response", _("発災時")
    AFTERMATH = "aftermath", _("発災直後")
    RECOVERY = "recovery", _("復旧期")
    RECONSTRUCTION = "reconstruction", _("復興期")


class HazardGroup(models.TextChoices):
    """Which incidents are one: a typhoon brings rain, wind, floods and landslides; an earthquake brings a tsunami."""

    STORM = "storm", _("風水害")
    EARTHQUAKE = "earthquake", _("地震・津波")
    VOLCANO = "volcano", _("火山")
    OTHER = "other", _("その他の災害")


class Incident(models.Model):
    """災害事案: what happens from the first warning to the last. The official record of the response; never deleted.

    Opened by staff, or by the desk itself when a telegram asks for a draft (`opened_by` is then empty). Its mode never
    changes (trigger `incident_keeps_its_mode`): a drill cannot turn into the real thing, nor the other way round.
    `on_behalf` is the delegation under which we speak for another city; telegrams prepare nothing in such an incident.
    """

    name = models.CharField(max_length=100)
    group = models.CharField(max_length=20, choices=HazardGroup)
    phase = models.CharField(max_length=20, choices=Phase, default=Phase.RESPONSE)
    mode = models.CharField(max_length=10, choices=Mode)
    opened_at = models.DateTimeField(default=now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    on_behalf = models.ForeignKey(Mandate, models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = "災害事案"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mode", "group"],
                condition=Q(closed_at__isnull=True, on_behalf__isnull=True),
                name="incident_is_open_once_for_its_group",
            ),
            models.UniqueConstraint(
                fields=["on_behalf", "group"],
                condition=Q(closed_at__isnull=True, on_behalf__isnull=False),
                name="incident_is_open_once_for_another_city",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf__isnull=True) | Q(mode=Mode.ACTUAL), name="incident_of_another_city_is_no_drill"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="incident_has_a_known_mode"),
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="incident_has_a_known_phase"),
            models.CheckConstraint(condition=~Q(name=""), name="incident_has_a_name"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="incident_is_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def origin(self) -> str:
        """How the ledger names this incident in its messages."""
        return f"emergency.incident:{self.pk}"
