"""The readings in Prometheus' text format, by the library that defines it."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector as PrometheusCollector

from todoke.base.health.collecting import Reading

FAILED = "todoke_gauge_failed"


class _Told(PrometheusCollector):
    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = list(readings)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        failed = GaugeMetricFamily(
            FAILED, "1 for a gauge that could not be read at the latest attempt, 0 otherwise.", labels=("gauge",)
        )
        for reading in self._readings:
            failed.add_metric((reading.gauge.key,), float(bool(reading.trouble)))
            if not reading.trouble:
                yield _family(reading)
        yield failed


def _family(reading: Reading) -> GaugeMetricFamily:
    gauge = reading.gauge
    family = GaugeMetricFamily(gauge.metric, gauge.help, labels=gauge.labels)
    for sample in reading.samples:
        family.add_metric([sample.labels[name] for name in gauge.labels], sample.value)
    return family


def as_text(readings: Iterable[Reading]) -> bytes:
    """The page that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(readings))
    return generate_latest(registry)
