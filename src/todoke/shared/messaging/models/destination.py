"""Where messages may go."""

from django.conf import settings
from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now

from todoke.ground.places.models import Area
from todoke.shared.messaging.types import Address, Mode, Reach


class Destination(models.Model):
    """配信先: one address on one channel: a page, a list, an account, a partner's hook, a person with a telephone.

    `reach` is whom it can reach at most; a drill goes only where that is a simulator, or staff that `joins_drills`.
    `areas` are those that it serves, none meaning the whole city. One that a person added in an incident carries its
    `purpose`, who added and who checked it, and `expires_at`; it never joins the permanent list by itself.
    """

    key = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=500)
    reach = models.CharField(max_length=10, choices=Reach, default=Reach.PUBLIC)
    joins_drills = models.BooleanField(default=False)
    language = models.CharField(max_length=20, default="ja")
    areas = models.ManyToManyField(Area, related_name="+", blank=True)
    purpose = models.CharField(max_length=500, blank=True)
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["channel", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="destination_has_a_known_reach"),
            models.CheckConstraint(
                condition=~Q(reach=Reach.PUBLIC) | Q(joins_drills=False), name="destination_public_joins_no_drill"
            ),
            models.CheckConstraint(
                condition=~Q(added_by=models.F("checked_by")), name="destination_is_checked_by_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def takes(self, mode: Mode) -> bool:
        """Whether a message of this mode may go here: simulators take drills alone, the public takes none."""
        if mode is Mode.ACTUAL:
            return self.reach != Reach.SIMULATOR and not self.is_for_drills_alone
        return self.reach == Reach.SIMULATOR or (self.reach == Reach.STAFF and self.joins_drills)

    @property
    def is_for_drills_alone(self) -> bool:
        """Whether it is somebody's own address, given for drills until an end: nothing in earnest goes there."""
        return self.joins_drills and self.added_by_id is not None and self.expires_at is not None

    def as_address(self) -> Address:
        """The destination as its channel sees it."""
        return Address(key=self.key, name=self.name, address=self.address, language=self.language)
