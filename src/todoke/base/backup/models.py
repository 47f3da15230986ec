"""What the database itself knows of its backups, and of its own going back in time."""

from django.db import models
from django.db.models import Q


class TideMark(models.Model):
    """One row: which database this is, and a number that grows while anything is sent. See `tide`.

    A copy of the database keeps the word of its original; so whoever has seen a higher number under the same word knows
    that the copy is older.
    """

    word = models.UUIDField()
    number = models.BigIntegerField(default=0)
    ticked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="tide_mark_is_one")]

    def __str__(self) -> str:
        return f"{self.word}: {self.number}"


class Setback(models.Model):
    """One time that this database went back: by `todoke restore`, or found behind the tide. Never deleted.

    `said` is what the rooms did. It is open until a person has closed it with `todoke resume`.
    """

    class Kind(models.TextChoices):
        RESTORED = "restored", "todoke restore による復元"
        FOUND = "found", "潮位による発見"
        TAIL = "tail", "直前の数秒の喪失"

    kind = models.CharField(max_length=10, choices=Kind)
    found_at = models.DateTimeField()
    went_back_to = models.DateTimeField()
    seen_until = models.DateTimeField()
    host = models.CharField(max_length=200)
    said = models.JSONField(default=list)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=("restored", "found", "tail")), name="setback_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.found_at:%Y-%m-%d %H:%M}"


class Backup(models.Model):
    """One backup that was made of this database, and when it was last proven that it can be restored.

    A restored database knows the backups of its own past only.
    """

    identifier = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    file_name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.file_name
