"""What is due when a child has reached a certain age."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

TEXTS = ("title", "body", "short", "title_easy", "body_easy", "short_easy", "title_en", "body_en", "short_en")


class Milestone(models.Model):
    """節目: a text that parents get when their child has reached so many months. From `milestones.toml`.

    Two people stand behind the text, once for all months: `proposed_by` asked for it, `approved_by` approved the words
    whose digest is `approved_digest`. Other words need the two again.
    """

    key = models.CharField(_("キー"), max_length=60, unique=True)
    months = models.PositiveSmallIntegerField(_("生まれてからの月数"))
    title = models.CharField(_("件名"), max_length=100)
    body = models.TextField(_("本文"))
    short = models.CharField(_("短い文"), max_length=120)
    title_easy = models.CharField(_("件名（やさしい日本語）"), max_length=200)
    body_easy = models.TextField(_("本文（やさしい日本語）"))
    short_easy = models.CharField(_("短い文（やさしい日本語）"), max_length=240)
    title_en = models.CharField(_("件名（英語）"), max_length=200)
    body_en = models.TextField(_("本文（英語）"))
    short_en = models.CharField(_("短い文（英語）"), max_length=240)
    is_active = models.BooleanField(_("使用中"), default=True)
    digest = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("節目")
        verbose_name_plural = _("節目")
        ordering = ["months", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(proposed_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="milestone_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_digest="")
                | Q(approved_by__isnull=False) & ~Q(approved_digest=""),
                name="milestone_approval_names_its_words",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_approved(self) -> bool:
        """Whether two people stand behind these very words."""
        return bool(self.approved_digest) and self.approved_digest == self.digest
