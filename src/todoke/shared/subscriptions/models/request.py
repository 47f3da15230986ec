"""Somebody asks to subscribe; until the owner of the address confirms, nothing holds."""

from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.shared.messaging.models import Contact


class Request(models.Model):
    """申込み: an address and its choices, sealed, waiting for the owner's word (double opt-in).

    `sealed` (`base.sealing`, context `subscriptions.request`) is emptied when it was confirmed or is over. `lookup` and
    `client` are keyed hashes of the address and of where the request came from: they count, and lead to nobody.
    `kind` tells a new subscription from “send me my link again”.
    """

    class Kind(models.TextChoices):
        SUBSCRIBE = "subscribe"
        LINK = "link"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SUBSCRIBE)
    channel = models.CharField(max_length=100)
    lookup = models.BinaryField(max_length=16)
    client = models.BinaryField(max_length=16)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["subscribe", "link"]), name="request_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, contact__isnull=True)
                | Q(confirmed_at__isnull=False, contact__isnull=False),
                name="request_is_confirmed_by_a_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["lookup", "created_at"], name="request_by_address"),
            models.Index(fields=["client", "created_at"], name="request_by_client"),
        ]

    def __str__(self) -> str:
        # Never the address: this text may stand in a log.
        return f"request {self.pk}"
