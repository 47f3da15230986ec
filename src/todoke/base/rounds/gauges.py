"""What `/metrics` says of the rounds: how many rows are stuck."""

from collections.abc import Iterator

from django.db.models import Count

from todoke.base.health.registry import Gauge, Sample
from todoke.base.rounds.errands import errands
from todoke.base.rounds.queries import stuck_rows


def stuck_by_errand() -> Iterator[Sample]:
    """Every errand, also where everything goes."""
    found = dict(stuck_rows().order_by().values_list("errand").annotate(Count("pk")))
    for errand in errands:
        yield Sample(found.get(errand.key, 0), {"errand": errand.key})


GAUGES = (Gauge("rounds.stuck", "Rows with which an errand keeps failing.", stuck_by_errand, ("errand",)),)
