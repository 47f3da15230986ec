import json

import pytest

from tests.faults import __main__ as runner
from tests.faults.scenario import SMALL, Figure, Scenario, scenarios


def test_a_figure_knows_whether_its_goal_is_met():
    assert Figure("lost", 0, goal=0).holds
    assert not Figure("lost", 1, goal=0).holds
    assert Figure("workers", 3, goal=3, at_least=True).holds
    assert not Figure("workers", 2, goal=3, at_least=True).holds
    assert Figure("took", 99, "s").holds


def test_every_scenario_has_a_name_of_its_own_and_a_title():
    found = list(scenarios())

    assert len({scenario.name for scenario in found}) == len(found) >= 7
    assert all(scenario.title for scenario in found)


@pytest.fixture
def one_scenario(monkeypatch):
    def use(*figures: Figure) -> None:
        scenario = Scenario("tests", "A fault", lambda _workshop, size: [*figures, Figure("size", size.deliveries)])
        monkeypatch.setattr(runner, "scenarios", lambda: iter([scenario]))

    return use


def test_the_runner_tells_each_figure_and_fails_when_a_goal_is_missed(one_scenario, capsys, tmp_path):
    one_scenario(Figure("lost", 1, goal=0, facts={"accepted": 5}))

    code = runner.main(["--markdown", str(tmp_path / "report.md")])

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 1
    assert lines[0] == {
        "scenario": "tests",
        "name": "lost",
        "value": 1,
        "unit": "count",
        "goal": 0,
        "facts": {"accepted": 5},
        "holds": False,
    }
    assert lines[1]["value"] == SMALL.deliveries
    assert "| lost | 1 | ≤ 0 | **no** |" in (tmp_path / "report.md").read_text()


def test_the_runner_ends_well_when_all_goals_are_met(one_scenario):
    one_scenario(Figure("lost", 0, goal=0))

    assert runner.main(["tests"]) == 0


def test_an_unknown_name_is_told_with_those_there_are(one_scenario):
    one_scenario()

    with pytest.raises(SystemExit, match=r"no such scenario: fire \(known: tests\)"):
        runner.main(["fire"])
