"""Simulators on free ports, and the channels that speak to them with little patience."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared.messaging.channels.city import City
from todoke.shared.messaging.simulators.simulator import Simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path, secret_of=City.secret_of) as running:
        yield running


@pytest.fixture
def city(simulator: Simulator) -> Iterator[City]:
    city = City(simulator.smtp_port, simulator.http_port)
    yield city
    city.close()
