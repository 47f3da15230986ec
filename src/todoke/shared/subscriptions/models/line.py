"""What LINE has told us of its users, remembered so that hearing it twice does nothing twice."""

from django.db import models

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now


class LineEvent(models.Model):
    """LINEからの知らせ: one event of LINE's webhook, known by the number that LINE gave it.

    `lookup` is a keyed hash of the user: by it the order of what one user did is known, and it leads to nobody. Gone
    after 30 days, when LINE has long stopped repeating.
    """

    class Kind(models.TextChoices):
        FOLLOW = "follow"
        UNFOLLOW = "unfollow"
        WORD = "word"

    event_id = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    lookup = models.BinaryField(max_length=16)
    happened_at = models.DateTimeField()
    heard_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["follow", "unfollow", "word"]), name="line_event_is_of_a_known_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["lookup", "happened_at"], name="line_event_by_user"),
            models.Index(fields=["heard_at"], name="line_event_by_age"),
        ]

    def __str__(self) -> str:
        # Never the user: this text may stand in a log.
        return f"LINE event {self.pk}"
