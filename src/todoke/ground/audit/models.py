"""The entries and the head of their chain."""

import json
from typing import Any

from django.db import models
from django.db.models import Q

# Django's own clock, because migrations name it and import nothing of ours.
from django.utils.timezone import now


class Entry(models.Model):
    """One act: who did what to which record, when. Written by `actions.record`, changed by nobody.

    Actor and target are snapshots, so that an entry outlives what it tells of. `number`, `previous_hash` and `hash` are
    filled by the database at commit. Kept as long as the city's retention rule says; payload and salt go in a purge.
    """

    number = models.BigIntegerField(null=True, unique=True, editable=False)
    at = models.DateTimeField(default=now, editable=False, db_index=True)
    what = models.CharField(max_length=100)
    actor = models.CharField(max_length=200)
    target_type = models.CharField(max_length=100)
    target_key = models.TextField()
    payload = models.TextField(null=True)  # noqa: DJ001 - null says "purged", which an empty text does not
    salt = models.BinaryField(null=True)
    payload_hash = models.BinaryField()
    previous_hash = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("target_type", "target_key", "id"), name="audit_entries_about"),
            models.Index(fields=("actor", "id"), name="audit_entries_by"),
            models.Index(fields=("what", "id"), name="audit_entries_of"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(payload__isnull=True, salt__isnull=True) | Q(payload__isnull=False, salt__isnull=False),
                name="entry_loses_payload_and_salt_together",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number or '—'} {self.what}"

    @property
    def is_purged(self) -> bool:
        return self.payload is None

    @property
    def facts(self) -> dict[str, Any]:
        """The payload, read: actor_name, target_name, before, after, why; empty when purged."""
        return {} if self.payload is None else json.loads(self.payload)


class Head(models.Model):
    """The newest link: number and hash. One row, written by the chain's trigger alone, locked from there to commit."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="chain_has_one_head"),)

    def __str__(self) -> str:
        return str(self.number)
