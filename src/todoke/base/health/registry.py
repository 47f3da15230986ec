"""What rooms may plug in here: numbers for `/metrics`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from todoke.base.registry import Registry

# More than any gauge needs; less than a collector of numbers suffers from.
SAMPLES_MAX = 300


@dataclass(frozen=True)
class Sample:
    """One value, with a value for each label of its gauge."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gauge:
    """A number, or one for each value of its labels, as `/metrics` shows it: `todoke_` and the key with underscores.

    `read` gives at most 300 samples. With `asks_database` it runs in a read-only transaction that PostgreSQL cuts off
    after a second: it counts with a limit, along an index. Labels have few values (states, lanes, channels), never a
    resident, an address or a text. `help` is one English sentence with the unit.
    Example: `Gauge("messaging.follow-ups", "Deliveries that wait for a person.", read)`.
    """

    key: str
    help: str
    read: Callable[[], Iterable[Sample]]
    labels: tuple[str, ...] = ()
    asks_database: bool = True

    @property
    def metric(self) -> str:
        """The name under which Prometheus knows it."""
        return "todoke_" + self.key.replace(".", "_").replace("-", "_")


gauges: Registry[Gauge] = Registry("health.gauges")
