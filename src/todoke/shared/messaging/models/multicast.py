"""What stood in a request to many at once, as long as it may have to be repeated."""

from django.db import models

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now


class Multicast(models.Model):
    """同報の控え: the people whom one request named, under the key by which the other side knows a repeat.

    Written before the request leaves, so that a worker that takes over repeats it for the same people and under the
    same key. `contacts` are contacts' numbers, `first` and `last` the lowest and the highest of them; they only ever
    become fewer. Forgotten at `forget_at`, when the edition is over.
    """

    key = models.UUIDField(primary_key=True)
    edition = models.CharField(max_length=200)
    language = models.CharField(max_length=20)
    contacts = models.JSONField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    begun_at = models.DateTimeField(default=now)
    forget_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="multicast_runs_forward"),
            models.CheckConstraint(
                condition=models.Q(forget_at__gt=models.F("begun_at")), name="multicast_is_kept_for_a_while"
            ),
        ]
        indexes = [
            # Bundles go along the contacts' numbers, so that few requests stand above the one that is looked up.
            models.Index(fields=["edition", "last", "first"], name="multicast_of_edition"),
            models.Index(fields=["forget_at"], name="multicast_forget"),
        ]

    def __str__(self) -> str:
        return f"multicast {self.key}"
