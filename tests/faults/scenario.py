"""What a scenario is, and what it gives."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from tests.faults.workshop import Workshop


@dataclass(frozen=True)
class Size:
    """How large an experiment is: how many deliveries, and how many seconds the database is away."""

    deliveries: int
    outage_seconds: float


SMALL = Size(deliveries=120, outage_seconds=5)
FULL = Size(deliveries=5_000, outage_seconds=60)


@dataclass(frozen=True)
class Figure:
    """One measured value. `goal` is the most that it may be, with `at_least` the least; None where it only informs."""

    name: str
    value: float
    unit: str = "count"
    goal: float | None = None
    at_least: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the goal is met."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_json(self, scenario: str) -> dict[str, Any]:
        """One line of the report."""
        told = {name: value for name, value in asdict(self).items() if value is not None and value != {}}
        del told["at_least"]
        return {"scenario": scenario, **told, "holds": self.holds}


@dataclass(frozen=True)
class Scenario:
    """An experiment: `run` gets the workshop and the size, and makes everything that it needs."""

    name: str
    title: str
    run: Callable[[Workshop, Size], list[Figure]]


def scenarios() -> Iterator[Scenario]:
    """All that there are, by name."""
    folder = Path(__file__).parent / "scenarios"
    for module in sorted(found.name for found in iter_modules([str(folder)])):
        yield import_module(f"tests.faults.scenarios.{module}").SCENARIO
