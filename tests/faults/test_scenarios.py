"""Every fault at the size that fits into the suite; `make faults ARGS=--full` runs the same at full size."""

from collections.abc import Iterator

import pytest

from tests.faults.scenario import SMALL, Scenario, scenarios
from tests.faults.workshop import Workshop, workshop


@pytest.fixture(scope="module")
def made() -> Iterator[Workshop]:
    with workshop() as one:
        yield one


@pytest.mark.faults
@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda scenario: scenario.name)
def test_the_house_survives(made: Workshop, scenario: Scenario):
    figures = scenario.run(made, SMALL)

    missed = [figure.as_json(scenario.name) for figure in figures if not figure.holds]
    assert missed == []
    assert any(figure.goal is not None for figure in figures)
