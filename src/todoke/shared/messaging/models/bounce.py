"""What came back: the memory by which one bounce counts once, and from which the doctor judges."""

from django.db import models
from django.db.models import Q

from todoke.shared.messaging.models.contact import Contact
from todoke.shared.messaging.models.mailing import Mailing
from todoke.shared.messaging.types import BounceKind


class Bounce(models.Model):
    """不達: one mail that came back, or one complaint, about one contact.

    `digest` is that of its bytes: the same notice, fetched twice, counts once. `mailing` is known where the notice
    brought the original's headers. `status` is the enhanced status (RFC 3463); nothing of the text and no address is
    kept. Made by `actions.bounces`, forgotten after 90 days.
    """

    digest = models.BinaryField(max_length=16)
    kind = models.CharField(max_length=10, choices=BounceKind)
    status = models.CharField(max_length=12, blank=True)
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+")
    mailing = models.ForeignKey(Mailing, models.PROTECT, related_name="+", null=True)
    taken_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="bounce_counts_once"),
            models.UniqueConstraint(
                fields=["mailing", "contact"],
                condition=~Q(kind=BounceKind.COMPLAINT),
                name="bounce_is_one_for_a_mailing_and_a_contact",
            ),
            models.CheckConstraint(condition=Q(kind__in=BounceKind.values), name="bounce_has_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"bounce {self.pk}: {self.kind}"
