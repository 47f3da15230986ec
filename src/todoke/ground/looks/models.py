"""One row per look."""

from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class Look(models.Model):
    """Somebody saw a record about a person (閲覧記録). Written by `actions.record_look`, changed by nobody.

    Viewer and record are snapshots without foreign keys, as in the audit record. `of_person` is an opaque key. Kept for
    TODOKE_LOOKS_YEARS fiscal years; `note`, the viewer's own words, goes earlier when the record is purged.
    """

    class Way(models.TextChoices):
        PAGE = "page", _("画面")
        EXPORT = "export", _("書き出し")
        PRINT = "print", _("印刷")

    at = models.DateTimeField(default=now, editable=False)
    viewer = models.CharField(max_length=200)
    viewer_name = models.CharField(max_length=200, blank=True)
    sections = models.CharField(max_length=500, blank=True)
    target_type = models.CharField(max_length=100)
    target_key = models.CharField(max_length=200)
    of_person = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=300)
    way = models.CharField(max_length=10, choices=Way, default=Way.PAGE)
    purpose = models.CharField(max_length=100)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("閲覧記録")
        indexes = (
            models.Index(fields=("of_person", "-at"), condition=~Q(of_person=""), name="looks_at_a_person"),
            models.Index(fields=("target_type", "target_key", "-at"), name="looks_at_a_record"),
            models.Index(fields=("viewer", "-at"), name="looks_by_a_viewer"),
            models.Index(fields=("at",), name="looks_in_time"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(purpose="") & ~Q(viewer=""), name="a_look_says_who_what_why"
            ),
            models.CheckConstraint(condition=Q(way__in=("page", "export", "print")), name="look_way"),
        )

    def __str__(self) -> str:
        return f"{self.viewer} {self.target_type} {self.target_key}"
