"""Asking what is stuck."""

from collections.abc import Iterable

from django.db.models import QuerySet

from todoke.base.rounds.models import Stuck

# The first failures may be a moment's trouble; from this one on a person is shown it.
TRIES_SHOWN = 3


def stuck_rows() -> QuerySet[Stuck]:
    """What keeps failing, the oldest first."""
    return Stuck.objects.filter(tries__gte=TRIES_SHOWN)


def stuck_among(errand: str, rows: Iterable[object]) -> Stuck | None:
    """The first of these rows that keeps failing with this errand, or None."""
    return stuck_rows().filter(errand=errand, row__in=[str(row) for row in rows]).first()
