"""What a subscriber has chosen: topics for places, and the months in which their children were born."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Contact


class Place(models.Model):
    """場所: one area that matters to a contact, and the topics that they want to hear of there.

    Without an area it is the whole city. `topics` are numbers of `Topic`, small and sorted: a million of these rows are
    read for one mailing. Changed by the contact itself and by an import that has its consent; gone when it is erased.

    `number` counts a contact's places from 0, `siblings` tells how many others there are. `channel`, `language` and
    `is_reachable` repeat the contact's: the database keeps them so (`place_knows_its_contact`,
    `contact_tells_its_places`), so that who would be reached can be counted without a million look-ups; nobody else
    writes them.
    """

    class Label(models.TextChoices):
        HOME = "home", _("自宅")
        WORK = "work", _("勤務先・学校")
        PARENTS = "parents", _("実家")
        OTHER = "other", _("ほかの場所")

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(max_length=10, choices=Label)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    topics = ArrayField(models.SmallIntegerField())
    number = models.PositiveSmallIntegerField(default=0)
    siblings = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=100, db_default="", editable=False)
    language = models.CharField(max_length=20, db_default="", editable=False)
    is_reachable = models.BooleanField(db_default=False, editable=False)

    class Meta:
        constraints = [
            # The mass lane reads along the contacts' numbers: the index of this constraint begins with them.
            models.UniqueConstraint(fields=["contact", "label"], name="place_label_is_unique_for_its_contact"),
            # One row for one area, so that people of an area are counted by counting rows; the whole city is one too.
            models.UniqueConstraint(
                fields=["contact", "area"], nulls_distinct=False, name="place_area_is_unique_for_its_contact"
            ),
            models.UniqueConstraint(fields=["contact", "number"], name="place_number_is_unique_for_its_contact"),
            models.CheckConstraint(condition=Q(label__in=["home", "work", "parents", "other"]), name="place_is_known"),
            models.CheckConstraint(condition=Q(topics__len__gte=1), name="place_has_a_topic"),
            models.CheckConstraint(condition=Q(number__lte=models.F("siblings")), name="place_number_is_in_its_row"),
        ]
        # Of people with three and more places there are few; they alone are compared place by place.
        indexes = [models.Index(fields=["contact", "number"], condition=Q(siblings__gt=1), name="place_of_many")]

    def __str__(self) -> str:
        return f"{self.label} of contact {self.contact_id}"


class Child(models.Model):
    """子: the month in which a child of a contact was born; its first day stands for it. No day, no name."""

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="+", db_index=False)
    birth_month = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "birth_month"], name="child_month_is_unique_for_its_contact"),
            models.CheckConstraint(condition=Q(birth_month__day=1), name="child_is_a_month_and_no_day"),
        ]
        indexes = [models.Index(fields=["birth_month", "contact"], name="child_by_month")]

    def __str__(self) -> str:
        return f"child {self.pk}"
