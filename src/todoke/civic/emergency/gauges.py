"""What `/metrics` says of the intake: when the latest telegram came, and what waits."""

from collections.abc import Iterator

from todoke.base.health.registry import Gauge, Sample
from todoke.civic.emergency.models import Telegram

COUNTED_MAX = 10_000


def latest_telegram() -> Iterator[Sample]:
    """When the latest telegram was taken in; no sample where none ever was."""
    latest = Telegram.objects.order_by("-received_at").values_list("received_at", flat=True).first()
    if latest is not None:
        yield Sample(latest.timestamp())


def telegrams_waiting() -> Iterator[Sample]:
    """Telegrams that have not been prepared yet."""
    yield Sample(Telegram.objects.filter(preparation=Telegram.Preparation.WAITING)[:COUNTED_MAX].count())


GAUGES = (
    Gauge("emergency.latest-telegram-timestamp-seconds", "When the latest telegram came (Unix time).", latest_telegram),
    Gauge("emergency.telegrams-waiting", f"Telegrams not yet prepared, to {COUNTED_MAX}.", telegrams_waiting),
)
