"""Forgetting in time: what the watch keeps is bounded by rule."""

from datetime import datetime

from todoke.shared.watch.models import Probe, ReadBack
from todoke.shared.watch.rules import PROBES_KEPT, READ_BACKS_KEPT

BATCH = 5_000


def prune(*, at: datetime) -> int:
    """Delete probes older than two weeks and read-backs older than 400 days, some thousands at a time; how many."""
    return _delete(Probe, "at", at - PROBES_KEPT) + _delete(ReadBack, "began_at", at - READ_BACKS_KEPT)


def _delete(kind: type[Probe] | type[ReadBack], field: str, before: datetime) -> int:
    old = kind.objects.filter(**{f"{field}__lt": before}).order_by(field).values_list("pk", flat=True)[:BATCH]
    deleted, _by_model = kind.objects.filter(pk__in=list(old)).delete()
    return deleted
