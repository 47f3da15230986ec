"""文例: the texts from which notices are made."""

from django.db import models
from django.db.models import Q

from todoke.civic.emergency.rules.notices import Hazard, NoticeKind


class Template(models.Model):
    """文例: one text in all its languages, with slots. From `templates.toml` of the city folder.

    A version never changes (trigger `template_is_written_once`): what an old draft was made from can always be shown.
    Changed wording is a new version; the one in use has `is_current`. `texts` is {language:
    {title, body, short}}, with a text for a register (speech, urgent …) where the city wrote one.
    """

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=NoticeKind)
    hazard = models.CharField(max_length=20, choices=Hazard, blank=True)
    level = models.PositiveSmallIntegerField(null=True)
    notice = models.CharField(max_length=40, blank=True)
    valid_hours = models.PositiveSmallIntegerField(default=24)
    texts = models.JSONField()
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name = "文例"
        ordering = ["kind", "-level", "key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="template_version_is_unique"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(is_current=True), name="template_has_one_current_version"
            ),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="template_has_a_known_kind"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__gte=1, level__lte=5), name="template_level_is_1_to_5"
            ),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.EVACUATION) | Q(level__isnull=True) | Q(level__gte=3),
                name="template_orders_from_level_3",
            ),
            models.CheckConstraint(
                condition=Q(valid_hours__gte=1, valid_hours__lte=168), name="template_lives_a_week_at_most"
            ),
        ]

    def __str__(self) -> str:
        return self.name
