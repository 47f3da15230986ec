"""Whom the mass lane reaches: one person's address on one channel, sealed."""

from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.shared.messaging.types import ContactState, Reach


class Contact(models.Model):
    """宛先: where one person can be reached on one mass channel, with their consent.

    `address` is sealed (`base.sealing`, context `messaging.contact`), `lookup` its keyed hash: the same address is
    found again, and nobody who reads the table learns it. `generation` is raised to make all earlier links of this
    contact worthless. `quiet_from`/`quiet_until` are Japanese clock times that only the emergency lane ignores.
    `soft_bounces` counts the rungs of the ladder; two months without a bounce take it away.

    Made by `actions.contacts`. An erased contact keeps its number alone, so that counts stay true; nothing leads back
    from it to a person.
    """

    channel = models.CharField(max_length=100)
    lookup = models.BinaryField(max_length=16)
    address = models.BinaryField()
    language = models.CharField(max_length=20, default="ja")
    reach = models.CharField(max_length=10, choices=Reach, default=Reach.PUBLIC)
    state = models.CharField(max_length=10, choices=ContactState, default=ContactState.ACTIVE)
    reason = models.CharField(max_length=200, blank=True)
    generation = models.PositiveSmallIntegerField(default=1)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    soft_bounces = models.PositiveSmallIntegerField(default=0)
    latest_bounce_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "lookup"], name="contact_address_is_unique_on_its_channel"),
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="contact_has_a_known_reach"),
            models.CheckConstraint(condition=Q(state__in=ContactState.values), name="contact_has_a_known_state"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="contact_quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        # Never the address: this text may stand in a log.
        return f"contact {self.pk}"
