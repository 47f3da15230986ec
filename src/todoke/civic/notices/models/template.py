"""文例: the texts from which ordinary notices are begun."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Template(models.Model):
    """文例: a text in its languages, with the topics it belongs to. From `notices.toml` of the city folder.

    A notice copies it, so a template may change under notices that were begun from it; one that the file no longer
    names is not offered any more (`is_active`). `texts` is {language: {title, short, body}}.
    """

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    topics = ArrayField(models.CharField(max_length=60))
    texts = models.JSONField()
    valid_days = models.PositiveSmallIntegerField(default=30)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "文例"
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(topics__len__gte=1), name="template_has_a_topic"),
            models.CheckConstraint(
                condition=Q(valid_days__gte=1, valid_days__lte=366), name="template_lives_a_year_at_most"
            ),
        ]

    def __str__(self) -> str:
        return self.name
