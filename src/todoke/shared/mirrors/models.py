"""What we know of the mirrors: each with how it stands, and the files that it was given."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from todoke.shared.mirrors.rules import Kind


class Mirror(models.Model):
    """写しのサイト: one mirror that the settings name; `is_named` while they do. It holds no secret.

    `push_*` is about bringing files there, `look_*` about reading the copy where the public does. The claims are both
    the hold of one worker and the mark by which its late word is known to be its own.
    """

    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    address = models.CharField(max_length=500)
    public = models.CharField(max_length=500, blank=True)
    is_named = models.BooleanField(default=True)
    push_due_at = models.DateTimeField()
    push_claimed_until = models.DateTimeField(null=True)
    whole_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)
    push_failures = models.PositiveIntegerField(default=0)
    push_says = models.CharField(max_length=500, blank=True)
    mended = models.PositiveIntegerField(default=0)
    look_due_at = models.DateTimeField()
    look_claimed_until = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    copy_at = models.DateTimeField(null=True)
    look_says = models.CharField(max_length=500, blank=True)
    old_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="mirror_has_a_known_kind"),
        ]

    def __str__(self) -> str:
        return self.key


class MirrorFile(models.Model):
    """One file as a mirror was given it. An empty digest: to be given again, whatever it holds.

    It goes from a mirror only when somebody has said so; until then a file that is public no longer stays there.
    """

    mirror = models.ForeignKey(Mirror, models.CASCADE, related_name="files")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField()
    copied_at = models.DateTimeField()
    compared_at = models.DateTimeField()
    remove_at = models.DateTimeField(null=True)
    remove_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["mirror", "name"], name="file_is_once_at_a_mirror"),
            models.CheckConstraint(
                condition=Q(remove_at__isnull=True, remove_by__isnull=True)
                | Q(remove_at__isnull=False, remove_by__isnull=False),
                name="file_is_removed_on_somebody_s_word",
            ),
        ]
        indexes = [models.Index(fields=["mirror", "compared_at"])]

    def __str__(self) -> str:
        return f"{self.mirror_id}: {self.name}"
